"""The clock: idempotent sweeps over due rows, each under a lease so that only one process runs it."""

import logging
import os
import socket
from datetime import timedelta
from functools import partial
from threading import Thread
from time import sleep

from apscheduler.schedulers.background import BackgroundScheduler

from domain import (
    accounts,
    approval_timeouts,
    assignment,
    backup,
    collision_report,
    exports,
    imports,
    leaks,
    mail_runner,
    match_keys,
    members,
    now,
    quote_links,
    recycling_runs,
    schema,
    transaction,
    validity,
)
from models import Lease, db

log = logging.getLogger("haitu.schedule")

MINUTE = 60


def start(data, smtp_url=""):
    """Begin the daily and hourly jobs in the background of this process."""
    clock = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": 3600})
    plan = partial(add_jobs, clock, data, smtp_url)
    plan()
    clock.start()
    Thread(target=watch, args=(clock, plan), daemon=True).start()
    return clock


def watch(clock, plan):
    last = now()
    while True:
        sleep(MINUTE)
        last = plan_anew_if_set_back(clock, plan, last, now())


def plan_anew_if_set_back(clock, plan, last, at):
    """Otherwise every job waits until its old time comes again. Gives the time to compare with next."""
    if at < last:
        log.warning("the machine's clock was set back from %s to %s: the jobs are planned anew", last, at)
        clock.remove_all_jobs()
        plan()
    return at


def add_jobs(clock, data, smtp_url):
    clock.add_job(run, "interval", hours=1, args=("sessions", accounts.forget_old_rows))
    clock.add_job(run, "interval", hours=1, args=("teams", members.end_expired))
    clock.add_job(run, "interval", hours=1, args=("uploads", lambda: imports.forget_old_uploads(data)))
    clock.add_job(run, "interval", hours=1, args=("exports", lambda: exports.forget_old_files(data)))
    clock.add_job(run, "interval", hours=1, args=("leaks", leaks.sweep))
    clock.add_job(run, "interval", minutes=5, args=("approvals", approval_timeouts.remind))
    clock.add_job(run, "interval", minutes=1, args=("assignment", assignment.settle))
    clock.add_job(run, "interval", minutes=1, args=("quote visits", quote_links.tell_of_first_visits))
    if smtp_url:
        clock.add_job(run, "interval", minutes=1, args=("outbox", lambda: mail_runner.resume(smtp_url)))
    clock.add_job(run, "interval", hours=1, args=("statistics", schema.refresh_statistics))
    clock.add_job(run, "cron", minute="*/15", args=("recycling", recycling_runs.catch_up, False))  # the first after 03:00
    clock.add_job(run, args=("recycling", recycling_runs.catch_up, False))  # at once, what was missed
    clock.add_job(run, "cron", hour=19, args=("backup", lambda: backup.create(data, "nightly")))  # 03:00 in China
    clock.add_job(run, "interval", hours=1, args=("validity", validity.tell_of_expiry))
    clock.add_job(run, "interval", hours=1, args=("collisions", collision_report.tell_of_last_month))
    clock.add_job(run, args=("match keys", match_keys.catch_up))  # once, at the start


def run(name, job, leased=True):
    """One job under its lease, unless it minds no company, on a connection of its own; a failure is logged and tried again at the next turn."""
    opened = schema.open_connection()
    try:
        if not leased or take_lease(name, timedelta(minutes=10)):
            job()
    except Exception:
        log.exception("the job %s failed", name)
    finally:
        if opened:
            db.close()


def take_lease(name, length, at=None):
    """Whether this process may run the job now: nobody else who still lives holds its lease."""
    at, holder = at or now(), f"{socket.gethostname()}:{os.getpid()}"
    with transaction():
        Lease.insert(name=name, holder="", until=at).on_conflict_ignore().execute()
        before = Lease.get(Lease.name == name).holder
        ours = [holder, before] if has_died(before) else [holder]
        free = (Lease.until <= at) | (Lease.holder << ours) | (Lease.until > at + length)  # longer than any: the clock was set back
        return Lease.update(holder=holder, until=at + length).where(Lease.name == name, free).execute() == 1


def has_died(holder):
    """Whether it was a process of this machine that runs no more: killed, it could not give its leases back."""
    machine, _colon, number = holder.rpartition(":")
    if machine != socket.gethostname():
        return False
    try:
        os.kill(int(number), 0)
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return False
