"""The rates of tax and the days on which they begin: administrators only."""

from datetime import timedelta
from decimal import Decimal

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from domain import Refused, taxes
from models import Tax
from views.fields import PercentField, fixed_choices
from views.formats import TAXES, today
from views.helpers import administrators_only, get_or_404, go, toast

bp = Blueprint("taxes", __name__, url_prefix="/settings/taxes")
bp.before_request(administrators_only)


class TaxForm(FlaskForm):
    code = SelectField(_l("Kind"), choices=fixed_choices((code, TAXES[code]) for code in Tax.CODES if code not in Tax.WITHOUT_RATE))
    rate = PercentField(_l("New rate (%)"))
    starts_on = DateField(_l("From"), [InputRequired()], default=lambda: today() + timedelta(days=1))


@bp.get("")
def index():
    return taxes_page(TaxForm(formdata=None))


def taxes_page(form):
    day = today()
    rows = sorted(Tax.select().order_by(Tax.starts_on.desc()), key=lambda tax: Tax.CODES.index(tax.code))
    return render_template("settings/taxes.html", rows=rows, form=form, kinds=TAXES, in_force=taxes.ids_on(day), day=day)


@bp.post("")
def change():
    form = TaxForm()
    if not form.validate_on_submit():
        return taxes_page(form), 422
    try:
        taxes.change(form.code.data, Decimal(form.rate.data) / 10_000, form.starts_on.data, by=g.user)
    except Refused as no:
        form[no.facts["field"]].errors = [no.message]
        return taxes_page(form), 422
    toast(_("Saved."))
    return go(url_for(".index"))


@bp.post("/<int:id>/call-off")
def call_off(id):
    taxes.call_off(get_or_404(Tax.select(), id), by=g.user)
    toast(_("The new rate is called off."))
    return go(url_for(".index"))
