"""The company's calendar (工作日历): China's holidays with their make-up days (调休), and the days the company decides itself."""

from datetime import datetime, time, timedelta
from functools import cache

import holidays

from domain import events, local, to_utc, transaction
from models import CalendarDay

DAY = timedelta(days=1)
YEARS = range(2001, 2100)  # what the public calendar knows
OPENS, CLOSES = time(9), time(18)  # the hours of a working day


class Calendar:
    """Which days are worked, and periods counted in them. `own` are the days on which the company differs: {day: works}."""

    def __init__(self, own=None):
        self.own = own or {}

    def is_working_day(self, day):
        return self.own.get(day, publicly_worked(day))

    def add_days(self, day, number, working):
        """The last day of a period that begins the day after `day`: calendar days, or as many working days."""
        if not working:
            return day + number * DAY
        while number:
            day += DAY
            number -= self.is_working_day(day)
        return day

    def cutoff(self, day, number, working):
        """The inverse: the latest day from which so many days are over before `day`."""
        if not working:
            return day - (number + 1) * DAY
        while number:
            day -= DAY
            number -= self.is_working_day(day)
        return day - DAY

    def days_between(self, start, end, working):
        """How many days of a period that begins the day after `start` are gone when `end` is over; 0 when none is."""
        days = max((end - start).days, 0)
        return sum(self.is_working_day(start + n * DAY) for n in range(1, days + 1)) if working else days

    def after_hours(self, at, hours):
        """The UTC time at which so many working hours after `at` (UTC) are over."""
        here, left = local(at).replace(tzinfo=None), timedelta(hours=hours)
        day = here.date()
        while True:
            begins, ends = max(here, datetime.combine(day, OPENS)), datetime.combine(day, CLOSES)
            if self.is_working_day(day) and begins < ends:
                if left <= ends - begins:
                    return to_utc(begins + left)
                left -= ends - begins
            day += DAY

    @property
    def mark(self):
        """Changes whenever a day may count otherwise: what was reckoned with another calendar is of yesterday."""
        return f"{holidays.__version__} {sorted((str(day), works) for day, works in self.own.items())}"


@cache
def public(year, language="zh_CN"):
    """China's holidays as the State Council orders them, as far as it has; later years by the law alone."""
    return holidays.country_holidays("CN", years=(year - 1, year, year + 1), expand=False, language=language)


@cache
def publicly_worked(day):
    return public(day.year).is_working_day(day)


def load():
    """The calendar as it is now, in one query."""
    return Calendar({row.day: row.works for row in CalendarDay.select()})


def holiday_name(day, chinese=True):
    """国庆节; empty for an ordinary day."""
    return public(day.year, "zh_CN" if chinese else "en_US").get(day) or ""


def is_make_up_day(day):
    """A Saturday or Sunday that is worked for a holiday (调休上班)."""
    return day.weekday() >= 5 and publicly_worked(day)


# ---- what the administrator decides ----------------------------------------------------------------------------------


def decide(day, works, by, name=None):
    """Make a day worked or free. Where the public calendar says the same, the company's own word is not needed any more."""
    with transaction():
        kept = CalendarDay.get_or_none(CalendarDay.day == day)
        if works == publicly_worked(day):
            return kept and forget(kept, by)
        columns = {"works": works, "name": (kept.name if kept else "") if name is None else name}
        if kept:
            CalendarDay.update(**columns).where(CalendarDay.id == kept.id).execute()
            before = {"works": kept.works, "name": kept.name}
        else:
            kept, before = CalendarDay.create(day=day, **columns), None
        events.record("calendar.decided", kept, by=by, before=before, after=columns, day=day)


def forget(kept, by):
    """Back to what the public calendar says."""
    events.record("calendar.forgotten", kept, by=by, before={"works": kept.works, "name": kept.name}, day=kept.day)
    kept.delete_instance()

