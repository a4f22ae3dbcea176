"""The organisation tree (组织树): departments to any depth, movable."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN, fn
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from domain import organisation
from models import Department, User
from views.fields import id_of
from views.helpers import administrators_only, get_or_404, go, toast

bp = Blueprint("departments", __name__, url_prefix="/settings/departments")
bp.before_request(administrators_only)


def in_tree_order():
    """[(department, depth)], each below its parent, siblings by position and age; one query."""
    people = fn.COUNT(User.id).alias("headcount")
    query = Department.select(Department, people).join(User, JOIN.LEFT_OUTER).group_by(Department.id)
    below = {}
    for row in query.order_by(Department.position, Department.id):
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent_id, depth):
        for row in below.get(parent_id, ()):
            yield row, depth
            yield from walk(row.id, depth + 1)

    return list(walk(None, 0))


class DepartmentForm(FlaskForm):
    name = StringField(_l("Name"), [DataRequired(), Length(max=50)])
    parent = SelectField(_l("Below"), coerce=id_of)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.parent.choices = [(row.id, f"{'　' * depth}{row.name}") for row, depth in in_tree_order()]


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
    form = DepartmentForm(formdata=None, obj=department)
    return render_template("settings/department.html", department=department, form=form)


@bp.post("/<int:id>")
def save(id):
    department, form = get_or_404(Department.select(), id), DepartmentForm()
    if department.parent_id is None:
        del form.parent
    if not form.validate_on_submit():
        return render_template("settings/department.html", department=department, form=form), 422
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
