"""What a product costs on a quote before anything is taken off: the first price list that fits and knows it, or its own price."""

from typing import NamedTuple

from domain import day_of, now, price_lists
from domain.money import format_quantity
from models import PriceListItem, Product


class Offer(NamedTuple):
    """Fen with tax; `breaks` are [[least quantity as text, price] …] above the smallest quantity (阶梯价), or None."""

    price: int
    breaks: list | None = None
    price_list_id: int | None = None


def offer_to(customer, product_ids, day=None, chosen=None):
    """{product id: Offer} of the products that are sold; `chosen` is the id of a list that comes before the others."""
    own = dict(Product.select(Product.id, Product.price).where(Product.id.in_(list(product_ids)), Product.active).tuples())
    return {id: Offer(price) for id, price in own.items()} | listed(fitting(customer, day or day_of(now()), chosen), own)


def fitting(customer, day, chosen=None):
    """Ids of the lists that give this customer prices on a day, first things first.

    A list that was chosen by hand stays where the customer's level or province has changed since, not beyond its days and its switch.
    """
    lists = [each for each in price_lists.in_order() if is_open(each, day)]
    by_hand = [each.id for each in lists if each.id == chosen]
    return by_hand + [each.id for each in lists if each.id != chosen and suits(each, customer)]


def choosable(customer, day=None, chosen=None):
    """The lists of which one may be put first by hand: those that hold for this customer on a day, and the one that is chosen already."""
    day = day or day_of(now())
    return [each for each in price_lists.in_order() if each.id == chosen or is_open(each, day) and suits(each, customer)]


def is_open(price_list, day):
    """Both ends of its days are inside."""
    begun = price_list.starts_on is None or price_list.starts_on <= day
    return price_list.active and begun and (price_list.ends_on is None or day <= price_list.ends_on)


def suits(price_list, customer):
    of_level = not price_list.levels or customer.level in price_list.levels
    return of_level and (not price_list.provinces or any(is_in(customer.province, each) for each in price_list.provinces))


def is_in(province, named):
    """江苏 and 江苏省 are one province."""
    return bool(province and named) and (province.startswith(named) or named.startswith(province))


def listed(list_ids, own):
    """{product id: Offer} of the products that the lists know, each by the first of them."""
    if not list_ids or not own:
        return {}
    steps = {}
    wanted = PriceListItem.price_list.in_(list_ids) & PriceListItem.product.in_(list(own))
    for item in PriceListItem.select().where(wanted).order_by(PriceListItem.least):
        steps.setdefault(item.product_id, {}).setdefault(item.price_list_id, []).append((item.least, item.price))
    return {id: offered(own[id], next((each, by_list[each]) for each in list_ids if each in by_list)) for id, by_list in steps.items()}


def offered(own_price, first):
    """A list that begins at a quantity leaves what is below it at the product's own price."""
    price_list_id, steps = first
    price = next((price for least, price in steps if not least), own_price)
    breaks = [[format_quantity(least).replace(",", ""), fen] for least, fen in steps if least]
    return Offer(price, breaks or None, price_list_id)
