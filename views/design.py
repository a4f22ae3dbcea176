"""The component set on one page, for whoever builds the next one."""

from flask import Blueprint, g, render_template

from permissions import can_administer
from views.helpers import require

bp = Blueprint("design", __name__)


@bp.get("/design")
def show():
    require(can_administer(g.user))
    return render_template("design/index.html")
