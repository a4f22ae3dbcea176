"""What one types finds what one means, and never more than one may see."""

import pytest

from domain import customers, leads, pinyin, products, search
from models import Customer, Lead, Pool, Product

NAMES = (
    "苏州恒立精密机械制造有限公司", "重庆百货大楼股份有限公司", "上海海利生物制药设备有限公司", "华澜微电子（杭州）有限公司",
    "ABB（中国）有限公司", "一百%纯棉_服饰\\上海有限公司", "上海Ａ股Ｂ科技有限公司",
)


@pytest.fixture
def company(cast):
    """NAMES as customers of the seller, with phones and credit codes."""
    for number, name in enumerate(NAMES):
        customers.create(by=cast.seller, name=name, phone=f"1381290567{number}", credit_code=f"91310000MA1FL0{number}XX")
    return cast


def found(text, **how):
    return {row.name for row in search.narrowed(Customer.select(), "customer", text, **how)}


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("恒", {NAMES[0]}), ("恒立", {NAMES[0]}), ("恒立精", {NAMES[0]}), ("精密机械", {NAMES[0]}), ("百货", {NAMES[1]}),
        ("上海", {NAMES[2], NAMES[5], NAMES[6]}), ("有限公司", set(NAMES)), ("恒利", set()), ("立恒", set()), ("机械精密", set()),
    ],
)
def test_one_two_and_four_characters_find_the_names_that_hold_them(company, text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize("text", ["szhl", "hl", "hlj", "HL", "SZHL"])
def test_the_first_letters_of_the_pinyin_find_a_name(company, text):
    assert NAMES[0] in found(text)


@pytest.mark.parametrize("text", ["cqbh", "zqbh", "qbh"])
def test_a_character_is_found_by_every_reading_it_has(company, text):
    assert found(text) == {NAMES[1]}


@pytest.mark.parametrize("text", ["suzhou hengli", "suzhouhengli", "Suzhou", "hengli jingmi", "HENGLI", "heng", "suzhouh", "hengli j", "su'zhou"])
def test_full_pinyin_finds_a_name_with_or_without_blanks_and_while_it_is_being_typed(company, text):
    assert found(text) == {NAMES[0]}


@pytest.mark.parametrize("text", ["chongqing", "zhongqing", "chong qing bai huo", "zhongqingbaihuo"])
def test_full_pinyin_finds_a_character_by_every_reading_it_has(company, text):
    assert found(text) == {NAMES[1]}


@pytest.mark.parametrize(("text", "wanted"), [
    ("lihengsu", set()), ("hengzhou", set()), ("sezhou", set()), ("weidianzihangzhou", {NAMES[3]}), ("hangzhou", {NAMES[3]}),
    ("shanghai", {NAMES[2], NAMES[5], NAMES[6]}), ("youxiangongsi", set(NAMES)), ("suzhouz", set()),
])
def test_the_syllables_stand_in_the_name_in_this_order_and_side_by_side(company, text, wanted):
    assert found(text) == wanted


def test_full_pinyin_of_a_lead_in_the_pool_and_of_a_product_alike(company):
    lead = leads.create(company.admin, pool=Pool.get(), name="绿地集团西安分公司", contact_name="吕工", phone="13900000001")
    product = products.create(by=company.admin, sku="LD-200", name="激光测距传感器", unit="台", price=100_00)
    for text in ("lvdi", "xian", "xi an"):
        assert [row.id for row in search.narrowed(Lead.select(), "lead", text, only_names=True)] == [lead.id]
    assert not search.narrowed(Lead.select(), "lead", "lvgong")
    assert [row.id for row in search.narrowed(Product.select(), "product", "jiguang")] == [product.id]


@pytest.mark.parametrize(("text", "cut"), [
    ("xian", [("xian",), ("xi", "an")]), ("xi an", [("xi", "an")]), ("suzhouh", [("su", "zhou", "h")]), ("su zh", [("su", "zh")]),
    ("szhl", []), ("h", []), ("a", []), ("ng", []), ("abb", []), ("su1", []), ("苏州", []), ("", []),
])
def test_letters_are_cut_into_syllables_in_every_way_there_is(text, cut):
    assert pinyin.ways(text) == cut


def test_a_long_text_is_not_cut_in_all_its_million_ways():
    assert len(pinyin.ways("xian" * 25)) == pinyin.MOST
    assert pinyin.ways("xian" * 24 + "bd") == []


@pytest.mark.parametrize("text", ["abb", "ABB", "Abb", "a b b", "ＡＢＢ", "abb(中国)", "ABB（中国"])
def test_case_width_blanks_and_brackets_make_no_difference(company, text):
    assert found(text) == {NAMES[4]}


@pytest.mark.parametrize("text, wanted", [("100%", set()), ("%", {NAMES[5]}), ("_", {NAMES[5]}), ("\\", {NAMES[5]}), ("百%纯", {NAMES[5]})])
def test_signs_that_mean_something_to_a_database_are_only_signs(company, text, wanted):
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["'", '"', "恒\"立", "恒'立", "a AND b", "NOT", "恒*", "words:恒", "(", ")", "&", "|", "!", "<->", "-恒立", "🙂"],
)
def test_no_sign_breaks_a_search(company, text):
    found(text)


