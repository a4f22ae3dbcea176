"""Ctrl K: what one may see, by any part of its name, and nothing that is masked."""

import re

import pytest

from domain import customers, leads, tickets
from models import Pool
from tests import offers
from tests.pages import PART

PHONE = "13812905678"


@pytest.fixture
def world(cast):
    cast.customer = customers.create(by=cast.seller, name="苏州恒立精密机械制造有限公司", city="苏州", phone=PHONE)
    cast.pooled = leads.create(cast.admin, pool=Pool.get(), name="扬州恒隆液压机械有限公司", phone="13900001234", contact_name="吴工")
    cast.mine = leads.create(cast.seller, name="徐州汇力压铸有限公司", phone="13700001234")
    return cast


def rows(answer):
    return re.findall(r'<a class="option"[^>]*href="([^"]+)"', answer.text)


def found(login, who, text):
    return [path for path in rows(login(who).get("/search", query_string={"q": text}, headers=PART)) if "/new" not in path]


def test_initials_find_customers_and_leads_and_mark_what_they_stand_for(login, world):
    answer = login(world.seller).get("/search?q=hl", headers=PART)
    assert rows(answer)[:3] == [f"/customers/{world.customer.id}", f"/leads/{world.mine.id}", f"/leads/{world.pooled.id}"]
    assert "苏州<mark>恒立</mark>精密" in answer.text


def test_a_whole_page_without_javascript(login, world):
    answer = login(world.seller).get("/search?q=恒立")
    assert "<html" in answer.text and f"/customers/{world.customer.id}" in answer.text


def test_an_empty_search_finds_nothing_and_says_nothing(login, world):
    assert found(login, world.seller, "  ") == []


@pytest.mark.parametrize("who", ["rival", "outsider"])
def test_nobody_finds_what_he_does_not_see(login, world, who):
    assert found(login, getattr(world, who), "恒立") == []
    assert found(login, getattr(world, who), "汇力") == []


@pytest.mark.parametrize("text", ["13900001234", "1234", "吴工"])
def test_a_lead_of_the_pool_is_not_found_by_what_is_masked_there(login, world, text):
    assert f"/leads/{world.pooled.id}" not in found(login, world.seller, text)


def test_ones_own_lead_is_found_by_its_phone(login, world):
    assert found(login, world.seller, "13700001234") == [f"/leads/{world.mine.id}"]


def test_no_number_is_shown(login, world):
    text = login(world.seller).get("/search?q=有限公司", headers=PART).text
    assert not re.search(r"1[3-9]\d{9}", text)


def test_documents_are_found_by_number(login, world):
    quote = offers.quote(world.seller)
    ticket = tickets.create(world.seller, world.customer, "LD-200 读数跳变")
    assert found(login, world.seller, "Q2026112") == [f"/quotes/{quote.id}"]
    assert found(login, world.seller, str(ticket.number)) == [f"/tickets/{ticket.id}"]
    assert f"/tickets/{ticket.id}" in found(login, world.seller, "读数")
    assert found(login, world.outsider, "读数") == []


def test_whoever_works_on_leads_is_offered_to_make_one_of_what_he_typed(login, world):
    assert "/leads/new?name=%E6%B2%A1%E6%9C%89" in rows(login(world.seller).get("/search?q=没有", headers=PART))
    assert rows(login(world.finance).get("/search?q=没有的", headers=PART)) == []


@pytest.mark.parametrize("text", ["'", '"', "%", "_", "\\", "<b>", "{{7*7}}", "恒\"立", "* OR 1", "9" * 100, "🙂"])
def test_no_sign_breaks_the_page(login, world, text):
    assert login(world.seller).get("/search", query_string={"q": text}, headers=PART).status_code == 200
