"""The words people choose from: sources, reasons, industries, levels; in both languages."""

from flask import Blueprint, abort, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from domain import Refused, dictionary
from models import Choice
from views.fields import Line, longest
from views.helpers import administrators_only, get_or_404, go, toast

bp = Blueprint("words", __name__, url_prefix="/settings/words")
bp.before_request(administrators_only)

FIELDS = {
    "source": _l("Sources"), "industry": _l("Industries"), "level": _l("Customer levels"),
    "drop_reason": _l("Reasons for giving back"), "lost_reason": _l("Reasons for losing"),
}


class WordForm(FlaskForm):
    label = StringField(_l("Chinese"), [DataRequired(), Length(max=30)])
    label_en = Line(_l("English"), [longest(40)])
    active = BooleanField(_l("Can be chosen"), default=True)


@bp.get("")
def index():
    return go(url_for("words.show", field="source"))


@bp.get("/<field>")
def show(field):
    return words_page(field, WordForm())


def words_page(field, form):
    if field not in FIELDS:
        abort(404)
    words = Choice.select().where(Choice.field == field).order_by(Choice.position, Choice.id)
    return render_template("settings/words.html", field=field, fields=FIELDS, words=words, form=form)


@bp.post("/<field>")
def add(field):
    form = WordForm()
    if field not in FIELDS:
        abort(404)
    if not form.validate_on_submit():
        return words_page(field, form), 422
    try:
        dictionary.add(field, form.label.data, form.label_en.data, by=g.user)
    except Refused as no:
        form.label.errors = [no.message]
        return words_page(field, form), 422
    toast(_("Saved."))
    return go(url_for("words.show", field=field))


@bp.get("/word/<int:id>")
def edit(id):
    word = get_or_404(Choice.select(), id)
    return render_template("settings/word.html", word=word, form=WordForm(obj=word), fields=FIELDS)


@bp.post("/word/<int:id>")
def save(id):
    word, form = get_or_404(Choice.select(), id), WordForm()
    if not form.validate_on_submit():
        return render_template("settings/word.html", word=word, form=form, fields=FIELDS), 422
    dictionary.edit(word, by=g.user, label=form.label.data, label_en=form.label_en.data, active=form.active.data)
    toast(_("Saved."))
    return go(url_for("words.show", field=word.field))
