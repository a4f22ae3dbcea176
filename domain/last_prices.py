"""What a product was last quoted at (历史报价): to the customer of a quote, and to anybody else, who is named only to those who see him."""

from datetime import date
from typing import NamedTuple

from peewee import fn

from domain.pricing import per_unit
from models import Customer, Product, Quote, QuoteLine

TOLD = Quote.status == Quote.APPROVED, QuoteLine.net > 0  # what is given free tells no price


class ToOthers(NamedTuple):
    """`customer` is "" where the reader does not see him."""

    price: int
    day: date
    customer: str


class LastPrice(NamedTuple):
    """Fen a unit on the side of tax that was asked for, or None."""

    own: int | None = None
    others: ToOthers | None = None


def last_prices(quote, viewer, product_ids, inclusive=None):
    """{product id: LastPrice} of those that were quoted before; with tax or without, as the quote is where nothing is said."""
    if not product_ids:
        return {}
    found, inclusive = {}, quote.inclusive if inclusive is None else inclusive
    for line in lines_with(to_the_customer(quote, viewer, product_ids)):
        found[line.product_id] = LastPrice(per_unit_on_side(line, inclusive))
    others = lines_with(to_others(quote, product_ids))
    names = names_seen(viewer, {line.quote.customer_id for line in others})
    for line in others:
        told = ToOthers(per_unit_on_side(line, inclusive), line.quote.issued_on, names.get(line.quote.customer_id, ""))
        found[line.product_id] = found.get(line.product_id, LastPrice())._replace(others=told)
    return found


def to_the_customer(quote, viewer, product_ids):
    """Ids of the lines, from quotes that the viewer may see."""
    theirs = Quote.customer == quote.customer_id, Quote.id != quote.id, Quote.seen_by(viewer)
    lines = QuoteLine.select(fn.MAX(QuoteLine.id)).join(Quote).where(*TOLD, *theirs, QuoteLine.product.in_(list(product_ids)))
    return lines.group_by(QuoteLine.product)


def to_others(quote, product_ids):
    """Ids of the lines: for each product one step down its index, however often it was quoted."""
    last = QuoteLine.select(QuoteLine.id).join(Quote).where(*TOLD, Quote.customer != quote.customer_id, QuoteLine.product == Product.id)
    newest = last.order_by(QuoteLine.quote.desc(), QuoteLine.id.desc()).limit(1)
    return Product.select(newest).where(Product.id.in_(list(product_ids)))


def lines_with(ids):
    head = Quote.customer, Quote.issued_on
    return list(QuoteLine.select(QuoteLine, *head).join(Quote).where(QuoteLine.id.in_(ids)))


def names_seen(viewer, customer_ids):
    if not customer_ids:
        return {}
    seen = Customer.select(Customer.id, Customer.name, Customer.short_name)
    return {customer.id: customer.label for customer in seen.where(Customer.id.in_(list(customer_ids)), Customer.seen_by(viewer))}


def per_unit_on_side(line, inclusive):
    return per_unit(line.to_pay if inclusive else line.excl, line.quantity)
