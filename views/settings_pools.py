"""Public pools: their names and who may claim from them."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import SelectMultipleField, StringField, widgets
from wtforms.validators import DataRequired, Length

from domain import Refused, organisation
from models import Department, Pool, PoolScope, User
from views.departments import in_tree_order
from views.helpers import administrators_only, get_or_404, go, toast

bp = Blueprint("settings_pools", __name__, url_prefix="/settings/pools")
bp.before_request(administrators_only)


class Ticks(SelectMultipleField):
    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class PoolForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(), Length(max=30)])
    departments = Ticks(_l("Departments, with all below them"), coerce=int)
    users = Ticks(_l("Single people"), coerce=int)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.departments.choices = [(row.id, row.name) for row, depth in in_tree_order()]
        sellers = User.select().where(User.role << (User.SELLER, User.MANAGER), User.disabled_at.is_null())
        self.users.choices = [(row.id, row.name) for row in sellers.order_by(User.id)]


@bp.get("")
def index():
    pools = list(Pool.select().order_by(Pool.position, Pool.id))
    return render_template("settings/pools.html", pools=pools, members=members_of(pools))


def members_of(pools):
    """{pool id: [names]}, in one query."""
    names = {pool.id: [] for pool in pools}
    scopes = PoolScope.select(PoolScope, Department, User).join(Department, JOIN.LEFT_OUTER).switch(PoolScope)
    for scope in scopes.join(User, JOIN.LEFT_OUTER):
        names[scope.pool_id].append((scope.department or scope.user).name)
    return names


@bp.get("/new")
def new():
    return render_template("settings/pool.html", form=PoolForm(), pool=None)


@bp.post("/new")
def create():
    return store(PoolForm(), None)


@bp.get("/<int:id>")
def show(id):
    pool = get_or_404(Pool.select(), id)
    chosen = {
        "departments": [scope.department_id for scope in pool.scopes if scope.department_id],
        "users": [scope.user_id for scope in pool.scopes if scope.user_id],
    }
    return render_template("settings/pool.html", form=PoolForm(name=pool.name, **chosen), pool=pool)


@bp.post("/<int:id>")
def save(id):
    return store(PoolForm(), get_or_404(Pool.select(), id))


def store(form, pool):
    if not form.validate_on_submit():
        return render_template("settings/pool.html", form=form, pool=pool), 422
    departments = Department.select().where(Department.id << form.departments.data)
    users = User.select().where(User.id << form.users.data)
    try:
        organisation.save_pool(pool, by=g.user, name=form.name.data, departments=departments, users=users)
    except Refused as no:
        form.name.errors = [no.message]
        return render_template("settings/pool.html", form=form, pool=pool), 422
    toast(_("Saved."))
    return go(url_for("settings_pools.index"))


@bp.post("/<int:id>/remove")
def remove(id):
    pool = get_or_404(Pool.select(), id)
    organisation.remove_pool(pool, by=g.user)
    toast(_("%(name)s is gone.", name=pool.name))
    return go(url_for("settings_pools.index"))
