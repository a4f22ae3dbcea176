"""Products: what is sold, at which list price, what it costs and how it is taxed."""

from domain import _, day_of, edits, events, now, pictures, search, taxes, transaction
from models import Product, ProductPicture

COLUMNS = ("sku", "name", "spec", "unit", "category", "price", "cost", "tax_code", "active")
PICTURE_SIDE = 320  # pixels, for 54 on paper
SEARCHED = {"name", "sku", "spec"}


def create(by, at=None, **columns):
    """A new product; price and cost in fen with tax (cost None: unknown), tax_code one of Tax.CODES, or tax_rate a Decimal."""
    at = at or now()
    columns = taxes.settled(columns, taxes.rates_on(day_of(at)))
    with unique_sku(columns["sku"]), transaction():
        product = Product.create(created_at=at, updated_at=at, **columns)
        search.index("product", product)
        events.record("product.created", product, by, at=at, sku=product.sku, name=product.name, price=product.price)
    return product


def edit(product, by, at=None, **columns):
    """Write what really changes. Quotes and orders keep what the product said on their day."""
    at = at or now()
    before, after = events.changes(product, **taxes.settled(columns, taxes.rates_on(day_of(at)), product))
    if not after:
        return product
    with unique_sku(after.get("sku", product.sku)), transaction():
        for name, value in after.items():
            setattr(product, name, value)
        product.updated_at = at
        product.save(only=[*after, "updated_at"])
        if SEARCHED & set(after):
            search.index("product", product)
        events.record("product.edited", product, by, before, after, at=at)
    return product


def show(product, content, by, at=None):
    """Keep a picture of it; a newer one takes the place of the old."""
    at = at or now()
    content, kind = pictures.written_anew(content, PICTURE_SIDE, field="picture")
    with transaction():
        columns = {ProductPicture.content: content, ProductPicture.type: kind, ProductPicture.uploaded_at: at}
        kept = ProductPicture.insert({ProductPicture.product: product} | columns)
        kept.on_conflict(conflict_target=[ProductPicture.product], update=columns).execute()
        events.record("product.shown", product, by, at=at, size=len(content))


def hide(product, by, at=None):
    """Without a picture again."""
    with transaction():
        if ProductPicture.delete().where(ProductPicture.product == product.id).execute():
            events.record("product.hidden", product, by, at=at or now())


def unique_sku(sku):
    return edits.unique(_("There is a product with the SKU %(sku)s already.", sku=sku))
