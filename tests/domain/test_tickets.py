"""A ticket's way: dispatched, served, completed, called back; each step by the right person, once."""

from datetime import timedelta

import pytest

from domain import Refused, accounts, customers, now, pool, tickets
from models import CallBack, Customer, Event, Notice, Ticket, User, Visit, db
from tests import cast as people
from tests.cast import PASSWORD
from tests.server import all_at_once

NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)
STEPS = ("assign", "check_in", "check_out", "complete", "call_back")
ALLOWED = {
    Ticket.NEW: {"assign"}, Ticket.DISPATCHED: {"assign", "check_in", "complete"}, Ticket.IN_SERVICE: {"check_out"},
    Ticket.SERVED: {"check_in", "complete"}, Ticket.COMPLETED: {"call_back"}, Ticket.CALLED_BACK: set(),
}
WAY = {
    Ticket.NEW: (), Ticket.DISPATCHED: ("assign",), Ticket.IN_SERVICE: ("assign", "check_in"),
    Ticket.SERVED: ("assign", "check_in", "check_out"), Ticket.COMPLETED: ("assign", "complete"),
    Ticket.CALLED_BACK: ("assign", "complete", "call_back"),
}


@pytest.fixture
def desk(cast):
    """The cast with a second service person, and a customer of the seller."""
    cast.helper = accounts.create_user(
        cast.admin, PASSWORD, login="helper", name="何川", role=User.SERVICE, data_scope="self", department=cast.service.department
    )
    cast.customer = customers.create(by=cast.seller, name="苏州恒立精密机械制造有限公司")
    return cast


def opened(desk, number=1):
    made = [tickets.create(desk.seller, desk.customer, f"读数跳变 {n}", at=NOON) for n in range(number)]
    return made[0] if number == 1 else made


def finds(person, text):
    return Ticket.select().join(Customer).where(tickets.found_by(text, User.get_by_id(person.id))).exists()


@pytest.mark.parametrize("text", ["1290", "请打138", "5678张", "漏油"])
def test_a_title_is_searched_only_where_it_is_read_in_clear(desk, text):
    """Digit by digit one could else read what is masked; a number alone is that of the ticket."""
    ticket = tickets.create(desk.seller, desk.customer, "漏油，请打13812905678张工", at=NOON)
    assert finds(desk.rival, text) == (not text.isdecimal())
    people.take("contact.see_clear", User.SELLER, desk.admin)
    assert not finds(desk.rival, text)
    assert finds(desk.seller, text) == (not text.isdecimal())
    assert finds(desk.rival, ticket.number)
    pool.release(Customer.get_by_id(desk.customer.id), desk.seller, "no_need", at=NOON)
    assert not finds(desk.service, text)


def fresh(ticket):
    return Ticket.with_people().where(Ticket.id == ticket.id).get()


def take(step, ticket, desk, at=NOON):
    """One step by whoever it is up to."""
    ticket = fresh(ticket)
    if step == "assign":
        return tickets.assign(ticket, desk.helper if ticket.owner_id == desk.service.id else desk.service, by=desk.manager, at=at)
    if step == "call_back":
        return tickets.call_back(ticket, desk.manager, 4, True, "下次快点", at=at)
    words = {"check_out": ("换了接头",), "complete": ("换了接头",)}.get(step, ())
    return getattr(tickets, step)(ticket, desk.service, *words, at=at)


def in_state(state, desk):
    ticket = opened(desk)
    for step in WAY[state]:
        take(step, ticket, desk)
    assert fresh(ticket).status == state
    return ticket


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", ALLOWED)
def test_every_step_is_possible_in_its_states_and_refused_in_all_others(desk, state, step):
    ticket = in_state(state, desk)
    events = Event.select().count()
    if step in ALLOWED[state]:
        take(step, ticket, desk)
        assert Event.select().count() == events + 1
    else:
        with pytest.raises(Refused):
            take(step, ticket, desk)
        assert (fresh(ticket).status, Event.select().count()) == (state, events)


def test_tickets_are_numbered_one_after_the_other_from_a_thousand(desk):
    assert [ticket.number for ticket in opened(desk, 3)] == ["1001", "1002", "1003"]


def test_a_ticket_names_no_other_customers_order(desk):
    class Theirs:
        number, customer_id = "O20261122-001", 0

    with pytest.raises(Refused):
        tickets.create(desk.seller, desk.customer, "读数跳变", order=Theirs)


def test_the_person_dispatched_is_told(desk):
    ticket = opened(desk)
    tickets.assign(ticket, desk.service, by=desk.manager)
    [notice] = Notice.select()
    assert (notice.user, notice.verb, notice.record_id) == (desk.service, "ticket.dispatched", ticket.id)


def test_another_person_can_be_dispatched_until_somebody_has_checked_in(desk):
    ticket = in_state(Ticket.DISPATCHED, desk)
    tickets.assign(fresh(ticket), desk.helper, by=desk.manager)
    assert fresh(ticket).owner == desk.helper


