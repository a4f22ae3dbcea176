"""Collisions (撞单): touches, cases with their evidence, shares in a customer, and the customers' own complaints."""

from peewee import SqliteDatabase

TABLES = """
CREATE TABLE "touch" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "side_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "actor_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "what" TEXT NOT NULL,
    "event_id" INTEGER NOT NULL REFERENCES "event" ("id"),
    "at" {time} NOT NULL
);
CREATE UNIQUE INDEX "touch_event_id" ON "touch" ("event_id");
CREATE INDEX "touch_record_kind_record_id_at" ON "touch" ("record_kind", "record_id", "at");
CREATE INDEX "touch_record_kind_at_record_id_actor_id" ON "touch" ("record_kind", "at", "record_id", "actor_id");
CREATE TABLE "collision" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "days" INTEGER NOT NULL,
    "opened_at" {time} NOT NULL,
    "owner_id" INTEGER REFERENCES "users" ("id"),
    "locked_until" {time},
    "reason" TEXT NOT NULL,
    "decided_by_id" INTEGER REFERENCES "users" ("id"),
    "decided_at" {time}
);
CREATE INDEX "collision_status_id" ON "collision" ("status", "id");
CREATE INDEX "collision_record_kind_record_id_id" ON "collision" ("record_kind", "record_id", "id");
CREATE UNIQUE INDEX "collision_one_open" ON "collision" ("record_kind", "record_id") WHERE ("status" = 'open');
CREATE TABLE "collision_act" (
    "id" {id},
    "case_id" INTEGER NOT NULL REFERENCES "collision" ("id"),
    "what" TEXT NOT NULL,
    "side_id" INTEGER REFERENCES "users" ("id"),
    "actor_id" INTEGER REFERENCES "users" ("id"),
    "event_id" INTEGER NOT NULL REFERENCES "event" ("id"),
    "at" {time} NOT NULL,
    "later" {boolean} NOT NULL
);
CREATE UNIQUE INDEX "collision_act_case_id_event_id" ON "collision_act" ("case_id", "event_id");
CREATE INDEX "collision_act_side_id_case_id" ON "collision_act" ("side_id", "case_id");
CREATE TABLE "share" (
    "id" {id},
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "basis_points" INTEGER NOT NULL,
    "collision_id" INTEGER NOT NULL REFERENCES "collision" ("id"),
    "since" {time} NOT NULL,
    "until" {time}
);
CREATE INDEX "share_user_id" ON "share" ("user_id");
CREATE INDEX "share_collision_id" ON "share" ("collision_id");
CREATE INDEX "share_record_kind_record_id_since" ON "share" ("record_kind", "record_id", "since");
CREATE UNIQUE INDEX "share_one_current" ON "share" ("record_kind", "record_id", "user_id") WHERE ("until" IS NULL);
CREATE TABLE "complaint_link" (
    "id" {id},
    "customer_id" INTEGER NOT NULL REFERENCES "customer" ("id"),
    "token" TEXT NOT NULL,
    "made_by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "made_at" {time} NOT NULL
);
CREATE UNIQUE INDEX "complaint_link_customer_id" ON "complaint_link" ("customer_id");
CREATE UNIQUE INDEX "complaint_link_token" ON "complaint_link" ("token");
CREATE TABLE "complaint" (
    "id" {id},
    "customer_id" INTEGER NOT NULL REFERENCES "customer" ("id"),
    "body" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "at" {time} NOT NULL
);
CREATE INDEX "complaint_customer_id_at" ON "complaint" ("customer_id", "at");
CREATE INDEX "complaint_address_at" ON "complaint" ("address", "at");
ALTER TABLE "company" ADD COLUMN "collision_days" INTEGER NOT NULL DEFAULT 30;
"""


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    key = "INTEGER NOT NULL PRIMARY KEY" if on_sqlite else "SERIAL NOT NULL PRIMARY KEY"
    words = {"id": key, "time": "DATETIME" if on_sqlite else "TIMESTAMP", "boolean": "INTEGER" if on_sqlite else "BOOLEAN"}
    for statement in filter(str.strip, TABLES.format(**words).split(";\n")):
        db.execute_sql(statement)
