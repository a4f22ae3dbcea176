"""The pool over HTTP: what one sees, what one may do, and what one is told when somebody was faster."""

import re

import pytest

from domain import leads, organisation, pool
from models import Claim, Company, Lead, Pool, PoolScope
from tests.pages import PART

PHONE = "13812905678"


@pytest.fixture
def east(cast):
    return Pool.create(name="华东")


@pytest.fixture
def lying(cast, east):
    """lying(n) are the ids of n leads in the pool."""

    def make(number=1, into=east, **columns):
        made = [leads.create(cast.admin, pool=into, **({"name": f"扬州液压{n}号", "phone": PHONE} | columns)) for n in range(number)]
        return [lead.id for lead in made]

    return make


def fresh(id):
    return Lead.with_people().where(Lead.id == id).get()


def test_the_pools_address_leads_to_the_first_one_that_is_open(cast, login, east):
    first = Pool.open_to(cast.seller).first()
    assert login(cast.seller).get("/pools").location == f"/pools/{first.id}"


def test_a_pool_of_others_is_not_there(cast, login, east):
    PoolScope.create(pool=east, department=cast.outsider.department)
    assert login(cast.seller).get(f"/pools/{east.id}").status_code == 404
    assert login(cast.outsider).get(f"/pools/{east.id}").status_code == 200


@pytest.mark.parametrize("person", ["finance", "service"])
def test_who_does_not_work_on_leads_sees_no_pool(cast, login, east, person):
    assert login(getattr(cast, person)).get(f"/pools/{east.id}").status_code == 404
    assert login(getattr(cast, person)).get("/pools").status_code == 403


def test_the_number_is_masked_on_the_list_and_on_the_page(cast, login, east, lying):
    [id] = lying(1, need=f"请打 {PHONE}", wechat="zhang-888", email="zhang@example.com")
    for address in (f"/pools/{east.id}", f"/leads/{id}"):
        page = login(cast.seller).get(address).text
        assert PHONE not in page and "zhang-888" not in page and "zhang@example.com" not in page
        assert "138****5678" in page


def test_a_search_is_no_way_to_find_out_a_number(cast, login, east, lying):
    lying()
    client = login(cast.seller)
    assert "扬州液压0号" not in client.get(f"/pools/{east.id}?q={PHONE}").text
    assert "扬州液压0号" in client.get(f"/pools/{east.id}?q=液压").text
    assert "扬州液压0号" in client.get(f"/pools/{east.id}?q=yzyy").text


@pytest.mark.parametrize(
    ("address", "shown"),
    [("source=exhibition", True), ("source=website", False), ("source=website&source=exhibition", True), ("city=扬州", True),
     ("city=扬州市", True), ("city=苏州", False), ("within=7", True), ("q=不存在", False), ("within=x&source=&city=", True)],
)
def test_filters_stand_in_the_address(cast, login, east, lying, address, shown):
    lying(1, city="扬州", source="exhibition")
    page = login(cast.seller).get(f"/pools/{east.id}?{address}").text
    assert ("扬州液压0号" in page) is shown


