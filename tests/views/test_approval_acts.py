"""Passing on, adding signers, sending back, taking back, batches and stand-ins over HTTP."""

from datetime import date

import pytest

import documents
from domain import approval_delegates, approvals
from models import Approval, Delegation, Quote, User
from tests import offers, routes


@pytest.fixture
def pending(cast, monkeypatch):
    """Waits for the manager, then for finance."""
    monkeypatch.setattr(documents, "quote_pdf", lambda document, render: b"%PDF")
    routes.lead_through(routes.superior(batch=True), routes.role(User.FINANCE))
    return approvals.submit(offers.quote(cast.seller), by=cast.seller)


def act(client, quote, what, **form):
    return client.post(f"/approvals/{Approval.current_of(quote).id}/{what}", data=form)


@pytest.mark.parametrize("what", ["hand-on", "signers", "send-back"])
def test_each_dialog_opens_for_whoever_is_asked_and_for_nobody_else(login, cast, pending, what):
    url = f"/approvals/{Approval.current_of(pending).id}/{what}"
    assert login(cast.manager).get(url).status_code == 200
    assert login(cast.seller).get(url).status_code == 404


def test_passing_on_asks_the_other_person(login, cast, pending):
    assert act(login(cast.manager), pending, "hand-on", person=cast.rival.id).status_code == 303
    assert Approval.current_of(pending).approver == cast.rival


def test_whoever_submitted_is_not_offered(login, cast, pending):
    assert act(login(cast.manager), pending, "hand-on", person=cast.seller.id).status_code == 422
    assert Approval.current_of(pending).approver == cast.manager


def test_signers_are_added(login, cast, pending):
    assert act(login(cast.manager), pending, "signers", place="before", people=[cast.rival.id]).status_code == 303
    assert Approval.current_of(pending).approver == cast.rival


def test_sending_back_needs_a_reason_beside_its_field(login, cast, pending):
    client = login(cast.manager)
    assert act(client, pending, "send-back", to=0).status_code == 422
    assert act(client, pending, "send-back", to=0, comment="少了急停").status_code == 303
    assert Quote.get_by_id(pending.id).status == Quote.DRAFT


def test_an_approval_is_taken_back_by_its_own_button(login, cast, pending):
    step = Approval.current_of(pending)
    approvals.approve(pending, by=cast.manager)
    client = login(cast.manager)
    assert "/taken-back" in client.get(f"/approvals/{step.id}?tab=decided").text
    assert client.post(f"/approvals/{step.id}/taken-back").status_code == 303
    assert Approval.current_of(pending).approver == cast.manager


def test_a_batch_says_what_it_skipped(login, cast, pending):
    other = approvals.submit(offers.quote(cast.rival, offers.deal(cast.rival, "别家"), "Q-2"), by=cast.rival)
    steps = [Approval.current_of(quote).id for quote in (pending, other)]
    approvals.withdraw(other, by=cast.rival)
    client = login(cast.manager)
    page = client.post("/approvals/approved", data={"id": steps}, follow_redirects=True).text
    assert "Q-2 V1" in page and "李二" in page
    assert Approval.current_of(pending).role == User.FINANCE


def test_a_stand_in_is_named_and_ended_on_ones_own_page(login, cast, pending):
    client = login(cast.manager)
    form = {"to": cast.outsider.id, "what": "", "starts_on": "2026-01-01", "ends_on": "2099-01-01"}
    assert client.post("/profile/stand-ins", data=form).status_code == 303
    inbox = login(cast.outsider)
    assert pending.title in inbox.get("/approvals").text
    inbox.post("/profile/stand-ins/ended", data={"id": Delegation.get().id})
    assert pending.title in inbox.get("/approvals").text  # not his to end
    client.post("/profile/stand-ins/ended", data={"id": Delegation.get().id})
    assert pending.title not in inbox.get("/approvals").text


def test_a_stand_in_is_said_for_whom_he_decided(login, cast, pending):
    approval_delegates.delegate(cast.manager, cast.outsider, date(2026, 1, 1), date(2099, 1, 1), by=cast.manager)
    step = Approval.current_of(pending)
    login(cast.outsider).post(f"/quotes/{pending.id}/approve", data={"step": step.id, "comment": "代看"})
    assert "代 钱经理" in login(cast.seller).get(f"/approvals/{step.id}?tab=mine").text


def test_whoever_is_copied_in_finds_it_in_his_own_tab(login, cast, pending):
    routes.lead_through(routes.superior(copy_to=routes.CopyTo(users=(cast.outsider.id,))))
    quote = approvals.submit(offers.quote(cast.rival, offers.deal(cast.rival, "别家"), "Q-2"), by=cast.rival)
    approvals.approve(quote, by=cast.manager)
    assert quote.customer.name in login(cast.outsider).get("/approvals?tab=copied").text
