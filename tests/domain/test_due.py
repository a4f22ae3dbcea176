"""What a rule is rehearsed to take is what the night takes, and what each record says of itself: a thousand records, every rule."""

import random
from datetime import date, datetime, timedelta

import pytest

from domain import calendar, due, recycling, recycling_runs, rehearsals, start_of_day
from models import Customer, Department, Lead, Opportunity, Pool, PoolScope, RecycleRun, Stage, User

AT = datetime(2026, 10, 12, 2, 0)  # ten o'clock of the Monday after 国庆
TONIGHT = date(2026, 10, 13)
THE_RUN = datetime(2026, 10, 12, 19, 0)  # 03:00 of the 13th
LEVELS = ("", "key", "standard", "trial")
SOME, MANY = 20, 1_000

CONDITIONS = (
    {"no_follow_up_days": 7}, {"no_opportunity_days": 10}, {"no_deal_days": 20}, {"no_follow_up_days": 5, "no_deal_days": 15},
    {"no_follow_up_days": 5, "no_opportunity_days": 8, "no_deal_days": 15},
)
VARIANTS = (
    {}, {"working_days": True}, {"needs_all": True}, {"spares_locked": False, "spares_dealt": False, "spares_open_deals": False},
    {"days_by_level": {"no_follow_up": {"key": 20, "trial": 0}, "no_deal": {"key": 40}, "no_opportunity": {"standard": 3}}},
    {"needs_all": True, "working_days": True, "days_by_level": {"no_deal": {"trial": 2}}, "spares_dealt": False},
    {"departments": ["华东"]}, {"pool": True},
)
RULES = [
    (what, conditions | variant)
    for what in ("lead", "customer") for conditions in CONDITIONS for variant in VARIANTS
    if what == "customer" or "no_opportunity_days" not in conditions
]


@pytest.fixture
def pools(cast):
    """One pool that everybody gets into, and none at all for the outsider where he has nothing else."""
    PoolScope.create(pool=Pool.of("lead").get(), department=Department.get(Department.name == "华东"))
    PoolScope.create(pool=Pool.of("customer").get(), department=Department.get(Department.name == "华东"))
    return {what: Pool.of(what).get() for what in ("lead", "customer")}


def rule_of(what, columns, pools, cast):
    columns = dict(columns)
    if "pool" in columns:
        columns["pool"] = pools[what]
    if "departments" in columns:
        columns["departments"] = [Department.get(Department.name == name).id for name in columns["departments"]]
    return recycling.create(what, cast.admin, name="试用", at=AT, **columns)


class Sea:
    """Records at random around the days that matter, many of them exactly at the hour at which a day turns."""

    def __init__(self, cast, pools, seed):
        self.chance, self.cast, self.pools = random.Random(seed), cast, pools
        self.owners = [cast.seller, cast.rival, cast.outsider, cast.manager]

    def moment(self):
        turn = start_of_day(date(2026, 10, 12) - timedelta(days=self.chance.randrange(0, 45)))
        return turn + self.chance.choice((timedelta(0), timedelta(microseconds=-1), timedelta(hours=self.chance.randrange(24))))

    def maybe(self, share, value):
        return value() if self.chance.random() < share else None

    def columns(self, what, number):
        owner = self.maybe(0.9, lambda: self.chance.choice(self.owners))
        return {
            "name": f"公司 {number}", "name_key": f"公司{number}", "owner": owner, "pool": None if owner else self.pools[what],
            "home_pool": self.maybe(0.5, lambda: self.pools[what]), "owned_since": self.maybe(0.97, self.moment) if owner else None,
            "last_follow_up_at": self.maybe(0.7, self.moment), "locked_at": self.maybe(0.1, self.moment),
        }

    def lead(self, number):
        columns = self.columns("lead", number)
        status = self.chance.choice(("pending", "following", "following", "invalid", "converted")) if columns["owner"] else "unassigned"
        converted = self.moment() if status == "converted" else None
        return columns | {"status": status, "converted_at": converted}

    def customer(self, number):
        return self.columns("customer", number) | {"level": self.chance.choice(LEVELS), "dealt_at": self.maybe(0.2, self.moment)}

    def fill(self, what, number):
        table = due.TABLES[what]
        rows = [getattr(self, what)(n) for n in range(number)]
        for begin in range(0, number, 100):
            table.insert_many(rows[begin:begin + 100]).execute()
        if what == "customer":
            self.open_deals()

    def open_deals(self):
        stage = Stage.select().first()
        rows = [
            {"customer": customer, "owner": self.cast.seller, "name": "商机", "stage": stage, "status": self.chance.choice(Opportunity.STATUSES),
             "created_at": self.moment()}
            for customer in Customer.select() for _deal in range(self.chance.choice((0, 0, 1, 2)))
        ]
        for begin in range(0, len(rows), 100):
            Opportunity.insert_many(rows[begin:begin + 100]).execute()


