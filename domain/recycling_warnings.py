"""Warnings before a record goes (提醒): to its owner so many days ahead, then to his superior; each once for each last day."""

from datetime import timedelta

from domain import calendar, notifications, now, transaction
from models import RecycleWarning, User

OWNER, SUPERIOR, ADMINISTRATOR = "owner", "superior", "administrator"
KEPT = timedelta(days=90)


def send(reckoning, rule, night, at=None):
    """Whatever the rule takes in the days ahead, and what it could take if any pool did."""
    at = at or now()
    people = {person.id: person for person in reckoning.people}
    for reader, days in ((OWNER, rule.owner_notice_days), (SUPERIOR, rule.superior_notice_days)):
        if days:
            until = reckoning.calendar.add_days(night, days, rule.working_days) + calendar.DAY
            ahead = reckoning.due(rule, until) & ~reckoning.due(rule, night)
            warn_each(reckoning, people, reader, ahead, at)
    warn_each(reckoning, people, ADMINISTRATOR, reckoning.stranded(rule, night), at)
    with transaction():
        RecycleWarning.delete().where(RecycleWarning.last_day < night - KEPT).execute()


def warn_each(reckoning, people, reader, ahead, at):
    """One message for each owner concerned, however many records it is about."""
    table = reckoning.table
    owners = [row.owner_id for row in table.select(table.owner).where(ahead).distinct()]
    for owner in owners:
        records = list(table.select().where(table.owner == owner, ahead).order_by(table.id))
        why = {id: found[0] for id, found in reckoning.protections(records).items() if found}
        with transaction():
            fresh = [record for record in records if record.id in why and is_fresh(reader, record, why[record.id].last_day)]
            fresh.sort(key=lambda record: why[record.id].last_day)
            if fresh:
                tell(reader, people[owner], fresh, why[fresh[0].id], at)


def is_fresh(reader, record, last_day):
    """Whether nobody was told of this yet; from now on somebody was."""
    row = {"reader_kind": reader, "record_kind": record.kind(), "record_id": record.id, "last_day": last_day}
    _row, created = RecycleWarning.get_or_create(**row)
    return created


def tell(reader, owner, records, why, at):
    readers = {
        OWNER: lambda: [owner], SUPERIOR: lambda: list(filter(None, [owner.superior])),
        ADMINISTRATOR: lambda: list(User.select().where(User.who_may("company.administer"))),
    }[reader]()
    notifications.tell_due(reader, readers, owner, records, why, at)
