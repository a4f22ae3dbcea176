"""Leak guard (防泄露): what people look at and carry out against their own norm, alerts, what a role may in a day, the watermark."""

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from domain import allowances, day_of, leaks, now, watermark
from models import Allowance, Company, Department, LeakAlert, User
from views.helpers import administrators_only, go, page_of, toast
from views.roles import role_choices

bp = Blueprint("leaks", __name__, url_prefix="/settings/leaks")
bp.before_request(administrators_only)

MOST = 1_000_000
SHOWN = 50  # people, those furthest above their norm first
LIMITS = {
    "pool_views": _l("Pool records opened"), "reveals": _l("Numbers shown"), "exported_rows": _l("Rows exported"),
}
KINDS = {
    LeakAlert.VIEWS: lazy_pgettext("leak", "Opened"),
    LeakAlert.REVEALS: lazy_pgettext("leak", "Shown"),
    LeakAlert.EXPORTS: lazy_pgettext("leak", "Exported"),
    LeakAlert.RELEASES: lazy_pgettext("leak", "Given back"),
}


class LimitsForm(FlaskForm):
    """One number per role and limit; empty is no limit. Its fields are those of the roles that there are: form_of() adds them."""

    watermark = BooleanField(
        _l("Watermark"),
        description=_l("Name, login and time, quietly across every page, internal print and export. The quote for the customer stays clean."),
    )

    def of_role(self, role):
        return [self[f"{role}_{name}"] for name in Allowance.LIMITS]

    def limits_of(self, role):
        return {name: self[f"{role}_{name}"].data for name in Allowance.LIMITS}


def form_of(roles, **options):
    fields = {
        f"{role}_{name}": IntegerField(label, [Optional(), NumberRange(0, MOST)])
        for role, _words in roles for name, label in LIMITS.items()
    }
    return type("LimitsForm", (LimitsForm,), fields)(**options)


@bp.get("")
def index():
    known = {row.role: row for row in Allowance.select()}
    limits = {role: known.get(role) or Allowance.usual(role) for role, _words in role_choices()}
    numbers = {f"{role}_{name}": getattr(limits[role], name) for role in limits for name in Allowance.LIMITS}
    return leaks_page(form_of(role_choices(), formdata=None, watermark=Company.current().watermark, **numbers))


def leaks_page(form, status=200):
    alerts = LeakAlert.visible_to(g.user)
    return render_template(
        "settings/leaks.html", form=form, roles=role_choices(), limits=LIMITS, kinds=KINDS, people=people(), shown=SHOWN,
        alerts=page_of(alerts, LeakAlert.at, LeakAlert.id, size=20), floors=leaks.FLOORS, days=leaks.DAYS,
    ), status


def people():
    """[(person, {kind: (today, norm)})] of whoever did anything in a month, furthest above his norm first."""
    today = leaks.of_day(day_of(now()))
    query = User.select(User, Department).join(Department, JOIN.LEFT_OUTER).where(User.id.in_(list(today)), User.disabled_at.is_null())
    return sorted(((person, today[person.id]) for person in query), key=lambda row: (-share(row[1]), row[0].id))[:SHOWN]


def share(kinds):
    return max(number / limit for number, limit in kinds.values())


@bp.post("")
def save():
    form = form_of(role_choices())
    if not form.validate_on_submit():
        return leaks_page(form, 422)
    watermark.switch(form.watermark.data, by=g.user)
    for role, _words in role_choices():
        allowances.change(role, by=g.user, **form.limits_of(role))
    toast(_("Saved."))
    return go(url_for("leaks.index"))
