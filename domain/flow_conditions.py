"""When a node of an approval flow is asked: conditions over the facts of a document, compared as integers.

Pure: no database, no clock. A figure that is undefined (nothing is paid, a cost is unknown) fails closed: its condition is met.
"""

from dataclasses import dataclass

from domain.pricing import BASIS_POINTS

RATES = ("effective_discount", "margin", "discount_rate")  # compared with basis points
AMOUNT = "amount"  # compared with fen
LOSES_MONEY = "loses_money"
SETS = ("level", "category", "department", "province", "changed")
FIELDS = (*RATES, AMOUNT, LOSES_MONEY, *SETS)
FROM_COST = ("margin", LOSES_MONEY)  # what nobody without the right to see cost may read out of an answer

ABOVE, AT_LEAST, BELOW, AT_MOST, BETWEEN = COMPARISONS = ("above", "at_least", "below", "at_most", "between")
IS = "is"
IN, NOT_IN = MEMBERSHIPS = ("in", "not_in")
OPS = {
    **dict.fromkeys((*RATES, AMOUNT), COMPARISONS), LOSES_MONEY: (IS,), **dict.fromkeys(SETS, MEMBERSHIPS), "changed": (IN,),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `value` is a whole number, two of them for "between", True for "is", a tuple of values for "in"."""

    field: str
    op: str
    value: object


def tells_cost(field, value):
    """Whether a condition is none of the business of those who may not see cost."""
    return field in FROM_COST or field == "changed" and "margin" in value


def applies(when, facts):
    """Whether a node with these groups (all of any group; none means always) is asked about a document."""
    return not when or any(all(holds(condition, facts) for condition in group) for group in when)


def reasons(when, facts):
    """The conditions for which a node is asked: those of every group that holds, each once."""
    held = [group for group in when if all(holds(condition, facts) for condition in group)]
    return list(dict.fromkeys(condition for group in held for condition in group))


def holds(condition, facts):
    field = condition.field
    if field in SETS:
        return among(condition, facts)
    if field == LOSES_MONEY:
        return facts.loses_money
    if field == AMOUNT:
        return satisfied(condition, lambda fen: sign(facts.totals.total - fen))
    ratio = getattr(facts.totals, field)
    return ratio is None or satisfied(condition, lambda bp: against(ratio, bp))


def among(condition, facts):
    known = getattr(facts, condition.field)
    found = not known.isdisjoint(condition.value)
    return found if condition.op == IN else not found


def satisfied(condition, compare):
    """`compare` says of a number whether the document's own lies below it (−1), on it or above it (1)."""
    if condition.op == BETWEEN:
        low, high = condition.value
        return compare(low) >= 0 >= compare(high)
    side = compare(condition.value)
    return {ABOVE: side > 0, AT_LEAST: side >= 0, BELOW: side < 0, AT_MOST: side <= 0}[condition.op]


def against(ratio, bp):
    """−1, 0 or 1: a Fraction below, on or above a number of basis points, without a division."""
    return sign(ratio.numerator * BASIS_POINTS - bp * ratio.denominator)


def sign(number):
    return (number > 0) - (number < 0)