def those_that_say_so(rule, night):
    reckoning = due.Reckoning(rule.what, [rule])
    records = list(reckoning.table.select())
    return {id for id, found in reckoning.protections(records).items() if found and found[0].is_due(night)}


def still_owned(table):
    return {row.id for row in table.select(table.id).where(table.owner.is_null(False))}


@pytest.mark.parametrize(("what", "columns"), RULES, ids=[f"{what}-{n}" for n, (what, _columns) in enumerate(RULES)])
def test_rehearsed_taken_and_told_are_the_same_records(what, columns, pools, cast, request):
    Sea(cast, pools, request.node.name).fill(what, MANY)
    rule, table = rule_of(what, columns, pools, cast), due.TABLES[what]
    told = [those_that_say_so(rule, TONIGHT + timedelta(days=days)) for days in rehearsals.HORIZONS]
    rehearsal = rehearsals.rehearse(rule, cast.admin, AT)
    counted = [sum(numbers[place] for numbers in rehearsal.owners.values()) for place in range(3)]
    assert counted == [len(ids) for ids in told]
    assert rehearsal.first == sorted(told[0])[:rehearsals.LISTED]
    rule = recycling.switch_on(rehearsal, cast.admin, AT)
    before = still_owned(table)
    recycling_runs.catch_up(THE_RUN, rest=0)
    assert before - still_owned(table) == told[0]
    assert RecycleRun.get(RecycleRun.night == TONIGHT).taken == len(told[0]) > SOME
    assert len(told[0]) < len(before)


def test_the_pool_that_a_person_gets_into_first_is_the_one_that_his_records_go_to(cast):
    chance = random.Random(8)
    Pool.update(position=9).execute()
    PoolScope.create(pool=Pool.of("lead").get(), user=cast.rival)
    departments, people = list(Department.select()), list(User.select())
    for number in range(12):
        pool = Pool.create(name=f"公海 {number}", what=chance.choice(Pool.WHAT), position=chance.randrange(5))
        for _scope in range(chance.choice((1, 1, 2))):
            whom = {"department": chance.choice(departments), "user": chance.choice(people), "role": chance.choice(User.ROLES)}
            scope = chance.choice(list(whom))
            PoolScope.create(pool=pool, with_below=chance.random() < 0.5, **{scope: whom[scope]})
    for what in Pool.WHAT:
        homes = due.Reckoning(what, []).homes
        first = {person.id: Pool.open_to(person, what).first() for person in people}
        assert {person.id: homes.get(person.id) for person in people} == first
        assert {row.id for row in due.let_in(what)} == {id for id, pool in first.items() if pool}


OWNED, SPOKEN, DEAL = datetime(2026, 11, 2, 2), datetime(2026, 11, 10, 2), datetime(2026, 11, 5, 2)


