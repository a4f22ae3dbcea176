"""When a node is asked: every threshold at ± 0.01 through a real price, between's both ends, and what is undefined fails closed."""

from decimal import Decimal

import pytest

from domain import flow_facts
from domain.flow_conditions import Condition, applies, holds, reasons, tells_cost
from domain.flow_facts import Surroundings
from domain.pricing import NO_DISCOUNT, Discount, LineInput, price_quote
from models import QuoteLine

NOWHERE = Surroundings("", "", "")


def priced(price=100_000_00, off=0, cost=60_000_00, line=NO_DISCOUNT):
    return price_quote([LineInput(1, price, Decimal(1), cost, discount=line)], Discount(amount=off))


def facts(totals, around=NOWHERE, lines=(), worse=()):
    return flow_facts.facts_of(totals, lines, around, worse)


def asked(field, op, value, **figures):
    return holds(Condition(field, op, value), facts(priced(**figures)))


# 1 分 of 100,000.00 is 0.00001 %: one fen on each side of the threshold of 10 %, and one hundredth of a percent
@pytest.mark.parametrize("off, above, at_least, below, at_most", [
    (9_990_00, False, False, True, True), (9_999_99, False, False, True, True), (10_000_00, False, True, False, True),
    (10_000_01, True, True, False, False), (10_010_00, True, True, False, False),
])
def test_the_effective_discount_is_compared_to_the_fen(off, above, at_least, below, at_most):
    told = [asked("effective_discount", op, 10_00, off=off) for op in ("above", "at_least", "below", "at_most")]
    assert told == [above, at_least, below, at_most]


@pytest.mark.parametrize("off, below", [(29_999_99, True), (30_000_00, True), (14_285_71, False), (14_285_72, True)])
def test_the_margin_is_compared_without_a_division(off, below):
    """60,000.00 of cost is 30 % of margin at 85,714.2857…: at 85,714.29 it is above, at 85,714.28 below."""
    assert asked("margin", "below", 30_00, off=off) == below
    assert asked("margin", "at_least", 30_00, off=off) == (not below)


@pytest.mark.parametrize("bp, below", [(39_99, False), (40_00, False), (40_01, True)])
def test_a_margin_on_the_threshold_is_not_below_it(bp, below):
    assert asked("margin", "below", bp) == below
    assert asked("margin", "at_most", bp) == (bp >= 40_00)
    assert asked("margin", "above", bp) == (bp < 40_00)


@pytest.mark.parametrize("off, below", [(10_000_01, True), (10_000_00, False), (9_999_99, False), (10_010_00, True), (9_990_00, False)])
def test_the_discount_rate_is_what_is_paid_of_the_lines(off, below):
    assert asked("discount_rate", "below", 90_00, off=off) == below
    assert asked("discount_rate", "at_least", 90_00, off=off) == (not below)


def test_line_and_order_discounts_are_judged_together_in_one_and_apart_in_the_other():
    totals = facts(priced(off=5_000_00, line=Discount(percent=Decimal(10))))
    assert holds(Condition("effective_discount", "at_least", 15_00), totals)
    assert not holds(Condition("effective_discount", "above", 15_00), totals)
    assert holds(Condition("discount_rate", "above", 94_44), totals)
    assert holds(Condition("discount_rate", "below", 94_45), totals)


@pytest.mark.parametrize("price, above", [(50_000_001, True), (50_000_000, False), (49_999_999, False)])
def test_the_amount_is_compared_to_the_fen(price, above):
    assert asked("amount", "above", 500_000_00, price=price) == above
    assert asked("amount", "at_most", 500_000_00, price=price) == (not above)
    assert asked("amount", "at_least", 500_000_00, price=price) == (price >= 500_000_00)
    assert asked("amount", "below", 500_000_00, price=price) == (price < 500_000_00)


@pytest.mark.parametrize("off, inside", [
    (4_999_99, False), (5_000_00, True), (5_000_01, True), (9_999_99, True), (10_000_00, True), (10_000_01, False),
])
def test_between_takes_both_ends_in(off, inside):
    assert asked("effective_discount", "between", (5_00, 10_00), off=off) == inside
    amount = 100_000_00 - off
    assert asked("amount", "between", (90_000_00, 95_000_00), off=off) == (90_000_00 <= amount <= 95_000_00) == inside
    assert asked("discount_rate", "between", (90_00, 95_00), off=off) == inside