def test_pages_follow_each_other_without_gap_or_double(cast, login, east, lying):
    ids = set(lying(60))
    client = login(cast.seller)
    first = client.get(f"/pools/{east.id}").text
    second = client.get(re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")).text
    back = client.get(re.search(r'href="([^"]+)" rel="prev"', second)[1].replace("&amp;", "&")).text
    rows = [set(map(int, re.findall(r'<tr id="lead-(\d+)"', page))) for page in (first, second, back)]
    assert len(rows[0]) == 50 and rows[0] | rows[1] == ids and not rows[0] & rows[1] and rows[2] == rows[0]


def test_a_cursor_that_was_tampered_with_is_no_error(cast, login, east, lying):
    lying()
    for cursor in ("%%%", "e30", "WzEsMl0", "W3siYXQiOjF9LDFd"):
        assert login(cast.seller).get(f"/pools/{east.id}?after={cursor}").status_code == 200


def test_a_claim_swaps_the_row_and_moves_the_meters(cast, login, lying):
    [id] = lying()
    answer = login(cast.seller).post(f"/leads/{id}/claim", headers=PART)
    assert answer.status_code == 200
    assert f'id="lead-{id}"' in answer.text and 'id="meters"' in answer.text and "<b>1</b> / 20" in answer.text
    assert fresh(id).owner == cast.seller


def test_without_javascript_a_claim_leads_back(cast, login, east, lying):
    [id] = lying()
    answer = login(cast.seller).post(f"/leads/{id}/claim", headers={"Referer": f"http://localhost/pools/{east.id}"})
    assert (answer.status_code, answer.location) == (303, f"/pools/{east.id}")


def test_the_slower_one_gets_409_the_faded_row_and_the_winners_name(cast, login, lying):
    [id] = lying()
    pool.claim(fresh(id), by=cast.rival)
    answer = login(cast.seller).post(f"/leads/{id}/claim", headers=PART)
    assert answer.status_code == 409
    assert 'class="taken' in answer.text and cast.rival.name in answer.text and PHONE not in answer.text
    assert fresh(id).owner == cast.rival


def test_without_javascript_the_slower_one_gets_a_sentence(cast, login, lying):
    [id] = lying()
    pool.claim(fresh(id), by=cast.rival)
    answer = login(cast.seller).post(f"/leads/{id}/claim")
    assert answer.status_code == 409 and cast.rival.name in answer.text


def test_on_its_own_page_a_claim_leads_back_there_and_a_refusal_is_told_there(cast, login, lying):
    first, second = lying(2)
    seller, on_the_page = login(cast.seller), {"next": f"/leads/{first}"}
    page = seller.get(f"/leads/{first}").text
    assert f'name="next" value="/leads/{first}"' in page and "还没有人负责过" in page
    pool.claim(fresh(second), by=cast.rival)
    refusal = seller.post(f"/leads/{second}/claim", data={"next": f"/leads/{second}"}, headers=PART)
    assert (refusal.status_code, refusal.headers["HX-Reswap"]) == (409, "none")
    assert cast.rival.name in refusal.text and "<tr" not in refusal.text
    assert seller.post(f"/leads/{first}/claim", data=on_the_page, headers=PART).headers["HX-Redirect"] == f"/leads/{first}"
    assert fresh(first).owner == cast.seller


def test_a_lead_that_never_lay_in_my_pools_is_not_there(cast, login):
    lead = leads.create(cast.outsider, name="别人的线索")
    assert login(cast.seller).post(f"/leads/{lead.id}/claim", headers=PART).status_code == 404


def test_used_up_claims_disable_the_buttons_and_refuse_with_the_rule(cast, login, east, lying):
    Company.update(daily_claim_limit=1).execute()
    first, second = lying(2)
    client = login(cast.seller)
    client.post(f"/leads/{first}/claim", headers=PART)
    answer = client.post(f"/leads/{second}/claim", headers=PART)
    assert answer.status_code == 409 and "00:00" in answer.text
    page = client.get(f"/pools/{east.id}").text
    assert 'data-row-key="L" disabled' in page and "明天 00:00 起可再领" in page.partition('id="meters"')[2].partition("</div>")[0]


def test_an_undone_claim_lies_where_it_lay(cast, login, lying):
    [id] = lying()
    client = login(cast.seller)
    client.post(f"/leads/{id}/claim", headers=PART)
    assert client.post(f"/leads/{id}/unclaim").status_code == 303
    assert fresh(id).in_pool


def test_of_a_selection_each_lost_lead_is_named_with_its_winner(cast, login, east, lying):
    one, two = lying(2)
    pool.claim(fresh(two), by=cast.rival)
    client = login(cast.seller)
    client.post("/leads/claim", data={"id": [one, two]}, headers={"Referer": f"http://localhost/pools/{east.id}"})
    page = client.get(f"/pools/{east.id}").text
    assert fresh(one).owner == cast.seller
    assert f"扬州液压1号 ({cast.rival.name})" in page


def test_an_empty_selection_is_no_selection(cast, login, lying):
    assert login(cast.seller).post("/leads/claim").status_code == 422


def test_a_release_asks_for_a_reason(cast, login, lying):
    [id] = lying()
    client = login(cast.seller)
    client.post(f"/leads/{id}/claim", headers=PART)
    assert client.get(f"/leads/{id}/release").status_code == 200
    assert client.post(f"/leads/{id}/release", data={"reason": ""}).status_code == 422
    assert client.post(f"/leads/{id}/release", data={"reason": "no_such_word"}).status_code == 422
    assert client.post(f"/leads/{id}/release", data={"reason": "no_budget"}).status_code == 303
    assert (fresh(id).drop_reason, fresh(id).in_pool) == ("no_budget", True)


def test_who_gives_back_reads_from_when_on_others_and_he_himself_may_claim_again(cast, login, east, lying):
    [id] = lying()
    client = login(cast.seller)
    client.post(f"/leads/{id}/claim", headers=PART)
    Pool.update(hold_days=2, cool_down_days=5).where(Pool.id == east.id).execute()
    Pool.create(name="内部", mode=Pool.ASSIGN)
    form = client.get(f"/leads/{id}/release").text
    here = form.partition("<dt>华东</dt>")[2].partition("</dd>")[0]
    assert "起成员才能领取" in here and "马上" not in here and "你自己要到" in here
    assert "由公海管理员分配" in form.partition("<dt>内部</dt>")[2].partition("</dd>")[0]
    Pool.update(hold_days=0).where(Pool.id == east.id).execute()
    of_another = login(cast.manager).get(f"/leads/{id}/release").text
    assert "成员马上可以领取" in of_another and "你自己要到" not in of_another


def test_a_lead_goes_back_to_the_pool_that_was_chosen_but_not_to_one_of_others(cast, login, lying):
    south, closed = Pool.create(name="华南"), Pool.create(name="内部")
    PoolScope.create(pool=closed, user=cast.admin)
    [id] = lying()
    client = login(cast.seller)
    client.post(f"/leads/{id}/claim", headers=PART)
    assert client.post(f"/leads/{id}/release", data={"reason": "no_need", "pool": closed.id}).status_code == 422
    client.post(f"/leads/{id}/release", data={"reason": "no_need", "pool": south.id})
    assert fresh(id).pool == south


def test_only_a_manager_assigns_and_only_to_his_own_people(cast, login, lying):
    [id] = lying()
    assert login(cast.seller).post(f"/leads/{id}/assign", data={"to": cast.seller.id}).status_code == 403
    manager = login(cast.manager)
    assert manager.get(f"/leads/{id}/assign").status_code == 200
    assert manager.post(f"/leads/{id}/assign", data={"to": cast.outsider.id}).status_code == 422
    assert manager.post(f"/leads/{id}/assign", data={"to": cast.seller.id}).status_code == 303
    assert (fresh(id).owner, Claim.get(Claim.record_kind == "lead", Claim.record_id == id).how) == (cast.seller, Claim.ASSIGNED)


def test_a_selection_is_assigned_at_once(cast, login, lying):
    ids = lying(3)
    assert login(cast.manager).post("/leads/assign", data={"id": ids, "to": cast.rival.id}).status_code == 303
    assert {fresh(id).owner for id in ids} == {cast.rival}


def test_a_seller_is_offered_no_assigning(cast, login, east, lying):
    lying()
    assert "/leads/assign" not in login(cast.seller).get(f"/pools/{east.id}").text
    assert "/leads/assign" in login(cast.manager).get(f"/pools/{east.id}").text


@pytest.mark.parametrize("address", ["", "?source=exhibition&city=扬州&within=30&q=液压"])
def test_the_page_asks_the_same_questions_for_10_and_200_leads(cast, login, east, lying, queries, address):
    client = login(cast.seller)
    Lead.update(last_owner=cast.rival).where(Lead.id.in_(lying(10, source="exhibition", city="扬州"))).execute()
    client.get("/leads")  # what is read once per process or session is read now
    with queries() as few:
        client.get(f"/pools/{east.id}{address}")
    Lead.update(last_owner=cast.rival).where(Lead.id.in_(lying(190, source="exhibition", city="扬州"))).execute()
    with queries() as many:
        client.get(f"/pools/{east.id}{address}")
    assert len(many) == len(few)


def test_an_empty_pool_says_so_and_a_filtered_one_offers_the_way_out(cast, login, east):
    organisation.edit_company(Company.current(), cast.admin, short_name="海图测试")
    client = login(cast.seller)
    assert 'class="empty"' in client.get(f"/pools/{east.id}").text
    assert f'href="/pools/{east.id}"' in client.get(f"/pools/{east.id}?q=无").text
