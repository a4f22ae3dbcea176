"""What submitting would ask (审批预览): which nodes and why, who decides there, and what would avoid each."""

from dataclasses import dataclass, replace

from domain.approval_kinds import kind_of
from domain.approval_route import Step, route
from domain.flow_conditions import (
    ABOVE,
    AMOUNT,
    AT_LEAST,
    AT_MOST,
    BELOW,
    BETWEEN,
    LOSES_MONEY,
    applies,
    tells_cost,
)
from domain.pricing import amount_for_discount_rate, amount_for_effective_discount, amount_for_margin


@dataclass(frozen=True)
class Foreseen:
    """A node to come. `avoid` is the order amount in fen, nearest to the present one, at which it would not be asked;
    `discount` the whole-order discount that gives it. Both are None where no price avoids it."""

    step: Step
    reasons: tuple
    avoid: int | None = None
    discount: int | None = None

    @property
    def name(self):
        return self.step.node.name

    @property
    def name_en(self):
        return self.step.node.name_en

    @property
    def seats(self):
        return self.step.seats

    @property
    def passed(self):
        return self.step.passed


def preview(record, by, facts=None, sees_cost=True):
    """[Foreseen]; `facts` of what is not saved yet. Without sight of the cost nothing is said from which it could be told."""
    facts = facts or kind_of(record).facts(record)
    return [foresee(step, facts, sees_cost) for step in route(record, by, facts)[1]]


def foresee(step, facts, sees_cost):
    shown = tuple(each for each in step.reasons if sees_cost or not tells_cost(each.field, each.value))
    asks_cost = any(tells_cost(each.field, each.value) for group in step.node.when for each in group)
    amount = None if asks_cost and not sees_cost else amount_that_avoids(step.node, facts)
    off = None if amount is None else facts.totals.subtotal - amount
    return Foreseen(step, shown, amount, off if off is not None and off >= 0 else None)


def amount_that_avoids(node, facts):
    """The nearest order amount, a higher one first, at which a node is no longer asked; None where no amount does."""
    if any(each.field == LOSES_MONEY for group in node.when for each in group) and facts.loses_money:
        return None
    now = facts.totals.order_amount
    wanted = {amount for group in node.when for each in group for amount in limits(each, facts.totals)}
    fits = [amount for amount in wanted if amount > 0 and not applies(node.when, at_amount(facts, amount))]
    higher, lower = [each for each in fits if each >= now], [each for each in fits if each < now]
    return min(higher) if higher else max(lower, default=None)


def at_amount(facts, amount):
    """The facts as if the whole order came to this amount."""
    totals = facts.totals
    changed = {"order_amount": amount, "order_discount": totals.subtotal - amount}
    if totals.inclusive:
        changed["total"] = amount
    return replace(facts, totals=replace(totals, **changed))


def limits(condition, totals):
    """Order amounts in fen just beyond the limit of one condition."""
    field, op, value = condition.field, condition.op, condition.value
    if field == "effective_discount":
        return over(op, value, lambda bp: amount_for_effective_discount(totals, bp), up={ABOVE: 0, AT_LEAST: 1})
    if field == "discount_rate":
        return over(op, value, lambda bp: amount_for_discount_rate(totals, bp), up={BELOW: 0, AT_MOST: 1})
    if not totals.inclusive:
        return []
    if field == "margin":
        return over(op, value, lambda bp: amount_for_margin(totals, bp), up={BELOW: 0, AT_MOST: 1})
    if field == AMOUNT:
        return over(op, value, lambda fen: fen, up={ABOVE: 0, AT_LEAST: -1, BELOW: 0, AT_MOST: 1})
    return []


def over(op, value, amount_at, up):
    """The amount at a limit, a fen further where the limit itself still counts."""
    if op == BETWEEN:
        ends = [amount_at(each) for each in value]
        return [each + step for each in ends if each is not None for step in (-1, 1)]
    amount = amount_at(value) if op in up else None
    return [] if amount is None else [amount + up[op]]
