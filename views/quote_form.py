"""What is typed on a quote: its head and its lines, priced, each complaint beside its field."""

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from domain import Refused, prices, quotes, taxes
from domain.identifiers import folded
from domain.money import PricingError, format_money
from models import Contact, QuoteLine
from views.fields import fixed_choices
from views.formats import spaced_phone
from views.helpers import sight
from views.quote_rows import (
    AMOUNT,
    PERCENT,
    RATE_WORDS,
    new_key,
    new_rows,
    rate_text,
    read_money,
    read_rate,
    read_rows,
    stored_rows,
    wording,
)

LONGEST_TERMS = 4_000


class QuoteForm(FlaskForm):
    revision = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    contact = SelectField(_l("Contact"), coerce=lambda value: int(value or 0))
    valid_until = DateField(_l("Valid until"))
    inclusive = SelectField(_l("Prices"), choices=fixed_choices((("1", _l("CNY, incl. tax")), ("0", _l("CNY, excl. tax")))))
    price_list = SelectField(_l("Price list"), coerce=lambda value: int(value or 0), validate_choice=False)
    order_discount = StringField(_l("Order discount"))
    order_way = SelectField(_l("How the order is reduced"), choices=fixed_choices(((AMOUNT, _l("¥ off")), (PERCENT, "%"))), default=AMOUNT)
    terms = TextAreaField(_l("Terms"), validators=[Length(max=LONGEST_TERMS)])

    def __init__(self, quote, **options):
        rate = quote.order_discount_rate
        amount = format_money(quote.order_discount) if quote.order_discount else ""
        super().__init__(**options, data={
            "revision": quote.revision, "contact": quote.contact_id or 0, "valid_until": quote.valid_until,
            "inclusive": "1" if quote.inclusive else "0", "order_discount": amount if rate is None else rate_text(rate),
            "order_way": AMOUNT if rate is None else PERCENT, "terms": quote.terms, "price_list": quote.price_list_id or 0,
        })
        self.quote = quote
        self.people = {contact.id: contact for contact in Contact.select().where(Contact.customer == quote.customer_id)}
        self.contact.choices = [(0, "—"), *((person.id, self.called(person)) for person in self.people.values())]
        lists = prices.choosable(quote.customer, chosen=quote.price_list_id)
        self.price_list.choices = [(0, _("Automatic")), *((each.id, each.name) for each in lists)]
        self.read_discount()

    def called(self, person):
        name, phone = (sight().text(person, column, self.quote.customer) for column in ("name", "phone"))
        return f"{name} {spaced_phone(phone)}".strip()

    def validate_valid_until(self, valid_until):
        if valid_until.data < self.quote.issued_on:
            raise ValidationError(_("It cannot end before the quote's own date."))

    def validate_price_list(self, field):
        try:
            quotes.ensure_list_holds(self.quote, field.data)
        except Refused as no:
            raise ValidationError(no.message) from no

    def validate_order_discount(self, field):
        if self.refusal:
            raise ValidationError(wording(self.refusal))

    def read_discount(self):
        """`discount` in fen or `rate` in basis points off; `refusal` is what is wrong with what was typed."""
        text = folded(self.order_discount.data or "").strip()
        self.discount, self.rate, self.refusal = 0, None, None
        try:
            if text and self.order_way.data == PERCENT:
                self.rate = read_rate(text)
            elif text:
                self.discount = read_money(text)
        except PricingError as error:
            self.refusal = error

    @property
    def discount_text(self):
        text = self.order_discount.data or ""
        return f"{text}%" if text and self.order_way.data == PERCENT else text

    @property
    def with_tax(self):
        return self.inclusive.data != "0"

    @property
    def columns(self):
        """The head of the quote, for quotes.save()."""
        return {
            "order_discount": self.discount, "order_discount_rate": self.rate, "inclusive": self.with_tax,
            "valid_until": self.valid_until.data, "contact": self.person, "terms": self.terms.data, "price_list": self.chosen_list,
        }

    @property
    def chosen_list(self):
        """The id of the price list that is put first by hand, or 0; what is no choice changes nothing."""
        return self.quote.price_list_id or 0 if self.price_list.errors else self.price_list.data

    @property
    def is_relisted(self):
        return self.chosen_list != (self.quote.price_list_id or 0)

    @property
    def person(self):
        return self.people.get(self.contact.data)


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
        off = quotes.off(self.form.discount, self.form.rate)
        try:
            self.totals = quotes.priced([row.line for row in self.rows], off, self.form.with_tax)
        except PricingError as error:
            return self.blame(error)
        for figures in self.totals.lines:
            self.rows[figures.key].figures = figures

    def blame(self, error):
        """Put what pricing refused beside the field that caused it."""
        if error.key is not None:
            self.rows[error.key].errors["rate" if error.code in RATE_WORDS else "quantity"] = wording(error)
        elif error.code == "discount_too_large":
            self.complain(_("This is more than the lines come to."))
        else:
            self.complain(wording(error))

    def complain(self, sentence):
        self.form.order_discount.errors = [*self.form.order_discount.errors, sentence]

    @property
    def faults(self):
        """How many fields have to be put right."""
        return sum(len(row.errors) for row in self.rows) + len(self.form.errors) + bool(self.search_error)

    @property
    def repriced(self):
        """How many prices another list has changed; None where it is the same list."""
        lines = [row.line for row in self.rows]
        return quotes.repriced(self.quote, lines, self.form.with_tax) if self.form.is_relisted else None

    @property
    def tax_rates(self):
        """13%, exempt: what is sold is taxed like this."""
        return taxes.all_shown(row.line for row in self.rows if row.line.is_product and not row.line.optional)

    @property
    def revision(self):
        """What this form started from; `replaces` is the newer one that its writer has seen and wants to write over."""
        return request.form.get("replaces", self.form.revision.data, type=int)

    @property
    def entries(self):
        return [row.entry for row in self.rows]

    # ---- what buttons ask for ---------------------------------------------------------------------------------------

    def take(self, *entries):
        self.rows += new_rows(self.quote, entries, self.form.with_tax, self.form.chosen_list)
        self.price()

    def drop(self, key):
        self.rows = [row for row in self.rows if row.key != key]
        self.price()

    def move(self, key, step):
        place = self.place_of(key)
        other = None if place is None else place + step
        if other is not None and 0 <= other < len(self.rows):
            self.rows[place], self.rows[other] = self.rows[other], self.rows[place]
            self.price()

    def copy(self, key):
        place = self.place_of(key)
        if place is not None:
            row = self.rows[place]
            copied = type(row)(new_key(), QuoteLine(**row.line.__data__), row.quantity, row.rate, row.way, dict(row.errors))
            self.rows.insert(place + 1, copied)
            self.price()

    def place_of(self, key):
        return next((place for place, row in enumerate(self.rows) if row.key == key), None)


def stored(quote):
    """The draft as it lies in the database."""
    return Draft(quote, QuoteForm(quote, formdata=None), stored_rows(quote))


def typed(quote):
    """The draft as it was posted, validated; prices and totals in the post are not even read."""
    form = QuoteForm(quote)
    form.validate()
    return Draft(quote, form, read_rows(quote, form.with_tax, form.chosen_list))


def append(quote, *entries):
    """More lines behind those that are stored; entries as for quotes.drafted()."""
    draft = stored(quote)
    draft.take(*entries)
    quotes.save(quote, by=g.user, revision=quote.revision, lines=draft.entries, **draft.form.columns)
