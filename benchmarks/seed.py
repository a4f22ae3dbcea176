"""Databases of 10,000 and 1,000,000 leads: the same on every machine but for the day, built once and kept in .cache.

What people work on is the same in both (50 people, 1,500 open leads, 2,000 open deals, 200 deals won this quarter);
what they have behind them, and what lies in the pools, grows with the number of leads.
"""

import hashlib
import time
from pathlib import Path

from benchmarks import bulk, seed_deals, seed_leads
from benchmarks.company import Cast, furnish
from benchmarks.names import Draw
from domain import day_of, now, schema, start_of_day, time_zone
from models import db

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
MADE_BY = (
    "benchmarks/seed*.py", "benchmarks/company.py", "benchmarks/names.py", "benchmarks/bulk.py", "domain/search.py",
    "domain/pinyin.py", "migrations/*.*",
)


def database_of(leads, say):
    """The path of the database with so many leads; a copy is yours to write into."""
    path = CACHE / f"{leads}-{fingerprint()}.db"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        for older in CACHE.glob(f"{leads}-*"):
            older.unlink()
        took = build(leads, path.with_suffix(".new"))
        path.with_suffix(".new").rename(path)
        say(f"built {leads:,} leads in {took:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
    return path


def fingerprint():
    """Changes with the code that builds and with the schema."""
    whole = hashlib.sha256()
    for path in sorted(path for pattern in MADE_BY for path in HERE.parent.glob(pattern)):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def build(leads, path):
    """Returns the seconds it took."""
    begun = time.perf_counter()
    path.unlink(missing_ok=True)
    schema.connect(f"sqlite:///{path}", None)
    db.connect()
    schema.upgrade()
    time_zone.cache_clear()
    furnish()
    cast, draw = Cast(), Draw()
    today = start_of_day(day_of(now()))
    with bulk.without_indexes():
        seed_leads.pour(leads, cast, draw, today)
        seed_deals.pour(leads, cast, draw, today)
    db.close()
    return time.perf_counter() - begun
