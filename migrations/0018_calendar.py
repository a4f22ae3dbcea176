"""The days on which the company differs from the public calendar."""

from peewee import SqliteDatabase

TABLE = """
CREATE TABLE calendar_day (
    id {key} NOT NULL PRIMARY KEY,
    day DATE NOT NULL,
    works {boolean} NOT NULL,
    name TEXT NOT NULL
)
"""


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    types = {"key": "INTEGER", "boolean": "INTEGER"} if on_sqlite else {"key": "SERIAL", "boolean": "BOOLEAN"}
    db.execute_sql(TABLE.format(**types))
    db.execute_sql("CREATE UNIQUE INDEX calendar_day_day ON calendar_day (day)")
