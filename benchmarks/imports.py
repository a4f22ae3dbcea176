"""An import of 20,000 rows into the pool, against reading the same file and inserting its rows on the bare driver."""

import csv
from io import BytesIO
from itertools import islice

from benchmarks.floors import bare
from benchmarks.names import Draw
from benchmarks.places import RUN
from benchmarks.timing import seconds
from domain import imports
from models import Import, Pool, name_key, utcnow

ROWS = 20_000
HEAD = "公司名称,联系人,电话,城市,来源"
AIM = 15  # seconds
INSERT = (
    "INSERT INTO lead (name, name_key, contact_name, phone, city, source, status, pool_id, home_pool_id, entered_pool_at, created_at,"
    " updated_at, contact_title, wechat, email, credit_code, province, address, website, industry, budget, need, drop_reason, last_note)"
    " VALUES (?, ?, ?, ?, ?, ?, 'unassigned', ?, ?, ?, ?, ?, '', '', '', '', '', '', '', '', '', '', '', '')"
)


def measure(places, report):
    report.table(f"An import of {ROWS:,} rows (GB18030)", "leads before", "import", "parse and insert alone", "ratio", "aim, s")
    for place in places:
        place.enter()
        alone = seconds(lambda path=place.path: insert(path, companies(seed=98), Pool.get().id))
        ours = seconds(lambda place=place: run(place, companies(seed=99)))
        report.row(f"{place.leads:,}", f"{ours:.1f} s", f"{alone:.1f} s", f"{ours / alone:.1f}", report.verdict(ours, AIM))


def companies(seed):
    """The bytes of a file."""
    draw = Draw(seed)
    cities = [draw.city(draw.pool()) for _row in range(ROWS)]
    lines = [f"{draw.company(city)}{row},{draw.contact()},{draw.phone()},{city},展会" for row, city in enumerate(cities)]
    return "\r\n".join([HEAD, *lines]).encode("gb18030")


def run(place, content):
    by, target = place.user("admin"), Pool.get()
    job = imports.upload(BytesIO(content), "companies.csv", "lead", by, RUN, target)
    imports.start(job, by, job.mapping, pool=target)
    imports.run(job.id, RUN)
    written = Import.get_by_id(job.id)
    if written.created < ROWS * 0.99:
        raise RuntimeError(f"only {written.created} of {ROWS} rows were written: {written.error}")


def insert(path, content, pool):
    """In transactions as large as the import's own."""
    connection, at = bare(path), str(utcnow())
    rows = islice(csv.reader(content.decode("gb18030").splitlines()), 1, None)
    while batch := list(islice(rows, imports.BATCH)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, [(row[0], name_key(row[0]), *row[1:], pool, pool, at, at, at) for row in batch])
        connection.execute("COMMIT")
    connection.close()
