"""Handover (离职交接): choose who leaves, see all that is his, split it, carry it out, print the sheet, undo it within a day."""

from collections import defaultdict

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN, fn
from wtforms import BooleanField, RadioField, SelectField

from domain import Refused, handover, handover_runner, holdings, now
from domain.handover_plan import rooms
from models import Customer, Department, Handover, HandoverItem, Lead, User
from permissions import can_administer
from views.fields import Ticks, fixed_choices
from views.follow_ups import stage_called
from views.handover_words import KINDS, OUTCOMES, SPLITS, STATES, in_words, label
from views.helpers import form_again, get_or_404, go, page, page_of, require, toast

bp = Blueprint("handovers", __name__, url_prefix="/handovers")

INSTEAD = ("lead", "ticket", "approval")


class HandoverForm(FlaskForm):
    successors = Ticks(_l("Who takes over"), coerce=int)
    split = RadioField(_l("How it is split"), choices=fixed_choices(SPLITS.items()), default=Handover.EVENLY)
    lead = SelectField(_l("Leads go to"), coerce=int, default=0)
    ticket = SelectField(_l("Tickets go to"), coerce=int, default=0)
    approval = SelectField(_l("Approvals waiting for them go to"), coerce=int, default=0)
    fills_pools = BooleanField(_l("What nobody has room for goes back to its pool"))
    disables = BooleanField(_l("Take their access away when it is done"), default=True)

    def __init__(self, leaver, held, *args, **options):
        super().__init__(*args, **options)
        active = User.with_role().where(User.disabled_at.is_null(), User.id != leaver.id)
        near = User.department != (leaver.department_id or 0)
        self.people = {user.id: user for user in active.order_by(near, Department.path, User.id)}
        kinds = [what for what in held if what not in ("claim", "member")] or ["customer"]
        fit = [user for user in self.people.values() if any(holdings.fits(what, user) for what in kinds)]
        self.successors.choices = [(user.id, user.name) for user in fit]
        for what in INSTEAD:
            able = [(user.id, user.name) for user in self.people.values() if holdings.fits(what, user)]
            self[what].choices = [(0, _("as the rule says")), *able]
            if not held.get(what):
                del self[what]
        if not leaver.active or leaver.id == g.user.id:
            del self.disables

    @property
    def rule(self):
        """The arguments of handover.plan()."""
        return {
            "successors": [self.people[id] for id in self.successors.data],
            "split": self.split.data,
            "instead": {what: self.people[self[what].data] for what in INSTEAD if what in self and self[what].data},
            "fills_pools": self.fills_pools.data,
            "disables": bool("disables" in self and self.disables.data),
        }


def find(id):
    found = get_or_404(Handover.visible_to(g.user), id)
    require(can_administer(g.user))
    return found


# ---- who leaves ------------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    require(can_administer(g.user))
    return render_template("handovers/index.html", handovers=page_of(Handover.visible_to(g.user), Handover.id), states=STATES)


@bp.get("/new")
def new():
    require(can_administer(g.user))
    people = User.select(User, Department).join(Department, JOIN.LEFT_OUTER).order_by(User.disabled_at.is_null(), Department.path, User.id)
    return render_template("handovers/new.html", people=list(people), numbers=numbers_of_all())


def numbers_of_all():
    """{user id: {"customer": number, "lead": number}}: who has anything, in two queries."""
    numbers = defaultdict(dict)
    for table in (Customer, Lead):
        counted = table.select(table.owner, fn.COUNT(table.id)).where(table.owner.is_null(False)).group_by(table.owner)
        for owner, number in counted.tuples():
            numbers[owner][table.kind()] = number
    return numbers


# ---- the plan --------------------------------------------------------------------------------------------------------


def leaver(id):
    require(can_administer(g.user))
    return get_or_404(User.select(User, Department).join(Department, JOIN.LEFT_OUTER), id)


def plan_page(person, form, held):
    room = {what: rooms(what) for what in ("customer", "lead")}
    under_way = Handover.get_or_none(Handover.leaver == person, Handover.status.in_(Handover.UNDER_WAY))
    return {"person": person, "form": form, "held": held, "label": label, "room": room, "under_way": under_way, "kinds": KINDS}


@bp.get("/of/<int:id>")
def plan_form(id):
    person = leaver(id)
    held = holdings.counts(person)
    return render_template("handovers/plan.html", **plan_page(person, form_for(person, held, formdata=None), held))


def form_for(person, held, **options):
    """As it was planned last, where it was."""
    last = Handover.get_or_none(Handover.leaver == person, Handover.status == Handover.PLANNED)
    filled = {}
    if last:
        filled = {"successors": last.successors, "split": last.split, "fills_pools": last.fills_pools, "disables": last.disables}
    return HandoverForm(person, held, data=filled | (last.instead if last else {}), **options)


