"""How long a quote is valid, in calendar or working days, and who is told when, once."""

from datetime import date, datetime

import pytest

from domain import orders, quote_links, quotes, validity, versions
from models import Company, Event, Notice, Quote
from tests import offers

MORNING = datetime(2026, 9, 28, 1)  # 09:00 in China, the Monday before 国庆


def approved(cast, until, number="Q20260928-001"):
    quote = offers.quote(cast.seller, number=number)
    Quote.update(status=Quote.APPROVED, approved_at=MORNING, valid_until=until).where(Quote.id == quote.id).execute()
    return Quote.get_by_id(quote.id)


def told(verb="quote.reminded"):
    return sorted(notice.user.login for notice in Notice.select().where(Notice.verb == verb))


@pytest.mark.parametrize("working, last", [(False, date(2026, 10, 5)), (True, date(2026, 10, 13))])
def test_seven_days_from_the_monday_before_the_holiday(cast, working, last):
    """国庆 is free from 1 to 7 October; Saturday the 10th is worked for it."""
    Company.update(quote_valid_days=7, quote_valid_in_working_days=working).execute()
    assert quotes.create(offers.deal(cast.seller), by=cast.seller, at=MORNING).valid_until == last


@pytest.mark.parametrize("working, days, until, warned", [
    (False, 3, date(2026, 10, 1), True), (False, 3, date(2026, 10, 2), False), (True, 3, date(2026, 10, 8), True),
    (True, 3, date(2026, 10, 9), False), (False, 0, date(2026, 9, 28), False), (False, 1, date(2026, 9, 28), True),
])
def test_its_people_are_told_so_many_days_before(cast, working, days, until, warned):
    Company.update(quote_reminder_days=days, quote_valid_in_working_days=working).execute()
    approved(cast, until)
    validity.tell_of_expiry(MORNING)
    assert told() == (["manager", "seller"] if warned else [])


def test_each_is_told_once_before_and_once_after(cast):
    quote = approved(cast, date(2026, 9, 29))
    for _turn in range(3):
        validity.tell_of_expiry(MORNING)
    for _turn in range(3):
        validity.tell_of_expiry(datetime(2026, 9, 30, 1))
    assert told() == told("quote.expired") == ["manager", "seller"]
    assert [event.verb for event in Event.select().where(Event.record_id == quote.id, Event.record_kind == "quote")] == [
        "quote.reminded", "quote.expired",
    ]


def test_the_last_day_is_a_valid_day(cast):
    quote = approved(cast, date(2026, 9, 28))
    validity.tell_of_expiry(datetime(2026, 9, 28, 15, 59))  # 23:59 in China
    assert not told("quote.expired")
    validity.tell_of_expiry(datetime(2026, 9, 28, 16))
    assert told("quote.expired") and Quote.get_by_id(quote.id).expired_at


def test_the_superior_is_told_only_where_the_company_wants_it(cast):
    Company.update(quote_reminds_superior=False).execute()
    approved(cast, date(2026, 9, 29))
    validity.tell_of_expiry(MORNING)
    assert told() == ["seller"]


def test_what_the_customer_has_is_told_of_although_a_later_version_is_in_work(cast):
    quote = approved(cast, date(2026, 9, 29))
    quote_links.make(quote, by=cast.seller, at=MORNING)
    versions.renew(quote, by=cast.seller, at=MORNING)
    validity.tell_of_expiry(MORNING)
    assert told() == ["manager", "seller"]


@pytest.mark.parametrize("what", ["ordered", "declined", "superseded", "in work again", "draft"])
def test_nobody_is_told_of_what_nobody_hopes_for(cast, what):
    quote = approved(cast, date(2026, 9, 29))
    if what == "ordered":
        orders.create(quote, by=cast.seller, at=MORNING)
    elif what == "in work again":
        versions.renew(quote, by=cast.seller, at=MORNING)
    elif what == "draft":
        Quote.update(status=Quote.DRAFT).execute()
    else:
        Quote.update({getattr(Quote, f"{what}_at"): MORNING}).execute()
    validity.tell_of_expiry(MORNING)
    validity.tell_of_expiry(datetime(2026, 10, 20))
    assert not Notice.select().where(Notice.verb.in_(["quote.reminded", "quote.expired"])).exists()


def test_a_declined_quote_leaves_the_queue_unsaid(cast):
    quote = approved(cast, date(2026, 9, 29))
    Quote.update(declined_at=MORNING).execute()
    validity.tell_of_expiry(datetime(2026, 10, 20))
    assert Quote.get_by_id(quote.id).expired_at is not None
