"""The company's calendar: a year of days, each made free or worked by one press."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, g, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import Optional

from domain import calendar
from models import CalendarDay
from views.fields import Line, longest
from views.formats import speaks_chinese, today
from views.helpers import administrators_only, fragment_or_redirect, page, toast, whole

bp = Blueprint("calendar", __name__, url_prefix="/settings/calendar")
bp.before_request(administrators_only)

MONDAY = date(2024, 1, 1)


class DecisionForm(FlaskForm):
    """Which day becomes free, or which becomes worked: the button that was pressed says it."""

    free = DateField(validators=[Optional()])
    worked = DateField(validators=[Optional()])
    name = Line(validators=[longest(30)])

    @property
    def day(self):
        return self.free.data or self.worked.data

    def validate(self, **options):
        return super().validate(**options) and bool(self.free.data) != bool(self.worked.data) and self.day.year in calendar.YEARS


@dataclass
class Shown:
    """A day of the page: whether it is worked, why it is not as usual, and whether the company itself says so."""

    day: date
    works: bool
    own: bool
    name: str

    @property
    def unusual(self):
        return self.works == (self.day.weekday() >= 5)

    @property
    def words(self):
        state = _("worked") if self.works else _("free")
        return ", ".join(part for part in (format_date(self.day, "full"), self.name, state) if part)


@bp.get("")
def index():
    year = request.args.get("year", today().year, type=whole)
    if year not in calendar.YEARS:
        abort(404)
    return page("settings/calendar.html", "year", **shown(year))


@bp.post("")
def decide():
    form = DecisionForm()
    if not form.validate():
        abort(422)
    name = form.name.data if "name" in request.form else None
    calendar.decide(form.day, works=not form.free.data, by=g.user, name=name)
    year = form.day.year
    if name is not None:
        toast(_("Saved."))
    return fragment_or_redirect("settings/calendar.html", "year", url_for("calendar.index", year=year), **shown(year))


def shown(year):
    """What the page of a year shows; two queries."""
    ours = calendar.load()
    names = {row.day: row.name for row in CalendarDay.select()}
    days = [shown_day(date(year, 1, 1) + timedelta(days=n), ours, names) for n in range(366)]
    days = [day for day in days if day.day.year == year]
    months = [(format_date(date(year, month, 1), "LLLL"), [day for day in days if day.day.month == month]) for month in range(1, 13)]
    return {
        "year": year, "years": calendar.YEARS, "months": months, "today": today(), "worked": sum(day.works for day in days),
        "own": [day for day in days if day.own], "week": [format_date(MONDAY + timedelta(days=n), "EEEEE") for n in range(7)],
    }


def shown_day(day, ours, names):
    name = names.get(day) or calendar.holiday_name(day, speaks_chinese())
    if calendar.is_make_up_day(day) and not name:
        name = _("make-up day")
    return Shown(day, ours.is_working_day(day), day in ours.own, name)
