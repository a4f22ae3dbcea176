"""What is looked at and carried away: allowances per role, the log of views, reveals, exports, alerts, the watermark."""

from peewee import SqliteDatabase

TABLES = """
ALTER TABLE "company" ADD COLUMN "watermark" {boolean} NOT NULL DEFAULT {false};
CREATE INDEX "claim_ended_by_id_ended_at" ON "claim" ("ended_by_id", "ended_at");
CREATE TABLE "allowance" (
    "id" {id},
    "role" TEXT NOT NULL,
    "pool_views" INTEGER,
    "reveals" INTEGER,
    "exported_rows" INTEGER
);
CREATE UNIQUE INDEX "allowance_role" ON "allowance" ("role");
CREATE TABLE "record_view" (
    "id" {id},
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "day" DATE NOT NULL,
    "from_pool" {boolean} NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "at" {time} NOT NULL
);
CREATE UNIQUE INDEX "record_view_user_id_day_from_pool_record_kind_record_id"
    ON "record_view" ("user_id", "day", "from_pool", "record_kind", "record_id");
CREATE INDEX "record_view_record_kind_record_id" ON "record_view" ("record_kind", "record_id");
CREATE INDEX "record_view_day" ON "record_view" ("day");
CREATE TABLE "reveal" (
    "id" {id},
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "day" DATE NOT NULL,
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "at" {time} NOT NULL
);
CREATE UNIQUE INDEX "reveal_user_id_day_record_kind_record_id" ON "reveal" ("user_id", "day", "record_kind", "record_id");
CREATE INDEX "reveal_day" ON "reveal" ("day");
CREATE TABLE "export" (
    "id" {id},
    "what" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "day" DATE NOT NULL,
    "title" TEXT NOT NULL,
    "filters" {json} NOT NULL,
    "layout" {json} NOT NULL,
    "stored_as" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "total" INTEGER NOT NULL,
    "written" INTEGER NOT NULL,
    "in_background" {boolean} NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" {time} NOT NULL,
    "finished_at" {time},
    "removed_at" {time}
);
CREATE INDEX "export_user_id_day" ON "export" ("user_id", "day");
CREATE INDEX "export_day" ON "export" ("day");
CREATE INDEX "export_status" ON "export" ("status");
CREATE TABLE "leak_alert" (
    "id" {id},
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "day" DATE NOT NULL,
    "what" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "norm" INTEGER NOT NULL,
    "at" {time} NOT NULL
);
CREATE UNIQUE INDEX "leak_alert_user_id_day_what" ON "leak_alert" ("user_id", "day", "what");
CREATE INDEX "leak_alert_at" ON "leak_alert" ("at");
"""
SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT", "boolean": "INTEGER", "false": "0"}
POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB", "boolean": "BOOLEAN", "false": "FALSE"}


def up(migrator, db):
    for statement in TABLES.format(**(SQLITE if isinstance(db, SqliteDatabase) else POSTGRESQL)).split(";\n"):
        if statement.strip():
            db.execute_sql(statement)
