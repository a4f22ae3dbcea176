"""The inbox over HTTP: who sees which item, what a decision answers, with and without htmx."""

from dataclasses import replace
from datetime import timedelta

import pytest

import documents
from documents.printer import RenderingFailed
from domain import approvals, now
from models import Approval, Quote, User
from tests import offers, routes
from tests.pages import PART

PDF = b"%PDF-1.7 a quote"


@pytest.fixture
def pending(cast, monkeypatch):
    """A quote of the seller that waits for his manager, then for finance. Nobody prints in these tests."""
    monkeypatch.setattr(documents, "quote_pdf", lambda document, render: PDF)
    two_steps(routes.superior)
    return approvals.submit(offers.quote(cast.seller), by=cast.seller, note="客户等着签")


def two_steps(first, *people):
    """方案设计 by whoever is wanted, then 商务审批 by finance."""
    design = first(*people, key="n1")
    commercial = replace(routes.role(User.FINANCE, key="n2"), name="商务审批", name_en="Commercial")
    routes.lead_through(replace(design, name="方案设计", name_en="Solution design"), commercial)


def status(quote):
    return Quote.get_by_id(quote.id).status


def post(client, quote, verb, **form):
    return client.post(f"/quotes/{quote.id}/{verb}", data=form)


def current(quote):
    return Approval.current_of(quote).id


# ---- the inbox -------------------------------------------------------------------------------------------------------


def test_the_inbox_shows_who_asks_how_much_and_why(login, cast, pending):
    page = login(cast.manager).get("/approvals").text
    for words in ("孙一", "苏州恒立精密机械制造有限公司", "客户等着签", "3,199.99", "方案设计", "商务审批"):
        assert words in page


def test_what_has_expired_is_said_and_not_approved(login, cast, pending):
    Quote.update(valid_until=pending.issued_on - timedelta(days=1)).execute()
    browser = login(cast.manager)
    assert "已过期" in browser.get(f"/approvals/{current(pending)}").text
    assert post(browser, pending, "approve").status_code == 409
    assert status(pending) == Quote.PENDING


@pytest.mark.parametrize("login_name", ["seller", "rival", "outsider", "admin", "finance"])
def test_nothing_waits_for_who_is_not_asked(login, cast, pending, login_name):
    page = login(getattr(cast, login_name)).get("/approvals").text
    assert "待你审批" not in page and f"/quotes/{pending.id}/approve" not in page


def test_what_i_submitted_shows_where_it_stands_and_can_be_withdrawn(login, cast, pending):
    page = login(cast.seller).get("/approvals?tab=mine").text
    assert "钱经理" in page and f"/quotes/{pending.id}/withdraw" in page


def test_what_i_decided_is_kept(login, cast, pending):
    approvals.approve(pending, by=cast.manager, comment="可以")
    page = login(cast.manager).get("/approvals?tab=decided").text
    assert "可以" in page and f"/quotes/{pending.id}/approve" not in page


def test_an_item_of_a_quote_one_may_not_see_is_not_there(login, cast, pending):
    assert login(cast.outsider).get(f"/approvals/{current(pending)}").status_code == 404


def test_an_unknown_tab_is_the_first_one(login, cast, pending):
    assert login(cast.manager).get("/approvals?tab=nonsense").status_code == 200


def test_htmx_gets_the_panes_alone(login, cast, pending):
    part = login(cast.manager).get(f"/approvals/{current(pending)}", headers=PART).text
    assert part.lstrip().startswith('<div class="panes"') and "<html" not in part


def test_a_long_list_has_a_next_page(login, cast, pending):
    opportunity = offers.deal(cast.seller, "杭州瑞博")
    for n in range(51):
        approvals.submit(offers.quote(cast.seller, opportunity, f"Q-{n:03}"), by=cast.seller, at=now() + timedelta(seconds=n))
    client = login(cast.manager)
    first = client.get("/approvals").text
    assert "after=" in first and "Q-050" not in first


@pytest.mark.parametrize("tab", ["waiting", "mine", "decided"])
def test_the_number_of_queries_does_not_grow_with_the_list(login, cast, pending, queries, tab):
    client, opportunity = login(cast.manager), offers.deal(cast.seller, "杭州瑞博")

    def more(numbers):
        for n in numbers:
            quote = approvals.submit(offers.quote(cast.seller, opportunity, f"Q-{n}"), by=cast.seller)
            if tab == "decided":
                approvals.approve(quote, by=cast.manager)

    client = login(cast.seller) if tab == "mine" else client
    seen = []
    for numbers in (range(3), range(3, 12)):
        more(numbers)
        with queries() as ran:
            client.get(f"/approvals?tab={tab}")
        seen.append(len(ran))
    assert seen[0] == seen[1], seen


# ---- decisions -------------------------------------------------------------------------------------------------------


def test_approving_passes_on_and_opens_the_next_item(login, cast, pending):
    other = approvals.submit(offers.quote(cast.rival, number="Q-2"), by=cast.rival)
    answer = post(login(cast.manager), pending, "approve", step=current(pending), inbox=1)
    assert (answer.status_code, answer.location) == (303, f"/approvals/{current(other)}")
    assert Approval.current_of(pending).role == User.FINANCE


