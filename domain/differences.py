"""What differs between two versions of a document (版本差异), and what of it is worse for the company.

Pure: no database, no clock. Ratios are compared as integers. Whatever cannot be compared counts as worse.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import NamedTuple

from domain.pricing import QuoteTotals

CHANGES = ("price", "quantity", "discount", "terms", "valid_until", "lines", "margin", "tax")
FROM_COST = "margin"
HEAD = ("valid_until", "contact", "inclusive", "order_discount")
OFFERED = ("quantity", "price", "discount", "amount", "optional", "tax_rate")  # of a line
SUMS = ("list_total", "line_discounts", "order_discount", "total", "tax_total")
ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Version:
    """A document as it is compared: what its head says, its lines in order, its sums."""

    title: str
    valid_until: object
    terms: str
    inclusive: bool
    contact: object
    lines: tuple  # QuoteLines, or what has their columns
    totals: QuoteTotals

    @property
    def order_discount(self):
        return self.totals.order_discount

    @property
    def words(self):
        """What is said besides the goods: terms, headings and notes."""
        return " ".join(self.terms.split()), sorted(line.name for line in self.lines if not line.is_product)

    @property
    def goods(self):
        """{(product, whether it is optional): Goods}"""
        found = defaultdict(Goods)
        for line in self.lines:
            if line.is_product:
                found[line.product_id, line.optional].add(line)
        return found


@dataclass
class Goods:
    """Everything of one product in a version, what is paid for it with tax after all discounts."""

    quantity: Decimal = Decimal(0)
    paid: int = 0
    rates: set = field(default_factory=set)

    def add(self, line):
        self.quantity += line.quantity
        self.paid += line.to_pay
        self.rates.add((line.tax_rate, line.tax_code))


# ---- what is worse ---------------------------------------------------------------------------------------------------


def worse(before, after):
    """Which of CHANGES are worse for the company in the later version; empty where nothing is."""
    old, new = before.goods, after.goods
    both = [(old[key], new[key]) for key in old.keys() & new.keys()]
    found = {
        "price": any(later.paid * earlier.quantity < earlier.paid * later.quantity for earlier, later in both),
        "quantity": any(later.quantity < earlier.quantity for earlier, later in both),
        "discount": is_discount_worse(before.totals, after.totals),
        "terms": before.words != after.words,
        "valid_until": after.valid_until > before.valid_until,
        "lines": old.keys() != new.keys(),
        "margin": is_margin_worse(before, after),
        "tax": before.inclusive != after.inclusive or any(earlier.rates != later.rates for earlier, later in both),
    }
    return frozenset(name for name in CHANGES if found[name])


def is_discount_worse(old, new):
    if old.effective_discount is None or new.effective_discount is None:
        return old.effective_discount != new.effective_discount
    return new.effective_discount > old.effective_discount


def is_margin_worse(before, after):
    """Rate and amount: more of what earns less is no better, nor is more of what loses."""
    old, new = before.totals, after.totals
    if old.cost_total is None and new.cost_total is None:
        return new.total < old.total or quantities(before) != quantities(after)
    if old.margin is None or new.margin is None:
        return (old.total, old.cost_total) != (new.total, new.cost_total)
    return new.margin < old.margin or new.profit < old.profit


def quantities(version):
    return {key: goods.quantity for key, goods in version.goods.items()}


# ---- what differs ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One value of the head, a line or the sums, before and after; equal where it stayed."""

    name: str
    before: object
    after: object

    @property
    def is_one(self):
        return self.before != self.after

    @property
    def by(self):
        """How much more it is; None where one of the two is not known."""
        return None if self.before is None or self.after is None else self.after - self.before


class Taxed(NamedTuple):
    tax_rate: Decimal
    tax_code: str


@dataclass(frozen=True)
class LineChange:
    """A line that was added, removed or changed; `line` as it stands later, or stood where it is gone."""

    what: str
    line: object
    changes: tuple = ()


@dataclass(frozen=True)
class Difference:
    """Between two versions. `sums` are complete; the rest holds only what changed."""

    before: Version
    after: Version
    head: list
    words: list  # [("+" or "-", line of the terms)]
    lines: list
    same_lines: int
    sums: list
    worse: frozenset

    @property
    def is_none(self):
        return not (self.head or self.words or self.lines or any(change.is_one for change in self.sums))


def difference(before, after, costs=False):
    """The Difference of two versions; what follows from cost is in it only with `costs`."""
    lines, same = line_changes(before.lines, after.lines)
    return Difference(
        before, after, head=changed(HEAD, before, after), words=text_changes(before.terms, after.terms), lines=lines,
        same_lines=same, sums=[*map_changes(SUMS, before.totals, after.totals), *(margins(before, after) if costs else ())],
        worse=worse(before, after) if costs else worse(before, after) - {FROM_COST},
    )


def map_changes(names, before, after):
    return [Change(name, getattr(before, name), getattr(after, name)) for name in names]


def changed(names, before, after):
    return [change for change in map_changes(names, before, after) if change.is_one]


def margins(before, after):
    return [Change("margin", before.totals.margin, after.totals.margin), Change("profit", before.totals.profit, after.totals.profit)]


def text_changes(before, after):
    """The lines of a text that went and came, in their order."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for what, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            found += [("-", line) for line in old[i:j]] + [("+", line) for line in new[k:n]]
    return found


def line_changes(before, after):
    """([LineChange], how many lines stayed as they were). Lines of one product are compared in their order."""
    left = defaultdict(list)
    for line in before:
        left[identity(line)].append(line)
    found, same = [], 0
    for line in after:
        earlier = left[identity(line)].pop(0) if left[identity(line)] else None
        changes = tuple(offered_changes(earlier, line)) if earlier else ()
        if earlier is None or changes:
            found.append(LineChange(CHANGED if earlier else ADDED, line, changes))
        same += earlier is not None and not changes
    unmatched = {id(line) for lines in left.values() for line in lines}
    return found + [LineChange(REMOVED, line) for line in before if id(line) in unmatched], same


def identity(line):
    return ("product", line.product_id) if line.is_product else (line.what, line.name)


def offered_changes(before, after):
    if before.is_product:
        return [change for change in (Change(name, offered(before, name), offered(after, name)) for name in OFFERED) if change.is_one]
    return []


def offered(line, name):
    """What a line offers; its discount as (percent off in basis points, fen off, agreed price in fen, whether it is free)."""
    if name == "discount":
        return line.discount, line.discount_amount if line.agreed is None else line.agreed, line.agreed is not None, line.free
    if name == "tax_rate":
        return Taxed(line.tax_rate, line.tax_code)
    return getattr(line, name)
