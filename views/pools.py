"""公海: its page, and the ways in and out of it: claim, give back, assign, move, lock; one record or a selection.

Leads and customers alike: an address begins with /leads or /customers, and `record` is one of them.
"""

from datetime import timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from domain import assignment, events, now, pool, search
from domain.pool_limits import quota
from models import Customer, Lead, Pool, capped_counts
from permissions import can_assign, can_claim, can_hand_out, can_lock, can_move, can_release, sees
from views.answers import refused
from views.follow_ups import find, record_url
from views.formats import capped as count_words
from views.formats import choice
from views.helpers import (
    address_arguments,
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    page,
    page_of,
    page_url,
    remember_where,
    render_block,
    require,
    safe_path,
    sight,
    text_asked_for,
    toast,
    wants_part,
    whole,
    with_messages,
)
from views.pool_forms import SPREADS, AssignForm, MoveForm, ReleaseForm, colleagues

bp = Blueprint("pools", __name__)

TABLES = {"leads": Lead, "customers": Customer}
PLURAL = "/<any(leads, customers):plural>"
ONE = PLURAL + "/<int:id>"
WITHIN = {1: _l("the last day"), 7: _l("the last 7 days"), 30: _l("the last 30 days"), 90: _l("the last 90 days")}
MOST_AT_ONCE = 200
NAMED = 3  # how many lost records a message names


# ---- the page --------------------------------------------------------------------------------------------------------


@bp.get("/pools")
def index():
    first = Pool.open_to(g.user).first()
    if first:
        return redirect(url_for("pools.show", id=first.id, **address_arguments()), 303)
    require(sees(g.user, "pool"))
    return render_template("pools/none.html")


@bp.get("/pools/<int:id>")
def show(id):
    since, _hash = events.head()  # before the rows are read, so that nothing falls between
    here = get_or_404(Pool.open_to(g.user), id)
    table = table_of(here)
    query = narrowed(table.lying_in(here), here)
    pools, hands_out = list(Pool.open_to(g.user)), can_hand_out(g.user, here)
    sight().pools = {each.id: each for each in pools}  # all that this page shows lies in one of them
    return page(
        "pools/show.html", "list", pool=here, pools=tabs(here, pools), kinds=kinds(here, pools),
        records=page_of(query, table.entered_pool_at, table.id), quota=quota(g.user, here.what, here), filters=filters(),
        within=WITHIN, colleagues=list(colleagues()) if hands_out else (), spreads=SPREADS,
        others=[each for each in pools if each.what == here.what and each.id != here.id] if hands_out else (),
        claims=here.is_claimed_from or here.is_run_by(g.user), since=since,
    )


def table_of(here):
    return Customer if here.what == "customer" else Lead


def tabs(here, pools):
    """The pools of this kind that are open to this person, with their counts in one query."""
    pools, table = [each for each in pools if each.what == here.what], table_of(here)
    counts = capped_counts({f"pool_{each.id}": table.pooled_in(each) for each in pools})
    return [
        {"label": each.name, "url": url_for("pools.show", id=each.id), "current": each.id == here.id,
         "number": counts[f"pool_{each.id}"], "count": count_words(counts[f"pool_{each.id}"])}
        for each in pools
    ]


def kinds(here, pools):
    """Leads and customers, each leading to its first pool; nothing where there are pools of one kind only."""
    first = {each.what: each for each in reversed(pools)}
    words = {"lead": _("Leads"), "customer": _("Customers")}
    shown = [
        {"label": words[what], "url": url_for("pools.show", id=first[what].id), "current": what == here.what}
        for what in Pool.WHAT if what in first
    ]
    return shown if len(shown) > 1 else []


def narrowed(query, here):
    """The pool's list under the filters of the address."""
    table = query.model
    if sources := [value for value in request.args.getlist("source") if value]:
        query = query.where(table.source.in_(sources))
    if city := request.args.get("city", "").strip():
        query = query.where(table.city == spelled_here(city, here, table))
    if days := request.args.get("within", type=whole):
        query = query.where(table.entered_pool_at >= now() - timedelta(days=min(days, 3650)))
    return search.narrowed(query, here.what, text_asked_for(), only_names=True)


