"""Who decides for me while I am away, and for whom I decide (代理审批)."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import DataRequired

from domain import approval_delegates, day_of, now
from models import Delegation, User
from views.fields import fixed_choices, id_of
from views.formats import day
from views.helpers import form_again, go, known, toast

bp = Blueprint("delegations", __name__, url_prefix="/profile/stand-ins")
KINDS = {"": _l("Everything"), "quote": _l("Quotes")}


class StandInForm(FlaskForm):
    to = SelectField(_l("Who decides for me"), coerce=id_of)
    what = SelectField(_l("Of what"), choices=fixed_choices(KINDS.items()))
    starts_on = DateField(_l("From"), [DataRequired()])
    ends_on = DateField(_l("Until (this day included)"), [DataRequired()])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        others = User.select().where(User.disabled_at.is_null(), User.id != g.user.id).order_by(User.name, User.id)
        self.to.choices = fixed_choices((user.id, user.name) for user in others)

    def validate_ends_on(self, field):
        if self.starts_on.data and field.data and field.data < max(self.starts_on.data, day_of(now())):
            field.errors = [*field.errors, _("The last day is before the first one, or over already.")]

    def validate(self, **options):
        return super().validate(**options) and not self.ends_on.errors


@bp.get("")
def index():
    today = day_of(now())
    return render_template("approvals/stand_ins.html", **listed(StandInForm(formdata=None, starts_on=today, ends_on=today)))


def listed(form):
    return {"form": form, "delegations": approval_delegates.current(g.user), "kinds": KINDS}


@bp.post("")
def create():
    form = StandInForm()
    if not form.validate():
        return form_again("approvals/stand_ins.html", **listed(form))
    made = approval_delegates.delegate(
        g.user, User.get_by_id(form.to.data), form.starts_on.data, form.ends_on.data, by=g.user, what=form.what.data,
    )
    days = {"starts_on": day(made.starts_on), "ends_on": day(made.ends_on)}
    toast(_("%(name)s decides for you from %(starts_on)s to %(ends_on)s.", name=made.to.name, **days))
    return go(url_for("delegations.index"))


@bp.post("/ended")
def end():
    """Only one's own; a row that is not there, or not one's own, changes nothing."""
    delegation = known(Delegation.select().where(Delegation.person == g.user.id), request.form.get("id"))
    if delegation:
        approval_delegates.end(delegation, by=g.user)
        toast(_("You decide yourself again."))
    return go(url_for("delegations.index"))
