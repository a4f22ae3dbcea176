"""After-sales tickets (售后工单): dispatched, served on site, completed, called back."""

from peewee import Case, fn

from domain import Refused, _, day_of, events, now, numbers, transaction
from models import EVERYTHING, CallBack, Customer, Member, Ticket, User, Visit

FINISHED = (Ticket.COMPLETED, Ticket.CALLED_BACK)


def found_by(text, viewer):
    """The WHERE, beside the customer, of the tickets of this number, or with these words in a title that this person reads in clear.

    A search must not be an oracle for the numbers and names that are masked in the titles of the others.
    """
    number = Ticket.number == text.lstrip("#").upper()
    if text.lstrip("#").isdecimal():
        return number
    his = (Customer.owner == viewer.id) | Customer.id.in_(Member.records_of("customer", [viewer.id]))
    clear = Customer.pool.is_null() & (EVERYTHING if viewer.may("contact.see_clear") else his)
    return number | Ticket.title.contains(text) & ((Ticket.owner == viewer.id) | clear)


def create(by, customer, title, body="", kind_of_work="support", priority="normal", contact=None, order=None, at=None):
    """A new ticket; an order it names must be this customer's."""
    if order and order.customer_id != customer.id:
        raise Refused(_("Order %(number)s belongs to another customer.", number=order.number), field="order")
    at = at or now()
    with transaction():
        ticket = Ticket.create(
            number=numbers.next_number("ticket", day_of(at)), customer=customer, contact=contact, order=order,
            title=title, body=body, kind_of_work=kind_of_work, priority=priority, created_by=by, created_at=at, updated_at=at,
        )
        events.record("ticket.created", ticket, by, at=at, number=ticket.number, title=title)
    return ticket


def assign(ticket, to, by, at=None):
    """Dispatch (派工) to a service person, who is told at once; again to another one until somebody has checked in.

    Whoever dispatches must have seen who has it now: of two at the same moment the second is told.
    """
    if not to.active or not to.may("ticket.serve"):
        raise Refused(_("%(name)s does not do service.", name=to.name), field="to")
    at, had = at or now(), ticket.owner_id
    if to.id == had:
        raise Refused(why_not(ticket), field="to")
    with transaction():
        as_seen = Ticket.owner == had if had else Ticket.owner.is_null()
        move(ticket, (Ticket.NEW, Ticket.DISPATCHED), at, as_seen, owner=to, status=Ticket.DISPATCHED, dispatched_at=at)
        events.record("ticket.dispatched", ticket, by, at=at, owner_name=to.name)


def check_in(ticket, by, at=None):
    """签到: the service time begins. One is at one customer at a time."""
    at = at or now()
    with transaction():
        elsewhere = Visit.select(Visit, Ticket).join(Ticket).where(Visit.user == by.id, Visit.checked_out_at.is_null()).first()
        if elsewhere:
            raise Refused(_("You are checked in at ticket %(number)s. Check out there first.", number=elsewhere.ticket.number))
        move(ticket, (Ticket.DISPATCHED, Ticket.SERVED), at, Ticket.owner == by.id, status=Ticket.IN_SERVICE)
        Visit.create(ticket=ticket, user=by, checked_in_at=at)
        events.record("ticket.checked_in", ticket, by, at=at)


def check_out(ticket, by, note="", at=None):
    """签退: the service time ends; the visit keeps it."""
    at = at or now()
    with transaction():
        move(ticket, (Ticket.IN_SERVICE,), at, Ticket.owner == by.id, status=Ticket.SERVED)
        visit = Visit.get(Visit.ticket == ticket.id, Visit.checked_out_at.is_null())
        visit.checked_out_at = max(at, visit.checked_in_at)  # the machine's clock may have been set back meanwhile
        Visit.update(checked_out_at=visit.checked_out_at, note=note).where(Visit.id == visit.id).execute()
        events.record("ticket.checked_out", ticket, by, at=at, minutes=visit.minutes, note=note)


def complete(ticket, by, resolution, at=None):
    """The work is done: on site, or from the desk without a visit."""
    at = at or now()
    with transaction():
        move(
            ticket, (Ticket.DISPATCHED, Ticket.SERVED), at, Ticket.owner == by.id,
            status=Ticket.COMPLETED, completed_at=at, resolution=resolution,
        )
        events.record("ticket.completed", ticket, by, at=at, resolution=resolution)


def call_back(ticket, by, satisfaction, solved, note="", at=None):
    """回访: a supervisor asks the customer; satisfaction 1 to 5. Once per ticket."""
    at = at or now()
    with transaction():
        move(ticket, (Ticket.COMPLETED,), at, status=Ticket.CALLED_BACK)
        CallBack.create(ticket=ticket, by=by, at=at, satisfaction=satisfaction, solved=solved, note=note)
        events.record("ticket.called_back", ticket, by, at=at, satisfaction=satisfaction, solved=solved, note=note)


def move(ticket, expected, at, *conditions, **columns):
    """One UPDATE decides: the state it must be in, and whatever else must hold. Nobody else's click is overwritten."""
    here = Ticket.id == ticket.id, Ticket.status.in_(expected)
    if not Ticket.update(updated_at=at, **columns).where(*here, *conditions).execute():
        raise Refused(why_not(Ticket.with_people().where(Ticket.id == ticket.id).get()))
    for name, value in columns.items():
        setattr(ticket, name, value)


def why_not(ticket):
    """What a ticket is now, for somebody whose page was older."""
    who = ticket.owner.name if ticket.owner else ""
    return {
        Ticket.NEW: _("This ticket is not dispatched yet."),
        Ticket.DISPATCHED: _("This ticket is dispatched to %(who)s.", who=who),
        Ticket.IN_SERVICE: _("%(who)s is checked in at this ticket.", who=who),
        Ticket.SERVED: _("%(who)s has checked out; the ticket waits for its completion.", who=who),
        Ticket.COMPLETED: _("This ticket is completed already."),
        Ticket.CALLED_BACK: _("The customer was called back already."),
    }[ticket.status]


def completion_rates(viewer, since):
    """Per person [(User, assigned, completed)] over the tickets dispatched since then, most first (T05).

    完成率 = completed ÷ assigned; the caller writes it. People who were given nothing are not in the list.
    """
    done = fn.SUM(Case(None, [(Ticket.status.in_(FINISHED), 1)], 0))
    query = (
        Ticket.select(User, fn.COUNT(Ticket.id).alias("assigned"), done.alias("completed"))
        .join(User, on=Ticket.owner)
        .where(Ticket.seen_by(viewer), Ticket.dispatched_at >= since)
        .group_by(User.id)
        .order_by(fn.COUNT(Ticket.id).desc(), User.id)
    )
    return [(row.owner, row.assigned, int(row.completed)) for row in query]
