"""Assignment rules, profiles and web forms over HTTP: what an administrator sets, and what a visitor meets."""

import pytest

from domain import assignment, customers, leads, web_forms
from models import AssignmentRule, AssignmentTaker, Event, Lead, Pool, SellerProfile, WebForm

RULE = {"name": "华东轮流", "active": "y", "pool": "0", "on_form": "y", "method": "round_robin", "cities": "苏州、无锡 常州", "sources": "website"}


@pytest.fixture
def admin(cast, login):
    return login(cast.admin)


@pytest.fixture
def form(cast):
    return web_forms.save(None, cast.admin, name="展会", title="留下联系方式", pool=Pool.of("lead").get())


def test_a_rule_is_saved_with_its_lists_and_people_and_reads_as_a_sentence(admin, cast):
    answer = admin.post("/settings/assignment/new?what=lead", data=RULE | {"takers": [cast.rival.id, cast.seller.id]})
    assert answer.status_code == 303
    made = AssignmentRule.get()
    assert (made.cities, made.sources, made.on_import, made.on_form, made.what) == (["苏州", "无锡", "常州"], ["website"], False, True, "lead")
    assert {taker.user_id for taker in AssignmentTaker.select()} == {cast.seller.id, cast.rival.id}
    page = admin.get("/settings/assignment").text
    assert all(word in page for word in ("苏州", "无锡", "常州", "官网", "轮流", cast.rival.name))


def test_a_saved_rule_comes_back_as_it_was(admin, cast):
    admin.post("/settings/assignment/new?what=customer", data=RULE | {"takers": cast.seller.id, "levels": "key"})
    made = AssignmentRule.get()
    page = admin.get(f"/settings/assignment/{made.id}").text
    assert "苏州, 无锡, 常州" in page
    assert admin.post(f"/settings/assignment/{made.id}", data=RULE | {"takers": cast.rival.id, "levels": "key"}).status_code == 303
    assert [taker.user_id for taker in made.takers] == [cast.rival.id]


def test_a_visitor_does_not_learn_that_his_company_is_known(stranger, cast, form):
    leads.create(cast.seller, name="扬州液压有限公司")
    answers = [stranger.post(f"/forms/{form.token}", data={"name": name, "phone": "13812905678"}) for name in ("扬州液压有限公司", "无锡泵业")]
    assert [answer.status_code for answer in answers] == [303, 303] and answers[0].location == answers[1].location
    assert Lead.select().count() == 2


@pytest.mark.parametrize("wrong", [{"name": ""}, {"takers": ""}, {"method": "whoever"}, {"cities": "长" * 30}])
def test_a_wrong_rule_comes_back_with_its_error_and_what_was_typed(admin, cast, wrong):
    data = {name: value for name, value in (RULE | {"takers": cast.seller.id} | wrong).items() if value != ""}
    answer = admin.post("/settings/assignment/new?what=lead", data=data)
    assert answer.status_code == 422 and not AssignmentRule.select().exists()
    assert 'class="error"' in answer.text and data["cities"].split("、")[0] in answer.text


def test_there_are_rules_of_leads_and_of_customers_alone(admin):
    assert admin.get("/settings/assignment/new?what=quote").status_code == 404


def test_what_somebody_is_good_at_is_saved(admin, cast):
    assert admin.post(f"/settings/assignment/profiles/{cast.seller.id}", data={"provinces": "江苏", "industries": "energy"}).status_code == 303
    assert SellerProfile.get().matches(Lead(province="江苏省", industry="energy", name="x")) == ["江苏", "energy"]
    assert "江苏" in admin.get(f"/settings/assignment/profiles/{cast.seller.id}").text
    assert admin.get(f"/settings/assignment/profiles/{cast.finance.id}").status_code == 404


def test_a_selection_is_spread_from_the_pool_page(cast, login):
    here = Pool.of("lead").get()
    ids = [leads.create(cast.admin, pool=here, name=f"扬州液压{n}有限公司").id for n in range(4)]
    client = login(cast.manager)
    assert 'value="round_robin"' in client.get(f"/pools/{here.id}").text
    assert client.post("/leads/assign", data={"id": ids, "to": "round_robin"}).status_code == 303
    assert {lead.owner for lead in Lead.select()} == {cast.manager, cast.seller, cast.rival}


# ---- the visitor -----------------------------------------------------------------------------------------------------


def test_a_visitor_needs_no_login_and_is_told_nothing_of_ours(stranger, cast, form):
    assignment.save_rule(None, cast.admin, takers=[cast.seller], name="全部", what="lead", method="person")
    page = stranger.get(f"/forms/{form.token}").text
    assert "海图测试有限公司" in page and cast.seller.name not in page
    answer = stranger.post(f"/forms/{form.token}", data={"name": "扬州液压有限公司", "phone": "138 1290 5678", "need": "报价"})
    assert answer.status_code == 303
    lead = Lead.get()
    assert (lead.owner, lead.phone, lead.source) == (cast.seller, "13812905678", "website")
    assert "谢谢" in stranger.get(answer.location).text


def test_who_presses_twice_reads_the_same_thanks_and_is_on_the_timeline_once(stranger, cast, form):
    data = {"name": "扬州液压有限公司", "phone": "13812905678", "need": "报价"}
    customers.create(cast.seller, name=data["name"])
    first, second = (stranger.post(f"/forms/{form.token}", data=data) for _turn in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location) and "谢谢" in stranger.get(second.location).text
    assert Event.select().where(Event.verb == "customer.wrote_in").count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"phone": ""}, {"phone": "123"}, {"need": "x" * 1001}])
def test_what_is_missing_or_wrong_stands_beside_its_field(stranger, cast, form, wrong):
    answer = stranger.post(f"/forms/{form.token}", data={"name": "扬州液压有限公司", "phone": "13812905678"} | wrong)
    assert answer.status_code == 422 and 'class="error"' in answer.text and not Lead.select().exists()


def test_what_fills_in_the_hidden_field_is_a_machine_and_leaves_nothing(stranger, cast, form):
    data = {"name": "扬州液压有限公司", "phone": "13812905678", "website": "http://spam.example"}
    assert stranger.post(f"/forms/{form.token}", data=data).status_code == 303
    assert not Lead.select().exists()


def test_too_many_from_one_place_are_told_so(stranger, cast, form):
    answers = [
        stranger.post(f"/forms/{form.token}", data={"name": f"公司{n}", "phone": "13812905678"}).status_code
        for n in range(web_forms.PER_ADDRESS + 1)
    ]
    assert answers == [303] * web_forms.PER_ADDRESS + [429]


def test_an_unknown_or_closed_address_is_not_there(stranger, cast, form):
    assert stranger.get("/forms/guessed").status_code == 404
    web_forms.save(form, cast.admin, active=False)
    assert stranger.get(f"/forms/{form.token}").status_code == stranger.post(f"/forms/{form.token}").status_code == 404


def test_an_administrator_makes_a_form_and_copies_its_address(admin, cast):
    data = {"name": "官网", "title": "联系我们", "pool": Pool.of("lead").get().id, "source": "website", "active": "y"}
    answer = admin.post("/settings/web-forms/new", data=data)
    assert answer.status_code == 303
    assert WebForm.get().token in admin.get(answer.location).text
    assert admin.post("/settings/web-forms/new", data=data | {"title": ""}).status_code == 422
