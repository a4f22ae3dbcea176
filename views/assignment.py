"""Assignment rules: who gets what comes in, as a list of sentences in their order; and what each seller is good at."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, RadioField, SelectField, ValidationError
from wtforms.validators import DataRequired

from domain import assignment
from models import AssignmentRule, AssignmentTaker, Department, Pool, SellerProfile, User
from views.departments import in_tree_order
from views.fields import Line, Ticks, WordsField, fixed_choices, longest
from views.formats import choice, choices
from views.helpers import administrators_only, get_or_404, go, toast
from views.settings_pools import WHAT

bp = Blueprint("assignment", __name__, url_prefix="/settings/assignment")
bp.before_request(administrators_only)

METHODS = {
    AssignmentRule.ROUND_ROBIN: _l("In turn"), AssignmentRule.LEAST_LOADED: _l("Whoever holds least"),
    AssignmentRule.RANDOM: _l("By chance"), AssignmentRule.MATCH: _l("Whose profile fits best"),
    AssignmentRule.PERSON: _l("The first one named who has room"),
}
LISTS = AssignmentRule.LISTS
TRIGGERS = ("on_import", "on_form", "on_drop")


class ListsForm(FlaskForm):
    """What a record is held against: places are typed, words of a dictionary ticked."""

    provinces = WordsField(_l("Provinces"), description=_l("Separated by commas or spaces; empty means any."))
    cities = WordsField(_l("Cities"))
    industries = Ticks(_l("Industries"))
    sources = Ticks(_l("Sources"))
    levels = Ticks(_l("Customer levels"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.industries.choices, self.sources.choices = choices("industry"), choices("source")
        self.levels.choices = choices("level")

    @property
    def lists(self):
        return {name: self[name].data if name in self else [] for name in LISTS}


class RuleForm(ListsForm):
    name = Line(_l("Name"), [DataRequired(_l("Give the rule a name.")), longest(30)])
    active = BooleanField(_l("In force"), default=True)
    pool = SelectField(_l("In which pool"), coerce=int)
    on_import = BooleanField(_l("when it is imported"), default=True)
    on_form = BooleanField(_l("when it comes through a web form"), default=True)
    on_drop = BooleanField(_l("when it was given back or recycled"))
    method = RadioField(_l("Who gets it"), choices=fixed_choices(METHODS.items()), default=AssignmentRule.ROUND_ROBIN)
    takers = Ticks(_l("People"), coerce=int)
    departments = Ticks(_l("Departments, with all below them"), coerce=int)

    def __init__(self, what, *args, **options):
        super().__init__(*args, **options)
        self.pools = {pool.id: pool for pool in Pool.of(what)}
        self.pool.choices = [(0, _("Any")), *((pool.id, pool.name) for pool in self.pools.values())]
        sellers = User.select().where(User.who_may("lead.work"), User.disabled_at.is_null()).order_by(User.id)
        self.takers.choices = [(user.id, user.name) for user in sellers]
        self.departments.choices = [(row.id, row.name) for row, depth in in_tree_order()]
        if what == "customer":
            del self.on_import, self.on_form
        else:
            del self.levels

    def validate_takers(self, field):
        if not field.data and not self.departments.data:
            raise ValidationError(_("Tick somebody, or a department."))

    @property
    def columns(self):
        names = [name for name in ("name", "active", *TRIGGERS, "method") if name in self]
        return {name: self[name].data for name in names} | self.lists | {"pool": self.pools.get(self.pool.data)}

    @property
    def people(self):
        users = {user.id: user for user in User.select().where(User.id.in_(self.takers.data))}
        return {
            "takers": [users[id] for id in self.takers.data if id in users],
            "departments": list(Department.select().where(Department.id.in_(self.departments.data))),
        }


@bp.get("")
def index():
    rules = list(AssignmentRule.select(AssignmentRule, Pool).join(Pool, JOIN.LEFT_OUTER).order_by(AssignmentRule.position, AssignmentRule.id))
    return render_template(
        "settings/assignment.html", rules={what: [rule for rule in rules if rule.what == what] for what in WHAT}, what=WHAT,
        people=people_of(rules), conditions=conditions, methods=METHODS,
    )


def people_of(rules):
    """{rule id: [names]}, in one query."""
    names = {rule.id: [] for rule in rules}
    takers = AssignmentTaker.select(AssignmentTaker, User, Department).join(User, JOIN.LEFT_OUTER).switch(AssignmentTaker)
    for taker in takers.join(Department, JOIN.LEFT_OUTER).order_by(AssignmentTaker.id):
        names[taker.rule_id].append((taker.user or taker.department).name)
    return names


def conditions(rule):
    """The words of a rule's lists, as people read them."""
    fields = {"industries": "industry", "sources": "source", "levels": "level"}
    return [
        _(" or ").join(str(choice(word, fields[name])) if name in fields else word for word in getattr(rule, name))
        for name in LISTS if getattr(rule, name)
    ]


def rule_page(form, rule, what):
    return render_template("settings/assignment_rule.html", form=form, rule=rule, what=what, words=WHAT)


def kind_asked():
    what = request.args.get("what", "lead")
    return what if what in WHAT else abort(404)


@bp.get("/new")
def new():
    what = kind_asked()
    return rule_page(RuleForm(what, formdata=None, on_drop=what == "customer"), None, what)


@bp.post("/new")
def create():
    return store(None, kind_asked())


@bp.get("/<int:id>")
def edit(id):
    rule = get_or_404(AssignmentRule.select(), id)
    rows = list(AssignmentTaker.select().where(AssignmentTaker.rule == rule))
    chosen = {
        "takers": [row.user_id for row in rows if row.user_id], "departments": [row.department_id for row in rows if row.department_id],
        "pool": rule.pool_id or 0,
    }
    return rule_page(RuleForm(rule.what, formdata=None, obj=rule, **chosen), rule, rule.what)


@bp.post("/<int:id>")
def save(id):
    rule = get_or_404(AssignmentRule.select(), id)
    return store(rule, rule.what)


def store(rule, what):
    form = RuleForm(what)
    if not form.validate_on_submit():
        return rule_page(form, rule, what), 422
    assignment.save_rule(rule, by=g.user, **form.people, **form.columns, **({} if rule else {"what": what}))
    toast(_("Saved."))
    return go(url_for("assignment.index"))


@bp.post("/<int:id>/up")
def move_up(id):
    assignment.move_up(get_or_404(AssignmentRule.select(), id), by=g.user)
    return go(url_for("assignment.index"))


@bp.post("/<int:id>/remove")
def remove(id):
    rule = get_or_404(AssignmentRule.select(), id)
    assignment.remove_rule(rule, by=g.user)
    toast(_("%(name)s is gone.", name=rule.name))
    return go(url_for("assignment.index"))


# ---- what somebody is good at ----------------------------------------------------------------------------------------


def sellers():
    return User.select().where(User.who_may("lead.work"))


@bp.get("/profiles/<int:id>")
def profile(id):
    person = get_or_404(sellers(), id)
    form = ListsForm(formdata=None, obj=SellerProfile.get_or_none(SellerProfile.user == person))
    return render_template("settings/profile.html", person=person, form=form)


@bp.post("/profiles/<int:id>")
def save_profile(id):
    person, form = get_or_404(sellers(), id), ListsForm()
    if not form.validate_on_submit():
        return render_template("settings/profile.html", person=person, form=form), 422
    assignment.save_profile(person, by=g.user, **form.lists)
    toast(_("Saved."))
    return go(url_for("people.show", id=id))
