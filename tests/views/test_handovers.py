"""Handover over HTTP: from the person's page to the plan, its run, the sheet and the undo."""

import pytest

from domain import accounts, customers, deals, follow_ups, handover, handover_runner, now, pool
from models import Company, Customer, Handover, Notice, Opportunity, User
from tests.pages import PART


@pytest.fixture
def admin(login, cast):
    return login(cast.admin)


@pytest.fixture
def held(cast):
    """Two customers of the seller's, one with a deal."""
    found = [customers.create(cast.seller, name=name, city="苏州") for name in ("苏州恒立", "常州天衡")]
    deals.create(cast.seller, found[0], "产线改造", 1_000_000)
    return found


def planned(admin, cast, *successors, **data):
    data = {"successors": [user.id for user in successors or (cast.rival, cast.manager)], "split": "evenly", "disables": "y"} | data
    return admin.post(f"/handovers/of/{cast.seller.id}", data=data)


def carried_out(admin, cast, *successors):
    location = planned(admin, cast, *successors).location
    admin.post(f"{location}/start")
    handover_runner.wait()
    return location


def test_the_page_of_somebody_who_has_something_says_what_and_leads_into_the_handover(admin, cast, held):
    page = admin.get(f"/settings/people/{cast.seller.id}").text
    assert "2 个客户、1 条商机" in page
    assert f'href="/handovers/of/{cast.seller.id}"' in page and f'action="/settings/people/{cast.seller.id}/disable"' in page
    assert "/handovers/of/" not in admin.get(f"/settings/people/{cast.finance.id}").text


def test_the_wizard_shows_all_that_is_his_and_whoever_could_take_it_with_their_room(admin, cast, held):
    customers.create(cast.rival, name="已有")
    Company.update(customer_capacity=7).execute()
    page = admin.get(f"/handovers/of/{cast.seller.id}").text
    assert "客户 1 / 7" in page and cast.rival.name in page
    assert cast.disabled.name not in page.split("people-to-tick")[1].split("</form>")[0]


def test_somebody_who_has_nothing_needs_no_handover(admin, cast):
    assert "<form" not in admin.get(f"/handovers/of/{cast.seller.id}").text.split("settings-title")[1].split("</main>")[0]


def test_the_plan_says_who_gets_what_and_changes_nothing(admin, cast, held):
    answer = planned(admin, cast)
    page = admin.get(answer.location).text
    assert all(words in page for words in ("苏州恒立", "产线改造", cast.rival.name, cast.manager.name))
    assert {customer.owner for customer in Customer.select()} == {cast.seller}


@pytest.mark.parametrize("data", [{"successors": []}, {"successors": ["99999"]}, {"split": "x"}, {"successors": ["x"]}])
def test_what_cannot_be_planned_comes_back_with_the_form(admin, cast, held, data):
    assert planned(admin, cast, **data).status_code == 422
    assert not Handover.select().exists()


def test_what_has_no_place_is_named_and_there_is_no_button_to_begin(admin, cast, held):
    Company.update(customer_capacity=1).execute()
    location = planned(admin, cast, cast.rival).location
    page = admin.get(location).text
    assert "尚无去处：1 个客户" in page and f'action="{location}/start"' not in page
    assert admin.post(f"{location}/start").status_code == 409


def test_it_runs_in_the_background_and_the_page_counts_what_is_left(admin, cast, held):
    location = carried_out(admin, cast)
    assert "所有列表均为 0" in admin.get(location).text
    assert {customer.owner for customer in Customer.select()} == {cast.rival, cast.manager}
    assert not User.get_by_id(cast.seller.id).active


def test_while_it_runs_the_page_asks_for_its_progress(admin, cast, held):
    started = handover.plan(cast.seller, cast.admin, [cast.rival])
    handover.start(started, cast.admin)
    assert f'hx-get="/handovers/{started.id}/progress"' in admin.get(f"/handovers/{started.id}").text
    part = admin.get(f"/handovers/{started.id}/progress", headers=PART).text
    assert "0 / 3" in part and "<html" not in part


