"""The lines of a quote as a form shows them: read from parallel fields, each complaint beside its field."""

import re
import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from flask import abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, pgettext

from domain import quote_lines, quotes
from domain.identifiers import folded
from domain.money import PricingError, format_money, format_quantity, parse_money, parse_paid, parse_quantity
from domain.pricing import PricedLine
from domain.quote_lines import WHOLE, percent_of
from models import QuoteLine
from views.fields import PRICING_WORDS

KEY = re.compile(r"[0-9a-z]{1,16}")
LONGEST_ID = 9  # digits; a column holds any number of so many
LEAST_RATE = 10  # 9.5 is a slip for 95 (九五折), not a discount of 90.5 %
LONGEST_TEXT = 500  # of a heading or note
COLUMNS = ("key", "what", "product", "name", "quantity", "rate", "way")
PERCENT, AMOUNT, AGREED, FREE = "percent", "amount", "agreed", "free"
# How a line is reduced: 95 %, less 100, at 1,798, 赠品
WAYS = ((PERCENT, "%"), (AMOUNT, "−¥"), (AGREED, _l("at ¥")), (FREE, lazy_pgettext("quote line", "free")))
RATE_WORDS = {"above_list": _l("This is above the list price."), "discount_too_large": _l("This is more than the line comes to.")}


@dataclass
class Row:
    """One line of the form: what it was made of, what was typed, what is wrong, and what it comes to."""

    key: str
    line: QuoteLine
    quantity: str = ""
    rate: str = ""
    way: str = PERCENT
    errors: dict = field(default_factory=dict)
    figures: PricedLine | None = None

    @property
    def entry(self):
        if not self.line.is_product:
            return {"what": self.line.what, "name": self.line.name}
        terms = {name: getattr(self.line, name) for name in quote_lines.TERMS}
        if self.line.agreed is not None:
            terms["discount_amount"] = None
        return {"product_id": self.line.product_id, "quantity": self.line.quantity} | terms

    @property
    def paid(self):
        """95%, −100.00, ¥1,798.00 or 赠品: what is taken off, for reading."""
        if self.way == FREE:
            return pgettext("quote line", "free")
        return {PERCENT: "{}%", AMOUNT: "−{}", AGREED: "¥{}"}[self.way].format(self.rate.strip("%¥ ")) if self.rate else ""

    @property
    def told(self):
        """The line as the other of two writers reads it."""
        if not self.line.is_product:
            return self.line.name
        said = [f"{self.quantity} {self.line.unit}", self.paid, _("optional") if self.line.optional else ""]
        return " · ".join(filter(None, said))

    @property
    def breaks(self):
        """10+ 165.00 · 100+ 150.00: from how many on a piece costs what."""
        steps = [(Decimal(least), price) for least, price in self.line.breaks or ()]
        return " · ".join(f"{format_quantity(least)}+ {format_money(price)}" for least, price in steps if least)

    def shown(self, sees_cost):
        """What changes of the line while one types, as texts; that it is below cost only for those who may see cost."""
        line, made = self.line, self.figures
        money = [format_money(line.price), *([format_money(made.amount), format_money(made.unit_net)] if made else "——")]
        below_cost = "1" if sees_cost and made and made.loses_money else ""
        return self.key, *money, below_cost, " ".join(self.errors), self.words, self.breaks

    @property
    def words(self):
        """The complaints in one sentence."""
        return " ".join(str(each) for each in self.errors.values())


def stored_rows(quote):
    return [stored_row(line) for line in quotes.lines_of(quote)]


def stored_row(line):
    if not line.is_product:
        return Row(str(line.position), line)
    return Row(str(line.position), line, format_quantity(line.quantity), *written(line))


def written(line):
    """(rate, way) as they are typed."""
    if line.free or line.discount == WHOLE:
        return "", FREE
    if line.agreed is not None:
        return format_money(line.agreed), AGREED
    if line.discount_amount is not None:
        return format_money(line.discount_amount), AMOUNT
    return rate_text(line.discount), PERCENT


