"""Colleagues: who they are, what they may do and see, and whether they can still log in."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from domain import Refused, accounts, holdings, organisation
from models import BY_KIND, Department, DepartmentMember, Role, User, capped_counts
from views.accounts import scopes
from views.departments import paths
from views.fields import EmailField, Line, PhoneField, Ticks, id_of, longest
from views.formats import capped as count_words
from views.helpers import administrators_only, get_or_404, go, known, toast
from views.roles import role_choices

COUNTED = ("customer", "lead", "opportunity", "quote", "order", "ticket")

bp = Blueprint("people", __name__, url_prefix="/settings/people")
bp.before_request(administrators_only)


class PersonForm(FlaskForm):
    name = StringField(lazy_pgettext("person", "Name"), [DataRequired(), Length(max=50)])
    login = StringField(_l("Login"), [DataRequired(), Length(min=2, max=50)])
    title = Line(_l("Job title"), [longest(50)])
    phone = PhoneField(_l("Mobile number"), [longest(20)])
    email = EmailField(_l("E-mail"), [longest(100)])
    department = SelectField(_l("Department"), coerce=id_of)
    others = Ticks(_l("Works there as well"), coerce=int)
    heads_department = BooleanField(_l("Heads the department: approvals of its people come here"))
    role = SelectField(_l("Role"))
    data_scope = SelectField(_l("Sees"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.department.choices = self.others.choices = paths()
        self.role.choices, self.data_scope.choices = role_choices(), scopes()

    @property
    def columns(self):
        """The columns of User."""
        columns = {name: value for name, value in self.data.items() if name not in ("csrf_token", "password", "others")}
        return columns | {"department": Department.get_by_id(self.department.data)}

    @property
    def other_departments(self):
        return Department.select().where(Department.id.in_(self.others.data))


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
    return person_page(NewPersonForm(data_scope="self", role=User.SELLER), None)


@bp.post("/new")
def create():
    form = NewPersonForm()
    if not form.validate_on_submit():
        return person_page(form, None), 422
    try:
        person = accounts.create_user(by=g.user, password=form.password.data, **form.columns)
        organisation.place(person, form.other_departments, by=g.user)
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
    held = holdings.counts(person) if person and person.active else {}
    reset = reset or ResetForm(formdata=None)
    return render_template("settings/person.html", form=form, person=person, reset=reset, held=held, **outlook(form, person))


def form_of(person):
    others = [row.department_id for row in DepartmentMember.select().where(DepartmentMember.user == person.id)]
    return PersonForm(formdata=None, obj=person, others=others)


# ---- what a choice would mean ----------------------------------------------------------------------------------------


def outlook(form, person):
    """What somebody of this role, scope and departments would see and may do: counted as his own pages would."""
    role = next((role for role in Role.in_order() if role.key == form.role.data), None)
    department = Department.get_or_none(Department.id == form.department.data) if form.department.data else None
    if role is None or department is None or form.data_scope.data not in User.SCOPES:
        return {"counts": {}, "role": role}
    would_be = User(id=person.id if person else 0, role=role.key, data_scope=form.data_scope.data, department=department)
    would_be.role_held, would_be.departments_besides = role, tuple(form.others.data or ())
    kinds = [kind for kind in COUNTED if would_be.may(f"{kind}.see")]
    return {"counts": capped_counts({kind: BY_KIND[kind].visible_to(would_be) for kind in kinds}) if kinds else {}, "role": role}


@bp.app_template_global()
def counted_words(counts):
    """312 个客户、1000+ 条线索: what somebody would see, counted no further than a list counts."""
    words = {
        "customer": lambda **n: ngettext("%(n)s customer", "%(n)s customers", **n),
        "lead": lambda **n: ngettext("%(n)s lead", "%(n)s leads", **n),
        "opportunity": lambda **n: ngettext("%(n)s deal", "%(n)s deals", **n),
        "quote": lambda **n: ngettext("%(n)s quote", "%(n)s quotes", **n),
        "order": lambda **n: ngettext("%(n)s order", "%(n)s orders", **n),
        "ticket": lambda **n: ngettext("%(n)s ticket", "%(n)s tickets", **n),
    }
    return _(", ").join(words[kind](num=number, n=count_words(number)) for kind, number in counts.items())


@bp.get("/outlook")
def preview():
    """While one chooses, before anything is saved: 他能看到 312 个客户."""
    person = known(User.select(), request.args.get("person"))
    form = PersonForm(request.args, meta={"csrf": False})
    return render_template("settings/outlook.html", **outlook(form, person))


@bp.get("/<int:id>")
def show(id):
    person = get_or_404(everyone(), id)
    return person_page(form_of(person), person)


@bp.post("/<int:id>")
def save(id):
    person, form = get_or_404(everyone(), id), PersonForm()
    if not form.validate_on_submit():
        return person_page(form, person), 422
    try:
        accounts.edit_user(person, by=g.user, **form.columns)
        organisation.place(User.get_by_id(id), form.other_departments, by=g.user)
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
