"""The shape of the database: which engine, which connection settings, and the migrations run at start-up."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from peewee import PostgresqlDatabase, SqliteDatabase
from playhouse.migrations import Runner

from domain import our_turn, roles
from models import db

MIGRATIONS = Path(__file__).parent.parent / "migrations"
OLDEST_SQLITE = (3, 53, 0)  # drops NOT NULL (migration 0004); before 3.51.3 committed writes can be lost in WAL mode
SAMPLE, EVERY_TABLE = 1_000, 0x10002  # rows looked at per index; not only the tables this connection has asked
STATEMENTS = 300  # that a connection keeps ready, of up to 20 kB each; one that comes when they are so many is planned at each asking
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -64_000,
    "temp_store": "memory",
}


def connect(url, data):
    """Bind the models to the database that `url` names; without one, to SQLite in the data folder."""
    db.initialize(postgresql(url) if url.startswith("postgres") else sqlite(url, data))
    return db


def sqlite(url, data):
    path = url.removeprefix("sqlite:///") if url else str(Path(data) / "haitu.db")
    return OneWriter(path, pragmas=PRAGMAS, lock_type="IMMEDIATE", timeout=10, cached_statements=STATEMENTS)


class OneWriter(SqliteDatabase):
    """Its threads wait for each other before they write, with a statement that stands alone as with a transaction()."""

    WRITING = ("INSERT", "UPDATE", "DELETE")

    def execute_sql(self, sql, params=None):
        if self.in_transaction() or not sql.startswith(self.WRITING):
            return super().execute_sql(sql, params)
        with our_turn:
            return super().execute_sql(sql, params)


def postgresql(url):
    parts = urlsplit(url)
    given = {"user": parts.username, "password": parts.password, "host": parts.hostname, "port": parts.port}
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
    options |= {name: value if isinstance(value, int) else unquote(value) for name, value in given.items() if value}
    options = {name: unquote(value) if isinstance(value, str) else value for name, value in options.items()}
    return PostgresqlDatabase(parts.path.lstrip("/"), prefer_psycopg3=True, **options)


def open_connection():
    """This thread's connection, kept open from one request to the next; opened anew where the server has closed it, as
    PostgreSQL does when it restarts. Whether it was not open before."""
    if not db.is_closed() and getattr(db.connection(), "closed", False):
        db.close()
    return db.connect(reuse_if_open=True)


def runner():
    return Runner(db.obj, str(MIGRATIONS))


def pending():
    return [step.name for step in runner().status() if step.path and not step.applied]


def version():
    """The name of the newest migration that has run."""
    return max((step.name for step in runner().status() if step.applied), default="")


def upgrade(before=None):
    """Run what is pending, after calling `before` (the automatic copy) when there is anything to lose."""
    waiting = pending()
    if waiting and before and version():
        before()
    done = runner().up()
    roles.learn()
    return done


def refresh_statistics():
    """Tell SQLite's planner how the tables have grown, from a sample; PostgreSQL keeps this up by itself."""
    if engine_name() == "SQLite":
        db.execute_sql(f"PRAGMA analysis_limit = {SAMPLE}")
        db.execute_sql(f"PRAGMA optimize = {EVERY_TABLE}")


def newest():
    """The name of the newest migration that this code knows."""
    return max(step.name for step in runner().migrations())


def engine_name():
    """Without asking the database, which may be the damaged one that is to be replaced."""
    return "SQLite" if isinstance(db.obj, SqliteDatabase) else "PostgreSQL"


def engine():
    """("SQLite", "3.53.4"): what answers /health."""
    if engine_name() == "SQLite":
        return "SQLite", db.execute_sql("SELECT sqlite_version()").fetchone()[0]
    return "PostgreSQL", db.execute_sql("SHOW server_version").fetchone()[0].split()[0]


def too_old(engine=engine):
    """A sentence when this SQLite may corrupt a database, else None."""
    name, number = engine()
    if name == "SQLite" and tuple(map(int, number.split("."))) < OLDEST_SQLITE:
        return f"SQLite {number} is too old or can lose committed data; Haitu needs {'.'.join(map(str, OLDEST_SQLITE))} or newer."
    return None
