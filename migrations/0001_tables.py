"""Every table of the first release, as frozen SQL for each engine."""

from pathlib import Path

from peewee import SqliteDatabase


def up(migrator, db):
    engine = "sqlite" if isinstance(db, SqliteDatabase) else "postgresql"
    script = Path(__file__).with_suffix(f".{engine}.sql").read_text(encoding="utf-8")
    for statement in filter(str.strip, script.split(";\n")):
        db.execute_sql(statement)
