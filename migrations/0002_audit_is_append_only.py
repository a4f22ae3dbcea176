"""The audit table refuses UPDATE and DELETE, whoever asks."""

from peewee import SqliteDatabase

SQLITE = """
CREATE TRIGGER event_keeps_{action} BEFORE {action} ON event
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER event_keeps_{action} BEFORE {action} ON event
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""


def up(migrator, db):
    on_sqlite = isinstance(db, SqliteDatabase)
    if not on_sqlite:
        db.execute_sql(POSTGRESQL_FUNCTION)
    actions = ("UPDATE", "DELETE") if on_sqlite else ("UPDATE", "DELETE", "TRUNCATE")
    for action in actions:
        db.execute_sql((SQLITE if on_sqlite else POSTGRESQL).format(action=action))
