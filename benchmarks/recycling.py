"""A night's recycling of one lead in five while people look at pages; and its rehearsal, which nobody should notice."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from statistics import median

from benchmarks.pages import SELLER, pool_at
from benchmarks.timing import seconds
from domain import due, now, recycling, rehearsals
from models import Lead, RecycleRule, RecycleRun, User, db
from tests.server import ROOT, Server

CONNECTIONS, SECONDS = 4, 5  # a window; a figure is the median of several windows' 95th percentiles
WINDOWS = 3  # before the run, and as many after it
AIM = 1.5  # times the p95 of an idle server
LONG_AGO = timedelta(days=40)
RULE = {"name": "15 天未跟进", "no_follow_up_days": 15}


def measure(places, report):
    place = places[-1]
    place.enter()
    rule, path, cookie = quiet(), pool_at(place), place.cookie(SELLER)
    report.table(f"Recycling, {place.leads:,} leads, {CONNECTIONS} connections on the pool page", "", "seconds", "leads/s", "p95", "÷ idle", "aim")
    rehearsed(rule, report)
    place.leave()
    server = Server(place.path.parent, f"sqlite:///{place.path}")
    server.start()
    try:
        run(place, server, rule, cookie, path, report)
    finally:
        server.stop()
    place.enter()


def quiet():
    """Whatever somebody holds is open and was not followed up for forty days; and a rule that takes it, still off."""
    since = now() - LONG_AGO
    with db.atomic():
        Lead.update(status=Lead.FOLLOWING, converted_at=None, owned_since=since, last_follow_up_at=None).where(Lead.owner.is_null(False)).execute()
    return recycling.create("lead", User.get(User.role == User.ADMINISTRATOR), **RULE)


def rehearsed(rule, report):
    took = seconds(lambda: rehearse(rule))
    report.row("rehearsal: tonight, 7 and 30 days", f"{took:.1f}", f"{Lead.select().count() / took:,.0f}", "", "", "")


def rehearse(rule):
    rehearsals.rehearse(rule, User.get(User.role == User.ADMINISTRATOR))
    rehearsals.worker.wait()


def run(place, server, rule, cookie, path, report):
    """Switch it on as of yesterday and start again: at the start what was missed is taken."""
    idle = [p95(server, cookie, path) for _window in range(WINDOWS)]
    server.stop()
    number = switch_on(place, rule)
    server.start()
    begun, beside = time.monotonic(), []
    while not finished(place):
        beside.append(p95(server, cookie, path))
    took = time.monotonic() - begun
    idle += [p95(server, cookie, path) for _window in range(WINDOWS)]
    ratio = median(beside) / median(idle)
    report.row("idle", 2 * WINDOWS * SECONDS, "", f"{median(idle) * 1000:.0f} ms", "1.00", "")
    report.row(
        f"recycling {number:,} of them", f"{took:.0f}", f"{number / took:,.0f}", f"{median(beside) * 1000:.0f} ms", f"{ratio:.2f}",
        report.verdict(ratio, AIM),
    )


def switch_on(place, rule):
    """As of the day before yesterday; how many it takes."""
    place.enter()
    RecycleRule.update(state=RecycleRule.ON, switched_on_at=now() - timedelta(days=2)).where(RecycleRule.id == rule.id).execute()
    number = Lead.select().where(due.Reckoning("lead").due(rule, due.last_night(now()))).count()
    place.leave()
    return number


def finished(place):
    place.enter()
    try:
        return RecycleRun.select().where(RecycleRun.finished_at.is_null(False)).exists()
    finally:
        place.leave()


def p95(server, cookie, path):
    visitors = [sys.executable, "-m", "benchmarks.load", str(server.port), cookie, path, str(CONNECTIONS), str(SECONDS)]
    return json.loads(subprocess.run(visitors, cwd=ROOT, check=True, capture_output=True, text=True).stdout)["p95"]
