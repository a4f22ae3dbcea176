"""Every rule of the quote's arithmetic; the first test is the quote of 远帆自动化 as it is drawn."""

import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import MAX_FEN, PricingError, capitals, format_money
from domain.pricing import (
    Discount,
    LineInput,
    amount_for_discount_rate,
    amount_for_effective_discount,
    amount_for_margin,
    discount_rate_below,
    effective_discount_above,
    margin_below,
    price_quote,
    share_out,
    shown_percent,
)

RATES = [Decimal(rate) for rate in ("0", "0.01", "0.03", "0.06", "0.09", "0.13")]

amounts = st.integers(0, 10_000_000)
quantities = st.integers(1, 10_000_000).map(lambda tenthousandths: Decimal(tenthousandths) / 10_000)
percents = st.integers(0, 10_000).map(lambda bp: Decimal(bp) / 100)
discounts = st.one_of(
    st.just(Discount()), percents.map(lambda percent: Discount(percent=percent)), st.just(Discount(free=True)),
    st.just(Discount(agreed=0)),
)
line_inputs = st.builds(
    LineInput,
    key=st.integers(),
    price=amounts,
    quantity=quantities,
    cost=st.one_of(st.none(), amounts),
    tax_rate=st.sampled_from(RATES),
    discount=discounts,
    optional=st.booleans(),
)
quotes = st.lists(line_inputs, max_size=12)


def line(price, quantity=1, cost=0, rate="0.13", **discount):
    return LineInput("line", price, Decimal(quantity), cost, Decimal(rate), Discount(**discount))


def drawn_quote():
    """Seven lines; 95 % on the first and 97 % on the sixth; the costs are chosen to add up to 99,640.00."""
    lines = [
        line(186000, 24, 120000, percent=Decimal(5)),
        line(16800, 120, 10000),
        line(8650, 200, 5000),
        line(128000, 16, 60000),
        line(62000, 30, 40000),
        line(435000, 6, 270000, percent=Decimal(3)),
        line(159000, 12, 92000),
    ]
    return price_quote(lines, Discount(amount=1_494_500))


def code_of(*arguments, **options):
    with pytest.raises(PricingError) as refused:
        price_quote(*arguments, **options)
    return refused.value.code


def test_the_drawn_quote_comes_out_to_the_fen():
    totals = drawn_quote()
    assert format_money(totals.list_total) == "166,360.00"
    assert format_money(-totals.line_discounts) == "−3,015.00"
    assert format_money(totals.subtotal) == "163,345.00"
    assert format_money(-totals.order_discount) == "−14,945.00"
    assert format_money(totals.total) == "148,400.00"
    assert capitals(totals.total) == "壹拾肆万捌仟肆佰元整"
    assert format_money(totals.tax_total) == "17,072.56"  # summed from the lines; 148,400.00 taxed once gives one fen more
    assert format_money(totals.excl_total) == "131,327.44"
    assert [format_money(priced.amount) for priced in totals.lines] == [
        "42,408.00", "20,160.00", "17,300.00", "20,480.00", "18,600.00", "25,317.00", "19,080.00",
    ]  # fmt: skip
    assert [format_money(priced.unit_net) for priced in totals.lines] == [
        "1,605.33", "152.63", "78.59", "1,162.89", "563.27", "3,833.44", "1,444.53",
    ]  # fmt: skip


def test_the_drawn_quote_earns_what_is_drawn():
    totals = drawn_quote()
    assert format_money(totals.cost_total) == "99,640.00"
    assert format_money(totals.profit) == "48,760.00"
    assert shown_percent(totals.margin, floor_bp=3000) == "32.86"
    assert not margin_below(totals, 3000)
    assert shown_percent(1 - totals.effective_discount, floor_bp=9000) == "89.20"
    assert effective_discount_above(totals, 1000)
    assert amount_for_effective_discount(totals, 1000) - totals.order_amount == 132_400


@pytest.mark.parametrize(("amount", "tax"), [(50, 7), (250, 33), (8850, 1151)])
def test_exclusive_tax_is_rounded_half_up(amount, tax):
    totals = price_quote([line(amount)], inclusive=False)
    assert (totals.excl_total, totals.tax_total, totals.total) == (amount, tax, amount + tax)


