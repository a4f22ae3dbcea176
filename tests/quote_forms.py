"""The form of a quote as a browser posts it, and what its answers say."""

import re

from domain import quotes
from domain.money import format_money
from models import Quote

COST = 123_457  # 1,234.57: to be found wherever it leaks


def form(quote, *rows, **changes):
    """The form as a browser posts it; rows are (product, quantity, rate) with a way where it is not percent, or (what, name)."""
    head = {
        "revision": quote.revision, "contact": "0", "valid_until": quote.valid_until, "inclusive": "1", "order_discount": "",
        "order_way": "amount", "terms": quote.terms,
    }
    columns = [typed_row(*row) for row in rows]
    lines = {name: [row[name] for row in columns] for name in ("what", "product", "name", "quantity", "rate", "way")} if rows else {}
    return head | lines | {"key": [str(n) for n in range(1, len(rows) + 1)]} | changes


def typed_row(first, *rest):
    if isinstance(first, str):
        return {"what": first, "product": "0", "name": rest[0], "quantity": "", "rate": "", "way": "percent"}
    quantity, rate, *way = rest
    return {"what": "product", "product": first.id, "name": "", "quantity": quantity, "rate": rate, "way": way[0] if way else "percent"}


def figures(answer):
    """The lines of the text that quote.js lays out."""
    return re.search(r'id="figures"[^>]*>([^<]*)<', answer.text)[1].split("\n")


def stored(quote):
    return Quote.get_by_id(quote.id)


def traces_of_cost(quote):
    totals = quotes.totals_of(quote)
    one = 186_000 - 1 - COST
    return [format_money(fen) for fen in (COST, totals.cost_total, totals.profit, one)] + ["waterfall", str(COST), "毛利"]
