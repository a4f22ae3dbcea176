"""The versions of a quote: what differs between any two, a new one, a refreshed validity, one given up."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from domain import differences, versions
from domain.money import format_quantity
from domain.pricing import shown_percent
from models import Contact, Quote
from permissions import can_drop_quote, can_renew_quote, can_see_cost
from views.approvals import kept
from views.formats import day, money, tax
from views.helpers import get_or_404, go, known, page, require, sight, toast
from views.quote_rows import rate_text

bp = Blueprint("versions", __name__)

NAMES = {
    "valid_until": _l("Valid until"), "contact": _l("Contact"), "inclusive": _l("Prices"), "order_discount": _l("Order discount"),
    "quantity": _l("Quantity"), "price": _l("List price"), "discount": lazy_pgettext("line", "Discount"),
    "amount": lazy_pgettext("document", "Amount"), "optional": _l("Optional"), "tax_rate": _l("Tax rate"),
    "list_total": _l("List total"), "line_discounts": _l("Line discounts"), "total": _l("Total (incl. tax)"),
    "tax_total": lazy_pgettext("document", "Tax"), "margin": _l("Margin rate"), "profit": _l("Profit"),
}
WORSE = {
    "price": lazy_pgettext("worse", "price"), "quantity": lazy_pgettext("worse", "quantity"),
    "discount": lazy_pgettext("worse", "discount"), "terms": lazy_pgettext("worse", "terms"),
    "valid_until": lazy_pgettext("worse", "validity"), "lines": lazy_pgettext("worse", "products"),
    "margin": lazy_pgettext("worse", "margin"), "tax": lazy_pgettext("worse", "tax"),
}
COUNTED_OFF = ("order_discount", "line_discounts")  # where more is less


# ---- in words --------------------------------------------------------------------------------------------------------


@bp.app_template_filter()
def change_name(change):
    return NAMES[change.name]


@bp.app_template_filter()
def change_value(value, name):
    """One side of a Change as it is written."""
    return WRITTEN.get(name, money)(value) if value is not None else "—"


@bp.app_template_filter()
def change_by(change):
    """＋ or − and how much; empty where it stayed, or one side is not known."""
    if not change.by:
        return ""
    more = f"{abs(float(change.by * 100)):.2f}%" if change.name == differences.FROM_COST else money(abs(change.by))
    return f"{'+' if change.by > 0 else '−'}{more}"


@bp.app_template_filter()
def worse_names(worse):
    return [WORSE[name] for name in differences.CHANGES if name in worse]


@bp.app_template_filter()
def worse_for(worse, quote):
    """As far as this reader may know of the cost."""
    return worse if can_see_cost(g.user, quote) else worse - {differences.FROM_COST}


def contact_name(id):
    contact = Contact.get_by_id(id)
    return sight().text(contact, "name", contact.customer)


def taken_off(discount):
    off, fen, agreed, free = discount
    if free:
        return _("Free")
    if fen is not None:
        return _("agreed ¥%(price)s", price=money(fen)) if agreed else f"−¥{money(fen)}"
    return "—" if off is None else f"{rate_text(off)}%"


def side_of_tax(inclusive):
    return _("with tax") if inclusive else _("without tax")


WRITTEN = {
    "valid_until": day, "contact": contact_name, "inclusive": side_of_tax,
    "quantity": format_quantity, "discount": taken_off, "optional": lambda yes: _("Yes") if yes else _("No"),
    "tax_rate": tax, "margin": lambda ratio: f"{shown_percent(ratio)}%",
}


@bp.app_template_global()
def quote_versions(quote):
    """The versions of its number that this reader sees, latest first; none asked for where it is the only one."""
    return versions.of_number(quote, g.user) if quote.version > 1 or not quote.is_newest else [quote]


@bp.app_template_global()
def quote_standing(quote):
    """An open version beside the approved one; None for a first one."""
    return versions.compared(quote) if quote.status in Quote.OPEN and quote.version > 1 else None


# ---- the page --------------------------------------------------------------------------------------------------------


@bp.get("/quotes/<int:id>/versions")
def index(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    every = versions.of_number(quote, g.user)
    before = known(Quote.visible_to(g.user).where(Quote.number == quote.number), request.args.get("with")) or earlier(quote, every)
    sees_cost = can_see_cost(g.user, quote) and (before is None or can_see_cost(g.user, before))
    difference = versions.diff(before, quote, sees_cost) if before else None
    return page("versions/index.html", "difference", quote=quote, every=every, before=before, difference=difference)


def earlier(quote, every):
    """What a version is compared with unless another is asked for: the one approved before it, or the one below it."""
    below = [each for each in every if each.version < quote.version]
    return next((each for each in below if each.approved_at), below[0] if below else None)


# ---- what is done with them ------------------------------------------------------------------------------------------


@bp.post("/quotes/<int:id>/versions")
def create(id):
    made = versions.renew(to_renew(id), by=g.user)
    toast(_("%(quote)s is a draft with the lines as they stood.", quote=made.title))
    return go(url_for("quotes.show", id=made.id))


@bp.post("/quotes/<int:id>/refresh")
def refresh(id):
    """One click: a version that is valid anew, approved at once where the company takes that for nothing worse."""
    made = versions.refresh(to_renew(id), by=g.user)
    if not kept(made):
        toast(_("%(quote)s is valid until %(day)s; submit it for approval.", quote=made.title, day=day(made.valid_until)))
    return go(url_for("quotes.show", id=made.id))


@bp.post("/quotes/<int:id>/drop")
def drop(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_drop_quote(g.user, quote))
    before = versions.drop(quote, by=g.user)
    toast(_("%(quote)s is given up; %(before)s stands again.", quote=quote.title, before=before.title))
    return go(url_for("quotes.show", id=before.id))


def to_renew(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_renew_quote(g.user, quote))
    return quote
