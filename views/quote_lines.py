"""Lines on their way into a quote: searched, picked by the dozen, pasted from a spreadsheet; never a price typed blindly."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _

from domain import Refused, pasted_lines, quotes, search
from domain.last_prices import last_prices
from domain.money import PricingError, format_money, parse_quantity
from models import Product, Quote
from permissions import can_edit_products, can_edit_quote, can_see_cost, sells
from views import quote_form
from views.formats import day
from views.helpers import get_or_404, go, page, require, text_asked_for, toast, wants_part, whole
from views.quote_rows import PERCENT, WAYS, id_of, new_key, new_rows, read, read_product, read_terms, wording

bp = Blueprint("quote_lines", __name__, url_prefix="/quotes")

OFFERED = 8  # products under the search box
PICKABLE = 50  # in the list of many
LONGEST_PASTE = 60_000  # characters


def to_edit(id):
    """The quote for whoever may write on it; 409 with the reason where it only is no draft any more."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    if sells(g.user, quote):
        quotes.ensure_editable(quote)
    require(can_edit_quote(g.user, quote))
    return quote


def head_in_hand(quote):
    """The head by which new lines are priced, for quotes.snapshots(): as the editor shows it, whether that is saved or not."""
    price_list = request.values.get("price_list", type=whole)
    quotes.ensure_list_holds(quote, price_list)
    return {"inclusive": request.values.get("inclusive", quote.inclusive, type=lambda text: text != "0"), "price_list": price_list}


def offered(text):
    return search.narrowed(Product.select().where(Product.active), "product", text).order_by(Product.name, Product.id)


def last_prices_of(quote, rows, inclusive=None):
    return last_prices(quote, g.user, {row.line.product_id for row in rows if row.line.is_product}, inclusive)


@bp.app_template_filter()
def own_words(last):
    """上次 160.00: what of a LastPrice is of the customer himself (上次成交价), or nothing."""
    return _("last %(price)s", price=format_money(last.own)) if last and last.own is not None else ""


@bp.app_template_filter()
def last_words(last, named=True):
    """上次 160.00 · 他客 158.00（11-20 苏州恒立）: what a LastPrice says."""
    if last is None:
        return _("never quoted")
    others = last.others and _(
        "to others %(price)s (%(when)s)", price=format_money(last.others.price),
        when=" ".join(filter(None, (day(last.others.day), named and last.others.customer))),
    )
    return " · ".join(filter(None, (own_words(last), others)))


@bp.app_template_filter()
def last_told(found, rows):
    """[product id, own words, words, words with the customer's name] for each product of the rows: what quote.js writes into them."""
    told = {row.line.product_id: found.get(row.line.product_id) for row in rows if row.line.is_product}
    return [(product, own_words(last), last_words(last, named=False), last_words(last)) for product, last in told.items()]


def as_lines(quote, found, head):
    """Products as the quote would take them under a head, so that the price is the one that the line gets: {product id: Row}
    and what each was quoted at."""
    rows = new_rows(quote, [{"product_id": product.id} for product in found], **head)
    return {"rows": {row.line.product_id: row for row in rows}, "last_prices": last_prices_of(quote, rows, head["inclusive"])}


@bp.get("/<int:id>/products")
def products(id):
    quote, text = to_edit(id), text_asked_for()
    found = list(offered(text).limit(OFFERED)) if text else []
    return render_template(
        "quotes/products.html", quote=quote, found=found, text=text, may_create=can_edit_products(g.user),
        **as_lines(quote, found, head_in_hand(quote)),
    )


@bp.get("/<int:id>/lines/new")
def new(id):
    """One line for a product that was picked just now."""
    quote = to_edit(id)
    return rows_of(quote, head_in_hand(quote), [{"product_id": request.args.get("product", type=whole) or abort(404)}])


def rows_of(quote, head, entries):
    rows = new_rows(quote, entries, **head)
    return render_template(
        "quotes/rows.html", quote=quote, rows=rows, with_tax=head["inclusive"], last_prices=last_prices_of(quote, rows, head["inclusive"]),
        ways=WAYS, sees_cost=can_see_cost(g.user, quote), alone=len(rows) == 1,
    )


