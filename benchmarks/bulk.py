"""Many rows into an empty database in little time: no index but the primary keys, no journal, one transaction a table."""

from contextlib import contextmanager
from multiprocessing import get_context
from types import SimpleNamespace

from domain import events, schema, search
from models import Event, db

FAST = ("journal_mode = off", "synchronous = off", "locking_mode = exclusive", "cache_size = -1000000", "foreign_keys = off")
HASH_SIZE = 512 << 20  # what the search index gathers in memory before it writes
CHUNK = 2_000
INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid"


@contextmanager
def without_indexes():
    """Secondary indexes are taken away, and built again when all rows are in."""
    run = db.connection().execute
    for pragma in FAST:
        run(f"PRAGMA {pragma}").fetchall()
    indexes = run(INDEXES).fetchall()
    for name, _sql in indexes:
        run(f'DROP INDEX "{name}"')
    yield
    for _name, sql in indexes:
        run(sql)
    run("PRAGMA journal_mode = wal").fetchall()
    schema.refresh_statistics()  # as every hour does


def pour(table, columns, rows, **same):
    """Insert tuples of these columns; `same` holds what is alike in all of them, the rest gets the model's defaults."""
    fields, connection = table._meta.fields, db.connection()
    alike = table._meta.get_default_dict() | same
    alike = {name: fields[name].db_value(value) for name, value in alike.items() if name not in columns}
    named = ", ".join(f'"{fields[name].column_name}"' for name in (*columns, *alike))
    places, constant = ", ".join("?" * (len(columns) + len(alike))), tuple(alike.values())
    connection.execute("BEGIN")
    statement = f'INSERT INTO "{table._meta.table_name}" ({named}) VALUES ({places})'
    connection.executemany(statement, (row + constant for row in rows))
    connection.execute("COMMIT")


def pour_events(facts):
    """Audit rows, chained as domain/events.py chains them, from (at, actor id, verb, kind, id, customer id, after, detail)."""
    columns = ("at", "actor", "verb", "record_kind", "record_id", "customer_id", "after", "detail", "previous_hash", "hash")
    pour(Event, columns, chained(facts, events.head()[1]))


def chained(facts, previous):
    dumped = Event.after._dumps
    for at, actor, verb, kind, id, customer_id, after, detail in facts:
        row = {
            "at": at, "actor": actor, "verb": verb, "record_kind": kind, "record_id": id, "customer_id": customer_id,
            "before": None, "after": after, "detail": detail, "previous_hash": previous,
        }
        hash = events.digest(row)
        yield (str(at), actor, verb, kind, id, customer_id, after and dumped(after), detail and dumped(detail), previous, hash)
        previous = hash


def pour_words(kind, columns, rows):
    """The search index of (id, *columns); words are found on all cores."""
    connection = db.connection()
    connection.execute(f"INSERT INTO {kind}_words ({kind}_words, rank) VALUES ('hashsize', {HASH_SIZE})")
    connection.execute("BEGIN")
    with get_context("spawn").Pool() as workers:
        given = [(kind, columns, row) for row in rows]  # a cursor is not read in the thread that hands out work
        words = workers.imap(words_of, given, chunksize=CHUNK)
        connection.executemany(f"INSERT INTO {kind}_words (rowid, words) VALUES (?, ?)", words)
    connection.execute("COMMIT")
    connection.execute(f"INSERT INTO {kind}_words ({kind}_words, rank) VALUES ('hashsize', 1048576)")


def words_of(given):
    kind, columns, (id, *values) = given
    return id, search.words_of(kind, SimpleNamespace(**dict(zip(columns, values))))
