"""Telephone numbers, credit codes and e-mail addresses: how they are kept, and what is wrong with one."""

import re
import unicodedata

import phonenumbers
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from domain import _

HOME = "CN"
MOBILE = re.compile(r"1[3-9]\d*")
SERVICE = re.compile(r"9[56]\d{3,6}")  # 95588: banks, insurers and carriers have no other number
EXTENSION = re.compile(r"(?<=\d{7})\s*(?:转|分机|-)\s*(\d{1,6})$")  # 021-58881234-801, 58881234 转 801
SIGNS = re.compile(r"[\s()-]")
MOBILE_DIGITS = 11
CODE_LENGTH = 18
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def folded(text):
    """Full-width digits and letters as half-width ones, outer blanks gone: what an input method leaves behind."""
    return unicodedata.normalize("NFKC", text or "").strip()


def plain_phone(text):
    """A number as kept: digits for China (13812905678, 051985802231), +prefix elsewhere, an extension after x.

    What is no number stays as typed.
    """
    text = EXTENSION.sub(r" x\1", folded(text))
    bare = SIGNS.sub("", text)
    number = parsed(text)
    if number is None or MOBILE.fullmatch(bare) or not phonenumbers.is_possible_number(number):
        return bare
    if number.country_code != phonenumbers.country_code_for_region(HOME):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    extension, number.extension = number.extension, None
    digits = re.sub(r"\D", "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL))
    return f"{digits}x{extension}" if extension else digits


def parsed(text):
    try:
        return phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return None


def phone_complaint(text):
    """What is wrong with a number that plain_phone() has put in order; None when nothing is."""
    if MOBILE.fullmatch(text) and len(text) < MOBILE_DIGITS:
        return _("A mobile number has 11 digits; %(n)s missing.", n=MOBILE_DIGITS - len(text))
    if MOBILE.fullmatch(text) and len(text) > MOBILE_DIGITS:
        return _("A mobile number has 11 digits; %(n)s too many.", n=len(text) - MOBILE_DIGITS)
    if SERVICE.fullmatch(text):
        return None
    number = parsed(text)
    return None if number and phonenumbers.is_valid_number(number) else _("This is not a telephone number.")


def plain_code(text):
    return folded(text).upper().replace(" ", "")


def code_complaint(text):
    """What is wrong with a 统一社会信用代码; None when nothing is."""
    if len(text) != CODE_LENGTH:
        return _("A credit code has 18 characters; this has %(n)s.", n=len(text))
    try:
        uscc.validate(text)
    except ValidationError:
        return _("This credit code is mistyped: its check character does not fit.")
    return None


def email_complaint(text):
    return None if EMAIL.fullmatch(text) else _("This is not a complete e-mail address.")
