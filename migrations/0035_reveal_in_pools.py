"""A pool says whether a number may be shown before it is claimed."""

from peewee import SqliteDatabase


def up(migrator, db):
    kind, no = ("INTEGER", 0) if isinstance(db, SqliteDatabase) else ("BOOLEAN", "FALSE")
    db.execute_sql(f'ALTER TABLE "pool" ADD COLUMN "reveals" {kind} NOT NULL DEFAULT {no}')
