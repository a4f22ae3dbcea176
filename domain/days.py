"""How a day or a time is written on a screen and within a sentence, in the reader's language."""

from datetime import datetime

from flask_babel import lazy_pgettext, pgettext

from domain import _, day_of, local, now

MONTHS = (
    lazy_pgettext("month", "Jan"), lazy_pgettext("month", "Feb"), lazy_pgettext("month", "Mar"), lazy_pgettext("month", "Apr"),
    lazy_pgettext("month", "May"), lazy_pgettext("month", "Jun"), lazy_pgettext("month", "Jul"), lazy_pgettext("month", "Aug"),
    lazy_pgettext("month", "Sep"), lazy_pgettext("month", "Oct"), lazy_pgettext("month", "Nov"), lazy_pgettext("month", "Dec"),
)
WEEKDAYS = (
    lazy_pgettext("weekday", "Mon"), lazy_pgettext("weekday", "Tue"), lazy_pgettext("weekday", "Wed"), lazy_pgettext("weekday", "Thu"),
    lazy_pgettext("weekday", "Fri"), lazy_pgettext("weekday", "Sat"), lazy_pgettext("weekday", "Sun"),
)


def today():
    return day_of(now())


def day(value, weekday=False, year=False):
    """22 Nov this year, 22 Nov 2025 before; in Chinese 11-22. With the weekday where one plans by it: Sun 22 Nov, 11-22 周日.

    With its year always where somebody outside keeps the sentence.
    """
    value = local(value).date() if isinstance(value, datetime) else value
    if value is None:
        return ""
    parts = {"day": value.day, "month": MONTHS[value.month - 1], "year": value.year}
    year = year or value.year != today().year
    text = _("%(day)d %(month)s %(year)d", **parts) if year else _("%(day)d %(month)s", **parts)
    return _("%(weekday)s %(day)s", weekday=WEEKDAYS[value.weekday()], day=text) if weekday else text


def month(first):
    """Nov 2026; in Chinese 2026-11."""
    return _("%(month)s %(year)d", month=MONTHS[first.month - 1], year=first.year)


def clock(at):
    return f"{local(at):%H:%M}"


def when(at, within=False):
    """A time to come, or just gone: Today 16:00, Yesterday 17:30, Fri 27 Nov 10:00. Within a sentence English says today, not Today."""
    if at is None:
        return ""
    days = (local(at).date() - today()).days
    near = {-1: _("Yesterday"), 0: pgettext("day", "Today"), 1: _("Tomorrow")}.get(days, "")
    return f"{(near.lower() if within else near) or day(at, weekday=True)} {clock(at)}"


def moment(at):
    """21 Nov 2026 22:40 in the company's zone; in Chinese 2026-11-21 22:40."""
    return "" if at is None else f"{day(at, year=True)} {clock(at)}"
