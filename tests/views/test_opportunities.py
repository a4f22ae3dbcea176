"""Deals over HTTP: board, list and the way of a deal, with and without JavaScript."""

import re

import pytest

from domain import board, customers, deals, follow_ups, members, now
from models import Opportunity, Stage
from tests.pages import PART

ON_BOARD = PART | {"HX-Current-URL": "http://localhost/opportunities"}


@pytest.fixture
def customer(cast):
    return customers.create(cast.seller, name="苏州恒立精密机械有限公司", short_name="苏州恒立")


@pytest.fixture
def deal(cast, customer):
    return deals.create(cast.seller, customer, "3 条产线改造", 14_840_000, stage=stage(1))


def stage(position):
    return Stage.get(Stage.position == position)


def stored(deal):
    return Opportunity.get_by_id(deal.id)


def new_deal(customer, /, **changes):
    return {"customer": customer.id, "name": "二期", "amount": "12,345.60", "stage": stage(0).id, "contact": 0, "source": ""} | changes


# ---- board and list --------------------------------------------------------------------------------------------------


def test_the_board_shows_a_deal_with_its_sums(cast, login, deal):
    page = login(cast.seller).get("/opportunities").text
    assert "苏州恒立" in page and "¥148,400.00" in page
    assert "¥14.84 万" in page and "加权 2.97 万" in page


def test_a_card_says_what_is_wrong(cast, login, deal):
    assert "没有下一步" in login(cast.seller).get("/opportunities").text
    follow_ups.plan(deal, cast.seller, now().replace(year=2020), "发报价")
    assert "逾期" in login(cast.seller).get("/opportunities").text


@pytest.mark.parametrize(("person", "status"), [("finance", 403), ("service", 403), ("rival", 200)])
def test_who_has_a_board(cast, login, deal, person, status):
    answer = login(getattr(cast, person)).get("/opportunities")
    assert answer.status_code == status
    assert "苏州恒立" not in answer.text


@pytest.mark.parametrize(("wanted", "found"), [
    ("q=产线", True), ("q=szhl", True), ("q=无锡", False), ("expected=quarter", False), ("owner=999", False),
    ("view=list", True), ("view=list&status=won", False), ("expected=nonsense&order=nonsense&unfold=x", True),
])
def test_board_and_list_are_narrowed_by_the_address(cast, login, deal, wanted, found):
    assert ("3 条产线改造" in login(cast.seller).get(f"/opportunities?{wanted}").text) == found


def test_a_full_column_brings_the_rest_on_demand(cast, login, customer):
    for number in range(board.CARDS + 2):
        deals.create(cast.seller, customer, f"第{number}期", 100)
    browser = login(cast.seller)
    more = re.search(r'hx-get="(/opportunities/column/[^"]+)"', browser.get("/opportunities").text).group(1)
    rest = browser.get(more.replace("&amp;", "&"), headers=PART).text
    assert rest.count('class="card"') == 2


def test_cards_that_one_only_reads_do_not_move(cast, login, customer, deal):
    members.add(customer, cast.rival, by=cast.seller)
    page = login(cast.rival).get("/opportunities").text
    assert "3 条产线改造" in page and "data-move" not in page
    assert login(cast.rival).post(f"/opportunities/{deal.id}/move", data={"stage": stage(2).id}).status_code == 403


# ---- moving ----------------------------------------------------------------------------------------------------------


def test_a_move_brings_both_columns_out_of_band(cast, login, deal):
    answer = login(cast.seller).post(f"/opportunities/{deal.id}/move", data={"stage": stage(3).id}, headers=ON_BOARD)
    assert answer.status_code == 200
    assert re.findall(r'<section [^>]*id="stage-(\d+)"[^>]*hx-swap-oob', answer.text) == [str(stage(1).id), str(stage(3).id)]
    assert f'id="deal-{deal.id}"' in answer.text.split(f'id="stage-{stage(3).id}"')[1]
    assert stored(deal).stage == stage(3)


def test_after_a_move_the_sums_keep_the_filters_of_the_page(cast, login, deal):
    here = PART | {"HX-Current-URL": "http://localhost/opportunities?q=%E6%97%A0%E9%94%A1"}
    answer = login(cast.seller).post(f"/opportunities/{deal.id}/move", data={"stage": stage(3).id}, headers=here)
    assert f'id="deal-{deal.id}"' not in answer.text


def test_without_javascript_a_move_leads_back_to_the_deal(cast, login, deal):
    answer = login(cast.seller).post(f"/opportunities/{deal.id}/move", data={"stage": stage(3).id})
    assert (answer.status_code, answer.location) == (303, f"/opportunities/{deal.id}")


def test_a_stage_that_is_not_there_or_is_won_takes_no_move(cast, login, deal):
    browser = login(cast.seller)
    assert browser.post(f"/opportunities/{deal.id}/move", data={"stage": 999}).status_code == 404
    assert browser.post(f"/opportunities/{deal.id}/move", data={}).status_code == 404
    assert browser.post(f"/opportunities/{deal.id}/move", data={"stage": stage(5).id}, headers=ON_BOARD).status_code == 409


