"""Since when an approval waits is kept in its reminder as a time, in UTC, and written in the reader's language."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from peewee import SqliteDatabase


def up(migrator, db):
    zone = db.execute_sql('SELECT "time_zone" FROM "company"').fetchone()
    cast = db.param if isinstance(db, SqliteDatabase) else f"CAST({db.param} AS JSONB)"
    told = db.execute_sql("""SELECT "id", "facts" FROM "notice" WHERE "verb" = 'quote.approval_reminded'""").fetchall()
    for id, facts in told:
        facts = json.loads(facts) if isinstance(facts, str) else facts
        since = datetime.fromisoformat(facts.pop("since")).replace(tzinfo=ZoneInfo(zone[0]))
        facts["since_at"] = since.astimezone(UTC).replace(tzinfo=None).isoformat()
        db.execute_sql(f'UPDATE "notice" SET "facts" = {cast} WHERE "id" = {db.param}', (json.dumps(facts, ensure_ascii=False), id))  # noqa: S608