def test_tax_is_the_sum_of_the_printed_lines():
    totals = price_quote([line(33)] * 3, inclusive=False)
    assert [priced.tax for priced in totals.lines] == [4, 4, 4]
    assert totals.tax_total == 12


def test_inclusive_tax_is_taken_out_of_the_net():
    totals = price_quote([line(10_000)])
    assert (totals.excl_total, totals.tax_total, totals.total) == (8850, 1150, 10_000)


def test_a_discount_of_100_yuan_over_three_equal_lines():
    assert share_out(10_000, [1, 1, 1]) == [3334, 3333, 3333]


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (0, [], []),
        (0, [0, 0], [0, 0]),
        (5, [0, 10, 0], [0, 5, 0]),
        (1, [3, 3], [1, 0]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [1, 2, 7], [1, 2, 7]),
    ],
)
def test_shares_go_to_the_largest_remainder_and_then_to_the_earlier_line(total, weights, shares):
    assert share_out(total, weights) == shares


@given(st.integers(0, 10**13), st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_shares_add_up_and_stray_less_than_a_fen(total, weights):
    weight = sum(weights)
    if not weight:
        return
    shares = share_out(total, weights)
    assert sum(shares) == total
    assert all(abs(share * weight - total * each) < weight for share, each in zip(shares, weights, strict=True))
    assert all(share == 0 for share, each in zip(shares, weights, strict=True) if each == 0)
    if total <= weight:
        assert all(0 <= share <= each for share, each in zip(shares, weights, strict=True))


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=12, unique=True), st.randoms())
def test_shares_follow_their_line_when_lines_change_places(total, weights, shuffler):
    if not sum(weights):
        return
    by_weight = dict(zip(weights, share_out(total, weights), strict=True))
    shuffler.shuffle(weights)
    remainders = [total * each % sum(weights) for each in weights]
    if len(set(remainders)) == len(remainders):
        assert dict(zip(weights, share_out(total, weights), strict=True)) == by_weight


def assert_adds_up(totals):
    """What must hold of every quote, whatever was entered."""
    priced = [each for each in totals.lines if not each.optional]
    assert totals.list_total == sum(each.gross for each in priced)
    assert totals.list_total - totals.line_discounts == totals.subtotal
    assert totals.subtotal - totals.order_discount == totals.order_amount == sum(each.net for each in priced)
    assert sum(each.share for each in priced) == totals.order_discount
    assert totals.excl_total + totals.tax_total == totals.total == sum(each.incl for each in priced)
    assert all(each.share == 0 for each in totals.lines if each.optional)
    for each in totals.lines:
        assert 0 <= each.share <= each.amount <= each.gross
        assert each.net + each.share + each.discount == each.gross
        assert each.excl + each.tax == each.incl
        assert min(each.excl, each.tax) >= 0
    if totals.inclusive:
        assert totals.total == totals.order_amount


@given(quotes, percents, st.booleans())
def test_every_quote_adds_up(lines, percent, inclusive):
    assert_adds_up(price_quote(lines, Discount(percent=percent), inclusive))


@given(quotes, percents, st.booleans(), st.randoms())
def test_the_order_of_lines_changes_no_total_before_tax(lines, percent, inclusive, shuffler):
    before = price_quote(lines, Discount(percent=percent), inclusive)
    shuffler.shuffle(lines)
    after = price_quote(lines, Discount(percent=percent), inclusive)
    for name in ("list_total", "line_discounts", "subtotal", "order_discount", "order_amount", "cost_total"):
        assert getattr(before, name) == getattr(after, name)


def random_line(numbers):
    """A line of any kind: at a percentage, less an amount, at an agreed price, free, optional or as it is listed."""
    roll, price = numbers.random(), numbers.randint(0, 500_000)
    quantity = Decimal(numbers.randint(1, 500)) if roll < 0.8 else Decimal(numbers.randint(1, 999_999)) / 10_000
    whole = price * int(quantity)
    discount = numbers.choice((
        Discount(), Discount(percent=Decimal(numbers.randint(0, 10_000)) / 100), Discount(amount=numbers.randint(0, whole)),
        Discount(agreed=numbers.randint(0, price)), Discount(free=True),
    ))
    cost = numbers.choice((None, numbers.randint(0, 400_000), numbers.randint(0, 400_000)))
    return LineInput(0, price, quantity, cost, numbers.choice(RATES), discount, optional=numbers.random() < 0.15)