@pytest.mark.parametrize("low, high, inside", [
    (39_99, 40_01, True), (40_00, 41_00, True), (39_00, 40_00, True), (40_01, 41_00, False), (39_00, 39_99, False),
])
def test_a_margin_between_two_thresholds(low, high, inside):
    assert asked("margin", "between", (low, high)) == inside


@pytest.mark.parametrize("field", ["effective_discount", "margin", "discount_rate"])
@pytest.mark.parametrize("op, value", [("above", 100_00), ("at_least", 100_00), ("below", 0), ("at_most", 0), ("between", (100_00, 100_00))])
def test_where_nothing_is_paid_every_discount_and_margin_condition_is_met(field, op, value):
    assert holds(Condition(field, op, value), facts(priced(price=0)))


@pytest.mark.parametrize("op, value", [("above", 99_00), ("below", 0), ("between", (1, 2))])
def test_an_unknown_cost_meets_every_condition_on_the_margin_and_on_losing_money(op, value):
    unknown = facts(priced(cost=None))
    assert holds(Condition("margin", op, value), unknown)
    assert holds(Condition("loses_money", "is", True), unknown)
    assert not holds(Condition("effective_discount", "above", 0), unknown)


@pytest.mark.parametrize("off, loses", [(39_999_99, False), (40_000_00, False), (40_000_01, True)])
def test_it_loses_money_from_the_first_fen_below_cost(off, loses):
    assert asked("loses_money", "is", True, off=off) == loses


@pytest.mark.parametrize("net, loses", [(59_999_99, True), (60_000_00, False), (0, False)])
def test_one_line_below_cost_loses_money_however_well_the_others_sell_but_a_gift_does_not(net, loses):
    line = QuoteLine(what=QuoteLine.PRODUCT, quantity=Decimal(1), cost=60_000_00, excl=net, tax=0)
    line.category = "sensor"
    assert facts(priced(), lines=[line]).loses_money == loses


# ---- belongs to ------------------------------------------------------------------------------------------------------


def test_a_department_counts_with_those_below_it_a_neighbour_does_not():
    seller = facts(priced(), Surroundings("", "", "/1/4/12/"))
    assert [holds(Condition("department", "in", (id,)), seller) for id in (1, 4, 12, 2)] == [True, True, True, False]
    assert holds(Condition("department", "not_in", (2,)), seller)


def test_levels_and_provinces_belong_or_do_not():
    key = facts(priced(), Surroundings("key", "江苏", ""))
    assert holds(Condition("level", "in", ("key", "trial")), key) and not holds(Condition("level", "not_in", ("key",)), key)
    assert holds(Condition("province", "not_in", ("浙江",)), key) and holds(Condition("province", "in", ("江苏",)), key)
    nothing = facts(priced())
    assert not holds(Condition("level", "in", ("key",)), nothing) and holds(Condition("level", "not_in", ("key",)), nothing)


def test_what_is_worse_counts_if_it_is_among_those_asked_for():
    worse = facts(priced(), worse=("price", "terms"))
    assert holds(Condition("changed", "in", ("price",)), worse) and not holds(Condition("changed", "in", ("quantity",)), worse)
    assert not holds(Condition("changed", "in", ("price", "terms")), facts(priced()))


# ---- AND within a group, OR between them -----------------------------------------------------------------------------


def test_all_of_any_one_group():
    deep, large, low = (Condition("effective_discount", "above", 10_00), Condition("amount", "above", 50_000_00), Condition("margin", "below", 10_00))
    cheap = facts(priced(off=11_000_00))
    assert applies(((deep, large),), cheap)
    assert not applies(((deep, low),), cheap)
    assert applies(((deep, low), (large,)), cheap)
    assert applies((), cheap)
    assert reasons(((deep, low), (large,), (large, deep)), cheap) == [large, deep]


@pytest.mark.parametrize("field, value, tells", [
    ("margin", 3_000, True), ("loses_money", True, True), ("changed", ["price", "margin"], True), ("changed", ("price",), False),
    ("amount", 1, False), ("level", ("margin",), False),
])
def test_which_conditions_tell_of_the_cost(field, value, tells):
    assert tells_cost(field, value) == tells
