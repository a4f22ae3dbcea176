"""A colleague may be on a record's team until a day."""

from peewee import SqliteDatabase


def up(migrator, db):
    time = "DATETIME" if isinstance(db, SqliteDatabase) else "TIMESTAMP"
    db.execute_sql(f'ALTER TABLE "member" ADD COLUMN "ends_at" {time}')
    db.execute_sql('CREATE INDEX "member_ending" ON "member" ("ends_at") WHERE ("ends_at" IS NOT NULL)')
