"""The clock: one process at a time runs a job, and no job leaves a connection behind."""

import socket
import sys
from datetime import timedelta
from subprocess import PIPE, Popen
from threading import Thread

from domain import now, schedule
from models import Lease, db

LENGTH = timedelta(minutes=10)


def test_while_one_holds_the_lease_another_does_not_run_the_job(cast):
    schedule.take_lease("backup", LENGTH)
    Lease.update(holder="elsewhere").execute()
    assert not schedule.take_lease("backup", LENGTH)
    assert schedule.take_lease("backup", LENGTH, at=now() + LENGTH)


def test_a_killed_process_holds_no_lease_any_more_and_one_that_lives_does(cast):
    with Popen([sys.executable, "-c", "input()"], stdin=PIPE) as other:
        schedule.take_lease("backup", LENGTH)
        Lease.update(holder=f"{socket.gethostname()}:{other.pid}").execute()
        assert not schedule.take_lease("backup", LENGTH)
        other.kill()
    assert schedule.take_lease("backup", LENGTH)


def test_a_job_has_a_connection_of_its_own_and_closes_it(cast):
    seen = []

    def job():
        seen.append(db.is_closed())

    def in_a_thread():
        schedule.run("sessions", job)
        seen.append(db.is_closed())

    thread = Thread(target=in_a_thread)
    thread.start()
    thread.join()
    assert seen == [False, True]


def test_a_job_that_fails_stops_nobody(cast, caplog):
    schedule.run("backup", lambda: 1 / 0)
    assert "the job backup failed" in caplog.text