@pytest.mark.parametrize(("columns", "facts", "last_day"), [
    ({"no_follow_up_days": 5}, {}, date(2026, 11, 7)),
    ({"no_follow_up_days": 5}, {"last_follow_up_at": SPOKEN}, date(2026, 11, 15)),
    ({"no_follow_up_days": 5}, {"last_follow_up_at": OWNED - timedelta(days=30)}, date(2026, 11, 7)),  # spoken to before it was his
    ({"no_opportunity_days": 10}, {}, date(2026, 11, 12)),
    ({"no_opportunity_days": 10}, {"deal": Opportunity.LOST}, date(2026, 11, 15)),
    ({"no_opportunity_days": 10}, {"deal": Opportunity.OPEN}, None),
    ({"no_opportunity_days": 10, "spares_open_deals": False}, {"deal": Opportunity.OPEN}, date(2026, 11, 15)),
    ({"no_deal_days": 20}, {}, date(2026, 11, 22)),
    ({"no_deal_days": 20}, {"dealt_at": SPOKEN}, None),
    ({"no_deal_days": 20}, {"locked_at": SPOKEN}, None),
    ({"no_deal_days": 20, "spares_locked": False}, {"locked_at": SPOKEN}, date(2026, 11, 22)),
    ({"no_follow_up_days": 5, "no_deal_days": 15}, {"last_follow_up_at": SPOKEN}, date(2026, 11, 15)),
    ({"no_follow_up_days": 5, "no_deal_days": 15, "needs_all": True}, {"last_follow_up_at": SPOKEN}, date(2026, 11, 17)),
    ({"no_follow_up_days": 5, "days_by_level": {"no_follow_up": {"key": 20}}}, {"level": "key"}, date(2026, 11, 22)),
    ({"no_follow_up_days": 5, "days_by_level": {"no_follow_up": {"key": 20}}}, {"level": "trial"}, date(2026, 11, 7)),
])
def test_the_last_day_of_each_condition_is_the_one_on_the_wall(columns, facts, last_day, pools, cast):
    """Owned since Monday, 2 November: by hand, not by our own arithmetic. None: the rule never takes it."""
    deal, facts = facts.get("deal"), {name: fact for name, fact in facts.items() if name != "deal"}
    customer = Customer.create(name="x", name_key="x", owner=cast.seller, owned_since=OWNED, **facts)
    if deal:
        Opportunity.create(customer=customer, owner=cast.seller, name="x", stage=Stage.select().first(), status=deal, created_at=DEAL)
    rule = rule_of("customer", columns, pools, cast)
    reckoning = due.Reckoning("customer", [rule])
    taken = [night for night in days_of_november() if Customer.select().where(reckoning.due(rule, night)).exists()]
    assert min(taken, default=None) == (last_day and last_day + calendar.DAY)
    told = reckoning.protections([Customer.get_by_id(customer.id)])[customer.id]
    assert [each.last_day for each in told if not each.spared] == ([last_day] if last_day else [])


def days_of_november():
    return [date(2026, 11, day) for day in range(2, 31)]


def test_a_record_without_a_known_beginning_is_never_due(cast, pools):
    rule = rule_of("lead", {"no_follow_up_days": 0}, pools, cast)
    Lead.insert(name="x", name_key="x", owner=cast.seller, status="following").execute()
    reckoning = due.Reckoning("lead", [rule])
    assert not Lead.select().where(reckoning.due(rule, date(2099, 1, 1))).exists()
    assert reckoning.protections(list(Lead.select())) == {Lead.get().id: []}


def test_working_days_give_a_record_the_holiday_on_top(cast, pools):
    """Claimed on the last day before 国庆: seven calendar days are over with the holiday, seven working days a week later."""
    Lead.insert(name="x", name_key="x", owner=cast.seller, status="following", owned_since=datetime(2026, 9, 30, 8)).execute()
    for working, last_day in ((False, date(2026, 10, 7)), (True, date(2026, 10, 15))):
        rule = rule_of("lead", {"no_follow_up_days": 7, "working_days": working}, pools, cast)
        reckoning = due.Reckoning("lead", [rule])
        assert reckoning.protections([Lead.get()])[Lead.get().id][0].last_day == last_day
        for night, taken in ((last_day, False), (last_day + calendar.DAY, True)):
            assert Lead.select().where(reckoning.due(rule, night)).exists() is taken


