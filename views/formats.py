"""How values are written on a screen: money, times, dates, phones, dictionary words."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import current_app, g
from flask_babel import get_locale, gettext, lazy_gettext, pgettext
from markupsafe import Markup, escape

from domain import local, now, taxes
from domain.days import clock, day, moment, month, today, when
from domain.money import format_money, format_quantity
from models import Choice, Tax, mask_phone

WAN = 1_000_000  # 1 万元 in 分
HUES = 12


def init_app(app):
    app.jinja_env.filters.update(
        money=money, wan=wan, percent=percent, quantity=quantity, ago=ago, clock=clock, day=day, moment=moment,
        month=month, when=when, choice=choice, masked=mask_phone, phone=spaced_phone, hue=hue, initial=initial, count=capped,
        in_language=in_language, tax=tax, tax_words=tax_words, all_taxes=all_taxes,
    )
    app.jinja_env.tests["late"] = is_late
    app.jinja_env.globals.update(pgettext=pgettext, choices=choices, today=today)
    app.url_defaults(version_static_files)
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui.html").module


def version_static_files(endpoint, values):
    """A static file's address changes with its content, so that browsers may keep it for a year."""
    if endpoint == "static" and "v" not in values:
        values["v"] = fingerprint(values["filename"])


@cache
def fingerprint(file_name):
    path = Path(current_app.static_folder) / file_name
    return sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"


def speaks_chinese():
    return get_locale().language == "zh"


def money(fen):
    """1,234.50 for 123450 分; a dash for what is unknown."""
    return "—" if fen is None else format_money(fen).replace("-", "−")


def wan(fen):
    """¥38.25 万 for cards and tiles in Chinese; ¥382.5k in English. The exact amount goes into the title."""
    if not fen:
        return "¥0"
    if speaks_chinese():
        return f"¥{shortened(fen, WAN)} 万"
    return f"¥{shortened(fen, 100_000)}k"


def shortened(fen, unit):
    """Two decimals at most, half up, without trailing zeros."""
    rounded = (Decimal(fen) / unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:,.2f}".rstrip("0").rstrip(".")


def percent(basis_points):
    """89.20% for 8920."""
    return "—" if basis_points is None else f"{Decimal(basis_points) / 100:.2f}%"


TAXES = {
    Tax.GENERAL: lazy_gettext("standard"), Tax.REDUCED: lazy_gettext("reduced"), Tax.SERVICES: lazy_gettext("services"),
    Tax.LEVY: lazy_gettext("levy"), Tax.LOW_LEVY: lazy_gettext("lowered levy"), Tax.ZERO: lazy_gettext("zero-rated"),
    Tax.EXEMPT: lazy_gettext("exempt"), Tax.UNTAXED: lazy_gettext("not taxed"),
}


def tax(record, rate=None):
    """13%, exempt or not taxed: of a line, or of a product at today's rate."""
    return tax_words(taxes.shown(record, rate))


def tax_words(shown):
    return str(TAXES.get(shown, shown))


def all_taxes(shown):
    """13% / exempt"""
    return " / ".join(map(tax_words, shown))


def tax_choice(code, rate):
    return TAXES[code] if code in Tax.WITHOUT_RATE else f"{format_quantity(rate * 100)}% · {TAXES[code]}"


def quantity(value):
    """24 for 24.0000, 1.5 for 1.5000."""
    return format_quantity(value)


def ago(at):
    """<time> that says how long ago, for less than a week; the exact time is its title."""
    if at is None:
        return ""
    exact = local(at)
    title = f"{exact:%Y-%m-%d %H:%M:%S} (UTC{exact:%z})"
    return Markup(f'<time datetime="{exact.isoformat()}" title="{title}">{escape(since(at))}</time>')


def since(at):
    days = (today() - local(at).date()).days
    if days > 1:
        return day(at)
    minutes = max(now() - at, timedelta(0)) // timedelta(minutes=1)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return gettext("%(n)s min ago", n=minutes)
    return gettext("Yesterday") if days == 1 else gettext("%(n)s h ago", n=minutes // 60)


def spaced_phone(phone):
    """138 1290 5678, as people read it."""
    if len(phone or "") == 11 and phone.isdigit():
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    return phone or ""


def capped(number):
    """12,345 or 1000+ where counting stopped."""
    return "1000+" if number > 1000 else str(number)


def initial(name):
    return (name or "?")[0].upper()


def hue(id):
    """One of twelve colours for a person, always the same."""
    return (id or 0) * 5 % HUES


# ---- dictionaries ----------------------------------------------------------------------------------------------------


def dictionary():
    """All editable words, read once per request: {field: {value: Choice}}."""
    if "dictionary" not in g:
        words = {}
        for word in Choice.select().order_by(Choice.field, Choice.position, Choice.id):
            words.setdefault(word.field, {})[word.value] = word
        g.dictionary = words
    return g.dictionary


def choice(value, field):
    """The label of a dictionary word in the reader's language; the word itself when it is in no dictionary."""
    word = dictionary().get(field, {}).get(value)
    return in_language(word, "label") if word else escape(value or "")


def choices(field):
    """[(value, label)] of the active words of a field, for a select."""
    return [(word.value, in_language(word, "label")) for word in dictionary().get(field, {}).values() if word.active]


def in_language(record, column="name"):
    """A column that has an English twin, in the reader's language."""
    english = getattr(record, f"{column}_en", "")
    return english if english and not speaks_chinese() else getattr(record, column)


def is_late(at):
    """Whether a UTC time has passed."""
    return at is not None and at < now()
