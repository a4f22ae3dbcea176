"""The first visit: company, first administrator, demo data or empty. Afterwards there is nothing here."""

from flask import Blueprint, abort, render_template
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, Length

import documents
from domain import accounts, demo, organisation
from models import Company
from views import paper
from views.accounts import begin_session
from views.fields import fixed_choices
from views.helpers import form_again, go, public
from views.shell import language

bp = Blueprint("setup", __name__, url_prefix="/setup")


class SetupForm(FlaskForm):
    company = StringField(_l("Company name"), [DataRequired(), Length(max=100)])
    short_name = StringField(_l("Short name"), [Length(max=20)], description=_l("Shown beside the mark."))
    name = StringField(_l("Your name"), [DataRequired(), Length(max=50)])
    login = StringField(_l("Login"), [DataRequired(), Length(min=2, max=50)], description=_l("A name, mobile number or e-mail."))
    password = PasswordField(_l("Password"), [DataRequired(), Length(min=8, max=128)], description=_l("At least 8 characters."))
    content = RadioField(
        _l("Start with"),
        choices=fixed_choices([("empty", _l("An empty company")), ("demo", _l("A demo company to look around in"))]),
        default="empty",
    )


@bp.before_request
def only_once():
    if Company.current() is not None:
        abort(404)


@bp.get("")
@public
def show():
    return render_template("setup/show.html", form=SetupForm(), bare=True)


@bp.post("")
@public
def found():
    form = SetupForm()
    if not form.validate_on_submit():
        return form_again("setup/show.html", form=form, bare=True)
    complaint = accounts.complaint_about(form.password.data, (form.login.data, form.company.data, form.name.data))
    if complaint:
        form.password.errors = [complaint]
        return form_again("setup/show.html", form=form, bare=True)
    founder = organisation.found(
        form.name.data, form.login.data, form.password.data, form.company.data, form.short_name.data, language()
    )
    if form.content.data == "demo":
        demo.fill(founder, printed)
    return begin_session(founder, go("/"))


def printed(quote):
    return documents.quote_pdf(documents.document_of(quote, is_draft=False, check_url=paper.check_url(quote)), render_template)
