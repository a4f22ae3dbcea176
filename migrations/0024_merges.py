"""Two records become one; which one a record is part of, and what takes it back."""

from peewee import SqliteDatabase

POINTERS = """
ALTER TABLE "{table}" ADD COLUMN "merged_into_id" INTEGER REFERENCES "{table}" ("id") DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX "{table}_merged" ON "{table}" ("merged_into_id") WHERE ("merged_into_id" IS NOT NULL)
"""
LOOSENED = """
ALTER TABLE "customer" DROP CONSTRAINT "customer_has_one_place";
ALTER TABLE "customer" ADD CONSTRAINT "customer_has_one_place"
    CHECK (merged_into_id IS NOT NULL OR (pool_id IS NULL) <> (owner_id IS NULL))
"""
MERGE = """
CREATE TABLE "merge" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "winner_id" INTEGER NOT NULL,
    "loser_id" INTEGER NOT NULL,
    "loser_name" TEXT NOT NULL,
    "journal" {json} NOT NULL,
    "by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "at" {time} NOT NULL,
    "undone_at" {time},
    "undone_by_id" INTEGER REFERENCES "users" ("id")
);
CREATE INDEX "merge_at_id" ON "merge" ("at", "id");
CREATE INDEX "merge_record_kind_winner_id" ON "merge" ("record_kind", "winner_id")
"""
ON_SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT"}
ON_POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB"}


def up(migrator, db):
    words = ON_SQLITE if isinstance(db, SqliteDatabase) else ON_POSTGRESQL
    script = ";".join([POINTERS.format(table="lead"), POINTERS.format(table="customer"), LOOSENED, MERGE.format(**words)])
    for statement in filter(str.strip, script.split(";")):
        db.execute_sql(statement)
