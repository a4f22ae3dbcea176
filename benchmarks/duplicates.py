"""The duplicate check over 156,714 names of the register, as they are typed letter by letter, against one exact look-up."""

import csv
from random import Random
from statistics import quantiles

from benchmarks.likenesses import REAL
from benchmarks.timing import seconds
from domain import duplicates, match_keys, search
from models import Lead, Pool, User, db, name_key

AIM = 0.150  # seconds, 95 of 100 checks
TYPED = 300
BATCH = 2_000


def measure(places, report):
    """In the database of the larger place, where there are names enough already."""
    if not REAL.exists():
        return
    places[-1].enter()
    report.table("The duplicate check while one types", "names", "median", "p95", "exact look-up", "ratio", "aim")
    fill(Pool.get())
    figures(report, User.get(User.login == "admin"))


def fill(pool, folder=REAL):
    for names in batches(folder):
        with db.atomic():
            first = (Lead.select(Lead.id).order_by(Lead.id.desc()).limit(1).scalar() or 0) + 1
            rows = [{"id": id, "name": name, "name_key": name_key(name), "pool": pool} for id, name in enumerate(names, first)]
            Lead.insert_many(rows).execute()
            made = [Lead(**row) for row in rows]
            match_keys.add(*made)
            search.index("lead", *made)


def batches(folder):
    with open(folder / "company_names_2019_slim.csv", encoding="utf-8-sig") as file:
        names = [row["企业名称"] for row in csv.DictReader(file)]
    return (names[start:start + BATCH] for start in range(0, len(names), BATCH))


def typed(seed=2026):
    """Names of the base, cut off where a hand may rest."""
    draw = Random(seed)
    names = [name for batch in batches(REAL) for name in batch]
    return [name[:draw.randrange(3, len(name) + 1)] for name in draw.sample(names, TYPED)]


def figures(report, viewer):
    match_keys.load()
    asked = typed()
    ours = [seconds(lambda name=name: duplicates.of(viewer, "lead", name=name)) for name in asked]
    exact = [seconds(lambda name=name: Lead.select().where(Lead.name_key == name_key(name)).first()) for name in asked]
    median, p95 = quantiles(ours, n=100)[49], quantiles(ours, n=100)[94]
    floor = quantiles(exact, n=100)[49]
    report.row(
        f"{Lead.select().count():,}", f"{median * 1000:.1f} ms", f"{p95 * 1000:.1f} ms", f"{floor * 1000:.2f} ms",
        f"{median / floor:.0f}", report.verdict(p95, AIM),
    )
