"""Asking about a record that one does not have: its owner, or the manager over it. Once a day each."""

from domain import Refused, _, day_of, events, now, start_of_day, transaction
from models import Event, User


def ask_owner(record, by, at=None):
    """Whoever meets another's lead or customer asks him about it."""
    if record.owner_id is None:
        raise Refused(_("Nobody owns it now: it lies in a pool."))
    ask("asked_owner", record, by, at or now(), owner_name=record.owner.name)


def ask_manager(record, by, at=None):
    """The manager over its owner decides; where there is none, an administrator."""
    ask("asked_manager", record, by, at or now(), owner_name=record.owner.name if record.owner_id else "")


def ask(verb, record, by, at, **facts):
    with transaction():
        today = start_of_day(day_of(at))
        of_this = (Event.record_kind == record.kind()) & (Event.record_id == record.id) & (Event.verb == f"{record.kind()}.{verb}")
        if Event.select().where(of_this, Event.actor == by.id, Event.at >= today).exists():
            raise Refused(_("You have asked today already. Tomorrow you may ask again."))
        events.record(f"{record.kind()}.{verb}", record, by, at=at, **facts)


def deciders(record, by):
    """Who is asked about a record: the head over its owner, or else the administrators."""
    head = record.owner.superior if record.owner_id else None
    if head and head.id != by.id:
        return [head]
    return list(User.select().where(User.role == User.ADMINISTRATOR, User.disabled_at.is_null(), User.id != by.id))
