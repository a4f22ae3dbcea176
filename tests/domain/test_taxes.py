"""Rates of tax from a day on, three ways of having none, and quotes that keep what they said."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from domain import Refused, products, quotes, taxes
from models import Event, Product, Quote, QuoteLine, Tax
from tests import offers

NOON = datetime(2026, 11, 24, 4)
NEW_YEAR = date(2027, 1, 1)


def test_the_law_as_it_stands_is_there_from_the_start(cast):
    percent = {code: int(rate * 100) for code, rate in taxes.rates_on(NOON.date()).items()}
    assert percent == {
        "general": 13, "reduced": 9, "services": 6, "levy": 3, "low_levy": 1, "zero": 0, "exempt": 0, "untaxed": 0,
    }


@pytest.mark.parametrize(("day", "rate"), [(date(2026, 12, 31), "0.13"), (NEW_YEAR, "0.12"), (date(2027, 1, 2), "0.12")])
def test_a_new_rate_begins_on_its_day(cast, day, rate):
    taxes.change("general", Decimal("0.12"), NEW_YEAR, by=cast.admin, at=NOON)
    assert taxes.rates_on(day)["general"] == Decimal(rate)
    assert Event.select().order_by(Event.id.desc()).first().verb == "tax.changed"


def test_a_line_is_taxed_by_the_rate_of_the_day_it_is_added_and_keeps_it(cast, monkeypatch):
    sensor = products.create(cast.admin, sku="LD", name="测距", price=113_00, tax_code="general", at=NOON)
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
    line = {"product_id": sensor.id, "quantity": Decimal(1)}
    quotes.save(quote, cast.seller, 0, [line], at=NOON)
    taxes.change("general", Decimal("0.10"), quotes.day_of(quotes.now()), by=cast.admin)
    quotes.save(Quote.get(), cast.seller, 1, [line | {"quantity": Decimal(2)}])
    assert (QuoteLine.get().tax_rate, QuoteLine.get().tax_code, Quote.get().tax_total) == (Decimal("0.13"), "general", 26_00)
    other = quotes.create(offers.deal(cast.seller, "另一家"), by=cast.seller)
    quotes.save(other, cast.seller, 0, [line])
    assert QuoteLine.get(QuoteLine.quote == other.id).tax_rate == Decimal("0.10")


@pytest.mark.parametrize("code", ["zero", "exempt", "untaxed"])
def test_nothing_to_pay_is_three_different_things(cast, code):
    sensor = products.create(cast.admin, sku="LD", name="测距", price=113_00, tax_code=code)
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller)
    quotes.save(quote, cast.seller, 0, [{"product_id": sensor.id, "quantity": Decimal(1)}])
    assert (QuoteLine.get().tax_code, QuoteLine.get().tax_rate, QuoteLine.get().tax) == (code, 0, 0)


def test_what_has_no_rate_is_shown_by_its_kind_and_each_kind_once_from_the_highest_rate():
    codes = (("exempt", "0"), ("services", "0.06"), ("general", "0.13"), ("", "0.13"), ("zero", "0"), ("untaxed", "0"), ("exempt", "0"))
    lines = [QuoteLine(tax_code=code, tax_rate=Decimal(rate)) for code, rate in codes]
    assert taxes.all_shown(lines) == ("13%", "6%", "exempt", "0%", "untaxed")


def test_a_rate_alone_finds_its_kind_and_leaves_an_exempt_product_exempt(cast):
    sensor = products.create(cast.admin, sku="A", name="a", price=1, tax_rate=Decimal("0.06"))
    assert sensor.tax_code == "services"
    odd = products.create(cast.admin, sku="B", name="b", price=1, tax_rate=Decimal("0.05"))
    assert (odd.tax_code, odd.tax_rate) == ("", Decimal("0.05"))
    exempt = products.create(cast.admin, sku="C", name="c", price=1, tax_code="exempt")
    products.edit(exempt, cast.admin, tax_rate=Decimal(0))
    assert Product.get_by_id(exempt.id).tax_code == "exempt"


@pytest.mark.parametrize("code", Tax.WITHOUT_RATE)
def test_what_is_exempt_or_untaxed_gets_no_rate(cast, code):
    with pytest.raises(Refused):
        taxes.change(code, Decimal("0.01"), NEW_YEAR, by=cast.admin, at=NOON)


def test_a_rate_does_not_begin_before_or_with_the_last(cast):
    taxes.change("general", Decimal("0.12"), NEW_YEAR, by=cast.admin, at=NOON)
    for day in (NEW_YEAR, date(2026, 12, 31)):
        with pytest.raises(Refused):
            taxes.change("general", Decimal("0.11"), day, by=cast.admin, at=NOON)
    assert Tax.select().where(Tax.code == "general").count() == 2


def test_only_a_rate_that_has_not_begun_is_called_off(cast):
    coming = taxes.change("general", Decimal("0.12"), NEW_YEAR, by=cast.admin, at=NOON)
    with pytest.raises(Refused):
        taxes.call_off(coming, by=cast.admin, at=datetime(2026, 12, 31, 16))
    taxes.call_off(coming, by=cast.admin, at=datetime(2026, 12, 31, 15, 59))
    assert taxes.rates_on(NEW_YEAR)["general"] == Decimal("0.13")
