"""Messages over HTTP: the list, reading one and all, and where each leads."""

import pytest

from domain import approvals, notifications
from models import Notice, Quote
from tests import offers
from tests.pages import PART


@pytest.fixture
def asked(cast):
    """The manager's message that a quote waits for him."""
    approvals.submit(offers.quote(cast.seller), by=cast.seller)
    return Notice.get(Notice.user == cast.manager)


def unread(user):
    return Notice.select().where(Notice.user == user, Notice.read_at.is_null()).count()


def test_one_sees_ones_own_messages_only(login, cast, asked):
    assert "孙一" in login(cast.manager).get("/notices").text
    assert "notice-" not in login(cast.seller).get("/notices").text


def test_opening_a_message_reads_it_and_leads_to_what_waits(login, cast, asked):
    client = login(cast.manager)
    answer = client.post(f"/notices/{asked.id}/read", data={"open": "1"})
    assert (answer.status_code, unread(cast.manager)) == (303, 0)
    opened = client.get(answer.location)
    assert opened.status_code == 302 and opened.location.startswith("/approvals/")


def test_a_message_can_be_read_without_leaving(login, cast, asked):
    answer = login(cast.manager).post(f"/notices/{asked.id}/read", headers=PART)
    assert answer.status_code == 200 and "unread" not in answer.text.split(">")[0]
    assert unread(cast.manager) == 0


def test_another_persons_message_is_not_there(login, cast, asked):
    assert login(cast.seller).post(f"/notices/{asked.id}/read").status_code == 404
    assert unread(cast.manager) == 1


def test_all_can_be_read_at_once(login, cast, asked):
    answer = login(cast.manager).post("/notices/read", data={"up_to": asked.id})
    assert (answer.status_code, unread(cast.manager)) == (303, 0)


def test_the_tab_of_unread_ones_is_empty_then(login, cast, asked):
    notifications.read(asked)
    client = login(cast.manager)
    assert "notice-" not in client.get("/notices?show=unread").text
    assert "notice-" in client.get("/notices").text


def test_a_message_about_what_is_no_longer_ones_own_leads_nowhere(login, cast, asked):
    notifications.notify([cast.rival], "quote.rejected", Quote.get(), actor="x", number="Q", comment="y")
    notice, client = Notice.get(Notice.user == cast.rival), login(cast.rival)
    assert 'name="open"' not in client.get("/notices").text
    assert client.post(f"/notices/{notice.id}/read", data={"open": "1"}).location == "/notices"


def test_who_was_rejected_is_led_to_the_quote(login, cast, asked):
    quote = Quote.get()
    approvals.reject(quote, by=cast.manager, comment="毛利太低")
    notice = Notice.get(Notice.user == cast.seller)
    page = login(cast.seller)
    assert "毛利太低" in page.get("/notices").text
    assert page.post(f"/notices/{notice.id}/read", data={"open": "1"}).location == f"/quotes/{quote.id}"


def test_the_number_of_queries_does_not_grow_with_the_list(login, cast, asked, queries):
    client, quote, seen = login(cast.manager), Quote.get(), []
    for number in (2, 10):
        for _ in range(number):
            notifications.notify([cast.manager], "lead.assigned", quote, actor="孙一", actor_id=3, name="恒立")
        with queries() as ran:
            client.get("/notices")
        seen.append(len(ran))
    assert seen[0] == seen[1], seen
