"""Versions over HTTP: who may begin, refresh and give up one; what the pages say, and to whom."""

from datetime import timedelta

import pytest

from domain import day_of, now, quotes, versions
from models import Company, Quote
from tests import offers


@pytest.fixture
def first(cast):
    quote = offers.quote(cast.seller)
    Quote.update(status=Quote.APPROVED, approved_at=now(), pdf=b"%PDF-1").where(Quote.id == quote.id).execute()
    return Quote.get_by_id(quote.id)


@pytest.fixture
def printed(monkeypatch):
    """PDFs without the renderer."""
    monkeypatch.setattr("views.approvals.documents.quote_pdf", lambda *args, **options: b"%PDF-2")


def newest():
    return Quote.get(Quote.is_newest)


def entries(quote):
    return [{"product_id": line.product_id, "quantity": line.quantity} for line in quotes.lines_of(quote)]


def expire(quote):
    Quote.update(valid_until=day_of(now()) - timedelta(days=1)).where(Quote.id == quote.id).execute()


@pytest.mark.parametrize("who, status", [("seller", 303), ("manager", 303), ("admin", 303), ("finance", 403), ("rival", 404), ("outsider", 404)])
@pytest.mark.parametrize("verb", ["versions", "refresh"])
def test_the_sellers_side_begins_a_version(cast, first, printed, login, who, status, verb):
    assert login(getattr(cast, who)).post(f"/quotes/{first.id}/{verb}").status_code == status
    assert Quote.select().count() == (2 if status == 303 else 1)


def test_a_second_one_is_409_and_says_who_has_it(cast, first, login):
    client = login(cast.seller)
    assert client.post(f"/quotes/{first.id}/versions").status_code == 303
    answer = client.post(f"/quotes/{first.id}/versions")
    assert answer.status_code == 409 and cast.seller.name in answer.text
    assert Quote.select().count() == 2


@pytest.mark.parametrize("who, status", [("seller", 303), ("manager", 303), ("finance", 403), ("outsider", 404)])
def test_the_sellers_side_gives_one_up(cast, first, login, who, status):
    second = versions.renew(first, by=cast.seller)
    assert login(getattr(cast, who)).post(f"/quotes/{second.id}/drop").status_code == status
    assert (Quote.get_by_id(second.id).status == Quote.DROPPED) == (status == 303)


def test_submitting_what_is_nowhere_worse_approves_it_at_once(cast, first, printed, login):
    client = login(cast.seller)
    client.post(f"/quotes/{first.id}/versions")
    answer = client.post(f"/quotes/{newest().id}/submit", follow_redirects=True)
    kept = newest()
    assert (kept.status, kept.kept_from_id, bytes(kept.pdf)) == (Quote.APPROVED, first.id, b"%PDF-2")
    assert "V1" in answer.text
    assert client.get(f"/quotes/{first.id}.pdf").data == b"%PDF-1"


def test_submitting_what_is_worse_asks_for_approval(cast, first, login):
    second = versions.renew(first, by=cast.seller)
    quotes.save(second, cast.seller, 0, entries(second), order_discount=10_001)
    assert login(cast.seller).post(f"/quotes/{second.id}/submit").status_code == 303
    assert newest().status == Quote.PENDING and Quote.get_by_id(first.id).superseded_at is None


@pytest.mark.parametrize("allowed, status", [(True, Quote.APPROVED), (False, Quote.DRAFT)])
def test_one_click_refreshes_the_validity(cast, first, printed, login, allowed, status):
    Company.update(refresh_keeps_approval=allowed).execute()
    expire(first)
    assert login(cast.seller).post(f"/quotes/{first.id}/refresh").status_code == 303
    assert (newest().version, newest().status, newest().valid_until) == (2, status, day_of(now()) + timedelta(days=30))


def test_the_list_shows_the_newest_version_alone(cast, first, login):
    client, second = login(cast.seller), versions.renew(first, by=cast.seller)
    page = client.get("/quotes?whose=mine").text
    assert f"/quotes/{second.id}" in page and f'href="/quotes/{first.id}"' not in page
    assert f"/quotes/{first.id}" in client.get(f"/quotes/{second.id}/versions").text


def test_an_older_version_leads_to_the_newest(cast, first, login):
    second = versions.renew(first, by=cast.seller)
    assert f'href="/quotes/{second.id}"' in login(cast.seller).get(f"/quotes/{first.id}").text


def test_the_difference_tells_margins_only_to_who_may_see_cost(cast, first, login):
    second = versions.renew(first, by=cast.seller)
    quotes.save(second, cast.seller, 0, entries(second), order_discount=20_000)
    shown = login(cast.seller).get(f"/quotes/{second.id}/versions").text
    assert "毛利" in shown and "<del>" in shown and "<ins>" in shown
    Quote.update(owner=cast.rival).execute()
    other = login(cast.manager).get(f"/quotes/{second.id}/versions?with={first.id}").text
    assert ("毛利" in other) == cast.manager.may("quote.cost")


def test_versions_of_another_number_are_not_compared(cast, first, login):
    other = offers.quote(cast.seller, opportunity=first.opportunity, number="Q20261122-009")
    page = login(cast.seller).get(f"/quotes/{first.id}/versions?with={other.id}")
    assert page.status_code == 200 and other.number not in page.text


def test_the_approver_reads_what_differs_from_the_approved_version(cast, first, login):
    second = versions.renew(first, by=cast.seller)
    quotes.save(second, cast.seller, 0, entries(second), order_discount=20_000)
    login(cast.seller).post(f"/quotes/{second.id}/submit")
    page = login(cast.manager).get(f"/quotes/{second.id}/approval", follow_redirects=True).text
    assert 'class="difference"' in page and "<del>" in page
