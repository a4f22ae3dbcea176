"""Company names: two spellings of one company are told, and why; a branch, another place, another trade stay apart."""

import csv
from pathlib import Path

import pytest

from benchmarks import likenesses
from domain.company_names import compare, parse
from domain.duplicates import SURE
from tests import files

pytestmark = pytest.mark.once

RECALL, PRECISION = 0.95, 0.95
SMALL = Path(__file__).with_name("company_names.csv")


def likeness(one, other):
    return compare(parse(one), parse(other))


def rows():
    with SMALL.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def told(row):
    found = likeness(row["one"], row["other"])
    return found.reason if found else ""


def test_of_the_small_set_recall_and_precision_stay_above_their_floor():
    labelled = likenesses.Labelled(
        {"same": [(row["one"], row["other"]) for row in rows() if row["same"] == "1"]},
        {"different": [(row["one"], row["other"]) for row in rows() if row["same"] == "0"]},
    )
    *_rest, recall, precision = likenesses.judge(labelled, likeness)
    assert recall >= RECALL and precision >= PRECISION


@pytest.mark.skipif(not files.REAL.exists(), reason="the names of the register are not here")
def test_of_names_of_the_register_recall_and_precision_stay_above_their_floor():
    *_rest, recall, precision = likenesses.judge(likenesses.build(files.REAL / "companies"), likeness)
    assert recall >= RECALL and precision >= PRECISION


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['one']}-{row['other']}")
def test_each_pair_is_told_with_its_reason(row):
    assert told(row) == row["reason"]


@pytest.mark.parametrize("row", rows()[::4], ids=lambda row: row["other"])
def test_it_does_not_matter_which_of_two_names_comes_first(row):
    assert likeness(row["other"], row["one"]) == likeness(row["one"], row["other"])


@pytest.mark.parametrize("text", ["", " ", "有限公司", "()", "A", "上", "上海", "ＬＴＤ", "公司公司", "*ST", "\u3000"])
def test_what_is_no_name_is_like_nothing(text):
    assert likeness(text, "上海恒立液压科技有限公司") is None
    assert likeness(text, text) is None or parse(text).core


@pytest.mark.parametrize("spelt, surely", [
    ("Suzhou Hengli Yeya Keji", True), ("Hengli Yeya Keji (Suzhou)", True), ("Hengli Yeya Keji", False), ("Jiangsu Hengli Yeya Keji", False),
])
def test_pinyin_is_sure_where_it_tells_the_last_place(spelt, surely):
    """Many names sound alike; within one place hardly any do."""
    assert (likeness(spelt, "江苏省苏州市恒立液压科技有限公司").score >= SURE) is surely


def test_a_name_is_taken_apart_as_the_register_puts_it_together():
    name = parse("江苏省苏州市恒立（集团）液压科技股份有限公司无锡分公司")
    assert (name.places, name.brand, name.formal, name.branch) == (("江苏", "苏州"), "恒立", True, "无锡分公司")
    name = parse("海螺（安徽）节能环保新材料股份有限公司")
    assert (name.places, name.brand, name.trade) == (("安徽",), "海螺", "节能环保新材料")
