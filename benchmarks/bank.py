"""The pool as a bank: 64 people for a minute over HTTP, beside the bare database: `python -m benchmarks.bank [seconds]`.

On SQLite in a temporary folder, or on the empty database that HAITU_BENCH_POSTGRESQL names.
"""

import os
import sys
import tempfile
from time import monotonic

from benchmarks.claims import write_all
from benchmarks.floors import bare
from domain import now
from models import Claim, Lead, Pool, User
from tests import bank
from tests.crowd import rows_of
from tests.server import Server

PEOPLE, LEADS, SECONDS, FLOOR_SECONDS = 64, 400, 60, 5


def measure(seconds=SECONDS, url=""):
    """(Report of the crowd, claims per second of the bare driver on the same file; None on PostgreSQL)"""
    with tempfile.TemporaryDirectory(prefix="haitu-bank-") as folder, Server(folder, url) as server, rows_of(server):
        report = bank.run(server, bank.furnish(server, PEOPLE, LEADS), seconds)
        return report, None if url else bare_claims(server.data / "haitu.db")


def bare_claims(path):
    """The same UPDATE and INSERTs, one transaction each, synced to disk, by one connection with nothing else to do."""
    connection, done = bare(path), 0
    Lead.update(owner=None, pool=Pool.of("lead").get(), status=Lead.UNASSIGNED).execute()
    Claim.update(ended_at=now()).where(Claim.ended_at.is_null()).execute()
    seller, leads = User.get(User.role == User.SELLER), list(Lead.select())
    begun = monotonic()
    while monotonic() - begun < FLOOR_SECONDS and done < len(leads):
        write_all(connection, [(leads[done], seller)])
        done += 1
    taken = monotonic() - begun
    connection.close()
    return done / taken


if __name__ == "__main__":
    found, floor = measure(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS, os.environ.get("HAITU_BENCH_POSTGRESQL", ""))
    print(found)
    if floor:
        print(f"bare database: {floor:,.0f} claims a second; ratio {found.claims_per_second / floor:.2f}")
    sys.exit(bool(found.faults))
