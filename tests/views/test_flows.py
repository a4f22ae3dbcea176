"""The pages of the approval flows: sentences, a draft edited without and with htmx, errors beside their field, published once rehearsed."""

import re

import pytest

from domain import flow_rehearsals, flows, organisation
from domain.flow_conditions import Condition
from domain.flows import Empty, Who
from models import Customer, Flow, FlowVersion, Quote, User
from tests import offers, routes
from tests.pages import PART

URL = "/settings/flows/1/draft"
NODE = {
    "name": "财务复核", "name_en": "Finance", "who": "role", "role": "finance", "mode": "any", "empty": "administrators", "stand_in": "0",
    "own": "superior", "repeat": "each", "gone": "superior", "comment": "on_reject", "levels": "1",
}
DEEP = {"c-0-0-field": "effective_discount", "c-0-0-op": "above", "c-0-0-low": "12.5", "c-0-0-high": ""}


@pytest.fixture
def flow(cast):
    return Flow.get(Flow.what == "quote")


@pytest.fixture
def browser(login, cast):
    return login(cast.admin)


@pytest.fixture
def draft(flow, cast):
    return flows.draft(flow, cast.admin)


def state(draft):
    draft = FlowVersion.get_by_id(draft.id)
    return {"state": f"{draft.id}.{draft.revision}"}


def nodes_of(draft):
    return flows.read(FlowVersion.get_by_id(draft.id)).nodes


# ---- sentences -------------------------------------------------------------------------------------------------------


def test_the_flow_is_drawn_as_sentences(browser, flow):
    routes.lead_through(*organisation.QUOTE_FLOW.nodes)
    text = browser.get("/settings/flows").text
    assert "每次都由提交人的上级审批。" in text
    assert "当实际折扣高于 10%，或毛利率低于 30%，或整单或某行亏本时，由财务任意一人审批。" in text
    assert "（客户级别属于重点客户，且实际折扣高于 5%）" in text


def test_in_english_it_reads_as_english(login, cast, flow):
    User.update(language="en").where(User.id == cast.admin.id).execute()
    routes.lead_through(*organisation.QUOTE_FLOW.nodes)
    text = login(cast.admin).get("/settings/flows").text
    assert "When effective discount is above 10% or margin rate is below 30% or the whole or a line loses money, anyone of Finance approves." in text


def test_a_step_is_called_what_the_reader_calls_it_and_is_not_new_when_its_name_is_gone(login, cast, flow, draft):
    User.update(language="en").where(User.id == cast.admin.id).execute()
    browser, node = login(cast.admin), nodes_of(draft)[0]
    url = f"/settings/flows/{flow.id}/draft/nodes/{node.key}"
    assert f'<h2 id="settings-title">{node.name_en} ' in browser.get(url).text
    answer = browser.post(url, data={"name": "", "name_en": "", "who": "superior", **state(draft)})
    assert answer.status_code == 422 and '<h2 id="settings-title">Step ' in answer.text


def test_rules_that_are_unusual_are_told_with_the_step(browser, cast):
    routes.lead_through(
        routes.person(
            cast.finance, cast.disabled, mode="in_turn", empty=Empty("person", cast.manager.id), own="skip", repeat="once", comment="always",
            timeout_hours=8, remind=("approver", "superior"), batch=True,
        ),
    )
    text = browser.get("/settings/flows").text
    assert "由吴财务、王离职（已离职）依次审批" in text
    assert "找不到审批人时由钱经理审批 · " in text and "8 个工作小时后提醒" in text


# ---- the editor ------------------------------------------------------------------------------------------------------


def test_a_step_is_added_with_its_conditions_and_rules(browser, draft, cast):
    sent = NODE | DEEP | state(draft) | {
        "c-0-1-field": "level", "c-0-1-op": "in", "c-0-1-values": ["key"], "c-1-0-field": "amount", "c-1-0-op": "between",
        "c-1-0-low": "100,000", "c-1-0-high": "200,000.50", "c-2-0-field": "department", "c-2-0-op": "not_in",
        "c-2-0-values": [str(cast.seller.department_id)], "c-3-0-field": "loses_money", "c-4-0-field": "province", "c-4-0-op": "in",
        "c-4-0-values": "江苏、浙江", "timeout_hours": "8", "remind": ["approver"], "copy_roles": ["manager"], "batch": "y",
    }
    assert browser.post(f"{URL}/nodes/new", data=sent).status_code == 303
    node = nodes_of(draft)[-1]
    assert (node.key, node.name, node.who, node.timeout_hours, node.batch) == ("n4", "财务复核", Who("role", role="finance"), 8, True)
    assert node.when == (
        (Condition("effective_discount", "above", 12_50), Condition("level", "in", ("key",))),
        (Condition("amount", "between", (100_000_00, 200_000_50)),),
        (Condition("department", "not_in", (cast.seller.department_id,)),), (Condition("loses_money", "is", True),),
        (Condition("province", "in", ("江苏", "浙江")),),
    )