@pytest.mark.once
def test_a_hundred_thousand_random_quotes_add_up():
    numbers = random.Random(20261124)
    for _ in range(100_000):
        lines = [random_line(numbers) for _ in range(numbers.choice((1, 1, 2, 2, 3, 5)))]
        subtotal = price_quote(lines).subtotal if numbers.random() < 0.1 else None
        discount = (
            Discount(percent=Decimal(numbers.randint(0, 2500)) / 100)
            if subtotal is None
            else Discount(amount=numbers.randint(0, subtotal))
        )
        assert_adds_up(price_quote(lines, discount, inclusive=numbers.random() < 0.8))


@given(amounts, quantities, st.sampled_from(RATES))
def test_lines_agree_with_decimal_arithmetic_done_by_the_book(price, quantity, rate):
    priced = price_quote([line(price, quantity, rate=str(rate))]).lines[0]
    gross = (price * quantity).quantize(Decimal(1), ROUND_HALF_UP)
    assert priced.gross == gross
    assert priced.excl == (gross / (1 + rate)).quantize(Decimal(1), ROUND_HALF_UP)


def test_lines_of_several_rates_add_up():
    totals = price_quote([line(10_600, rate="0.06"), line(11_300), line(22_600)])
    assert (totals.excl_total, totals.tax_total) == (40_000, 4_500)


def test_a_free_line_keeps_its_cost_and_bears_no_discount():
    totals = price_quote([line(10_000), line(5_000, cost=3_000, free=True)], Discount(amount=1_000))
    assert [priced.share for priced in totals.lines] == [1_000, 0]
    assert (totals.list_total, totals.total, totals.cost_total) == (15_000, 9_000, 3_000)


def test_a_line_may_be_reduced_by_an_amount():
    assert price_quote([line(10_000, amount=1)]).subtotal == 9_999


@pytest.mark.parametrize("discount", [{"amount": 10_001}, {"percent": Decimal("100.01")}])
def test_no_discount_exceeds_what_it_is_taken_from(discount):
    assert code_of([line(10_000)], Discount(**discount)) == "discount_too_large"
    assert code_of([line(10_000, **discount)]) == "discount_too_large"


def test_the_whole_amount_may_be_given_away():
    totals = price_quote([line(10_000)], Discount(amount=10_000))
    assert (totals.total, totals.discount_rate, totals.margin) == (0, 0, None)


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"price": -1}, "negative"),
        ({"price": 1.5}, "not_a_number"),
        ({"price": MAX_FEN + 1}, "too_large"),
        ({"price": 10**10, "quantity": "1001"}, "too_large"),
        ({"price": 1, "quantity": "0"}, "zero"),
        ({"price": 1, "quantity": "-1"}, "negative"),
        ({"price": 1, "quantity": "0.00001"}, "too_many_decimals"),
        ({"price": 1, "quantity": "1e-400"}, "too_many_decimals"),
        ({"price": 1, "quantity": "1e400"}, "too_large"),
        ({"price": 1, "quantity": "NaN"}, "not_a_number"),
        ({"price": 1, "quantity": "Infinity"}, "not_a_number"),
        ({"price": 1, "cost": -1}, "negative"),
        ({"price": 1, "cost": 10**10, "quantity": "2000"}, "too_large"),
        ({"price": 1, "rate": "1"}, "bad_rate"),
        ({"price": 1, "rate": "-0.01"}, "bad_rate"),
        ({"price": 1, "rate": "NaN"}, "not_a_number"),
        ({"price": 1, "amount": -1}, "negative"),
        ({"price": 1, "amount": 0.5}, "not_a_number"),
        ({"price": 1, "percent": Decimal(-1)}, "negative"),
        ({"price": 100, "percent": Decimal("NaN")}, "not_a_number"),
        ({"price": 1, "percent": Decimal(1), "free": True}, "two_discounts"),
    ],
)
def test_lines_that_cannot_be_priced(broken, code):
    assert code_of([line(**broken)]) == code


