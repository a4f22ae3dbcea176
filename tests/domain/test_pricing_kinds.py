"""Every way to reduce a line, what is optional, both sides of tax and price breaks, against arithmetic written a second time."""

import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from domain.money import PricingError
from domain.pricing import Discount, LineInput, price_at, price_quote, with_tax, without_tax
from tests.domain.test_pricing import RATES, line, random_line

BREAKS = [["0", 20_000], ["10", 18_000], ["100", 15_000]]


# ---- money.md read a second time -------------------------------------------------------------------------------------


def rounded(amount):
    """Half up of a Fraction, by way of Decimal, which the code under test does not take."""
    return int((Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal(1), ROUND_HALF_UP))


def amount_by_the_book(entry):
    gross, off = rounded(Fraction(entry.quantity) * entry.price), entry.discount
    if off.free:
        return gross, 0
    if off.agreed is not None:
        return gross, rounded(Fraction(entry.quantity) * off.agreed)
    if off.percent is not None:
        return gross, gross - rounded(gross * Fraction(off.percent) / 100)
    return gross, gross - (off.amount or 0)


def shares_by_the_book(total, amounts):
    """The largest remainder, one fen after the other."""
    if not sum(amounts):
        return [0] * len(amounts)
    exact = [Fraction(total * amount, sum(amounts)) for amount in amounts]
    shares = [int(each) for each in exact]
    while sum(shares) < total:
        shares[max(range(len(amounts)), key=lambda place: (exact[place] - shares[place], -place))] += 1
    return shares


def quote_by_the_book(entries, order_percent, inclusive):
    """(list total, order discount, total, tax, cost or None) and per line (gross, amount, share, excl, tax)."""
    pairs = [amount_by_the_book(entry) for entry in entries]
    counted = [0 if entry.optional else amount for entry, (_gross, amount) in zip(entries, pairs, strict=True)]
    off = rounded(sum(counted) * Fraction(order_percent) / 100)
    lines = []
    for entry, (gross, amount), share in zip(entries, pairs, shares_by_the_book(off, counted), strict=True):
        net, rate = amount - share, Fraction(entry.tax_rate)
        excl = rounded(net / (1 + rate)) if inclusive else net
        lines.append((gross, amount, share, excl, net - excl if inclusive else rounded(net * rate)))
    sold = [(entry, made) for entry, made in zip(entries, lines, strict=True) if not entry.optional]
    costs = [None if entry.cost is None else rounded(Fraction(entry.quantity) * entry.cost) for entry, _made in sold]
    return (
        sum(made[0] for _entry, made in sold), off, sum(made[3] + made[4] for _entry, made in sold),
        sum(made[4] for _entry, made in sold), None if None in costs else sum(costs),
    ), lines


@pytest.mark.once
def test_quotes_of_all_kinds_agree_with_arithmetic_written_a_second_time():
    numbers = random.Random(20261126)
    for _turn in range(20_000):
        entries = [random_line(numbers) for _n in range(numbers.choice((1, 2, 3, 6)))]
        percent, inclusive = Decimal(numbers.choice((0, numbers.randint(0, 10_000)))) / 100, numbers.random() < 0.5
        totals = price_quote(entries, Discount(percent=percent), inclusive)
        sums, lines = quote_by_the_book(entries, percent, inclusive)
        assert (totals.list_total, totals.order_discount, totals.total, totals.tax_total, totals.cost_total) == sums
        assert [(each.gross, each.amount, each.share, each.excl, each.tax) for each in totals.lines] == lines


# ---- an agreed price -------------------------------------------------------------------------------------------------


def test_an_agreed_price_holds_at_every_quantity_and_the_list_price_stays():
    for quantity in ("1", "24", "0.3333"):
        totals = price_quote([line(186_000, quantity, agreed=179_800)])
        assert totals.subtotal == rounded(Fraction(Decimal(quantity)) * 179_800)
        assert totals.list_total == rounded(Fraction(Decimal(quantity)) * 186_000)


