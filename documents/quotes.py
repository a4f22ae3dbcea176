"""A Quote as the QuoteDocument that is printed of it."""

from decimal import Decimal
from functools import partial

from documents.contents import Letterhead, Line, Look, Party, QuoteDocument
from domain import check_codes, taxes
from domain.masking import HIDDEN
from domain.money import format_money, format_quantity
from models import Company, DocumentTemplate, ProductPicture, Quote, QuoteLine


def document_of(
    quote, language=None, is_draft=None, mark="", sight=None, template=None, prices=True, check_url=""
):
    """The QuoteDocument of a Quote, in the template and language that it asks for where none are given; is_draft None marks every
    quote that is not approved. An internal copy bears a `mark`, and is masked as its reader has `sight` of the customer. Without
    `prices` it is a list for the warehouse, which says no amounts and no terms. check_url is printed on what was approved."""
    template = template or quote.template or DocumentTemplate.standard()
    language = language or quote.language or template.language
    lines = list(quote.lines.order_by(QuoteLine.position))
    counted = [line for line in lines if line.is_product and not line.optional]
    draft = quote.status != Quote.APPROVED if is_draft is None else is_draft
    company = Company.current()
    subtotal = sum(line.amount for line in counted)
    figures = (subtotal, quote.order_discount, quote.total, quote.total - quote.tax_total, quote.tax_total)
    return QuoteDocument(
        quote.number,
        quote.version,
        quote.issued_on,
        quote.valid_until,
        _letterhead(company),
        _customer(quote, sight),
        _supplier(company, quote.owner),
        _lines(lines, template, language, prices),
        *(figures if prices else (0,) * len(figures)),
        tax_rates=taxes.all_shown(counted) if prices else (),
        terms=tuple(dict.fromkeys((*lines_of(quote.terms), *lines_of(template.terms)))) if prices else (),  # none is said twice
        inclusive=quote.inclusive,
        language=language,
        is_draft=draft,
        mark=mark,
        look=look_of(template, sealed=prices and not draft),
        shows_prices=prices,
        check_code=check_codes.code_of(quote),
        check_url=check_url if prices and not draft else "",
    )


def look_of(template, sealed=True):
    """The Look of a template; no seal where nothing was approved."""
    return Look(
        template.base, template.colour, template.logo_position, tuple(template.columns), lines_of(template.bank), template.footer,
        bytes(template.seal) if sealed and template.seal else None,
    )


def lines_of(text):
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _letterhead(company):
    logo = bytes(company.logo) if company.logo else None
    return Letterhead(company.name, company.address, company.phone, company.website, logo)


def _customer(quote, sight=None):
    customer, contact = quote.customer, quote.contact
    read = partial(sight.text, behind=customer) if sight else getattr
    return Party(
        name=customer.name,
        contact=read(contact, "name") if contact else "",
        phone=read(contact or customer, "phone"),
        email=read(contact or customer, "email"),
        address=_address(customer) if read(customer, "address") == customer.address else HIDDEN,
        tax_id=read(customer, "credit_code"),
    )


def _address(customer):
    """Province and city before the street, unless the street says them already."""
    places = dict.fromkeys((customer.province, customer.city))
    return "".join(place for place in places if place not in customer.address) + customer.address


def _supplier(company, seller):
    return Party(company.name, seller.name, seller.phone or "", seller.email or "", tax_id=company.tax_id)


def _lines(lines, template, language, prices):
    shown = [line.product_id for line in lines if line.product_id] if "picture" in template.columns else ()
    pictures = ProductPicture.of(shown)
    return tuple(_line(line, template.columns, language, prices, pictures.get(line.product_id)) for line in lines)


def _line(line, columns, language, prices, picture):
    return Line(
        line.name,
        line.sku if "code" in columns else "",
        line.spec if "spec" in columns else "",
        line.quantity,
        line.unit,
        line.price if prices else 0,
        _taken_off(line, language) if prices else "",
        line.amount if prices else 0,
        line.what,
        line.optional,
        line.free,
        taxes.shown(line) if prices else "",
        bytes(picture.content) if picture else None,
    )


def _taken_off(line, language):
    """95%, −100.00 or 0%: what the price column does not say. English readers take 95% for what is taken off, so they read −5%."""
    if line.discount_amount:
        return format_money(-line.discount_amount)
    off = Decimal(100) if line.free else Decimal(line.discount or 0) / 100
    if not off:
        return ""
    return f"{format_quantity(100 - off)}%" if language == DocumentTemplate.CHINESE else f"−{format_quantity(off)}%"
