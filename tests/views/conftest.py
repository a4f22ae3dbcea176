"""Three products and a draft of two lines for the tests of quotes."""

from decimal import Decimal

import pytest

from domain import quotes, search
from models import Product
from tests import offers
from tests.quote_forms import COST


@pytest.fixture
def sensors(cast):
    made = [
        Product.create(sku="LD-200", name="激光测距传感器", spec="0.05–200 m", unit="台", price=186_000, cost=COST),
        Product.create(sku="PX-18N", name="光电开关", unit="只", price=16_800, cost=9_871, tax_rate=Decimal("0.06")),
        Product.create(sku="PX-18P", name="光电开关", unit="只", price=16_800, cost=9_872),
    ]
    search.index("product", *made)
    return made


@pytest.fixture
def draft(cast, sensors):
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller)
    lines = [{"product_id": sensors[0].id, "quantity": Decimal(24), "discount": 500}, {"product_id": sensors[1].id, "quantity": Decimal(10)}]
    quotes.save(quote, cast.seller, 0, lines, order_discount=77_777, valid_until=quote.valid_until, terms="预付 30%")
    return quote