def test_the_sheet_names_every_stage_and_marks_the_present_one(cast, login, deal):
    sheet = login(cast.seller).get(f"/opportunities/{deal.id}/move", headers=PART).text
    assert "把 苏州恒立 移到…" in sheet and "现在在这里" in sheet
    assert sheet.count('name="stage"') == 4


# ---- won and lost ----------------------------------------------------------------------------------------------------


def test_lost_is_refused_without_a_reason_and_other_without_words(cast, login, deal):
    browser = login(cast.seller)
    for data in ({"reason": "", "note": "x"}, {"reason": "nonsense"}, {"reason": "other", "note": " "}):
        assert browser.post(f"/opportunities/{deal.id}/lose", data=data, headers=ON_BOARD).status_code == 422
    assert browser.post(f"/opportunities/{deal.id}/lose", data={"reason": "price", "note": ""}).status_code == 303
    assert (stored(deal).status, stored(deal).lost_reason) == ("lost", "price")


@pytest.mark.parametrize(("on", "status"), [("2026-01-05", 303), ("2999-01-01", 422), ("", 422), ("x", 422)])
def test_a_deal_is_won_on_a_day(cast, login, deal, on, status):
    assert login(cast.seller).post(f"/opportunities/{deal.id}/win", data={"on": on}).status_code == status
    assert stored(deal).is_open == (status != 303)


def test_a_closed_deal_takes_nothing_more_from_its_seller(cast, login, deal):
    deals.lose(deal, cast.manager, "price")
    browser = login(cast.seller)
    for verb, data in (("move", {"stage": stage(0).id}), ("win", {"on": "2026-01-05"}), ("lose", {"reason": "price"}), ("edit", {})):
        assert browser.post(f"/opportunities/{deal.id}/{verb}", data=data).status_code == 403
    assert browser.post(f"/opportunities/{deal.id}/reopen").status_code == 403
    assert login(cast.manager).post(f"/opportunities/{deal.id}/reopen").status_code == 303
    assert stored(deal).is_open


@pytest.mark.parametrize("address", ["", "/edit", "/move", "/win", "/lose"])
def test_a_deal_of_somebody_else_is_not_there(cast, login, deal, address):
    assert login(cast.rival).get(f"/opportunities/{deal.id}{address}").status_code == 404


# ---- create and edit -------------------------------------------------------------------------------------------------


def test_a_deal_is_made_for_a_customer_one_sees(cast, login, customer):
    assert login(cast.seller).post("/opportunities", data=new_deal(customer)).status_code == 303
    made = Opportunity.get()
    assert (made.amount, made.owner, made.customer) == (1_234_560, cast.seller, customer)
    assert login(cast.rival).post("/opportunities", data=new_deal(customer)).status_code == 422


def test_without_javascript_the_customer_is_taken_by_its_full_name(cast, login, customer):
    data = new_deal(customer, customer="", customer_text=customer.name)
    assert login(cast.seller).post("/opportunities", data=data).status_code == 303


@pytest.mark.parametrize("wrong", [{"amount": "12,34"}, {"amount": "-1"}, {"amount": ""}, {"name": ""}, {"stage": 6}, {"stage": "x"}])
def test_what_is_wrong_comes_back_with_the_form(cast, login, customer, wrong):
    assert login(cast.seller).post("/opportunities", data=new_deal(customer, **wrong), headers=ON_BOARD).status_code == 422
    assert not Opportunity.select().exists()


def test_an_edit_changes_what_was_typed(cast, login, deal):
    contact = customers.add_contact(deal.customer, by=cast.seller, name="李国栋")
    data = {"name": "5 条产线", "amount": "1", "contact": contact.id, "source": "phone", "expected_on": "2026-12-01"}
    assert login(cast.seller).post(f"/opportunities/{deal.id}/edit", data=data).status_code == 303
    changed = stored(deal)
    assert (changed.name, changed.amount, changed.contact, changed.source) == ("5 条产线", 100, contact, "phone")


def test_a_member_who_may_edit_does_not_take_the_deal(cast, login, deal):
    members.add(deal, cast.rival, by=cast.seller, may_edit=True)
    login(cast.rival).post(f"/opportunities/{deal.id}/edit", data={"name": "改名", "amount": "1", "contact": 0, "owner": cast.rival.id})
    deal = Opportunity.get_by_id(deal.id)
    assert (deal.name, deal.owner_id) == ("改名", cast.seller.id)


def test_the_page_of_a_deal_has_its_steps_and_a_quote_to_begin(cast, login, deal):
    page = login(cast.seller).get(f"/opportunities/{deal.id}").text
    assert 'aria-current="step"' in page and f"/opportunities/{deal.id}/quotes" in page


# ---- stages ----------------------------------------------------------------------------------------------------------


def test_stages_are_the_administrators(cast, login):
    assert login(cast.manager).get("/settings/stages").status_code == 403
    browser = login(cast.admin)
    data = {"name": "试用", "name_en": "Trial", "win_rate": 70, "norm_days": 30}
    assert browser.post("/settings/stages", data=data | {"win_rate": 101}).status_code == 422
    assert browser.post("/settings/stages", data=data).status_code == 303
    assert browser.post("/settings/stages", data=data).status_code == 409
    page = browser.get("/settings/stages").text
    assert page.index("商务谈判") < page.index("试用") < page.index("成交/回款")
