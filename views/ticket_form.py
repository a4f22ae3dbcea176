"""The forms of a ticket: a new one, and one for each step that asks for something."""

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from domain import search
from models import Contact, Customer, Order, User
from views.fields import fixed_choices
from views.helpers import known, sight

KINDS = {"installation": _l("Installation"), "repair": _l("Repair"), "support": _l("Technical support")}
PRIORITIES = {  # value: (label, icon, tone)
    "urgent": (_l("Urgent"), "chevrons-up", "bad"),
    "high": (_l("High"), "chevron-up", ""),
    "normal": (_l("Normal"), "minus", ""),
    "low": (_l("Low"), "chevron-down", ""),
}
SATISFACTION = [(5, _l("Very satisfied")), (4, _l("Satisfied")), (3, _l("So-so")), (2, _l("Dissatisfied")), (1, _l("Very dissatisfied"))]


class TicketForm(FlaskForm):
    customer = StringField(_l("Customer"))
    contact = SelectField(_l("Contact"), [Optional()], coerce=int, default=0)
    order = SelectField(_l("Order"), [Optional()], coerce=int, default=0)
    title = StringField(_l("What is it about"), [DataRequired(), Length(max=120)])
    body = TextAreaField(_l("Description"), [Length(max=5000)])
    kind_of_work = RadioField(_l("Kind"), choices=fixed_choices(KINDS.items()), default="support")
    priority = RadioField(_l("Priority"), choices=fixed_choices((value, words[0]) for value, words in PRIORITIES.items()), default="normal")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.found = customer_of(self.customer.data) or by_words(request.values.get("customer_text"))
        self.customer.data = self.found.id if self.found else ""
        self.contact.choices = [(0, _("None")), *contacts_of(self.found)]
        self.order.choices = [(0, _("None")), *orders_of(self.found)]

    def validate_customer(self, field):
        if self.found is None:
            raise ValidationError(_("Choose a customer."))


class AssignForm(FlaskForm):
    seen = HiddenField(default="")  # who had it when this form was opened
    to = SelectField(_l("Dispatch to"), coerce=int)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        people = User.select().where(User.who_may("ticket.serve"), User.disabled_at.is_null()).order_by(User.id)
        self.people = {person.id: person for person in people}
        self.to.choices = [(person.id, person.name) for person in people]


class CheckOutForm(FlaskForm):
    note = TextAreaField(_l("What was done"), [Length(max=2000)])


class CompleteForm(FlaskForm):
    resolution = TextAreaField(_l("Resolution"), [DataRequired(_l("Say how it was solved.")), Length(max=2000)])


class CallBackForm(FlaskForm):
    satisfaction = RadioField(_l("Satisfaction"), [InputRequired(_l("Choose one."))], coerce=int, choices=fixed_choices(SATISFACTION))
    solved = RadioField(
        _l("Is the problem solved?"), [InputRequired(_l("Choose one."))], choices=fixed_choices([("yes", _l("Yes")), ("no", _l("No"))])
    )
    note = TextAreaField(_l("What the customer said"), [Length(max=2000)])


def customer_of(id):
    """The customer with this id (text) as far as this person sees it, or None."""
    return known(Customer.visible_to(g.user), id)


def by_words(text):
    """Without JavaScript the form sends the typed name: the one customer that it fits."""
    if not text:
        return None
    fitting = list(search.narrowed(Customer.visible_to(g.user), "customer", text).limit(2))
    return fitting[0] if len(fitting) == 1 else None


def contacts_of(customer):
    people = customer.contacts.order_by(Contact.id) if customer else []
    return [(person.id, sight().text(person, "name", customer)) for person in people]


def orders_of(customer):
    if not customer:
        return []
    theirs = Order.visible_to(g.user).where(Order.customer == customer.id).order_by(Order.id.desc()).limit(50)
    return [(row.id, row.number) for row in theirs]
