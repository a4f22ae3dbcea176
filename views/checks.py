"""Whether a quote on paper is what was offered: the page behind its code, where one may type the amount that one holds."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired

from domain import check_codes, doors, now, quote_links
from views.fields import Line, MoneyField, longest
from views.helpers import unlisted

bp = Blueprint("checks", __name__, url_prefix="/check")


class CodeForm(FlaskForm):
    code = Line(_l("Check code"), [DataRequired(_l("Type the code that is printed on the quote.")), longest(30)])


class AmountForm(FlaskForm):
    amount = MoneyField(_l("Total on your copy"))


@bp.get("")
@unlisted
def index():
    return render_template("checks/index.html", form=CodeForm(formdata=None), bare=True)


@bp.post("")
@unlisted
def look_up():
    form = CodeForm()
    if not form.validate_on_submit():
        return render_template("checks/index.html", form=form, bare=True), 422
    return redirect(url_for("checks.show", code=form.code.data), 303)


def find(code):
    at, visitor = now(), request.remote_addr or ""
    if doors.MISSES.is_shut(visitor, at) or doors.READS.is_shut(visitor, at):
        abort(429)
    doors.READS.knock(visitor, at)
    quote = check_codes.quote_behind(code)
    if quote is None:
        doors.MISSES.knock(visitor, at)
    return quote


@bp.get("/<code>")
@unlisted
def show(code):
    quote = find(code)
    if quote is None:
        return render_template("checks/unknown.html", code=code, bare=True), 404
    return checked(quote, AmountForm(formdata=None))


@bp.post("/<code>")
@unlisted
def compare(code):
    """Whether the amount that somebody holds is the true one. Nothing is written."""
    quote = find(code) or abort(404)
    form = AmountForm()
    if not form.validate_on_submit():
        return checked(quote, form), 422
    return checked(quote, form, agrees=form.amount.data == quote.total)


def checked(quote, form, agrees=None):
    return render_template(
        "checks/show.html", quote=quote, form=form, agrees=agrees, state=quote_links.state_of(quote), code=check_codes.code_of(quote),
        here=url_for("checks.show", code=check_codes.code_of(quote)), bare=True,
    )
