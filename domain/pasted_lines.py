"""Rows copied from a spreadsheet as lines of a quote: code or name, quantity, discount or price. Every row comes back, read or not."""

import re
from dataclasses import dataclass

from peewee import fn

from domain.identifiers import folded
from models import Product

NUMBER = re.compile(r"[-−¥]?[0-9][0-9,]*(?:\.[0-9]+)?[%折]?")
PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
TENTHS = 10  # 9.5 折 is 95 %, and so is 95 折
PRODUCT, QUANTITY, RATE, PRICE = "product", "quantity", "rate", "price"
HEADINGS = {
    PRODUCT: ("产品", "名称", "品名", "编码", "型号", "料号", "sku", "code", "name", "product", "item"),
    QUANTITY: ("数量", "qty", "quantity"),
    RATE: ("折扣", "折", "discount"),
    PRICE: ("单价", "价格", "协议价", "price"),
}
FREE_WORDS = ("赠品", "赠", "免费", "free")


@dataclass
class Pasted:
    """One row: what it says and what it was taken for; `fault` is (code, what it is about) where it can be no line."""

    number: int
    cells: list
    product: Product | None = None
    quantity: str = ""
    rate: str = ""
    way: str = "percent"
    fault: tuple | None = None
    is_heading: bool = False


def understood(text):
    """[Pasted] of the rows that are not blank, in their order."""
    rows = [(number, [folded(cell) for cell in row.split("\t")]) for number, row in enumerate(text.splitlines(), 1) if row.strip()]
    roles = roles_of(rows[0][1]) if rows else None
    known = catalogue({cell.casefold() for _number, cells in rows for cell in cells})
    return [
        Pasted(number, cells, is_heading=True) if roles and place == 0 else row_of(number, cells, roles, known)
        for place, (number, cells) in enumerate(rows)
    ]


def roles_of(cells):
    """{column: what it holds} where a row is one of headings, None where it is not."""
    roles = {place: role_of(cell) for place, cell in enumerate(cells) if cell}
    named = {role for role in roles.values() if role}
    return roles if PRODUCT in named and QUANTITY in named and not any(map(NUMBER.fullmatch, cells)) else None


def role_of(heading):
    said = heading.casefold()
    return next((role for role in (QUANTITY, RATE, PRICE, PRODUCT) if any(word in said for word in HEADINGS[role])), None)


def catalogue(words):
    """{code or name in small letters: [products that are called that]}"""
    fits = fn.LOWER(Product.sku).in_(list(words)) | fn.LOWER(Product.name).in_(list(words))
    found = {}
    for product in Product.select().where(Product.active, fits):
        for word in {product.sku.casefold(), product.name.casefold()}:
            found.setdefault(word, []).append(product)
    return found


# ---- one row ---------------------------------------------------------------------------------------------------------


def row_of(number, cells, roles, known):
    row = Pasted(number, cells)
    named, quantity, terms, surplus = by_role(cells, roles) if roles else by_place(cells)
    row.product, row.fault = product_of(named, known)
    row.quantity = quantity
    if terms:
        row.rate, row.way = terms_of(*terms)
    if not row.fault and not quantity:
        row.fault = ("no_quantity", "")
    if not row.fault and surplus:
        row.fault = ("surplus", " · ".join(surplus))
    return row


def by_role(cells, roles):
    """(what names the product, quantity, (terms, role) or None, what nobody asked for), as the headings say.
    Columns under another heading, such as the row's number or its sum, are not ours to read."""
    held = [(roles.get(place), cell) for place, cell in enumerate(cells) if cell]
    named = [cell for role, cell in held if role == PRODUCT]
    quantity = next((cell for role, cell in held if role == QUANTITY), "")
    terms = [(cell, role) for role, cell in held if role in (RATE, PRICE)]
    return named, quantity, terms[0] if terms else None, [cell for cell, _role in terms[1:]]


def by_place(cells):
    """The same without headings: the first cell and the words after it name the product; then quantity, then terms."""
    filled = [cell for cell in cells if cell]
    start = next((place for place, cell in enumerate(filled[1:], 1) if NUMBER.fullmatch(cell)), len(filled))
    quantity, terms, *surplus = [*filled[start:], "", ""]
    return filled[:start], quantity, (terms, None) if terms else None, [cell for cell in surplus if cell]


def product_of(named, known):
    """(product, None) or (None, fault): by the first cell that says enough."""
    unsure = None
    for word in named:
        found = known.get(word.casefold(), [])
        exact = [product for product in found if product.sku.casefold() == word.casefold()] or found
        if len(exact) == 1:
            return exact[0], None
        if exact:
            unsure = unsure or ("several", ", ".join(sorted(product.sku for product in exact)))
    return None, unsure or ("no_product", " ".join(named))


def terms_of(text, role):
    """(number as typed, way) of a discount or a price: 95%, 9.5 折, −100, 赠品, 1,798.00."""
    if text.casefold() in FREE_WORDS:
        return "", "free"
    if text.endswith("折"):
        return tenths(text[:-1]), "percent"
    if text[0] in "-−":
        return text[1:].removeprefix("¥"), "amount"
    return (text.removesuffix("%"), "percent") if text.endswith("%") or role == RATE else (text, "agreed")


def tenths(text):
    """95 for 9.5, as 折 counts; 95 stays. What is no number is left for whoever reads it next."""
    whole, _point, part = text.partition(".")
    if not PLAIN.fullmatch(text) or int(whole) >= TENTHS:
        return text
    return f"{whole}{part[:1] or '0'}" + (f".{part[1:]}" if part[1:] else "")
