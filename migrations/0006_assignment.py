"""Who gets what comes in: assignment rules with their people, what sellers are good at, what waits to be placed, web forms."""

from peewee import SqliteDatabase

LISTS = "".join(f'    "{name}" {{json}} NOT NULL,\n' for name in ("provinces", "cities", "industries", "sources", "levels"))
TABLES = f"""
CREATE TABLE "assignment_rule" (
    "id" {{id}},
{LISTS}    "name" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "active" {{boolean}} NOT NULL,
    "pool_id" INTEGER REFERENCES "pool" ("id") ON DELETE CASCADE,
    "on_import" {{boolean}} NOT NULL,
    "on_form" {{boolean}} NOT NULL,
    "on_drop" {{boolean}} NOT NULL,
    "method" TEXT NOT NULL,
    "last_user_id" INTEGER REFERENCES "users" ("id")
);
CREATE INDEX "assignment_rule_pool_id" ON "assignment_rule" ("pool_id");
CREATE TABLE "assignment_taker" (
    "id" {{id}},
    "rule_id" INTEGER NOT NULL REFERENCES "assignment_rule" ("id") ON DELETE CASCADE,
    "user_id" INTEGER REFERENCES "users" ("id"),
    "department_id" INTEGER REFERENCES "department" ("id")
);
CREATE INDEX "assignment_taker_rule_id" ON "assignment_taker" ("rule_id");
CREATE TABLE "seller_profile" (
    "id" {{id}},
{LISTS}    "user_id" INTEGER NOT NULL REFERENCES "users" ("id")
);
CREATE UNIQUE INDEX "seller_profile_user_id" ON "seller_profile" ("user_id");
CREATE TABLE "arrival" (
    "id" {{id}},
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "came_by" TEXT NOT NULL,
    "at" {{time}} NOT NULL
);
CREATE UNIQUE INDEX "arrival_record_kind_record_id" ON "arrival" ("record_kind", "record_id");
CREATE TABLE "web_form" (
    "id" {{id}},
    "name" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "thanks" TEXT NOT NULL,
    "pool_id" INTEGER NOT NULL REFERENCES "pool" ("id"),
    "source" TEXT NOT NULL,
    "active" {{boolean}} NOT NULL,
    "created_by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "created_at" {{time}} NOT NULL
);
CREATE UNIQUE INDEX "web_form_token" ON "web_form" ("token");
CREATE INDEX "web_form_pool_id" ON "web_form" ("pool_id");
CREATE TABLE "web_form_post" (
    "id" {{id}},
    "form_id" INTEGER NOT NULL REFERENCES "web_form" ("id") ON DELETE CASCADE,
    "address" TEXT NOT NULL,
    "lead_id" INTEGER NOT NULL REFERENCES "lead" ("id"),
    "at" {{time}} NOT NULL
);
CREATE INDEX "web_form_post_form_id" ON "web_form_post" ("form_id");
CREATE INDEX "web_form_post_address_at" ON "web_form_post" ("address", "at");
"""
ON_SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT", "boolean": "INTEGER"}
ON_POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB", "boolean": "BOOLEAN"}


def up(migrator, db):
    words = ON_SQLITE if isinstance(db, SqliteDatabase) else ON_POSTGRESQL
    for statement in filter(str.strip, TABLES.format(**words).split(";\n")):
        db.execute_sql(statement)
