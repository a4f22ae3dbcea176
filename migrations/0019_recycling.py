"""Rules that take records back to a pool, what they were rehearsed to take, when they ran, and who was warned."""

from peewee import SqliteDatabase

TABLES = """
CREATE TABLE "recycle_rule" (
    "id" {id},
    "what" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "replaces_id" INTEGER REFERENCES "recycle_rule" ("id"),
    "revision" INTEGER NOT NULL,
    "needs_all" {boolean} NOT NULL,
    "no_follow_up_days" INTEGER,
    "no_opportunity_days" INTEGER,
    "no_deal_days" INTEGER,
    "days_by_level" {json} NOT NULL,
    "working_days" {boolean} NOT NULL,
    "spares_locked" {boolean} NOT NULL,
    "spares_dealt" {boolean} NOT NULL,
    "spares_open_deals" {boolean} NOT NULL,
    "departments" {json} NOT NULL,
    "pool_id" INTEGER REFERENCES "pool" ("id"),
    "owner_notice_days" INTEGER,
    "superior_notice_days" INTEGER,
    "switched_on_at" {time},
    "created_at" {time} NOT NULL
);
CREATE INDEX "recycle_rule_replaces_id" ON "recycle_rule" ("replaces_id");
CREATE INDEX "recycle_rule_pool_id" ON "recycle_rule" ("pool_id");
CREATE TABLE "rehearsal" (
    "id" {id},
    "rule_id" INTEGER NOT NULL REFERENCES "recycle_rule" ("id") ON DELETE CASCADE,
    "revision" INTEGER NOT NULL,
    "calendar" TEXT NOT NULL,
    "night" DATE NOT NULL,
    "by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "at" {time} NOT NULL,
    "looked_at" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "owners" {json} NOT NULL,
    "first" {json} NOT NULL,
    "stranded" {json} NOT NULL,
    "finished_at" {time}
);
CREATE INDEX "rehearsal_rule_id" ON "rehearsal" ("rule_id");
CREATE TABLE "recycle_run" (
    "id" {id},
    "rule_id" INTEGER NOT NULL REFERENCES "recycle_rule" ("id") ON DELETE CASCADE,
    "night" DATE NOT NULL,
    "reached" INTEGER NOT NULL,
    "taken" INTEGER NOT NULL,
    "started_at" {time} NOT NULL,
    "finished_at" {time}
);
CREATE UNIQUE INDEX "recycle_run_rule_id_night" ON "recycle_run" ("rule_id", "night");
CREATE TABLE "recycle_warning" (
    "id" {id},
    "reader_kind" TEXT NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "last_day" DATE NOT NULL
);
CREATE UNIQUE INDEX "recycle_warning_record_kind_record_id_last_day_reader_kind"
    ON "recycle_warning" ("record_kind", "record_id", "last_day", "reader_kind");
CREATE INDEX "recycle_warning_last_day" ON "recycle_warning" ("last_day")
"""
ON_SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "boolean": "INTEGER", "json": "TEXT", "time": "DATETIME"}
ON_POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "boolean": "BOOLEAN", "json": "JSONB", "time": "TIMESTAMP"}


def up(migrator, db):
    words = ON_SQLITE if isinstance(db, SqliteDatabase) else ON_POSTGRESQL
    for statement in filter(str.strip, TABLES.format(**words).split(";\n")):
        db.execute_sql(statement)
