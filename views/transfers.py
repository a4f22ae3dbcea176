"""Transfer of one lead, customer or deal: to whom, with which open work, and whether its old owner stays on the team."""

from datetime import timedelta

from flask import Blueprint, abort, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, RadioField, ValidationError
from wtforms.validators import InputRequired, Optional

from domain import transfers
from models import Customer, User
from permissions import can_transfer
from views.fields import ColleagueField, fixed_choices
from views.follow_ups import find, record_url
from views.formats import today
from views.handover_words import in_words
from views.helpers import form_again, go, page, remember_where, require, toast
from views.pools import selection

bp = Blueprint("transfers", __name__)

ONE = "/<any(leads, customers, opportunities):plural>/<int:id>/transfer"

STAYS = {"": _l("leaves it"), "reads": _l("reads along"), "works": _l("works on it too")}
LONGEST = timedelta(days=3_653)
ALONG = ("opportunity", "quote", "order")


def colleagues():
    """Whoever may have what somebody else gives away."""
    return User.select().where(User.disabled_at.is_null(), User.who_may("lead.work")).order_by(User.name, User.id)


class SelectionForm(FlaskForm):
    to = ColleagueField(lazy_pgettext("transfer", "To whom"), [InputRequired(_l("Choose a colleague."))])
    along = BooleanField()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.to.offer(colleagues())


class TransferForm(FlaskForm):
    to = ColleagueField(lazy_pgettext("transfer", "To whom"), [InputRequired(_l("Choose a colleague."))])
    opportunity = BooleanField(default=True)
    quote = BooleanField(default=True)
    order = BooleanField(default=True)
    stays = RadioField(_l("Its owner till now"), choices=fixed_choices(STAYS.items()), default="")
    until = DateField(_l("Until"), [Optional()])

    def __init__(self, record, work, *args, **options):
        super().__init__(*args, **options)
        self.to.offer(user for user in colleagues() if user.id != record.owner_id)
        for kind in ALONG:
            if work.get(kind):
                self[kind].label.text = in_words({kind: len(work[kind])})
            else:
                del self[kind]

    def validate_until(self, field):
        if field.data and not today() <= field.data <= today() + LONGEST:
            raise ValidationError(_("Choose a day from today on, within ten years."))

    @property
    def along(self):
        return [kind for kind in ALONG if kind in self and self[kind].data]


def find_to_transfer(plural, id):
    record = find(plural, id)
    require(can_transfer(g.user, record))
    return record, transfers.open_work(record)


def shown(record, form):
    return {"record": record, "form": form, "contacts": transfers.contacts_of(record)}


@bp.get(ONE)
def form(plural, id):
    record, work = find_to_transfer(plural, id)
    return page("transfers/form.html", "dialog", **shown(record, TransferForm(record, work, formdata=None)))


@bp.post(ONE)
def transfer(plural, id):
    record, work = find_to_transfer(plural, id)
    form = TransferForm(record, work)
    if not form.validate_on_submit():
        return form_again("transfers/form.html", "dialog", **shown(record, form))
    to, stays = form.to.person, form.stays.data
    moved = transfers.transfer(
        record, to, g.user, form.along, None if not stays else stays == "works", form.until.data if stays else None
    )
    words = ngettext("%(name)s is with %(to)s now, %(num)s thing along with it.", "%(name)s is with %(to)s now, %(num)s things along with it.",
                     len(moved), name=record.name, to=to.name)
    toast(words if moved else _("%(lead)s is with %(name)s now.", lead=record.name, name=to.name))
    seen = type(record).visible_to(g.user).where(type(record).id == record.id).exists()
    return go(record_url(record.kind(), record.id) if seen else f"/{plural}")


@bp.post("/customers/transfer")
def transfer_selection():
    """The ticked customers of the list, with what their owners have open on them where that is ticked too."""
    customers = selection(Customer.visible_to(g.user))
    require(all(can_transfer(g.user, customer) for customer in customers))
    form = SelectionForm()
    if not form.validate_on_submit():
        abort(422)
    to = form.to.person
    moved = transfers.transfer_many(customers, to, g.user, ALONG if form.along.data else ())
    words = ngettext("%(num)s customer is with %(to)s now, %(things)s things along with it.",
                     "%(num)s customers are with %(to)s now, %(things)s things along with them.",
                     len(customers), to=to.name, things=len(moved))
    alone = ngettext("%(num)s customer is with %(to)s now.", "%(num)s customers are with %(to)s now.", len(customers), to=to.name)
    toast(words if moved else alone)
    return go(remember_where())