def rate_text(discount):
    """95 for 500 basis points off; nothing where nothing is off."""
    return "" if discount is None else format_quantity(percent_of(WHOLE - discount))


def blank_rows():
    """A heading and a note without words, for the script to copy."""
    return [Row("new", quote_lines.line_from(None, what=what)) for what in (QuoteLine.SECTION, QuoteLine.NOTE)]


def new_rows(quote, entries, inclusive=None, price_list=None):
    """Rows for lines that were picked just now; arguments as for quotes.drafted()."""
    lines = quotes.drafted(quote, entries, inclusive, price_list)
    return [Row(new_key(), line, format_quantity(line.quantity) if line.is_product else "", *written(line)) for line in lines]


def new_key():
    return secrets.token_hex(4)


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_rows(quote, inclusive, price_list):
    columns = [request.form.getlist(name) for name in COLUMNS]
    if len(set(map(len, columns))) > 1:
        abort(400)
    typed_rows = list(zip(*columns, strict=True))
    quotes.refuse_more_than_fit(len(typed_rows))
    products = {id_of(row[2]) for row in typed_rows if row[1] == QuoteLine.PRODUCT}
    sources = quotes.snapshots(quote, products, inclusive, price_list)
    optional, rows = set(request.form.getlist("optional")), {}
    for place, (key, what, product, *texts) in enumerate(typed_rows, 1):
        kept = key if KEY.fullmatch(key) and key not in rows else f"{place}x"
        if what == QuoteLine.PRODUCT:
            rows[kept] = read_product(kept, sources[id_of(product)], id_of(product), key in optional, *texts[1:])
        else:
            rows[kept] = read_text(kept, what, texts[0])
    return list(rows.values())


def id_of(text):
    """What a browser sent for the id of a product; 400 for what no page of ours sends."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else abort(400)


def read_text(key, what, text):
    if what not in QuoteLine.WHAT:
        abort(400)
    text = text.strip()
    long = {"name": _("%(max)d characters at the most.", max=LONGEST_TEXT)} if len(text) > LONGEST_TEXT else {}
    return Row(key, quote_lines.line_from(None, what=what, name=text), errors=long)


def read_product(key, source, product, optional, quantity, rate, way):
    errors = {}
    number = read(parse_quantity, quantity.strip().removesuffix(source["unit"]), "quantity", errors)  # 2 只 of what is sold by the 只
    line = quote_lines.line_from(source, product, number, optional=optional, **read_terms(rate, way, errors))
    return Row(key, line, quantity, rate, way, errors)


def read_terms(rate, way, errors):
    """What a line is reduced by: the columns of QuoteLine that say it."""
    if way not in dict(WAYS):
        abort(400)
    if way == FREE:
        return {"free": True}
    if not rate.strip():
        return {}
    if way == PERCENT:
        off = read(read_rate, rate, "rate", errors)
        return {"free": True} if off == WHOLE else {"discount": off}
    return {"discount_amount" if way == AMOUNT else "agreed": read(read_money, rate, "rate", errors)}


def read(parse, text, name, errors):
    """What was typed as a number, or None and the complaint in `errors`."""
    try:
        return parse(folded(text))
    except PricingError as error:
        errors[name] = wording(error)


def read_money(text):
    return parse_money(text.strip().removeprefix("¥"))


def read_rate(text):
    """Basis points off for what is paid in percent: 95 and 九五折 are 500; 100 is None."""
    paid = parse_paid(text.strip())
    if 0 < paid < LEAST_RATE:
        raise PricingError("slip")
    return WHOLE - int(paid * 100) or None


def wording(error):
    if error.code == "slip":
        return _("Write 95 for 5 percent off, 0 for a free line.")
    return RATE_WORDS.get(error.code) or PRICING_WORDS[error.code]
