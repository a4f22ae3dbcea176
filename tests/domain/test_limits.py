"""The limits of the company, each judged by integers at exactly its boundary and one fen beside it."""

from types import SimpleNamespace

import pytest

from domain.limits import judged

COMPANY = SimpleNamespace(discount_floor=9_000, margin_floor=3_000, amount_limit=500_000_00)


def quote(list_total=1_000_00, total=1_000_00, cost_total=0):
    return SimpleNamespace(list_total=list_total, order_amount=total, total=total, cost_total=cost_total)


def judgement(name, **sums):
    return next(each for each in judged(quote(**sums), COMPANY) if each.name == name)


@pytest.mark.parametrize(("total", "missed", "short"), [(900_01, False, None), (900_00, False, None), (899_99, True, 1)])
def test_the_discount_rate_misses_below_its_floor_by_one_fen(total, missed, short):
    found = judgement("discount", total=total)
    assert (found.missed, found.short) == (missed, short)


@pytest.mark.parametrize(("cost", "missed"), [(699_99, False), (700_00, False), (700_01, True)])
def test_the_margin_misses_below_its_floor_by_one_fen(cost, missed):
    assert judgement("margin", cost_total=cost).missed is missed


@pytest.mark.parametrize(("total", "missed", "short"), [(499_999_99, False, None), (500_000_00, False, None), (500_000_01, True, 1)])
def test_the_amount_misses_above_its_limit_by_one_fen(total, missed, short):
    found = judgement("amount", list_total=total, total=total)
    assert (found.missed, found.short) == (missed, short)


def test_what_misses_is_never_shown_as_if_it_did_not():
    found = judgement("discount", total=899_99)
    assert (found.shown, str(found.points)) == ("89.99", "0.01")


def test_the_picture_of_the_trade():
    found = judgement("discount", list_total=166_360_00, total=148_400_00)
    assert (found.shown, str(found.points), found.short) == ("89.20", "0.80", 1_324_00)


def test_an_unknown_cost_misses_and_has_no_figures():
    found = judgement("margin", cost_total=None)
    assert (found.missed, found.shown, found.points, found.short) == (True, "—", None, None)


def test_a_loss_is_far_below():
    found = judgement("margin", cost_total=1_500_00)
    assert (found.shown, str(found.points)) == ("−50.00", "80.00")


def test_a_quote_that_costs_nothing_misses_both():
    assert judgement("discount", list_total=0, total=0).missed and judgement("margin", list_total=0, total=0).missed


def test_without_the_right_to_see_cost_the_margin_is_not_judged():
    assert [each.name for each in judged(quote(), COMPANY, sees_cost=False)] == ["discount", "amount"]
