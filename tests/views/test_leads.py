"""Leads over HTTP: list, page, form, follow-ups, conversion."""

import re
from datetime import timedelta

import pytest

from domain import customers, follow_ups, leads, now, pool
from models import Company, Customer, Event, FollowUp, Lead, Opportunity, Pool, Task
from tests.pages import PART

TOMORROW = now() + timedelta(days=1)


@pytest.fixture
def lead(cast):
    Pool.create(name="华东")
    made = leads.create(cast.seller, name="常州天衡新能源材料科技有限公司", contact_name="李国栋", phone="13705194410", need="温度巡检")
    return fresh(made.id)


def fresh(id):
    return Lead.with_people().where(Lead.id == id).get()


def errors(answer):
    return re.findall(r'class="error" id="([a-z_]+)-error"', answer.text)


# ---- list ------------------------------------------------------------------------------------------------------------


def test_a_seller_lists_his_own_and_a_manager_may_look_at_the_team(cast, login, lead):
    leads.create(cast.rival, name="李二的线索")
    assert "李二的线索" not in login(cast.seller).get("/leads?who=team").text
    assert lead.name not in login(cast.manager).get("/leads").text
    team = login(cast.manager).get("/leads?who=team").text
    assert lead.name in team and "李二的线索" in team


def test_a_team_ends_at_the_department(cast, login, lead):
    leads.create(cast.outsider, name="华南的线索")
    assert "华南的线索" not in login(cast.manager).get("/leads?who=team").text


@pytest.mark.parametrize(("view", "shown"), [("all", True), ("new", True), ("today", False), ("converted", False), ("x", True)])
def test_the_views_of_a_fresh_lead(cast, login, lead, view, shown):
    assert (f'id="lead-{lead.id}"' in login(cast.seller).get(f"/leads?view={view}").text) is shown


def test_a_lead_that_is_due_stands_in_todays_view(cast, login, lead):
    follow_ups.plan(lead, cast.seller, now() - timedelta(hours=1))
    assert f'id="lead-{lead.id}"' in login(cast.seller).get("/leads?view=today").text


def test_filters_of_the_list(cast, login, lead):
    client = login(cast.seller)
    for address, shown in (("q=天衡", True), ("q=13705194410", True), ("q=无锡", False), ("status=pending", True), ("status=invalid", False)):
        assert (f'id="lead-{lead.id}"' in client.get(f"/leads?{address}").text) is shown


def test_a_record_knows_its_neighbours_in_the_list_one_came_from(cast, login, lead):
    older = leads.create(cast.seller, name="甲", at=now() - timedelta(days=2))
    newer = leads.create(cast.seller, name="乙", at=now() + timedelta(minutes=1))
    page = login(cast.seller).get(f"/leads/{lead.id}?q=").text
    assert "2 / 3" in page
    assert f"/leads/{newer.id}?q=" in page and f"/leads/{older.id}?q=" in page


def test_lists_and_page_ask_the_same_questions_however_many_rows_there_are(cast, login, lead, queries):
    client, manager = login(cast.seller), login(cast.manager)
    addresses = ((client, "/leads"), (manager, "/leads?who=team&q=天衡"), (client, f"/leads/{lead.id}"))

    def count():
        numbers = []
        for browser, address in addresses:
            with queries() as seen:
                assert browser.get(address).status_code == 200
            numbers.append(len(seen))
        return numbers

    def fill(number):
        for n in range(number):
            leads.create(cast.seller, at=now() - timedelta(minutes=n), name=f"天衡{n}", source="exhibition")
            follow_ups.write(fresh(lead.id), cast.seller, "phone", f"第 {n} 次")
        Lead.update(phone="13705194410").execute()

    Company.update(claim_capacity=1_000).execute()
    fill(10)
    count()  # the first look at the lead is noted
    few = count()
    fill(190)
    assert count() == few


# ---- page ------------------------------------------------------------------------------------------------------------


def test_a_lead_of_somebody_else_is_not_there(cast, login, lead):
    for person in (cast.rival, cast.outsider, cast.finance, cast.service):
        assert login(person).get(f"/leads/{lead.id}").status_code == 404
    assert login(cast.manager).get(f"/leads/{lead.id}").status_code == 200


def test_a_duplicate_is_told_with_its_owner_but_without_its_number(cast, login, lead):
    customers.create(cast.outsider, name=lead.name, phone="13812345678")
    page = login(cast.seller).get(f"/leads/{lead.id}").text
    assert cast.outsider.name in page and "138****5678" in page and "13812345678" not in page
    assert "/customers/" not in re.search(r'class="match">.*?</p>', page, re.S)[0]


