"""What stands beside the lines of a quote: capitals, what an approver will look at, and the margin for those who may see it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from flask_babel import gettext as _

from domain import limits
from domain.money import capitals, format_money, format_quantity
from domain.pricing import margin_below, shown_percent

WHOLE_BAR = 100


@dataclass(frozen=True)
class Concern:
    """Something an approver will ask about. `discount` is the order discount in fen that would settle it, or None."""

    text: str
    discount: int | None = None
    goal: str = ""


@dataclass(frozen=True)
class Bar:
    """One step of the waterfall: its class, its place and width in percent of the scale, the amount in fen."""

    kind: str
    label: str
    start: float
    width: float
    amount: int


class Sums:
    """A QuoteTotals in words and bars. Without the right to see cost nothing here knows of it."""

    def __init__(self, totals, company, sees_cost):
        self.totals, self.company, self.sees_cost = totals, company, sees_cost

    @property
    def capitals(self):
        return capitals(self.totals.total)

    @property
    def has_margin(self):
        return self.sees_cost and bool(self.totals.lines)

    @cached_property
    def margin(self):
        """毛利率 as text, rounded so that nobody sees 30.00 refused at 30."""
        rate = shown_percent(self.totals.margin, floor_bp=self.company.margin_floor)
        return rate if rate == "—" else f"{rate}%"

    @property
    def margin_share(self):
        """The margin as a number for its bar, 0 to 100."""
        return max(0, min(WHOLE_BAR, round(float(self.totals.margin or 0) * WHOLE_BAR, 2)))

    @property
    def margin_floor(self):
        return Decimal(self.company.margin_floor) / 100

    @property
    def margin_floor_text(self):
        return percent(self.company.margin_floor)

    @property
    def below_floor(self):
        return margin_below(self.totals, self.company.margin_floor)

    # ---- what an approver will ask about ----------------------------------------------------------------------------

    @cached_property
    def concerns(self):
        if not self.totals.lines:
            return []
        found = [self.deep_discount(), self.large_amount(), self.thin_margin() if self.sees_cost else None]
        return [concern for concern in found if concern]

    def deep_discount(self):
        found = limits.discount_rate(self.totals, self.company.discount_floor)
        if not found.missed:
            return None
        if not self.totals.list_total:
            return Concern(_("The whole quote is free."))
        rate, floor, totals = f"{found.shown}%", percent(found.limit), self.totals
        if found.short > totals.order_discount:
            return Concern(_("Discount rate %(rate)s, below %(floor)s.", rate=rate, floor=floor))
        text = _(
            "Discount rate %(rate)s, below %(floor)s. ¥%(amount)s less discount reaches it.",
            rate=rate, floor=floor, amount=format_money(found.short),
        )
        return Concern(text, totals.order_discount - found.short, floor)

    def thin_margin(self):
        if self.totals.cost_total is None:
            return Concern(_("The cost of a product is not known, so neither is the margin."))
        found = limits.margin(self.totals, self.company.margin_floor)
        if not found.missed:
            return None
        if self.totals.profit < 0:
            return Concern(_("This quote loses ¥%(amount)s.", amount=format_money(-self.totals.profit)))
        return Concern(_("Margin %(rate)s, below %(floor)s.", rate=f"{found.shown}%", floor=percent(found.limit)))

    def large_amount(self):
        found = limits.amount(self.totals, self.company.amount_limit)
        return Concern(_("The total is above ¥%(limit)s.", limit=format_money(found.limit))) if found.missed else None

    # ---- the waterfall ----------------------------------------------------------------------------------------------

    @cached_property
    def waterfall(self):
        """List price to margin on one scale, which begins below zero where the quote loses money."""
        totals = self.totals
        steps = [
            ("gross", _("List total"), 0, totals.list_total, totals.list_total),
            ("less", _("Line discounts"), totals.subtotal, totals.list_total, -totals.line_discounts),
            ("less", _("Order discount"), totals.order_amount, totals.subtotal, -totals.order_discount),
        ]
        if not totals.inclusive:
            steps.append(("tax", _("Tax"), totals.order_amount, totals.total, totals.tax_total))
        if totals.cost_total is not None:
            steps.append(("cost", _("Cost"), totals.profit, totals.total, -totals.cost_total))
            steps.append(("margin" if totals.profit >= 0 else "less", _("Margin"), 0, totals.profit, totals.profit))
        lowest, highest = min(0, totals.profit or 0), max(totals.list_total, totals.total, 1)
        return [bar(kind, label, amount, sorted((start, end)), lowest, highest) for kind, label, start, end, amount in steps]


def bar(kind, label, amount, span, lowest, highest):
    scale = WHOLE_BAR / (highest - lowest)
    return Bar(kind, label, round((span[0] - lowest) * scale, 2), round((span[1] - span[0]) * scale, 2), amount)


def percent(basis_points):
    return f"{format_quantity(Decimal(basis_points) / 100)}%"
