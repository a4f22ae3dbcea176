"""The team of a lead, customer or deal (协作人): who reads along, who works on it too. Every record page includes templates/members/team.html."""

from datetime import timedelta

from flask import Blueprint, g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, ValidationError
from wtforms.validators import InputRequired, Optional

from domain import members
from models import User
from permissions import can_change_team
from views.fields import ColleagueField
from views.follow_ups import find, record_url
from views.formats import today
from views.helpers import form_again, fragment_or_redirect, get_or_404, page, require, toast

LONGEST = timedelta(days=3_653)

bp = Blueprint("members", __name__, url_prefix="/<any(leads, customers, opportunities):plural>/<int:id>/members")


class MemberForm(FlaskForm):
    user = ColleagueField(_l("Colleague"), [InputRequired(_l("Choose a colleague."))])
    may_edit = BooleanField(_l("May work on it too, not only read"))
    until = DateField(_l("Until"), [Optional()], description=_l("Left empty: until somebody takes them off the team."))

    def __init__(self, record, **options):
        super().__init__(**options)
        self.user.offer(members.candidates(record))

    def validate_until(self, field):
        if field.data and not today() <= field.data <= today() + LONGEST:
            raise ValidationError(_("Choose a day from today on, within ten years."))


@bp.app_template_global()
def team_of(record):
    return members.of(record)


bp.add_app_template_filter(members.last_day_of, "last_day")


def find_to_share(plural, id):
    record = find(plural, id)
    require(can_change_team(g.user, record))
    return record


@bp.get("/new")
def new(plural, id):
    record = find_to_share(plural, id)
    return page("members/new.html", "dialog", form=MemberForm(record, formdata=None), record=record)


@bp.post("")
def add(plural, id):
    record = find_to_share(plural, id)
    form = MemberForm(record)
    if not form.validate_on_submit():
        return form_again("members/new.html", "dialog", form=form, record=record)
    user = form.user.person
    members.add(record, user, by=g.user, may_edit=form.may_edit.data, until=form.until.data)
    words = _("%(name)s works on it too from now on.") if form.may_edit.data else _("%(name)s reads along from now on.")
    toast(words % {"name": user.name}, undo=(url_for(".remove", plural=plural, id=id, user_id=user.id), {}))
    return with_team(record)


@bp.post("/<int:user_id>/remove")
def remove(plural, id, user_id):
    record = find_to_share(plural, id)
    user = get_or_404(User.select(), user_id)
    members.remove(record, user, by=g.user)
    toast(_("%(name)s is no longer on the team.", name=user.name))
    return with_team(record)


def with_team(record):
    url = record_url(record.kind(), record.id)
    return fragment_or_redirect("members/changed.html", "changed", url, record=record)
