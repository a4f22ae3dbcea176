"""What a product was last quoted at: to this customer, to others, and who is named to whom."""

from datetime import date, datetime
from decimal import Decimal

from domain import quotes
from domain.last_prices import LastPrice, ToOthers, last_prices
from models import Member, Product, Quote
from tests import offers

NOON = datetime(2026, 11, 24, 4)
DAY = date(2026, 11, 24)


def approved(by, deal, product, off=0, **terms):
    quote = quotes.create(deal, by=by, at=NOON)
    quotes.save(quote, by, 0, [{"product_id": product.id, "quantity": Decimal(2), **terms}], order_discount=off, at=NOON)
    Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
    return quote


def test_the_newest_approved_one_for_this_customer_counts(cast, sensors):
    deal = offers.deal(cast.seller)
    for off in (0, 2_001):
        approved(cast.seller, deal, sensors[0], off)
    quote = quotes.create(deal, by=cast.seller, at=NOON)
    quotes.save(quote, cast.seller, 0, [{"product_id": sensors[0].id, "quantity": Decimal(2)}], order_discount=9_000, at=NOON)
    assert last_prices(quote, cast.seller, [product.id for product in sensors]) == {sensors[0].id: LastPrice(185_000)}


def test_what_this_customer_was_quoted_by_another_is_told_to_who_may_see_that_quote(cast, sensors):
    deal = offers.deal(cast.seller)
    approved(cast.seller, deal, sensors[0])
    own = quotes.create(deal, by=cast.rival, at=NOON)
    assert last_prices(own, cast.rival, [sensors[0].id]) == {}
    Member.create(record_kind="customer", record_id=deal.customer_id, user=cast.rival, added_by=cast.seller)
    assert last_prices(own, cast.rival, [sensors[0].id]) == {sensors[0].id: LastPrice(186_000)}


def test_others_are_told_by_price_and_day_and_named_to_who_sees_them(cast, sensors):
    approved(cast.seller, offers.deal(cast.seller, "宏力"), sensors[0])
    approved(cast.seller, offers.deal(cast.seller, "众联"), sensors[0], 20_000)
    quote = quotes.create(offers.deal(cast.rival, "华阳"), by=cast.rival, at=NOON)
    told = {viewer: last_prices(quote, getattr(cast, viewer), [sensors[0].id])[sensors[0].id].others for viewer in ("rival", "manager")}
    assert told == {"rival": ToOthers(176_000, DAY, ""), "manager": ToOthers(176_000, DAY, "众联")}


def test_a_gift_tells_no_price_and_a_price_stands_on_the_side_of_tax_of_the_quote(cast, sensors):
    deal = offers.deal(cast.seller)
    approved(cast.seller, deal, sensors[0])
    approved(cast.seller, deal, sensors[0], free=True)
    quote = quotes.create(deal, by=cast.seller, at=NOON)
    quotes.save(quote, cast.seller, 0, [], inclusive=False, at=NOON)
    assert last_prices(quote, cast.seller, [sensors[0].id]) == {sensors[0].id: LastPrice(164_602)}
    assert last_prices(quote, cast.seller, [sensors[0].id], inclusive=True) == {sensors[0].id: LastPrice(186_000)}


def test_many_products_take_three_questions(cast, sensors, queries):
    deal = offers.deal(cast.seller, "宏力")
    more = [Product.create(sku=f"X-{n}", name="光电开关", price=100) for n in range(20)]
    for product in more:
        approved(cast.seller, deal, product)
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
    with queries() as asked:
        assert len(last_prices(quote, cast.seller, [product.id for product in more])) == 20
    assert len(asked) == 3
