"""New customers are reviewed (新客户审核): the review, the licence that was shown, and addresses in a form that compares."""

from peewee import SqliteDatabase

from models import address_key

TABLES = """
ALTER TABLE "company" ADD COLUMN "reviews_new_customers" {boolean} NOT NULL DEFAULT {false};
ALTER TABLE "company" ADD COLUMN "re_registered_days" INTEGER NOT NULL DEFAULT 90;
ALTER TABLE "customer" ADD COLUMN "address_key" TEXT NOT NULL DEFAULT '';
CREATE INDEX "customer_address_key" ON "customer" ("address_key");
CREATE TABLE "review" (
    "id" {id},
    "customer_id" INTEGER NOT NULL REFERENCES "customer" ("id"),
    "status" TEXT NOT NULL,
    "asked_by_id" INTEGER REFERENCES "users" ("id"),
    "asked_at" {time} NOT NULL,
    "decided_by_id" INTEGER REFERENCES "users" ("id"),
    "decided_at" {time},
    "reason" TEXT NOT NULL
);
CREATE UNIQUE INDEX "review_customer_id" ON "review" ("customer_id");
CREATE INDEX "review_status_id" ON "review" ("status", "id");
CREATE TABLE "licence" (
    "id" {id},
    "customer_id" INTEGER NOT NULL REFERENCES "customer" ("id"),
    "content" {blob} NOT NULL,
    "type" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "uploaded_by_id" INTEGER NOT NULL REFERENCES "users" ("id"),
    "uploaded_at" {time} NOT NULL
);
CREATE UNIQUE INDEX "licence_customer_id" ON "licence" ("customer_id");
"""
WORDS = ("id", "time", "boolean", "false", "blob")
ON_SQLITE = ("INTEGER NOT NULL PRIMARY KEY", "DATETIME", "INTEGER", "0", "BLOB")
ON_POSTGRESQL = ("SERIAL NOT NULL PRIMARY KEY", "TIMESTAMP", "BOOLEAN", "false", "BYTEA")
ADDRESSES = """SELECT id, province, city, address FROM "customer" WHERE address <> ''"""
FILLED_ON_SQLITE = 'UPDATE "customer" SET address_key = ? WHERE id = ?'
FILLED_ON_POSTGRESQL = 'UPDATE "customer" SET address_key = %s WHERE id = %s'


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    words = dict(zip(WORDS, ON_SQLITE if on_sqlite else ON_POSTGRESQL, strict=True))
    for statement in filter(str.strip, TABLES.format(**words).split(";\n")):
        db.execute_sql(statement)
    for id, province, city, address in db.execute_sql(ADDRESSES).fetchall():
        db.execute_sql(FILLED_ON_SQLITE if on_sqlite else FILLED_ON_POSTGRESQL, (address_key(province, city, address), id))
