"""A record as a document: plain data, the page made of it for the screen, and its PDF."""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from flask_babel import force_locale

from documents.printer import Printer
from domain.masking import HIDDEN
from domain.money import capitals, format_money, format_quantity
from models import Company, Quote, QuoteLine

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
UNSAFE_IN_A_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s]+')

PRINTER = Printer()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The company at the top of the page; logo is the bytes of a PNG, JPEG or WebP, or None."""

    name: str
    address: str = ""
    phone: str = ""
    website: str = ""
    logo: bytes | None = None

    @property
    def logo_url(self):
        """The logo as a data: address, None without one or where it is no image that we print."""
        kind = next((kind for magic, kind in IMAGES.items() if (self.logo or b"").startswith(magic)), None)
        return f"data:{kind};base64,{b64encode(self.logo).decode()}" if kind else None


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the deal; what is empty is not printed."""

    name: str
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: price and amount in fen, discount as shown ("95%", "−100.00") or "" for none. what: a product, or a
    section or note, which is its name alone. optional: printed with its price and counted in no total."""

    name: str
    code: str
    spec: str
    quantity: Decimal
    unit: str
    price: int
    discount: str
    amount: int
    what: str = QuoteLine.PRODUCT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """Everything that stands on a quote (报价单), amounts in fen, tax rates as shown ("13%"); nothing is looked up later.
    inclusive: prices and subtotal are with tax. language: zh or en. is_draft prints 草稿 across every page, mark whose internal copy it is."""

    number: str
    version: int
    issued_on: date
    valid_until: date
    letterhead: Letterhead
    customer: Party
    supplier: Party
    lines: tuple
    subtotal: int
    order_discount: int
    total: int
    excl_total: int
    tax_total: int
    tax_rates: tuple
    terms: tuple = ()
    inclusive: bool = True
    language: str = "zh"
    is_draft: bool = False
    mark: str = ""

    @property
    def total_in_capitals(self):
        return capitals(self.total)

    @property
    def text(self):
        """All characters of the document, for missing_glyphs()."""
        parties = (self.letterhead, self.customer, self.supplier)
        texts = [getattr(party, name) for party in parties for name in party.__slots__ if name != "logo"]
        texts += [text for line in self.lines for text in (line.name, line.code, line.spec, line.unit, line.discount)]
        return "".join([self.number, *texts, *self.terms])


def document_of(quote, language="zh", is_draft=None, mark="", sight=None):
    """The QuoteDocument of a Quote; is_draft None marks every quote that is not approved. An internal copy bears a `mark`, and
    is masked as its reader has `sight` of the customer."""
    lines = list(quote.lines.order_by(QuoteLine.position))
    counted = [line for line in lines if line.is_product and not line.optional]
    rates = sorted({line.tax_rate for line in counted}, reverse=True)
    return QuoteDocument(
        number=quote.number,
        version=quote.version,
        issued_on=quote.issued_on,
        valid_until=quote.valid_until,
        letterhead=_letterhead(Company.current()),
        customer=_customer(quote, sight),
        supplier=_supplier(Company.current(), quote.owner),
        lines=tuple(_line(line) for line in lines),
        subtotal=sum(line.amount for line in counted),
        order_discount=quote.order_discount,
        total=quote.total,
        excl_total=quote.total - quote.tax_total,
        tax_total=quote.tax_total,
        tax_rates=tuple(f"{format_quantity(rate * 100)}%" for rate in rates),
        terms=tuple(term.strip() for term in quote.terms.splitlines() if term.strip()),
        inclusive=quote.inclusive,
        language=language,
        is_draft=quote.status != Quote.APPROVED if is_draft is None else is_draft,
        mark=mark,
    )


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


def _line(line):
    return Line(
        line.name, line.sku, line.spec, line.quantity, line.unit, line.price, _taken_off(line), line.amount, line.what, line.optional
    )


def _taken_off(line):
    """95%, −100.00 or 0%: what the price column does not say."""
    if line.free:
        return "0%"
    if line.discount_amount:
        return format_money(-line.discount_amount)
    return f"{format_quantity(100 - Decimal(line.discount) / 100)}%" if line.discount else ""


def quote_html(document, render, stylesheet="asset:document.css"):
    """The quote as a whole HTML page. render(template, **context) is flask's render_template or one like it;
    stylesheet is the address of document.css as the reader of the page sees it."""
    with force_locale(LOCALES[document.language]):
        return render(
            "documents/quote.html",
            quote=document,
            stylesheet=stylesheet,
            language_tag=LANGUAGE_TAGS[document.language],
            money=format_money,
            quantity=format_quantity,
        )


def quote_pdf(document, render):
    """The quote as the bytes of a PDF; the same document gives the same bytes. Raises printer.RenderingFailed."""
    return PRINTER.pdf(quote_html(document, render))


def file_name(document):
    """报价-Q20261124-007-苏州恒立精密机械制造有限公司.pdf"""
    kind = {"zh": "报价", "en": "Quote"}[document.language]
    return file_name_of(kind, document.number, document.customer.name)


def file_name_of(kind, number, customer):
    """The three words of a file name, the customer without what a file system refuses and cut to 60 characters."""
    return f"{kind}-{number}-{UNSAFE_IN_A_FILE_NAME.sub('', customer)[:60]}.pdf"
