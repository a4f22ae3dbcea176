"""The settings of the approval: for administrators, and what is submitted keeps its route."""

import pytest

from domain import approval_history, approvals
from models import ApprovalNode
from tests import offers

URL = "/settings/approvals"


def names():
    return [node.name for node in ApprovalNode.in_order()]


@pytest.mark.parametrize("name", ["manager", "seller", "finance", "service"])
def test_only_administrators_configure_the_approval(login, cast, name):
    client = login(getattr(cast, name))
    assert client.get(URL).status_code == 403
    assert client.post(URL, data={"name": "x", "approver": "superior"}).status_code == 403


def test_a_step_is_added_at_the_end(login, cast):
    assert login(cast.admin).post(URL, data={"name": "法务", "approver": f"person:{cast.manager.id}"}).status_code == 303
    assert names() == ["方案设计", "报价修正", "商务审批", "法务"]
    assert ApprovalNode.in_order()[-1].user == cast.manager


@pytest.mark.parametrize(("approver", "kind", "role"), [("superior", "superior", ""), ("role:finance", "role", "finance")])
def test_a_step_asks_the_superior_or_a_role(login, cast, approver, kind, role):
    node = ApprovalNode.in_order()[0]
    login(cast.admin).post(f"{URL}/{node.id}", data={"name": "方案", "approver": approver})
    node = ApprovalNode.get_by_id(node.id)
    assert (node.name, node.approver_kind, node.role, node.user) == ("方案", kind, role, None)


@pytest.mark.parametrize("approver", ["role:service", "person:9999", "nobody", ""])
def test_who_cannot_read_a_quote_cannot_be_asked(login, cast, approver):
    answer = login(cast.admin).post(URL, data={"name": "法务", "approver": approver})
    assert answer.status_code == 422 and len(names()) == 3


def test_a_service_agent_is_not_offered(login, cast):
    assert f'value="person:{cast.service.id}"' not in login(cast.admin).get(URL).text


def test_steps_change_places(login, cast):
    client, (first, second, third) = login(cast.admin), ApprovalNode.in_order()
    client.post(f"{URL}/{third.id}/move", data={"up": ""})
    assert names() == ["方案设计", "商务审批", "报价修正"]
    client.post(f"{URL}/{first.id}/move", data={"up": ""})
    client.post(f"{URL}/{second.id}/move", data={"down": ""})
    assert names() == ["方案设计", "商务审批", "报价修正"]


def test_the_last_step_remains(login, cast):
    client = login(cast.admin)
    answers = [client.post(f"{URL}/{node.id}/remove").status_code for node in ApprovalNode.in_order()]
    assert answers == [303, 303, 409] and len(names()) == 1


def test_a_step_of_somebody_who_left_can_still_be_renamed(login, cast):
    node = ApprovalNode.in_order()[0]
    ApprovalNode.update(approver_kind="person", user=cast.disabled).where(ApprovalNode.id == node.id).execute()
    client = login(cast.admin)
    assert "王离职" in client.get(URL).text
    answer = client.post(f"{URL}/{node.id}", data={"name": "改名", "approver": f"person:{cast.disabled.id}"})
    assert answer.status_code == 303 and names()[0] == "改名"


def test_what_is_submitted_keeps_its_route(login, cast):
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    login(cast.admin).post(f"{URL}/{ApprovalNode.in_order()[1].id}/remove")
    assert [step.name for step in approval_history.steps_of(quote)] == ["方案设计", "报价修正", "商务审批"]
