"""Roles are rows: what each may do stands in a matrix. The five there have been get their functions when Haitu starts."""

from peewee import SqliteDatabase

ROLES = (
    ("administrator", "管理员", "Administrator"), ("manager", "经理", "Manager"), ("seller", "销售", "Seller"),
    ("finance", "财务", "Finance"), ("service", "服务", "Service"),
)
TABLE = """
CREATE TABLE "role" (
    "id" {id},
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "origin" TEXT NOT NULL,
    "functions" {json} NOT NULL,
    "decided" {json} NOT NULL
)
"""
SQLITE = {"id": "INTEGER NOT NULL PRIMARY KEY", "json": "TEXT"}
POSTGRESQL = {"id": "SERIAL NOT NULL PRIMARY KEY", "json": "JSONB"}


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    mark = "?" if on_sqlite else "%s"
    db.execute_sql(TABLE.format(**(SQLITE if on_sqlite else POSTGRESQL)))
    db.execute_sql('CREATE UNIQUE INDEX "role_key" ON "role" ("key")')
    if db.execute_sql('SELECT 1 FROM "company"').fetchone() is None:
        return  # who founds the company brings them along
    columns = '"key", "name", "name_en", "position", "origin", "functions", "decided"'
    values = ", ".join([mark] * 5 + ["'[]'", "'[]'"])
    for position, (key, name, name_en) in enumerate(ROLES):
        db.execute_sql(f'INSERT INTO "role" ({columns}) VALUES ({values})', (key, name, name_en, position, key))  # noqa: S608
