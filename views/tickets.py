"""The ticket desk and one ticket: dispatch, check in, check out, complete, call back."""

from datetime import timedelta

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from domain import Refused, day_of, now, search, start_of_day, tickets
from models import CallBack, Contact, Customer, Order, Ticket, User, Visit, capped_count
from permissions import can_assign_ticket, can_call_back_ticket, can_create_ticket, can_serve_ticket
from views.fields import fixed_choices
from views.helpers import form_again, get_or_404, go, known, page, page_of, require, toast, whole

bp = Blueprint("tickets", __name__, url_prefix="/tickets")

STATUSES = {  # value: (label, tone)
    Ticket.NEW: (lazy_pgettext("ticket", "New"), "d1"),
    Ticket.DISPATCHED: (_l("Dispatched"), "d3"),
    Ticket.IN_SERVICE: (_l("On site"), "d4"),
    Ticket.SERVED: (_l("Served"), "d5"),
    Ticket.COMPLETED: (_l("Completed"), "d6"),
    Ticket.CALLED_BACK: (_l("Called back"), "ok"),
}
KINDS = {"installation": _l("Installation"), "repair": _l("Repair"), "support": _l("Technical support")}
PRIORITIES = {  # value: (label, icon, tone)
    "urgent": (_l("Urgent"), "chevrons-up", "bad"),
    "high": (_l("High"), "chevron-up", ""),
    "normal": (_l("Normal"), "minus", ""),
    "low": (_l("Low"), "chevron-down", ""),
}
SATISFACTION = [(5, _l("Very satisfied")), (4, _l("Satisfied")), (3, _l("So-so")), (2, _l("Dissatisfied")), (1, _l("Very dissatisfied"))]
OPEN = (Ticket.NEW, *Ticket.UNFINISHED)
PERIOD = 30  # days over which completion is counted


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
        people = User.select().where(User.role == User.SERVICE, User.disabled_at.is_null()).order_by(User.id)
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
    return [(row.id, row.name) for row in customer.contacts.order_by(Contact.id)] if customer else []


def orders_of(customer):
    if not customer:
        return []
    theirs = Order.visible_to(g.user).where(Order.customer == customer.id).order_by(Order.id.desc()).limit(50)
    return [(row.id, row.number) for row in theirs]


@bp.app_template_global()
def ticket_status(ticket):
    return STATUSES[ticket.status]


# ---- the desk --------------------------------------------------------------------------------------------------------


def queues():
    """{tab: (label, condition)}: what one can look at."""
    return {
        "mine": (_("Mine"), (Ticket.owner == g.user.id) & Ticket.status.in_(Ticket.UNFINISHED)),
        "new": (_("Not dispatched"), Ticket.status == Ticket.NEW),
        "open": (_("All open"), Ticket.status.in_(OPEN)),
        "to_call_back": (_("To call back"), Ticket.status == Ticket.COMPLETED),
        "all": (_("All"), None),
    }


@bp.get("")
def index():
    seen, tabs, wanted = Ticket.visible_to(g.user), queues(), asked_for()
    if wanted["tab"] not in tabs:
        abort(404)
    condition = tabs[wanted["tab"]][1]
    shown = narrowed(seen if condition is None else seen.where(condition), wanted)
    return page(
        "tickets/index.html", tickets=page_of(shown, Ticket.id), kinds=KINDS, priorities=PRIORITIES, wanted=wanted,
        priority_choices=[(value, words[0]) for value, words in PRIORITIES.items()], customer=chosen_customer(),
        tabs=[tab(name, label, condition, wanted["tab"], seen) for name, (label, condition) in tabs.items()],
        rates=rates_since(start_of_day(day_of(now()) - timedelta(days=PERIOD))),
    )


def asked_for():
    """What the address asks to see."""
    tab = request.args.get("tab", "mine" if g.user.is_a(User.SERVICE) else "open")
    priority = request.args.get("priority", "")
    return {"tab": tab, "q": request.args.get("q", "").strip()[:100], "priority": priority if priority in PRIORITIES else ""}


def rates_since(since):
    """Per person and in all, what was completed of what was dispatched."""
    people = tickets.completion_rates(g.user, since)
    return {
        "people": people, "assigned": sum(assigned for person, assigned, completed in people),
        "completed": sum(completed for person, assigned, completed in people),
    }


def tab(name, label, condition, wanted, seen):
    """A tab and how many lie behind it; 全部 is not counted, since it only grows."""
    count = None if condition is None else capped_count(seen.where(condition))
    return {"label": label, "url": url_for("tickets.index", tab=name), "current": name == wanted, "count": count}


def narrowed(query, wanted):
    text, customer = wanted["q"], chosen_customer()
    if customer:
        query = query.where(Ticket.customer == customer.id)
    if wanted["priority"]:
        query = query.where(Ticket.priority == wanted["priority"])
    if text.lstrip("#").isdecimal():
        return query.where(Ticket.number == int(text.lstrip("#")[:9]))
    return query.where(Ticket.title.contains(text)) if text else query


def chosen_customer():
    return customer_of(request.args.get("customer"))


# ---- a new ticket ----------------------------------------------------------------------------------------------------


@bp.get("/new")
def new():
    require(can_create_ticket(g.user))
    given = {"customer": request.args.get("customer"), "order": request.args.get("order", type=whole)}
    return page("tickets/new.html", "dialog", form=TicketForm(formdata=None, **given))


