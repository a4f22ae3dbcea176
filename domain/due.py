"""When a rule takes a record (掉保): one WHERE for the run, its rehearsal and the lists; and the why of a single record."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from operator import and_, or_

from peewee import JOIN, SQL, Case, Value, fn

from domain import calendar, day_of, local, now, start_of_day, to_utc
from models import (
    EVERYTHING,
    Customer,
    Department,
    DepartmentMember,
    Lead,
    Opportunity,
    Pool,
    PoolAdministrator,
    PoolScope,
    RecycleRule,
    User,
)

TABLES = {"lead": Lead, "customer": Customer}
HOUR = 3  # of the company's clock, at which a night takes what is due


def last_night(at):
    """The day whose 03:00 has passed last."""
    here = local(at)
    return here.date() if here.hour >= HOUR else here.date() - timedelta(days=1)


def moment_of(night):
    return to_utc(datetime.combine(night, time(HOUR)))


@dataclass
class Clock:
    """One condition of a rule on one record: since when it counts, how many days, and the last of them."""

    condition: str
    since: datetime
    days: int
    last_day: date


@dataclass
class Protection:
    """Until when a record is safe from a rule, by which of its conditions; `spared` says why it does not take it at all."""

    rule: RecycleRule
    clock: Clock
    spared: str = ""  # locked, dealt, open_deal, no_pool

    @property
    def last_day(self):
        return self.clock.last_day

    def is_due(self, night):
        return not self.spared and self.last_day < night


class Reckoning:
    """Everything besides the records that decides what is due, read once: rules, calendar, people and their pools."""

    def __init__(self, what, rules=None, at=None):
        self.what, self.table, self.night = what, TABLES[what], last_night(at or now())
        self.rules = list(RecycleRule.of(what).where(RecycleRule.state == RecycleRule.ON)) if rules is None else rules

    @cached_property
    def calendar(self):
        return shared_calendar(self.rules)

    @cached_property
    def staff(self):
        """{person id: (path of the department, {kinds of record for which some pool lets him in})}, in one query."""
        return staff()

    @cached_property
    def people(self):
        return list(User.with_role())

    @cached_property
    def names(self):
        return {person.id: person.name for person in self.people}

    @property
    def paths(self):
        """{person id: [path of each of his departments]}."""
        found = {person.id: [person.department.path] if person.department_id else [] for person in self.people}
        others = DepartmentMember.select(DepartmentMember.user, Department.path).join(Department)
        for user_id, path in others.tuples():
            found[user_id].append(path)
        return found

    @cached_property
    def homes(self):
        """{person id: the first pool he is a member of}, for a record that never lay in one."""
        pools, scopes, administrators = list(Pool.of(self.what)), {}, set()
        for scope in PoolScope.select():
            scopes.setdefault(scope.pool_id, []).append(scope)
        for row in PoolAdministrator.select():
            administrators.add((row.pool_id, row.user_id))
        found, paths = {}, self.paths
        for person in (person for person in self.people if person.may("pool.see")):
            admitting = (
                pool for pool in pools
                if admits(scopes.get(pool.id), person, paths[person.id]) or person.may("company.administer") or (pool.id, person.id) in administrators
            )
            if pool := next(admitting, None):
                found[person.id] = pool
        return found

    def has_pool(self, person_id):
        return self.what in self.staff[person_id][1]

    def concerns(self, rule, person_id):
        """Whether the rule is about this person's records."""
        return not rule.departments or bool({str(id) for id in rule.departments} & {*self.staff[person_id][0].split("/")})

    # ---- in SQL ------------------------------------------------------------------------------------------------------

    def due(self, rule, night):
        """The WHERE of what the rule takes in the night that begins this day. Null never means due."""
        reachable = EVERYTHING if rule.pool_id else self.has_home()
        return self.ripe(rule, night) & reachable

    def within(self, days):
        """The WHERE of what some rule takes tonight or in the days after."""
        return reduce(or_, [self.due(rule, self.night + timedelta(days=1 + days)) for rule in self.rules])

    def nearness(self, days):
        """In how many nights each of these goes: what a list is ordered by."""
        steps = [(self.within(number), number) for number in range(days)]
        return Case(None, steps, days)

    def stranded(self, rule, night):
        """The WHERE of what would go, if any pool took it."""
        return self.ripe(rule, night) & (SQL("1 = 0") if rule.pool_id else ~self.has_home())

    def has_home(self):
        return self.table.home_pool.is_null(False) | self.table.owner.in_(let_in(self.what))

    def ripe(self, rule, night):
        expired = [self.expired(rule, night, *condition) for condition in rule.conditions]
        return reduce(and_, [held(self.table), *self.unspared(rule), reduce(and_ if rule.needs_all else or_, expired)])

    def unspared(self, rule):
        """The conditions under which the rule looks at a record at all."""
        if rule.departments:
            yield self.table.owner.in_(people_of(rule.departments))
        if rule.spares_locked:
            yield self.table.locked_at.is_null()
        if self.what == "customer":
            if rule.spares_dealt:
                yield Customer.dealt_at.is_null()
            if rule.spares_open_deals:
                yield ~deal_of(Customer, Opportunity.status == Opportunity.OPEN)

    def expired(self, rule, night, condition, days, by_level):
        """That the days of one condition are over, for each level by its own number of them."""
        if self.what == "lead" or not by_level:
            return self.over(rule, night, condition, days)
        others = Customer.level.not_in(list(by_level)) & self.over(rule, night, condition, days)
        return reduce(or_, [(Customer.level == level) & self.over(rule, night, condition, n) for level, n in by_level.items()], others)

    def over(self, rule, night, condition, days):
        table, limit = self.table, start_of_day(self.calendar.cutoff(night, days, rule.working_days) + timedelta(days=1))
        owned = table.owned_since < limit
        if condition == RecycleRule.NO_FOLLOW_UP:
            return owned & (table.last_follow_up_at.is_null() | (table.last_follow_up_at < limit))
        if self.what == "lead":
            return owned
        if condition == RecycleRule.NO_DEAL:
            return owned & Customer.dealt_at.is_null()
        return owned & ~deal_of(Customer, Opportunity.created_at >= limit)

    # ---- of records at hand ------------------------------------------------------------------------------------------

    def protections(self, records):
        """{record id: [Protection]} by every rule that concerns it, the one that takes it first in front; one more query."""
        if not self.rules:
            return {record.id: [] for record in records}
        deals = deals_of(records) if self.what == "customer" else {}
        return {record.id: self.protections_of(record, *deals.get(record.id, (None, 0))) for record in records}

    def protections_of(self, record, newest_deal, open_deals):
        if not is_held(record):
            return []
        found = [self.protection(rule, record, newest_deal, open_deals) for rule in self.rules]
        return sorted(filter(None, found), key=self.turn)

    def turn(self, protection):
        """Of two that are due already the first rule takes it, whichever was over before."""
        return bool(protection.spared), max(protection.last_day, self.night), protection.rule.position, protection.rule.id

    def protection(self, rule, record, newest_deal, open_deals):
        clocks = [self.clock(rule, record, newest_deal, *condition) for condition in rule.conditions]
        clocks = [clock for clock in clocks if clock] if not rule.needs_all or all(clocks) else []
        if not clocks or not self.concerns(rule, record.owner_id):
            return None
        deciding = (max if rule.needs_all else min)(clocks, key=lambda clock: clock.last_day)
        return Protection(rule, deciding, self.spared(rule, record, open_deals))

    def clock(self, rule, record, newest_deal, condition, days, by_level):
        """None where the condition does not count on this record."""
        if condition == RecycleRule.NO_DEAL and getattr(record, "dealt_at", None):
            return None
        restarts = {RecycleRule.NO_FOLLOW_UP: record.last_follow_up_at, RecycleRule.NO_OPPORTUNITY: newest_deal}
        since = max(filter(None, (record.owned_since, restarts.get(condition))))
        days = by_level.get(record.level, days) if self.what == "customer" else days
        return Clock(condition, since, days, self.calendar.add_days(day_of(since), days, rule.working_days))

    def spared(self, rule, record, open_deals):
        if rule.spares_locked and record.locked_at:
            return "locked"
        if rule.spares_dealt and getattr(record, "dealt_at", None):
            return "dealt"
        if rule.spares_open_deals and open_deals:
            return "open_deal"
        return "" if rule.pool_id or record.home_pool_id or self.has_pool(record.owner_id) else "no_pool"

    def target(self, rule, record):
        """The id of the pool it goes to."""
        return rule.pool_id or record.home_pool_id or self.homes[record.owner_id].id


