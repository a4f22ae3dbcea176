"""Recycling rules: the list as sentences, the editor, the rehearsal that a rule is switched on from."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, NumberRange, Optional

from domain import Refused, due, recycling, rehearsals
from models import Pool, RecycleRule, RecycleRun, Rehearsal, User
from views.departments import in_tree_order
from views.fields import Line, Ticks, fixed_choices, longest
from views.formats import choices
from views.helpers import administrators_only, get_or_404, go, known, page, page_of, toast, whole
from views.recycling_words import Shown, department_names, kind_words, protections, rule_words, scope_words, spares_words

bp = Blueprint("recycling", __name__, url_prefix="/settings/recycling")
bp.before_request(administrators_only)

bp.add_app_template_global(lambda record: protections(record.kind(), [record]).get(record.id), "protection_of")

LONGEST = 3_650
DAYS = (Optional(), NumberRange(0, LONGEST))
WARNING_DAYS = (Optional(), NumberRange(1, 365))
CONDITIONS = {
    RecycleRule.NO_FOLLOW_UP: _l("Days without a follow-up"), RecycleRule.NO_OPPORTUNITY: _l("Days without a new deal"),
    RecycleRule.NO_DEAL: _l("Days without a purchase"),
}
UNCONVERTED = _l("Days without a conversion")
SHARED = ("name", "working_days", "spares_locked", "spares_dealt", "spares_open_deals", "departments", "owner_notice_days", "superior_notice_days")


class RuleForm(FlaskForm):
    name = Line(_l("Name"), [DataRequired(_l("Give the rule a name.")), longest(30)])
    joined = RadioField(
        _l("When"), choices=fixed_choices((("any", _l("any condition is met")), ("all", _l("all conditions are met")))), default="any"
    )
    no_follow_up_days = IntegerField(CONDITIONS[RecycleRule.NO_FOLLOW_UP], DAYS)
    no_opportunity_days = IntegerField(CONDITIONS[RecycleRule.NO_OPPORTUNITY], DAYS)
    no_deal_days = IntegerField(CONDITIONS[RecycleRule.NO_DEAL], DAYS)
    working_days = BooleanField(_l("Count working days, by the company's calendar"))
    spares_locked = BooleanField(_l("Spare what is locked"), default=True)
    spares_dealt = BooleanField(_l("Spare customers who have bought"), default=True)
    spares_open_deals = BooleanField(_l("Spare customers with an open deal"), default=True)
    departments = Ticks(_l("Whose records: of these departments and all below"), coerce=int)
    pool = SelectField(_l("Into which pool"), coerce=int)
    owner_notice_days = IntegerField(_l("Warn the owner, days ahead"), WARNING_DAYS)
    superior_notice_days = IntegerField(_l("Warn the superior, days ahead"), WARNING_DAYS)

    def __init__(self, what, *args, **options):
        super().__init__(*args, **options)
        self.what = what
        self.pools = {pool.id: pool for pool in Pool.of(what)}
        own = (0, _("Its own pool, else its owner's first"))
        self.pool.choices = [own, *((pool.id, pool.name) for pool in self.pools.values())]
        self.departments.choices = [(row.id, row.name) for row, depth in in_tree_order()]
        if what == "lead":
            self.no_deal_days.label.text = UNCONVERTED
            del self.no_opportunity_days, self.spares_dealt, self.spares_open_deals

    @property
    def asked(self):
        """[(field of the days, {level: field})] of the conditions that this kind of record can meet."""
        return [(self[f"{kind}_days"], self.of_levels(kind)) for kind in self.kinds]

    @property
    def kinds(self):
        return [kind for kind in CONDITIONS if f"{kind}_days" in self]

    def of_levels(self, kind):
        return [self[name] for name in self._fields if name.startswith(f"{kind}__")]

    @property
    def columns(self):
        given = [name for name in (*SHARED, *(f"{kind}_days" for kind in CONDITIONS)) if name in self]
        columns = {name: self[name].data for name in given}
        return columns | {"needs_all": self.joined.data == "all", "pool": self.pools.get(self.pool.data), "days_by_level": self.days_by_level}

    @property
    def days_by_level(self):
        filled = {
            kind: {field.level: field.data for field in self.of_levels(kind) if field.data is not None}
            for kind in self.kinds if self[f"{kind}_days"].data is not None
        }
        return {kind: levels for kind, levels in filled.items() if levels}


class LevelField(IntegerField):
    """Other days for customers of one level; its name is condition__level."""

    @property
    def level(self):
        return self.short_name.partition("__")[2]


def form_for(what, rule=None, **options):
    """The form with a field for each condition and customer level: the levels are words that administrators edit."""
    levels = choices("level") if what == "customer" else []
    more = {f"{kind}__{value}": LevelField(label, DAYS) for kind in CONDITIONS for value, label in levels}
    if rule and not request.form:
        options |= {f"{kind}__{level}": days for kind, levels in rule.days_by_level.items() for level, days in levels.items()}
        options |= {"joined": "all" if rule.needs_all else "any", "pool": rule.pool_id or 0, "departments": rule.departments}
        options |= {name: getattr(rule, name) for name in (*SHARED, *(f"{kind}_days" for kind in CONDITIONS)) if name != "departments"}
    return type("RuleForm", (RuleForm,), more)(what, **options)


def rules():
    return RecycleRule.select(RecycleRule, Pool).join(Pool, JOIN.LEFT_OUTER)


@bp.get("")
def index():
    found = list(rules().where(RecycleRule.state != RecycleRule.RETIRED).order_by(RecycleRule.position, RecycleRule.id))
    drafts = {rule.replaces_id: rule for rule in found if rule.replaces_id}
    names = department_names(found)
    shown = {what: [rule for rule in found if rule.what == what and not rule.replaces_id] for what in ("lead", "customer")}
    return page(
        "settings/recycling.html", rules=shown, drafts=drafts, runs=last_runs(found), names=names, rule_words=rule_words,
        scope_words=scope_words, spares_words=spares_words, kind_words=kind_words, left_out={what: left_out(what) for what in shown},
    )


def last_runs(found):
    """{rule id: the newest run that could take something}"""
    runs = RecycleRun.select().where(RecycleRun.rule.in_([rule.id for rule in found])).order_by(RecycleRun.night)
    began = {rule.id: rule.switched_on_at for rule in found}
    return {run.rule_id: run for run in runs if began[run.rule_id] and began[run.rule_id] < due.moment_of(run.night)}


def left_out(what):
    """Whoever owns such records and is let in by no pool: what never lay in one cannot go back."""
    table = due.TABLES[what]
    owners = table.select(table.owner).where(table.owner.not_in(due.let_in(what)), table.home_pool.is_null())
    return list(User.select().where(User.id.in_(owners)).order_by(User.id))


@bp.get("/new")
def new():
    what = asked_for()
    return rule_page(form_for(what, formdata=None), what, None)


def asked_for():
    what = request.args.get("what", "lead")
    return what if what in due.TABLES else abort(404)


def rule_page(form, what, rule):
    return render_template("settings/recycle_rule.html", form=form, what=what, rule=rule, kind_words=kind_words)


@bp.post("/new")
def create():
    what = asked_for()
    return store(form_for(what), what, None)


@bp.get("/<int:id>")
def show(id):
    rule = get_or_404(rules(), id)
    return rule_page(form_for(rule.what, rule, formdata=None), rule.what, rule)


@bp.post("/<int:id>")
def save(id):
    rule = get_or_404(rules(), id)
    return store(form_for(rule.what), rule.what, rule)


def store(form, what, rule):
    if not form.validate_on_submit():
        return rule_page(form, what, rule), 422
    try:
        saved = recycling.edit(rule, g.user, **form.columns) if rule else recycling.create(what, g.user, **form.columns)
    except Refused as no:
        if no.facts.get("field") not in form:
            raise
        form[no.facts["field"]].errors = [no.message]
        return rule_page(form, what, rule), 422
    if "rehearse" in request.form and not saved.is_on:
        return go(url_for("recycling.rehearsal", id=rehearsals.rehearse(saved, by=g.user).id))
    toast(_("Saved."))
    return go(url_for("recycling.index"))


# ---- the rehearsal ---------------------------------------------------------------------------------------------------


@bp.post("/<int:id>/rehearsals")
def rehearse(id):
    rule = get_or_404(rules(), id)
    return go(url_for("recycling.rehearsal", id=rehearsals.rehearse(rule, by=g.user).id))


@bp.get("/rehearsals/<int:id>")
def rehearsal(id):
    return page("settings/rehearsal.html", "state", **rehearsed(get_or_404(Rehearsal.select(), id)))


def rehearsed(rehearsal):
    rule = rules().where(RecycleRule.id == rehearsal.rule_id).get()
    reckoning = due.Reckoning(rule.what, [rule])
    people = {person.id: person for person in reckoning.people}
    owners = [(people[int(id)], numbers) for id, numbers in rehearsal.owners.items()]
    owners.sort(key=lambda row: (-row[1][0], -row[1][1], -row[1][2], row[0].id))
    rows = first_rows(reckoning, rehearsal)
    return {
        "rehearsal": rehearsal, "rule": rule, "owners": owners, "rows": rows, "why": shown_protections(reckoning, rows),
        "rule_words": rule_words, "totals": totals_of(rehearsal), "kind_words": kind_words, "horizons": rehearsals.HORIZONS,
        "stranded": [(people[int(id)], number) for id, number in rehearsal.stranded.items()],
    }


def first_rows(reckoning, rehearsal):
    table = reckoning.table
    return list(table.with_people().where(table.id.in_(rehearsal.first)).order_by(table.id)) if rehearsal.first else []


@bp.get("/rehearsals/<int:id>/records")
def rehearsed_records(id):
    """Which records a figure of the rehearsal counts."""
    rehearsal = get_or_404(Rehearsal.select(), id)
    days, owner = request.args.get("within", 0, type=whole), known(User.select(), request.args.get("owner"))
    if days not in rehearsals.HORIZONS:
        abort(404)
    rule = rules().where(RecycleRule.id == rehearsal.rule_id).get()
    reckoning = due.Reckoning(rule.what, [rule])
    going = rehearsals.taken(rehearsal, days, owner)
    rows = page_of(going, going.model.id, descending=False)
    counted = rehearsal.owners.get(str(owner.id), (0, 0, 0)) if owner else totals_of(rehearsal)
    return render_template(
        "settings/rehearsed.html", rehearsal=rehearsal, rule=rule, days=days, owner=owner, rows=rows, kind_words=kind_words,
        why=shown_protections(reckoning, rows), numbers=dict(zip(rehearsals.HORIZONS, counted, strict=True)),
    )


def totals_of(rehearsal):
    return [sum(numbers[place] for numbers in rehearsal.owners.values()) for place in range(len(rehearsals.HORIZONS))]


def shown_protections(reckoning, rows):
    return {id: Shown(found[0], reckoning.calendar) for id, found in reckoning.protections(list(rows)).items() if found}


@bp.post("/rehearsals/<int:id>/on")
def switch_on(id):
    rule = recycling.switch_on(get_or_404(Rehearsal.select(), id), by=g.user)
    toast(_("%(name)s is on from the coming night.", name=rule.name), undo=(url_for("recycling.switch_off", id=rule.id), {}))
    return go(url_for("recycling.index"))


@bp.post("/<int:id>/off")
def switch_off(id):
    rule = get_or_404(rules(), id)
    recycling.switch_off(rule, by=g.user)
    toast(_("%(name)s is off.", name=rule.name))
    return go(url_for("recycling.index"))


@bp.post("/<int:id>/retire")
def retire(id):
    rule = get_or_404(rules(), id)
    recycling.retire(rule, by=g.user)
    toast(_("%(name)s is gone.", name=rule.name))
    return go(url_for("recycling.index"))


@bp.post("/<int:id>/up")
def move_up(id):
    recycling.move_up(get_or_404(rules(), id), by=g.user)
    return go(url_for("recycling.index"))