def spelled_here(city, here, table):
    """苏州 or 苏州市, as this pool's records have it: one value, so that the index gives the rows in order."""
    other = city.removesuffix("市") if city.endswith("市") else f"{city}市"
    known = table.lying_in(here).where(table.city == city).exists()
    return city if known else other


def filters():
    """[(label, verb, value, address without it)] of what is filtered now."""
    shown = []
    if sources := [value for value in request.args.getlist("source") if value]:
        words = ", ".join(str(choice(value, "source")) for value in sources)
        shown.append((_("Source"), _("is"), words, page_url(source=None)))
    if city := request.args.get("city"):
        shown.append((_("City"), _("is"), city, page_url(city=None)))
    days = request.args.get("within", type=whole)
    if days in WITHIN:
        shown.append((_("Entered"), _("within"), WITHIN[days], page_url(within=None)))
    if text := text_asked_for():
        shown.append((_("Company"), _("contains"), text, page_url(q=None)))
    return shown


# ---- claim -----------------------------------------------------------------------------------------------------------


@bp.post(f"{ONE}/claim")
def claim(plural, id):
    record = get_or_404(TABLES[plural].claimable_by(g.user), id)
    require(can_claim(g.user, record))
    here = record.pool
    pool.claim(record, by=g.user)
    toast(_("%(name)s is yours.", name=record.name), undo=(url_for("pools.unclaim", plural=plural, id=id), {}))
    if there := safe_path(request.form.get("next")):
        return go(there)
    return fragment_or_redirect(
        "pools/claimed.html", "row", remember_where(), record=record, what=record.kind(), state="claimed", quota=quota(g.user, record.kind(), here),
    )


@bp.errorhandler(pool.Taken)
def taken(no):
    """409: the row fades and says who was faster; where there is no row one gets the sentence."""
    if not wants_part() or "next" in request.form:
        return refused(no)
    seconds = int((now() - no.claim.at).total_seconds()) if no.claim else None
    state = "claimed" if no.claim and no.claim.owner_id == g.user.id else "taken"  # a second press of one's own
    row = render_block(
        "pools/claimed.html", "row", record=no.record, what=no.record.kind(), state=state, claim=no.claim, seconds=seconds
    )
    return with_messages(row), 409


@bp.post(f"{ONE}/unclaim")
def unclaim(plural, id):
    record = find(plural, id)
    require(record.owner_id == g.user.id)
    pool.unclaim(record, by=g.user)
    toast(_("%(name)s is back in the pool.", name=record.name))
    return go(remember_where())


@bp.post(f"{PLURAL}/claim")
def claim_selection(plural):
    records = selection(TABLES[plural].claimable_by(g.user))
    require(all(can_claim(g.user, record) for record in records))
    claimed, lost = pool.claim_many(records, by=g.user)
    tell(ngettext("%(num)s claimed.", "%(num)s claimed.", len(claimed)), lost)
    return go(remember_where())


def selection(query):
    """The records that were ticked, in the order of the list; 404 when one of them is not to be seen."""
    require(sees(g.user, "pool"))
    ids = list(dict.fromkeys(request.form.getlist("id", type=whole)))[:MOST_AT_ONCE]
    if not ids:
        abort(422)
    found = {record.id: record for record in query.where(query.model.id.in_(ids))}
    return [found.get(id) or abort(404) for id in ids]


def tell(words, lost):
    """What was done; and of each record that was lost, to whom."""
    if not lost:
        return toast(words)
    names = "; ".join(f"{no.record.name} ({no.claim.owner.name})" if no.claim else no.record.name for no in lost[:NAMED])
    more = "…" if len(lost) > NAMED else ""
    gone = ngettext("%(num)s was taken before you: %(names)s", "%(num)s were taken before you: %(names)s", len(lost), names=names + more)
    return toast(f"{words} {gone}", kind="warn")


# ---- give back, lock -------------------------------------------------------------------------------------------------


def find_to(allowed, plural, id):
    record = find(plural, id)
    require(allowed(g.user, record))
    return record