def of_both(at=None):
    """{kind of record: Reckoning} by the rules that are on; they share calendar and people."""
    rules = list(RecycleRule.select().where(RecycleRule.state == RecycleRule.ON).order_by(RecycleRule.position, RecycleRule.id))
    both = {what: Reckoning(what, [rule for rule in rules if rule.what == what], at) for what in TABLES}
    if rules:
        both["customer"].staff, both["customer"].calendar = both["lead"].staff, shared_calendar(rules)
        both["lead"].calendar = both["customer"].calendar
    return both


def shared_calendar(rules):
    """The company's own where working days are counted; calendar days need none."""
    return calendar.load() if any(rule.working_days for rule in rules) else calendar.Calendar()


def admits(scopes, person, paths):
    """Whether a pool with these scope rows is open to a person: all are, of one without any. Pool.open_to() in Python."""
    if scopes is None:
        return True
    chains = [[int(part) for part in path.strip("/").split("/")] for path in paths]
    here, above = {chain[-1] for chain in chains}, {id for chain in chains for id in chain}
    return any(
        scope.user_id == person.id or scope.role == person.role or scope.department_id in (above if scope.with_below else here)
        for scope in scopes
    )


def people_of(departments):
    """Whoever works in one of these departments or below."""
    return User.select(User.id).join(Department).where(reduce(or_, [is_below(Value(f"/{id}/")) for id in departments]))