@bp.post("/of/<int:id>")
def plan(id):
    person = leaver(id)
    held = holdings.counts(person)
    form = form_for(person, held)
    if not form.validate_on_submit():
        return form_again("handovers/plan.html", **plan_page(person, form, held))
    try:
        planned = handover.plan(person, g.user, **form.rule)
    except Refused as no:
        if no.facts.get("field") not in form:
            raise
        form[no.facts["field"]].errors = [no.message]
        return form_again("handovers/plan.html", **plan_page(person, form, held))
    return go(url_for(".show", id=planned.id))


@bp.post("/<int:id>/discard")
def discard(id):
    planned = find(id)
    handover.discard(planned, by=g.user)
    toast(_("The plan is thrown away. Nothing was changed."))
    return go(url_for(".index"))


# ---- carried out, and undone -----------------------------------------------------------------------------------------


@bp.get("/<int:id>")
def show(id):
    return page("handovers/show.html", "state", **shown(find(id)))


@bp.get("/<int:id>/progress")
def progress(id):
    return page("handovers/show.html", "state", **shown(find(id)))


def shown(found):
    what = request.args.get("what") if request.args.get("what") in KINDS else None
    query = HandoverItem.with_people().where(HandoverItem.handover == found)
    query = query.where(HandoverItem.what == what) if what else query
    numbers = tallied(found)
    return {
        "handover": found, "states": STATES, "outcomes": OUTCOMES, "kinds": KINDS, "what": what, "words": in_words,
        "parts": parts_of(numbers), "totals": totals_of(numbers), "done": done(found, numbers),
        "rows": page_of(query, HandoverItem.id, descending=False),
        "remaining": {} if found.status == Handover.PLANNED else holdings.counts(found.leaver),
        "can_undo": found.status == Handover.DONE and now() <= found.undone_until,
        "by_status": {status: sum(n for *_key, state, n in numbers if state == status) for status in HandoverItem.STATUSES},
    }


def tallied(found):
    """[(person id, pool id, whether it has a place, what, status, number)], all that a summary needs in one query."""
    key = (HandoverItem.to, HandoverItem.pool, HandoverItem.placed, HandoverItem.what, HandoverItem.status)
    return list(found.items.select(*key, fn.COUNT(HandoverItem.id)).group_by(*key).tuples())


def parts_of(numbers):
    """[(person, name of the place, {what: number})]: each successor, then the pools, what ends, and what has no place."""
    parts = defaultdict(lambda: defaultdict(int))
    for to, pool, placed, what, _status, number in numbers:
        place = to or ("pool" if pool else "ends" if placed and what != "approval" else "administrators" if placed else "nobody")
        parts[place][what] += number
    people = {user.id: user for user in User.select().where(User.id.in_([place for place in parts if isinstance(place, int)]))}
    named = [(people[place], "", parts[place]) for place in sorted(people)]
    return named + [(None, place, parts[place]) for place in ("administrators", "pool", "ends", "nobody") if place in parts]


def totals_of(numbers):
    totals = defaultdict(int)
    for *_key, what, _status, number in numbers:
        totals[what] += number
    return {what: totals[what] for what in KINDS if totals[what]}


def done(found, numbers):
    """(how many are through, of how many) in the direction in which it runs."""
    total = sum(number for *_key, number in numbers)
    waiting = HandoverItem.MOVED if found.status == Handover.UNDOING else HandoverItem.WAITING
    return total - sum(number for *_key, status, number in numbers if status == waiting), total


@bp.post("/<int:id>/start")
def start(id):
    planned = find(id)
    handover.start(planned, by=g.user)
    handover_runner.enqueue(planned.id)
    return go(url_for(".show", id=id))


@bp.post("/<int:id>/undo")
def undo(id):
    finished = find(id)
    handover.undo(finished, by=g.user)
    handover_runner.enqueue(finished.id)
    return go(url_for(".show", id=id))


# ---- the sheet -------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/sheet")
def sheet(id):
    """交接单, to be signed: all of it for an administrator, for a successor his part."""
    found = get_or_404(Handover.visible_to(g.user), id)
    items = HandoverItem.with_people().where(HandoverItem.handover == found)
    items = items.where(HandoverItem.status.in_((HandoverItem.MOVED, HandoverItem.WAITING)), HandoverItem.what != "step_done")
    if not can_administer(g.user):
        items = items.where(HandoverItem.to == g.user.id)
    sections = defaultdict(lambda: defaultdict(list))
    for item in items.order_by(HandoverItem.id):
        sections[item.to][item.what].append(item)
    ordered = sorted(sections.items(), key=lambda section: (section[0] is None, section[0].id if section[0] else 0))
    receivers = [(_("Taken over by"), person.name) for person, _items in ordered if person]
    return render_template("handovers/sheet.html", handover=found, sections=ordered, kinds=KINDS, receivers=receivers)


bp.add_app_template_global(in_words, "in_words")
bp.add_app_template_global(stage_called)
