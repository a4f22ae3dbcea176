"""Products over HTTP: found by pinyin, priced to the fen, their cost shown to whom it concerns."""

import pytest

from domain import products
from models import Product


@pytest.fixture
def sensor(cast):
    return products.create(cast.admin, sku="TT-20", name="温度变送器", category="温度", price=128_000, cost=65_432)


def form(**changes):
    return {"sku": "SP-1", "name": "光电开关", "price": "1,280.50", "cost": "", "tax_code": "general", "active": "y"} | changes


def test_a_product_is_made_with_an_unknown_cost(cast, login):
    assert login(cast.finance).post("/products", data=form()).status_code == 303
    made = Product.get()
    assert (made.price, made.cost, str(made.tax_rate), made.active) == (128_050, None, "0.13", True)


@pytest.mark.parametrize("wrong", [
    {"price": "12,34"}, {"price": "-1"}, {"price": "1.234"}, {"cost": "x"}, {"tax_code": "0.13"}, {"tax_code": "x"}, {"sku": ""},
    {"sku": "TT-20"},
])
def test_what_is_wrong_comes_back_with_the_form(cast, login, sensor, wrong):
    answer = login(cast.manager).post("/products", data=form(**wrong))
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    assert Product.select().count() == 1


def test_an_edit_keeps_the_sku_and_the_rate_it_has(cast, login, sensor):
    page = login(cast.manager).get(f"/products/{sensor.id}/edit").text
    assert 'value="654.32"' in page and '<option selected value="general">' in page
    data = form(sku="TT-20", cost="0", tax_code="exempt")
    assert login(cast.manager).post(f"/products/{sensor.id}/edit", data=data).status_code == 303
    assert (Product.get().cost, Product.get().tax_rate, Product.get().tax_code) == (0, 0, "exempt")
    assert "免税" in login(cast.manager).get("/products").text


@pytest.mark.parametrize(("person", "status"), [("seller", 403), ("service", 403), ("finance", 200), ("manager", 200)])
def test_who_edits_products(cast, login, sensor, person, status):
    assert login(getattr(cast, person)).get(f"/products/{sensor.id}/edit").status_code == status
    assert login(getattr(cast, person)).get("/products").status_code == 200


def test_sellers_do_not_read_the_cost(cast, login, sensor):
    assert "654.32" in login(cast.finance).get("/products").text
    assert "654.32" not in login(cast.seller).get("/products").text


@pytest.mark.parametrize(("wanted", "found"), [
    ("q=wdbsq", True), ("q=TT-20", True), ("category=温度", True), ("category=位置", False), ("active=no", False), ("", True),
])
def test_the_list_is_narrowed_by_its_address(cast, login, sensor, wanted, found):
    assert ("温度变送器" in login(cast.seller).get(f"/products?{wanted}").text) == found


def test_what_is_off_sale_has_a_tab_of_its_own(cast, login, sensor):
    products.edit(sensor, by=cast.admin, active=False)
    assert "温度变送器" in login(cast.seller).get("/products?active=no").text
