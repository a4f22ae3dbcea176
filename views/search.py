"""Ctrl K: customers, leads, products by any part of a name; quotes, orders and tickets by number; tickets by title."""

from flask import Blueprint, g, render_template
from markupsafe import Markup

from domain import search, tickets
from models import Customer, Lead, Member, Order, Product, Quote, Ticket
from permissions import sees_leads
from views.helpers import render_block, sight, text_asked_for, wants_part

bp = Blueprint("search", __name__, url_prefix="/search")

SHOWN = 8


@bp.get("")
def index():
    text = text_asked_for()
    found = {"text": text, "groups": groups(text) if text else []}
    if wants_part():
        return render_block("search/index.html", "results", **found)
    return render_template("search/index.html", **found)


def groups(text):
    """[(kind, rows)] of what this person may see, at most eight each; a number finds its document."""
    user = g.user
    names = user.overseen != (user.id,) and not sight().reads_others
    customers = search.narrowed(Customer.held_visible_to(user), "customer", text, only_names=names).order_by(Customer.updated_at.desc())
    pooled_customers = search.narrowed(Customer.pooled_visible_to(user), "customer", text, only_names=True)
    mine = search.narrowed(owned(user), "lead", text, only_names=names)
    pooled = search.narrowed(Lead.visible_to(user).where(Lead.owner.is_null()), "lead", text, only_names=True)
    products = search.narrowed(Product.select().where(Product.active), "product", text).order_by(Product.name)
    quotes = Quote.listed_to(user).where(numbered(Quote, text)).order_by(Quote.id.desc())
    orders = Order.visible_to(user).where(numbered(Order, text)).order_by(Order.id.desc())
    reported = Ticket.visible_to(user).where(tickets.found_by(text, user)).order_by(Ticket.id.desc())
    rows = {
        "customer": [*customers.limit(SHOWN), *pooled_customers.order_by(Customer.id.desc()).limit(SHOWN)][:SHOWN],
        "lead": [*mine.order_by(Lead.id.desc()).limit(SHOWN), *pooled.order_by(Lead.id.desc()).limit(SHOWN)][:SHOWN],
        "quote": list(quotes.limit(SHOWN)),
        "order": list(orders.limit(SHOWN)),
        "ticket": list(reported.limit(SHOWN)),
        "product": list(products.limit(SHOWN)),
    }
    return [(kind, found) for kind, found in rows.items() if found]


def owned(user):
    """The leads with an owner that this person sees. Whoever sees but his own has few: found by owner, not by a walk
    through everybody's."""
    owned = Lead.owner.is_null(False)
    if not sees_leads(user) or user.overseen != (user.id,):
        return Lead.visible_to(user).where(owned)
    shared = Lead.id.in_(Member.records_of("lead", user.overseen))
    return Lead.with_people().where(owned, (Lead.owner == user.id) | shared)


@bp.app_template_filter()
def highlighted(name, text):
    """The name with what was searched for marked: the text itself, or the characters whose initials were typed."""
    found = search.span(name, text)
    if found is None:
        return name
    return Markup("{}<mark>{}</mark>{}").format(name[: found[0]], name[found[0] : found[1]], name[found[1] :])


def numbered(model, text):
    """Documents are found by the beginning of their number, or any of it from three characters on."""
    return model.number.contains(text) if len(text) > 2 else model.number.startswith(text)
