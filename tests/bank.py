"""The pool as a bank (trust.md §2.1): many people move leads at once, nights pass meanwhile, and the books must balance.

tests/test_pool_bank.py runs it for seconds, benchmarks/bank.py for a minute and beside the bare database.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic, sleep

from peewee import fn

from domain import leads, now, recycling, recycling_runs, rehearsals, transaction
from models import Claim, Company, Event, Lead, Pool, RecycleRule, User, db
from tests import books, crowd
from tests import cast as people

ROOM = 1_000_000
NIGHT = 2  # seconds from one to the next
VERBS = ("claim", "claim", "release", "assign")
# 403 and 404: it lies in a pool, or is somebody else's by now
DONE, REFUSED = (200, 303), (403, 404, 409)
FAULTS = ("locked", "deadlock", "Traceback", "nothing could be written")


@dataclass
class Report:
    """What happened: {(verb, status): number}, how long it took, and what the log held against us."""

    seconds: float
    answers: Counter = field(default_factory=Counter)
    recycled: int = 0
    faults: list = field(default_factory=list)

    def done(self, verb):
        return sum(number for (asked, status), number in self.answers.items() if asked == verb and status in DONE)

    @property
    def claims_per_second(self):
        return self.done("claim") / self.seconds

    def __str__(self):
        moved = ", ".join(f"{self.done(verb):,} {verb}" for verb in dict.fromkeys(VERBS))
        refused = sum(number for (_verb, status), number in self.answers.items() if status in REFUSED)
        return f"{moved}, {self.recycled:,} recycled, {refused:,} refused in {self.seconds:.0f} s; {self.claims_per_second:,.0f} claims a second"


def furnish(server, customers=64, records=400):
    """The cast's company with room for everybody, so many leads in the pool, a rule that is on, and the browsers."""
    people.build()
    cast = people.load()
    Company.update(daily_claim_limit=ROOM, claim_capacity=ROOM).execute()
    with transaction():
        for n in range(records):
            leads.create(cast.admin, pool=Pool.of("lead").get(), name=f"公海公司 {n}")
    rule = recycling.create("lead", cast.admin, name="1 天未跟进", no_follow_up_days=1, spares_locked=False)
    recycling.switch_on(rehearsals.rehearse(rule, cast.admin), cast.admin)
    managers = customers // 8
    return crowd.browsers(server, [*crowd.hire(managers, cast.manager), *crowd.hire(customers - managers, cast.seller)])


def run(server, browsers, seconds):
    """Everybody moves what he likes until the time is over, while nights pass. The Report, its books checked."""
    report, begun, ids = Report(seconds), now(), [lead.id for lead in Lead.select(Lead.id)]
    read, before, until = len(server.log()), Lead.select().count(), monotonic() + seconds
    threads = [Thread(target=move, args=(browser, ids, until, report, number)) for number, browser in enumerate(browsers)]
    for thread in threads:
        thread.start()
    nights(until)
    for thread in threads:
        thread.join()
    report.recycled = Event.select().where(Event.verb == "lead.recycled").count()
    report.faults = [fault for fault in FAULTS if fault in server.log()[read:]]
    assert Lead.select().count() == before, "a lead was lost or doubled"
    check_turns(begun)
    books.check()
    return report


def move(browser, ids, until, report, number):
    chance = random.Random(number)  # noqa: S311 a test's chance
    here = (User.role == User.SELLER) & (User.department == browser.person.department_id) & User.disabled_at.is_null()
    colleagues = [user.id for user in User.select().where(here)]
    answered, mine, manages = Counter(), [], browser.person.role == User.MANAGER
    while monotonic() < until:
        verb = "assign" if manages else chance.choice(("claim", "claim", "release"))
        id = mine.pop() if verb == "release" and mine else chance.choice(ids)
        form = {"release": {"reason": "no_need"}, "assign": {"to": chance.choice(colleagues)}}.get(verb)
        status = browser.post(f"/leads/{id}/{verb}", form).status
        answered[verb, status] += 1
        if verb == "claim" and status in DONE:
            mine.append(id)
    report.answers.update(answered)
    db.close()


def nights(until):
    """One rule, one night after the other, as if each lasted two seconds: time to give back what one has just claimed."""
    rule = RecycleRule.get(RecycleRule.state == RecycleRule.ON)
    night = recycling.coming_night(now())
    while monotonic() < until:
        night = night.fromordinal(night.toordinal() + 1)
        recycling_runs.run(rule, night, rest=1)
        sleep(NIGHT)


def check_turns(begun):
    """One winner each: nobody had a lead while somebody else did."""
    rows = list(Claim.select().where(Claim.record_kind == "lead").order_by(Claim.record_id, Claim.id))
    for earlier, later in zip(rows, rows[1:], strict=False):
        if earlier.record_id == later.record_id:
            assert earlier.ended_at and earlier.ended_at <= later.at, f"lead {later.record_id} had two owners at once"
    most = Claim.select(fn.COUNT(Claim.id)).where(Claim.ended_at.is_null()).group_by(Claim.record_kind, Claim.record_id)
    assert all(number == 1 for (number,) in most.tuples())
