"""显示: a masked number in clear, for the day, once it is asked for."""

from flask import Blueprint, g
from flask_babel import gettext as _

from domain import disclosures
from permissions import can_reveal
from views import customers, leads
from views.follow_ups import find, record_url
from views.helpers import fragment_or_redirect, require, toast

bp = Blueprint("disclosures", __name__)

EVERYTHING_ABOUT = {"leads": leads.everything_about, "customers": customers.everything_about}


@bp.post("/<any(leads, customers):plural>/<int:id>/reveal")
def reveal(plural, id):
    record = find(plural, id)
    require(can_reveal(g.user, record))
    disclosures.reveal(record, by=g.user)
    left = disclosures.reveals_left(g.user)
    if left is not None:
        toast(_("Shown until midnight. You may have %(left)s more numbers shown today.", left=left))
    return fragment_or_redirect(f"{plural}/show.html", "facts", record_url(record.kind(), id), **EVERYTHING_ABOUT[plural](record))
