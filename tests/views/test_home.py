"""Today over HTTP: each role sees its own work first, and only its own."""

import re
from datetime import timedelta

import pytest

from domain import approvals, customers, follow_ups, leads, now, tickets
from models import User
from tests import offers
from tests.cast import take
from views import shell


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", ["admin", "manager", "seller", "finance", "service"])
def test_everybody_has_a_page_in_both_languages_even_without_work(login, cast, who, language):
    User.update(language=language).execute()
    person = User.get(User.login == who)
    answer = login(person).get("/")
    assert answer.status_code == 200
    assert person.name in answer.text


def test_what_is_due_leads_to_its_record(login, cast):
    customer = customers.create(by=cast.seller, name="苏州恒立有限公司")
    follow_ups.plan(customer, by=cast.seller, due_at=now() - timedelta(days=2), what="确认供电方式")
    page = login(cast.seller).get("/").text
    assert "确认供电方式" in page and f'href="/customers/{customer.id}"' in page
    assert "确认供电方式" not in login(cast.rival).get("/").text


def test_finance_sees_what_waits_for_its_word(login, cast):
    quote = offers.quote(cast.seller)
    approvals.submit(quote, by=cast.seller)
    assert quote.customer.label in login(cast.manager).get("/").text
    assert quote.customer.label not in login(cast.finance).get("/").text
    approvals.approve(quote, by=cast.manager)
    assert quote.customer.label in login(cast.finance).get("/").text


def test_service_people_see_their_tickets_and_how_the_desk_stands(login, cast):
    customer = customers.create(by=cast.seller, name="苏州恒立有限公司")
    mine, other = (tickets.create(cast.seller, customer, title) for title in ("读数跳变", "零点漂移"))
    tickets.assign(mine, cast.service, by=cast.manager)
    page = login(cast.service).get("/").text
    assert f'href="/tickets/{mine.id}"' in page and f'href="/tickets/{other.id}"' not in page
    assert 'href="/tickets?tab=new"' in page
    assert f'href="/tickets/{other.id}"' in login(cast.seller).get("/").text


@pytest.mark.parametrize("who", ["finance", "service"])
def test_who_does_not_sell_is_offered_nothing_of_sales(login, cast, who):
    page = login(getattr(cast, who)).get("/").text
    assert "/leads/new" not in page and 'href="/leads"' not in page


def test_the_page_asks_the_same_number_of_questions_however_much_there_is_to_do(login, cast, queries):
    def asked():
        browser = login(cast.seller)
        browser.get("/")
        with queries() as seen:
            browser.get("/")
        return len(seen)

    plan(cast, 1)
    few = asked()
    plan(cast, 12)
    assert asked() == few


def plan(cast, number):
    for n in range(number):
        customer = customers.create(by=cast.seller, name=f"客户 {number} {n} 有限公司")
        follow_ups.plan(customer, by=cast.seller, due_at=now() - timedelta(hours=n), what="电话")
        offers.deal(cast.seller, f"商机 {number} {n} 有限公司")
        tickets.create(cast.seller, customer, "读数跳变")


@pytest.mark.parametrize(
    ("address", "place"), [("/", "home"), ("/quotes/board", "quotes"), ("/price-lists", "products"), ("/settings/flows", "settings")]
)
def test_the_menu_marks_the_place_to_which_a_page_belongs(login, cast, address, place):
    page = login(cast.admin).get(address).text
    assert re.findall(r'<a class="nav-link"[^>]* aria-current="page" data-go="(\w+)"', page) == [place]


def counted(page):
    """{place: number} of the side bar."""
    links = re.findall(r'<a class="nav-link".*?</a>', page, re.DOTALL)
    found = {re.search(r'data-go="(\w+)"', link)[1]: re.search(r'class="count">(\d+)', link) for link in links}
    return {place: int(number[1]) for place, number in found.items() if number}


def test_the_navigation_counts_what_there_is_at_every_page(login, cast, monkeypatch):
    seller, manager = login(cast.seller), login(cast.manager)
    assert counted(seller.get("/profile").text) == counted(manager.get("/profile").text) == {}
    customer = customers.create(by=cast.seller, name="苏州恒立有限公司")
    leads.create(cast.seller, name="南京精工")
    follow_ups.plan(customer, by=cast.seller, due_at=now() + timedelta(hours=2), what="确认供电方式")
    approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert counted(seller.get("/profile").text) == {"leads": 1, "opportunities": 1}
    assert counted(manager.get("/profile").text) == {"notices": 1, "approvals": 1}
    later = now() + timedelta(hours=3)
    monkeypatch.setattr(shell, "now", lambda: later)
    assert counted(seller.get("/profile").text) == {"home": 1, "leads": 1, "opportunities": 1}
    take("lead.see", "seller", by=cast.admin)
    assert counted(seller.get("/profile").text) == {"home": 1}
