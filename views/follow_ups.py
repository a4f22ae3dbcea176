"""Follow-ups, the next step, and the timeline of a record. Every record page includes templates/follow_ups/panel.html."""

from datetime import date, datetime, timedelta
from itertools import groupby

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, RadioField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from domain import disclosures, flows, follow_ups, local, now, timeline, to_utc
from models import BY_KIND, Pooled, Stage, Task
from permissions import can_follow_up
from views.fields import Line, fixed_choices, longest
from views.formats import choice, day, dictionary, in_language, money, today, when
from views.helpers import form_again, fragment_or_redirect, get_or_404, go, page, remember_where, require, toast, whole
from views.quote_rows import rate_text

bp = Blueprint("follow_ups", __name__)

KINDS = {"leads": "lead", "customers": "customer", "opportunities": "opportunity"}
METHODS = {  # value: (label, icon)
    "phone": (_l("Phone"), "phone"),
    "wechat": (_l("WeChat"), "brand-wechat"),
    "visit": (_l("Visit"), "map-pin"),
    "email": (lazy_pgettext("follow-up", "E-mail"), "mail"),
    "note": (_l("Note"), "note"),
}
OUTCOMES = {
    "connected": _l("Connected"),
    "no_answer": _l("No answer"),
    "wechat_added": _l("WeChat added"),
    "interested": _l("Interested"),
    "refused": _l("Refused"),
}
QUICK_OUTCOMES = ("connected", "no_answer", "wechat_added")
PLACED_BY = {
    "person": _l("named in it"), "random": _l("by chance"), "round_robin": _l("in turn"), "least_loaded": _l("holds least"),
    "match": _l("fits best"),
}
MONEY = {"amount", "order_discount", "total"}
DAYS = {"registered_on", "expected_on", "valid_until"}
MORNING = 10  # o'clock: when a step is due that was planned for "tomorrow"
PICK = "pick"


class MomentField(DateTimeLocalField):
    """A date and time as the company's clock shows it; its data is naive UTC."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return f"{local(self.data):%Y-%m-%dT%H:%M}" if self.data else ""

    def process_formdata(self, values):
        self.data = None
        if not values or not values[0]:
            return
        try:
            self.data = to_utc(datetime.fromisoformat(values[0]))
        except (ValueError, OverflowError) as error:
            raise ValueError(self.gettext("Write a date and a time.")) from error


class FollowUpForm(FlaskForm):
    method = RadioField(_l("Kind"), choices=fixed_choices((value, words[0]) for value, words in METHODS.items()), default="phone")
    body = TextAreaField(_l("What happened"), [DataRequired(_l("Write what happened.")), Length(max=5000)])
    outcome = RadioField(_l("Outcome"), [Optional()], choices=fixed_choices(OUTCOMES.items()))
    next = SelectField(_l("Next follow-up"), [Optional()], choices=[], validate_choice=False)
    next_at = MomentField(_l("Date and time"), [Optional()])
    next_what = Line(_l("What to do"), [longest(200)])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.next.choices = quick_dates()

    @property
    def due_at(self):
        """The next step in naive UTC, or None."""
        if self.next.data and self.next.data != PICK:
            return self.moment_of(self.next.data)
        return self.next_at.data

    @staticmethod
    def moment_of(text):
        try:
            return to_utc(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            return abort(400)

    def validate_next(self, field):
        if self.due_at and self.due_at < now() - timedelta(minutes=1):
            raise ValidationError(_("The next follow-up lies in the past."))
        if field.data == PICK and not self.next_at.data:
            raise ValidationError(_("Pick a date for the next follow-up."))


class DueForm(FlaskForm):
    """A quick date's button, or the field for a date of one's own."""

    due_at = MomentField(_l("Date and time"), [DataRequired(_l("Write a date and a time."))])


@bp.app_template_global()
def quick_dates():
    """[(local ISO time, label)]: none, tomorrow, in three days, next Monday, or a date of one's own."""
    now_day = today()
    monday = now_day + timedelta(days=7 - now_day.weekday())
    days = dict.fromkeys((now_day + timedelta(days=1), now_day + timedelta(days=3), monday))
    dates = [(f"{date:%Y-%m-%d}T{MORNING}:00", label_of(date, now_day)) for date in days]
    return [("", _("No next follow-up")), *dates, (PICK, _("Pick a date…"))]


def label_of(date, now_day):
    if date == now_day + timedelta(days=1):
        return _("Tomorrow %(time)s", time=f"{MORNING}:00")
    return f"{day(date, weekday=True)} {MORNING}:00"


# ---- what the record pages ask for -----------------------------------------------------------------------------------


@bp.app_template_global()
def composer_of(record):
    """An empty form, or None where this person or this record does not take follow-ups."""
    closed = record.kind() == "lead" and (record.in_pool or not record.is_open)
    if closed or record.kind() not in KINDS.values() or not can_follow_up(g.user, record):
        return None
    return FollowUpForm(formdata=None)


@bp.app_template_global()
def timeline_of(record, before=None, only=None):
    """(days, before of the older page or None); days are (date, entries), newest first."""
    entries, older = timeline.of(record, g.user, before, only=only)
    return [(date, list(rows)) for date, rows in groupby(entries, lambda entry: local(entry.at).date())], older


@bp.app_template_global()
def next_step_of(record):
    return follow_ups.open_task(record)


@bp.app_template_global()
def timeline_counts(record):
    return timeline.counts(record, g.user)


@bp.app_template_global()
def day_words(date):
    """今天, 昨天, 11-18 周三."""
    passed = (today() - date).days
    return {0: pgettext("day", "Today"), 1: _("Yesterday")}.get(passed) or day(date, weekday=True)


