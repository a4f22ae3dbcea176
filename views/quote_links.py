"""A quote goes to the customer: its link, made to be copied, and what he has signed."""

from flask import Blueprint, abort, current_app, g, make_response, request, url_for
from flask_babel import gettext as _

from domain import quote_links
from models import Quote, QuoteReply
from permissions import can_share_quote
from views.helpers import fragment_or_redirect, get_or_404, go, page, require, toast, whole_address

bp = Blueprint("quote_links", __name__, url_prefix="/quotes/<int:id>")


def find(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_share_quote(g.user, quote))
    return quote


def address_of(token):
    return whole_address("offers.show", token=token)


@bp.get("/share")
def sharing(id):
    return page("quote_links/sharing.html", "dialog", **dialog(find(id)))


@bp.post("/share")
def make(id):
    quote = find(id)
    address = address_of(quote_links.make(quote, by=g.user))
    toast(_("The link is made. It is shown this once; copy it now."))
    if not request.htmx:
        return page("quote_links/sharing.html", **dialog(quote, address))
    return fragment_or_redirect("quote_links/sharing.html", "dialog", url_for(".sharing", id=id), **dialog(quote, address))


def dialog(quote, address=""):
    return {"quote": quote, "address": address, "story": quote_links.story(quote), "sends_mail": bool(current_app.config["SMTP_URL"])}


@bp.post("/share/close")
def close(id):
    quote_links.close(find(id), by=g.user)
    toast(_("The links of this quote lead nowhere from now on."))
    return go(url_for("quotes.show", id=id))


@bp.get("/signature.png")
def signature(id):
    """What the customer drew when he accepted: for everybody who reads the quote."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    signed = QuoteReply.quote == quote.id, QuoteReply.what == QuoteReply.ACCEPTED, QuoteReply.signature.is_null(False)
    reply = QuoteReply.select().where(*signed).first() or abort(404)
    answer = make_response(bytes(reply.signature))
    answer.mimetype = "image/png"
    return answer