def test_nobody_is_dispatched_twice_to_the_same_ticket(desk):
    ticket = in_state(Ticket.DISPATCHED, desk)
    with pytest.raises(Refused):
        tickets.assign(fresh(ticket), desk.service, by=desk.manager)


@pytest.mark.parametrize("who", ["seller", "finance", "manager"])
def test_only_people_of_the_service_are_dispatched(desk, who):
    with pytest.raises(Refused):
        tickets.assign(opened(desk), getattr(desk, who), by=desk.manager)


def test_nobody_who_left_is_dispatched(desk):
    accounts.disable(desk.helper, by=desk.admin)
    with pytest.raises(Refused):
        tickets.assign(opened(desk), User.get_by_id(desk.helper.id), by=desk.manager)


def test_of_two_who_dispatch_at_the_same_moment_the_second_is_told_who_was_faster(desk):
    seen_by_both = opened(desk)
    tickets.assign(fresh(seen_by_both), desk.service, by=desk.manager)
    with pytest.raises(Refused) as refusal:
        tickets.assign(seen_by_both, desk.helper, by=desk.admin)
    assert desk.service.name in refusal.value.message
    assert fresh(seen_by_both).owner == desk.service


def test_of_eight_who_dispatch_in_threads_one_wins(desk):
    ticket = opened(desk)

    copies = [Ticket.get_by_id(ticket.id) for _n in range(8)]
    jobs = [lambda copy=copy, n=n: dispatched(copy, (desk.service, desk.helper)[n % 2], desk) for n, copy in enumerate(copies)]
    assert sum(all_at_once(jobs)) == 1
    assert Notice.select().count() == 1


def dispatched(ticket, to, desk):
    try:
        tickets.assign(ticket, to, by=desk.manager)
        return True
    except Refused:
        return False
    finally:
        db.close()


@pytest.mark.parametrize("step", ["check_in", "complete"])
def test_only_the_person_dispatched_serves(desk, step):
    ticket = in_state(Ticket.DISPATCHED, desk)
    words = ("换了接头",) if step == "complete" else ()
    with pytest.raises(Refused):
        getattr(tickets, step)(fresh(ticket), desk.helper, *words)


def test_the_service_time_is_what_lies_between_check_in_and_check_out(desk):
    ticket = in_state(Ticket.DISPATCHED, desk)
    take("check_in", ticket, desk, NOON)
    take("check_out", ticket, desk, NOON + timedelta(minutes=95))
    [visit] = Visit.select()
    assert (visit.minutes, visit.note) == (95, "换了接头")


def test_one_can_come_a_second_time_before_it_is_completed(desk):
    ticket = in_state(Ticket.SERVED, desk)
    take("check_in", ticket, desk)
    take("check_out", ticket, desk)
    take("complete", ticket, desk)
    assert Visit.select().count() == 2


def test_nobody_is_at_two_customers_at_a_time(desk):
    first, second = opened(desk, 2)
    for ticket in (first, second):
        take("assign", ticket, desk)
    take("check_in", first, desk)
    with pytest.raises(Refused) as refusal:
        take("check_in", second, desk)
    assert str(first.number) in refusal.value.message
    take("check_out", first, desk)
    take("check_in", second, desk)


def test_the_customer_is_called_back_once(desk):
    ticket = in_state(Ticket.CALLED_BACK, desk)
    with pytest.raises(Refused):
        take("call_back", ticket, desk)
    [call] = CallBack.select()
    assert (call.satisfaction, call.solved, call.by) == (4, True, desk.manager)


def test_the_completion_rate_is_completed_of_assigned_per_person(desk):
    made = opened(desk, 5)
    for ticket in made[:4]:
        tickets.assign(ticket, desk.service, by=desk.manager, at=NOON)
    tickets.assign(made[4], desk.helper, by=desk.manager, at=NOON)
    for ticket in made[:3]:
        take("complete", ticket, desk)
    take("call_back", made[0], desk)
    assert tickets.completion_rates(desk.service, NOON - timedelta(days=1)) == [(desk.service, 4, 3), (desk.helper, 1, 0)]
    assert tickets.completion_rates(desk.service, NOON + timedelta(days=1)) == []


def test_whoever_looks_counts_only_what_he_sees(desk):
    ticket = in_state(Ticket.COMPLETED, desk)
    assert tickets.completion_rates(desk.manager, NOON - timedelta(days=1)) == [(fresh(ticket).owner, 1, 1)]
    assert tickets.completion_rates(desk.outsider, NOON - timedelta(days=1)) == []


@pytest.mark.parametrize(
    "who, sees",
    [("service", True), ("helper", True), ("seller", True), ("manager", True), ("outsider", False), ("rival", False), ("finance", False)],
)
def test_a_ticket_is_seen_by_the_service_and_by_the_customers_side(desk, who, sees):
    ticket = opened(desk)
    assert Ticket.visible_to(getattr(desk, who)).where(Ticket.id == ticket.id).exists() == sees
