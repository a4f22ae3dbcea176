"""What the conditions of an approval flow ask of a quote: its sums, its customer, its owner's departments, its categories,
and what is worse in it than in the version that was approved last."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from peewee import JOIN

from domain import differences
from domain.money import half_up
from domain.pricing import QuoteTotals
from models import Customer, Department, Product, Quote, QuoteLine, Taxed, User

CHANGES = differences.CHANGES


@dataclass(frozen=True)
class Facts:
    """Of one quote. What is not known is in no set: it belongs to nothing."""

    totals: QuoteTotals
    loses_money: bool
    level: frozenset
    category: frozenset
    department: frozenset  # ids: the owner's, and all above it
    province: frozenset
    changed: frozenset


class Line(NamedTuple):
    """What is asked of a line: 500 QuoteLines whole take longer than all that is done with them."""

    what: str
    name: str
    product_id: int | None
    optional: bool
    quantity: Decimal
    cost: int | None
    excl: int
    tax: int
    tax_rate: Decimal
    tax_code: str
    category: str | None

    to_pay = Taxed.to_pay

    @property
    def is_product(self):
        return self.what == QuoteLine.PRODUCT


class Surroundings(NamedTuple):
    level: str
    province: str
    path: str


def of_quote(quote):
    """Facts of one quote as it is stored."""
    return of_quotes([quote])[quote.id]


def of_quotes(quotes):
    """{quote id: Facts} of quotes as they are stored, in as many queries for many as for one."""
    around, lines, before = surroundings(quotes), lines_of(quotes), approved_before(quotes)
    earlier_lines = lines_of(before.values())
    found = {}
    for quote in quotes:
        own, earlier = lines[quote.id], before.get(quote.id)
        worse = differences.worse(version(earlier, earlier_lines[earlier.id]), version(quote, own)) if earlier else ()
        found[quote.id] = facts_of(totals_of(quote), own, around[quote.id], worse)
    return found


def facts_of(totals, lines, around, worse=()):
    return Facts(
        totals=totals,
        loses_money=totals.profit is None or totals.profit < 0 or any(loses_money(line) for line in lines),
        level=words(around.level),
        category=words(*(line.category for line in lines if line.is_product)),
        department=frozenset(int(id) for id in around.path.split("/") if id),
        province=words(around.province),
        changed=frozenset(worse),
    )


def version(quote, lines):
    """A version as it is compared with others of its number."""
    return differences.Version(
        title=quote.title, valid_until=quote.valid_until, terms=quote.terms, inclusive=quote.inclusive, contact=quote.contact_id,
        lines=tuple(lines), totals=totals_of(quote),
    )


def words(*values):
    return frozenset(value for value in values if value)


def totals_of(quote):
    """The sums as the last save wrote them, without the lines."""
    return QuoteTotals(
        lines=(), inclusive=quote.inclusive, list_total=quote.list_total, subtotal=quote.order_amount + quote.order_discount,
        line_discounts=quote.list_total - quote.order_amount - quote.order_discount, order_discount=quote.order_discount,
        order_amount=quote.order_amount, total=quote.total, excl_total=quote.total - quote.tax_total, tax_total=quote.tax_total,
        cost_total=quote.cost_total, cost_excl_total=None,
    )


def loses_money(line):
    """Whether a line is sold below its known cost. A gift is no such line: its cost weighs on the whole quote."""
    if line.cost is None:
        return False
    numerator, denominator = line.quantity.as_integer_ratio()
    return 0 < line.to_pay < half_up(line.cost * numerator, denominator)


# ---- read for many quotes at once ------------------------------------------------------------------------------------


def surroundings(quotes):
    query = Quote.select(Quote.id, Customer.level, Customer.province, Department.path).join(Customer, on=Quote.customer)
    query = query.switch(Quote).join(User, on=Quote.owner).join(Department, JOIN.LEFT_OUTER)
    rows = query.where(Quote.id.in_([quote.id for quote in quotes])).tuples()
    return {id: Surroundings(level, province, path or "") for id, level, province, path in rows}


def lines_of(quotes):
    """{quote id: its Lines in order}"""
    found = {quote.id: [] for quote in quotes}
    columns = [QuoteLine.quote, *(getattr(QuoteLine, name) for name in Line._fields[:-1]), Product.category]
    query = QuoteLine.select(*columns).join(Product, JOIN.LEFT_OUTER, on=QuoteLine.product).where(QuoteLine.quote.in_(list(found)))
    for quote, *line in query.order_by(QuoteLine.position).tuples():
        found[quote].append(Line(*line))
    return found


def approved_before(quotes):
    """{quote id: the version of its number that was approved last before it}; none for a first one."""
    later = {quote.number for quote in quotes if quote.version > 1}
    approved = Quote.without_file().where(Quote.number.in_(later), Quote.approved_at.is_null(False)) if later else ()
    found = {}
    for quote in quotes:
        earlier = [each for each in approved if each.number == quote.number and each.version < quote.version]
        if earlier:
            found[quote.id] = max(earlier, key=lambda each: each.version)
    return found
