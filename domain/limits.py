"""What a quote is measured by before it is approved: discount rate, margin and amount, each against the company's limit."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.pricing import (
    BASIS_POINTS,
    amount_for_effective_discount,
    amount_for_margin,
    effective_discount_above,
    margin_below,
    shown_percent,
)

PLAIN = {ord(","): "", ord("−"): "-"}  # a number as people read it, back to one that Decimal reads


@dataclass(frozen=True)
class Sums:
    """The stored totals of a quote under the names that pricing asks for, in fen."""

    list_total: int
    order_amount: int
    total: int
    cost_total: int | None


@dataclass(frozen=True)
class Judgement:
    """One line of 标准 / 本单 / 判断. limit is basis points, for "amount" fen; shown is a percentage as text, for "amount" fen;
    points are how far from the limit, in percentage points; short is the fen that are missing."""

    name: str
    limit: int
    shown: object
    missed: bool
    points: Decimal | None = None
    short: int | None = None


def judged(quote, company, sees_cost=True):
    """[Judgement] of a quote by its stored totals, compared as integers; the margin only for those who may see it."""
    sums = Sums(quote.list_total, quote.order_amount, quote.total, quote.cost_total)
    found = [discount_rate(sums, company.discount_floor), amount(sums, company.amount_limit)]
    if sees_cost:
        found.insert(1, margin(sums, company.margin_floor))
    return found


def discount_rate(sums, floor):
    """整单折扣率: what is paid of the list price, all discounts together."""
    ceiling = BASIS_POINTS - floor
    missed = effective_discount_above(sums, ceiling)
    rate = Fraction(sums.order_amount, sums.list_total) if sums.list_total else None
    short = amount_for_effective_discount(sums, ceiling) - sums.order_amount if missed else None
    return percentage("discount", floor, rate, missed, short)


def margin(sums, floor):
    """毛利率; one that is not known misses every floor."""
    known = sums.cost_total is not None and sums.total
    rate = Fraction(sums.total - sums.cost_total, sums.total) if known else None
    missed = margin_below(sums, floor)
    needed = amount_for_margin(sums, floor) if missed else None
    return percentage("margin", floor, rate, missed, None if needed is None else needed - sums.total)


def percentage(name, floor, rate, missed, short):
    shown = shown_percent(rate, floor_bp=floor)
    points = None if rate is None else abs(Decimal(shown.translate(PLAIN)) - Decimal(floor) / 100)
    return Judgement(name, floor, shown, missed, points, short)


def amount(sums, limit):
    return Judgement("amount", limit, sums.total, sums.total > limit, short=max(sums.total - limit, 0) or None)
