"""What a product costs on a quote before anything is taken off."""

from models import Product


def offer(quote, product_ids):
    """{product id: (price, breaks)} in fen with tax; breaks are [[least quantity as text, price] …] or None."""
    query = Product.select(Product.id, Product.price).where(Product.id.in_(list(product_ids)), Product.active)
    return {id: (price, None) for id, price in query.tuples()}