# ---- many at once ----------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/pick")
def pick(id):
    """A list of products with a field for the quantity of each; what has one stays on top while one searches on."""
    quote, text, wanted = to_edit(id), text_asked_for(), wanted_by_id(request.args)
    head = head_in_hand(quote)
    chosen = list(Product.select().where(Product.id.in_(list(wanted)), Product.active).order_by(Product.name, Product.id)) if wanted else []
    matching = offered(text).where(Product.id.not_in(list(wanted))).limit(PICKABLE + 1)
    found = chosen + list(matching)
    shown = found[:len(chosen) + PICKABLE]
    return page(
        "quotes/pick.html", "list" if "q" in request.args else "dialog", quote=quote, found=shown, wanted=wanted, text=text, head=head,
        more=len(found) > len(shown), **as_lines(quote, shown, head),
    )


def wanted_by_id(fields):
    """{product id: quantity as typed} of the rows whose quantity is filled in."""
    pairs = zip(fields.getlist("product"), fields.getlist("quantity"))
    return {id_of(id): quantity.strip() for id, quantity in pairs if quantity.strip()}


@bp.post("/<int:id>/lines")
def add(id):
    """What was picked or pasted, as rows for the editor; without it, saved behind the others."""
    quote = to_edit(id)
    entries = picked_entries()
    if wants_part():
        return rows_of(quote, head_in_hand(quote), entries)
    quote_form.append(quote, *entries)
    toast(_("%(n)s lines added.", n=len(entries)))
    return go(url_for("quotes.show", id=id))


def picked_entries():
    """Entries for quotes.drafted() of the parallel fields; a row without a quantity was not picked."""
    names = ("product", "quantity", "rate", "way")
    columns = {name: request.form.getlist(name) for name in names}
    blank = [""] * len(columns["product"])
    rows = zip(columns["product"], columns["quantity"], columns["rate"] or blank, columns["way"] or [PERCENT] * len(blank))
    picked = [row for row in rows if row[1].strip()]
    quotes.refuse_more_than_fit(len(picked))
    return [entry_of(*row) for row in picked]


def entry_of(product, quantity, rate, way):
    errors = {}
    entry = {"product_id": id_of(product), "quantity": read(parse_quantity, quantity, "quantity", errors)}
    entry |= read_terms(rate, way, errors)
    if errors:
        what = Product.get_or_none(Product.id == entry["product_id"]) or abort(400)
        raise Refused(_("%(what)s: %(words)s", what=f"{what.name} {what.sku}", words=" ".join(map(str, errors.values()))))
    return entry


# ---- rows from a spreadsheet -----------------------------------------------------------------------------------------


@bp.route("/<int:id>/paste", methods=("GET", "POST"))
def paste(id):
    """What was copied from Excel, and what we understood of each row. Nothing is saved."""
    quote = to_edit(id)
    text = request.form.get("rows", "")
    if len(text) > LONGEST_PASTE:
        raise Refused(_("This is too much to paste at once: %(most)s characters at the most.", most=f"{LONGEST_PASTE:,}"))
    found = pasted(quote, pasted_lines.understood(text))
    ready = [line for _row, line, words in found if line and not words]
    left = "\n".join("\t".join(row.cells) for row, _line, words in found if words)
    return page("quotes/paste.html", "dialog", quote=quote, text=text, found=found, ready=ready, left=left)


def pasted(quote, rows):
    """[(row of the spreadsheet, its line as the editor would have it or None, what is wrong with it)]"""
    head = head_in_hand(quote)
    sources = quotes.snapshots(quote, {row.product.id for row in rows if row.product and not row.fault}, **head)
    found = []
    for row in rows:
        line = None if row.fault or row.is_heading else pasted_line(row, sources[row.product.id], head["inclusive"])
        found.append((row, line, line.words if line else fault_words(*row.fault) if row.fault else ""))
    return found


def pasted_line(row, source, inclusive):
    line = read_product(new_key(), source, row.product.id, False, row.quantity, row.rate, row.way)
    if not line.errors:
        try:
            line.figures = quotes.priced([line.line], inclusive=inclusive).lines[0]
        except PricingError as error:
            line.errors["rate"] = wording(error)
    return line


def fault_words(code, about):
    """Why a pasted row cannot become a line."""
    return {
        "no_product": _("No product has this code or name."),
        "several": _("Several products fit; give one code: %(codes)s", codes=about),
        "no_quantity": _("There is no quantity."),
        "surplus": _("“%(text)s” was not understood.", text=about),
    }[code]