@bp.app_template_global()
def shown(name, value):
    """A fact of an event as the reader writes it."""
    if value in (None, ""):
        return ""
    field = {"reason": "lost_reason"}.get(name, name)
    if field in dictionary() and isinstance(value, str):
        return str(choice(value, field))
    if name in MONEY:
        return money(value)
    if name == "order_discount_rate":
        return f"{rate_text(value)}%"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("stage", "previous_stage"):
        return stage_called(value)
    if name == "placed_by":
        return str(PLACED_BY.get(value, value))
    if name == "node":
        return node_called(value)
    if name.endswith("_at"):
        return when(datetime.fromisoformat(value), within=True)
    return day(date.fromisoformat(value)) if name in DAYS else str(value)


def stage_called(name):
    """The stage of that name in the reader's language; as it was written when it is called so no more."""
    if "stages" not in g:
        g.stages = {stage.name: stage for stage in Stage.in_order()}
    return in_language(g.stages[name]) if name in g.stages else name


@bp.app_template_global()
def node_called(name):
    """The step of an approval in the reader's language; as it was written when it is called so no more."""
    if "nodes" not in g:
        g.nodes = {node.name: node for node in flows.running("quote")[1]}
    return in_language(g.nodes[name]) if name in g.nodes else name


@bp.app_template_global()
def field_label(name):
    return _(timeline.FIELDS[name])


@bp.app_template_global()
def plural_of(kind):
    """The word of a kind in addresses and endpoints: leads, opportunities."""
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


@bp.app_template_global()
def record_url(kind, id, **arguments):
    return url_for(f"{plural_of(kind)}.show", id=id, **arguments)


bp.add_app_template_global(METHODS, "follow_up_methods")
bp.add_app_template_global(OUTCOMES, "follow_up_outcomes")
bp.add_app_template_global(QUICK_OUTCOMES, "quick_outcomes")


# ---- writing ---------------------------------------------------------------------------------------------------------


def find(plural, id):
    return get_or_404(BY_KIND[KINDS[plural]].visible_to(g.user), id)


@bp.get("/<any(leads, customers, opportunities):plural>/<int:id>/follow-ups")
def new(plural, id):
    """The composer alone: in the shared dialog of a phone, or as a page."""
    record = find(plural, id)
    require(can_follow_up(g.user, record))
    return page("follow_ups/new.html", "dialog", record=record, form=composer_of(record), in_dialog=True)


@bp.post("/<any(leads, customers, opportunities):plural>/<int:id>/follow-ups")
def write(plural, id):
    record = find(plural, id)
    require(can_follow_up(g.user, record))
    form = FollowUpForm()
    in_dialog = "in_dialog" in request.form
    if not form.validate_on_submit():
        return form_again("follow_ups/new.html", "composer", record=record, form=form, in_dialog=in_dialog)
    follow_ups.write(
        record, g.user, form.method.data, form.body.data, form.outcome.data or "",
        next_at=form.due_at, next_what=form.next_what.data,
    )
    toast(_("Follow-up saved. Next: %(time)s", time=when(form.due_at)) if form.due_at else _("Follow-up saved."))
    return fragment_or_redirect(
        "follow_ups/written.html", "changed", record_url(record.kind(), id), record=find(plural, id), in_dialog=in_dialog
    )


@bp.get("/timeline/<any(lead, customer, opportunity, quote, order, ticket):kind>/<int:id>")
def entries(kind, id):
    """Older entries, or the timeline narrowed to follow-ups or system facts."""
    record = get_or_404(BY_KIND[kind].visible_to(g.user), id)
    if isinstance(record, Pooled):
        disclosures.note_view(record, by=g.user)
    only = request.args.get("only")
    return page(
        "follow_ups/timeline_page.html", "entries", record=record, only=only if only in ("follow_ups", "system") else None,
        before=request.args.get("before", type=whole), shown_day=request.args.get("day"),
    )


# ---- the next step ---------------------------------------------------------------------------------------------------


def find_task(id):
    """A step of a record that this person sees and works on; (task, record)."""
    task = get_or_404(Task.select(), id)
    record = get_or_404(BY_KIND[task.record_kind].visible_to(g.user), task.record_id)
    require(can_follow_up(g.user, record))
    return task, record


def changed(task, record):
    """The row of the step for htmx, the page one came from for a plain form."""
    return fragment_or_redirect("follow_ups/task_row.html", "row", remember_where(), task=task, record=record)


@bp.post("/tasks/<int:id>/done")
def done(id):
    task, record = find_task(id)
    follow_ups.finish(task, by=g.user)
    toast(_("Done: %(name)s", name=task.title), undo=(url_for("follow_ups.undone", id=id), {}))
    return changed(task, record)


@bp.post("/tasks/<int:id>/undone")
def undone(id):
    task, record = find_task(id)
    follow_ups.reopen(task, by=g.user)
    return go(remember_where())


@bp.post("/tasks/<int:id>/reschedule")
def reschedule(id):
    task, record = find_task(id)
    form = DueForm()
    if not form.validate_on_submit():
        abort(422)
    follow_ups.reschedule(task, g.user, form.due_at.data)
    toast(_("%(name)s: %(time)s", name=task.title, time=when(task.due_at)))
    return changed(task, record)


@bp.post("/tasks/<int:id>/next")
def plan_next(id):
    """The step after one that is done: 明天, 3 天后, 下周一 or a date of one's own."""
    task, record = find_task(id)
    form = DueForm()
    if not form.validate_on_submit():
        abort(422)
    follow_ups.plan(record, g.user, form.due_at.data, task.what, task.method)
    toast(_("Next follow-up: %(time)s", time=when(form.due_at.data)))
    return changed(task, record)
