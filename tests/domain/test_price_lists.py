"""Price lists as they are kept: rows read, breaks that do not overlap, copies to the fen, what quotes use stays."""

from decimal import Decimal

import pytest

from domain import Refused, price_lists, price_rows
from models import PriceList, PriceListItem, Product, Quote, QuoteLine
from tests import offers


@pytest.fixture
def sensor(cast):
    return Product.create(sku="LD-200", name="激光测距传感器", price=186_000)


@pytest.fixture
def vip(cast):
    return price_lists.add(cast.admin, name="VIP")


def prices_of(price_list):
    return sorted((item.least, item.price) for item in PriceListItem.select().where(PriceListItem.price_list == price_list.id))


@pytest.mark.parametrize(("text", "least", "price"), [
    ("LD-200\t1,860.00", 0, 186_000), ("LD-200\t10\t1790", 10, 179_000), ("ld-200  0.5  ¥1,790.5", Decimal("0.5"), 179_050),
    ("LD-200 10 1790", 10, 179_000), ("ＬＤ-200\t１０\t1790", 10, 179_000), ("LD-200\t0\t1", 0, 100),
])
def test_a_row_is_code_quantity_and_price_as_people_paste_them(sensor, text, least, price):
    assert price_rows.understood(f"\n{text}\n") == ([(sensor.id, least, price)], [])


@pytest.mark.parametrize(("text", "code"), [
    ("XX\t1", "no_product"), ("LD-200", "not_three_cells"), ("LD-200\t1\t2\t3", "not_three_cells"), ("LD-200\t-1\t5", "negative"),
    ("LD-200\t1\tx", "not_a_number"), ("LD-200\t1.00001\t5", "too_many_decimals"), ("LD-200\t1.005", "too_many_decimals"),
])
def test_a_row_that_is_no_price_is_named_with_its_number(sensor, text, code):
    assert [(fault.number, fault.code) for fault in price_rows.understood(f"LD-200\t1\n{text}")[1]] == [(2, code)]


def test_two_prices_from_one_quantity_on_overlap(cast, vip, sensor):
    _steps, faults = price_rows.understood("LD-200\t10\t5\nLD-200\t10.01\t4\nLD-200\t10.0\t3")
    assert [(fault.number, fault.code, fault.about) for fault in faults] == [(3, "overlapping", "1")]
    with pytest.raises(Refused):
        price_lists.put(vip, [(sensor.id, Decimal(10), 1), (sensor.id, Decimal("10.0"), 2)], cast.admin)
    assert not PriceListItem.select().exists()


def test_what_is_written_again_is_what_was_read(cast, vip, sensor):
    price_lists.put(vip, [(sensor.id, Decimal(0), 186_000), (sensor.id, Decimal(1_000), 150_000)], cast.admin)
    items = list(PriceListItem.select(PriceListItem, Product).join(Product))
    assert price_rows.understood(price_rows.written(items)) == ([(sensor.id, 0, 186_000), (sensor.id, 1_000, 150_000)], [])


def test_new_prices_of_a_product_replace_its_old_ones_and_leave_others(cast, vip, sensor):
    other = Product.create(sku="PX", name="光电开关", price=1)
    price_lists.put(vip, [(sensor.id, Decimal(0), 5), (sensor.id, Decimal(10), 4), (other.id, Decimal(0), 9)], cast.admin)
    price_lists.put(vip, [(sensor.id, Decimal(0), 3)], cast.admin)
    assert prices_of(vip) == [(0, 3), (0, 9)]
    price_lists.take_out(vip, other, cast.admin)
    assert prices_of(vip) == [(0, 3)]


@pytest.mark.parametrize(("percent", "price", "copied"), [
    ("-5", 1_990, 1_891), ("5", 1_990, 2_090), ("-50", 1, 1), ("-50.01", 1, 0), ("0", 7, 7), ("12.5", 4, 5), ("-99", 50, 1), ("-99", 49, 0),
])
def test_a_copy_is_so_much_dearer_or_cheaper_half_up_to_the_fen(cast, vip, sensor, percent, price, copied):
    price_lists.put(vip, [(sensor.id, Decimal(0), price)], cast.admin)
    made = price_lists.copy(vip, cast.admin, "VIP 2", Decimal(percent))
    assert (prices_of(made), made.active) == ([(0, copied)], False)


@pytest.mark.parametrize("used_by", ["line", "quote"])
def test_a_list_that_quotes_use_stays_and_one_that_none_uses_goes(cast, vip, sensor, used_by):
    price_lists.put(vip, [(sensor.id, Decimal(0), 1)], cast.admin)
    offers.quote(cast.seller)
    (QuoteLine.update(price_list=vip.id) if used_by == "line" else Quote.update(price_list=vip.id)).execute()
    with pytest.raises(Refused):
        price_lists.remove(vip, cast.admin)
    assert PriceList.select().count() == 1
    (QuoteLine.update(price_list=None) if used_by == "line" else Quote.update(price_list=None)).execute()
    price_lists.remove(vip, cast.admin)
    assert not PriceList.select().exists() and not PriceListItem.select().exists()


def test_a_list_is_asked_last_until_it_is_moved_up(cast, vip):
    second = price_lists.add(cast.admin, name="渠道")
    price_lists.move_up(second, cast.admin)
    assert [each.name for each in price_lists.in_order()] == ["渠道", "VIP"]
    with pytest.raises(Refused):
        price_lists.move_up(second, cast.admin)


def test_two_lists_are_not_called_the_same(cast, vip):
    with pytest.raises(Refused):
        price_lists.add(cast.admin, name="VIP")
