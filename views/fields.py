"""Form fields for what people type here: telephones, credit codes, amounts, quantities, tax rates, words of a dictionary."""

import re
from decimal import Decimal

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from peewee import Model
from wtforms import SelectField, SelectMultipleField, StringField, ValidationError, widgets
from wtforms.fields import SelectChoice
from wtforms.validators import Length

from domain import identifiers, taxes
from domain.money import PricingError, format_money, format_quantity, parse_money, parse_percent
from models import Tax, User
from views.formats import choices, tax_choice, today

MOST_WORDS, LONGEST_WORD = 100, 20

PRICING_WORDS = {
    "not_a_number": _l("Write a number, such as 1,280.50."),
    "negative": _l("This cannot be negative."),
    "zero": _l("This must be more than 0."),
    "too_many_decimals": _l("Too many decimals."),
    "too_large": _l("This number is too large."),
}


def longest(number):
    return Length(max=number, message=_l("%(max)d characters at the most."))


def fixed_choices(pairs):
    """The choices of a field that are known when its form is written, from (value, label)."""
    return [SelectChoice(value, label) for value, label in pairs]


class Line(StringField):
    """One line of text without outer blanks; empty is ""."""

    def process_formdata(self, values):
        self.data = self.put_in_order(values[0]) if values else ""

    def put_in_order(self, text):
        return text.strip()

    def pre_validate(self, form):
        complaint = self.data and self.complaint(self.data)
        if complaint:
            raise ValidationError(complaint)

    def complaint(self, text):
        return None


class WordsField(StringField):
    """Several words in one line, commas or blanks between them; its data is a list."""

    def _value(self):
        return self.raw_data[0] if self.raw_data else ", ".join(self.data or [])

    def process_formdata(self, values):
        words = re.split(r"[\s,，、;；]+", values[0]) if values else []
        self.data = list(dict.fromkeys(word for word in words if word))

    def pre_validate(self, form):
        if any(len(word) > LONGEST_WORD for word in self.data or []) or len(self.data or []) > MOST_WORDS:
            raise ValidationError(_("%(most)s words at the most, of %(longest)s characters each.", most=MOST_WORDS, longest=LONGEST_WORD))


class ColleagueField(SelectField):
    """One colleague of `people`, nobody at first: whoever stands on top is not given a customer by a hasty press."""

    def __init__(self, *args, **options):
        super().__init__(*args, coerce=number_or_none, **options)
        self.people = {}

    def offer(self, people):
        self.people = {user.id: user for user in people}
        self.choices = [("", "—"), *((user.id, user.name) for user in self.people.values())]

    @property
    def person(self):
        return self.people.get(self.data)


def number_or_none(value):
    return int(value) if value else None


class Ticks(SelectMultipleField):
    """Any number of choices, each with its box to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class PhoneField(Line):
    """A telephone of any country, Chinese ones without a prefix; kept as digits."""

    put_in_order = staticmethod(identifiers.plain_phone)
    complaint = staticmethod(identifiers.phone_complaint)


class CreditCodeField(Line):
    """统一社会信用代码, checked by its last character."""

    put_in_order = staticmethod(identifiers.plain_code)
    complaint = staticmethod(identifiers.code_complaint)


class EmailField(Line):
    put_in_order = staticmethod(identifiers.folded)
    complaint = staticmethod(identifiers.email_complaint)


class Typed(StringField):
    """A number that domain/money.py reads; what was typed stays in the field when it is wrong."""

    def __init__(self, *args, optional=False, **options):
        super().__init__(*args, **options)
        self.optional = optional

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else self.written(self.data)

    def process_formdata(self, values):
        self.data = None
        text = identifiers.folded(values[0]) if values else ""
        if not text and self.optional:
            return
        if not text:
            raise ValueError(self.gettext("This field is required."))
        try:
            self.data = self.read(text)
        except PricingError as error:
            raise ValueError(PRICING_WORDS[error.code]) from error


class MoneyField(Typed):
    """Yuan as typed, fen as data; None when left empty and optional."""

    written = staticmethod(format_money)

    def read(self, text):
        return parse_money(text.removeprefix("¥"))


class PercentField(Typed):
    """A percentage from 0 to 100, as basis points: 12.5 is 1250."""

    def read(self, text):
        return int(parse_percent(text.removesuffix("%")) * 100)

    def written(self, basis_points):
        return format_quantity(Decimal(basis_points) / 100)


class TaxField(SelectField):
    """A kind of tax with the rate it comes to today. A product of old that has a rate and no kind keeps it until one is chosen."""

    def __init__(self, *args, **options):
        super().__init__(*args, choices=[], **options)

    def process(self, *args, **options):
        super().process(*args, **options)
        rates = taxes.rates_on(today())
        self.choices = [(code, tax_choice(code, rates[code])) for code in Tax.CODES if code in rates]
        if self.object_data == "":
            self.choices.append(("", _("as it is")))


class ChoiceField(SelectField):
    """A word of a dictionary that administrators edit; one that was taken out stays choosable where it is in use."""

    def __init__(self, *args, field, none="—", **options):
        super().__init__(*args, choices=[], **options)
        self.field, self.none = field, none

    def process(self, *args, **options):
        super().process(*args, **options)
        words = choices(self.field)
        kept = self.object_data
        if kept and kept not in dict(words):
            words.append((kept, kept))
        self.choices = [("", self.none), *words]


def salespeople(present=None):
    """Whoever may have a record of whom this person sees: the salespeople he oversees, and the present owner."""
    people = User.select().where(User.disabled_at.is_null(), User.who_may("lead.work"))
    if g.user.overseen is not None:
        people = people.where(User.id.in_(g.user.overseen) | (User.id == present))
    return list(people.order_by(User.name, User.id))


def id_of(value):
    """Of a record or of what a form sent."""
    return value.id if isinstance(value, Model) else int(value)


class OwnerField(SelectField):
    """A person responsible, by id; `person` is the User. Where there is but one, there is nothing to choose."""

    def __init__(self, *args, **options):
        super().__init__(*args, coerce=id_of, choices=[], **options)

    def process(self, *args, **options):
        super().process(*args, **options)
        self.people = {person.id: person for person in salespeople(self.object_data)}
        self.choices = [(person.id, person.name) for person in self.people.values()]

    @property
    def person(self):
        return self.people[self.data]
