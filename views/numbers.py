"""How quotes, orders and tickets are numbered (编号规则): prefix, date, counter; administrators only."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Regexp

from domain import day_of, now, numbers
from models import NumberPattern
from views.fields import Line, longest
from views.helpers import administrators_only, go, toast

bp = Blueprint("numbers", __name__, url_prefix="/settings/numbers")
bp.before_request(administrators_only)

KINDS = {"quote": _l("Quotes"), "order": _l("Orders"), "ticket": _l("Tickets")}
RESETS = {
    NumberPattern.NEVER: _l("never"), NumberPattern.YEARLY: _l("each year"), NumberPattern.MONTHLY: _l("each month"),
    NumberPattern.DAILY: _l("each day"),
}
MOST = 99_999_999


class PatternForm(FlaskForm):
    prefix = Line(
        _l("Prefix"), [longest(numbers.LONGEST_PREFIX), Regexp("^[A-Z0-9-]*$", message=_l("Capital letters, digits and dashes."))],
        filters=[lambda text: (text or "").upper()],
    )
    dated = SelectField(_l("Date"))
    separator = SelectField(_l("Before the counter"), choices=[("-", "-"), ("", _l("nothing"))])
    width = SelectField(_l("Digits"), coerce=int, choices=[(width, width) for width in numbers.WIDTHS])
    first = IntegerField(_l("Starts at"), [InputRequired(), NumberRange(0, MOST)])
    resets = SelectField(_l("Starts again"), choices=list(RESETS.items()))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        today = day_of(now())
        self.dated.choices = [(dated, today.strftime(dated) or _("none")) for dated in NumberPattern.DATES]

    @property
    def columns(self):
        return {name: self.data[name] for name in ("prefix", "dated", "separator", "width", "first", "resets")}

    def judged(self, what):
        """Whether it is well formed and numbers by it can be told apart."""
        if not self.validate():
            return False
        complaint = numbers.complaint(NumberPattern(what=what, **self.columns))
        if complaint:
            self.resets.errors = [*self.resets.errors, complaint]
        return not complaint


@bp.get("")
def index():
    return numbers_page()


@bp.post("/<document>")
def save(document):
    form = form_of(document)
    if not form.judged(document):
        return numbers_page({document: form}), 422
    numbers.change(document, by=g.user, **form.columns)
    toast(_("Saved. The next one is %(number)s.", number=upcoming(numbers.pattern_of(document))))
    return go(url_for("numbers.index"))


@bp.get("/<document>/preview")
def preview(document):
    """The number that comes next, while one writes the pattern."""
    form = form_of(document, request.args, meta={"csrf": False})
    number = upcoming(NumberPattern(what=document, **form.columns)) if form.judged(document) else ""
    return render_template("settings/number_preview.html", number=number, errors=[*form.errors.values()])


def form_of(what, *args, **options):
    return PatternForm(*args, prefix=what, **options) if what in KINDS else abort(404)


def numbers_page(typed=None):
    patterns = {what: numbers.pattern_of(what) for what in KINDS}
    forms = {what: form_of(what, formdata=None, obj=pattern) for what, pattern in patterns.items()} | (typed or {})
    return render_template(
        "settings/numbers.html", kinds=KINDS, forms=forms, upcoming={what: upcoming(pattern) for what, pattern in patterns.items()},
    )


def upcoming(pattern):
    return numbers.upcoming(pattern, day_of(now()))