def test_what_is_shown_is_saved_again_unchanged(browser, draft, cast):
    sent = NODE | DEEP | state(draft) | {"who": "person", "users": [str(cast.finance.id), str(cast.manager.id), "0"], "mode": "in_turn"}
    browser.post(f"{URL}/nodes/n2", data=sent)
    node, revision = nodes_of(draft)[1], FlowVersion.get_by_id(draft.id).revision
    assert node.who.users == (cast.finance.id, cast.manager.id)
    form = forms_fields(browser.get(f"{URL}/nodes/n2").text)
    assert browser.post(f"{URL}/nodes/n2", data=form).status_code == 303
    assert (nodes_of(draft)[1], FlowVersion.get_by_id(draft.id).revision) == (node, revision)


def test_the_steps_that_a_company_starts_with_are_shown_and_saved_as_they_are(browser, flow, cast):
    routes.lead_through(*organisation.QUOTE_FLOW.nodes)
    draft = flows.draft(flow, cast.admin)
    for node in organisation.QUOTE_FLOW.nodes:
        form = forms_fields(browser.get(f"{URL}/nodes/{node.key}").text)
        assert browser.post(f"{URL}/nodes/{node.key}", data=form).status_code == 303
    assert (nodes_of(draft), FlowVersion.get_by_id(draft.id).revision) == (organisation.QUOTE_FLOW.nodes, 1)


