"""The audit: one row per fact, chained, and whoever tampers with it is found."""

import pytest
from peewee import SqliteDatabase

from domain import accounts, events, transaction
from models import Event, User, db

TRIGGERS = ("event_keeps_update", "event_keeps_delete")


@pytest.fixture
def unlocked(cast):
    """Somebody who can write to the file of the database itself."""
    for name in TRIGGERS:
        db.execute_sql(f"DROP TRIGGER {name}" if events_on_sqlite() else f"DROP TRIGGER {name} ON event")
    yield cast
    if not events_on_sqlite():
        for action in ("UPDATE", "DELETE"):
            db.execute_sql(
                f"CREATE TRIGGER event_keeps_{action.lower()} BEFORE {action} ON event "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
            )


def events_on_sqlite():
    return isinstance(db.obj, SqliteDatabase)


def ids():
    return [event.id for event in Event.select(Event.id).order_by(Event.id)]


@pytest.mark.parametrize("statement", ["UPDATE event SET verb = 'x'", "DELETE FROM event", "DELETE FROM event WHERE id = 1"])
def test_the_audit_refuses_update_and_delete(cast, statement):
    with pytest.raises(Exception, match="append-only"), db.atomic():
        db.execute_sql(statement)
    assert events.broken_link() is None


def test_a_new_fact_goes_on_from_the_one_before(cast):
    accounts.enable(cast.disabled, by=cast.admin)
    last, before = Event.select().order_by(Event.id.desc()).limit(2)
    assert last.previous_hash == before.hash
    assert events.broken_link() is None


def test_a_fact_is_recorded_inside_the_transaction_that_makes_it_one(cast):
    with pytest.raises(RuntimeError):
        events.record("user.enabled", cast.seller, by=cast.admin)


def test_a_verb_that_fails_leaves_no_fact(cast):
    number = len(ids())
    with pytest.raises(ZeroDivisionError), transaction():
        events.record("user.enabled", cast.seller, by=cast.admin)
        raise ZeroDivisionError
    assert len(ids()) == number


@pytest.mark.parametrize("column, value", [("verb", "'user.enabled'"), ("actor_id", "2"), ("at", "'2020-01-01 00:00:00'"), ("after", "NULL")])
def test_an_edited_fact_is_found(unlocked, column, value):
    victim = Event.get(Event.verb == "user.created", Event.after.is_null(False))
    db.execute_sql(f"UPDATE event SET {column} = {value} WHERE id = {victim.id}")
    assert events.broken_link() == victim.id


def test_an_edited_fact_with_a_hash_that_fits_it_breaks_the_chain_behind_it(unlocked):
    victim, following = ids()[1:3]
    event = Event.get_by_id(victim)
    row = {name: event.__data__[name] for name in events.ROW if name != "hash"} | {"verb": "user.enabled"}
    Event.update(verb="user.enabled", hash=events.digest(row)).where(Event.id == victim).execute()
    assert events.broken_link() == following


def test_a_deleted_fact_is_found(unlocked):
    victim, following = ids()[1:3]
    Event.delete().where(Event.id == victim).execute()
    assert events.broken_link() == following


def test_two_facts_that_changed_places_are_found(unlocked):
    first, second = ids()[1:3]
    for old, new in ((first, -1), (second, first), (-1, second)):
        db.execute_sql(f"UPDATE event SET id = {new} WHERE id = {old}")
    assert events.broken_link() == first


def test_a_fact_slipped_in_at_the_end_is_found(unlocked):
    db.execute_sql(
        "INSERT INTO event (at, actor_id, verb, record_kind, record_id, previous_hash, hash) "
        "VALUES ('2026-01-01 00:00:00', 1, 'user.enabled', 'user', 1, 'x', 'y')"
    )
    assert events.broken_link() == ids()[-1]


def test_a_cut_off_end_is_found_by_whoever_noted_where_it_was(unlocked):
    noted = events.head()
    Event.delete().where(Event.id == noted[0]).execute()
    assert events.broken_link() is None
    assert events.broken_link(noted) == noted[0]


def test_an_end_that_was_noted_long_ago_is_still_in_the_chain(cast):
    noted = events.head()
    accounts.enable(cast.disabled, by=cast.admin)
    assert events.broken_link(noted) is None


def test_changes_are_only_what_really_changes(cast):
    before, after = events.changes(cast.seller, name=cast.seller.name, role=User.FINANCE, department=cast.seller.department_id)
    assert (before["role"], after["role"]) == (User.SELLER, User.FINANCE)
    assert "name" not in after
