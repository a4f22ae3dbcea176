"""One alert when somebody looks at, reveals, exports or gives back far more on a day than he ever does (防飞单)."""

from collections import Counter, defaultdict
from datetime import timedelta
from math import ceil
from statistics import fmean, pstdev

from peewee import fn

from domain import day_of, events, notifications, now, start_of_day, transaction
from models import Claim, Export, Lead, LeakAlert, RecordView, Reveal, User

DAYS = 30  # what one is measured by: one's own days before this one
SPREAD = 3  # standard deviations above the mean
FLOORS = {LeakAlert.VIEWS: 60, LeakAlert.REVEALS: 20, LeakAlert.EXPORTS: 500, LeakAlert.RELEASES: 20}  # fewer is no leak
NOT_GIVEN_BACK = ("", "undone", "handover", Lead.CONVERTED, Lead.VOIDED)
KEPT = timedelta(days=180)


def norm(earlier, floor):
    """What a day has to exceed: mean + 3 standard deviations of one's days of work, and `floor` at least.

    `earlier` are the numbers of the days within the last 30 on which one worked: with the days off among them, a quiet
    month would make an ordinary Monday look like theft.
    """
    return max(floor, ceil(fmean(earlier) + SPREAD * pstdev(earlier))) if earlier else floor


def numbers(first, last, people=None):
    """{user id: {day: Counter of what}} of the days from first to last, in four queries."""
    found = defaultdict(lambda: defaultdict(Counter))
    for what, rows in counted(first, last):
        for user, day, number in rows:
            if people is None or user in people:
                found[user][day][what] += number
    return found


def counted(first, last):
    """(what, rows of (user id, day, number))."""
    for what, table, number in (
        (LeakAlert.VIEWS, RecordView, fn.COUNT(RecordView.id)), (LeakAlert.REVEALS, Reveal, fn.COUNT(Reveal.id)),
        (LeakAlert.EXPORTS, Export, fn.SUM(Export.total)),
    ):
        query = table.select(table.user, table.day, number).where(table.day.between(first, last))
        query = query.where(table.status != Export.FAILED) if table is Export else query
        yield what, query.group_by(table.user, table.day).tuples()
    ended = Claim.ended_at.between(start_of_day(first), start_of_day(last + timedelta(days=1)))
    given_back = Claim.select(Claim.ended_by, Claim.ended_at).where(ended, Claim.ended_by.is_null(False), Claim.end_reason.not_in(NOT_GIVEN_BACK))
    yield LeakAlert.RELEASES, ((user, day_of(at), 1) for user, at in given_back.tuples())


def standing(days, day):
    """{what: (number of the day, what it has to exceed)} of one person."""
    worked = [counts for other, counts in days.items() if other < day]
    return {what: (days[day][what], norm([counts[what] for counts in worked], floor)) for what, floor in FLOORS.items()}


def of_day(day, people=None):
    """{user id: standing} of a day, of everybody who did anything within the 30 days before it."""
    found = numbers(day - timedelta(days=DAYS), day, people)
    return {user: standing(days, day) for user, days in found.items()}


def sweep(at=None):
    """The hourly look at everybody: yesterday to its end, and today so far."""
    at = at or now()
    check(at - timedelta(days=1), told_at=at)
    check(at)
    forget_old_views(at)


def check(at, people=None, told_at=None):
    """Tell of whoever exceeds his norm on this day: once per person, day and kind, however often it is looked at."""
    day = day_of(at)
    found = of_day(day, {person.id for person in people} if people else None)
    exceeding = [user for user, kinds in found.items() if any(number > limit for number, limit in kinds.values())]
    for person in list(User.select().where(User.id.in_(exceeding)).order_by(User.id)):
        raise_alert(person, day, found[person.id], told_at or at)


def raise_alert(person, day, kinds, at):
    """The rows that are new, and one message about all of them to the administrators and his superior."""
    with transaction():
        known = {alert.what for alert in LeakAlert.select().where(LeakAlert.user == person.id, LeakAlert.day == day)}
        fresh = [
            LeakAlert.create(user=person, day=day, what=what, number=number, norm=limit, at=at)
            for what, (number, limit) in kinds.items() if number > limit and what not in known
        ]
        if not fresh:
            return
        facts = {what: number for what, (number, _limit) in kinds.items()}
        events.record("user.leak_suspected", person, by=None, at=at, day=day, norms={alert.what: alert.norm for alert in fresh}, **facts)
        readers = readers_of(person)
        notifications.notify(readers, "user.leak_suspected", fresh[0], at, actor=person.name, actor_id=person.id, day=day.isoformat(), **facts)


def readers_of(person):
    """The administrators and whoever is above this person; nobody is told of himself."""
    administrators = User.select().where(User.who_may("company.administer"), User.id != person.id)
    return [*administrators, *filter(None, [person.superior])]


def forget_old_views(at):
    RecordView.delete().where(RecordView.day < day_of(at - KEPT)).execute()
