"""Amounts and quantities as people read and write them: 分 (fen) to text and back, 大写, rounding half up (四舍五入).

Pure: no database, no clock, no language. What it refuses is a PricingError whose code the callers put into words.
"""

import re
from decimal import Decimal

MAX_FEN = 10**13  # 1000 亿元: what 大写 can spell, far inside a signed 64-bit column
MAX_QUANTITY = Decimal(10**9)
MONEY_PLACES, QUANTITY_PLACES, PERCENT_PLACES = 2, 4, 2

PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
WITH_COMMAS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
TENTHS, HUNDREDTHS = re.compile(r"[1-9](?:\.[0-9]+)?"), re.compile(r"(?!10)[1-9][0-9](?:\.[0-9]+)?")  # 9折 or 9.5折, 95折
SAID = str.maketrans("零一二三四五六七八九点", "0123456789.")
LONGEST_NUMBER = 30
WIDEST_EXPONENT = 20


class PricingError(ValueError):
    """A number or a quote that cannot be priced.

    code: not_a_number, negative, zero, too_many_decimals, too_large, bad_rate, two_discounts, discount_too_large,
    above_list.
    key: the line it happened on, or None for the quote as a whole.
    """

    def __init__(self, code, key=None):
        super().__init__(code if key is None else f"{code} ({key})")
        self.code = code
        self.key = key


def half_up(numerator, denominator):
    """The nearest integer to a ratio (denominator > 0), halves away from zero."""
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return nearest if numerator >= 0 else -nearest


def round_up(numerator, denominator):
    """The least integer not below a ratio (denominator > 0)."""
    return -(-numerator // denominator)


def parse_money(text):
    """Fen of an amount typed in yuan: half-width digits, commas in threes or none, at most two decimals after a . or 。"""
    return bounded(int(_typed(text, MONEY_PLACES).scaleb(2)))


def parse_quantity(text):
    """A quantity as Decimal: above 0, at most four decimals."""
    return checked_quantity(_typed(text, QUANTITY_PLACES))


def parse_percent(text):
    """A percentage as Decimal from 0 to 100, at most two decimals."""
    percent = _typed(text, PERCENT_PLACES)
    if percent > 100:
        raise PricingError("too_large")
    return percent


def parse_paid(text):
    """How much of a price is paid, in percent as parse_percent() gives it: 95, 95%, or as one says it.

    Before 折 one digit is tenths of the price and two are hundredths: 9折 and 九折 are 90; 95折, 9.5折, 九五折 and 九点五折 are 95;
    对折 is 50. 10折 may mean either and is not_a_number.
    """
    if not text.endswith("折"):
        return parse_percent(text.removesuffix("%"))
    said = text.removesuffix("折").strip().translate(SAID).replace("。", ".")
    if said == "对":
        return Decimal(50)
    if TENTHS.fullmatch(said):
        return parse_percent(said) * 10
    if HUNDREDTHS.fullmatch(said):
        return parse_percent(said)
    raise PricingError("not_a_number")


def _typed(text, places):
    number = text.strip(" ").replace("。", ".")  # the full stop of a Chinese input method
    if len(number) > LONGEST_NUMBER:
        raise PricingError("too_large" if number[:1].isdigit() else "not_a_number")
    if not _well_formed(number):
        raise PricingError("negative" if number[:1] == "-" and _well_formed(number[1:]) else "not_a_number")
    if len(number.partition(".")[2]) > places:
        raise PricingError("too_many_decimals")
    return Decimal(number.replace(",", ""))


def _well_formed(number):
    return PLAIN.fullmatch(number) or WITH_COMMAS.fullmatch(number)


def format_money(fen):
    """Fen as yuan: 14840000 is 148,400.00; a negative amount has a true minus sign (−)."""
    return f"{'−' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def format_quantity(quantity):
    """A quantity without idle zeros: 24, 1,200, 0.5."""
    text = f"{quantity:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bounded(fen, key=None):
    """The amount itself, refused where it is too large to be spelt."""
    if fen > MAX_FEN:
        raise PricingError("too_large", key)
    return fen


def checked_fen(fen, key=None):
    """The amount itself, refused where it is no integer of 0 to MAX_FEN."""
    if not isinstance(fen, int):
        raise PricingError("not_a_number", key)
    if fen < 0:
        raise PricingError("negative", key)
    return bounded(fen, key)


def checked_quantity(quantity, key=None):
    """The quantity itself, refused where it is not above 0, too large or finer than four decimals."""
    _, denominator = exact_ratio(quantity, key)
    if quantity <= 0:
        raise PricingError("negative" if quantity < 0 else "zero", key)
    if quantity > MAX_QUANTITY:
        raise PricingError("too_large", key)
    if 10**QUANTITY_PLACES % denominator:
        raise PricingError("too_many_decimals", key)
    return quantity


def exact_ratio(number, key=None):
    """Numerator and denominator of a Decimal or int. A float has lost the number already."""
    if not isinstance(number, Decimal | int) or not Decimal(number).is_finite():
        raise PricingError("not_a_number", key)
    if abs(Decimal(number).adjusted()) > WIDEST_EXPONENT:
        raise PricingError("too_large" if abs(number) > 1 else "too_many_decimals", key)
    return number.as_integer_ratio()


DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
MYRIADS = ("", "万", "亿")


def capitals(fen):
    """大写金额 of an amount in fen, 0 to 10^11 yuan: 14840000 is 壹拾肆万捌仟肆佰元整."""
    yuan, cents = divmod(checked_fen(fen), 100)
    tenths, hundredths = divmod(cents, 10)
    if not cents:
        return f"{_spelt(yuan) or '零'}元整"
    head = f"{_spelt(yuan)}元" if yuan else ""
    if not tenths:
        return f"{head}{'零' if yuan else ''}{DIGITS[hundredths]}分"
    return f"{head}{DIGITS[tenths]}角{DIGITS[hundredths] + '分' if hundredths else '整'}"


def _spelt(number):
    """An integer in capitals, "" for 0; a run of zeros between two digits is one 零."""
    words, gap = "", False
    for power in reversed(range(len(MYRIADS))):
        group = number // 10_000**power % 10_000
        if group:
            words += "零" if words and (gap or group < 1000) else ""
            words += _spelt_group(group) + MYRIADS[power]
        gap = not group
    return words


def _spelt_group(group):
    words, gap = "", False
    for power in reversed(range(len(PLACES))):
        digit = group // 10**power % 10
        if digit:
            words += ("零" if words and gap else "") + DIGITS[digit] + PLACES[power]
        gap = not digit
    return words
