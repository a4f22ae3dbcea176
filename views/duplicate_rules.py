"""Duplicate rules (查重规则): for leads and for customers whether one looks, by what, and whether a sure match is refused."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, widgets

from domain import duplicates
from models import DuplicateRule
from views.helpers import administrators_only, go, toast

bp = Blueprint("duplicate_rules", __name__, url_prefix="/settings/duplicates")
bp.before_request(administrators_only)

KEY_WORDS = {
    "name": _l("Company name"), "phone": _l("Phone"), "credit_code": _l("Credit code"), "email": _l("E-mail"),
    "website": _l("Website (its domain)"),
}


class RuleForm(FlaskForm):
    active = BooleanField(_l("Look for duplicates"))
    keys = SelectMultipleField(
        _l("Compare"), choices=list(KEY_WORDS.items()), widget=widgets.ListWidget(prefix_label=False), option_widget=widgets.CheckboxInput(),
    )
    refuses = RadioField(_l("On a sure match"), choices=[("", _l("Warn")), ("1", _l("Refuse, unless a manager enters it"))])

    @property
    def columns(self):
        return {"active": self.active.data, "keys": self.keys.data, "refuses": bool(self.refuses.data)}


def form_of(what, formdata=None):
    rule = DuplicateRule.of(what)
    return RuleForm(formdata, prefix=what, active=rule.active, keys=rule.keys, refuses="1" if rule.refuses else "")


@bp.get("")
def index():
    return shown({what: form_of(what) for what in duplicates.OBJECTS})


def shown(forms):
    return render_template("settings/duplicates.html", forms=forms)


@bp.post("")
def save():
    forms = {what: form_of(what, request.form) for what in duplicates.OBJECTS}
    if not all(form.validate() for form in forms.values()):
        return shown(forms), 422
    for what, form in forms.items():
        duplicates.set_rule(what, by=g.user, **form.columns)
    toast(_("Saved."))
    return go(url_for(".index"))
