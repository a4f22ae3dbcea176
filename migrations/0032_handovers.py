"""What a leaver had, and to whom it went."""

from peewee import SqliteDatabase

TABLES = """
CREATE TABLE "handover" (
    "id" {id},
    "leaver_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "status" TEXT NOT NULL,
    "split" TEXT NOT NULL,
    "successors" {json} NOT NULL,
    "instead" {json} NOT NULL,
    "fills_pools" {boolean} NOT NULL,
    "disables" {boolean} NOT NULL,
    "disabled" {boolean} NOT NULL,
    "by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "created_at" {time} NOT NULL,
    "started_at" {time},
    "finished_at" {time},
    "undone_at" {time}
);
CREATE INDEX "handover_leaver_id_id" ON "handover" ("leaver_id", "id");
CREATE INDEX "handover_status_id" ON "handover" ("status", "id");
CREATE UNIQUE INDEX "handover_one_under_way" ON "handover" ("leaver_id") WHERE ("status" IN ('running', 'undoing'));
CREATE TABLE "handover_item" (
    "id" {id},
    "handover_id" INTEGER NOT NULL REFERENCES "handover" ("id") ON DELETE CASCADE,
    "what" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "facts" {json} NOT NULL,
    "to_id" INTEGER REFERENCES "users" ("id"),
    "pool_id" INTEGER REFERENCES "pool" ("id") ON DELETE SET NULL,
    "placed" {boolean} NOT NULL,
    "status" TEXT NOT NULL,
    "before" {json} NOT NULL,
    "reason" TEXT NOT NULL
);
CREATE INDEX "handover_item_handover_id_status_id" ON "handover_item" ("handover_id", "status", "id");
CREATE INDEX "handover_item_handover_id_what_id" ON "handover_item" ("handover_id", "what", "id");
CREATE INDEX "handover_item_to_id_handover_id" ON "handover_item" ("to_id", "handover_id");
"""
ON_SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT", "boolean": "INTEGER"}
ON_POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB", "boolean": "BOOLEAN"}


def up(migrator, db):
    words = ON_SQLITE if isinstance(db, SqliteDatabase) else ON_POSTGRESQL
    for statement in filter(str.strip, TABLES.format(**words).split(";\n")):
        db.execute_sql(statement)
