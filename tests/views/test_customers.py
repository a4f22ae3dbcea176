"""Customers over HTTP: what one sees, what one may do, and what a form says when something is mistyped."""

import html
import re

import pytest

from domain import customers, deals, members, orders
from models import Contact, Customer, DuplicateRule, Member, Notice, Opportunity, Quote
from tests import offers
from tests.pages import PART

NAME = "苏州恒立精密机械有限公司"


@pytest.fixture
def customer(cast):
    return customers.create(cast.seller, name=NAME, city="苏州", level="key", source="exhibition")


def form(**changes):
    empty = dict.fromkeys(customers.COLUMNS, "")
    return empty | {"name": "无锡众联减速机"} | changes


def test_a_customer_is_made_and_shown(cast, login):
    answer = login(cast.seller).post("/customers", data=form(phone="０５１２-8580 1122", credit_code="91110000600037341l"))
    made = Customer.get()
    assert (answer.status_code, answer.location) == (303, f"/customers/{made.id}")
    assert (made.phone, made.credit_code, made.owner) == ("051285801122", "91110000600037341L", cast.seller)


@pytest.mark.parametrize(
    "mistyped", [{"phone": "1381290567"}, {"credit_code": "91110000600037341M"}, {"email": "li@example"}, {"name": " "}]
)
def test_what_is_mistyped_comes_back_with_the_form(cast, login, mistyped):
    answer = login(cast.seller).post("/customers", data=form(remark="保留我", **mistyped))
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text and "保留我" in answer.text
    assert not Customer.select().exists()


def test_a_second_customer_of_one_name_is_refused_and_its_owner_named(cast, login, customer):
    answer = login(cast.outsider).post("/customers", data=form(name=f" {NAME}"))
    assert answer.status_code == 422
    assert cast.seller.name in answer.text


def test_where_names_are_not_checked_two_customers_may_share_one(cast, login, customer):
    DuplicateRule.create(what="customer", active=False)
    assert login(cast.outsider).post("/customers", data=form(name=NAME)).status_code == 303


def test_keeping_its_own_name_is_no_duplicate(cast, login, customer):
    assert login(cast.seller).post(f"/customers/{customer.id}/edit", data=form(name=NAME, city="昆山")).status_code == 303
    assert Customer.get().city == "昆山"


@pytest.mark.parametrize(("person", "status"), [
    ("seller", 200), ("manager", 200), ("admin", 200), ("finance", 200), ("rival", 404), ("outsider", 404),
])
def test_who_sees_a_customer(cast, login, customer, person, status):
    assert login(getattr(cast, person)).get(f"/customers/{customer.id}").status_code == status


def test_finance_reads_and_does_not_write(cast, login, customer):
    browser = login(cast.finance)
    assert "contacts/new" not in browser.get(f"/customers/{customer.id}").text
    for address in ("edit", "contacts"):
        assert browser.post(f"/customers/{customer.id}/{address}", data=form()).status_code == 403
    assert browser.post("/customers", data=form()).status_code == 403


def test_a_seller_keeps_the_customer_his_manager_hands_it_on(cast, login, customer):
    data = form(name=NAME, owner=cast.rival.id)
    login(cast.seller).post(f"/customers/{customer.id}/edit", data=data)
    assert Customer.get().owner == cast.seller
    login(cast.manager).post(f"/customers/{customer.id}/edit", data=data)
    assert Customer.get().owner == cast.rival


def test_nobody_hands_a_customer_to_whom_he_does_not_oversee(cast, login, customer):
    answer = login(cast.manager).post(f"/customers/{customer.id}/edit", data=form(name=NAME, owner=cast.outsider.id))
    assert answer.status_code == 422


# ---- the list --------------------------------------------------------------------------------------------------------


def test_the_tabs_are_mine_my_teams_and_all(cast, login, customer):
    helped = customers.create(cast.rival, name="杭州瑞博智能装备")
    members.add(helped, cast.seller, by=cast.rival)
    browser = login(cast.seller)
    for tab, shown, hidden in (("mine", NAME, helped.name), ("team", helped.name, NAME)):
        page = browser.get(f"/customers?tab={tab}").text
        assert shown in page and hidden not in page
    assert all(name in browser.get("/customers?tab=all").text for name in (NAME, helped.name))


@pytest.mark.parametrize(("wanted", "found"), [
    ("q=szhl", True), ("q=恒立", True), ("q=无锡", False), ("city=苏州", True), ("city=杭州", False), ("level=key", True),
    ("source=exhibition", True), ("source=phone", False), ("tab=nothing", True),
])
def test_the_list_is_narrowed_by_its_address(cast, login, customer, wanted, found):
    assert (NAME in login(cast.seller).get(f"/customers?{wanted}").text) == found


