"""Customers lie in pools as leads do; pools have rules, administrators and members by role; the ledger holds both kinds."""

from peewee import SqliteDatabase

POOLED = {
    "pool_id": 'INTEGER REFERENCES "pool" ("id")',
    "home_pool_id": 'INTEGER REFERENCES "pool" ("id")',
    "entered_pool_at": "{time}",
    "drop_reason": "TEXT NOT NULL DEFAULT ''",
    "last_owner_id": 'INTEGER REFERENCES "users" ("id")',
    "last_note": "TEXT NOT NULL DEFAULT ''",
    "owned_since": "{time}",
    "locked_at": "{time}",
}
ADDED = {
    "lead": {name: POOLED[name] for name in ("owned_since", "locked_at")},
    "customer": POOLED | {"dealt_at": "{time}"},
    "pool": {
        "what": "TEXT NOT NULL DEFAULT 'lead'",
        "mode": "TEXT NOT NULL DEFAULT 'claim'",
        "daily_claim_limit": "INTEGER",
        "capacity": "INTEGER",
        "cool_down_days": "INTEGER NOT NULL DEFAULT 0",
        "hold_days": "INTEGER NOT NULL DEFAULT 0",
        "hidden_fields": "{json} NOT NULL DEFAULT '[]'",
        "drop_reasons": "{json} NOT NULL DEFAULT '[]'",
    },
    "pool_scope": {"with_below": "{boolean} NOT NULL DEFAULT {true}", "role": "TEXT NOT NULL DEFAULT ''"},
    "company": {
        "customer_claim_limit": "INTEGER NOT NULL DEFAULT 10",
        "customer_capacity": "INTEGER NOT NULL DEFAULT 200",
        "capacity_leaves_out_dealt": "{boolean} NOT NULL DEFAULT {true}",
        "lock_quota": "INTEGER NOT NULL DEFAULT 10",
    },
}
TABLES = """
CREATE TABLE "pool_administrator" (
    "id" {id},
    "pool_id" INTEGER NOT NULL REFERENCES "pool" ("id") ON DELETE CASCADE,
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id")
);
CREATE INDEX "pool_administrator_pool_id" ON "pool_administrator" ("pool_id");
CREATE INDEX "pool_administrator_user_id" ON "pool_administrator" ("user_id");
CREATE UNIQUE INDEX "pool_administrator_pool_id_user_id" ON "pool_administrator" ("pool_id", "user_id");
CREATE TABLE "ledger" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "pool_id" INTEGER REFERENCES "pool" ("id") ON DELETE SET NULL,
    "owner_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "how" TEXT NOT NULL,
    "by_id" INTEGER REFERENCES "users" ("id"),
    "at" {time} NOT NULL,
    "day" DATE NOT NULL,
    "ended_at" {time},
    "ended_by_id" INTEGER REFERENCES "users" ("id"),
    "end_reason" TEXT NOT NULL
);
INSERT INTO "ledger" (id, record_kind, record_id, owner_id, how, by_id, at, day, ended_at, ended_by_id, end_reason)
    SELECT id, 'lead', lead_id, owner_id, how, by_id, at, day, ended_at, ended_by_id, end_reason FROM "claim" ORDER BY id;
DROP TABLE "claim";
ALTER TABLE "ledger" RENAME TO "claim";
CREATE INDEX "claim_owner_id_day_how" ON "claim" ("owner_id", "day", "how");
CREATE INDEX "claim_record_kind_record_id_id" ON "claim" ("record_kind", "record_id", "id");
CREATE UNIQUE INDEX "claim_one_open" ON "claim" ("record_kind", "record_id") WHERE ("ended_at" IS NULL);
CREATE INDEX "customer_pool_page" ON "customer" ("pool_id", "entered_pool_at" DESC, "id" DESC) WHERE ("owner_id" IS NULL);
"""
# What was so all along: since when a record is its owner's, which customers have bought, and that each of them is somebody's.
FILLED = """
UPDATE "lead" SET owned_since = coalesce((SELECT "at" FROM "claim" WHERE record_kind = 'lead' AND record_id = "lead".id
    AND ended_at IS NULL), created_at) WHERE owner_id IS NOT NULL;
UPDATE "customer" SET owned_since = created_at;
UPDATE "customer" SET dealt_at = (SELECT min("at") FROM (
    SELECT closed_at AS "at" FROM "opportunity" WHERE customer_id = "customer".id AND status = 'won'
    UNION ALL SELECT created_at FROM "orders" WHERE customer_id = "customer".id) AS dealt);
INSERT INTO "claim" (record_kind, record_id, owner_id, how, by_id, "at", "day", end_reason)
    SELECT 'customer', id, owner_id, 'created', coalesce(created_by_id, owner_id), created_at, {day}, '' FROM "customer" ORDER BY id;
INSERT INTO "pool" (name, "position", what, mode, cool_down_days, hold_days, hidden_fields, drop_reasons)
    SELECT '客户公海', 1 + coalesce((SELECT max("position") FROM "pool"), 0), 'customer', 'claim', 0, 0, '[]', '[]' FROM "company"
    WHERE NOT EXISTS (SELECT 1 FROM "pool" WHERE name = '客户公海');
"""
ON_SQLITE = {
    "id": "INTEGER NOT NULL PRIMARY KEY", "time": "DATETIME", "json": "TEXT", "boolean": "INTEGER", "true": "1",
    "day": "date(created_at, '+8 hours')",
}
ON_POSTGRESQL = {
    "id": "SERIAL NOT NULL PRIMARY KEY", "time": "TIMESTAMP", "json": "JSONB", "boolean": "BOOLEAN", "true": "true",
    "day": "(created_at + interval '8 hours')::date",
}
LOOSENED = """
ALTER TABLE "customer" ALTER COLUMN "owner_id" DROP NOT NULL;
ALTER TABLE "customer" ADD CONSTRAINT "customer_has_one_place" CHECK ((pool_id IS NULL) <> (owner_id IS NULL));
"""
KEPT_COUNTING = "SELECT setval(pg_get_serial_sequence('claim', 'id'), max(id)) FROM \"claim\" HAVING max(id) IS NOT NULL"


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    words = ON_SQLITE if on_sqlite else ON_POSTGRESQL
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{name}" {kind.format(**words)}')
    run(db, TABLES.format(**words))
    if not on_sqlite:
        db.execute_sql(KEPT_COUNTING)
    run(db, LOOSENED + FILLED.format(**words))


def run(db, script):
    for statement in filter(str.strip, script.split(";\n")):
        db.execute_sql(statement)
