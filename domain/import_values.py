"""What a cell says, in the form a column keeps. Refused rather than guessed; nothing is changed without a remark.

Each reader is called with (text, note): it returns the value, calls note("rule", fact) for what it took with a remark,
and raises Bad("rule", fact) for what it does not take.
"""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from domain import identifiers

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,3}", re.IGNORECASE)
YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<sign>[-/.年])(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?:[ T]\d.*)?")
COMPACT = re.compile(r"(?P<year>19\d\d|20\d\d)(?P<month>\d\d)(?P<day>\d\d)")
YEAR_LAST = re.compile(r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})(?:[ T]\d.*)?")
WORDED = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3})[a-z]*\.?,? (?P<year>\d{4})(?: \d.*)?")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONEY = re.compile(
    r"(?P<sign>[¥￥$€£]|CNY|RMB|USD|EUR)?\s*(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>[kKmM万千亿]?)元?"
)
UNITS = {"": 1, "k": 1_000, "千": 1_000, "万": 10_000, "m": 1_000_000, "亿": 100_000_000}
OURS = ("¥", "￥", "CNY", "RMB", None)
LONGEST_EMAIL = 254
DEAREST = 10**13  # 分
YES = ("yes", "true", "y", "1", "是", "在售", "启用", "上架", "有效", "active", "√")
NO = ("no", "false", "n", "0", "否", "停售", "停用", "下架", "无效", "inactive", "×")
USUAL_RATE, HIGHEST_RATE = Decimal("0.13"), Decimal("0.20")
MONTH_FIRST, DAY_FIRST = "m/d/y", "d/m/y"


class Bad(ValueError):
    """A cell that is not taken: the rule it breaks, and a fact that goes with it."""

    def __init__(self, rule, fact=""):
        super().__init__(rule)
        self.rule = f"{rule}:{fact}" if fact else rule


def half_width(text):
    """Full-width digits and signs as their half-width twins."""
    return unicodedata.normalize("NFKC", text)


def plain(longest):
    """A reader of free text of at most `longest` characters."""

    def read(text, note):
        if len(text) > longest:
            raise Bad("too_long", longest)
        if CONTROL.search(text):
            raise Bad("control_sign")
        return text

    return read


def line(longest):
    """The same on one line: inner gaps become one blank, with a remark."""
    whole = plain(longest)

    def read(text, note):
        text = whole(text, note)
        joined = " ".join(text.split())
        if joined != text:
            note("gaps")
        return joined

    return read


def phone(text, note):
    """A telephone as the forms keep it; a number that Excel shortened is named as such."""
    typed = "".join(half_width(text).split())
    if SCIENTIFIC.fullmatch(typed):
        raise Bad("scientific", text)
    number = identifiers.plain_phone(typed)
    area_code_was_guessed = number.startswith("0") and not typed.strip("(+").startswith(("0", "86"))
    if area_code_was_guessed or identifiers.phone_complaint(number):
        is_mobile = identifiers.MOBILE.fullmatch(number) and len(number) != identifiers.MOBILE_DIGITS
        raise Bad("mobile_length", len(number)) if is_mobile else Bad("phone")
    return number


def credit_code(text, note):
    """统一社会信用代码: 18 places with a right check digit."""
    code = identifiers.plain_code(text)
    if SCIENTIFIC.fullmatch(code):
        raise Bad("scientific", text)
    if len(code) != identifiers.CODE_LENGTH:
        raise Bad("credit_code_length", len(code))
    if identifiers.code_complaint(code):
        raise Bad("credit_code")
    return code


def email(text, note):
    address = half_width(text)
    if len(address) > LONGEST_EMAIL or identifiers.email_complaint(address):
        raise Bad("email")
    return address


# ---- dates -----------------------------------------------------------------------------------------------------------


def day_reader(order=None):
    """A reader of dates. `order` is what the column proves about 3/4/2026: MONTH_FIRST, DAY_FIRST, or None."""

    def read(text, note):
        text = half_width(text)
        if found := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
            return made(found["year"], found["month"], found["day"])
        if (found := WORDED.fullmatch(text)) and found["month"].lower() in MONTHS:
            return made(found["year"], MONTHS.index(found["month"].lower()) + 1, found["day"])
        if found := YEAR_LAST.fullmatch(text):
            return ordered(found, order)
        raise Bad("date")

    return read


def ordered(found, order):
    if order is None:
        raise Bad("date_order")
    month, day = ("first", "second") if order == MONTH_FIRST else ("second", "first")
    return made(found["year"], found[month], found[day])


def made(year, month, day):
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise Bad("date") from error


def proven_order(texts):
    """What a column of dates proves: 13/4/2026 can only be day first. Both proofs at once prove nothing."""
    found = [match for match in (YEAR_LAST.fullmatch(half_width(text)) for text in texts) if match]
    day_first = any(int(match["first"]) > 12 for match in found)
    month_first = any(int(match["second"]) > 12 for match in found)
    if day_first == month_first:
        return None
    return DAY_FIRST if day_first else MONTH_FIRST


# ---- money and rates -------------------------------------------------------------------------------------------------


def money(text, note):
    """分 from ¥1,234.50, $1,117.10K, 3.5万. Another currency's sign and rounded places are remarked on."""
    found = MONEY.fullmatch(half_width(text))
    if not found:
        raise Bad("money")
    unit = found["unit"].lower()
    exact = Decimal(found["number"].replace(",", "")) * UNITS[unit] * 100
    if exact > DEAREST:
        raise Bad("money")
    fen = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if found["sign"] not in OURS:
        note("currency", found["sign"])
    if unit:
        note("unit", f"{fen // 100:,}.{fen % 100:02}")
    if fen != exact:
        note("rounded", f"{fen // 100:,}.{fen % 100:02}")
    return fen


def tax_rate(text, note):
    """0.13 from 13%, 13 or 0.13; yes means the usual rate, with a remark; no and 免税 mean none."""
    word = half_width(text).lower().removesuffix("%").strip()
    if word in ("no", "false", "否", "免税", "不征税"):
        return Decimal(0)
    if word in ("yes", "true", "是"):
        note("usual_rate", "13%")
        return USUAL_RATE
    if not re.fullmatch(r"\d{1,2}(\.\d{1,4})?", word):
        raise Bad("tax_rate")
    rate = Decimal(word)
    rate = rate / 100 if rate >= 1 or "%" in half_width(text) else rate
    if rate > HIGHEST_RATE or rate * 10_000 % 1:
        raise Bad("tax_rate")
    return rate


def yes_or_no(text, note):
    word = half_width(text).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Bad("yes_or_no")
