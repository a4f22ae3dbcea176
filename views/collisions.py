"""Collision cases (撞单): the list, one case with its evidence, its ruling, and the report of who followed whose customers."""

from datetime import date, timedelta

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from peewee import fn
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from domain import collision_report, collisions, evidence, shares
from models import BY_KIND, Collision, CollisionAct, Share, Touch, User, capped_counts
from permissions import can_reopen_collision, can_report_collisions, can_rule_collision, sees_collisions
from views.fields import longest
from views.formats import month as month_words
from views.formats import today
from views.helpers import form_again, get_or_404, go, page, page_of, require, toast
from views.ruling_form import ruling_form

bp = Blueprint("collisions", __name__, url_prefix="/collisions")

STATUSES = {  # value: (label, tone)
    Collision.OPEN: (lazy_pgettext("collision", "Open"), "warn"),
    Collision.RULED: (lazy_pgettext("collision", "Ruled"), "ok"),
    Collision.DISMISSED: (lazy_pgettext("collision", "Dismissed"), ""),
}
ACTS = {  # what, or the verb where that says more: (label, icon)
    "opportunity.created": (_l("added a deal"), "layout-kanban"),
    Touch.RECORD: (_l("added the company"), "plus"),
    Touch.TAKEN: (_l("took a record of the company from a pool"), "ripple"),
    Touch.FOLLOW_UP: (_l("followed up"), "note"),
    Touch.QUOTE: (_l("began a quote"), "file-dollar"),
    Touch.TICKET: (_l("opened a ticket"), "lifebuoy"),
    CollisionAct.COMPLAINT: (_l("complained"), "alert-triangle"),
}
LAST_DAYS = 30
MONTHS = 12  # offered by the report

bp.add_app_template_global(STATUSES, "collision_statuses")
bp.add_app_template_global(ACTS, "collision_acts")


class DismissForm(FlaskForm):
    reason = TextAreaField(_l("Why"), [DataRequired(_l("Say why, in a sentence.")), longest(1000)])


# ---- the list --------------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    require(sees_collisions(g.user))
    seen = Collision.visible_to(g.user)
    status = request.args.get("status")
    status = status if status in STATUSES else Collision.OPEN
    cases = page_of(seen.where(Collision.status == status), Collision.id)
    counts = capped_counts({name: seen.where(Collision.status == name) for name in STATUSES})
    return page("collisions/index.html", cases=cases, parties=parties_of(cases.rows), status=status, counts=counts)


def parties_of(cases):
    """{case id: [(person, number of acts)]}, whoever was first in front; one query for the page."""
    rows = (
        CollisionAct.select(CollisionAct.case, User, fn.COUNT(CollisionAct.id).alias("acts"), fn.MIN(CollisionAct.at).alias("first"))
        .join(User, on=CollisionAct.side)
        .where(CollisionAct.case.in_([case.id for case in cases]))
        .group_by(CollisionAct.case, User.id)
        .order_by(fn.MIN(CollisionAct.at), User.id)
    )
    found = {case.id: [] for case in cases}
    for row in rows:
        found[row.case_id].append((row.side, row.acts))
    return found


# ---- one case --------------------------------------------------------------------------------------------------------


def find(id, may=None):
    case = get_or_404(Collision.visible_to(g.user), id)
    require(may is None or may(g.user, case))
    return case


@bp.get("/<int:id>")
def show(id):
    return page("collisions/show.html", **everything_about(find(id)))


def everything_about(case, form=None):
    place = collisions.record_of(case)
    sides, complaints = evidence.of(case, g.user)
    if case.is_open and form is None and can_rule_collision(g.user, case):
        form = ruling_form(case, place, formdata=None)
    table = BY_KIND[place.kind()]
    return {
        "case": case, "place": place, "sides": sides, "complaints": complaints, "form": form,
        "opens_place": table.select().where(table.id == place.id, table.seen_by(g.user)).exists(),
        "shares": list(Share.current(place)), "tab": "facts" if request.args.get("tab") == "facts" or (form and form.errors) else "stream",
    }


@bp.post("/<int:id>/rule")
def rule(id):
    case = find(id, can_rule_collision)
    form = ruling_form(case, collisions.record_of(case))
    if not form.validate_on_submit():
        return form_again("collisions/show.html", **everything_about(case, form))
    collisions.rule(case, form.person, form.parts, form.reason.data, g.user, form.lock_days.data or 0)
    toast(_("Ruled: %(name)s has %(company)s.", name=form.person.name, company=case.name))
    return go(url_for(".show", id=id))


@bp.get("/<int:id>/dismiss")
def dismiss_form(id):
    return page("collisions/dismiss.html", "dialog", case=find(id, can_rule_collision), form=DismissForm(formdata=None))


@bp.post("/<int:id>/dismiss")
def dismiss(id):
    case, form = find(id, can_rule_collision), DismissForm()
    if not form.validate_on_submit():
        return form_again("collisions/dismiss.html", "dialog", case=case, form=form)
    collisions.dismiss(case, g.user, form.reason.data.strip())
    toast(_("Dismissed. Both go on as they did."))
    return go(url_for(".show", id=id))


@bp.post("/<int:id>/reopen")
def reopen(id):
    case = find(id, can_reopen_collision)
    collisions.reopen(case, by=g.user)
    toast(_("The case is open again."))
    return go(url_for(".show", id=id))


# ---- the report ------------------------------------------------------------------------------------------------------


@bp.get("/report")
def report():
    require(can_report_collisions(g.user))
    month, first, end = period()
    followed = collision_report.followed_by_several(g.user, first, end)
    choices = [(name, month_words(date.fromisoformat(f"{name}-01"))) for name in months()]
    return page(
        "collisions/report.html", followed=followed, month=month, months=choices, first=first,
        last=end - timedelta(days=1), most=collision_report.MOST,
    )


def period():
    """(month or "", first day, the day after the last) that the address asks for: a month, else the last 30 days."""
    month = request.args.get("month", "")
    if month in months():
        first = date.fromisoformat(f"{month}-01")
        return month, first, (first + timedelta(days=31)).replace(day=1)
    return "", today() - timedelta(days=LAST_DAYS - 1), today() + timedelta(days=1)


def months():
    """The months that can be chosen, newest first: 2026-11."""
    first, found = today().replace(day=1), []
    for _turn in range(MONTHS):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


# ---- what a customer's page tells of it ------------------------------------------------------------------------------


@bp.app_template_global()
def collision_about(record):
    """The newest case about a customer or lead that this person sees, unless it was dismissed; or None."""
    about = Collision.about([record]), Collision.status != Collision.DISMISSED
    return Collision.visible_to(g.user).where(*about).order_by(Collision.id.desc()).first()


@bp.app_template_global()
def shares_of(record):
    return shares.of(record)
