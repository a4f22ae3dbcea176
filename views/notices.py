"""Messages (消息): what happened to one's own records, unread ones marked; opening one reads it."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _

from domain import notifications
from models import Notice, capped_count
from views.helpers import fragment_or_redirect, get_or_404, go, page, page_of, toast

bp = Blueprint("notices", __name__)

PLACES = {"lead": "leads.show", "quote": "quotes.show", "order": "orders.show", "ticket": "tickets.show"}


@bp.get("/notices")
def index():
    mine = Notice.select().where(Notice.user == g.user.id)
    unread = mine.where(Notice.read_at.is_null())
    only_unread = request.args.get("show") == "unread"
    found = page_of(unread if only_unread else mine, Notice.id)
    newest = found.rows[0].id if found.rows and not found.previous else None
    context = {"notices": found, "only_unread": only_unread, "unread": capped_count(unread), "newest": newest}
    return page("notices/index.html", "rows", **context)


@bp.post("/notices/<int:id>/read")
def read(id):
    """Read one; with `open` it leads on to what the message is about."""
    notice = get_or_404(Notice.select().where(Notice.user == g.user.id), id)
    notifications.read(notice)
    if "open" in request.form:
        return go(place_of(notice))
    notice = Notice.get_by_id(notice.id)
    return fragment_or_redirect("notices/index.html", "row", url_for("notices.index"), notice=notice)


@bp.post("/notices/read")
def read_all():
    number = notifications.read_all(g.user, up_to=request.form.get("up_to", 0, type=int))
    toast(_("%(n)s messages marked as read.", n=number))
    return go(url_for("notices.index"))


@bp.app_template_global()
def place_of(notice):
    """The page that a message is about; what waits for a decision opens in the inbox."""
    if notice.verb in notifications.ASKING:
        return url_for("approvals.of_quote", id=notice.record_id)
    return url_for(PLACES[notice.record_kind], id=notice.record_id)


@bp.app_template_filter()
def told(notice):
    """The sentence of a message."""
    return notifications.sentence(notice)
