"""Who is at work on which record this minute (正在跟进)."""

from peewee import SqliteDatabase

TABLE = """
CREATE TABLE "presence" (
    "id" {serial} NOT NULL PRIMARY KEY,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "customer_id" INTEGER,
    "user_id" INTEGER NOT NULL,
    "doing" TEXT NOT NULL,
    "since" {moment} NOT NULL,
    "until" {moment} NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id")
)
"""
INDEXES = (
    'CREATE UNIQUE INDEX "presence_record_kind_record_id_user_id" ON "presence" ("record_kind", "record_id", "user_id")',
    'CREATE INDEX "presence_user_id" ON "presence" ("user_id")',
    'CREATE INDEX "presence_until" ON "presence" ("until")',
)


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    types = {"serial": "INTEGER", "moment": "DATETIME"} if on_sqlite else {"serial": "SERIAL", "moment": "TIMESTAMP"}
    for statement in (TABLE.format(**types), *INDEXES):
        db.execute_sql(statement)
