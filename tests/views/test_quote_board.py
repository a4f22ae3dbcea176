"""The board of quotes and the lists behind its numbers over HTTP: what the address asks for, margin only for whom it concerns."""

import re

import pytest

from models import Quote
from tests import offers


@pytest.fixture
def quoted(cast):
    made = [offers.quote(person, offers.deal(person, name=f"客户 {number}"), f"Q-{number}")
            for number, person in enumerate((cast.seller, cast.rival, cast.outsider))]
    Quote.update(status=Quote.APPROVED).execute()
    return made


def test_every_number_of_the_board_leads_to_a_list_that_shows_it(cast, login, quoted):
    browser = login(cast.admin)
    page = browser.get("/quotes/board").text
    proofs = re.findall(r'<a class="proof" href="([^"]+)">([\d,.]+)</a>', page)
    assert len(proofs) > 8
    for address, number in proofs:
        assert number in browser.get(address.replace("&amp;", "&")).text, address


def test_margin_is_for_whom_cost_concerns(cast, login, quoted):
    assert "毛利率" in login(cast.manager).get("/quotes/board").text
    assert "毛利" not in login(cast.seller).get("/quotes/board").text.split("<main")[1]


def test_a_seller_reads_the_margin_of_his_own_quotes_and_no_sum_of_it(cast, login, quoted):
    page = login(cast.seller).get("/quotes/history").text
    assert page.count("Q-0") and not page.count("Q-1")
    assert "，毛利" not in page


@pytest.mark.parametrize(("asked", "found"), [
    ("", True), ("outcome=open", True), ("outcome=won", False), ("quoted=1", True), ("outcome=nonsense", True), ("since=x", True),
    ("since=2999-01-01", False), ("unit=99999", False), ("unit=-", False), ("seller=x", True), ("level=-", True), ("node=nobody", False),
])
def test_the_list_is_narrowed_by_its_address(cast, login, quoted, asked, found):
    answer = login(cast.admin).get(f"/quotes/history?{asked}")
    assert answer.status_code == 200 and ("Q-2" in answer.text) == found


@pytest.mark.parametrize("asked", [
    "period=month", "period=quarter", "period=year", "period=twelve", "period=x", "since=2026-01-01&until=2026-01-31", "",
])
def test_the_board_opens_for_every_period(cast, login, quoted, asked):
    assert login(cast.seller).get(f"/quotes/board?{asked}").status_code == 200


def test_the_history_of_a_product_tells_quantity_and_price(cast, login, quoted):
    product = quoted[0].lines.get().product_id
    page = login(cast.manager).get(f"/quotes/history?product={product}").text
    assert "Q-0" in page and "3 台" in page and "Q-1" in login(cast.manager).get(f"/quotes/history?product={product + 2}").text


def test_board_and_history_ask_as_often_for_many_quotes(cast, login, queries, quoted):
    browser = login(cast.admin)
    counted = []
    for _round in range(2):
        with queries() as seen:
            browser.get("/quotes/board")
            browser.get("/quotes/history")
        counted.append(len(seen))
        for number in range(10):
            offers.quote(cast.seller, offers.deal(cast.seller, name=f"更多 {number}"), f"M-{number}-{_round}")
        Quote.update(status=Quote.APPROVED).execute()
    assert counted[0] == counted[1]