def test_an_agreed_price_above_the_list_price_is_no_discount():
    with pytest.raises(PricingError) as refused:
        price_quote([line(100, 3, agreed=101)])
    assert refused.value.code == "above_list" and price_quote([line(100, 3, agreed=100)]).line_discounts == 0


@pytest.mark.parametrize("two", [{"agreed": 1, "free": True}, {"agreed": 1, "amount": 0}, {"agreed": 0, "percent": Decimal(5)}])
def test_a_line_is_reduced_in_one_way(two):
    with pytest.raises(PricingError) as refused:
        price_quote([line(100, **two)])
    assert refused.value.code == "two_discounts"


# ---- what is optional ------------------------------------------------------------------------------------------------


def optional(price, cost=0, **more):
    return LineInput("option", price, Decimal(1), cost, Decimal("0.13"), optional=True, **more)


def test_an_option_is_priced_and_counted_in_no_total():
    alone = price_quote([line(10_000, cost=4_000)], Discount(percent=Decimal(10)))
    both = price_quote([line(10_000, cost=4_000), optional(5_000, cost=None)], Discount(percent=Decimal(10)))
    for name in ("list_total", "subtotal", "order_discount", "total", "tax_total", "cost_total", "margin", "effective_discount"):
        assert getattr(both, name) == getattr(alone, name)
    option = both.lines[1]
    assert (option.amount, option.share, option.net, option.excl + option.tax) == (5_000, 0, 5_000, 5_000)


def test_a_quote_of_options_alone_comes_to_nothing():
    totals = price_quote([optional(5_000)])
    assert (totals.total, totals.effective_discount, totals.margin) == (0, None, None)


# ---- losses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("price", "cost", "loses"), [(10_000, 10_000, False), (10_000, 10_001, True), (10_000, None, False)])
def test_a_line_loses_money_from_one_fen_below_its_cost(price, cost, loses):
    assert price_quote([line(price, cost=cost)]).lines[0].loses_money is loses


def test_one_losing_line_or_option_marks_a_quote_that_earns():
    assert not price_quote([line(10_000, cost=1)]).loses_money
    assert price_quote([line(10_000, cost=1), line(100, cost=101)]).loses_money
    assert price_quote([line(10_000, cost=1), optional(100, cost=101)]).loses_money


def test_a_gift_is_no_losing_line_but_its_cost_counts():
    totals = price_quote([line(10_000, cost=5_000), line(3_000, cost=2_000, free=True)])
    assert not totals.loses_money and totals.profit == 3_000
    assert price_quote([line(10_000, cost=5_000), line(9_000, cost=5_001, free=True)]).loses_money


def test_the_order_discount_can_make_a_line_lose():
    assert price_quote([line(10_000, cost=9_500)], Discount(percent=Decimal(6))).lines[0].loses_money


def test_prices_without_tax_are_measured_with_it_against_a_cost_that_has_it():
    exclusive = price_quote([line(10_000, cost=11_300)], inclusive=False)
    assert exclusive.profit == 0 and not exclusive.loses_money


# ---- quantities and tax ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quantity", "price"), [("1", 20_000), ("9.9999", 20_000), ("10", 18_000), ("99", 18_000), ("100", 15_000)])
def test_the_price_follows_the_quantity(quantity, price):
    assert price_at(BREAKS, 999, Decimal(quantity)) == price
    assert price_at(list(reversed(BREAKS)), 999, Decimal(quantity)) == price


def test_without_breaks_and_below_them_the_price_stays():
    assert price_at(None, 999, Decimal(500)) == price_at([["10", 1]], 999, Decimal(9)) == 999


def test_a_price_on_the_other_side_of_tax_is_rounded_half_up():
    assert (without_tax(10_000, Decimal("0.13")), with_tax(8_850, Decimal("0.13"))) == (8_850, 10_001)
    for rate in RATES:
        for price in (0, 1, 50, 99_999, 123_456_789):
            assert with_tax(price, rate) == rounded(price * (1 + Fraction(rate)))
            assert without_tax(price, rate) == rounded(price / (1 + Fraction(rate)))
