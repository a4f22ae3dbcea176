"""今日: what is to be done today, overdue first, and how the month goes."""

from flask import Blueprint, g, render_template

from domain import agenda, now

bp = Blueprint("home", __name__)


@bp.get("/")
def index():
    at = now()
    return render_template("home/index.html", day=agenda.of(g.user, at), figures=agenda.figures(g.user, at), at=at)
