"""What a line of a quote is made of: the product as it was that day, its price at a quantity, what is taken off it."""

from decimal import Decimal

from domain import Refused, _, day_of, now, prices, taxes
from domain.money import format_money, format_quantity
from domain.pricing import Discount, LineInput, price_at, with_tax, without_tax
from models import Product, QuoteLine

OF_PRODUCT = ("name", "sku", "spec", "unit", "cost", "tax_code")
SNAPSHOT = (*OF_PRODUCT, "price", "breaks", "price_list_id", "tax_rate")  # what a line keeps of its product
TERMS = ("discount", "discount_amount", "agreed", "free", "optional")
EMPTY = {"sku": "", "price": 0, "quantity": Decimal(0), "tax_rate": Decimal(0)}  # a heading or a note has a name and no figures
WHOLE = 10_000  # basis points


def line_from(source, product_id=None, quantity=Decimal(1), what=QuoteLine.PRODUCT, name="", **terms):
    """An unsaved line: of a snapshot, at the price of its quantity, with `terms` as in TERMS; or a heading or note."""
    if what != QuoteLine.PRODUCT:
        return QuoteLine(what=what, name=name, **EMPTY)
    kept = source | {"price": price_of(source, quantity)}
    return QuoteLine(product=product_id, quantity=quantity, **kept, **terms)


def price_of(source, quantity):
    """What a unit costs by a snapshot."""
    return price_at(source["breaks"], source["price"], quantity or 0)


def line_input(line, key):
    return LineInput(key, line.price, line.quantity, line.cost, line.tax_rate, discount_of(line), line.optional)


def discount_of(line):
    """What is taken off a line; an agreed price gives the amount anew."""
    if line.agreed is not None:
        return Discount(agreed=line.agreed)
    return Discount(None if line.discount is None else percent_of(line.discount), line.discount_amount, line.free)


def percent_of(basis_points):
    return Decimal(basis_points) / 100


# ---- snapshots -------------------------------------------------------------------------------------------------------


def snapshots(quote, product_ids, inclusive, chosen):
    """{product id: what SNAPSHOT names}: of the quote's own first line of it, or of the product and its price today.
    Prices stand on the side of tax that `inclusive` says; where another list is `chosen` than so far, they are asked for anew."""
    own = of_quote(quote)
    missing = product_ids - own.keys()
    turned, relisted = quote.inclusive != inclusive, quote.price_list_id != chosen
    anew = turned or relisted
    offers = prices.offer_to(quote.customer, product_ids if anew else missing, chosen=chosen) if anew or missing else {}
    if anew:
        own = {id: again(kept, offers.get(id), turned, relisted, inclusive) for id, kept in own.items() if id in product_ids}
    return own | of_products(missing, offers, inclusive)


def again(kept, offer, turned, relisted, inclusive):
    """A snapshot under another list or on the other side of tax; what is no longer sold is offered by no list and keeps its price."""
    if relisted and offer:
        return at_offer(kept, offer, inclusive)
    return on_side(kept, inclusive, offer) if turned else kept


def of_quote(quote):
    """Read as tuples: 500 lines as objects take longer than all arithmetic on them."""
    columns = [getattr(QuoteLine, name) for name in SNAPSHOT]
    lines = QuoteLine.select(QuoteLine.product, *columns).where(QuoteLine.quote == quote.id, QuoteLine.what == QuoteLine.PRODUCT)
    return {product: dict(zip(SNAPSHOT, kept)) for product, *kept in lines.order_by(QuoteLine.position.desc()).tuples()}


def of_products(product_ids, offers, inclusive):
    if not product_ids:
        return {}
    products = Product.select().where(Product.id.in_(list(product_ids)), Product.active)
    rates = taxes.rates_on(day_of(now()))
    found = {product.id: of_product(product, offers[product.id], rates, inclusive) for product in products}
    if product_ids - found.keys():
        raise Refused(_("One of these products is no longer sold. Take it out and save again."))
    return found


def of_product(product, offer, rates, inclusive):
    """A product as it is today."""
    kept = {name: getattr(product, name) for name in OF_PRODUCT} | {"tax_rate": taxes.rate_of(product, rates)}
    return at_offer(kept, offer, inclusive)


def at_offer(kept, offer, inclusive):
    """Breaks begin with the price of the smallest quantity, to which a line can come back."""
    breaks = [["0", offer.price], *offer.breaks] if offer.breaks else None
    kept = kept | {"price": offer.price, "breaks": breaks, "price_list_id": offer.price_list_id}
    return kept if inclusive else on_side(kept, inclusive)


def on_side(kept, inclusive, offer=None):
    """A snapshot with its prices on the other side of tax; where today's price is what it came from, it comes back to the fen."""
    listed = [offer.price, *(price for _least, price in offer.breaks or ())] if offer else []

    def turned(price):
        if not inclusive:
            return without_tax(price, kept["tax_rate"])
        return next((each for each in listed if without_tax(each, kept["tax_rate"]) == price), with_tax(price, kept["tax_rate"]))

    breaks = kept["breaks"] and [[least, turned(price)] for least, price in kept["breaks"]]
    return kept | {"price": turned(kept["price"]), "breaks": breaks}


# ---- in words --------------------------------------------------------------------------------------------------------


def told(line):
    """A line for the audit, the same in every language; cost is left out, others read it."""
    if not line.is_product:
        return f"{'#' if line.what == QuoteLine.SECTION else '¶'} {line.name}"
    said = f"{line.sku} × {format_quantity(line.quantity)}{terms_told(line)}"
    return f"({said})" if line.optional else said


def terms_told(line):
    if line.free:
        return " · 0%"
    if line.agreed is not None:
        return f" · ¥{format_money(line.agreed)}"
    if line.discount_amount is not None:
        return f" · −{format_money(line.discount_amount)}"
    return "" if line.discount is None else f" · {format_quantity(percent_of(WHOLE - line.discount))}%"
