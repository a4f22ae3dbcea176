"""Quotes looked back upon (历史报价): what became of each, and the sums of any selection, worked out in this one place."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from peewee import Case, fn

from domain.money import half_up
from models import Approval, Customer, Department, Opportunity, Quote, QuoteLine, User

WON, LOST, EXPIRED, SUPERSEDED, OPEN = OUTCOMES = ("won", "lost", "expired", "superseded", "open")
NONE = "-"  # a level or a department that is not given
QUANTITY = 10_000  # a quantity is stored in so many parts

QUOTED = (Quote.status == Quote.APPROVED) & Quote.superseded_at.is_null()  # what a customer was given: of a number its last approved version


@dataclass(frozen=True)
class Selection:
    """Which quotes; what is None is not asked for. `department` takes those below with it, `unit` (text) is one alone."""

    since: date | None = None
    until: date | None = None
    department: int | None = None
    unit: str | None = None
    seller: int | None = None
    customer: int | None = None
    product: int | None = None
    level: str | None = None
    node: str | None = None
    outcome: str | None = None
    quoted: bool = False

    def but(self, **changes):
        return replace(self, **changes)


@dataclass(frozen=True)
class Figures:
    """What a selection comes to, in fen. Margin counts the quotes (or lines) whose cost is known; a team's is profit by amount."""

    quotes: int = 0
    customers: int = 0
    amount: int = 0
    listed: int = 0
    discounted: int = 0
    costed: int = 0
    cost: int = 0
    won: int = 0
    lost: int = 0

    @property
    def margin(self):
        return Fraction(self.costed - self.cost, self.costed) if self.costed else None

    @property
    def discount(self):
        return Fraction(self.listed - self.discounted, self.listed) if self.listed else None

    @property
    def win_rate(self):
        """Of the quotes that are decided."""
        return Fraction(self.won, self.won + self.lost) if self.won + self.lost else None


def outcome(today):
    """The SQL of what became of a quote; its deal is joined."""
    won = Quote.ordered_at.is_null(False) | Quote.accepted_at.is_null(False)
    return Case(None, [
        (Quote.superseded_at.is_null(False) | ~Quote.is_newest & (Quote.status != Quote.APPROVED), SUPERSEDED),
        (won | (Opportunity.status == Opportunity.WON) & (Quote.status == Quote.APPROVED), WON),
        (Quote.declined_at.is_null(False) | (Opportunity.status == Opportunity.LOST), LOST),
        (Quote.valid_until < today, EXPIRED),
    ], OPEN)


def where(viewer, selection, today):
    """The WHERE of a selection among what somebody may see; customer, owner and deal are joined."""
    asked = selection
    found = Quote.seen_by(viewer)
    terms = (
        (asked.since, lambda day: Quote.issued_on >= day), (asked.until, lambda day: Quote.issued_on <= day),
        (asked.department, lambda id: User.department.in_(below(id))),
        (asked.unit, lambda unit: User.department.is_null() if unit == NONE else User.department == int(unit)),
        (asked.seller, lambda id: Quote.owner == id), (asked.customer, lambda id: Quote.customer == id),
        (asked.level, lambda level: Customer.level == ("" if level == NONE else level)),
        (asked.node, lambda name: Quote.id.in_(decided_at(name))), (asked.outcome, lambda word: outcome(today) == word),
        (asked.quoted or None, lambda _yes: QUOTED),
    )
    for value, term in terms:
        found = found if value is None else found & term(value)
    return found


def below(department_id):
    top = Department.alias()
    path = top.select(top.path).where(top.id == department_id)
    return Department.select(Department.id).where(fn.SUBSTR(Department.path, 1, fn.LENGTH(path)) == path)


def decided_at(node):
    return decisions().where(Approval.name == node).select(Approval.record_id)


def decisions():
    """The steps of quotes that somebody decided."""
    decided = Approval.status.in_(Approval.DECIDED) & Approval.decided_at.is_null(False) & Approval.current_since.is_null(False)
    return Approval.select().where(Approval.record_kind == "quote", decided)


# ---- rows ------------------------------------------------------------------------------------------------------------


def quotes(viewer, selection, today):
    """Quotes with customer, seller, deal and `.outcome`."""
    return Quote.with_people().select_extend(outcome(today).alias("outcome")).where(where(viewer, selection, today))


def lines(viewer, selection, today):
    """Lines of one product with their quotes, each with its customer, seller, deal and `.outcome`."""
    kept = [field for field in Quote._meta.sorted_fields if field.name != "pdf"]
    query = QuoteLine.select(QuoteLine, *kept, Customer, User, Opportunity, outcome(today).alias("outcome"))
    return joined(query.join(Quote)).where(sold(selection), where(viewer, selection, today))


def joined(query):
    """With customer, owner and deal of the quotes of a query."""
    query = query.switch(Quote).join(Customer, on=Quote.customer).switch(Quote).join(User, on=Quote.owner)
    return query.switch(Quote).join(Opportunity, on=Quote.opportunity)


def sold(selection):
    counted = (QuoteLine.what == QuoteLine.PRODUCT) & ~QuoteLine.optional
    return counted if selection.product is None else counted & (QuoteLine.product == selection.product)


# ---- sums ------------------------------------------------------------------------------------------------------------


def taken(amount, condition):
    return fn.SUM(Case(None, [(condition, amount)], 0))


def quote_sums(today):
    """The columns of Figures over quotes."""
    known = Quote.cost_total.is_null(False)
    return columns(today, Quote.total, Quote.list_total, Quote.order_amount, known, Quote.cost_total)


def line_sums(today):
    """The columns of Figures over lines: what is paid with tax; cost × quantity half up, as price_quote() has it."""
    cost = (QuoteLine.cost * QuoteLine.quantity + QUANTITY // 2) / QUANTITY
    return columns(today, QuoteLine.excl + QuoteLine.tax, QuoteLine.gross, QuoteLine.net, QuoteLine.cost.is_null(False), cost)


def columns(today, amount, listed, discounted, known, cost):
    became = outcome(today)
    return [
        fn.COUNT(Quote.id.distinct()), fn.COUNT(Quote.customer.distinct()), fn.SUM(amount), fn.SUM(listed), fn.SUM(discounted),
        taken(amount, known), taken(cost, known), fn.COUNT(Case(None, [(became == WON, Quote.id)]).distinct()),
        fn.COUNT(Case(None, [(became == LOST, Quote.id)]).distinct()),
    ]


def figures(viewer, selection, today):
    """Figures of a selection: of its quotes, or of the lines of its product."""
    if selection.product is None:
        query = joined(Quote.select(*quote_sums(today)))
    else:
        query = joined(QuoteLine.select(*line_sums(today)).join(Quote)).where(sold(selection))
    return as_figures(query.where(where(viewer, selection, today)).tuples().get())


def as_figures(row):
    return Figures(*(int(value or 0) for value in row))


def of_quote(quote):
    """Figures of one quote."""
    known = quote.cost_total is not None
    return Figures(1, 1, quote.total, quote.list_total, quote.order_amount, quote.total if known else 0, quote.cost_total or 0)


def of_line(line):
    """Figures of one line; its discount takes its share of the whole order's with it."""
    amount, cost = line.to_pay, line.cost
    if cost is None:
        return Figures(1, 1, amount, line.gross, line.net)
    numerator, denominator = line.quantity.as_integer_ratio()
    return Figures(1, 1, amount, line.gross, line.net, amount, half_up(cost * numerator, denominator))
