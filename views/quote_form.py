"""What is typed on a quote: its head and its lines, read from parallel fields, each complaint beside its field."""

import re
import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from flask import abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from domain import quote_lines, quotes
from domain.identifiers import folded
from domain.money import PricingError, format_quantity, parse_percent, parse_quantity
from domain.pricing import PricedLine
from models import Contact, QuoteLine
from views.fields import PRICING_WORDS, MoneyField
from views.formats import spaced_phone
from views.helpers import sight

WHOLE = 10_000  # basis points: nothing off
KEY = re.compile(r"[0-9a-z]{1,16}")
LEAST_RATE = 10  # 9.5 is a slip for 95 (九五折), not a discount of 90.5 %
LONGEST_TERMS = 4_000


class QuoteForm(FlaskForm):
    revision = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    contact = SelectField(_l("Contact"), coerce=lambda value: int(value or 0))
    valid_until = DateField(_l("Valid until"))
    order_discount = MoneyField(_l("Order discount"), optional=True)
    terms = TextAreaField(_l("Terms"), validators=[Length(max=LONGEST_TERMS)])

    def __init__(self, quote, **options):
        super().__init__(**options, data={
            "revision": quote.revision, "contact": quote.contact_id or 0, "valid_until": quote.valid_until,
            "order_discount": quote.order_discount or None, "terms": quote.terms,
        })
        self.quote = quote
        self.people = {contact.id: contact for contact in Contact.select().where(Contact.customer == quote.customer_id)}
        self.contact.choices = [(0, "—"), *((person.id, self.called(person)) for person in self.people.values())]

    def called(self, person):
        name, phone = (sight().text(person, column, self.quote.customer) for column in ("name", "phone"))
        return f"{name} {spaced_phone(phone)}".strip()

    def validate_valid_until(self, valid_until):
        if valid_until.data < self.quote.issued_on:
            raise ValidationError(_("It cannot end before the quote's own date."))

    @property
    def discount(self):
        return self.order_discount.data or 0

    @property
    def person(self):
        return self.people.get(self.contact.data)


@dataclass
class Row:
    """One line of the form: what it was made of, what was typed, what is wrong, and what it comes to."""

    key: str
    line: QuoteLine
    quantity: str
    rate: str = ""
    errors: dict = field(default_factory=dict)
    figures: PricedLine | None = None

    @property
    def entry(self):
        return {"product_id": self.line.product_id, "quantity": self.line.quantity, "discount": self.line.discount}


class Draft:
    """A quote as one form shows it; `totals` is None as long as something in it cannot be priced."""

    def __init__(self, quote, form, rows):
        self.quote, self.form, self.rows = quote, form, rows
        self.search_error = ""
        self.price()

    def price(self):
        self.totals = None
        if any(row.errors for row in self.rows) or self.form.order_discount.errors:
            return None
        try:
            self.totals = quotes.priced([row.line for row in self.rows], quotes.off(self.form.discount), self.quote.inclusive)
        except PricingError as error:
            return self.blame(error)
        for figures in self.totals.lines:
            self.rows[figures.key].figures = figures

    def blame(self, error):
        """Put what pricing refused beside the field that caused it."""
        if error.key is not None:
            self.rows[error.key].errors["quantity"] = PRICING_WORDS[error.code]
        elif error.code == "discount_too_large":
            self.complain(_("This is more than the lines come to."))
        else:
            self.complain(PRICING_WORDS[error.code])

    def complain(self, sentence):
        self.form.order_discount.errors = [*self.form.order_discount.errors, sentence]

    @property
    def faults(self):
        """How many fields have to be put right."""
        return sum(len(row.errors) for row in self.rows) + len(self.form.errors) + bool(self.search_error)

    @property
    def revision(self):
        """What this form started from; `replaces` is the newer one that its writer has seen and wants to write over."""
        return request.form.get("replaces", self.form.revision.data, type=int)

    @property
    def entries(self):
        return [row.entry for row in self.rows]

    def take(self, product_id):
        self.rows.append(new_row(self.quote, product_id))
        self.price()

    def drop(self, key):
        self.rows = [row for row in self.rows if row.key != key]
        self.price()


