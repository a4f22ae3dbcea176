"""Colleagues: who they are, what they may do and see, and whether they can still log in."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from domain import Refused, accounts, holdings
from models import Customer, Department, Lead, User, capped_counts
from views.accounts import scopes
from views.departments import in_tree_order
from views.fields import EmailField, Line, PhoneField, id_of, longest
from views.helpers import administrators_only, get_or_404, go, toast
from views.roles import role_choices

bp = Blueprint("people", __name__, url_prefix="/settings/people")
bp.before_request(administrators_only)


class PersonForm(FlaskForm):
    name = StringField(lazy_pgettext("person", "Name"), [DataRequired(), Length(max=50)])
    login = StringField(_l("Login"), [DataRequired(), Length(min=2, max=50)])
    title = Line(_l("Job title"), [longest(50)])
    phone = PhoneField(_l("Mobile number"), [longest(20)])
    email = EmailField(_l("E-mail"), [longest(100)])
    department = SelectField(_l("Department"), coerce=id_of)
    heads_department = BooleanField(_l("Heads the department: approvals of its people come here"))
    role = SelectField(_l("Role"))
    data_scope = SelectField(_l("Sees"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.department.choices = [(row.id, f"{'　' * depth}{row.name}") for row, depth in in_tree_order()]
        self.role.choices, self.data_scope.choices = role_choices(), scopes()


class NewPersonForm(PersonForm):
    password = PasswordField(
        _l("First password"), [DataRequired(), Length(min=8, max=128)], description=_l("At least 8 characters; to be changed by the person.")
    )


class ResetForm(FlaskForm):
    new = PasswordField(_l("New password"), [DataRequired(), Length(min=8, max=128)])


def everyone():
    return User.select(User, Department).join(Department, JOIN.LEFT_OUTER)


@bp.get("")
def index():
    people = everyone().order_by(User.disabled_at.is_null(False), Department.path, User.id)
    return render_template("settings/people.html", people=people, scope_names=dict(scopes()))


@bp.get("/new")
def new():
    return render_template("settings/person.html", form=NewPersonForm(data_scope="self", role=User.SELLER), person=None)


@bp.post("/new")
def create():
    form = NewPersonForm()
    if not form.validate_on_submit():
        return render_template("settings/person.html", form=form, person=None), 422
    columns = {name: value for name, value in form.data.items() if name not in ("csrf_token", "password")}
    try:
        person = accounts.create_user(by=g.user, password=form.password.data, **columns)
    except Refused as no:
        return again(form, no, None)
    toast(_("%(name)s can log in now.", name=person.name))
    return go(url_for("people.index"))


def again(form, no, person):
    """A rule that concerns one field is said beside it; any other is the error handler's."""
    if no.facts.get("field") not in form:
        raise no
    form[no.facts["field"]].errors = [no.message]
    return person_page(form, person), 422


def person_page(form, person, reset=None):
    sees = {}
    if person:
        sees = capped_counts({"customers": Customer.visible_to(person), "leads": Lead.visible_to(person)})
    held = holdings.counts(person) if person and person.active else {}
    reset = reset or ResetForm(formdata=None)
    return render_template("settings/person.html", form=form, person=person, reset=reset, sees=sees, held=held)


def form_of(person):
    return PersonForm(formdata=None, obj=person)


@bp.get("/<int:id>")
def show(id):
    person = get_or_404(everyone(), id)
    return person_page(form_of(person), person)


@bp.post("/<int:id>")
def save(id):
    person, form = get_or_404(everyone(), id), PersonForm()
    if not form.validate_on_submit():
        return person_page(form, person), 422
    columns = {name: value for name, value in form.data.items() if name != "csrf_token"}
    columns["department"] = Department.get_by_id(columns["department"])
    try:
        accounts.edit_user(person, by=g.user, **columns)
    except Refused as no:
        return again(form, no, person)
    toast(_("Saved."))
    return go(url_for("people.show", id=id))


@bp.post("/<int:id>/password")
def reset_password(id):
    person, form = get_or_404(everyone(), id), ResetForm()
    if not form.validate_on_submit():
        return person_page(form_of(person), person, form), 422
    try:
        accounts.reset_password(person, form.new.data, by=g.user)
    except Refused as no:
        if no.facts.get("field") != "new":
            raise
        form.new.errors = [no.message]
        return person_page(form_of(person), person, form), 422
    toast(_("%(name)s has a new password and is logged out everywhere.", name=person.name))
    return go(url_for("people.show", id=id))


@bp.post("/<int:id>/disable")
def disable(id):
    person = get_or_404(everyone(), id)
    accounts.disable(person, by=g.user)
    toast(_("%(name)s can no longer log in.", name=person.name), undo=(url_for("people.enable", id=id), {}))
    return go(url_for("people.show", id=id))


@bp.post("/<int:id>/enable")
def enable(id):
    person = get_or_404(everyone(), id)
    accounts.enable(person, by=g.user)
    toast(_("%(name)s can log in again.", name=person.name))
    return go(url_for("people.show", id=id))
