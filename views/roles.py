"""Roles (角色): the matrix of who may do what, and each role by itself."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN, fn
from wtforms import SelectField
from wtforms.validators import DataRequired

from domain import Refused, events, functions, roles
from models import Role, User
from views.fields import Line, longest
from views.formats import in_language
from views.helpers import administrators_only, get_or_404, go, toast, whole

bp = Blueprint("roles", __name__, url_prefix="/settings/roles")
bp.before_request(administrators_only)


def role_choices(which_may=None):
    """[(key, name)] of all roles, or of those that have a function; read once per request."""
    if "roles" not in g:
        g.roles = list(Role.in_order())
    return [(role.key, in_language(role)) for role in g.roles if which_may is None or which_may in role.functions]


@bp.app_template_global()
def role_name(key):
    return dict(role_choices()).get(key, key)


@bp.app_template_global()
def function_groups(of=None):
    """[(group, [(function, words)])] in the reader's language: all functions, or those of a role."""
    for group, members in functions.FUNCTIONS.items():
        shown = [(function, _(words)) for function, (words, _roles) in members.items() if of is None or function in of.functions]
        if shown:
            yield _(group), shown


@bp.app_template_global()
def stays_with(role, function):
    """Whether this cannot be taken from the role: the administrators keep what they have."""
    return role.key == User.ADMINISTRATOR and function in functions.of_standing(role.key)


class NameForm(FlaskForm):
    name = Line(_l("Name in Chinese"), [DataRequired(), longest(20)])
    name_en = Line(_l("Name in English"), [longest(30)])


class NewRoleForm(NameForm):
    like = SelectField(_l("Same rights as"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.like.choices = role_choices()


def with_headcount():
    """Roles in order, each with the number of people who have it; one query."""
    active = (User.role == Role.key) & User.disabled_at.is_null()
    people = fn.COUNT(User.id).alias("headcount")
    return Role.select(Role, people).join(User, JOIN.LEFT_OUTER, on=active).group_by(Role.id).order_by(Role.position, Role.id)


def newest_event():
    """What a form of roles was read after; to be asked before the roles are."""
    return events.head()[0]


def seen():
    return request.form.get("seen", 0, type=whole)


@bp.get("")
def index():
    return matrix_page({})


def matrix_page(ticked, conflict=""):
    """`ticked`: {key of a role: functions} where they are not what is stored."""
    return render_template("settings/roles.html", seen=newest_event(), roles=list(with_headcount()), ticked=ticked, conflict=conflict)


@bp.post("")
def save_matrix():
    """Of each role the functions that are ticked in its column."""
    matrix = {role: request.form.getlist(role.key) for role in Role.in_order() if role.key in shown_columns()}
    try:
        roles.decide(matrix, g.user, seen())
    except roles.Overtaken as no:
        return matrix_page({role.key: having for role, having in matrix.items()}, no.message), 409
    toast(_("Saved. It holds from the next click of everybody who is logged in."))
    return go(url_for("roles.index"))


def shown_columns():
    """The roles that stood on the page: one that was added since then is left alone."""
    return request.form.getlist("column")


@bp.get("/new")
def new():
    return render_template("settings/role_new.html", form=NewRoleForm(like=User.SELLER))


@bp.post("/new")
def create():
    form = NewRoleForm()
    if not form.validate_on_submit():
        return render_template("settings/role_new.html", form=form), 422
    try:
        role = roles.add(form.name.data, Role.get(Role.key == form.like.data), by=g.user, name_en=form.name_en.data)
    except Refused as no:
        return beside(form, no, lambda: render_template("settings/role_new.html", form=form))
    toast(_("%(name)s is there. Now tick what it may.", name=role.name))
    return go(url_for("roles.show", id=role.id))


def beside(form, no, again):
    if no.facts.get("field") not in form:
        raise no
    form[no.facts["field"]].errors = [no.message]
    return again(), 422


@bp.get("/<int:id>")
def show(id):
    role = get_or_404(Role.select(), id)
    return role_page(role, NameForm(formdata=None, obj=role))


def role_page(role, form, conflict=""):
    """With what was ticked, where something was."""
    people = User.select().where(User.role == role.key, User.disabled_at.is_null()).order_by(User.id)
    ticked = request.form.getlist(role.key) if request.form else role.functions
    return render_template("settings/role.html", seen=newest_event(), role=role, form=form, people=people, ticked=ticked, conflict=conflict)


@bp.post("/<int:id>")
def save(id):
    """The name and the functions of one role."""
    role, form = get_or_404(Role.select(), id), NameForm()
    if not form.validate_on_submit():
        return role_page(role, form), 422
    try:
        roles.edit(role, g.user, request.form.getlist(role.key), seen(), **{name: form[name].data for name in ("name", "name_en")})
    except roles.Overtaken as no:
        return role_page(role, form, no.message), 409
    except Refused as no:
        return beside(form, no, lambda: role_page(role, form))
    toast(_("Saved. It holds from the next click of everybody who is logged in."))
    return go(url_for("roles.show", id=id))


@bp.post("/<int:id>/remove")
def remove(id):
    role = get_or_404(Role.select(), id)
    roles.remove(role, by=g.user)
    toast(_("%(name)s is gone.", name=role.name))
    return go(url_for("roles.index"))