@bp.get(f"{ONE}/release")
def release_form(plural, id):
    record = find_to(can_release, plural, id)
    return page("pools/release.html", "dialog", record=record, form=ReleaseForm(record))


@bp.post(f"{ONE}/release")
def release(plural, id):
    record = find_to(can_release, plural, id)
    form = ReleaseForm(record)
    if not form.validate_on_submit():
        return form_again("pools/release.html", "dialog", record=record, form=form)
    pool.release(record, g.user, form.reason.data, form.chosen_pool)
    toast(_("%(name)s went back to %(pool)s.", name=record.name, pool=record.pool.name))
    return go(url_for(f"{plural}.index"))


@bp.post(f"{ONE}/lock")
def lock(plural, id):
    record = find_to(can_lock, plural, id)
    pool.lock(record, by=g.user)
    toast(_("%(name)s stays yours: no rule recycles it.", name=record.name), undo=(url_for("pools.unlock", plural=plural, id=id), {}))
    return go(record_url(record.kind(), id))


@bp.post(f"{ONE}/unlock")
def unlock(plural, id):
    record = find_to(can_lock, plural, id)
    pool.unlock(record, by=g.user)
    toast(_("%(name)s is unlocked.", name=record.name))
    return go(record_url(record.kind(), id))


# ---- assign, move ----------------------------------------------------------------------------------------------------


@bp.get(f"{ONE}/assign")
def assign_form(plural, id):
    return page("pools/assign.html", "dialog", record=find_to(can_assign, plural, id), form=AssignForm())


@bp.post(f"{ONE}/assign")
def assign(plural, id):
    record, form = find_to(can_assign, plural, id), AssignForm()
    if not form.validate_on_submit():
        return form_again("pools/assign.html", "dialog", record=record, form=form)
    pool.assign(record, form.colleague, by=g.user)
    toast(_("%(lead)s is with %(name)s now.", lead=record.name, name=record.owner.name))
    return go(record_url(record.kind(), id))


@bp.post(f"{PLURAL}/assign")
def assign_selection(plural):
    records = selection(TABLES[plural].visible_to(g.user))
    require(all(can_assign(g.user, record) for record in records))
    form = AssignForm(spreads=True)
    if not form.validate_on_submit():
        abort(422)
    if form.colleague is None:
        return spread_selection(records, form)
    assigned, lost = pool.assign_many(records, form.colleague, by=g.user)
    number = len(assigned)
    tell(ngettext("%(num)s assigned to %(name)s.", "%(num)s assigned to %(name)s.", number, name=form.colleague.name), lost)
    return go(remember_where())


def spread_selection(records, form):
    given = assignment.spread(records, list(form.people.values()), form.to.data, by=g.user)
    people = len({user.id for _record, user in given})
    toast(ngettext("%(num)s assigned, to %(people)s colleagues.", "%(num)s assigned, to %(people)s colleagues.", len(given), people=people))
    return go(remember_where())


@bp.get(f"{ONE}/pool")
def move_form(plural, id):
    record = find_to(can_move, plural, id)
    return page("pools/move.html", "dialog", record=record, form=MoveForm(record.pool))


@bp.post(f"{ONE}/pool")
def move(plural, id):
    record = find_to(can_move, plural, id)
    form = MoveForm(record.pool)
    if not form.validate_on_submit():
        return form_again("pools/move.html", "dialog", record=record, form=form)
    pool.move(record, form.chosen_pool, by=g.user)
    toast(_("%(name)s lies in %(pool)s now.", name=record.name, pool=record.pool.name))
    return go(record_url(record.kind(), id))


@bp.post(f"{PLURAL}/pool")
def move_selection(plural):
    records = selection(TABLES[plural].visible_to(g.user))
    require(all(can_move(g.user, record) for record in records))
    form = MoveForm(records[0].pool)
    if not form.validate_on_submit():
        abort(422)
    moved, lost = pool.move_many(records, form.chosen_pool, by=g.user)
    tell(ngettext("%(num)s moved to %(pool)s.", "%(num)s moved to %(pool)s.", len(moved), pool=form.chosen_pool.name), lost)
    return go(remember_where())
