"""Quotes looked back upon: to one customer, of one product, or behind any number of the board; each with what became of it."""

from dataclasses import fields
from datetime import date

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_pgettext

from domain import quote_history, quotes
from domain.pricing import shown_percent
from domain.quote_history import Selection
from models import Customer, Department, Product, Quote, QuoteLine, User
from permissions import can_see_cost, sees
from views.formats import choice, today
from views.helpers import known, page, page_of, require, whole

bp = Blueprint("quote_history", __name__, url_prefix="/quotes/history")

OUTCOMES = {
    quote_history.WON: (lazy_pgettext("quote", "Won"), "ok"), quote_history.LOST: (lazy_pgettext("quote", "Lost"), "bad"),
    quote_history.EXPIRED: (lazy_pgettext("quote", "Expired"), "warn"), quote_history.SUPERSEDED: (lazy_pgettext("quote", "Superseded"), ""),
    quote_history.OPEN: (lazy_pgettext("quote", "Open"), "info"),
}
WITH_ID = ("department", "seller", "customer", "product")
LONGEST = 60


@bp.app_template_filter()
def ratio(fraction):
    """A Fraction as 32.86%."""
    shown = shown_percent(fraction)
    return shown if shown == "—" else f"{shown}%"


@bp.app_template_global()
def quote_history_url(selection, **changes):
    """The list behind a number of a selection."""
    return url_for("quote_history.index", **address_of(selection.but(**changes)))


def address_of(selection):
    given = {field.name: getattr(selection, field.name) for field in fields(selection)}
    return {name: 1 if value is True else value for name, value in given.items() if value not in (None, False)}


def selection_asked():
    """What the address asks for; what makes no sense counts as not asked."""
    words = {name: request.args[name][:LONGEST] for name in ("level", "node") if request.args.get(name)}
    ids = {name: request.args.get(name, type=whole) for name in WITH_ID}
    days = {name: request.args.get(name, type=date.fromisoformat) for name in ("since", "until")}
    unit, outcome = request.args.get("unit", ""), request.args.get("outcome")
    return Selection(
        **words, **ids, **days, unit=unit if unit == quote_history.NONE or unit.isdecimal() and len(unit) < 10 else None,
        outcome=outcome if outcome in quote_history.OUTCOMES else None, quoted="quoted" in request.args,
    )


@bp.get("")
def index():
    require(sees(g.user, "quote"))
    selection = selection_asked()
    query = (quote_history.quotes if selection.product is None else quote_history.lines)(g.user, selection, today())
    order = (Quote.id,) if selection.product is None else (QuoteLine.id,)
    return page(
        "quotes/history.html", "rows", selection=selection, rows=page_of(query, *order), chips=chips(selection), outcomes=OUTCOMES,
        figures=quote_history.figures(g.user, selection, today()), sees_margin=can_see_cost(g.user), unit_price=quotes.unit_price,
        of_row=quote_history.of_quote if selection.product is None else quote_history.of_line,
    )


def chips(selection):
    """[(label, value, argument that takes it out)] of what the list is narrowed by."""
    customer = known(Customer.visible_to(g.user), selection.customer)
    product, seller = (known(table.select(), id) for table, id in ((Product, selection.product), (User, selection.seller)))
    unit = known(Department.select(), selection.unit) if selection.unit else None
    department = known(Department.select(), selection.department)
    said = (
        ("since", _("From"), selection.since), ("until", _("Until"), selection.until),
        ("department", _("Department"), department and department.name),
        ("unit", _("Department"), unit.name if unit else selection.unit and _("Not set")),
        ("seller", _("Owner"), seller and seller.name), ("customer", _("Customer"), customer and customer.label),
        ("product", _("Product"), product and f"{product.name} {product.sku}"),
        ("level", _("Level"), _("Not set") if selection.level == quote_history.NONE else selection.level and choice(selection.level, "level")),
        ("node", _("Approval step"), selection.node), ("outcome", _("Outcome"), selection.outcome and OUTCOMES[selection.outcome][0]),
        ("quoted", _("Quotes"), selection.quoted and _("last approved version")),
    )
    return [(label, value, name) for name, label, value in said if value]
