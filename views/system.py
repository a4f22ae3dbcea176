"""What this installation runs on, its backups, and the state of the audit."""

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _

from domain import backup, events, schema
from views.helpers import administrators_only, go, toast

bp = Blueprint("system", __name__, url_prefix="/settings/system")
bp.before_request(administrators_only)


@bp.get("")
def show():
    engine, version = schema.engine()
    return render_template(
        "settings/system.html", engine=engine, version=version, schema_version=schema.version(),
        last_backup=backup.newest(current_app.config["DATA"]), data=current_app.config["DATA"],
    )


@bp.post("/backup")
def back_up():
    path = backup.create(current_app.config["DATA"], "by-hand")
    toast(_("Written: %(file)s", file=path.name))
    return go(url_for("system.show"))


@bp.post("/audit")
def check_audit():
    broken = events.broken_link(backup.known_head(current_app.config["DATA"]))
    if broken is None:
        toast(_("The audit is whole."))
    else:
        toast(_("The audit breaks at event %(id)s.", id=broken), kind="bad")
    return go(url_for("system.show"))
