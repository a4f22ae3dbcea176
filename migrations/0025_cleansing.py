"""The look through the whole base, what it found, and which two are not the same company."""

from peewee import SqliteDatabase

TABLES = """
CREATE TABLE "apart" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "one_id" INTEGER NOT NULL,
    "other_id" INTEGER NOT NULL,
    "by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "at" {time} NOT NULL
);
CREATE UNIQUE INDEX "apart_record_kind_one_id_other_id" ON "apart" ("record_kind", "one_id", "other_id");
CREATE INDEX "apart_record_kind_other_id" ON "apart" ("record_kind", "other_id");
CREATE TABLE "cleansing_run" (
    "id" {id},
    "by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "status" TEXT NOT NULL,
    "needs" {json} NOT NULL,
    "step" INTEGER NOT NULL,
    "after_id" INTEGER NOT NULL,
    "looked" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "gone" INTEGER NOT NULL,
    "started_at" {time} NOT NULL,
    "finished_at" {time}
);
CREATE TABLE "cleansing_finding" (
    "id" {id},
    "run_id" INTEGER NOT NULL REFERENCES "cleansing_run" ("id") ON DELETE CASCADE,
    "sort" TEXT NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "holder_kind" TEXT NOT NULL,
    "holder_id" INTEGER NOT NULL,
    "other_id" INTEGER,
    "fields" {json} NOT NULL,
    "value" TEXT NOT NULL,
    "suggestion" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "is_new" {boolean} NOT NULL,
    "settled_at" {time}
);
CREATE UNIQUE INDEX "cleansing_finding_run_id_key" ON "cleansing_finding" ("run_id", "key");
CREATE INDEX "cleansing_finding_run_id_sort_id" ON "cleansing_finding" ("run_id", "sort", "id")
"""
ON_SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT", "boolean": "INTEGER"}
ON_POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB", "boolean": "BOOLEAN"}


def up(migrator, db):
    words = ON_SQLITE if isinstance(db, SqliteDatabase) else ON_POSTGRESQL
    for statement in filter(str.strip, TABLES.format(**words).split(";")):
        db.execute_sql(statement)
