"""Products: one SKU each, found by pinyin, changed without touching what was quoted."""

from decimal import Decimal

import pytest

from domain import Refused, products, search
from models import Event, Product


@pytest.fixture
def sensor(cast):
    return products.create(
        cast.admin, sku="TT-20", name="温度变送器", unit="只", price=128_000, cost=None, tax_rate=Decimal("0.13")
    )


def found(text):
    return [row.sku for row in search.narrowed(Product.select(), "product", text)]


def test_price_rate_and_an_unknown_cost_come_back_as_they_went_in(sensor):
    stored = Product.get_by_id(sensor.id)
    assert (stored.price, stored.cost, stored.tax_rate) == (128_000, None, Decimal("0.13"))


def test_a_sku_belongs_to_one_product(cast, sensor):
    with pytest.raises(Refused):
        products.create(cast.admin, sku="TT-20", name="x", price=1)
    other = products.create(cast.admin, sku="TT-21", name="y", price=1)
    with pytest.raises(Refused):
        products.edit(other, by=cast.admin, sku="TT-20")
    assert Product.select().count() == 2


@pytest.mark.parametrize("text", ["温度", "wdbsq", "TT-20", "变"])
def test_a_product_is_found_by_name_sku_and_initials(sensor, text):
    assert found(text) == ["TT-20"]


def test_a_renamed_product_is_found_by_its_new_name_only(cast, sensor):
    products.edit(sensor, by=cast.admin, name="接近开关")
    assert (found("jjkg"), found("wdbsq")) == (["TT-20"], [])


def test_an_edit_records_what_changed(cast, sensor):
    products.edit(sensor, by=cast.admin, price=130_000, cost=65_000, tax_rate=Decimal("0.09"), unit="只")
    event = Event.select().order_by(Event.id.desc()).first()
    assert event.after == {"price": 130_000, "cost": 65_000, "tax_rate": "0.09", "tax_code": "reduced"}
