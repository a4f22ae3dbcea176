"""A person may work in other departments besides his own (兼任)."""

from peewee import SqliteDatabase

TABLE = """
CREATE TABLE "department_member" (
    "id" {id},
    "user_id" INTEGER NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    "department_id" INTEGER NOT NULL REFERENCES "department" ("id")
)
"""


def up(migrator, db):
    id = "INTEGER NOT NULL PRIMARY KEY" if isinstance(db, SqliteDatabase) else "SERIAL NOT NULL PRIMARY KEY"
    db.execute_sql(TABLE.format(id=id))
    db.execute_sql('CREATE UNIQUE INDEX "department_member_user_id_department_id" ON "department_member" ("user_id", "department_id")')
    db.execute_sql('CREATE INDEX "department_member_department_id" ON "department_member" ("department_id")')
