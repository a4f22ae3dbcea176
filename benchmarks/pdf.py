"""A quote of twenty lines as the server prints it, against WeasyPrint alone on the same HTML."""

from flask import render_template

from benchmarks.pages import SELLER, ms
from benchmarks.timing import medians
from documents import PRINTER, document_of, printer, quote_html
from models import Quote

DRAFT = 1  # a draft is printed each time it is asked for


def measure(places, report):
    place = places[0]
    place.enter()
    with place.app.test_request_context("/"):
        page = quote_html(document_of(Quote.get_by_id(DRAFT)), render_template)
    alone = printer.renderer()
    path = f"/quotes/{DRAFT}.pdf"
    taken = medians({
        "ours": (place.enter, lambda: place.visit(SELLER, path)),
        "alone": (place.enter, lambda: alone(page)),
    }, rounds=5, each=2)
    size = len(place.visit(SELLER, path))
    PRINTER.stop()
    report.table("A quote as PDF, 20 lines", "", "median", "WeasyPrint alone", "ratio", "size")
    report.row("GET /quotes/1.pdf", ms(taken["ours"]), ms(taken["alone"]), f"{taken['ours'] / taken['alone']:.2f}", f"{size / 1000:.0f} kB")