def stored(quote):
    """The draft as it lies in the database."""
    rows = [
        Row(str(line.position), line, format_quantity(line.quantity), rate_text(line.discount)) for line in quotes.lines_of(quote)
    ]
    return Draft(quote, QuoteForm(quote, formdata=None), rows)


def typed(quote):
    """The draft as it was posted, validated; prices and totals in the post are not even read."""
    form = QuoteForm(quote)
    form.validate()
    return Draft(quote, form, read_rows(quote))


def new_row(quote, product_id):
    """A line for a product that was picked just now, one piece of it."""
    line = quotes.drafted(quote, [{"product_id": product_id, "quantity": Decimal(1)}])[0]
    return Row(secrets.token_hex(4), line, "1")


def read_rows(quote):
    columns = [request.form.getlist(name) for name in ("key", "product", "quantity", "rate")]
    if len(set(map(len, columns))) > 1 or not all(id.isdecimal() and len(id) < 10 for id in columns[1]):
        abort(400)
    typed_rows = list(zip(*columns, strict=True))
    if len(typed_rows) > quotes.MOST_LINES:
        abort(413)
    sources = quotes.snapshots(quote, {int(row[1]) for row in typed_rows})
    return [read_row(place, sources[int(row[1])], *row) for place, row in enumerate(typed_rows, 1)]


def read_row(place, source, key, product, quantity, rate):
    errors = {}
    number = read(parse_quantity, quantity, "quantity", errors)
    discount = read(read_rate, rate, "rate", errors) if rate.strip() else None
    line = quote_lines.line_from(source, int(product), number, discount=discount)
    return Row(key if KEY.fullmatch(key) else str(place), line, quantity, rate, errors)


def read(parse, text, name, errors):
    """What was typed as a number, or None and the complaint in `errors`."""
    try:
        return parse(folded(text))
    except PricingError as error:
        errors[name] = too_deep() if error.code == "slip" else PRICING_WORDS[error.code]


def read_rate(text):
    """Basis points off for what is paid in percent: 95 is 500; 100 is None."""
    paid = parse_percent(text.removesuffix("%"))
    if 0 < paid < LEAST_RATE:
        raise PricingError("slip")
    return WHOLE - int(paid * 100) or None


def too_deep():
    return _("Write 95 for 5 percent off, 0 for a free line.")


def rate_text(discount):
    """95 for 500 basis points off; nothing where nothing is off."""
    return "" if discount is None else format_quantity(Decimal(WHOLE - discount) / 100)


def differences(theirs, mine):
    """[(product, what is stored, what was typed)] of the lines and head fields in which two drafts of a quote differ."""
    stored_lines, typed_lines = by_product(theirs), by_product(mine)
    rows = [(name, stored_lines.get(name, ""), typed_lines.get(name, "")) for name in {**stored_lines, **typed_lines}]
    heads = [
        (field.label.text, theirs.form[field.name]._value(), field._value())
        for field in mine.form if field.name in ("order_discount", "valid_until", "terms")
    ]
    heads.append((mine.form.contact.label.text, name_of(theirs.form.person), name_of(mine.form.person)))
    return [difference for difference in rows + heads if difference[1] != difference[2]]


def by_product(draft):
    """{"LD-200 激光测距传感器": "24 · 95%"}; several lines of one product in one."""
    lines = {}
    for row in draft.rows:
        said = f"{row.quantity} {row.line.unit}" + (f" · {row.rate}%" if row.rate else "")
        lines.setdefault(f"{row.line.name} {row.line.sku}", []).append(said)
    return {name: ", ".join(said) for name, said in lines.items()}


def name_of(person):
    return person.name if person else ""
