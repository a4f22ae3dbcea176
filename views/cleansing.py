"""Cleansing (数据清洗): start a look through the base, follow it, and put right what it found."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN

from domain import cleansing, timeline
from domain.masking import MASKS, Sight
from models import CleansingFinding, CleansingRun, Contact, Customer, Lead, User, capped_counts
from permissions import can_cleanse, can_edit_customer, can_edit_lead, can_merge
from views.fields import Ticks
from views.formats import capped
from views.helpers import (
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    known,
    page,
    page_of,
    page_url,
    require,
    toast,
    whole,
)

bp = Blueprint("cleansing", __name__, url_prefix="/cleansing")

SORTS = {
    CleansingFinding.DUPLICATE: _l("Duplicates"),
    CleansingFinding.FORMAT: _l("Bad formats"),
    CleansingFinding.MISSING: _l("Missing fields"),
}
NEEDS = {
    "reach": _l("A phone number or an e-mail address"),
    "contact": _l("A contact"),
    "city": _l("City"),
    "industry": _l("Industry"),
}
TABLES = {"lead": Lead, "customer": Customer}


class LookForm(FlaskForm):
    needs = Ticks(_l("Every record should have"), choices=list(NEEDS.items()), default=list(NEEDS))


@bp.before_request
def managers_only():
    require(can_cleanse(g.user))


# ---- the page --------------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    return page("cleansing/index.html", form=LookForm(formdata=None), **what_was_found())


def what_was_found():
    runs = list(CleansingRun.select(CleansingRun, User).join(User, JOIN.INNER, on=CleansingRun.by).order_by(CleansingRun.id.desc()).limit(5))
    wanted = request.args.get("run", type=whole)
    run = next((run for run in runs if run.id == wanted), runs[0] if runs else None)
    if run is None or run.status == CleansingRun.RUNNING:
        return {"run": run, "runs": runs}
    queries = {sort: of_run(run).where(CleansingFinding.sort == sort) for sort in SORTS}
    sort = request.args.get("sort") if request.args.get("sort") in SORTS else CleansingFinding.DUPLICATE
    found = page_of(queries[sort], CleansingFinding.id, descending=False)
    return {
        "run": run, "runs": runs, "sort": sort, "found": found, "records": records_of(found.rows), "needs": NEEDS,
        "tabs": tabs_of(capped_counts(queries), sort),
    }


def of_run(run):
    found = CleansingFinding.visible_to(g.user).where(CleansingFinding.run == run.id)
    return found.where(CleansingFinding.is_new) if request.args.get("new") else found


def tabs_of(counts, sort):
    return [{"label": label, "url": page_url(sort=name), "count": capped(counts[name]), "current": name == sort} for name, label in SORTS.items()]


def records_of(found):
    """{(kind, id): record} of what the findings of a page are about, as far as this person sees it."""
    places = {(one.holder_kind, one.holder_id) for one in found} | {(one.record_kind, one.other_id) for one in found if one.other_id}
    shown = {}
    for kind, table in TABLES.items():
        if ids := [id for one, id in places if one == kind]:
            shown |= {(kind, record.id): record for record in table.visible_to(g.user).where(table.id.in_(ids))}
    contacts = [one.record_id for one in found if one.record_kind == "contact"]
    if contacts:
        shown |= {("contact", contact.id): contact for contact in Contact.select().where(Contact.id.in_(contacts))}
    return shown


# ---- words -----------------------------------------------------------------------------------------------------------


@bp.app_template_global()
def finding_field(found):
    return _(timeline.FIELDS[found.fields[0]])


@bp.app_template_global()
def finding_complaint(found):
    """What is wrong with the value, in the reader's language."""
    written, complaint = cleansing.FORMS[found.fields[0]]
    return complaint(written(found.value))


@bp.app_template_global()
def as_read(text, found, holder):
    """A value as this person reads it: masked while the record lies in a pool that is not his to run."""
    return text if Sight(g.user).reads(holder) else MASKS.get(found.fields[0], str)(text)


@bp.app_template_global()
def can_fix(found, holder):
    return bool(found.suggestion) and (can_edit_customer if holder.kind() == "customer" else can_edit_lead)(g.user, holder)


# ---- the run ---------------------------------------------------------------------------------------------------------


@bp.post("")
def start():
    form = LookForm()
    if not form.validate_on_submit():
        return form_again("cleansing/index.html", form=form, **what_was_found())
    run = cleansing.start(g.user, form.needs.data)
    cleansing.enqueue(run.id)
    return go(url_for(".index"))


@bp.get("/progress")
def progress():
    return page("cleansing/index.html", "state", form=LookForm(formdata=None), **what_was_found())


# ---- one finding -----------------------------------------------------------------------------------------------------


def find(id):
    """(finding, the record it is about, the one through which one sees it)"""
    found = get_or_404(CleansingFinding.visible_to(g.user), id)
    holder = get_or_404(TABLES[found.holder_kind].visible_to(g.user), found.holder_id)
    if found.record_kind != "contact":
        return found, holder, holder
    return found, get_or_404(Contact.select().where(Contact.customer == holder.id), found.record_id), holder


@bp.post("/findings/<int:id>/fix")
def fix(id):
    found, record, holder = find(id)
    require(can_fix(found, holder))
    cleansing.fix(found, record, by=g.user)
    toast(_("Written as it should be."))
    return changed(id)


@bp.post("/findings/<int:id>/apart")
def tell_apart(id):
    one, other = pair(id)
    cleansing.tell_apart(one, other, by=g.user)
    toast(_("Kept: these are two companies."), undo=(url_for(".tell_alike", id=id), {}))
    return changed(id)


@bp.post("/findings/<int:id>/alike")
def tell_alike(id):
    one, other = pair(id)
    cleansing.tell_alike(one, other, by=g.user)
    toast(_("They may be one company after all."))
    return changed(id)


def pair(id):
    """The two of a duplicate, where this person may say what they are."""
    found, record, _holder = find(id)
    other = known(type(record).visible_to(g.user), found.other_id)
    require(other is not None and can_merge(g.user, record, other))
    return record, other


def changed(id):
    found = CleansingFinding.get_by_id(id)
    back = url_for(".index", run=found.run_id, sort=found.sort)
    return fragment_or_redirect("cleansing/row.html", "row", back, one=found, records=records_of([found]), needs=NEEDS)
