"""今日: what is to be done today, overdue first, and how the month goes."""

from flask import Blueprint, g, render_template
from flask_babel import format_date
from flask_babel import gettext as _

from domain import agenda, local, now
from permissions import sees_leads
from views.formats import WAN, shortened, speaks_chinese
from views.recycling_words import about_to_go

bp = Blueprint("home", __name__)

MORNING, NOON, EVENING = 11, 13, 18


@bp.get("/")
def index():
    at = now()
    day = agenda.of(g.user, at)
    figures = agenda.figures(g.user, at)
    return render_template(
        "home/index.html", day=day, at=at, figures=figures, won=won_words(figures["won"]), greeting=greeting(at),
        date_words=date_words(at), hours=hours(), marks=marks(day), here=percent(at),
        submitted=agenda.submitted(g.user), to_approve=agenda.to_approve(g.user), tickets=agenda.open_tickets(g.user),
        desk=agenda.desk(g.user) if g.user.may("ticket.serve") else None, news=agenda.news(g.user),
        going=about_to_go(g.user) if sees_leads(g.user) else [],
    )


def greeting(at):
    hour, name = local(at).hour, g.user.name
    if hour < MORNING:
        return _("Good morning, %(name)s", name=name)
    if hour < NOON:
        return _("Good day, %(name)s", name=name)
    return _("Good afternoon, %(name)s", name=name) if hour < EVENING else _("Good evening, %(name)s", name=name)


def date_words(at):
    day = local(at).date()
    return f"{day.month} 月 {day.day} 日 {format_date(day, 'EEE')}" if speaks_chinese() else format_date(day, "EEEE, d MMMM")


def won_words(fen):
    """A tile's short figure and its unit; the exact amount is the tile's title."""
    if speaks_chinese():
        return {"figure": shortened(fen, WAN), "unit": "万"}
    return {"figure": f"¥{shortened(fen, 100_000)}", "unit": "k" if fen else ""}


# ---- the route of the day --------------------------------------------------------------------------------------------


def hours():
    """Ticks for every hour of the route, a word for every second one."""
    first, last = agenda.FIRST_HOUR, agenda.LAST_HOUR
    return [
        {"x": round(100 * (hour - first) / (last - first), 2), "label": f"{hour}:00" if (hour - first) % 2 == 0 else ""}
        for hour in range(first, last + 1)
    ]


def marks(day):
    done = [{"x": percent(task.done_at), "cls": "done", "title": task.title} for task in day.done]
    return done + [{"x": percent(task.due_at), "cls": "todo", "title": task.title} for task in day.today]


def percent(at):
    return round(100 * agenda.share_of_route(at), 2)
