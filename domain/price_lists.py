"""Price lists (价目表): written, ordered, copied at so much more or less; one that quotes use is switched off and never removed."""

from decimal import Decimal

from peewee import fn

from domain import Refused, _, edits, events, positions, transaction
from domain.money import MAX_FEN, half_up
from models import PriceList, PriceListItem, Quote, QuoteLine

MOST_ROWS = 5_000  # taken at once


def in_order():
    return list(PriceList.select().order_by(PriceList.position, PriceList.id))


def add(by, **columns):
    """A new list, asked after all others."""
    with unique_name(columns["name"]), transaction():
        last = PriceList.select(fn.MAX(PriceList.position)).scalar() or 0
        made = PriceList.create(position=last + 1, **columns)
        events.record("price_list.added", made, by, after={"name": made.name})
    return made


def edit(price_list, by, **columns):
    with unique_name(columns.get("name")):
        edits.write(price_list, "price_list.edited", by, **columns)


def unique_name(name):
    return edits.unique(_("There is a price list called %(name)s already.", name=name), field="name")


def move_up(price_list, by):
    """It is asked before the one that stood above it."""
    with transaction():
        moved = positions.move(price_list, in_order(), -1)
        if moved is None:
            raise Refused(_("This list is the first already."))
        here, there = moved
        events.record("price_list.moved", price_list, by, {"position": here}, {"position": there})


def put(price_list, steps, by):
    """Prices of some products, in the place of what the list says of these: [(product id, least, fen)]."""
    ensure_apart(steps)
    rows = [{"price_list": price_list.id, "product": product, "least": least, "price": price} for product, least, price in steps]
    products = {product for product, _least, _price in steps}
    with transaction():
        take_away(price_list, products)
        if rows:
            PriceListItem.insert_many(rows).execute()
        events.record("price_list.priced", price_list, by, after={"products": len(products), "prices": len(rows)}, name=price_list.name)


def ensure_apart(steps):
    """Two prices from one quantity on would both be right."""
    if len({(product, least) for product, least, _price in steps}) < len(steps):
        raise Refused(_("A product has two prices from the same quantity on."))


def take_out(price_list, product, by):
    """The list does not know this product any more."""
    with transaction():
        take_away(price_list, [product.id])
        events.record("price_list.taken_out", price_list, by, before={"sku": product.sku}, name=price_list.name)


def take_away(price_list, product_ids):
    PriceListItem.delete().where(PriceListItem.price_list == price_list.id, PriceListItem.product.in_(list(product_ids))).execute()


def copy(price_list, by, name, percent=Decimal(0)):
    """A list of its own with every price so many percent up or down, half up to the fen; switched off until somebody has looked at it."""
    kept = {column: getattr(price_list, column) for column in ("levels", "provinces", "campaign", "starts_on", "ends_on")}
    numerator, denominator = (1 + percent / 100).as_integer_ratio()
    with transaction():
        made = add(by, name=name, active=False, **kept)
        items = list(price_list.items)
        prices = [half_up(item.price * numerator, denominator) for item in items]
        if any(price > MAX_FEN for price in prices):
            raise Refused(_("A price would become too large."))
        rows = [
            {"price_list": made.id, "product": item.product_id, "least": item.least, "price": price}
            for item, price in zip(items, prices, strict=True)
        ]
        if rows:
            PriceListItem.insert_many(rows).execute()
        events.record("price_list.copied", made, by, source=price_list.name, percent=str(percent))
    return made


def is_used(price_list):
    by_line = QuoteLine.select().where(QuoteLine.price_list == price_list.id)
    return by_line.exists() or Quote.select().where(Quote.price_list == price_list.id).exists()


def remove(price_list, by):
    with transaction():
        if is_used(price_list):
            raise Refused(_("Quotes have prices from %(name)s. Switch it off instead.", name=price_list.name))
        events.record("price_list.removed", price_list, by, before={"name": price_list.name})
        price_list.delete_instance()
