"""Merging (合并): choose the other record, compare the two field by field, see what will be, and take it back."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, redirect, request, url_for
from flask_babel import gettext as _
from peewee import JOIN

from domain import Refused, duplicates, merge_plans, merging, now, search, timeline
from domain.masking import Sight
from models import (
    BY_KIND,
    Contact,
    Conversion,
    FollowUp,
    Merge,
    Opportunity,
    Order,
    Quote,
    Ticket,
    User,
)
from permissions import can_cleanse, can_merge, can_undo_merge
from views.follow_ups import KINDS, plural_of, record_url, shown
from views.formats import day
from views.helpers import get_or_404, go, known, page, page_of, require, text_asked_for, toast

bp = Blueprint("merges", __name__)

OFFERED = 20  # records to choose from
MOVING = (Contact, Opportunity, Quote, Order, Ticket, Conversion, FollowUp)  # what a preview counts, in this order


@dataclass
class Row:
    """One field of the two records, as this person reads them."""

    name: str
    label: str
    values: dict  # side: text
    picked: str
    differs: bool


# ---- choose the other ------------------------------------------------------------------------------------------------


def find(plural, id):
    """A record that this person may merge with another."""
    record = get_or_404(BY_KIND[KINDS[plural]].visible_to(g.user), id)
    require(can_merge(g.user, record))
    return record


@bp.get("/<any(leads, customers):plural>/<int:id>/merge")
def show(plural, id):
    """The two side by side; without `other`, the records to choose it from."""
    winner = find(plural, id)
    loser = known(type(winner).visible_to(g.user), request.args.get("other"))
    if loser is None:
        text = text_asked_for()
        return page("merges/choose.html", "candidates", record=winner, candidates=candidates(winner, text), text=text)
    require(can_merge(g.user, winner, loser))
    return page("merges/show.html", "plan", **comparison(winner, loser, picks_of(request.args)))


def candidates(record, text):
    """What could be the same company: what is searched for, before that what looks like it."""
    table = type(record)
    if not text:
        found = duplicates.of_record(g.user, record)
        ids = [match.record.id for match in found if match.kind == record.kind() and match.visible]
        found = list(table.visible_to(g.user).where(table.id.in_(ids)))
    else:
        found = search.narrowed(table.visible_to(g.user), record.kind(), text, only_names=True).order_by(table.updated_at.desc()).limit(OFFERED)
    return [other for other in found if other.id != record.id and can_merge(g.user, record, other)]


# ---- side by side ----------------------------------------------------------------------------------------------------


def picks_of(values):
    """{column: side} of what was chosen, and nothing else that a browser sends."""
    return {name[5:]: side for name, side in values.items() if name.startswith("pick_") and side in merge_plans.SIDES}


def comparison(winner, loser, picks):
    plan = merging.preview(winner, loser, by=g.user, picks=picks)
    rows = [row_of(plan, name) for name in plan.picks]
    joining = User.select().where(User.id.in_(plan.joining)) if plan.joining else []
    return {
        "plan": plan, "winner": winner, "loser": loser, "plural": plural_of(winner.kind()),
        "rows": [row for row in rows if row.differs], "alike": [row for row in rows if not row.differs and row.values["winner"]],
        "moving": [(table.kind(), plan.moved(table)) for table in MOVING if plan.moved(table)],
        "joining": [user.name for user in joining], "name": Sight(g.user).text(plan.side("name"), "name"),
    }


def row_of(plan, name):
    sides = {"winner": plan.winner, "loser": plan.loser}
    values = {side: written(record, name) for side, record in sides.items()}
    return Row(name, _(timeline.FIELDS[name]), values, plan.picks[name], name in plan.differing)


def written(record, name):
    value = Sight(g.user).text(record, name)
    return day(value) if isinstance(value, date) else shown(name, value)


@bp.post("/<any(leads, customers):plural>/<int:id>/merge")
def merge(plural, id):
    winner = find(plural, id)
    loser = known(type(winner).visible_to(g.user), request.form.get("other"))
    if loser is None:
        raise Refused(_("The other record is no longer there: it was merged or changed hands. Choose again."))
    require(can_merge(g.user, winner, loser))
    made = merging.merge(winner, loser, g.user, picks_of(request.form), request.form.get("mark", ""))
    name = type(winner).get_by_id(id).name
    toast(_("The two are one record now: %(name)s.", name=name), undo=(url_for("merges.undo", id=made.id), {}))
    return go(record_url(winner.kind(), id))


def follow(table, id):
    """To the record of which the one with this id is a part now, for whoever sees that; 404 otherwise."""
    merged = known(table.select(), id)
    heir = get_or_404(table.visible_to(g.user), merged and merged.merged_into_id)
    return redirect(record_url(table.kind(), heir.id), 303)


# ---- what was merged lately ------------------------------------------------------------------------------------------


@bp.get("/merges")
def index():
    require(can_cleanse(g.user))
    return page("merges/index.html", merges=page_of(seen().where(Merge.at > now() - merging.KEPT), Merge.at, Merge.id), names=names)


def seen():
    """The merges into records that this person sees."""
    into = [(Merge.record_kind == kind) & Merge.winner_id.in_(seen_ids(BY_KIND[kind])) for kind in ("lead", "customer")]
    return Merge.select(Merge, User).join(User, JOIN.INNER, on=Merge.by).where(into[0] | into[1])


def seen_ids(table):
    return table.select(table.id).where(table.seen_by(g.user))


def names(merges):
    """{(kind, id): name} of the records that were merged into."""
    found = {}
    for kind in ("lead", "customer"):
        table, ids = BY_KIND[kind], [merge.winner_id for merge in merges if merge.record_kind == kind]
        if ids:
            found |= {(kind, id): name for id, name in table.select(table.id, table.name).where(table.id.in_(ids)).tuples()}
    return found


@bp.post("/merges/<int:id>/undo")
def undo(id):
    merge = get_or_404(Merge.select(), id)
    table = BY_KIND[merge.record_kind]
    winner = get_or_404(table.visible_to(g.user), merge.winner_id)
    require(can_undo_merge(g.user, merge, winner))
    merging.undo(merge, by=g.user)
    toast(_("%(loser)s and %(name)s are two records again.", loser=merge.loser_name, name=winner.name))
    return go(record_url(merge.record_kind, winner.id))
