"""A record as a document: plain data, the page made of it for the screen, and its PDF."""

from flask_babel import force_locale

from documents.contents import Letterhead, Line, Look, Party, QuoteDocument
from documents.jobs import PrintJobs
from documents.printer import Printer
from documents.quotes import document_of, look_of
from documents.wording import LOCALES, Wording
from domain.money import format_money, format_quantity
from models import DocumentTemplate

__all__ = [
    "JOBS", "PRINTER", "Letterhead", "Line", "Look", "Party", "QuoteDocument", "document_of", "kind_of", "look_of",
    "quote_html", "quote_pdf",
]

LANGUAGE_TAGS = {DocumentTemplate.CHINESE: "zh-CN", DocumentTemplate.ENGLISH: "en", DocumentTemplate.BOTH: "zh-CN"}

PRINTER = Printer()
JOBS = PrintJobs(PRINTER)


def quote_html(document, render, sheet="asset:{}".format):
    """The quote as a whole HTML page. render(template, **context) is flask's render_template or one like it; sheet(name) is the
    address of document.css, or of colour-1f4e8c.css, as the reader of the page sees it."""
    with force_locale(LOCALES.get(document.language, "zh_Hans_CN")):
        return render(
            "documents/quote.html",
            quote=document,
            look=document.look,
            words=Wording(document.language),
            sheets=[sheet("document.css"), sheet(f"colour-{document.look.colour}.css")],
            language_tag=LANGUAGE_TAGS[document.language],
            money=format_money,
            quantity=format_quantity,
        )


def quote_pdf(document, render):
    """The quote as the bytes of a PDF/A-2u; the same document gives the same bytes. Raises printer.RenderingFailed."""
    return PRINTER.pdf(quote_html(document, render))


def kind_of(document):
    """报价, Quote or 备货单: the first word of a file name."""
    wording = Wording(document.language)
    return wording.plain("file") if document.shows_prices else wording.plain("picking_list")
