"""What the company says of itself and the limits it sets: administrators only."""

from base64 import b64encode
from zoneinfo import available_timezones

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from domain import organisation
from models import Company
from views.fields import Line, MoneyField, PercentField, longest
from views.helpers import administrators_only, go, toast

bp = Blueprint("settings", __name__, url_prefix="/settings")
bp.before_request(administrators_only)

LARGEST_LOGO = 512 * 1024
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class CompanyForm(FlaskForm):
    name = StringField(_l("Company name"), [DataRequired(), Length(max=100)])
    short_name = StringField(_l("Short name"), [DataRequired(), Length(max=20)])
    address = Line(_l("Address"), [longest(200)])
    phone = Line(_l("Phone"), [longest(50)])
    website = Line(_l("Website"), [longest(100)])
    tax_id = Line(_l("Tax number"), [longest(30)])
    logo = FileField(_l("Logo"), description=_l("PNG or JPEG, 512 kB at the most; printed on quotes."))
    time_zone = SelectField(_l("Time zone"), choices=sorted(zone for zone in available_timezones() if "/" in zone))
    daily_claim_limit = IntegerField(_l("Leads claimed a day"), [InputRequired(), NumberRange(0, 10_000)])
    claim_capacity = IntegerField(_l("Leads one person may hold"), [InputRequired(), NumberRange(0, 100_000)])
    customer_claim_limit = IntegerField(_l("Customers claimed a day"), [InputRequired(), NumberRange(0, 10_000)])
    customer_capacity = IntegerField(_l("Customers one person may hold"), [InputRequired(), NumberRange(0, 100_000)])
    capacity_leaves_out_dealt = BooleanField(_l("Customers who have bought take no room"))
    lock_quota = IntegerField(_l("Records one person may lock"), [InputRequired(), NumberRange(0, 10_000)])
    links_customers_by_name = BooleanField(_l("Converting a lead links to a customer of the same name"))
    collision_days = IntegerField(
        _l("Two sellers collide within (days)"), [InputRequired(), NumberRange(1, 365)],
        description=_l("Actions on one customer no further apart than this open a case."),
    )
    reviews_new_customers = BooleanField(
        _l("A seller's new customer is reviewed before it is quoted"), description=_l("Licence, name, address and telephone are checked.")
    )
    re_registered_days = IntegerField(
        _l("Looks registered again within (days)"), [InputRequired(), NumberRange(1, 3650)],
        description=_l("A customer like an earlier one of the same person."),
    )
    quote_valid_days = IntegerField(_l("Quotes are valid for (days)"), [InputRequired(), NumberRange(1, 3650)])
    quote_valid_in_working_days = BooleanField(_l("Counted in working days"), description=_l("Holidays and make-up days as in the calendar."))
    quote_reminder_days = IntegerField(
        _l("Told before a quote expires (days)"), [InputRequired(), NumberRange(0, 90)], description=_l("0: only when it has expired."),
    )
    quote_reminds_superior = BooleanField(_l("The seller's superior is told, too"))
    refresh_keeps_approval = BooleanField(
        _l("A refreshed validity keeps the approval"), description=_l("A version that only renews the usual validity is approved at once."),
    )
    discount_floor = PercentField(_l("Standard order discount rate, at least (%)"))
    margin_floor = PercentField(_l("Standard gross margin, at least (%)"))
    amount_limit = MoneyField(_l("Standard order amount, at most"))
    quote_terms = TextAreaField(_l("Terms on a new quote"), [Length(max=4000)])

    def validate_logo(self, field):
        data = field.data.read() if field.data else b""
        self.picture, self.picture_type = None, ""
        if not data:
            return
        kinds = [kind for head, kind in PICTURES.items() if data.startswith(head)]
        if not kinds or len(data) > LARGEST_LOGO:
            raise ValidationError(_("A PNG or JPEG of 512 kB at the most, please."))
        self.picture, self.picture_type = data, kinds[0]

    def columns(self):
        columns = {name: value for name, value in self.data.items() if name not in ("csrf_token", "logo")}
        if self.picture:
            columns |= {"logo": self.picture, "logo_type": self.picture_type}
        return columns


@bp.get("")
def index():
    company = Company.current()
    return settings_page(CompanyForm(obj=company), company)


def settings_page(form, company):
    logo = f"data:{company.logo_type};base64,{b64encode(company.logo).decode()}" if company.logo else ""
    return render_template("settings/company.html", form=form, logo=logo)


@bp.post("")
def save():
    company, form = Company.current(), CompanyForm()
    if not form.validate_on_submit():
        return settings_page(form, company), 422
    organisation.edit_company(company, by=g.user, **form.columns())
    toast(_("Saved."))
    return go(url_for("settings.index"))


