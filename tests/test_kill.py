"""kill -9 during writes: what was acknowledged is there, nothing is half-written, and the next start asks for nothing.

HAITU_KILLS=100 is the full number; `python -m benchmarks.kill` prints its figures.
"""

import os
import random
import time
from datetime import timedelta

from domain import now, transaction
from models import Claim, Event, Lead, Pool, RecycleRule, RecycleRun, User
from tests import books, killer
from tests import cast as people
from tests.crowd import rows_of

KILLS = int(os.environ.get("HAITU_KILLS", "10"))
START_UP = 10  # seconds, beside other tests; alone it takes one


def test_nothing_acknowledged_is_lost_to_kill_9(serve):
    report = killer.run(serve(), KILLS)
    assert all(report.acknowledged.values()), report
    assert max(report.starts) < START_UP, report


DUE, KEPT = 1_500, 300
LONG_AGO = timedelta(days=40)


def quiet_leads(owner):
    """Leads that nobody has followed up for forty days, and some that somebody has."""
    with transaction():
        for number in range(DUE + KEPT):
            spoken = now() - (LONG_AGO if number % 6 else timedelta(0))
            columns = {"name": f"公司 {number}", "name_key": f"公司{number}", "owner": owner, "status": Lead.FOLLOWING}
            lead = Lead.create(**columns, owned_since=now() - LONG_AGO, last_follow_up_at=spoken)
            Claim.create(record_kind="lead", record_id=lead.id, owner=owner, how=Claim.CREATED, by=owner, day=now().date())
        RecycleRule.create(
            what="lead", name="15 天未跟进", position=0, state=RecycleRule.ON, no_follow_up_days=15, switched_on_at=now() - LONG_AGO
        )


def is_finished(server):
    with rows_of(server):
        return RecycleRun.select().where(RecycleRun.finished_at.is_null(False)).exists()


def test_recycling_that_is_killed_goes_on_drops_nothing_twice_and_forgets_nothing(serve):
    server, chance, kills = serve(), random.Random(5), 0
    with rows_of(server):
        people.build()
        quiet_leads(User.get(User.login == "seller"))
    while not is_finished(server):
        server.kill()
        kills += 1
        server.start()
        time.sleep(chance.uniform(0.2, 0.5))
    with rows_of(server):
        taken = [event.record_id for event in Event.select().where(Event.verb == "lead.recycled")]
        assert len(taken) == len(set(taken)) == DUE == RecycleRun.get().taken
        assert Lead.select().where(Lead.owner.is_null(False)).count() == KEPT
        assert {lead.pool_id for lead in Lead.select().where(Lead.owner.is_null())} == {Pool.of("lead").get().id}
        books.check()
    assert kills > 2, "the run was over before it could be killed"
