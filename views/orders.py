"""Orders: the list, the page of one, and its steps from an approved quote to completion."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_pgettext

from domain import orders, search, taxes
from domain.money import capitals
from models import Customer, Opportunity, Order, OrderLine, Quote, Ticket
from permissions import can_advance_order, can_order, can_review_order, sees
from views.helpers import counts_by_status, get_or_404, go, of_customer, page, page_of, require, text_asked_for, toast

bp = Blueprint("orders", __name__)

STATUSES = {
    Order.GENERATED: (lazy_pgettext("order", "Generated"), "warn"),
    Order.REVIEWED: (lazy_pgettext("order", "Reviewed"), "info"),
    Order.EXECUTING: (lazy_pgettext("order", "Executing"), "accent"),
    Order.COMPLETED: (lazy_pgettext("order", "Completed"), "ok"),
}
RELATED = 5


@bp.app_template_global()
def order_status(order):
    """(words, tone) for a chip."""
    return STATUSES[order.status]


# ---- the list --------------------------------------------------------------------------------------------------------


@bp.get("/orders")
def index():
    require(sees(g.user, "order"))
    query, columns, descending = listed()
    shown, customer = of_customer(Order.visible_to(g.user))
    return page(
        "orders/index.html", "part", orders=page_of(query, *columns, descending=descending), status=request.args.get("status"),
        text=text_asked_for(), customer=customer, counts=counts_by_status(shown, STATUSES), statuses=STATUSES,
    )


def listed():
    """(query, columns, newest first): the list that the address asks for, on the page and as an export."""
    (shown, _customer), status = of_customer(Order.visible_to(g.user)), request.args.get("status")
    if status in STATUSES:
        shown = shown.where(Order.status == status)
    return search.of_number_or_customer(shown, text_asked_for()), (Order.created_at, Order.id), True


# ---- one order -------------------------------------------------------------------------------------------------------


@bp.get("/orders/<int:id>")
def show(id):
    order = find(id)
    opportunity, lines = visible(Opportunity, order.opportunity_id), lines_of(order)
    theirs = Ticket.visible_to(g.user).where(Ticket.order == order.id).order_by(Ticket.id.desc())
    return page(
        "orders/show.html", order=order, record=order, opportunity=opportunity, lines=lines, statuses=STATUSES,
        quote=visible(Quote, order.quote_id), customer=visible(Customer, order.customer_id), capitals=capitals(order.total),
        inclusive=Quote.select(Quote.inclusive).where(Quote.id == order.quote_id).scalar(),
        tax_rates=taxes.all_shown(lines), tickets=list(theirs.limit(RELATED + 1)), tab=request.args.get("tab", "stream"),
    )


def find(id):
    return get_or_404(Order.visible_to(g.user), id)


def visible(table, id):
    """What the order belongs to, where this person may open it."""
    return table.visible_to(g.user).where(table.id == id).first()


def lines_of(order):
    return list(OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.position))


# ---- its steps -------------------------------------------------------------------------------------------------------


@bp.post("/quotes/<int:id>/orders")
def create(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_order(g.user, quote))
    order = orders.create(quote, by=g.user)
    toast(_("Order %(number)s is taken.", number=order.number))
    return go(url_for("orders.show", id=order.id))


@bp.post("/orders/<int:id>/review")
def review(id):
    order = find(id)
    require(can_review_order(g.user, order))
    orders.review(order, by=g.user)
    return done(order, _("Order %(number)s is reviewed.", number=order.number))


@bp.post("/orders/<int:id>/start")
def start(id):
    order = find(id)
    require(can_advance_order(g.user, order))
    orders.start(order, by=g.user)
    return done(order, _("Order %(number)s is being carried out.", number=order.number))


@bp.post("/orders/<int:id>/complete")
def complete(id):
    order = find(id)
    require(can_advance_order(g.user, order))
    orders.complete(order, by=g.user)
    return done(order, _("Order %(number)s is completed.", number=order.number))


def done(order, message):
    toast(message)
    return go(url_for("orders.show", id=order.id))
