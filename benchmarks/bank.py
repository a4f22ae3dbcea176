"""The pool as a bank: 64 people for a minute over HTTP, and what a claim costs beneath it: `python -m benchmarks.bank [seconds]`.

On SQLite, and on a PostgreSQL cluster that is made for it and syncs to disk. Each claim is its own transaction: through HTTP;
through the verb, with its rules, in one thread and in eight; and the bare driver's UPDATE and two INSERTs.
"""

import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

from benchmarks.claims import claim_all, write_all
from benchmarks.floors import bare
from benchmarks.timing import seconds
from domain import ONE_WRITER, now
from models import Claim, Lead, Pool, User, db
from tests import bank, postgres
from tests.crowd import rows_of
from tests.server import Server

PEOPLE, LEADS, SECONDS, THREADS, ROUNDS = 64, 400, 60, 8, 5
AIM = 0.5  # of what the bare driver does
LOCKED = ("BEGIN", f"SELECT pg_advisory_xact_lock({ONE_WRITER})")


def main(duration):
    faults = tell("SQLite", *measure(duration))
    if reason := postgres.missing():
        print(f"PostgreSQL: {reason}")
        return faults
    cluster = postgres.Cluster().start(settings="")
    try:
        return faults + tell("PostgreSQL", *measure(duration, postgres.create_database(cluster.address, "bank")))
    finally:
        cluster.stop()


def measure(duration=SECONDS, url=""):
    """(Report of the crowd, {way: claims per second})"""
    with tempfile.TemporaryDirectory(prefix="haitu-bank-") as folder, Server(folder, url) as server, rows_of(server):
        report = bank.run(server, bank.furnish(server, PEOPLE, LEADS), duration)
        ways = {f"the verb, {number} at a time": partial(share_out, threads=number) for number in (1, THREADS)}
        return report, rates(ways | {"bare": partial(write_bare, path=server.data / "haitu.db", url=url)})


def rates(ways):
    """{way: claims per second}, each of them some rounds, in turns."""
    spent = Counter()
    for _round in range(ROUNDS):
        for way, claim in ways.items():
            pairs = all_in_the_pool()
            spent[way] += seconds(partial(claim, pairs))
    return {way: ROUNDS * len(pairs) / taken for way, taken in spent.items()}


def all_in_the_pool():
    """(lead, seller) for every lead, by the sellers in turn."""
    Lead.update(owner=None, owned_since=None, last_owner=None, pool=Pool.of("lead").get(), status=Lead.UNASSIGNED).execute()
    Claim.update(ended_at=now()).where(Claim.ended_at.is_null()).execute()
    return list(zip(Lead.with_people(), cycle(list(User.select().where(User.role == User.SELLER)))))


def share_out(pairs, threads):
    with ThreadPoolExecutor(threads, initializer=lambda: db.connect(reuse_if_open=True)) as crowd:
        list(crowd.map(claim_all, (pairs[first::threads] for first in range(threads))))


def write_bare(pairs, path, url):
    if not url:
        connection = bare(path)
        write_all(connection, pairs)
        connection.close()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        write_all(InPostgreSQL(connection), pairs, LOCKED)


class InPostgreSQL:
    """A driver's connection that is asked with ? for a value, as SQLite's is."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, sql, values=()):
        return self.connection.execute(sql.replace("?", "%s"), values)


def tell(engine, report, rates):
    """Prints it; the faults."""
    print(f"{engine}: {report}")
    for way, claims in {"HTTP, 64 people": report.claims_per_second, **rates}.items():
        print(f"  {way}: {claims:,.0f} claims a second, {claims / rates['bare']:.2f} of the bare driver (aim {AIM})")
    return report.faults


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)))
