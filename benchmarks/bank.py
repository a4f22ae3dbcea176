"""The pool as a bank: 64 people for a minute over HTTP, and what a claim costs beneath it: `python -m benchmarks.bank [seconds]`.

On SQLite, and on a PostgreSQL cluster that is made for it and syncs to disk. Each claim is its own transaction: through HTTP;
through the verb, with its rules, in one thread and in eight; and the bare driver's UPDATE and two INSERTs.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from time import monotonic

from benchmarks.claims import write_all
from benchmarks.floors import bare
from domain import ONE_WRITER, now, pool
from models import Claim, Lead, Pool, User, db
from tests import bank, postgres
from tests.crowd import rows_of
from tests.server import Server

PEOPLE, LEADS, SECONDS, THREADS = 64, 400, 60, 8
AIM = 0.5  # of what the bare driver does
LOCKED = ("BEGIN", f"SELECT pg_advisory_xact_lock({ONE_WRITER})")


def main(seconds):
    faults = tell("SQLite", *measure(seconds))
    if reason := postgres.missing():
        print(f"PostgreSQL: {reason}")
        return faults
    cluster = postgres.Cluster().start(settings="")
    try:
        return faults + tell("PostgreSQL", *measure(seconds, postgres.create_database(cluster.address, "bank")))
    finally:
        cluster.stop()


def measure(seconds=SECONDS, url=""):
    """(Report of the crowd, {way: claims per second})"""
    with tempfile.TemporaryDirectory(prefix="haitu-bank-") as folder, Server(folder, url) as server, rows_of(server):
        report = bank.run(server, bank.furnish(server, PEOPLE, LEADS), seconds)
        rates = {f"the verb, {number} at a time": rate(lambda pairs: claim_all(pairs, number)) for number in (1, THREADS)}
        return report, rates | {"bare": rate(lambda pairs: write_bare(pairs, server.data / "haitu.db", url))}


def rate(claim):
    """Claims per second of the whole pool by its sellers in turn."""
    Lead.update(owner=None, owned_since=None, last_owner=None, pool=Pool.of("lead").get(), status=Lead.UNASSIGNED).execute()
    Claim.update(ended_at=now()).where(Claim.ended_at.is_null()).execute()
    pairs = list(zip(Lead.with_people(), cycle(list(User.select().where(User.role == User.SELLER)))))
    begun = monotonic()
    claim(pairs)
    return len(pairs) / (monotonic() - begun)


def claim_all(pairs, threads):
    with ThreadPoolExecutor(threads, initializer=lambda: db.connect(reuse_if_open=True)) as crowd:
        list(crowd.map(lambda pair: pool.claim(pair[0], by=pair[1]), pairs))


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
