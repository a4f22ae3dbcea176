"""正在跟进: who is at work on a record this minute. It ends by itself when nobody says so again."""

from datetime import timedelta

from domain import day_of, events, now, start_of_day, transaction
from models import Event, Presence

LASTS = timedelta(minutes=2)  # after the last word of his browser
A_CALL = timedelta(minutes=5)  # while one telephones the page may be out of sight


def start(record, user, doing, at=None):
    """He is at work on it, or still is. Once a day the others concerned are told: that is a fact, the rest passes."""
    at = at or now()
    with transaction():
        Presence.delete().where(Presence.until <= at).execute()
        until = at + (A_CALL if doing == Presence.CALL else LASTS)
        if Presence.update(doing=doing, until=until).where(of(record, user)).execute():
            return
        Presence.create(
            record_kind=record.kind(), record_id=record.id, customer_id=getattr(record, "customer_id", None), user=user,
            doing=doing, since=at, until=until,
        )
        if concerned(record, user) and not told_today(record, user, at):
            events.record(f"{record.kind()}.work_started", record, user, at=at, doing=doing)


def stop(record, user):
    """He has left it."""
    with transaction():
        Presence.delete().where(of(record, user)).execute()


def of(record, user):
    return (Presence.record_kind == record.kind()) & (Presence.record_id == record.id) & (Presence.user == user.id)


def concerned(record, user):
    """Ids of those whose it is, the owner's and his customer's, without the person himself."""
    owners = {record.owner_id, record.customer.owner_id if record.kind() == "opportunity" else None}
    return owners - {user.id, None}


def told_today(record, user, at):
    facts = Event.select().where(Event.record_kind == record.kind(), Event.record_id == record.id, Event.actor == user.id)
    return facts.where(Event.verb == f"{record.kind()}.work_started", Event.at >= start_of_day(day_of(at))).exists()