def forms_fields(text):
    """What a browser would send of the step's form."""
    form, fields = text[text.index('id="node-form"') : text.index("</form>", text.index('id="node-form"'))], {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag and 'type="radio"' not in tag or " checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|<option value="([^"]*)" selected', options)
        first = re.search(r'value="([^"]*)"', options)[1]
        fields.setdefault(name, []).append((chosen[1] or chosen[2] or "") if chosen else first)
    return fields


@pytest.mark.parametrize("headers", [{}, PART], ids=["plain", "htmx"])
def test_buttons_add_and_take_away_conditions_without_saving_and_keep_what_was_typed(browser, draft, headers):
    sent = NODE | DEEP | state(draft) | {"name": "半句", "0-new": "margin", "new-new": "province", "c-0-0-low": "abc"}
    text = browser.post(f"{URL}/nodes/new", data=sent | {"edit": "add.0"}, headers=headers).text
    assert 'name="c-0-1-field" value="margin"' in text and 'value="半句"' in text and 'value="abc"' in text
    text = browser.post(f"{URL}/nodes/new", data=sent | {"edit": "add.new"}, headers=headers).text
    assert 'name="c-1-0-field" value="province"' in text
    text = browser.post(f"{URL}/nodes/new", data=sent | {"edit": "drop.0.0"}, headers=headers).text
    assert "c-0-0-field" not in text
    text = browser.post(f"{URL}/nodes/new", data=sent | {"users": ["2", "0"], "edit": "person"}, headers=headers).text
    assert text.count('name="users"') == 2
    assert FlowVersion.get_by_id(draft.id).revision == 1


@pytest.mark.parametrize("wrong, complaint", [
    ({"name": ""}, "请填写节点名称"), ({"name": "报价修正"}, "已有同名节点"), ({"c-0-0-low": "abc"}, "填数字"),
    ({"c-0-0-low": ""}, "该字段"), ({"c-0-0-low": "101"}, "数字太大"), ({"c-0-0-op": "between", "c-0-0-high": "5"}, "起始值不能大于结束值"),
    ({"c-0-0-op": "between"}, "请填写两个数字"), ({"c-0-0-field": "level", "c-0-0-op": "in"}, "至少选择一项"), ({"role": ""}, "请选择角色"),
    ({"who": "person"}, "至少指定一人"), ({"who": "superiors", "levels": "11"}, "1 到 10 级"), ({"empty": "person"}, "请指定由谁代为审批"),
    ({"timeout_hours": "8"}, "请选择提醒谁"), ({"remind": "approver"}, "请填写多少工作小时后提醒"),
])
def test_a_bad_step_comes_back_with_a_complaint_and_what_was_typed(browser, draft, wrong, complaint):
    answer = browser.post(f"{URL}/nodes/new", data=NODE | DEEP | state(draft) | {"name_en": "Typed"} | wrong)
    assert answer.status_code == 422
    assert any(complaint in error for error in re.findall(r'class="error".*?</p>', answer.text, re.S)) and 'value="Typed"' in answer.text
    assert FlowVersion.get_by_id(draft.id).revision == 1


@pytest.mark.parametrize("headers", [{}, PART], ids=["plain", "htmx"])
def test_steps_are_moved_and_removed(browser, draft, headers):
    browser.post(f"{URL}/nodes/n3/move", data=state(draft) | {"up": "1"}, headers=headers)
    assert [node.key for node in nodes_of(draft)] == ["n1", "n3", "n2"]
    browser.post(f"{URL}/nodes/n1/remove", data=state(draft), headers=headers)
    assert [node.key for node in nodes_of(draft)] == ["n3", "n2"]
    browser.post(f"{URL}/rules", data=state(draft) | {"withdraw": "before_first"}, headers=headers)
    assert flows.read(FlowVersion.get_by_id(draft.id)).withdraw == "before_first"


def test_the_last_step_stays(browser, draft):
    for key in ("n1", "n2"):
        browser.post(f"{URL}/nodes/{key}/remove", data=state(draft))
    assert browser.post(f"{URL}/nodes/n3/remove", data=state(draft)).status_code == 409


def test_the_second_of_two_administrators_gets_409_and_nothing_is_overwritten(browser, draft, cast):
    seen = state(draft)
    browser.post(f"{URL}/nodes/n1", data=NODE | seen)
    deeds = {
        "/nodes/n2": NODE | {"name": "别的"}, "/nodes/n1/move": {}, "/nodes/n1/remove": {}, "/rules": {"withdraw": "before_first"}, "/discard": {},
    }
    for address, sent in deeds.items():
        answer = browser.post(f"{URL}{address}", data=sent | seen)
        assert answer.status_code == 409 and cast.admin.name in answer.text
    assert [node.name for node in nodes_of(draft)] == ["财务复核", "报价修正", "商务审批"]


def test_a_form_of_a_draft_that_was_discarded_does_not_reach_the_next_one(browser, flow, draft, cast):
    seen = state(draft)
    flows.discard(draft, 1, cast.admin)
    fresh = flows.draft(flow, cast.admin)
    FlowVersion.update(id=fresh.id + 50).where(FlowVersion.id == fresh.id).execute()
    assert browser.post(f"{URL}/nodes/n1", data=NODE | seen).status_code == 409


# ---- rehearsal and publishing ----------------------------------------------------------------------------------------


def test_it_is_published_from_the_rehearsal_that_shows_who_would_have_gone_elsewhere(browser, draft, cast):
    quote = offers.quote(cast.seller)
    Customer.update(level="key").where(Customer.id == quote.customer_id).execute()
    Quote.update(submitted_at=quote.created_at).where(Quote.id == quote.id).execute()
    browser.post(f"{URL}/nodes/n2", data=NODE | DEEP | state(draft))
    page = browser.post(f"{URL}/rehearsal", data=state(draft), follow_redirects=True).text
    assert re.findall(r'<div class="figure">(\d+)', page) == ["1", "1"]
    assert f"/quotes/{quote.id}" in page and "<del>报价修正</del>" in page
    address = re.search(r'action="([^"]*/publish)"', page)[1]
    assert browser.post(address).status_code == 303
    version, nodes = flows.running("quote")
    assert (version.number, nodes[1].name) == (2, "财务复核")
    assert browser.post(address).status_code == 409


def test_what_was_changed_after_the_rehearsal_is_not_published(browser, draft, cast):
    seen = flow_rehearsals.rehearse(draft, cast.admin)
    browser.post(f"{URL}/nodes/n2", data=NODE | state(draft))
    assert browser.post(f"/settings/flows/1/rehearsals/{seen.id}/publish").status_code == 409
    assert browser.get(f"{URL}/rehearsal").text.count("请重新预演") == 1
    assert browser.post("/settings/flows/1/rehearsals/99/publish").status_code == 404


def test_older_versions_are_read_and_taken_as_a_new_draft(browser, flow, draft, cast):
    browser.post(f"{URL}/nodes/n2", data=NODE | state(draft))
    flows.publish(flow_rehearsals.rehearse(FlowVersion.get_by_id(draft.id), cast.admin), cast.admin)
    assert cast.admin.name in browser.get("/settings/flows/1").text
    assert "报价修正" in browser.get("/settings/flows/1/versions/1").text
    assert browser.post(URL, data={"number": "1"}).status_code == 303
    assert nodes_of(flow.draft)[1].name == "报价修正"
    assert browser.post(URL, data={"number": "7"}).status_code == 404


def test_the_draft_of_a_flow_without_one_leads_to_its_versions(browser, flow):
    for address in ("", "/nodes/n1", "/rehearsal"):
        assert browser.get(f"{URL}{address}").status_code == 303
    assert browser.get("/settings/flows/9").status_code == 404
    assert browser.get("/settings/flows/1/versions/9").status_code == 404


def test_the_flow_has_a_name_and_a_remark_of_its_own(browser, flow):
    assert browser.post("/settings/flows/1", data={"name": ""}).status_code == 422
    assert browser.post("/settings/flows/1", data={"name": "报价审批流", "remark": "2026 版"}).status_code == 303
    assert "2026 版" in browser.get("/settings/flows").text


def test_hostile_forms_are_answered(browser, draft):
    junk = {"c-0-0-field": "nothing", "c-999-999-field": "margin", "edit": "drop.x", "state": "9" * 40, "users": "x", "copy_users": "²"}
    for sent in (junk, junk | {"edit": "add"}, junk | {"edit": "add.new.new"}, {"state": "1.²"}, {}):
        assert browser.post(f"{URL}/nodes/new", data=sent).status_code in (200, 409, 422)
    assert FlowVersion.get_by_id(draft.id).revision == 1
