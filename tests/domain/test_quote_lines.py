"""Lines of every kind as they are saved: headings, notes, options, gifts, agreed prices, breaks, both sides of tax."""

from datetime import date, datetime
from decimal import Decimal

import pytest

import documents
from domain import Refused, orders, price_lists, quotes
from models import OrderLine, Product, Quote, QuoteLine
from tests.domain.test_quotes import edits

NOON = datetime(2026, 11, 24, 4)
SECTION, NOTE = {"what": "section", "name": "一、传感器"}, {"what": "note", "name": "线缆另计"}


def line(product, quantity=1, **terms):
    return {"product_id": product.id, "quantity": Decimal(quantity), **terms}


def save(quote, by, *lines, **columns):
    return quotes.save(quote, by, quote.revision, lines, at=NOON, **columns)


def stored(quote):
    return Quote.get_by_id(quote.id), quotes.lines_of(quote)


def columns_of(quote, *names):
    return [tuple(getattr(each, name) for name in names) for each in quotes.lines_of(quote)]


# ---- kinds of lines --------------------------------------------------------------------------------------------------


def test_headings_and_notes_keep_their_place_and_count_nothing(cast, draft, sensors):
    totals = save(draft, cast.seller, SECTION, line(sensors[0]), NOTE)
    assert columns_of(draft, "what", "name", "amount") == [
        ("section", "一、传感器", 0), ("product", "激光测距传感器", 186_000), ("note", "线缆另计", 0),
    ]
    assert totals == quotes.totals_of(stored(draft)[0]) and totals.total == 186_000


def test_an_option_is_stored_with_its_price_and_left_out_of_every_sum(cast, draft, sensors):
    save(draft, cast.seller, line(sensors[0]), line(sensors[1], 10, optional=True), order_discount_rate=1_000)
    quote, (sold, option) = stored(draft)
    assert (quote.total, quote.list_total, quote.cost_total) == (167_400, 186_000, 112_345)
    assert (option.amount, option.share, option.net, option.excl + option.tax) == (168_000, 0, 168_000, 168_000)
    assert sold.net == quote.total


def test_a_gift_takes_its_whole_price_off(cast, draft, sensors):
    save(draft, cast.seller, line(sensors[0]), line(sensors[1], 3, free=True))
    assert columns_of(draft, "free", "gross", "amount") == [(False, 186_000, 186_000), (True, 50_400, 0)]
    assert stored(draft)[0].list_total == 236_400


def test_an_agreed_price_becomes_an_amount_and_follows_the_quantity(cast, draft, sensors):
    save(draft, cast.seller, line(sensors[0], 10, agreed=179_800))
    assert columns_of(draft, "price", "agreed", "discount_amount", "amount") == [(186_000, 179_800, 62_000, 1_798_000)]
    save(draft, cast.seller, line(sensors[0], 20, agreed=179_800))
    assert columns_of(draft, "discount_amount", "amount") == [(124_000, 3_596_000)]
    assert quotes.totals_of(stored(draft)[0]).total == stored(draft)[0].total


def test_an_agreed_price_above_the_list_is_refused(cast, draft, sensors):
    with pytest.raises(Refused):
        save(draft, cast.seller, line(sensors[0], agreed=186_001))
    assert quotes.lines_of(draft) == []


# ---- the whole order -------------------------------------------------------------------------------------------------


def test_a_discount_in_percent_gives_the_amount_and_follows_the_lines(cast, draft, sensors):
    save(draft, cast.seller, line(sensors[0]), order_discount_rate=333)
    assert (stored(draft)[0].order_discount, stored(draft)[0].order_discount_rate) == (6_194, 333)
    save(draft, cast.seller, line(sensors[0], 2), order_discount_rate=333)
    assert stored(draft)[0].order_discount == 12_388
    save(draft, cast.seller, line(sensors[0], 2), order_discount=100)
    assert (stored(draft)[0].order_discount, stored(draft)[0].order_discount_rate) == (100, None)


def test_the_effective_discount_takes_lines_and_order_together(cast, draft, sensors):
    totals = save(draft, cast.seller, line(sensors[0], 1, discount=1_000), order_discount=8_370)
    assert totals.effective_discount * 186_000 == 18_600 + 8_370


# ---- breaks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(cast, sensors):
    """A list with breaks."""
    made = price_lists.add(cast.admin, name="阶梯价")
    price_lists.put(made, [(sensors[1].id, 0, 18_000), (sensors[1].id, 10, 16_500), (sensors[1].id, 100, 15_000)], cast.admin)
    return made


