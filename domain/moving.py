"""Moving house: everything in a SQLite file copied into an empty PostgreSQL database, and counted."""

from peewee import SqliteDatabase, fn, sort_models

from domain import Refused, _, schema, search
from models import TABLES, Company, Department, db

ROWS = 500  # at a time; nobody has more departments


def from_sqlite(path):
    """Copy the file's rows into the connected database; {table: rows}. The file is only read, and not changed."""
    if schema.engine()[0] != "PostgreSQL":
        raise Refused(_("Set DATABASE_URL to the PostgreSQL database first."))
    if Company.current():
        raise Refused(_("The PostgreSQL database is not empty."))
    source = SqliteDatabase(f"file:{path}?mode=ro", uri=True)
    tables = sort_models(TABLES)
    with db.atomic():
        for table in reversed(tables):  # what the migrations put there stands in the file, too
            if table.select().exists():
                table.delete().execute()
        copied = {table._meta.table_name: copy(table, source) for table in tables}
        for kind in search.TEXTS:
            index_again(kind)
    source.close()
    return copied


def copy(table, source):
    """One table, its ids kept."""
    count = 0
    for rows in batches(table, source):
        table.insert_many(rows).execute()
        count += len(rows)
    go_on_counting(table)
    if table.select().count() != count:
        raise Refused(_("%(table)s did not arrive whole.", table=table.__name__))
    return count


def batches(table, source):
    """The rows of the old database, by id; the few departments at once, each after the one above it."""
    last, order = 0, fn.LENGTH(Department.path) if table is Department else table.id
    while True:
        with table.bind_ctx(source):
            rows = list(table.select().where(table.id > last).order_by(order, table.id).limit(ROWS).dicts())
        if not rows:
            return
        yield rows
        last = max(row["id"] for row in rows)


def go_on_counting(table):
    """The next id follows the last one copied."""
    name = table._meta.table_name
    highest = table.select(fn.MAX(table.id)).scalar()
    if highest:
        db.execute_sql("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (name, highest))


def index_again(kind):
    table = next(table for table in TABLES if table.kind() == kind)
    last = 0
    while True:
        rows = list(table.select().where(table.id > last).order_by(table.id).limit(ROWS))
        if not rows:
            return
        search.index(kind, *rows)
        last = rows[-1].id
