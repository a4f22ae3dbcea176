"""Amounts as people write them, and 大写金额."""

import random
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    DIGITS,
    MAX_FEN,
    PricingError,
    capitals,
    exact_ratio,
    format_money,
    format_quantity,
    half_up,
    parse_money,
    parse_paid,
    parse_percent,
    parse_quantity,
)

UNITS = {"拾": 10, "佰": 100, "仟": 1000}
fen = st.one_of(st.integers(0, MAX_FEN), st.integers(0, 10_000_000), st.integers(0, 10**11).map(lambda yuan: yuan * 100))


def code_of(call, *arguments):
    with pytest.raises(PricingError) as refused:
        call(*arguments)
    return refused.value.code


def read_integer(words):
    """The inverse of _spelt, written on its own: 壹拾肆万捌仟肆佰 is 148400."""
    for name, size in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.partition(name)
        if found:
            return read_integer(head) * size + read_integer(tail)
    number, digit = 0, 0
    for character in words:
        if character in DIGITS:
            digit = DIGITS.index(character)
        else:
            number, digit = number + digit * UNITS[character], 0
    return number + digit


def read_capitals(words):
    """Fen of an amount in capitals."""
    words = words.removesuffix("整")
    whole, found, cents = words.rpartition("元")
    tenths, found, hundredths = (cents if whole else words).rpartition("角")
    return read_integer(whole) * 100 + read_integer(tenths) * 10 + read_integer(hundredths.removesuffix("分"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (105, "壹元零伍分"),
        (1_000, "壹拾元整"),
        (100_110, "壹仟零壹元壹角整"),
        (1_001_001, "壹万零壹拾元零壹分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (14_840_000, "壹拾肆万捌仟肆佰元整"),
        (1_010_000_000, "壹仟零壹拾万元整"),
        (10_000_000_000, "壹亿元整"),
        (10_000_100_000, "壹亿零壹仟元整"),
        (MAX_FEN, "壹仟亿元整"),
    ],
)
def test_capitals_of_known_amounts(amount, words):
    assert capitals(amount) == words


@given(fen)
def test_capitals_read_back_to_the_amount(amount):
    assert read_capitals(capitals(amount)) == amount


def test_capitals_agree_with_cn2an():
    """cn2an drops the 零 between 亿 and an empty 万 group and the 整 after 角; the rule allows both spellings."""
    numbers = random.Random(11)
    for _ in range(10_000):
        amount = int("".join(numbers.choice("000123456789") for _ in range(numbers.randint(1, 13))))
        theirs = cn2an.an2cn(f"{amount // 100}.{amount % 100:02}", "rmb")
        ours = capitals(amount)
        shortened = ours.replace("亿零", "亿") if "亿零" not in theirs else ours
        assert shortened.replace("角整", "角") == theirs, amount


def test_capitals_refuse_what_cannot_be_spelt():
    assert code_of(capitals, -1) == "negative"
    assert code_of(capitals, MAX_FEN + 1) == "too_large"
    assert code_of(capitals, 1.5) == "not_a_number"


@given(fen)
def test_an_amount_survives_being_shown_and_typed(amount):
    assert parse_money(format_money(amount)) == amount
    assert parse_money(format_money(amount).replace(",", "")) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0", 0), ("1860", 186000), (" 1,860.5 ", 186050), ("0.05", 5), ("007", 700), ("100,000,000,000", MAX_FEN)],
)
def test_amounts_that_are_understood(text, amount):
    assert parse_money(text) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        ("abc", "not_a_number"),
        ("NaN", "not_a_number"),
        ("inf", "not_a_number"),
        ("-inf", "not_a_number"),
        ("1e5", "not_a_number"),
        ("1e400", "not_a_number"),
        ("１２", "not_a_number"),
        ("٣", "not_a_number"),
        ("12，000", "not_a_number"),
        ("1,86", "not_a_number"),
        ("0,123", "not_a_number"),
        ("1,860,00", "not_a_number"),
        ("1_000", "not_a_number"),
        ("+5", "not_a_number"),
        ("5.", "not_a_number"),
        (".5", "not_a_number"),
        ("1 000", "not_a_number"),
        ("5\n", "not_a_number"),
        ("0x10", "not_a_number"),
        ("¥5", "not_a_number"),
        ("-1", "negative"),
        ("0.005", "too_many_decimals"),
        ("100,000,000,000.01", "too_large"),
        ("9223372036854775808", "too_large"),
        ("9" * 5000, "too_large"),
        ("x" * 5000, "not_a_number"),
    ],
)
def test_amounts_that_are_refused(text, code):
    assert code_of(parse_money, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("0", "zero"), ("0.0000", "zero"), ("0.00001", "too_many_decimals"), ("-1", "negative"), ("1000000001", "too_large")],
)
def test_quantities_that_are_refused(text, code):
    assert code_of(parse_quantity, text) == code


def test_quantities_and_percentages_that_are_understood():
    assert parse_quantity("1,200.0001") == Decimal("1200.0001")
    assert parse_percent("7.5") == Decimal("7.5")
    assert code_of(parse_percent, "100.01") == "too_large"


@pytest.mark.parametrize(
    ("text", "paid"),
    [("95", "95"), ("95%", "95"), ("95折", "95"), ("9.5折", "95"), ("9。5折", "95"), ("九五折", "95"), ("九点五折", "95"), ("9折", "90"),
     ("九 折", "90"), ("八八折", "88"), ("8.85折", "88.5"), ("对折", "50"), ("五折", "50"), ("10折", None), ("十折", None), ("0折", None),
     ("05折", None), ("100折", None), ("9.888折", None), ("折", None), ("95折扣", None)],
)
def test_a_discount_is_read_as_one_says_it(text, paid):
    if paid is None:
        assert code_of(parse_paid, text) in ("not_a_number", "too_many_decimals")
    else:
        assert parse_paid(text) == Decimal(paid)


def test_the_full_stop_of_an_input_method_is_a_decimal_point():
    assert parse_quantity("3。5") == Decimal("3.5") and parse_money("1,280。50") == 1_280_50
    assert code_of(parse_quantity, "3。") == code_of(parse_quantity, "3。5。1") == "not_a_number"


@pytest.mark.parametrize(("quantity", "text"), [("24", "24"), ("0.5000", "0.5"), ("1200", "1,200"), ("1E+3", "1,000")])
def test_quantities_are_shown_without_idle_zeros(quantity, text):
    assert format_quantity(Decimal(quantity)) == text


def test_negative_amounts_carry_a_true_minus():
    assert format_money(-1_494_500) == "−14,945.00"
    assert format_money(-5) == "−0.05"


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_half_up_is_the_nearest_and_halves_go_away_from_zero(numerator, denominator):
    nearest = half_up(numerator, denominator)
    assert abs(2 * (nearest * denominator - numerator)) <= denominator
    assert half_up(-numerator, denominator) == -nearest
    if 2 * (nearest * denominator - numerator) == -denominator:
        assert numerator < 0


@pytest.mark.parametrize("number", [1.5, Decimal("NaN"), Decimal("Infinity"), "12", None])
def test_only_exact_numbers_are_calculated_with(number):
    assert code_of(exact_ratio, number) == "not_a_number"


def test_monstrous_exponents_are_refused_before_they_cost_anything():
    assert code_of(exact_ratio, Decimal("1e999999")) == "too_large"
    assert code_of(exact_ratio, Decimal("1e-999999")) == "too_many_decimals"
