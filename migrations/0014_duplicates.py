"""Duplicate rules (查重规则), and what records are found by when company names are compared.

Where the rule for customers was off, it stays off; otherwise the defaults of the models hold without a row. The keys of
records that are here already are written in the background (match_keys.catch_up), while people work.
"""

from peewee import SqliteDatabase

COLUMNS = """
    "record_kind" TEXT NOT NULL,
    "record_id" INTEGER NOT NULL,
    "plain" TEXT NOT NULL,
    "sound" TEXT NOT NULL,
    "brand" TEXT,
    "head" TEXT,
    "skip" TEXT,
    "tail" TEXT,
    "alias" TEXT,
    "email" TEXT,
    "website" TEXT
"""
RULE = '"what" TEXT NOT NULL, "active" {boolean} NOT NULL, "keys" {json} NOT NULL, "refuses" {boolean} NOT NULL'


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    key = '"id" INTEGER NOT NULL PRIMARY KEY' if on_sqlite else '"id" SERIAL NOT NULL PRIMARY KEY'
    rule = RULE.format(boolean="INTEGER" if on_sqlite else "BOOLEAN", json="JSON" if on_sqlite else "JSONB")
    db.execute_sql(f'CREATE TABLE "duplicate_rule" ({key}, {rule})')
    db.execute_sql('CREATE UNIQUE INDEX "duplicate_rule_what" ON "duplicate_rule" ("what")')
    db.execute_sql(f'CREATE TABLE "match_key" ({key}, {COLUMNS})')
    db.execute_sql('CREATE UNIQUE INDEX "match_key_record_kind_record_id" ON "match_key" ("record_kind", "record_id")')
    for column in ("plain", "sound"):
        db.execute_sql(f'CREATE INDEX "match_key_{column}" ON "match_key" ("{column}")')
    for column in ("brand", "head", "skip", "tail", "alias", "email", "website"):
        db.execute_sql(f'CREATE INDEX "match_key_{column}" ON "match_key" ("{column}") WHERE "{column}" IS NOT NULL')
    keys = """'["name", "phone", "credit_code"]'""" + ("" if on_sqlite else "::jsonb")
    off = '"links_customers_by_name"'
    db.execute_sql(
        f'INSERT INTO "duplicate_rule" ("what", "active", "keys", "refuses") '  # noqa: S608
        f"SELECT 'customer', {off}, {keys}, {off} FROM \"company\" WHERE NOT {off}"
    )
