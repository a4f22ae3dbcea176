"""The arithmetic of a quote: integer 分 (fen) in, integer fen out, rounded half up (四舍五入).

Pure: no database, no clock, no language. What it refuses is a PricingError whose code the callers put into words.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.money import (
    PricingError,
    bounded,
    checked_fen,
    checked_quantity,
    exact_ratio,
    format_money,
    half_up,
    round_up,
)

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Discount:
    """One reduction: percent off (Decimal 5 means 5 % off), an amount in fen, down to an agreed unit price in fen (协议价),
    or a line given free (赠品)."""

    percent: Decimal | None = None
    amount: int | None = None
    free: bool = False
    agreed: int | None = None

    def of(self, base, key=None, quantity=Decimal(1)):
        """Fen taken off a base in fen, which is the price of a quantity; refused where that is more than the base."""
        if sum(way is not None for way in (self.percent, self.amount, self.agreed)) + self.free > 1:
            raise PricingError("two_discounts", key)
        taken = checked_fen(self._taken(base, key, quantity), key)
        if taken > base:
            raise PricingError("discount_too_large", key)
        return taken

    def _taken(self, base, key, quantity):
        if self.agreed is not None:
            agreed = _times(self.agreed, quantity, key)
            if agreed > base:
                raise PricingError("above_list", key)
            return base - agreed
        if self.percent is not None:
            numerator, denominator = exact_ratio(self.percent, key)
            if numerator < 0:
                raise PricingError("negative", key)
            return half_up(base * numerator, denominator * 100)
        return base if self.free else self.amount or 0


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line as entered; price and cost in fen per unit, cost None when unknown, tax_rate Decimal 0.13 for 13 %.
    What is optional (可选) is priced and counted in no total; the whole-order discount does not touch it."""

    key: object
    price: int
    quantity: Decimal
    cost: int | None = None
    tax_rate: Decimal = Decimal("0.13")
    discount: Discount = NO_DISCOUNT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line as printed, in fen. amount = gross − discount; net = amount − share of the order discount;
    excl + tax = incl; cost and cost_excl are of the whole line, None when unknown."""

    key: object
    quantity: Decimal
    tax_rate: Decimal
    gross: int
    discount: int
    amount: int
    share: int
    net: int
    excl: int
    tax: int
    incl: int
    cost: int | None
    cost_excl: int | None
    optional: bool = False

    @property
    def loses_money(self):
        """Whether it is sold below a known cost, both with tax. A gift is no such line: its cost weighs on the whole quote."""
        return self.cost is not None and 0 < self.incl < self.cost

    @property
    def unit_net(self):
        """实际售价 in fen per unit, to be shown; it is net that adds up, not this."""
        return per_unit(self.net, self.quantity)


def per_unit(amount, quantity):
    """What of an amount is of one, in fen."""
    numerator, denominator = quantity.as_integer_ratio()
    return half_up(amount * denominator, numerator)


@dataclass(frozen=True, slots=True)
class QuoteTotals:
    """A priced quote, in fen; lines has the optional ones too, the sums do not. order_amount = subtotal − order_discount,
    on the side on which prices were entered; total includes tax; excl_total + tax_total = total; cost
    totals are None as soon as one cost is unknown."""

    lines: tuple
    inclusive: bool
    list_total: int
    line_discounts: int
    subtotal: int
    order_discount: int
    order_amount: int
    total: int
    excl_total: int
    tax_total: int
    cost_total: int | None
    cost_excl_total: int | None

    @property
    def profit(self):
        """Total less cost, both with tax, in fen; None when a cost is unknown."""
        return None if self.cost_total is None else self.total - self.cost_total

    @property
    def loses_money(self):
        """Whether the quote, or one of the lines that it offers, is below cost."""
        return (self.profit or 0) < 0 or any(line.loses_money for line in self.lines)

    @property
    def margin(self):
        """毛利率 with tax as a Fraction; None where the total is 0 or a cost is unknown."""
        return _margin(self.total, self.cost_total)

    @property
    def margin_excl(self):
        """不含税毛利率 as a Fraction, or None as for margin."""
        return _margin(self.excl_total, self.cost_excl_total)

    @property
    def discount_rate(self):
        """整单折扣率: what is paid of the subtotal, as a Fraction; None without a subtotal."""
        return Fraction(self.order_amount, self.subtotal) if self.subtotal else None

    @property
    def effective_discount(self):
        """What line and order discounts together take off the list total, as a Fraction; None without one."""
        return Fraction(self.list_total - self.order_amount, self.list_total) if self.list_total else None


def price_quote(lines, order_discount=NO_DISCOUNT, inclusive=True):
    """QuoteTotals of LineInputs; inclusive says that prices and discounts were entered with tax."""
    lines = tuple(lines)
    gross = [_gross(line) for line in lines]
    discounts = [line.discount.of(base, line.key, line.quantity) for line, base in zip(lines, gross)]
    amounts = [base - off for base, off in zip(gross, discounts)]
    counted = [0 if line.optional else amount for line, amount in zip(lines, amounts)]
    subtotal = bounded(sum(counted))
    off = order_discount.of(subtotal)
    shares = share_out(off, counted)
    priced = tuple(
        _priced(line, *figures, inclusive) for line, *figures in zip(lines, gross, discounts, amounts, shares)
    )
    return _totals(priced, subtotal, off, inclusive)


def price_at(breaks, price, quantity):
    """What a unit costs at a quantity, by breaks [[least quantity as text, price in fen] …] (阶梯价); `price` below all of them."""
    reached = [(Decimal(least), fen) for least, fen in breaks or () if Decimal(least) <= quantity]
    return max(reached)[1] if reached else price


def without_tax(price, rate):
    """A unit price with tax as one without."""
    numerator, denominator = exact_ratio(rate)
    return half_up(price * denominator, denominator + numerator)


def with_tax(price, rate):
    """A unit price without tax as one with it."""
    numerator, denominator = exact_ratio(rate)
    return half_up(price * (denominator + numerator), denominator)


def share_out(total, weights):
    """Split fen over weights by largest remainder, equal remainders to the earlier: 10000 over [1, 1, 1] is
    [3334, 3333, 3333]. The shares add up to total; a weight of 0 gets 0; no share exceeds its weight if total
    does not exceed their sum."""
    weight = sum(weights)
    if total < 0 or any(each < 0 for each in weights):
        raise PricingError("negative")
    if not weight:
        if total:
            raise PricingError("discount_too_large")
        return [0] * len(weights)
    shares = [total * each // weight for each in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % weight), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def margin_below(totals, bp, excluding_tax=False):
    """Whether the margin misses a floor in basis points (3000 is 30 %). Undefined misses every floor."""
    amount, cost = (
        (totals.excl_total, totals.cost_excl_total) if excluding_tax else (totals.total, totals.cost_total)
    )
    return cost is None or not amount or (amount - cost) * BASIS_POINTS < bp * amount


def discount_rate_below(totals, bp):
    """Whether 整单折扣率 misses a floor in basis points (9000 is 90 %). Undefined misses every floor."""
    return not totals.subtotal or totals.order_amount * BASIS_POINTS < bp * totals.subtotal


def effective_discount_above(totals, bp):
    """Whether line and order discounts together pass a ceiling in basis points. Undefined passes every ceiling."""
    taken = totals.list_total - totals.order_amount
    return not totals.list_total or taken * BASIS_POINTS > bp * totals.list_total


def amount_for_margin(totals, bp):
    """The least total with tax in fen that meets a margin floor; None where no total does or a cost is unknown."""
    if totals.cost_total is None or bp >= BASIS_POINTS:
        return None
    return round_up(totals.cost_total * BASIS_POINTS, BASIS_POINTS - bp)


def amount_for_discount_rate(totals, bp):
    """The least order amount in fen that meets a floor of 整单折扣率."""
    return round_up(totals.subtotal * bp, BASIS_POINTS)


def amount_for_effective_discount(totals, bp):
    """The least order amount in fen that keeps the effective discount within a ceiling."""
    return round_up(totals.list_total * (BASIS_POINTS - bp), BASIS_POINTS)


def shown_percent(rate, floor_bp=None, ceiling_bp=None):
    """A rate as text to two decimals ("32.86"), "—" when undefined. A rate that misses its limit is rounded away
    from the limit, so that nobody sees 20.00 refused at 20."""
    if rate is None:
        return "—"
    hundredths = Fraction(rate) * BASIS_POINTS
    if floor_bp is not None and hundredths < floor_bp:
        return format_money(hundredths.numerator // hundredths.denominator)
    if ceiling_bp is not None and hundredths > ceiling_bp:
        return format_money(round_up(hundredths.numerator, hundredths.denominator))
    return format_money(half_up(hundredths.numerator, hundredths.denominator))


def _times(fen, quantity, key):
    numerator, denominator = quantity.as_integer_ratio()
    return bounded(half_up(checked_fen(fen, key) * numerator, denominator), key)


def _gross(line):
    return _times(line.price, checked_quantity(line.quantity, line.key), line.key)


def _priced(line, gross, discount, amount, share, inclusive):
    net = amount - share
    rate, scale = _tax_ratio(line)
    excl = half_up(net * scale, scale + rate) if inclusive else net
    tax = net - excl if inclusive else half_up(net * rate, scale)
    cost = None if line.cost is None else _times(line.cost, line.quantity, line.key)
    cost_excl = None if cost is None else half_up(cost * scale, scale + rate)
    return PricedLine(
        line.key, line.quantity, line.tax_rate, gross, discount, amount, share, net, excl, tax, excl + tax,
        cost, cost_excl, line.optional,
    )


def _tax_ratio(line):
    numerator, denominator = exact_ratio(line.tax_rate, line.key)
    if not 0 <= numerator < denominator:
        raise PricingError("bad_rate", line.key)
    return numerator, denominator


def _totals(priced, subtotal, order_discount, inclusive):
    lines = [line for line in priced if not line.optional]
    costs_known = all(line.cost is not None for line in lines)
    return QuoteTotals(
        lines=priced,
        inclusive=inclusive,
        list_total=bounded(sum(line.gross for line in lines)),
        line_discounts=sum(line.discount for line in lines),
        subtotal=subtotal,
        order_discount=order_discount,
        order_amount=subtotal - order_discount,
        total=bounded(sum(line.incl for line in lines)),
        excl_total=sum(line.excl for line in lines),
        tax_total=sum(line.tax for line in lines),
        cost_total=bounded(sum(line.cost for line in lines)) if costs_known else None,
        cost_excl_total=sum(line.cost_excl for line in lines) if costs_known else None,
    )


def _margin(amount, cost):
    return Fraction(amount - cost, amount) if amount and cost is not None else None
