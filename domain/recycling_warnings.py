"""Warnings before a record goes (提醒): to its owner so many days ahead, then to his superior; each once for each last day."""

from datetime import timedelta

from domain import bulk, calendar, notifications, transaction
from models import RecycleWarning, User

OWNER, SUPERIOR, ADMINISTRATOR = "owner", "superior", "administrator"
KEPT = timedelta(days=90)


def send(reckoning, rule, night, at, rested):
    """Whatever the rule takes in the days ahead, and what it could take if any pool did.

    `rested` calls what it is given, person after person, and lets the pages have their turn in between.
    """
    people = {person.id: person for person in reckoning.people}
    for reader, days in ((OWNER, rule.owner_notice_days), (SUPERIOR, rule.superior_notice_days)):
        if days:
            until = reckoning.calendar.add_days(night, days, rule.working_days) + calendar.DAY
            ahead = reckoning.due(rule, until) & ~reckoning.due(rule, night)
            warn_each(reckoning, people, reader, ahead, at, rested)
    warn_each(reckoning, people, ADMINISTRATOR, reckoning.stranded(rule, night), at, rested)
    with transaction():
        RecycleWarning.delete().where(RecycleWarning.last_day < night - KEPT).execute()


def warn_each(reckoning, people, reader, ahead, at, rested):
    """One message for each owner concerned, however many records it is about."""
    table = reckoning.table
    for (owner,) in list(table.select(table.owner).where(ahead).distinct().tuples()):
        rested(warn, reckoning, people[owner], reader, ahead, at)


def warn(reckoning, owner, reader, ahead, at):
    table = reckoning.table
    records = list(table.select().where(table.owner == owner.id, ahead).order_by(table.id))
    why = {id: found[0] for id, found in reckoning.protections(records).items() if found}
    with transaction():
        told = told_of(reader, reckoning.what, owner, table)
        fresh = [record for record in records if record.id in why and (record.id, why[record.id].last_day) not in told]
        fresh.sort(key=lambda record: why[record.id].last_day)
        if fresh:
            rows = [{"record_id": record.id, "last_day": why[record.id].last_day} for record in fresh]
            bulk.insert(RecycleWarning, rows, {"reader_kind": reader, "record_kind": reckoning.what})
            tell(reader, owner, fresh, why[fresh[0].id], at)


def told_of(reader, what, owner, table):
    """{(id of a record of his, last day)} of which this reader was told."""
    his = table.select(table.id).where(table.owner == owner.id)
    here = (RecycleWarning.reader_kind == reader) & (RecycleWarning.record_kind == what) & RecycleWarning.record_id.in_(his)
    return set(RecycleWarning.select(RecycleWarning.record_id, RecycleWarning.last_day).where(here).tuples())


def tell(reader, owner, records, why, at):
    readers = {
        OWNER: lambda: [owner], SUPERIOR: lambda: list(filter(None, [owner.superior])),
        ADMINISTRATOR: lambda: list(User.select().where(User.who_may("company.administer"))),
    }[reader]()
    notifications.tell_due(reader, readers, owner, records, why, at)
