"""What stands on a document: plain data, so that nothing is looked up while it is printed."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from documents.english import amount_in_words
from domain import check_codes, pictures
from domain.money import capitals
from models import DocumentTemplate, QuoteLine


def data_url(content):
    """A picture as a data: address; None without one or where it is no image that we print."""
    kind = pictures.type_of(content or b"")
    return f"data:{kind};base64,{b64encode(content).decode()}" if kind else None


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
        return data_url(self.logo)


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
    free: bool = False
    tax_rate: str = ""
    picture: bytes | None = None

    @property
    def picture_url(self):
        return data_url(self.picture)


@dataclass(frozen=True, slots=True)
class Look:
    """What a DocumentTemplate says of it: its form, its six digits of colour, its columns, its standing lines of text."""

    base: str = DocumentTemplate.SIMPLE
    colour: str = "111111"
    logo_position: str = DocumentTemplate.LEFT
    columns: tuple = ("code", "spec", "price", "discount")
    bank: tuple = ()
    footer: str = ""
    seal: bytes | None = None

    @property
    def seal_url(self):
        return data_url(self.seal)


@dataclass(frozen=True, slots=True)
class QuoteDocument:
    """Everything that stands on a quote (报价单), amounts in fen, tax rates as domain.taxes shows them ("13%", "exempt").
    inclusive: prices and subtotal are with tax. language: zh, en or both. is_draft prints 草稿 across every page and no seal, mark
    whose internal copy it is. shows_prices False is for the warehouse: then there are no amounts in here at all.
    check_url is where the short check_code leads to the true figures."""

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
    look: Look = Look()
    shows_prices: bool = True
    check_code: str = ""
    check_url: str = ""

    @property
    def total_in_capitals(self):
        return capitals(self.total)

    @property
    def total_in_english(self):
        return amount_in_words(self.total)

    @property
    def check_picture(self):
        """The QR code of check_url as a data: address."""
        return f"data:image/svg+xml;base64,{b64encode(check_codes.qr_svg(self.check_url)).decode()}"

    @property
    def columns(self):
        """The names of the columns from left to right."""
        chosen = self.look.columns
        priced = ("price", "discount", "tax_rate") if self.shows_prices else ()
        named = ["picture" if "picture" in chosen else None, "product", "quantity"]
        named += [name for name in priced if name in chosen]
        return ["position", *filter(None, named), *(["amount"] if self.shows_prices else [])]

    @property
    def text(self):
        """All characters of the document, for missing_glyphs()."""
        parties = (self.letterhead, self.customer, self.supplier)
        texts = [getattr(party, name) for party in parties for name in party.__slots__ if name != "logo"]
        texts += [text for line in self.lines for text in (line.name, line.code, line.spec, line.unit, line.discount)]
        return "".join([self.number, *texts, *self.terms, *self.look.bank, self.look.footer])