def test_the_last_decision_leads_back_to_an_empty_inbox(login, cast, pending):
    answer = post(login(cast.manager), pending, "approve", inbox=1)
    assert answer.location == "/approvals"


def test_a_decision_from_the_quote_leads_back_to_the_quote(login, cast, pending):
    assert post(login(cast.manager), pending, "approve").location == f"/quotes/{pending.id}"


def test_the_last_approval_keeps_the_pdf_as_rendered(login, cast, pending):
    approvals.approve(pending, by=cast.manager)
    post(login(cast.finance), pending, "approve", step=current(pending))
    assert (status(pending), bytes(Quote.get_by_id(pending.id).pdf)) == (Quote.APPROVED, PDF)


def test_without_a_pdf_nothing_is_approved(login, cast, pending, monkeypatch):
    def fail(document, render):
        raise RenderingFailed("too slow")

    approvals.approve(pending, by=cast.manager)
    monkeypatch.setattr(documents, "quote_pdf", fail)
    assert post(login(cast.finance), pending, "approve").status_code == 409
    assert status(pending) == Quote.PENDING


def test_the_pdf_is_printed_as_final_before_it_is_approved(login, cast, pending, monkeypatch):
    printed = []
    monkeypatch.setattr(documents, "quote_pdf", lambda document, render: printed.append(document) or PDF)
    approvals.approve(pending, by=cast.manager)
    post(login(cast.finance), pending, "approve")
    assert [document.is_draft for document in printed] == [False]


def test_rejecting_needs_a_reason_beside_its_field(login, cast, pending):
    answer = post(login(cast.manager), pending, "reject", step=current(pending), comment=" ")
    assert answer.status_code == 422 and 'id="comment-error"' in answer.text
    assert status(pending) == Quote.PENDING


def test_a_reason_of_600_characters_is_kept_in_the_form_and_refused(login, cast, pending):
    answer = post(login(cast.manager), pending, "reject", comment="长" * 600)
    assert answer.status_code == 422 and "长" * 600 in answer.text


@pytest.mark.parametrize("field", ["comment", "reason"])
def test_rejecting_tells_the_seller_why(login, cast, pending, field):
    post(login(cast.manager), pending, "reject", **{field: "毛利太低"})
    assert status(pending) == Quote.REJECTED
    assert "毛利太低" in login(cast.seller).get("/approvals?tab=mine").text


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("login_name", ["seller", "admin", "finance"])
def test_who_is_not_asked_may_not_decide(login, cast, pending, verb, login_name):
    assert post(login(getattr(cast, login_name)), pending, verb, comment="x").status_code == 403


@pytest.mark.parametrize("verb", ["approve", "reject", "submit", "withdraw"])
def test_who_does_not_see_the_quote_is_not_told_of_it(login, cast, pending, verb):
    assert post(login(cast.outsider), pending, verb, comment="x").status_code == 404


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_whoever_comes_second_is_told_who_was_first(login, cast, pending, verb):
    seen = current(pending)
    approvals.approve(pending, by=cast.manager, at=now())
    answer = post(login(cast.manager), pending, verb, step=seen, comment="x")
    assert answer.status_code == 409 and "钱经理" in answer.text


def test_a_node_of_another_quote_is_not_decided_here(login, cast, pending):
    other = approvals.submit(offers.quote(cast.rival, number="Q-2"), by=cast.rival)
    assert post(login(cast.manager), pending, "approve", step=current(other)).status_code == 404
    assert (status(pending), status(other)) == (Quote.PENDING, Quote.PENDING)


# ---- the seller's side -----------------------------------------------------------------------------------------------


def test_submitting_asks_the_first_node_with_the_note(login, cast, pending):
    quote = offers.quote(cast.seller, number="Q-3")
    answer = post(login(cast.seller), quote, "submit", note="急")
    assert (answer.status_code, answer.location) == (303, f"/quotes/{quote.id}")
    assert (status(quote), Quote.get_by_id(quote.id).note) == (Quote.PENDING, "急")


def test_submitting_twice_says_so(login, cast, pending):
    assert post(login(cast.seller), pending, "submit").status_code == 409


def test_submitting_an_older_revision_is_refused(login, cast, pending):
    quote = offers.quote(cast.seller, number="Q-3")
    Quote.update(revision=4).where(Quote.id == quote.id).execute()
    assert post(login(cast.seller), quote, "submit", revision=3).status_code == 409


def test_withdrawing_makes_it_a_draft(login, cast, pending):
    post(login(cast.seller), pending, "withdraw")
    assert status(pending) == Quote.DRAFT


@pytest.mark.parametrize("verb", ["submit", "withdraw"])
def test_an_approver_of_another_side_does_not_act_for_the_seller(login, cast, pending, verb):
    approvals.approve(pending, by=cast.manager)
    assert post(login(cast.finance), pending, verb).status_code == 403


def test_the_margin_is_shown_to_whoever_is_asked_and_not_to_him_afterwards(login, cast, pending):
    two_steps(routes.person, cast.outsider)
    quote = approvals.submit(offers.quote(cast.seller, number="Q-4"), by=cast.seller)
    client, url = login(cast.outsider), f"/approvals/{current(quote)}"
    assert "毛利率" in client.get(url).text
    approvals.approve(quote, by=cast.outsider)
    assert "毛利率" not in client.get(url).text and "3,199.99" in client.get(url).text
