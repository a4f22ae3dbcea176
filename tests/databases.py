"""A fresh database for every test in a few milliseconds, on either engine.

The real migrations run once per worker; a test then starts from a copy of what they made: a copied file on SQLite,
copied rows on PostgreSQL. Three starting points are kept: "empty" (as before /setup), "cast" (see tests/cast.py), "demo".
"""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

from domain import schema
from models import db
from tests import postgres

MEMORY = Path("/dev/shm")


def quietly(sql):
    """Rows of a query of ours, beside peewee, so that nobody who counts queries counts it."""
    return db.connection().cursor().execute(sql).fetchall()


class SQLite:
    def __init__(self):
        in_memory = MEMORY if os.access(MEMORY, os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="haitu-test-", dir=in_memory))
        self.numbers = count()
        self.current = self.folder / "new.db"
        self.url = f"sqlite:///{self.current}"

    def keep(self, name):
        """Remember what the database holds now as the starting point `name`."""
        db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        shutil.copyfile(self.current, self.folder / f"{name}.start")

    def begin(self, name):
        """A new file for each test: what a thread of the last one still holds open cannot reach it."""
        self.database.close()
        self.current = self.folder / f"{next(self.numbers)}.db"
        shutil.copyfile(self.folder / f"{name}.start", self.current)
        self.database.init(str(self.current))
        db.initialize(self.database)

    def end(self):
        """A test that touches rows without asking for a database is told so, instead of meeting the last test's."""
        self.database.close()
        self.current.unlink()
        db.initialize(None)

    def write_mark(self):
        """Changes whenever something may have been written; equal means that nothing was."""
        return self.current, db.connection().total_changes, quietly("PRAGMA data_version")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgreSQL:
    def __init__(self, server, worker):
        self.server = server
        self.url = postgres.create_database(server, f"haitu_{worker}")

    def keep(self, name):
        tables, sequences = self.columns(), self.sequences()
        copies = [f"CREATE TABLE start_{name}.{table} AS TABLE public.{table}" for table in tables]
        self.run([f"CREATE SCHEMA start_{name}", *copies])
        filled = {t for t in tables if db.execute_sql(f"SELECT 1 FROM public.{t} LIMIT 1").fetchone()}
        clear = [f"DELETE FROM public.{table}" for table in tables]
        fill = [f"INSERT INTO public.{t} ({c}) SELECT {c} FROM start_{name}.{t}" for t, c in tables.items() if t in filled]
        self.run([self.function(name, [*clear, *fill, *sequences])])

    def function(self, name, statements):
        body = "; ".join(statements)
        return f"CREATE FUNCTION start_{name}.begin() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {body}; END $$"

    def columns(self):
        """{table: its columns that are stored, comma separated}"""
        rows = db.execute_sql(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' GROUP BY table_name"
        )
        return dict(rows.fetchall())

    def sequences(self):
        rows = db.execute_sql("SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences")
        return [f"PERFORM setval('public.{name}', {value}, {used})" for name, value, used in rows.fetchall()]

    def run(self, statements):
        with db.atomic():
            for statement in statements:
                db.execute_sql(statement)

    def begin(self, name):
        """Triggers and foreign keys are told to look away: the audit refuses DELETE, and it should."""
        db.initialize(self.database)
        with db.atomic():
            db.execute_sql("SET LOCAL session_replication_role = replica")
            db.execute_sql("SET LOCAL lock_timeout = '5s'")
            db.execute_sql(f"SELECT start_{name}.begin()")

    def end(self):
        db.initialize(None)

    def write_mark(self):
        return quietly("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")

    def close(self):
        self.database.close()


def prepare(engine, builders):
    """Run the migrations and keep the empty database as the first starting point; others are built when first asked for."""
    schema.connect(engine.url, None)
    engine.database = db.obj
    schema.upgrade()
    engine.keep("empty")
    engine.builders = dict(builders)
    db.initialize(None)


def begin(engine, name):
    """The database as the starting point `name` left it."""
    if name in engine.builders:
        engine.begin("empty")
        engine.builders[name]()
        engine.keep(name)
        del engine.builders[name]
    engine.begin(name)
