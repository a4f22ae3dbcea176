"""kill -9 during writes: what was acknowledged is there, nothing is half-written, and the next start asks for nothing.

HAITU_KILLS=100 is the full number; `python -m benchmarks.kill` prints its figures.
"""

import os
import random
import time
from datetime import timedelta

import pytest

from domain import handover, now, transaction
from models import Claim, Company, Event, Handover, HandoverItem, Lead, Pool, RecycleRule, RecycleRun, User
from tests import books, killer
from tests import cast as people
from tests.crowd import rows_of

KILLS = int(os.environ.get("HAITU_KILLS", "5"))
START_UP = 10  # seconds, beside other tests; alone it takes one


def test_nothing_acknowledged_is_lost_to_kill_9(serve):
    report = killer.run(serve(), KILLS)
    assert all(report.acknowledged.values()), report
    assert max(report.starts) < START_UP, report


DUE, KEPT = 1_500, 300
LONG_AGO = timedelta(days=40)


def leads_of(owner, number):
    """Leads that nobody has followed up for forty days, and every sixth that somebody has."""
    for each in range(number):
        spoken = now() - (LONG_AGO if each % 6 else timedelta(0))
        columns = {"name": f"公司 {each}", "name_key": f"公司{each}", "owner": owner, "status": Lead.FOLLOWING}
        lead = Lead.create(**columns, owned_since=now() - LONG_AGO, last_follow_up_at=spoken)
        Claim.create(record_kind="lead", record_id=lead.id, owner=owner, how=Claim.CREATED, by=owner, day=now().date())


def quiet_leads(owner):
    with transaction():
        leads_of(owner, DUE + KEPT)
        RecycleRule.create(
            what="lead", name="15 天未跟进", position=0, state=RecycleRule.ON, no_follow_up_days=15, switched_on_at=now() - LONG_AGO
        )


def is_finished(server, finished):
    with rows_of(server):
        return finished.exists()


def killed_until(server, finished, life):
    """How often a server was killed before that was in its database, KILLS times at most: then it is left alone. `life`: from and
    to how many seconds after each start."""
    chance, kills = random.Random(5), 0
    while not is_finished(server, finished):
        if kills < KILLS:
            server.kill()
            kills += 1
            server.start()
        time.sleep(chance.uniform(*life))
    return kills


def test_recycling_that_is_killed_goes_on_drops_nothing_twice_and_forgets_nothing(serve):
    server = serve()
    with rows_of(server):
        people.build()
        quiet_leads(User.get(User.login == "seller"))
    kills = killed_until(server, RecycleRun.select().where(RecycleRun.finished_at.is_null(False)), (0.2, 0.5))
    with rows_of(server):
        taken = [event.record_id for event in Event.select().where(Event.verb == "lead.recycled")]
        assert len(taken) == len(set(taken)) == DUE == RecycleRun.get().taken
        assert Lead.select().where(Lead.owner.is_null(False)).count() == KEPT
        assert {lead.pool_id for lead in Lead.select().where(Lead.owner.is_null())} == {Pool.of("lead").get().id}
        books.check()
    assert kills > 2, "the run was over before it could be killed"


HELD = 400


@pytest.mark.once
def test_a_handover_that_is_killed_goes_on_moves_nothing_twice_and_forgets_nothing(serve):
    server = serve()
    with rows_of(server):
        people.build()
        cast = people.load()
        Company.update(claim_capacity=HELD).execute()
        with transaction():
            leads_of(cast.seller, HELD)
        handover.start(handover.plan(cast.seller, cast.admin, [cast.rival]), cast.admin)
    kills = killed_until(server, Handover.select().where(Handover.status == Handover.DONE), (0.3, 0.6))
    with rows_of(server):
        moved = [event.record_id for event in Event.select().where(Event.verb == "lead.assigned")]
        assert len(moved) == len(set(moved)) == HELD == HandoverItem.select().where(HandoverItem.status == HandoverItem.MOVED).count()
        assert {lead.owner_id for lead in Lead.select()} == {cast.rival.id}
        books.check()
    assert kills > 1, "the run was over before it could be killed"
