"""Rates of tax (税率): what each kind comes to from a day on. A quote keeps the rate of the day on which a line was added."""

from domain import Refused, _, day_of, events, now, transaction
from domain.days import day
from domain.money import format_quantity
from models import Tax


def rates_on(day):
    """{code: rate} in force on a day."""
    begun = Tax.select().where(Tax.starts_on <= day).order_by(Tax.starts_on)
    return {tax.code: tax.rate for tax in begun}


def ids_on(day):
    """The rows that are in force on a day."""
    begun = Tax.select().where(Tax.starts_on <= day).order_by(Tax.starts_on)
    return set({tax.code: tax.id for tax in begun}.values())


def rate_of(product, rates):
    return rates.get(product.tax_code, product.tax_rate)


def code_of(rate, rates):
    """The first kind that comes to a rate, or "" where the law has none such."""
    return next((code for code in Tax.CODES if rates.get(code) == rate), "")


def settled(columns, rates, product=None):
    """The columns of a product with code and rate in step. A rate alone stays with the product's own code while that comes to it."""
    code, rate = columns.get("tax_code"), columns.get("tax_rate")
    if product is None and rate is None:
        code = code or Tax.GENERAL
    if code:
        return columns | {"tax_code": code, "tax_rate": rates[code]}
    if rate is None:
        return columns
    kept = product is not None and rates.get(product.tax_code) == rate
    return columns | {"tax_code": product.tax_code if kept else code_of(rate, rates)}


# ---- as it is shown --------------------------------------------------------------------------------------------------


def shown(taxed, rate=None):
    """13%, or the code of a kind that has no rate: exempt (免税) and untaxed (不征税) are something else than 0%. Of a line, or of a
    product at today's rate."""
    if taxed.tax_code in Tax.WITHOUT_RATE:
        return taxed.tax_code
    return f"{format_quantity((taxed.tax_rate if rate is None else rate) * 100)}%"


def all_shown(lines):
    """What is shown of some lines, each once, the highest rate first."""
    rates = {shown(line): line.tax_rate for line in lines}
    return tuple(sorted(rates, key=rates.get, reverse=True))


# ---- changes of the law ----------------------------------------------------------------------------------------------


def change(code, rate, starts_on, by, at=None):
    """A kind of tax comes to another rate (Decimal) from a day on; what has been quoted keeps its own."""
    at = at or now()
    with transaction():
        last = Tax.select().where(Tax.code == code).order_by(Tax.starts_on.desc()).first()
        if code in Tax.WITHOUT_RATE:
            raise Refused(_("What is exempt or untaxed has no rate."), field="code")
        if starts_on <= last.starts_on:
            raise Refused(_("The rate of %(day)s stands already; a new one begins later.", day=day(last.starts_on)), field="starts_on")
        tax = Tax.create(code=code, rate=rate, starts_on=starts_on)
        told = {"rate": str(rate), "starts_on": starts_on}
        events.record("tax.changed", tax, by, before={"rate": str(last.rate)}, after=told, at=at, code=code)
    return tax


def call_off(tax, by, at=None):
    """Only a rate that has not begun: what has been quoted by one is history."""
    at = at or now()
    with transaction():
        if tax.starts_on <= day_of(at):
            raise Refused(_("This rate is in force."))
        events.record("tax.called_off", tax, by, before={"rate": str(tax.rate), "starts_on": tax.starts_on}, at=at, code=tax.code)
        tax.delete_instance()
