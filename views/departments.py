"""The organisation tree (组织树): departments to any depth, movable."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN, fn
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from domain import organisation
from models import Department, DepartmentMember, User
from views.fields import id_of
from views.helpers import administrators_only, get_or_404, go, toast

bp = Blueprint("departments", __name__, url_prefix="/settings/departments")
bp.before_request(administrators_only)


def in_tree_order():
    """[(department, depth)], each below its parent, siblings by position and age; one query."""
    people = fn.COUNT(User.id).alias("headcount")
    query = Department.select(Department, people).join(User, JOIN.LEFT_OUTER, on=works_here()).group_by(Department.id)
    below = {}
    for row in query.order_by(Department.position, Department.id):
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent_id, depth):
        for row in below.get(parent_id, ()):
            yield row, depth
            yield from walk(row.id, depth + 1)

    return list(walk(None, 0))


def works_here():
    """Whether a person of the join works in the department of the row, as his own or besides."""
    others = DepartmentMember.select(DepartmentMember.user).where(DepartmentMember.department == Department.id)
    return User.disabled_at.is_null() & ((User.department == Department.id) | User.id.in_(others))


def path_of(department):
    """销售部 / 华东组: the department and those above it, but for the company itself."""
    above = Department.select().where(Department.id.in_([int(part) for part in department.path.strip("/").split("/")]))
    chain = sorted(above, key=lambda row: len(row.path))
    return " / ".join(row.name for row in chain[1:] or chain)


def paths():
    """[(id, 销售部 / 华东组)] of all departments, as a tree reads."""
    names, found = [], []
    for row, depth in in_tree_order():
        names[depth:] = [row.name]
        found.append((row.id, " / ".join(names[1:]) or row.name))
    return found


class DepartmentForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(), Length(max=50)])
    parent = SelectField(_l("Below"), coerce=id_of)

    def __init__(self, *args, department=None, **options):
        """Of one that exists: all but itself and what is below it can be above it."""
        super().__init__(*args, obj=department, **options)
        tree = [(row, depth) for row, depth in in_tree_order() if not department or not row.path.startswith(department.path)]
        self.parent.choices = [(row.id, f"{'　' * depth}{row.name}") for row, depth in tree]
        if department:
            self.parent.label.text = _("Move to")


@bp.get("")
def index():
    return render_template("settings/departments.html", tree=in_tree_order(), form=DepartmentForm())


@bp.post("")
def add():
    form = DepartmentForm()
    if not form.validate_on_submit():
        return render_template("settings/departments.html", tree=in_tree_order(), form=form), 422
    organisation.add_department(form.name.data, Department.get_by_id(form.parent.data), by=g.user)
    toast(_("%(name)s is there.", name=form.name.data))
    return go(url_for("departments.index"))


@bp.get("/<int:id>")
def show(id):
    department = get_or_404(Department.select(), id)
    return department_page(department, DepartmentForm(formdata=None, department=department))


def department_page(department, form):
    people = User.select().where(User.disabled_at.is_null(), DepartmentMember.work_in([department.id])).order_by(User.id)
    return render_template("settings/department.html", department=department, form=form, path=path_of(department), people=people)


@bp.post("/<int:id>")
def save(id):
    department = get_or_404(Department.select(), id)
    form = DepartmentForm(department=department)
    if department.parent_id is None:
        del form.parent
    if not form.validate_on_submit():
        return department_page(department, form), 422
    if form.name.data != department.name:
        organisation.rename_department(department, form.name.data, by=g.user)
    if form.parent and form.parent.data != department.parent_id:
        organisation.move_department(department, Department.get_by_id(form.parent.data), by=g.user)
    toast(_("Saved."))
    return go(url_for("departments.index"))


@bp.post("/<int:id>/remove")
def remove(id):
    department = get_or_404(Department.select(), id)
    organisation.remove_department(department, by=g.user)
    toast(_("%(name)s is gone.", name=department.name))
    return go(url_for("departments.index"))
