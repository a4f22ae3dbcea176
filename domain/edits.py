"""What a form writes on a record that has nothing but columns: told when something really changes, refused where it is taken."""

from contextlib import contextmanager

from peewee import IntegrityError

from domain import Refused, events, transaction


def write(record, verb, by, **columns):
    """Write the columns that change; nothing is recorded when none do."""
    before, after = events.changes(record, **columns)
    if not after:
        return
    table = type(record)
    with transaction():
        table.update(**after).where(table.id == record.id).execute()
        events.record(verb, record, by, before, after)


@contextmanager
def unique(words, **facts):
    """Two people may type one name at once: the database takes the first, and the second reads these words."""
    try:
        yield
    except IntegrityError as error:
        raise Refused(words, **facts) from error
