"""The words people choose from. A word in use is switched off, never removed: old records keep it."""

from domain import Refused, _, events, transaction
from models import Choice


def add(field, label, label_en, by):
    if Choice.select().where(Choice.field == field, Choice.label == label).exists():
        raise Refused(_("%(label)s is in the list already.", label=label), field="label")
    with transaction():
        position = Choice.select().where(Choice.field == field).count()
        word = Choice.create(field=field, value=label, label=label, label_en=label_en, position=position)
        events.record("choice.added", word, by=by, after={"field": field, "label": label})
    return word


def edit(word, by, **columns):
    before, after = events.changes(word, **columns)
    if not after:
        return
    with transaction():
        Choice.update(**after).where(Choice.id == word.id).execute()
        events.record("choice.edited", word, by=by, before=before, after=after)
