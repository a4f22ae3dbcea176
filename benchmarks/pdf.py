"""A quote of 20 and of 500 lines as its approval prints it, against WeasyPrint alone on the same HTML; and what other pages take while
four people have documents made."""

import sys
from dataclasses import replace
from threading import Event, Thread
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flask import g, render_template

from benchmarks.live import visits
from benchmarks.pages import SELLER, ms, pool_at
from benchmarks.timing import medians
from documents import PRINTER, document_of, printer, quote_html, quote_pdf
from models import Quote
from tests.server import Server

QUOTE = 1  # of twenty lines
SIZES = {20: (5, 3), 500: (2, 1)}  # lines: rounds, times each
PEOPLE, ROUNDS = 4, 5
ASKING_ON = {"HX-Request": "true", "HX-Request-Type": "partial"}
RATIO_AIM, P95_AIM = 1.2, 1.3


def measure(places, report):
    place = places[0]
    report.table("A quote as PDF", "from the database", "WeasyPrint alone, same HTML", "ratio", "aim", "size")
    alone = printer.renderer()
    with place.app.test_request_context("/"):
        place.enter()
        g.user = place.user(SELLER)
        for lines, (rounds, each) in SIZES.items():
            page = quote_html(of_lines(lines), render_template)
            taken = medians({
                "ours": (place.enter, lambda lines=lines: quote_pdf(of_lines(lines), render_template)),
                "alone": (place.enter, lambda page=page: alone(page)),
            }, rounds=rounds, each=each, warm_up=1)
            ratio, size = taken["ours"] / taken["alone"], len(quote_pdf(of_lines(lines), render_template))
            report.row(
                f"{lines} lines: {ms(taken['ours'])}", ms(taken["alone"]), f"{ratio:.2f}", report.verdict(ratio, RATIO_AIM), f"{size / 1000:.0f} kB"
            )
    PRINTER.stop()


def of_lines(number):
    """The document of QUOTE, read from the database, with its lines over again until there are so many."""
    document = document_of(Quote.get_by_id(QUOTE))
    return replace(document, lines=(document.lines * (number // len(document.lines) + 1))[:number])


def measure_pages(places, report):
    """The p95 of a page while four people have documents made, against the same page just before; the median of some rounds."""
    place = places[0]
    place.enter()
    Quote.update(status=Quote.APPROVED).where(Quote.id == QUOTE).execute()
    path, rounds = pool_at(place), []
    with Server(place.path.parent, f"sqlite:///{place.path}") as server:
        page = [sys.executable, "-m", "benchmarks.load", str(server.port), place.cookie(SELLER), path, "1"]
        for _round in range(ROUNDS):
            idle = visits(page)
            printed, busy = while_printing(server, place.cookie("admin"), lambda: visits(page))
            rounds.append((busy / idle, idle, busy, printed))
    ratio, idle, busy, printed = sorted(rounds)[ROUNDS // 2]
    report.table(f"A page while {PEOPLE} people have documents made", "p95 idle", "p95 meanwhile", "ratio", "aim", "documents")
    report.row(ms(idle), ms(busy), f"{ratio:.2f}", report.verdict(ratio, P95_AIM), str(printed))


def while_printing(server, cookie, call):
    """(how many documents were made meanwhile, what the call gives)."""
    over, made = Event(), []
    people = [Thread(target=print_on, args=(server, cookie, over, made)) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    found = call()
    over.set()
    for person in people:
        person.join()
    return len(made), found


def print_on(server, cookie, over, made):
    """Asks for a document, each second with htmx how far it is, and when it is there for the next."""
    begin = address = f"/quotes/{QUOTE}/copy.pdf?language=en"
    while not over.is_set() or address != begin:
        headers = {"Cookie": cookie} | (ASKING_ON if address != begin else {})
        with urlopen(Request(f"http://127.0.0.1:{server.port}{address}", headers=headers)) as answer:
            is_made, ready = answer.headers["Content-Type"] == "application/pdf", answer.headers["HX-Redirect"]
            if not (is_made or ready) and b"/prints/" not in answer.read():
                raise RuntimeError("a document was not made")
            address = begin if is_made else ready or urlsplit(answer.url).path
        made += [address] * is_made
        over.wait(0 if is_made or ready else 1)
