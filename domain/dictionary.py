"""The words people choose from. A word in use is switched off, never removed: old records keep it."""

from domain import Refused, _, edits, events, transaction
from models import Choice


def add(field, label, label_en, by):
    with transaction():
        words = Choice.select().where(Choice.field == field)
        if words.where(Choice.label == label).exists():
            raise Refused(_("%(label)s is in the list already.", label=label), field="label")
        position = words.count()
        value = f"{label} {position}" if words.where(Choice.value == label).exists() else label  # another word was called that
        word = Choice.create(field=field, value=value, label=label, label_en=label_en, position=position)
        events.record("choice.added", word, by=by, after={"field": field, "label": label})
    return word


def edit(word, by, **columns):
    edits.write(word, "choice.edited", by, **columns)
