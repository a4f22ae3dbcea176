"""What every view that shows or prints a document needs: the way it is asked for, and the addresses of its style sheets."""

from flask import g, render_template, request, url_for

import documents
from domain import check_codes, watermark
from models import DocumentTemplate
from views.helpers import known, sight, whole_address


def on_screen(document):
    """The page of a document, for a browser."""
    return documents.quote_html(document, render_template, sheet=sheet_address)


def sheet_address(name):
    if name.startswith("colour-"):
        return url_for("printing.colour", colour=name.removeprefix("colour-").removesuffix(".css"))
    return url_for("static", filename=f"css/{name}")


def asked_for():
    """The template, language and prices that the address asks for, as document_of() wants them; None and True where it does not."""
    language = request.args.get("language")
    return {
        "template": known(DocumentTemplate.select(), request.args.get("template")),
        "language": language if language in DocumentTemplate.LANGUAGES else None,
        "prices": request.args.get("prices") != "no",
    }


def internal_copy(quote):
    """The document as this reader may see it."""
    return documents.document_of(quote, mark=watermark.of(g.user), sight=sight(), check_url=check_url(quote), **asked_for())


def check_url(quote):
    """Where the code on the page leads to what is true."""
    return whole_address("checks.show", code=check_codes.code_of(quote))
