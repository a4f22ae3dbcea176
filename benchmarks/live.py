"""A hundred browsers at one open pool page: what they cost the server while nothing happens, while a row leaves every second, and
what a page then takes."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pages import SELLER, pool_at
from domain import pool
from models import Company, Lead, Pool, User
from tests.server import ROOT, Server

BROWSERS, SECONDS, ROWS = 100, 30, 50
CPU_AIM, RATIO_AIM = 0.10, 1.5
TICKS = os.sysconf("SC_CLK_TCK")


def measure(places, report):
    place = places[0]
    place.enter()
    Company.update(claim_capacity=1_000_000, daily_claim_limit=1_000_000).execute()
    path = pool_at(place)
    question = f"pool={here(path)}&what=lead&on=lead.{'.'.join(shown(path))}"
    cookies = "\n".join(place.cookie(seller.login) for seller in sellers(path))
    with Server(place.path.parent, f"sqlite:///{place.path}") as server:
        page = [sys.executable, "-m", "benchmarks.load", str(server.port), place.cookie(SELLER), path, "1"]
        idle = visits(page)
        with looking(server, question, cookies) as quiet:
            quiet["page"] = visits(page)
        with looking(server, question, cookies) as still:
            time.sleep(SECONDS)
        with looking(server, question, cookies) as busy:
            claim_each_second(path)
    tell(report, idle, still, quiet, busy)


def tell(report, idle, still, quiet, busy):
    report.table(f"{BROWSERS} browsers at an open pool page, each asking every 2 s", "", "figure", "aim", "answers", "p95 of an answer")
    for what, found in (("while nothing happens", still), ("while a row leaves every second", busy)):
        answers = ", ".join(f"{number} × {status}" for status, number in sorted(found["statuses"].items()))
        report.row(
            f"share of one core, {what}", f"{found['cpu']:.1%}", report.verdict(found["cpu"], CPU_AIM), answers, f"{found['p95'] * 1000:.1f} ms"
        )
    ratio = quiet["page"] / idle
    report.row("p95 of the pool page ÷ the same without them", f"{ratio:.2f}", report.verdict(ratio, RATIO_AIM), "", "")


def sellers(path):
    """So many of those who see the pool, some of them more than once."""
    everybody = User.select().where(User.role == User.SELLER).order_by(User.id)
    people = [person for person in everybody if Pool.open_to(person).where(Pool.id == here(path)).exists()]
    return [people[number % len(people)] for number in range(BROWSERS)]


def here(path):
    return int(path.rpartition("/")[2])


def shown(path):
    rows = Lead.select(Lead.id).where(Lead.pool == here(path), Lead.owner.is_null()).order_by(Lead.entered_pool_at.desc()).limit(ROWS)
    return [str(row.id) for row in rows]


def visits(command):
    """The 95th percentile of one visitor who asks for the page again and again."""
    subprocess.run([*command, "2"], cwd=ROOT, check=True, capture_output=True)
    return json.loads(subprocess.run([*command, "10"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)["p95"]


@contextmanager
def looking(server, question, cookies):
    """A dict that afterwards says what the lookers were answered, and the server's share of one core meanwhile."""
    found, command = {}, [sys.executable, "-m", "benchmarks.lookers", str(server.port), str(SECONDS + 2), question]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(cookies)
    process.stdin.close()
    time.sleep(4)  # until all have asked once
    begun, spent = time.perf_counter(), cpu(server)
    yield found
    found["cpu"] = (cpu(server) - spent) / (time.perf_counter() - begun)
    found |= json.loads(process.stdout.read())
    process.wait()


def cpu(server):
    """Seconds of processor time that the server has used, in all its threads."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def claim_each_second(path):
    for lead, seller in zip(shown(path)[:SECONDS - 5], sellers(path)):
        pool.claim(Lead.get_by_id(lead), by=seller)
        time.sleep(1)
