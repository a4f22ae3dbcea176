"""What a cell says: phones, codes, dates, amounts, rates; and which header means which field."""

from datetime import date
from decimal import Decimal

import pytest

from domain import import_fields, import_values, import_words

CODE = "91370500MA3PJL9L5J"


def read(reader, text):
    """(value or rule, remarks)"""
    notes = []
    try:
        return reader(text, lambda rule, fact="": notes.append(rule)), notes
    except import_values.Bad as bad:
        return bad.rule, notes


@pytest.mark.parametrize(("text", "value"), [
    ("13812905678", "13812905678"), ("１３８ １２９０ ５６７８", "13812905678"), ("+86 138-1290-5678", "13812905678"),
    ("0512-65801234", "051265801234"), ("010 6580 1234转8012", "01065801234x8012"), ("+1 650 253 0000", "+16502530000"),
    ("1.38E+10", "scientific:1.38E+10"), ("1381290567", "mobile_length:10"), ("660-485-0224", "phone"), ("电话", "phone"),
])
def test_phones(text, value):
    assert read(import_values.phone, text)[0] == value


@pytest.mark.parametrize(("text", "value"), [
    (CODE, CODE), (CODE.lower(), CODE), ("９１３７０５００ＭＡ３ＰＪＬ９Ｌ５Ｊ", CODE), ("9.13705E+17", "scientific:9.13705E+17"),
    (CODE[:-1] + "K", "credit_code"), ("370500123", "credit_code_length:9"),
])
def test_credit_codes(text, value):
    assert read(import_values.credit_code, text)[0] == value


@pytest.mark.parametrize("text", ["2026/1/5", "2026-01-05", "2026.1.5", "2026年1月5日", "20260105", "2026-01-05 00:00:00",
                                  "05 Jan, 2026 09:13:43", "２０２６/１/５"])
def test_dates(text):
    assert read(import_values.day_reader(), text)[0] == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["2026-02-30", "46027", "26-1-5", "soon"])
def test_what_is_no_date_is_not_guessed(text):
    assert read(import_values.day_reader(), text)[0] == "date"


@pytest.mark.parametrize(("column", "order"), [
    (["3/4/2026", "13/4/2026"], import_values.DAY_FIRST), (["3/4/2026", "3/14/2026"], import_values.MONTH_FIRST),
    (["3/4/2026"], None), (["13/4/2026", "3/14/2026"], None),
])
def test_day_or_month_first_only_where_the_column_proves_it(column, order):
    assert import_values.proven_order(column) == order
    assert read(import_values.day_reader(order), "3/4/2026")[0] == {
        import_values.DAY_FIRST: date(2026, 4, 3), import_values.MONTH_FIRST: date(2026, 3, 4), None: "date_order",
    }[order]


@pytest.mark.parametrize(("text", "fen", "remarks"), [
    ("1234.5", 123_450, []), ("¥1,234.50", 123_450, []), ("￥１２元", 1_200, []), ("$1,773.85", 177_385, ["currency"]),
    ("$1,117.10K", 111_710_000, ["currency", "unit"]), ("3.5万", 3_500_000, ["unit"]), ("12.345", 1_235, ["rounded"]),
    ("1.117,10", "money", []), ("1,2", "money", []), ("-5", "money", []), ("NaN", "money", []), ("1e400", "money", []),
    ("9" * 30, "money", []),
])
def test_money(text, fen, remarks):
    assert read(import_values.money, text) == (fen, remarks)


@pytest.mark.parametrize(("text", "rate"), [
    ("13%", "0.13"), ("13", "0.13"), ("0.13", "0.13"), ("1", "0.01"), ("0.5%", "0.005"), ("免税", "0"), ("No", "0"), ("Yes", "0.13"),
])
def test_tax_rates(text, rate):
    assert read(import_values.tax_rate, text)[0] == Decimal(rate)


@pytest.mark.parametrize("text", ["130%", "-1", "很多", "21"])
def test_what_is_no_tax_rate_is_refused(text):
    assert read(import_values.tax_rate, text)[0] == "tax_rate"


def test_every_rule_has_a_sentence(database):
    told = import_words.reasons("x") | import_words.remarks("x")

    assert all(isinstance(text, str) and text for text in told.values())


@pytest.mark.parametrize(("headers", "mapping"), [
    ("企业名称,统一社会信用代码,注册日期,所在省份,地区",
     {"name": 0, "credit_code": 1, "registered_on": 2, "province": 3, "city": 4}),
    ("公司名称（必填）,联系人,手机号码,来源", {"name": 0, "contact_name": 1, "phone": 2, "source": 3}),
    ("LEADID,Last Name,Company,Email,Mobile,Lead Source",  # Zoho
     {"name": 2, "contact_name": 1, "email": 3, "phone": 4, "source": 5}),
    ("Id,Name,Title,Company,Phone,MobilePhone,LeadSource",  # Salesforce
     {"name": 3, "contact_name": 1, "contact_title": 2, "phone": 5, "source": 6}),
    ("Company ID,Company Name,Phone Number,State/Region,City,Street Address",  # HubSpot
     {"name": 1, "phone": 2, "province": 3, "city": 4, "address": 5}),
])
def test_columns_are_guessed_from_their_headers(headers, mapping):
    assert import_fields.guess("lead", headers.split(",")) == mapping
