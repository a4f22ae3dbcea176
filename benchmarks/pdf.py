"""A quote of twenty lines as its last approval prints it, against WeasyPrint alone on the same HTML."""

from flask import render_template

from benchmarks.pages import ms
from benchmarks.timing import medians
from documents import PRINTER, document_of, printer, quote_html, quote_pdf
from models import Quote

QUOTE = 1  # of twenty lines


def measure(places, report):
    place = places[0]
    place.enter()
    alone = printer.renderer()
    with place.app.test_request_context("/"):
        page = quote_html(document_of(Quote.get_by_id(QUOTE)), render_template)
        taken = medians({
            "ours": (place.enter, lambda: quote_pdf(document_of(Quote.get_by_id(QUOTE)), render_template)),
            "alone": (place.enter, lambda: alone(page)),
        }, rounds=5, each=3)
        size = len(quote_pdf(document_of(Quote.get_by_id(QUOTE)), render_template))
    PRINTER.stop()
    report.table("A quote of 20 lines as PDF", "from the database", "WeasyPrint alone, same HTML", "ratio", "size")
    report.row(ms(taken["ours"]), ms(taken["alone"]), f"{taken['ours'] / taken['alone']:.2f}", f"{size / 1000:.0f} kB")
