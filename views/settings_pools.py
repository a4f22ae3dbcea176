"""Public pools: what lies in them, who is a member, who runs them, and the rules of each."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from domain import Refused, pools
from models import Department, Pool, PoolAdministrator, PoolScope, User
from views.departments import in_tree_order
from views.fields import Ticks, fixed_choices
from views.formats import choices
from views.helpers import administrators_only, get_or_404, go, toast
from views.roles import role_choices

bp = Blueprint("settings_pools", __name__, url_prefix="/settings/pools")
bp.before_request(administrators_only)

WHAT = {"lead": _l("Leads"), "customer": _l("Customers")}
MODES = {Pool.CLAIM: _l("Its members claim"), Pool.ASSIGN: _l("Its administrators hand out; nobody claims")}
HIDEABLE = {
    "contact_name": _l("Contact"), "phone": _l("Phone"), "email": _l("E-mail"), "wechat": _l("WeChat"), "address": _l("Address"),
    "website": _l("Website"), "credit_code": _l("Credit code"), "need": _l("Need"), "remark": _l("Remark"), "last_note": _l("Last note"),
}
EMPTY = _l("Empty: the company's limit alone.")
LIMIT, LONGEST_WAIT = 100_000, 3_650
RULES = (
    "what", "mode", "daily_claim_limit", "capacity", "cool_down_days", "hold_days", "hidden_fields", "drop_reasons", "reveals",
)


class PoolForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(), Length(max=30)])
    what = RadioField(_l("What lies in it"), choices=fixed_choices(WHAT.items()), default="lead")
    mode = RadioField(_l("How one gets it"), choices=fixed_choices(MODES.items()), default=Pool.CLAIM)
    departments = Ticks(_l("Departments, with all below them"), coerce=int)
    alone = BooleanField(_l("Without the departments below"))
    roles = Ticks(_l("Roles"))
    users = Ticks(_l("Single people"), coerce=int)
    administrators = Ticks(_l("Who runs it: hands out what lies here, and reads it unmasked"), coerce=int)
    daily_claim_limit = IntegerField(_l("Claims a person and day"), [Optional(), NumberRange(0, LIMIT)], description=EMPTY)
    capacity = IntegerField(_l("One person holds, from here"), [Optional(), NumberRange(0, LIMIT)], description=EMPTY)
    cool_down_days = IntegerField(_l("Days the last owner waits"), [Optional(), NumberRange(0, LONGEST_WAIT)])
    hold_days = IntegerField(_l("Days nobody claims what was just given back"), [Optional(), NumberRange(0, LONGEST_WAIT)])
    hidden_fields = Ticks(_l("Hidden while it lies here"))
    reveals = BooleanField(
        _l("Members may have a number shown before they claim"),
        description=_l("Each time is logged and counts; how many a day is set at the leak guard."),
    )
    drop_reasons = Ticks(_l("Reasons for giving back"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.departments.choices = [(row.id, row.name) for row, depth in in_tree_order()]
        sellers = User.select().where(User.who_may("pool.see"), User.disabled_at.is_null()).order_by(User.id)
        people = [(row.id, row.name) for row in sellers]
        self.users.choices = self.administrators.choices = people
        self.roles.choices = role_choices(which_may="pool.see")
        self.hidden_fields.choices = list(HIDEABLE.items())
        self.drop_reasons.choices = choices("drop_reason")

    @property
    def rules(self):
        """The columns of Pool; no wait is 0 days."""
        rules = {name: self[name].data for name in RULES}
        return rules | {name: rules[name] or 0 for name in ("cool_down_days", "hold_days")}

    @property
    def members(self):
        departments = list(Department.select().where(Department.id << self.departments.data))
        return {
            "departments": [] if self.alone.data else departments, "alone": departments if self.alone.data else [],
            "users": User.select().where(User.id << self.users.data), "roles": self.roles.data,
            "administrators": User.select().where(User.id << self.administrators.data),
        }


@bp.get("")
def index():
    every = list(Pool.select().order_by(Pool.what.desc(), Pool.position, Pool.id))
    return render_template(
        "settings/pools.html", pools=every, members=members_of(every), what=WHAT, modes=MODES,
        left_out={what: pools.left_out(what) for what in Pool.WHAT},
    )


def members_of(every):
    """{pool id: [names]}, in one query."""
    names, role_names = {pool.id: [] for pool in every}, dict(role_choices())
    scopes = PoolScope.select(PoolScope, Department, User).join(Department, JOIN.LEFT_OUTER).switch(PoolScope)
    for scope in scopes.join(User, JOIN.LEFT_OUTER):
        member = scope.department or scope.user
        names[scope.pool_id].append(member.name if member else str(role_names.get(scope.role, scope.role)))
    return names


@bp.get("/new")
def new():
    return pool_page(PoolForm(), None)


def pool_page(form, pool):
    return render_template("settings/pool.html", form=form, pool=pool)


@bp.post("/new")
def create():
    return store(PoolForm(), None)


@bp.get("/<int:id>")
def show(id):
    pool = get_or_404(Pool.select(), id)
    scopes = list(pool.scopes)
    chosen = {
        "departments": [scope.department_id for scope in scopes if scope.department_id],
        "alone": any(scope.department_id and not scope.with_below for scope in scopes),
        "users": [scope.user_id for scope in scopes if scope.user_id],
        "roles": [scope.role for scope in scopes if scope.role],
        "administrators": [row.user_id for row in PoolAdministrator.select().where(PoolAdministrator.pool == pool)],
    }
    return pool_page(PoolForm(obj=pool, **chosen), pool)


@bp.post("/<int:id>")
def save(id):
    return store(PoolForm(), get_or_404(Pool.select(), id))


def store(form, pool):
    if pool:
        form.what.data = pool.what
    if not form.validate_on_submit():
        return pool_page(form, pool), 422
    try:
        pools.save(pool, by=g.user, name=form.name.data, **form.members, **form.rules)
    except Refused as no:
        form.name.errors = [no.message]
        return pool_page(form, pool), 422
    toast(_("Saved."))
    return go(url_for("settings_pools.index"))


@bp.post("/<int:id>/remove")
def remove(id):
    pool = get_or_404(Pool.select(), id)
    pools.remove(pool, by=g.user)
    toast(_("%(name)s is gone.", name=pool.name))
    return go(url_for("settings_pools.index"))