def is_below(place, department=Department):
    """Whether a department's path leads through this place: /4/."""
    return fn.REPLACE(department.path, place, "") != department.path


def let_in(what):
    """Whoever works on leads and is let in by some pool: Pool.open_to() asked for everybody at once."""
    scopes, pools = PoolScope.select(SQL("1")), Pool.select(SQL("1")).where(Pool.what == what)
    place = Value("/").concat(PoolScope.department.cast("text")).concat("/")
    in_department = (PoolScope.department == User.department) | (PoolScope.with_below & is_below(place))
    besides = Department.alias()
    there = (besides.id == PoolScope.department) | PoolScope.with_below & is_below(place, besides)
    others = DepartmentMember.select(SQL("1")).join(besides, on=DepartmentMember.department == besides.id)
    in_department |= fn.EXISTS(others.where(DepartmentMember.user == User.id, there))
    member = (PoolScope.user == User.id) | (PoolScope.role == User.role) | in_department
    run = PoolAdministrator.select(SQL("1")).where(PoolAdministrator.pool == Pool.id, PoolAdministrator.user == User.id)
    lets_in = (
        User.who_may("company.administer") | ~fn.EXISTS(scopes.where(PoolScope.pool == Pool.id))
        | fn.EXISTS(scopes.where(PoolScope.pool == Pool.id, member)) | fn.EXISTS(run)
    )
    people = User.select(User.id).join(Department, JOIN.LEFT_OUTER)
    return people.where(User.who_may("pool.see"), fn.EXISTS(pools.where(lets_in)))


def staff():
    path, ids = fn.COALESCE(Department.path, ""), [User.id.in_(let_in(what)) for what in TABLES]
    rows = User.select(User.id, path, *ids).join(Department, JOIN.LEFT_OUTER).tuples()
    return {id: (path, {what for what, is_in in zip(TABLES, let, strict=True) if is_in}) for id, path, *let in rows}


def held(table):
    """Somebody has it since a known time, and it may change hands."""
    mine = table.owner.is_null(False) & table.owned_since.is_null(False) & table.changes_hands()
    return mine & table.converted_at.is_null() if table is Lead else mine


def is_held(record):
    return record.owner_id is not None and record.owned_since is not None and record.is_open and not getattr(record, "converted_at", None)


def deal_of(customer, condition):
    return fn.EXISTS(Opportunity.select(SQL("1")).where(Opportunity.customer == customer.id, condition))


def deals_of(customers):
    """{customer id: (when the newest deal was opened, how many are open)}"""
    still_open = fn.SUM((Opportunity.status == Opportunity.OPEN).cast("integer"))
    rows = Opportunity.select(Opportunity.customer, fn.MAX(Opportunity.created_at), still_open).where(
        Opportunity.customer.in_([customer.id for customer in customers])
    )
    return {id: (newest, number) for id, newest, number in rows.group_by(Opportunity.customer).tuples()}


def windows(table, size, after=0):
    """(after this id, up to that one): ranges of so many records that somebody has."""
    mine = table.owner.is_null(False)
    mine = mine & table.converted_at.is_null() if table is Lead else mine
    while True:
        ahead = table.select(table.id).where(mine, table.id > after).order_by(table.id).limit(size)
        last = table.select(fn.MAX(ahead.c.id)).from_(ahead).scalar()
        if last is None:
            return
        yield after, last
        after = last