def test_older_entries_of_the_timeline_load_by_themselves(cast, login, lead):
    for n in range(30):
        follow_ups.write(lead, cast.seller, "note", f"第 {n} 次记录")
    client = login(cast.seller)
    page = client.get(f"/leads/{lead.id}").text
    older = re.search(r'hx-get="(/timeline/lead/[^"]+)" hx-trigger="revealed"', page)[1].replace("&amp;", "&")
    rest = client.get(older, headers=PART).text
    assert "第 29 次记录" in page and "第 0 次记录" not in page and "第 0 次记录" in rest


def test_a_timeline_is_read_by_whoever_reads_the_record(cast, login, lead):
    assert login(cast.rival).get(f"/timeline/lead/{lead.id}").status_code == 404
    assert login(cast.seller).get(f"/timeline/lead/{lead.id}?only=system").status_code == 200


# ---- form ------------------------------------------------------------------------------------------------------------


def test_a_new_lead_is_its_creators(cast, login):
    answer = login(cast.seller).post("/leads/new", data={"name": "无锡众联减速机有限公司", "phone": "138 1290 5678"})
    lead = Lead.get(Lead.name == "无锡众联减速机有限公司")
    assert answer.location == f"/leads/{lead.id}"
    assert (lead.owner, lead.phone) == (cast.seller, "13812905678")


def test_a_new_lead_may_go_into_a_pool_that_is_open(cast, login):
    east = Pool.create(name="华东")
    login(cast.seller).post("/leads/new", data={"name": "给大家的", "pool": east.id})
    assert Lead.get(Lead.name == "给大家的").pool == east


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("phone", "1381290567"), ("phone", "13812905678901"), ("phone", "12345"), ("email", "zhang@"),
     ("credit_code", "91320411MA1XYZ1234"), ("credit_code", "9132"), ("registered_on", "2026-13-45"), ("source", "no_such_word")],
)
def test_what_is_not_well_formed_is_said_beside_its_field_and_kept(cast, login, field, value):
    answer = login(cast.seller).post("/leads/new", data={"name": "无锡众联"} | {field: value})
    assert answer.status_code == 422 and field in errors(answer)
    assert Lead.select().count() == 0
    assert not value or value in answer.text or field == "source"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0519-8580 2231", "051985802231"), ("１３８１２９０５６７８", "13812905678"), ("+86 138 1290 5678", "13812905678"), ("", "")],
)
def test_numbers_are_taken_as_people_write_them(cast, login, typed, kept):
    login(cast.seller).post("/leads/new", data={"name": "无锡众联", "phone": typed})
    assert Lead.get().phone == kept


def test_while_one_types_a_duplicate_is_told_and_creating_is_not_blocked(cast, login, lead):
    client = login(cast.rival)
    told = client.get(f"/leads/duplicates?name={lead.name}", headers=PART).text
    assert cast.seller.name in told and lead.phone not in told
    assert client.get("/leads/duplicates?name=无锡", headers=PART).text.strip() == ""
    assert client.post("/leads/new", data={"name": lead.name}).status_code == 303


def test_an_edit_is_for_the_owners_side(cast, login, lead):
    assert login(cast.rival).post(f"/leads/{lead.id}/edit", data={"name": "x"}).status_code == 404
    answer = login(cast.manager).post(f"/leads/{lead.id}/edit", data={"name": lead.name, "city": "常州"})
    assert answer.status_code == 303 and fresh(lead.id).city == "常州"


def test_pool_records_are_edited_by_administrators_only(cast, login, lead):
    pool.release(lead, cast.seller, "no_need")
    assert login(cast.seller).get(f"/leads/{lead.id}/edit").status_code == 403
    assert login(cast.admin).get(f"/leads/{lead.id}/edit").status_code == 200


# ---- follow-ups ------------------------------------------------------------------------------------------------------


def test_a_follow_up_brings_timeline_state_and_times_along(cast, login, lead):
    data = {"method": "phone", "body": "聊了需求", "outcome": "connected", "next": f"{TOMORROW:%Y-%m-%d}T10:00"}
    answer = login(cast.seller).post(f"/leads/{lead.id}/follow-ups", data=data, headers=PART)
    assert answer.status_code == 200
    for part in ('id="timeline"', 'id="lead-state"', 'id="contact-times"', 'id="next-step"'):
        assert f'{part} hx-swap-oob="true"' in answer.text
    assert fresh(lead.id).status == Lead.FOLLOWING
    assert Task.get().due_at.hour == 2  # 10:00 in Shanghai


def test_a_follow_up_without_javascript_leads_back_to_the_record(cast, login, lead):
    answer = login(cast.seller).post(f"/leads/{lead.id}/follow-ups", data={"method": "wechat", "body": "发了资料"})
    assert (answer.status_code, answer.location) == (303, f"/leads/{lead.id}")


