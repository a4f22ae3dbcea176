"""Orders: one per approved quote that is still valid, the same to the fen, and one step at a time."""

from datetime import datetime, timedelta

import pytest

from domain import Refused, approvals, orders
from domain.days import when
from models import Event, Opportunity, Order, OrderLine, Quote, QuoteLine, db
from tests import offers, routes
from tests.server import all_at_once

MORNING = datetime(2026, 11, 24, 2)


@pytest.fixture
def approved(cast):
    routes.lead_through(routes.superior())
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    return approvals.approve(quote, by=cast.manager, pdf=b"%PDF")


def test_an_order_has_the_quotes_lines_prices_and_shares(cast, approved):
    order = orders.create(approved, by=cast.seller)
    assert (order.total, order.tax_total) == (approved.total, approved.tax_total)
    quoted = [[line.__data__[name] for name in orders.COPIED] for line in QuoteLine.select().order_by(QuoteLine.position)]
    ordered = [[line.__data__[name] for name in orders.COPIED] for line in OrderLine.select().order_by(OrderLine.position)]
    assert ordered == quoted
    assert sum(line.net for line in order.lines) == order.total


def test_orders_are_numbered_by_day_without_gaps(cast, approved):
    assert orders.create(approved, by=cast.seller, at=MORNING - timedelta(days=1, hours=11)).number == "SO20261122-001"
    assert not Order.select().where(Order.number == "SO20261122-002").exists()


def test_the_order_belongs_to_the_quotes_owner_whoever_takes_it(cast, approved):
    assert orders.create(approved, by=cast.manager).owner == cast.seller


def test_taking_an_order_does_not_win_the_deal(cast, approved):
    orders.create(approved, by=cast.seller)
    assert Opportunity.get().is_open


def test_a_second_attempt_names_the_order(cast, approved):
    order = orders.create(approved, by=cast.seller)
    with pytest.raises(Refused) as answer:
        orders.create(approved, by=cast.seller)
    assert order.number in answer.value.message


@pytest.mark.parametrize("status", [Quote.DRAFT, Quote.PENDING, Quote.REJECTED])
def test_only_an_approved_quote_becomes_an_order(cast, approved, status):
    Quote.update(status=status).execute()
    with pytest.raises(Refused):
        orders.create(approved, by=cast.seller)


def test_an_expired_quote_does_not_become_an_order(cast, approved):
    after = datetime(approved.valid_until.year, approved.valid_until.month, approved.valid_until.day, 16)
    with pytest.raises(Refused):
        orders.create(approved, by=cast.seller, at=after)
    assert orders.create(approved, by=cast.seller, at=after - timedelta(minutes=1)).status == Order.GENERATED


def test_an_order_goes_one_step_at_a_time(cast, approved):
    order = orders.create(approved, by=cast.seller)
    for step in (orders.start, orders.complete):
        with pytest.raises(Refused):
            step(order, by=cast.seller)
    orders.review(order, by=cast.finance, at=MORNING)
    orders.start(order, by=cast.seller)
    orders.complete(order, by=cast.seller)
    order = Order.get_by_id(order.id)
    assert (order.status, order.reviewed_by, order.reviewed_at) == (Order.COMPLETED, cast.finance, MORNING)
    assert order.executing_at <= order.completed_at


def test_whoever_reviews_second_is_told_who_was_first(cast, approved):
    order = orders.create(approved, by=cast.seller)
    orders.review(Order.get_by_id(order.id), by=cast.finance, at=MORNING)
    with pytest.raises(Refused) as answer:
        orders.review(order, by=cast.manager)
    assert "吴财务" in answer.value.message and when(MORNING, within=True) in answer.value.message


def test_two_who_take_the_order_at_once_make_one(cast, approved):
    def attempt(person):
        def run():
            try:
                return orders.create(Quote.get_by_id(approved.id), by=person).number
            except Refused:
                return "refused"
            finally:
                db.close()
        return run

    answers = all_at_once([attempt(cast.seller), attempt(cast.manager)])
    assert answers.count("refused") == 1
    assert (Order.select().count(), Event.select().where(Event.verb == "order.created").count()) == (1, 1)