def test_an_empty_search_narrows_nothing(company):
    assert found("  ") == set(NAMES)


@pytest.mark.parametrize("text", ["13812905670", "5670", "290567"])
def test_a_part_of_the_phone_finds_its_record(company, text):
    assert NAMES[0] in found(text)


@pytest.mark.parametrize("text", ["13812905670", "5670", "0567", "91310000MA1FL00XX", "ma"])
def test_where_phones_are_masked_nothing_but_the_name_is_searched(company, text):
    assert found(text, only_names=True) == set()


def test_letters_of_a_credit_code_are_not_taken_for_initials(company):
    assert found("fl") == {row.name for row in Customer.select()}
    assert found("ma", only_names=True) == set()


def test_a_new_name_is_found_and_the_old_one_is_not(company):
    customer = Customer.get(Customer.name == NAMES[0])
    customers.edit(customer, by=company.seller, name="无锡东港宏达金属制品有限公司")
    assert found("恒立") == set()
    assert found("dghd") == {"无锡东港宏达金属制品有限公司"}


def test_too_many_to_list_are_still_found_by_their_text(company, monkeypatch):
    monkeypatch.setattr(search, "CANDIDATES", 2)
    assert found("有限公司") == set(NAMES)
    assert found("恒立") == {NAMES[0]}


def test_of_too_many_with_the_same_initials_the_newest_are_found(company, monkeypatch):
    monkeypatch.setattr(search, "CANDIDATES", 2)
    newest = [row.name for row in Customer.select().order_by(Customer.id.desc()).limit(2)]
    assert found("yxgs") == set(newest)


def test_leads_and_products_are_found_alike(company):
    lead = leads.create(company.admin, pool=Pool.get(), name="扬州恒隆液压机械有限公司", contact_name="吴工", phone="13900000001")
    product = products.create(by=company.admin, sku="LD-200", name="激光测距传感器", unit="台", price=100_00)
    assert [row.id for row in search.narrowed(Lead.select(), "lead", "yzhl")] == [lead.id]
    assert [row.id for row in search.narrowed(Lead.select(), "lead", "吴工")] == [lead.id]
    assert [row.id for row in search.narrowed(Product.select(), "product", "ld-2")] == [product.id]
    assert [row.id for row in search.narrowed(Product.select(), "product", "jgcj")] == [product.id]


@pytest.mark.parametrize(
    "name, text, marked",
    [
        (NAMES[0], "恒立", "恒立"), (NAMES[0], "hl", "恒立"), (NAMES[1], "cqbh", "重庆百货"), (NAMES[1], "zhongqing", "重庆"),
        (NAMES[0], "hengli jing", "恒立精"), (NAMES[3], "dianzi hangzhou", "电子（杭州"), (NAMES[4], "abb", "ABB"),
        (NAMES[0], "138", None), (NAMES[0], "", None), (NAMES[0], "没有", None),
    ],
)
def test_what_was_found_is_where_the_mark_stands(name, text, marked):
    place = search.span(name, text)
    assert (name[slice(*place)] if place else None) == marked


def test_initials_are_found_in_a_row_not_pair_by_pair(company):
    customers.create(by=company.seller, name="常州中正仪表有限公司")
    assert found("zzz") == {"常州中正仪表有限公司"}
    assert found("zzzz") == set()