def test_the_field_for_a_customer_offers_what_one_sees(cast, login, customer):
    assert NAME in login(cast.seller).get("/customers/options?q=szhl", headers=PART).text
    assert NAME not in login(cast.rival).get("/customers/options?q=szhl", headers=PART).text


# ---- contacts and team -----------------------------------------------------------------------------------------------


def test_a_contact_comes_into_the_page_out_of_band(cast, login, customer):
    data = {"name": "李国栋", "phone": "137 0519 4410", "decides": "y"}
    answer = login(cast.seller).post(f"/customers/{customer.id}/contacts", data=data, headers=PART)
    assert answer.status_code == 200
    assert 'id="contacts" hx-swap-oob' in answer.text and "李国栋" in answer.text
    assert (Contact.get().phone, Contact.get().decides) == ("13705194410", True)


def test_a_contact_of_another_customer_is_not_there(cast, login, customer):
    elsewhere = customers.create(cast.seller, name="杭州瑞博智能装备")
    contact = customers.add_contact(elsewhere, by=cast.seller, name="陆敏")
    assert login(cast.seller).get(f"/customers/{customer.id}/contacts/{contact.id}").status_code == 404


def test_a_member_reads_and_one_who_may_edit_works(cast, login, customer):
    owner, rival = login(cast.seller), login(cast.rival)
    owner.post(f"/customers/{customer.id}/members", data={"user": cast.rival.id})
    assert rival.get(f"/customers/{customer.id}").status_code == 200
    assert rival.get(f"/customers/{customer.id}/edit").status_code == 403
    owner.post(f"/customers/{customer.id}/members/{cast.rival.id}/remove")
    owner.post(f"/customers/{customer.id}/members", data={"user": cast.rival.id, "may_edit": "y"})
    assert rival.get(f"/customers/{customer.id}/edit").status_code == 200


def test_a_member_does_not_pass_the_customer_on(cast, login, customer):
    members.add(customer, cast.rival, by=cast.seller, may_edit=True)
    answer = login(cast.rival).post(f"/customers/{customer.id}/members", data={"user": cast.outsider.id})
    assert answer.status_code == 403
    assert Member.select().count() == 1


def test_a_member_who_may_edit_does_not_take_the_customer(cast, login, customer):
    members.add(customer, cast.rival, by=cast.seller, may_edit=True)
    rival = login(cast.rival)
    assert 'name="owner"' not in rival.get(f"/customers/{customer.id}/edit").text
    rival.post(f"/customers/{customer.id}/edit", data={"name": "改名", "owner": cast.rival.id})
    customer = Customer.get_by_id(customer.id)
    assert (customer.name, customer.owner_id) == ("改名", cast.seller.id)


def test_the_deals_beside_a_customer_are_those_one_sees(cast, login, customer):
    for number in range(7):
        deals.create(cast.seller, customer, f"第{number}期", 100)
    page = login(cast.seller).get(f"/customers/{customer.id}").text
    assert "第6期" in page and f"/opportunities?customer={customer.id}" in page
    assert Opportunity.select().count() == 7


def test_all_beside_a_customer_leads_to_the_lists_of_that_customer_alone(cast, login, customer):
    other = customers.create(cast.seller, name="杭州瑞博智能装备")
    theirs = {who: offers.quote(cast.seller, deals.create(cast.seller, who, who.name, 100), f"Q-{who.id}") for who in (customer, other)}
    Quote.update(status=Quote.APPROVED).execute()
    taken = [orders.create(Quote.get_by_id(quote.id), by=cast.seller) for quote in theirs.values()]
    browser = login(cast.seller)
    for address, mine, foreign in (("quotes", theirs[customer], theirs[other]), ("orders", *taken)):
        page = browser.get(f"/{address}?customer={customer.id}").text
        assert mine.number in page and foreign.number not in page
        assert f'class="filter">客户 <span>是</span> {customer.label}' in page.replace("\n", "")
        assert all(order.number in browser.get("/orders?customer=none").text for order in taken)


def test_a_customer_that_one_does_not_see_narrows_nothing_and_is_not_named(cast, login, customer):
    page = login(cast.rival).get(f"/quotes?customer={customer.id}")
    assert page.status_code == 200 and NAME not in page.text


def test_whoever_meets_anothers_customer_asks_its_owner_about_it(cast, login, customer):
    browser = login(cast.outsider)
    shown = html.unescape(browser.get(f"/leads/duplicates?name={NAME}", headers=PART).text)
    token = re.search(r'"shown": "([^"]+)"', shown)[1]
    assert browser.post("/duplicates/ask", data={"shown": token, "whom": "owner"}, headers=PART).status_code == 200
    assert Notice.get().user == cast.seller
    assert login(cast.rival).post("/duplicates/ask", data={"shown": token, "whom": "owner"}).status_code == 404
    assert browser.post("/duplicates/ask", data={"shown": "made up", "whom": "owner"}).status_code == 400
