"""The ticket desk and one ticket: dispatch, check in, check out, complete, call back."""

from datetime import timedelta

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from domain import Refused, day_of, now, start_of_day, tickets
from models import CallBack, Contact, Customer, Order, Ticket, User, Visit, capped_count
from permissions import can_assign_ticket, can_call_back_ticket, can_create_ticket, can_serve_ticket
from views.helpers import form_again, get_or_404, go, page, page_of, require, text_asked_for, toast, whole
from views.ticket_form import (
    KINDS,
    PRIORITIES,
    SATISFACTION,
    AssignForm,
    CallBackForm,
    CheckOutForm,
    CompleteForm,
    TicketForm,
    customer_of,
)

bp = Blueprint("tickets", __name__, url_prefix="/tickets")

STATUSES = {  # value: (label, tone)
    Ticket.NEW: (lazy_pgettext("ticket", "New"), "d1"),
    Ticket.DISPATCHED: (_l("Dispatched"), "d3"),
    Ticket.IN_SERVICE: (_l("On site"), "d4"),
    Ticket.SERVED: (_l("Served"), "d5"),
    Ticket.COMPLETED: (_l("Completed"), "d6"),
    Ticket.CALLED_BACK: (_l("Called back"), "ok"),
}
OPEN = (Ticket.NEW, *Ticket.UNFINISHED)
PERIOD = 30  # days over which completion is counted


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
    query, columns, descending = listed()
    return page(
        "tickets/index.html", tickets=page_of(query, *columns, descending=descending), kinds=KINDS, priorities=PRIORITIES, wanted=wanted,
        priority_choices=[(value, words[0]) for value, words in PRIORITIES.items()], customer=chosen_customer(),
        tabs=[tab(name, label, condition, wanted["tab"], seen) for name, (label, condition) in tabs.items()],
        rates=rates_since(start_of_day(day_of(now()) - timedelta(days=PERIOD))),
    )


def listed():
    """(query, columns, newest first): the list that the address asks for, on the page and as an export."""
    wanted = asked_for()
    if wanted["tab"] not in queues():
        abort(404)
    seen, condition = Ticket.visible_to(g.user), queues()[wanted["tab"]][1]
    return narrowed(seen if condition is None else seen.where(condition), wanted), (Ticket.id,), True


def asked_for():
    """What the address asks to see."""
    tab = request.args.get("tab", "mine" if g.user.may("ticket.serve") else "open")
    priority = request.args.get("priority", "")
    return {"tab": tab, "q": text_asked_for(), "priority": priority if priority in PRIORITIES else ""}


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
    return query.where(tickets.found_by(text, g.user)) if text else query


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


def find(id, may=None):
    """The ticket, for those who see it and, where a step is to be taken, may take it."""
    ticket = get_or_404(Ticket.visible_to(g.user), id)
    require(may is None or may(g.user, ticket))
    return ticket


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
    ticket = find(id, can_assign_ticket)
    return step_page("assign", ticket, AssignForm(formdata=None, seen=ticket.owner_id or ""))


@bp.post("/<int:id>/assign")
def assign(id):
    ticket, form = find(id, can_assign_ticket), AssignForm()
    if not form.validate_on_submit():
        return step_page("assign", ticket, form, again=True)
    if form.seen.data != str(ticket.owner_id or ""):
        raise Refused(tickets.why_not(ticket))
    to = form.people[form.to.data]
    tickets.assign(ticket, to, by=g.user)
    return done(ticket, _("Dispatched to %(name)s, who has been told.", name=to.name))


@bp.post("/<int:id>/check-in")
def check_in(id):
    ticket = find(id, can_serve_ticket)
    tickets.check_in(ticket, by=g.user)
    return done(ticket, _("Checked in. The service time runs."))


@bp.get("/<int:id>/check-out")
def check_out_form(id):
    return step_page("check_out", find(id, can_serve_ticket), CheckOutForm(formdata=None))


@bp.post("/<int:id>/check-out")
def check_out(id):
    ticket, form = find(id, can_serve_ticket), CheckOutForm()
    if not form.validate_on_submit():
        return step_page("check_out", ticket, form, again=True)
    tickets.check_out(ticket, by=g.user, note=form.note.data)
    return done(ticket, _("Checked out."))


@bp.get("/<int:id>/complete")
def complete_form(id):
    return step_page("complete", find(id, can_serve_ticket), CompleteForm(formdata=None))


@bp.post("/<int:id>/complete")
def complete(id):
    ticket, form = find(id, can_serve_ticket), CompleteForm()
    if not form.validate_on_submit():
        return step_page("complete", ticket, form, again=True)
    tickets.complete(ticket, by=g.user, resolution=form.resolution.data)
    return done(ticket, _("Ticket %(number)s is completed.", number=ticket.number))


@bp.get("/<int:id>/call-back")
def call_back_form(id):
    return step_page("call_back", find(id, can_call_back_ticket), CallBackForm(formdata=None))


@bp.post("/<int:id>/call-back")
def call_back(id):
    ticket, form = find(id, can_call_back_ticket), CallBackForm()
    if not form.validate_on_submit():
        return step_page("call_back", ticket, form, again=True)
    tickets.call_back(ticket, g.user, form.satisfaction.data, form.solved.data == "yes", form.note.data)
    return done(ticket, _("The call is recorded."))
