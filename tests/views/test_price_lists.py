"""Price lists and tax rates over HTTP: what is wrong stands beside its field, what was typed stays."""

import pytest

from domain import price_lists
from models import PriceList, PriceListItem, Product, Tax


@pytest.fixture
def vip(cast):
    Product.create(sku="LD-200", name="激光测距传感器", price=186_000)
    return price_lists.add(cast.admin, name="VIP", levels=["key"])


def test_a_list_is_made_with_levels_provinces_and_days(cast, login):
    data = {"name": "双十一", "levels": ["key", "standard"], "provinces": "江苏, 浙江", "active": "y"}
    data |= {"starts_on": "2026-11-01", "ends_on": "2026-11-11"}
    browser = login(cast.finance)
    assert browser.post("/price-lists", data=data).status_code == 303
    made = PriceList.get()
    assert (made.levels, made.provinces, made.active) == (["key", "standard"], ["江苏", "浙江"], True)
    page = browser.get(f"/price-lists/{made.id}/edit").text
    assert page.count(" checked") == 3
    assert browser.get("/price-lists").status_code == 200


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"name": "VIP"}, {"ends_on": "2026-10-01"}, {"starts_on": "soon"}, {"levels": ["no such level"]},
])
def test_what_is_wrong_comes_back_with_the_form(cast, login, vip, wrong):
    data = {"name": "新表", "starts_on": "2026-11-01", "campaign": "年终促销"} | wrong
    answer = login(cast.manager).post("/price-lists", data=data)
    assert answer.status_code == 422 and "年终促销" in answer.text and PriceList.select().count() == 1


def test_overlapping_breaks_are_refused_beside_the_field_and_stay_typed(cast, login, vip):
    browser, typed = login(cast.manager), "LD-200\t10\t1790\nLD-200\t10\t1700"
    answer = browser.post(f"/price-lists/{vip.id}/prices", data={"rows": typed})
    assert answer.status_code == 422 and "第 2 行" in answer.text and typed.splitlines()[1] in answer.text
    assert not PriceListItem.select().exists()
    assert browser.post(f"/price-lists/{vip.id}/prices", data={"rows": "LD-200\t1860\nLD-200\t10\t1790"}).status_code == 303
    assert "1,790.00" in browser.get(f"/price-lists/{vip.id}").text


def test_a_copy_with_a_percentage(cast, login, vip):
    assert login(cast.manager).post(f"/price-lists/{vip.id}/copy", data={"name": "VIP", "percent": "-5"}).status_code == 422
    assert login(cast.manager).post(f"/price-lists/{vip.id}/copy", data={"name": "VIP 2", "percent": "-100"}).status_code == 422
    assert login(cast.manager).post(f"/price-lists/{vip.id}/copy", data={"name": "VIP 2", "percent": "-5"}).status_code == 303


def test_a_new_rate_begins_tomorrow_and_is_called_off(cast, login):
    browser = login(cast.admin)
    assert browser.post("/settings/taxes", data={"code": "general", "rate": "12", "starts_on": "2999-01-01"}).status_code == 303
    coming = Tax.select().order_by(Tax.id.desc()).first()
    assert browser.post("/settings/taxes", data={"code": "general", "rate": "11", "starts_on": "2998-01-01"}).status_code == 422
    assert "2999-01-01" in browser.get("/settings/taxes").text
    assert browser.post(f"/settings/taxes/{coming.id}/call-off").status_code == 303
    assert "2999-01-01" not in browser.get("/settings/taxes").text
    assert browser.post("/settings/taxes/1/call-off").status_code == 409