@bp.get("/choices")
def choices():
    """Contacts and orders of the customer just chosen."""
    require(can_create_ticket(g.user))
    return page("tickets/new.html", "choices", form=TicketForm(formdata=None, customer=request.args.get("customer")))


@bp.post("")
def create():
    require(can_create_ticket(g.user))
    form = TicketForm()
    if not form.validate_on_submit():
        return page("tickets/new.html", "dialog", form=form), 422
    contact = Contact.get_or_none(Contact.id == form.contact.data, Contact.customer == form.found.id)
    order = Order.get_or_none(Order.id == form.order.data, Order.customer == form.found.id)
    ticket = tickets.create(
        g.user, form.found, form.title.data, form.body.data, form.kind_of_work.data, form.priority.data, contact, order
    )
    toast(_("Ticket %(number)s is on the desk.", number=ticket.number))
    return go(url_for("tickets.show", id=ticket.id))


# ---- one ticket ------------------------------------------------------------------------------------------------------


def find(id):
    return get_or_404(Ticket.visible_to(g.user), id)


@bp.get("/<int:id>")
def show(id):
    ticket = find(id)
    called = CallBack.select(CallBack, User).join(User, on=CallBack.by).where(CallBack.ticket == ticket.id).first()
    visits = Visit.select(Visit, User).join(User).where(Visit.ticket == ticket.id).order_by(Visit.id)
    earlier = Ticket.visible_to(g.user).where(Ticket.customer == ticket.customer_id, Ticket.id != ticket.id)
    return page(
        "tickets/show.html", record=ticket, ticket=ticket, visits=list(visits), called=called, kinds=KINDS, priorities=PRIORITIES,
        statuses=STATUSES, satisfaction=dict(SATISFACTION), earlier=list(earlier.order_by(Ticket.id.desc()).limit(5)),
        tab=request.args.get("tab", "stream"), **visible_parts(ticket),
    )


def visible_parts(ticket):
    """Customer and order as far as this person may open them."""
    customers = Customer.visible_to(g.user).where(Customer.id == ticket.customer_id)
    orders = Order.visible_to(g.user).where(Order.id == ticket.order_id)
    return {"opens_customer": customers.exists(), "order": orders.first() if ticket.order_id else None}


# ---- its steps: each a small form, in a dialog or on a page of its own -----------------------------------------------


def step_page(step, ticket, form, again=False):
    return (form_again if again else page)("tickets/step.html", "dialog", step=step, ticket=ticket, form=form)


def done(ticket, message):
    toast(message)
    return go(url_for("tickets.show", id=ticket.id))


@bp.get("/<int:id>/assign")
def assign_form(id):
    ticket = find(id)
    require(can_assign_ticket(g.user, ticket))
    return step_page("assign", ticket, AssignForm(formdata=None, seen=ticket.owner_id or ""))


@bp.post("/<int:id>/assign")
def assign(id):
    ticket = find(id)
    require(can_assign_ticket(g.user, ticket))
    form = AssignForm()
    if not form.validate_on_submit():
        return step_page("assign", ticket, form, again=True)
    if form.seen.data != str(ticket.owner_id or ""):
        raise Refused(tickets.why_not(ticket))
    to = form.people[form.to.data]
    tickets.assign(ticket, to, by=g.user)
    return done(ticket, _("Dispatched to %(name)s, who has been told.", name=to.name))


@bp.post("/<int:id>/check-in")
def check_in(id):
    ticket = find(id)
    require(can_serve_ticket(g.user, ticket))
    tickets.check_in(ticket, by=g.user)
    return done(ticket, _("Checked in. The service time runs."))


@bp.get("/<int:id>/check-out")
def check_out_form(id):
    ticket = find(id)
    require(can_serve_ticket(g.user, ticket))
    return step_page("check_out", ticket, CheckOutForm(formdata=None))


@bp.post("/<int:id>/check-out")
def check_out(id):
    ticket = find(id)
    require(can_serve_ticket(g.user, ticket))
    form = CheckOutForm()
    if not form.validate_on_submit():
        return step_page("check_out", ticket, form, again=True)
    tickets.check_out(ticket, by=g.user, note=form.note.data)
    return done(ticket, _("Checked out."))


@bp.get("/<int:id>/complete")
def complete_form(id):
    ticket = find(id)
    require(can_serve_ticket(g.user, ticket))
    return step_page("complete", ticket, CompleteForm(formdata=None))


@bp.post("/<int:id>/complete")
def complete(id):
    ticket = find(id)
    require(can_serve_ticket(g.user, ticket))
    form = CompleteForm()
    if not form.validate_on_submit():
        return step_page("complete", ticket, form, again=True)
    tickets.complete(ticket, by=g.user, resolution=form.resolution.data)
    return done(ticket, _("Ticket %(number)s is completed.", number=ticket.number))


@bp.get("/<int:id>/call-back")
def call_back_form(id):
    ticket = find(id)
    require(can_call_back_ticket(g.user, ticket))
    return step_page("call_back", ticket, CallBackForm(formdata=None))


@bp.post("/<int:id>/call-back")
def call_back(id):
    ticket = find(id)
    require(can_call_back_ticket(g.user, ticket))
    form = CallBackForm()
    if not form.validate_on_submit():
        return step_page("call_back", ticket, form, again=True)
    tickets.call_back(ticket, g.user, form.satisfaction.data, form.solved.data == "yes", form.note.data)
    return done(ticket, _("The call is recorded."))
