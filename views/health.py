"""Is it up, on what, and how old is the last backup: JSON for a monitor."""

from flask import Blueprint, current_app, jsonify
from peewee import DatabaseError

from domain import backup, schema
from views.helpers import public

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
def show():
    try:
        engine, version = schema.engine()
    except DatabaseError:
        current_app.logger.exception("the database does not answer")
        return jsonify(status="down", engine=schema.engine_name()), 503
    last = backup.newest(current_app.config["DATA"])
    return jsonify(
        status="ok", engine=engine, engine_version=version, schema_version=schema.version(),
        last_backup=f"{last[0].isoformat()}Z" if last else None,
    )