def test_the_sheet_lists_everything_with_its_stage_and_room_for_three_signatures(admin, cast, held):
    location = carried_out(admin, cast, cast.rival)
    sheet = admin.get(f"{location}/sheet").text
    assert all(words in sheet for words in ("苏州恒立", "常州天衡", "产线改造", "线索收集", "10,000.00", "移交人", "接收人", "监交人"))


def test_a_successor_reads_his_own_part_of_the_sheet_from_his_message_and_no_more(admin, cast, login, held):
    location = carried_out(admin, cast)
    mine, others = (Customer.get(Customer.owner == user).name for user in (cast.rival, cast.manager))
    browser = login(cast.rival)
    notice = Notice.get(Notice.user == cast.rival)
    assert browser.post(f"/notices/{notice.id}/read", data={"open": "1"}).location == f"{location}/sheet"
    sheet = browser.get(f"{location}/sheet").text
    assert mine in sheet and others not in sheet
    assert login(cast.outsider).get(f"{location}/sheet").status_code == 404


def test_the_undo_gives_it_back_and_lists_what_was_passed_on(admin, cast, held):
    location = carried_out(admin, cast, cast.rival)
    pool.assign(Customer.get_by_id(held[1].id), cast.outsider, by=cast.admin)
    admin.post(f"{location}/undo")
    handover_runner.wait()
    assert [customer.owner for customer in Customer.select().order_by(Customer.id)] == [cast.seller, cast.outsider]
    assert Opportunity.get().owner == cast.seller and User.get_by_id(cast.seller.id).active
    assert "1 项未能恢复" in admin.get(location).text


def test_a_successor_reads_on_the_sheet_of_his_message_that_it_was_undone(admin, cast, login, held):
    location = carried_out(admin, cast)
    admin.post(f"{location}/undo")
    handover_runner.wait()
    sheet = login(cast.rival).get(f"{location}/sheet")
    assert sheet.status_code == 200 and "撤销" in sheet.text
    assert login(cast.outsider).get(f"{location}/sheet").status_code == 404


def test_the_timeline_of_a_record_says_that_a_handover_moved_it_and_that_it_was_undone(admin, cast, held):
    location = carried_out(admin, cast, cast.rival)
    assert f"分配给 {cast.rival.name}（离职交接）" in admin.get(f"/customers/{held[0].id}").text
    admin.post(f"{location}/undo")
    handover_runner.wait()
    assert f"分配给 {cast.seller.name}（撤销离职交接）" in admin.get(f"/customers/{held[0].id}").text


def test_a_plan_can_be_thrown_away(admin, cast, held):
    location = planned(admin, cast).location
    assert admin.post(f"{location}/discard").location == "/handovers"
    assert admin.get(location).status_code == 404


def test_somebody_disabled_long_ago_can_be_handed_over_too(admin, cast, held):
    follow_ups.plan(held[0], cast.seller, now())
    accounts.disable(cast.seller, by=cast.admin)
    assert "disables" not in admin.get(f"/handovers/of/{cast.seller.id}").text
    carried_out(admin, cast, cast.rival)
    assert {customer.owner for customer in Customer.select()} == {cast.rival}


def test_a_longer_list_of_handovers_and_of_people_takes_no_more_queries(admin, cast, held, queries):
    def number(path):
        with queries() as seen:
            admin.get(path)
        return len(seen)

    paths = ("/handovers", "/handovers/new", f"/handovers/of/{cast.seller.id}")
    carried_out(admin, cast, cast.rival)
    accounts.enable(cast.seller, by=cast.admin)
    customers.create(cast.seller, name="新客户")
    few = [number(path) for path in paths]
    carried_out(admin, cast, cast.manager)
    accounts.enable(cast.seller, by=cast.admin)
    customers.create(cast.seller, name="又一个")
    for place in range(5):
        accounts.create_user(
            cast.admin, "seven green maps", login=f"new{place}", name=f"新人{place}", role=User.SELLER, data_scope="self",
            department=cast.seller.department,
        )
    assert [number(path) for path in paths] <= few
