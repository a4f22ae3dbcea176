"""The cleansing page: started, followed, and what it found put right from its rows."""

import pytest

from domain import cleansing, customers, leads
from models import Apart, CleansingFinding, CleansingRun, Customer, Pool

OK, SEE_OTHER, FORBIDDEN, NOT_FOUND = 200, 303, 403, 404


@pytest.fixture
def look(cast):
    def through(needs=("city",)):
        run = cleansing.start(cast.admin, needs)
        cleansing.look(run.id, pause=0)
        return run

    return through


def test_a_look_is_started_with_what_is_asked_for(login, cast, monkeypatch):
    monkeypatch.setattr(cleansing, "enqueue", lambda run_id: None)
    assert login(cast.admin).post("/cleansing", data={"needs": ["city", "industry"]}).status_code == SEE_OTHER
    assert CleansingRun.get().needs == ["city", "industry"]
    assert "every 1s" in login(cast.admin).get("/cleansing").text


def test_each_kind_of_finding_has_its_tab_and_its_way_on(login, cast, look):
    one, two = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    Customer.update(phone="0519-85802231").where(Customer.id == one.id).execute()
    look()
    browser = login(cast.manager)
    assert f"/customers/{one.id}/merge?other={two.id}" in browser.get("/cleansing").text
    assert "051985802231" in browser.get("/cleansing?sort=format").text
    assert "城市" in browser.get("/cleansing?sort=missing").text
    assert browser.get("/cleansing?sort=missing&new=1").status_code == OK


def test_a_value_is_put_right_and_two_are_told_apart_from_their_rows(login, cast, look):
    one, two = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    Customer.update(phone="0519-85802231").where(Customer.id == one.id).execute()
    look()
    browser, rows = login(cast.manager), {row.sort: row for row in CleansingFinding.select().where(CleansingFinding.sort != "missing")}
    assert browser.post(f"/cleansing/findings/{rows['format'].id}/fix").status_code == SEE_OTHER
    assert Customer.get_by_id(one.id).phone == "051985802231"
    part = browser.post(f"/cleansing/findings/{rows['duplicate'].id}/apart", headers={"HX-Request": "true"})
    assert "已处理" in part.text and f"/cleansing/findings/{rows['duplicate'].id}/alike" in part.text
    assert browser.post(f"/cleansing/findings/{rows['duplicate'].id}/alike").status_code == SEE_OTHER
    assert not Apart.select().exists() and two.id


def test_a_manager_finds_what_he_sees_and_a_seller_has_no_such_page(login, cast, look):
    customers.create(cast.outsider, name="别处的公司")
    customers.create(cast.seller, name="我们的公司")
    look()
    shown = login(cast.manager).get("/cleansing?sort=missing").text
    assert "我们的公司" in shown and "别处的公司" not in shown
    assert login(cast.seller).get("/cleansing").status_code == FORBIDDEN
    foreign = CleansingFinding.select().order_by(CleansingFinding.id).first()
    assert login(cast.manager).post(f"/cleansing/findings/{foreign.id}/fix").status_code == NOT_FOUND


def test_a_number_in_the_pool_is_found_but_not_shown(login, cast, look):
    leads.create(cast.admin, pool=Pool.of("lead").first(), name="公海里的", phone="0519-85802231")
    look()
    shown = login(cast.manager).get("/cleansing?sort=format").text
    assert "公海里的" in shown and "85802231" not in shown and "51985802231" not in shown
