"""Customers: found by name however it is spelt, read by a team, changed on record."""

import pytest

from domain import customers, deals, duplicates, follow_ups, identifiers, now
from domain.search import narrowed
from models import Customer, Event, Opportunity, Task


@pytest.fixture
def customer(cast):
    return customers.create(cast.seller, name="苏州恒立精密机械有限公司", city="苏州", phone="051285801122")


def last_event():
    return Event.select().order_by(Event.id.desc()).first()


def test_who_creates_a_customer_owns_it(cast, customer):
    assert customer.owner == cast.seller
    assert last_event().verb == "customer.created"


@pytest.mark.parametrize("spelt", ["苏州恒立精密机械有限公司", " 苏州恒立 精密机械有限公司", "苏州恒立精密机械有限公司　"])
def test_a_customer_is_found_however_its_name_is_spelt(customer, spelt):
    assert duplicates.customer_named(spelt) == customer


def test_brackets_and_width_make_no_other_name(cast):
    first = customers.create(cast.seller, name="天衡（常州）ＡＢ有限公司")
    assert duplicates.customer_named("天衡(常州)ab有限公司") == first


def test_only_what_really_changes_is_recorded(cast, customer):
    customers.edit(customer, by=cast.seller, city="昆山", phone="051285801122")
    event = last_event()
    assert (event.verb, event.before, event.after) == ("customer.edited", {"city": "苏州"}, {"city": "昆山"})


def test_an_edit_that_changes_nothing_is_no_event(cast, customer):
    before = Event.select().count()
    customers.edit(customer, by=cast.seller, city="苏州")
    assert Event.select().count() == before


def test_a_new_name_is_searched_and_matched_at_once(cast, customer):
    customers.edit(customer, by=cast.seller, name="无锡众联减速机有限公司")
    assert duplicates.customer_named("无锡众联减速机有限公司") == customer
    assert [row.id for row in narrowed(Customer.select(), "customer", "wxzl")] == [customer.id]


def test_the_next_step_goes_along_to_the_new_owner(cast, customer):
    follow_ups.plan(customer, cast.seller, now(), "送样机")
    customers.hand_over(customer, cast.rival, by=cast.manager)
    assert Task.get().owner == cast.rival
    assert Customer.get_by_id(customer.id).owner == cast.rival


def test_a_contact_is_edited_on_the_customers_record(cast, customer):
    contact = customers.add_contact(customer, by=cast.seller, name="李国栋", phone="13705194410")
    customers.edit_contact(contact, by=cast.seller, title="设备经理", phone="13705194410")
    event = last_event()
    assert (event.verb, event.customer_id, event.after) == ("customer.contact_edited", customer.id, {"title": "设备经理"})


def test_what_is_sold_to_a_customer_is_seen_by_its_owner_whoever_sold_it(cast, customer):
    deal = deals.create(cast.outsider, customer, "产线改造", 1_000_000)
    assert Opportunity.visible_to(cast.seller).where(Opportunity.id == deal.id).exists()
    assert not Opportunity.visible_to(cast.rival).where(Opportunity.id == deal.id).exists()


# ---- telephones, codes, addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 1290 5678", "13812905678"), ("１３８-１２９０-５６７８", "13812905678"), ("+86 138 1290 5678", "13812905678"),
        ("0519-8580 2231", "051985802231"), ("0519-85802231转12", "051985802231x12"), ("400-820-1234", "4008201234"),
        ("+81 3-1234-5678", "+81312345678"), ("95588", "95588"),
    ],
)
def test_a_telephone_is_kept_as_digits(typed, kept):
    assert identifiers.plain_phone(typed) == kept
    assert identifiers.phone_complaint(kept) is None


@pytest.mark.parametrize("typed", ["1381290567", "138129056789", "110", "abc", "0013"])
def test_what_is_no_telephone_is_told_so(typed):
    assert identifiers.phone_complaint(identifiers.plain_phone(typed))


@pytest.mark.parametrize(("code", "right"), [
    ("91110000600037341L", True), ("91110000600037341l", True), ("91110000600037341M", False), ("9111000060003734", False),
])
def test_the_last_character_of_a_credit_code_tells_a_typo(code, right):
    assert (identifiers.code_complaint(identifiers.plain_code(code)) is None) == right


@pytest.mark.parametrize(("address", "right"), [("li@example.com", True), ("li@example", False), ("li example.com", False)])
def test_an_address_needs_a_name_and_a_domain(address, right):
    assert (identifiers.email_complaint(address) is None) == right
