"""Rows of a price list as they are typed or copied from a spreadsheet: code, from which quantity on, price."""

import re
from dataclasses import dataclass

from peewee import fn

from domain.identifiers import folded
from domain.money import PricingError, format_money, format_quantity, parse_money, parse_quantity
from models import Product

APART = re.compile(r"\t|\s*[,，;；]\s+|\s{2,}")
CELLS = (2, 3)


@dataclass
class Fault:
    """A row that is no price: its number, what is wrong, what it is about."""

    number: int
    code: str
    about: str = ""


def understood(text):
    """([(product id, least quantity, fen)], [Fault])"""
    rows = [(number, cells_of(line)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    known, (steps, faults, seen) = products_called({cells[0].lower() for _number, cells in rows}), ([], [], {})
    for number, cells in rows:
        try:
            step = step_of(cells, known)
        except PricingError as error:
            faults.append(Fault(number, error.code, " ".join(cells)))
            continue
        if step[:2] in seen:
            faults.append(Fault(number, "overlapping", str(seen[step[:2]])))
        seen.setdefault(step[:2], number)
        steps.append(step)
    return steps, faults


def products_called(codes):
    """{code in small letters: product id}"""
    code = fn.LOWER(Product.sku)
    return dict(Product.select(code, Product.id).where(code.in_(list(codes))).tuples()) if codes else {}


def cells_of(line):
    cells = [folded(cell) for cell in APART.split(line.strip())]
    return cells if len(cells) > 1 else folded(line).split(" ")


def step_of(cells, known):
    if len(cells) not in CELLS:
        raise PricingError("not_three_cells")
    product = known.get(cells[0].lower())
    if product is None:
        raise PricingError("no_product")
    least = cells[1] if len(cells) == max(CELLS) else ""
    price = parse_money(cells[-1].removeprefix("¥"))
    return product, parse_quantity(least) if least not in ("", "0") else 0, price


def written(items):
    """The rows of items, each with its product, as they can be typed again."""
    return "\n".join(f"{item.product.sku}\t{format_quantity(item.least)}\t{format_money(item.price)}" for item in items)
