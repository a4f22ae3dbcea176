"""The pool page against the least it could cost: its own SQL on the bare driver, and its own template over rows that are dicts."""

import logging
from contextlib import contextmanager

from flask import g, template_rendered
from peewee import sqlite3

from benchmarks.pages import SELLER, ms, pool_at
from benchmarks.timing import medians
from domain.schema import PRAGMAS
from views.helpers import Page

AIM = 2


def measure(places, report):
    report.table("The pool page and its floor", "leads", "page", "its SQL, bare", "its template, bare", "page ÷ both", "aim")
    for place in places:
        place.enter()
        taken = compared(place, pool_at(place))
        ratio = taken["page"] / (taken["sql"] + taken["template"])
        times = (ms(taken[name]) for name in ("page", "sql", "template"))
        report.row(f"{place.leads:,}", *times, f"{ratio:.2f}", report.verdict(ratio, AIM))


def compared(place, path):
    """{"page", "sql", "template": seconds}"""
    place.visit(SELLER, path)  # opens the session
    with statements() as seen, context_of(place.app) as drawn:
        place.visit(SELLER, path)
    with place.app.test_request_context(path):
        g.user, (template, context) = place.user(SELLER), drawn[0]
        context = in_dicts(context)
        return medians({
            "page": (place.enter, lambda: place.visit(SELLER, path)),
            "sql": (place.enter, asking(bare(place.path), seen)),
            "template": (place.enter, lambda: template.render(context)),
        })


@contextmanager
def statements():
    """[(sql, parameters)] of what runs in between."""
    seen, log, listener = [], logging.getLogger("peewee"), logging.Handler()
    listener.emit = lambda record: seen.append(record.msg)
    level = log.level
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    yield seen
    log.removeHandler(listener)
    log.setLevel(level)


@contextmanager
def context_of(app):
    """[(template, context)] of the pages that are drawn in between."""
    seen = []
    with template_rendered.connected_to(lambda app, template, context: seen.append((template, context)), app):
        yield seen


def bare(path):
    """A connection of the driver alone, set up as ours are."""
    connection = sqlite3.connect(path, isolation_level=None)
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
    return connection


def asking(connection, seen):
    def ask():
        for sql, parameters in seen:
            connection.execute(sql, parameters).fetchall()

    return ask


def in_dicts(context):
    """The page's context with plain dicts in place of records."""
    rows = context["leads"]
    return context | {"leads": Page([plain(lead) for lead in rows], rows.previous, rows.next)}


def plain(record):
    facts = dict(record.__data__)
    facts |= {f"{name}_id": value for name, value in record.__data__.items() if name in record._meta.refs}
    facts |= {name: plain(other) for name, other in record.__rel__.items() if other is not None}
    return facts