def test_the_price_follows_the_quantity_up_and_down(cast, draft, sensors, offered):
    for quantity, price in (("9.5", 18_000), (10, 16_500), (100, 15_000), (1, 18_000)):
        save(draft, cast.seller, line(sensors[1], quantity))
        assert columns_of(draft, "price") == [(price,)]


def test_breaks_are_those_of_the_day_on_which_the_line_was_added(cast, draft, sensors, offered):
    save(draft, cast.seller, line(sensors[1], 1))
    price_lists.put(offered, [(sensors[1].id, 0, 1)], cast.admin)
    save(draft, cast.seller, line(sensors[1], 100))
    assert columns_of(draft, "price", "breaks") == [(15_000, [["0", 18_000], ["10", 16_500], ["100", 15_000]])]


# ---- with and without tax --------------------------------------------------------------------------------------------


def test_a_quote_without_tax_adds_it_to_the_total(cast, draft, sensors):
    totals = save(draft, cast.seller, line(sensors[0]), line(sensors[1], 10), inclusive=False)
    quote, lines = stored(draft)
    assert [each.price for each in lines] == [164_602, 15_849]
    assert (quote.inclusive, quote.order_amount) == (False, 164_602 + 158_490)
    assert quote.total == quote.order_amount + quote.tax_total and quotes.totals_of(quote) == totals
    assert sum(each.net for each in lines) == quote.order_amount and sum(each.excl + each.tax for each in lines) == quote.total


def test_turning_to_the_other_side_and_back_loses_no_fen(cast, draft, sensors):
    for price in range(100_00, 100_40):
        Product.update(price=price).where(Product.id == sensors[0].id).execute()
        save(draft, cast.seller)
        for inclusive in (True, False, True):
            save(draft, cast.seller, line(sensors[0]), inclusive=inclusive)
        assert columns_of(draft, "price") == [(price,)]


# ---- what is made of it ----------------------------------------------------------------------------------------------


def everything(cast, draft, sensors, **columns):
    lines = (
        SECTION, line(sensors[0], 2, agreed=150_000), line(sensors[0], 1, optional=True), NOTE, line(sensors[1], 5, free=True),
        line(sensors[1], 10, discount_amount=8_000),
    )
    return save(draft, cast.seller, *lines, **columns)


@pytest.mark.parametrize("inclusive", [True, False])
def test_an_order_takes_what_is_sold_and_nothing_else(cast, draft, sensors, inclusive):
    totals = everything(cast, draft, sensors, inclusive=inclusive, order_discount=7_777)
    Quote.update(status=Quote.APPROVED, valid_until=date(2026, 12, 24)).where(Quote.id == draft.id).execute()
    order = orders.create(stored(draft)[0], by=cast.seller, at=NOON)
    taken = list(OrderLine.select().where(OrderLine.order == order).order_by(OrderLine.position))
    assert [(each.position, each.sku, each.quantity) for each in taken] == [(1, "LD-200", 2), (2, "PX-18N", 5), (3, "PX-18N", 10)]
    assert sum(each.excl + each.tax for each in taken) == order.total == totals.total
    assert [each.share for each in taken] == [each.share for each in QuoteLine.counted(draft)]


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_document_adds_up_with_every_kind_of_line(cast, draft, sensors, inclusive):
    totals = everything(cast, draft, sensors, inclusive=inclusive, order_discount=7_777)
    document = documents.document_of(stored(draft)[0])
    assert [each.name for each in document.lines][:2] == ["一、传感器", "激光测距传感器"]
    assert document.subtotal == sum(each.amount for each in document.lines if not each.optional) == totals.subtotal
    tax_on_top = 0 if inclusive else document.tax_total
    assert document.subtotal - document.order_discount + tax_on_top == document.total == totals.total


def test_the_audit_tells_every_kind_of_line_in_no_language(cast, draft, sensors):
    everything(cast, draft, sensors)
    told = edits(draft)[-1].after["lines"]
    for words in ("# 一、传感器", "LD-200 × 2 · ¥1,500.00", "(LD-200 × 1)", "¶ 线缆另计", "PX-18N × 5 · 0%", "PX-18N × 10 · −80.00"):
        assert words in told


def test_a_changed_heading_is_a_change(cast, draft, sensors):
    save(draft, cast.seller, SECTION)
    save(draft, cast.seller, SECTION | {"name": "二、线缆"})
    assert columns_of(draft, "name") == [("二、线缆",)]
