"""Messages (消息): what happened to one's own records, unread ones marked; opening one reads it."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from peewee import fn

from domain import notifications
from models import BY_KIND, Notice, capped_count
from views.helpers import fragment_or_redirect, get_or_404, go, page, page_of, toast, whole

bp = Blueprint("notices", __name__)

PLACES = {
    "lead": "leads.show", "customer": "customers.show", "opportunity": "opportunities.show", "quote": "quotes.show",
    "order": "orders.show", "ticket": "tickets.show", "export": "exports.show", "leakalert": "leaks.index",
    "collision": "collisions.show", "handover": "handovers.sheet",
}
COUNTED = "company.collisions_counted"  # leads to the report of its month


@bp.get("/notices")
def index():
    mine = Notice.select().where(Notice.user == g.user.id)
    unread = mine.where(Notice.read_at.is_null())
    only_unread = request.args.get("show") == "unread"
    found = page_of(unread if only_unread else mine, Notice.at, Notice.id)
    context = {
        "notices": found, "only_unread": only_unread, "unread": capped_count(unread),
        "newest": mine.select(fn.MAX(Notice.id)).scalar(), "places": places_of(found.rows),
    }
    return page("notices/index.html", "rows", **context)


@bp.post("/notices/<int:id>/read")
def read(id):
    """Read one; with `open` it leads on to what the message is about."""
    notice = get_or_404(Notice.select().where(Notice.user == g.user.id), id)
    notifications.read(notice)
    places = places_of([notice])
    if "open" in request.form and notice.id in places:
        return go(places[notice.id])
    notice = Notice.get_by_id(notice.id)
    return fragment_or_redirect("notices/index.html", "row", url_for("notices.index"), notice=notice, places=places)


@bp.post("/notices/read")
def read_all():
    number = notifications.read_all(g.user, up_to=request.form.get("up_to", 0, type=whole))
    toast(_("%(n)s messages marked as read.", n=number))
    return go(url_for("notices.index"))


def places_of(notices):
    """{notice id: the page it is about}; what this person no longer sees has none. One query per kind of record."""
    seen = {}
    for kind in {notice.record_kind for notice in notices} & PLACES.keys():
        ids = [notice.record_id for notice in notices if notice.record_kind == kind]
        seen[kind] = {record.id for record in BY_KIND[kind].visible_to(g.user).where(BY_KIND[kind].id.in_(ids))}
    opened = [notice for notice in notices if notice.verb == COUNTED or notice.record_id in seen.get(notice.record_kind, ())]
    return {notice.id: place_of(notice) for notice in opened}


def place_of(notice):
    """What waits for a decision opens in the inbox."""
    if notice.verb == COUNTED:
        return url_for("collisions.report", month=notice.facts["month"])
    if notice.verb in notifications.ASKING:
        return url_for("approvals.of_quote", id=notice.record_id)
    return url_for(PLACES[notice.record_kind], id=notice.record_id)


@bp.app_template_filter()
def told(notice):
    """The sentence of a message."""
    return notifications.sentence(notice)
