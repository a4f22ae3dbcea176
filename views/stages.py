"""The stages of the sales process, for administrators."""

from flask import Blueprint, g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from domain import stages
from models import Stage
from views.fields import Line, longest
from views.helpers import administrators_only, form_again, get_or_404, go, page, toast

bp = Blueprint("stages", __name__, url_prefix="/settings/stages")
bp.before_request(administrators_only)

PERCENT = NumberRange(0, 100, _l("A percentage from 0 to 100."))
DAYS = NumberRange(1, 365, _l("1 to 365 days."))


class StageForm(FlaskForm):
    name = Line(_l("Name"), [DataRequired(_l("Write the stage's name.")), longest(20)])
    name_en = Line(_l("English name"), [longest(40)])
    win_rate = IntegerField(_l("Win rate"), [InputRequired(_l("A percentage from 0 to 100.")), PERCENT])
    norm_days = IntegerField(_l("Usual days"), [InputRequired(_l("1 to 365 days.")), DAYS])

    @property
    def columns(self):
        return {name: self[name].data for name in ("name", "name_en", "win_rate", "norm_days")}


@bp.get("")
def index():
    return page("stages/index.html", stages=Stage.in_order())


@bp.get("/new")
def new():
    return page("stages/form.html", "dialog", form=StageForm(formdata=None, norm_days=14), stage=None)


@bp.post("")
def create():
    form = StageForm()
    if not form.validate_on_submit():
        return form_again("stages/form.html", "dialog", form=form, stage=None)
    stage = stages.add(by=g.user, **form.columns)
    toast(_("Stage %(name)s added.", name=stage.name))
    return go(url_for(".index"))


def find(id):
    return get_or_404(Stage.select(), id)


@bp.get("/<int:id>/edit")
def edit(id):
    stage = find(id)
    return page("stages/form.html", "dialog", form=StageForm(formdata=None, obj=stage), stage=stage)


@bp.post("/<int:id>/edit")
def save(id):
    stage, form = find(id), StageForm()
    if not form.validate_on_submit():
        return form_again("stages/form.html", "dialog", form=form, stage=stage)
    stages.edit(stage, by=g.user, **form.columns)
    toast(_("Saved."))
    return go(url_for(".index"))


@bp.post("/<int:id>/up")
def move_up(id):
    stages.move_up(find(id), by=g.user)
    return go(url_for(".index"))


@bp.post("/<int:id>/down")
def move_down(id):
    stages.move_down(find(id), by=g.user)
    return go(url_for(".index"))


@bp.post("/<int:id>/remove")
def remove(id):
    stage = find(id)
    stages.remove(stage, by=g.user)
    toast(_("Stage %(name)s is gone.", name=stage.name))
    return go(url_for(".index"))
