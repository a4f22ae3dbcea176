"""Which customers several people followed in a period (撞客分析, P08); on the first of a month managers are told how many."""

from datetime import date, timedelta

from peewee import fn

from domain import day_of, events, now, start_of_day, transaction
from models import Collision, Company, Customer, Event, Touch, User

MOST = 200  # customers that one page names


class Followed:
    """A customer of the report: who did how much, and how many sides that was."""

    def __init__(self, customer):
        self.customer, self.people, self.sides, self.case = customer, {}, set(), None

    @property
    def acts(self):
        return sum(self.people.values())

    def add(self, row):
        self.people[row.actor] = self.people.get(row.actor, 0) + row.acts
        self.sides.add(row.side_id)


def month_of(at):
    """(first day, first day of the next month) of the calendar month before the one in which `at` falls."""
    end = day_of(at).replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def span(first, end):
    """The UTC times between which a company's days lie."""
    return start_of_day(first), start_of_day(end)


def followed_by_several(viewer, first, end, most=MOST):
    """[Followed] of the days from `first` to the day before `end`, as far as the viewer sees them: most people first."""
    found = {}
    for row in acts_per_person(viewer, *span(first, end)):
        found.setdefault(row.customer.id, Followed(row.customer)).add(row)
    listed = sorted(found.values(), key=lambda each: (-len(each.people), -each.acts, each.customer.id))[:most]
    add_cases(listed)
    return listed


def acts_per_person(viewer, since, until):
    """One grouped query: the acts of each person and side on every customer on which several people acted, his leads included."""
    here = Touch.at >= since, Touch.at < until, Touch.customer.is_null(False), Touch.what.not_in((Touch.RULING, Touch.TAKEN))
    several = Touch.select(Touch.customer).where(*here).group_by(Touch.customer).having(fn.COUNT(Touch.actor.distinct()) > 1)
    return (
        Touch.select(Touch.side, fn.COUNT(Touch.id).alias("acts"), Customer.id, Customer.name, Customer.short_name, User.id, User.name)
        .join(Customer).switch(Touch).join(User, on=Touch.actor)
        .where(*here, Touch.customer.in_(several), Customer.seen_by(viewer))
        .group_by(Touch.side, Customer.id, Customer.name, Customer.short_name, User.id, User.name)
        .order_by(fn.COUNT(Touch.id).desc(), User.id)
    )


def add_cases(listed):
    """The newest case about each."""
    ids = [each.customer.id for each in listed]
    cases = Collision.select().where(Collision.record_kind == "customer", Collision.record_id.in_(ids)).order_by(Collision.id)
    newest = {case.record_id: case for case in cases}
    for each in listed:
        each.case = newest.get(each.customer.id)


# ---- on the first of a month -----------------------------------------------------------------------------------------


def tell_of_last_month(at=None):
    """Once for each month that is over, however often this runs: the managers learn how many there were."""
    at = at or now()
    first, end = month_of(at)
    with transaction():
        company = Company.current()
        if company is None or told_of(first):
            return
        events.record("company.collisions_counted", company, None, at=at, month=f"{first:%Y-%m}", first=first, end=end)


def told_of(first):
    told = Event.select().where(
        Event.record_kind == "company", Event.record_id == 1, Event.verb == "company.collisions_counted"
    ).order_by(Event.id.desc()).first()
    return told is not None and date.fromisoformat(told.detail["first"]) >= first


def numbers(first, end):
    """[(manager, how many customers)] of those who have any."""
    people = User.select().where(User.role.in_((User.ADMINISTRATOR, User.MANAGER)), User.disabled_at.is_null())
    counted = ((person, len(followed_by_several(person, first, end))) for person in people)
    return [(person, number) for person, number in counted if number]
