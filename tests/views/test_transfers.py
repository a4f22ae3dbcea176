"""Transfer over HTTP: the dialog asks with what, the answer leads to what one still sees."""

import re

import pytest

from domain import customers, deals, leads
from models import Customer, Member, Opportunity, Pool
from tests.pages import PART


@pytest.fixture
def customer(cast):
    found = customers.create(cast.seller, name="苏州恒立")
    customers.add_contact(found, cast.seller, name="李四")
    deals.create(cast.seller, found, "产线改造", 100_000)
    return found


def test_the_dialog_names_contacts_and_open_work_ticked(cast, login, customer):
    dialog = login(cast.manager).get(f"/customers/{customer.id}/transfer", headers=PART).text
    assert "1 个联系人" in dialog and "1 条商机" in dialog
    assert re.search(r'<input checked[^>]* name="opportunity"', dialog)
    assert 'name="quote"' not in dialog


def test_the_ticks_decide_what_comes_along(cast, login, customer):
    answer = login(cast.manager).post(f"/customers/{customer.id}/transfer", data={"to": cast.rival.id, "stays": ""})
    assert answer.location == f"/customers/{customer.id}"
    assert (Customer.get().owner, Opportunity.get().owner) == (cast.rival, cast.seller)


def test_a_seller_gives_his_customer_to_a_colleague_and_may_read_along(cast, login, customer):
    data = {"to": cast.outsider.id, "opportunity": "y", "stays": "reads"}
    assert login(cast.seller).post(f"/customers/{customer.id}/transfer", data=data).location == f"/customers/{customer.id}"
    assert Opportunity.get().owner == cast.outsider and Member.get().user == cast.seller


def test_who_gives_it_away_whole_is_led_to_his_list(cast, login, customer):
    data = {"to": cast.outsider.id, "opportunity": "y", "stays": ""}
    assert login(cast.seller).post(f"/customers/{customer.id}/transfer", data=data).location == "/customers"


@pytest.mark.parametrize("data", [{"to": ""}, {"to": "99999"}, {"to": "x"}, {"stays": "x"}, {"until": "2020-01-01"}])
def test_what_is_wrong_comes_back_with_the_form(cast, login, customer, data):
    answer = login(cast.manager).post(f"/customers/{customer.id}/transfer", data={"to": cast.rival.id, "stays": ""} | data)
    assert answer.status_code == 422
    assert Customer.get().owner == cast.seller


def test_what_is_ticked_in_the_list_goes_to_one_colleague_with_its_deals(cast, login, customer):
    browser = login(cast.manager)
    assert 'form="picked"' in browser.get("/customers?tab=all").text
    browser.post("/customers/transfer", data={"id": [customer.id], "to": cast.rival.id, "along": "y"})
    assert (Customer.get().owner, Opportunity.get().owner) == (cast.rival, cast.rival)


def test_nobody_moves_in_a_selection_what_is_not_his_to_give(cast, login, customer):
    assert login(cast.rival).post("/customers/transfer", data={"id": [customer.id], "to": cast.rival.id}).status_code == 404
    assert 'name="id"' not in login(cast.finance).get("/customers").text
    assert login(cast.finance).post("/customers/transfer", data={"id": [customer.id], "to": cast.rival.id}).status_code == 403


def test_nobody_is_chosen_until_somebody_is(cast, login, customer):
    lead = leads.create(cast.admin, name="扬州液压", pool=Pool.create(name="华东"))
    browser = login(cast.manager)
    for address in (f"/customers/{customer.id}/transfer", f"/customers/{customer.id}/members/new", f"/leads/{lead.id}/assign", "/customers?tab=all"):
        chosen = re.search(r'<select[^>]* name="(?:to|user)" required[^>]*><option (?:selected )?value="">|<select[^>]* name="to"[^>]* required[^>]*>'
                           r'<option value="">', browser.get(address).text)
        assert chosen, address
    assert browser.post(f"/leads/{lead.id}/assign", data={"to": ""}).status_code == 422


def test_where_nothing_comes_along_nothing_is_said_of_it(cast, login):
    alone = customers.create(cast.seller, name="常州天衡")
    browser = login(cast.manager)
    browser.post("/customers/transfer", data={"id": [alone.id], "to": cast.rival.id, "along": "y"})
    assert f"1 个客户已转移给 {cast.rival.name}。" in browser.get("/customers?tab=all").text
