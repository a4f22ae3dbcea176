"""What an approver does with a seat besides yes and no, each in a dialog: pass it on, add signers, send it back, take it back."""

from flask import Blueprint, abort, g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from domain import approval_acts
from domain.approval_kinds import kind_of
from models import Approval, User
from views.fields import Ticks, fixed_choices, id_of, longest
from views.formats import in_language
from views.helpers import form_again, get_or_404, go, page, toast

bp = Blueprint("approval_acts", __name__, url_prefix="/approvals")
LONGEST_COMMENT = 500
SUBMITTER = 0
PLACES = {"before": _l("Before me: then it comes back to me"), "after": _l("After me")}


def stripped(text):
    return (text or "").strip()


class ActForm(FlaskForm):
    comment = TextAreaField(_l("Comment"), [longest(LONGEST_COMMENT)], filters=[stripped])


class HandOnForm(ActForm):
    """转审"""

    person = SelectField(lazy_pgettext("approval", "To whom"), coerce=id_of)

    def offer(self, step):
        self.person.choices = fixed_choices((user.id, user.name) for user in colleagues(step))

    def carry_out(self, step, record):
        to = approval_acts.hand_on(step, User.get_by_id(self.person.data), by=g.user, comment=self.comment.data)
        toast(_("%(name)s is asked now.", name=to.name if to else _("An administrator")))


class SignersForm(ActForm):
    """加签"""

    place = SelectField(lazy_pgettext("signers", "When"), choices=fixed_choices(PLACES.items()))
    people = Ticks(_l("Who signs as well"), coerce=int)

    def offer(self, step):
        self.people.choices = fixed_choices((user.id, user.name) for user in colleagues(step))

    def validate_people(self, field):
        if not field.data:
            raise ValidationError(_("Choose at least one."))

    def carry_out(self, step, record):
        people = list(User.select().where(User.id.in_(self.people.data)))
        approval_acts.add_signers(step, people, g.user, self.place.data == "before", self.comment.data)
        toast(_("Added: %(names)s.", names=_(", ").join(person.name for person in people)))


class SendBackForm(ActForm):
    """退回"""

    to = SelectField(_l("Back to"), coerce=int)
    comment = TextAreaField(_l("Reason"), [DataRequired(_l("Say why you send it back.")), longest(LONGEST_COMMENT)], filters=[stripped])

    def offer(self, step):
        nodes = [(seat.id, in_language(seat)) for seat in approval_acts.targets(step)]
        self.to.choices = fixed_choices([(SUBMITTER, _("%(name)s, as a draft", name=step.submitted_by.name)), *nodes])

    def carry_out(self, step, record):
        to = Approval.get_by_id(self.to.data) if self.to.data else None
        approval_acts.send_back(record, g.user, self.comment.data, to, step)
        toast(_("%(number)s is sent back.", number=kind_of(record).label(record)))


ACTS = {"hand-on": HandOnForm, "signers": SignersForm, "send-back": SendBackForm}
TITLES = {"hand-on": _l("Pass on"), "signers": _l("Add signers"), "send-back": _l("Send back")}


def colleagues(step):
    """Who may be asked: whoever sees records of the kind, works here and has no hand in this one."""
    record, kind = step.record, step.record_kind
    able = User.select().where(User.disabled_at.is_null(), User.who_may(f"{kind}.see"))
    return able.where(User.id.not_in([step.submitted_by_id, record.owner_id, g.user.id])).order_by(User.name, User.id)


@bp.get("/<int:id>/<act>")
def ask(id, act):
    step, form = asked(id, act)
    return page("approvals/act.html", "dialog", step=step, record=step.record, form=form, act=act, title=TITLES[act])


@bp.post("/<int:id>/<act>")
def carry_out(id, act):
    step, form = asked(id, act)
    record = step.record
    if not form.validate():
        return form_again("approvals/act.html", "dialog", step=step, record=record, form=form, act=act, title=TITLES[act])
    form.carry_out(step, record)
    return go(url_for("approvals.index"))


def asked(id, act):
    """The seat, for whoever it asks or asked; whether it still waits is the verb's business."""
    if act not in ACTS:
        abort(404)
    step = get_or_404(Approval.select().where(Approval.asks(g.user), Approval.current_since.is_null(False)), id)
    form = ACTS[act]()
    form.offer(step)
    return step, form


@bp.post("/<int:id>/taken-back")
def take_back(id):
    step = get_or_404(Approval.select().where(Approval.decided_by == g.user.id), id)
    approval_acts.take_back(step, by=g.user)
    toast(_("Your approval is taken back: it asks you again."))
    return go(url_for("approvals.show", id=id))
