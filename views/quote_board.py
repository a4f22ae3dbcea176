"""The board of quotes (报价看板): figures of a period and department, each leading to the list that proves it."""

from datetime import date, timedelta

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from domain.quote_board import Board
from models import Department
from permissions import can_see_cost, sees
from views.formats import today
from views.helpers import require
from views.quote_history import selection_asked

bp = Blueprint("quote_board", __name__, url_prefix="/quotes/board")

MONTH, QUARTER, YEAR, TWELVE = PERIODS = ("month", "quarter", "year", "twelve")


def beginning(period, day):
    """The first day of the month, quarter or year of a day, or of the eleventh month before."""
    months = {MONTH: 0, QUARTER: (day.month - 1) % 3, YEAR: day.month - 1, TWELVE: 11}[period]
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def last_of_month(day):
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@bp.get("")
def show():
    require(sees(g.user, "quote"))
    asked, period = selection_asked(), request.args.get("period")
    period = period if period in PERIODS else None
    if period or not (asked.since or asked.until):
        period = period or TWELVE
        asked = asked.but(since=beginning(period, today()), until=None)
    sees_margin = can_see_cost(g.user)
    return render_template(
        "quotes/board.html", board=Board(g.user, asked, today()), sees_margin=sees_margin, period=period, periods=period_words(),
        departments=Department.select().order_by(Department.path), month_days=month_days,
    )


def period_words():
    return {MONTH: _("This month"), QUARTER: _("This quarter"), YEAR: _("This year"), TWELVE: _("Twelve months")}


def month_days(key, selection):
    """The days of a month, 2026-11, within a selection: {"since", "until"}."""
    first = date.fromisoformat(f"{key}-01")
    last = last_of_month(first)
    return {"since": max(first, selection.since or first), "until": min(last, selection.until or last)}