@pytest.mark.parametrize(
    "data",
    [{"body": ""}, {"body": "x", "method": "pigeon"}, {"body": "x", "outcome": "married"}, {"body": "x", "next": "pick"},
     {"body": "x", "next": "pick", "next_at": "2020-01-01T10:00"}, {"body": "x", "next_at": "soon"}, {"body": "长" * 5001}],
)
def test_a_follow_up_that_is_not_well_formed_is_refused_with_what_was_typed(cast, login, lead, data):
    answer = login(cast.seller).post(f"/leads/{lead.id}/follow-ups", data={"method": "phone"} | data, headers=PART)
    assert answer.status_code == 422 and 'class="composer"' in answer.text
    assert FollowUp.select().count() == 0


def test_a_date_that_is_no_date_is_a_bad_request(cast, login, lead):
    answer = login(cast.seller).post(f"/leads/{lead.id}/follow-ups", data={"method": "phone", "body": "x", "next": "soon"}, headers=PART)
    assert answer.status_code in (400, 422)


def test_a_step_is_done_rescheduled_and_planned_again(cast, login, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW, what="送样品")
    client, year = login(cast.seller), TOMORROW.year + 1
    assert client.post(f"/tasks/{task.id}/reschedule", data={"due_at": f"{year}-01-07T10:00"}).status_code == 303
    assert Task.get().due_at.year == year
    done = client.post(f"/tasks/{task.id}/done", headers=PART)
    assert done.status_code == 200 and f'data-dismiss="next-{task.id}"' in done.text
    assert client.post(f"/tasks/{task.id}/next", data={"due_at": ""}, headers=PART).status_code == 422
    assert client.post(f"/tasks/{task.id}/done", headers=PART).status_code == 409
    assert client.post(f"/tasks/{task.id}/next", data={"due_at": f"{year}-01-14T10:00"}, headers=PART).status_code == 200
    assert fresh(lead.id).next_at.day == 14


def test_a_step_is_nobody_elses_business(cast, login, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    assert login(cast.rival).post(f"/tasks/{task.id}/done").status_code == 404
    assert login(cast.finance).post(f"/tasks/{task.id}/done").status_code == 404


# ---- what becomes of it ----------------------------------------------------------------------------------------------


def test_a_conversion_leads_to_the_customer(cast, login, lead):
    client = login(cast.seller)
    assert client.get(f"/leads/{lead.id}/convert").status_code == 200
    data = {"with_contact": "y", "with_opportunity": "y", "name": "温度巡检", "amount": "150,000"}
    answer = client.post(f"/leads/{lead.id}/convert", data=data)
    customer = Customer.get()
    assert (answer.status_code, answer.location) == (303, f"/customers/{customer.id}")
    assert (Opportunity.get().amount, customer.contacts.get().name) == (15_000_000, "李国栋")


def test_a_deal_without_a_name_is_asked_for(cast, login, lead):
    answer = login(cast.seller).post(f"/leads/{lead.id}/convert", data={"with_opportunity": "y"}, headers=PART)
    assert answer.status_code == 422 and "name" in errors(answer)
    assert Customer.select().count() == 0


def test_a_converted_lead_is_read_only_and_names_its_customer(cast, login, lead):
    client = login(cast.seller)
    client.post(f"/leads/{lead.id}/convert", data={"with_opportunity": ""})
    page = client.get(f"/leads/{lead.id}").text
    assert f"/customers/{Customer.get().id}" in page and 'class="composer"' not in page and f"/leads/{lead.id}/edit" not in page
    for verb, data in (("convert", {"with_opportunity": ""}), ("release", {"reason": "no_need"}), ("invalidate", {}), ("edit", {"name": "x"})):
        assert client.post(f"/leads/{lead.id}/{verb}", data=data).status_code == 403
    assert client.post(f"/leads/{lead.id}/follow-ups", data={"method": "phone", "body": "x"}).status_code == 409


def test_a_customer_of_somebody_else_is_linked_but_not_opened(cast, login, lead):
    customers.create(cast.outsider, name=lead.name)
    client = login(cast.seller)
    assert cast.outsider.name in client.get(f"/leads/{lead.id}/convert").text
    answer = client.post(f"/leads/{lead.id}/convert", data={"with_opportunity": ""})
    assert answer.location == f"/leads/{lead.id}"
    assert cast.outsider.name in client.get(f"/leads/{lead.id}").text


def test_invalid_and_back(cast, login, lead):
    client = login(cast.seller)
    client.post(f"/leads/{lead.id}/invalidate")
    assert fresh(lead.id).status == Lead.INVALID
    client.post(f"/leads/{lead.id}/revive")
    assert fresh(lead.id).status == Lead.PENDING


def test_only_a_manager_voids(cast, login, lead):
    assert login(cast.seller).post(f"/leads/{lead.id}/void").status_code == 403
    assert login(cast.manager).post(f"/leads/{lead.id}/void").status_code == 303
    assert fresh(lead.id).status == Lead.VOIDED
    assert Event.select().where(Event.verb == "lead.voided").exists()