def test_the_refusal_names_the_line():
    lines = [LineInput("first", 1, Decimal(1)), LineInput("second", -1, Decimal(1))]
    with pytest.raises(PricingError) as refused:
        price_quote(lines)
    assert refused.value.key == "second"


def test_totals_too_large_to_be_spelt_are_refused():
    assert code_of([line(MAX_FEN), line(1)]) == "too_large"
    assert code_of([line(MAX_FEN)], inclusive=False) == "too_large"


def test_the_largest_quote_fits_a_signed_64_bit_column():
    totals = price_quote([line(MAX_FEN, cost=MAX_FEN)])
    assert totals.total == MAX_FEN < 2**63


def test_an_unknown_cost_leaves_the_margin_undefined_and_goes_to_approval():
    totals = price_quote([line(10_000, cost=4_000), line(10_000, cost=None)])
    assert (totals.cost_total, totals.profit, totals.margin, totals.margin_excl) == (None, None, None, None)
    assert shown_percent(totals.margin) == "—"
    assert margin_below(totals, 0)


def test_an_empty_quote_has_no_rates_and_passes_no_threshold():
    totals = price_quote([])
    assert (totals.total, totals.margin, totals.discount_rate, totals.effective_discount) == (0, None, None, None)
    assert margin_below(totals, 0)
    assert discount_rate_below(totals, 0)
    assert effective_discount_above(totals, 10_000)


def test_a_loss_is_shown_with_its_sign():
    totals = price_quote([line(10_000, cost=12_000)])
    assert totals.profit == -2_000
    assert shown_percent(totals.margin) == "−20.00"


def test_margin_without_tax_takes_the_tax_out_of_both_sides():
    totals = price_quote([line(11_300, cost=5_650)])
    assert totals.cost_excl_total == 5_000
    assert totals.margin_excl == Fraction(5_000, 10_000)
    assert not margin_below(totals, 5_000, excluding_tax=True)
    assert margin_below(totals, 5_001, excluding_tax=True)


def test_nobody_sees_20_percent_refused_at_20():
    totals = price_quote([line(1_000_000, cost=800_001)])
    assert margin_below(totals, 2000)
    assert shown_percent(totals.margin, floor_bp=2000) == "19.99"
    just_enough = price_quote([line(1_000_000, cost=800_000)])
    assert not margin_below(just_enough, 2000)
    assert shown_percent(just_enough.margin, floor_bp=2000) == "20.00"


def test_a_discount_over_its_ceiling_is_never_shown_as_the_ceiling():
    assert shown_percent(Fraction(100_001, 1_000_000), ceiling_bp=1000) == "10.01"
    assert shown_percent(Fraction(1, 10), ceiling_bp=1000) == "10.00"


@given(st.fractions(-2, 2), st.integers(-20_000, 20_000))
def test_a_shown_percentage_falls_on_the_side_of_its_limit(rate, limit):
    def shown(**options):
        return Decimal(shown_percent(rate, **options).replace("−", "-").replace(",", "")) * 100

    assert (shown(floor_bp=limit) < limit) == (rate * 10_000 < limit)
    assert (shown(ceiling_bp=limit) > limit) == (rate * 10_000 > limit)


@given(quotes, percents, st.integers(1, 9_999))
def test_the_amount_named_to_avoid_approval_avoids_it_and_one_fen_less_does_not(lines, percent, bp):
    totals = price_quote(lines, Discount(percent=percent))
    for amount, base in ((amount_for_discount_rate(totals, bp), totals.subtotal),):
        assert amount * 10_000 >= bp * base
        assert (amount - 1) * 10_000 < bp * base
    amount = amount_for_effective_discount(totals, bp)
    if totals.list_total:
        assert (totals.list_total - amount) * 10_000 <= bp * totals.list_total < (totals.list_total - amount + 1) * 10_000
    needed = amount_for_margin(totals, bp)
    if needed:
        assert (needed - totals.cost_total) * 10_000 >= bp * needed
        assert (needed - 1 - totals.cost_total) * 10_000 < bp * (needed - 1)


def test_thresholds_are_exact_where_percentages_are_not():
    totals = price_quote([line(30_000)], Discount(amount=10_000))
    assert totals.discount_rate == Fraction(2, 3)
    assert not discount_rate_below(totals, 6_666)
    assert discount_rate_below(totals, 6_667)
