"""Rows of a spreadsheet: what names the product, how many, and what is taken off, with headings and without."""

import pytest

from domain import pasted_lines
from models import Product


@pytest.fixture
def sensors(cast):
    return [
        Product.create(sku="LD-200", name="激光测距传感器", price=186_000), Product.create(sku="PX-18N", name="光电开关", price=16_800),
        Product.create(sku="1001", name="光电开关", price=16_800), Product.create(sku="OLD", name="旧传感器", price=1, active=False),
    ]


def read(text):
    return [(row.product and row.product.sku, row.quantity, row.rate, row.way, row.fault and row.fault[0]) for row in pasted_lines.understood(text)]


@pytest.mark.parametrize(("row", "understood"), [
    ("LD-200\t24", ("LD-200", "24", "", "percent", None)),
    ("ld-200\t24\t95%", ("LD-200", "24", "95", "percent", None)),
    ("激光测距传感器\t24\t9.5折", ("LD-200", "24", "95", "percent", None)),
    ("LD-200\t24\t85折", ("LD-200", "24", "85", "percent", None)),
    ("LD-200\t24\t8折", ("LD-200", "24", "80", "percent", None)),
    ("LD-200\t24\t1,798.00", ("LD-200", "24", "1,798.00", "agreed", None)),
    ("LD-200\t24\t-100", ("LD-200", "24", "100", "amount", None)),
    ("LD-200\t1\t赠品", ("LD-200", "1", "", "free", None)),
    ("1001\t5", ("1001", "5", "", "percent", None)),
    ("不知道\tLD-200\t5", ("LD-200", "5", "", "percent", None)),
    ("ＬＤ-２００\t２４", ("LD-200", "24", "", "percent", None)),
    ("光电开关\t5", (None, "5", "", "percent", "several")),
    ("旧传感器\t5", (None, "5", "", "percent", "no_product")),
    ("LD-200\t", ("LD-200", "", "", "percent", "no_quantity")),
    ("LD-200\t5\t95%\t多余", ("LD-200", "5", "95", "percent", "surplus")),
])
def test_a_row_without_headings_is_read_from_the_left(sensors, row, understood):
    assert read(row) == [understood]


def test_headings_say_which_column_is_which(sensors):
    rows = pasted_lines.understood("序号\t数量\t编码\t单价\t小计\n1\t24\tLD-200\t1,798\t43,152")
    assert rows[0].is_heading and (rows[1].product.sku, rows[1].quantity, rows[1].rate, rows[1].way) == ("LD-200", "24", "1,798", "agreed")


def test_a_plain_number_under_discount_is_a_percentage(sensors):
    assert read("编码\t数量\t折扣\nLD-200\t1\t95")[1][2:4] == ("95", "percent")


def test_every_row_that_says_something_comes_back(sensors):
    text = "LD-200\t1\n\n???\n\t\nPX-18N\t2\r\nXX"
    assert [row.number for row in pasted_lines.understood(text)] == [1, 3, 5, 6]


def test_nothing_pasted_is_nothing_read(cast):
    assert pasted_lines.understood("") == pasted_lines.understood(" \n\t") == []
