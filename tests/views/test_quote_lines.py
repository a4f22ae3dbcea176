"""Lines of a quote over HTTP: every kind as it is typed, many at once, rows from a spreadsheet, a product made in passing."""

import html
import json
import re
from decimal import Decimal

import pytest

from domain import functions, price_lists, quotes, roles
from domain.money import format_money
from models import Event, Member, Product, Quote, Role, User
from tests import offers
from tests.pages import PART
from tests.quote_forms import COST, figures, form, stored


def columns_of(quote, *names):
    return [tuple(getattr(line, name) for name in names) for line in quotes.lines_of(quote)]


# ---- what is typed ---------------------------------------------------------------------------------------------------


def test_every_kind_of_line_is_typed_saved_and_shown_again(login, cast, draft, sensors):
    client = login(cast.seller)
    posted = form(
        draft, ("section", "一、传感器"), (sensors[0], "2", "1,500", "agreed"), (sensors[1], "5", "", "free"),
        (sensors[1], "10", "80", "amount"), ("note", "线缆另计"), (sensors[2], "1", "95"), optional=["6"],
    )
    typed = client.post(f"/quotes/{draft.id}/totals", data=posted, headers=PART)
    assert client.post(f"/quotes/{draft.id}", data=posted).status_code == 303
    assert columns_of(draft, "what", "agreed", "free", "discount_amount", "optional", "discount") == [
        ("section", None, False, None, False, None), ("product", 150_000, False, 72_000, False, None),
        ("product", None, True, None, False, None), ("product", None, False, 8_000, False, None),
        ("note", None, False, None, False, None), ("product", None, False, None, True, 500),
    ]
    page = client.get(f"/quotes/{draft.id}").text
    assert 'value="1,500.00"' in page and 'value="80.00"' in page and "一、传感器</textarea>" in page and "线缆另计</textarea>" in page
    total = quotes.totals_of(stored(draft)).total
    assert total == 300_000 + 160_000 and f"¥{format_money(total)}" in page and f"¥{format_money(total)}" in typed.text


def test_numbers_are_typed_as_one_says_them(login, cast, draft, sensors):
    unit = sensors[0].unit
    posted = form(
        draft, (sensors[0], f"2 {unit}", "九五折"), (sensors[0], f"３{unit}", "8.8折"), (sensors[0], "1。5", "１,５00。5", "agreed"),
        order_discount="九折", order_way="percent",
    )
    client = login(cast.seller)
    assert client.post(f"/quotes/{draft.id}", data=posted).status_code == 303
    assert columns_of(draft, "quantity", "discount", "agreed") == [
        (Decimal(2), 500, None), (Decimal(3), 1_200, None), (Decimal("1.5"), None, 1_500_50)
    ]
    assert stored(draft).order_discount_rate == 1_000


def test_a_quantity_of_another_unit_is_no_number(login, cast, draft, sensors):
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "2 箱", "")))
    assert answer.status_code == 422 and re.search(r'name="quantity" value="2 箱"[^>]*aria-invalid', answer.text)


@pytest.mark.parametrize(("rate", "way"), [("1,860.01", "agreed"), ("44,640.01", "amount"), ("x", "agreed"), ("-5", "amount")])
def test_what_reduces_a_line_too_much_is_refused_beside_its_field(login, cast, draft, sensors, rate, way):
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "24", rate, way)))
    assert answer.status_code == 422 and re.search(rf'name="rate" value="{re.escape(rate)}"[^>]*aria-invalid', answer.text)


def test_a_way_that_is_none_of_ours_is_not_read(login, cast, draft, sensors):
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "24", "1", "magic"))).status_code == 400


def test_the_order_is_reduced_in_percent(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", ""), order_discount="90", order_way="percent")
    client = login(cast.seller)
    assert client.post(f"/quotes/{draft.id}", data=posted).status_code == 303
    assert (stored(draft).order_discount, stored(draft).order_discount_rate) == (18_600, 1_000)
    assert re.search(r'name="order_discount"[^>]*value="90"', client.get(f"/quotes/{draft.id}").text)


def test_prices_turn_to_the_other_side_of_tax_while_one_types(login, cast, draft, sensors):
    answer = login(cast.seller).post(f"/quotes/{draft.id}/totals", data=form(draft, (sensors[0], "1", ""), inclusive="0"), headers=PART)
    assert figures(answer)[0].split("\t")[1:3] == ["1,646.02", "1,646.02"] and "不含税单价" in answer.text
    assert stored(draft).inclusive


@pytest.fixture
def quoted_before(cast, draft, sensors):
    """LD-200 was quoted to this customer at 1,860.00, without tax 1,646.02, and then to another at 1,760.00, without tax 1,557.52."""
    for deal, off in ((draft.opportunity, 0), (offers.deal(cast.seller, "众联<&"), 20_000)):
        quote = quotes.create(deal, by=cast.seller)
        quotes.save(quote, cast.seller, 0, [{"product_id": sensors[0].id, "quantity": Decimal(2)}], order_discount=off)
        Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()


def last_told(answer):
    """(side of tax, what quote.js writes into the rows) of an answer, or nothing."""
    found = re.search(r'<div id="turned" hidden data-side="(.)"[^>]*>([^<]*)</div>', answer.text)
    return found and (found[1], json.loads(html.unescape(found[2])))


def test_last_prices_turn_with_the_totals_when_the_rows_stand_on_the_other_side_of_tax(login, cast, draft, sensors, quoted_before):
    client, path, day = login(cast.seller), f"/quotes/{draft.id}/totals", f"{draft.issued_on:%m-%d}"
    posted = form(draft, (sensors[0], "1", ""), ("note", "线缆另计"), (sensors[0], "x", ""), (sensors[2], "1", ""), inclusive="0", turned="1")
    own, others = "上次 1,646.02", "他客 1,557.52"
    faulty = client.post(path, data=posted, headers=PART)
    assert faulty.status_code == 422 and last_told(faulty) == ("0", [
        [sensors[0].id, own, f"{own} · {others}（{day}）", f"{own} · {others}（{day} 众联<&）"], [sensors[2].id, "", "没报过", "没报过"],
    ])
    back = client.post(path, data=form(draft, (sensors[0], "1", ""), turned="1"), headers=PART)
    assert back.status_code == 200 and last_told(back)[0] == "1" and last_told(back)[1][0][1] == "上次 1,860.00"


def test_a_keystroke_asks_for_no_last_price_and_a_turn_asks_three_questions_however_long_the_quote(
    login, cast, draft, sensors, quoted_before, queries,
):
    client, path, asked = login(cast.seller), f"/quotes/{draft.id}/totals", {}
    more = [Product.create(sku=f"X-{n}", name="光电开关", price=100) for n in range(20)]
    for products in (sensors, sensors + more):
        for turned in ({}, {"turned": "1"}):
            posted = form(draft, *[(product, "1", "") for product in products], inclusive="0", **turned)
            client.post(path, data=posted, headers=PART)
            with queries() as seen:
                answer = client.post(path, data=posted, headers=PART)
            assert bool(last_told(answer)) == bool(turned)
            asked[len(products), bool(turned)] = len(seen)
    assert asked[3, True] == asked[3, False] + 3 and asked[23, True] == asked[3, True] and asked[23, False] == asked[3, False]


def test_last_prices_stand_on_the_side_of_tax_that_was_typed_when_a_page_comes_back(login, cast, draft, sensors, quoted_before):
    client = login(cast.seller)
    refused = client.post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "x", ""), inclusive="0"))
    assert refused.status_code == 422 and "上次 1,646.02" in refused.text and "上次 1,860.00" not in refused.text
    assert "上次 1,860.00" in client.get(f"/quotes/{draft.id}").text


def test_another_price_list_is_chosen_in_the_head_and_says_what_it_changed(login, cast, draft, sensors):
    client = login(cast.seller)
    assert '<div class="side named" hidden>' in client.get(f"/quotes/{draft.id}").text
    project = price_lists.add(cast.admin, name="项目价")
    price_lists.put(project, [(sensors[0].id, 0, 170_000)], cast.admin)
    page = client.get(f"/quotes/{draft.id}").text
    assert "项目价</option>" in page and '<div class="side named" hidden>' not in page
    posted = form(draft, (sensors[0], "1", ""), (sensors[1], "1", ""), price_list=project.id)
    assert figures(client.post(f"/quotes/{draft.id}/totals", data=posted, headers=PART))[0].split("\t")[1] == "1,700.00"
    assert "1 个价格" in client.post(f"/quotes/{draft.id}", data=posted, headers=PART).text
    assert stored(draft).price_list_id == project.id and columns_of(draft, "price") == [(170_000,), (16_800,)]


def test_a_price_list_that_does_not_hold_is_refused_and_what_was_typed_stays(login, cast, draft, sensors):
    other = price_lists.add(cast.admin, name="停用", active=False)
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "77", ""), price_list=other.id))
    assert answer.status_code == 422 and 'value="77"' in answer.text and "不适用于该客户" in answer.text and stored(draft).price_list_id is None


def test_both_of_two_writers_see_every_kind(login, cast, draft, sensors):
    older = form(draft, ("note", "我写的备注"), (sensors[0], "2", "1,500", "agreed"), order_discount="90", order_way="percent")
    assert login(cast.manager).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "25", "", "free"), inclusive="0")).status_code == 303
    answer = login(cast.seller).post(f"/quotes/{draft.id}", data=older)
    assert answer.status_code == 409
    for words in ("我写的备注", "2 台 · ¥1,500", "25 台 · 赠品", "90%", "不含税", "我写的备注</textarea>", 'value="1,500"'):
        assert words in answer.text


def test_more_lines_or_rows_than_fit_are_refused_with_their_number(login, cast, draft, sensors):
    client = login(cast.seller)
    posted = form(draft, *[(sensors[0], "1", "")] * (quotes.MOST_LINES + 1))
    for path in (f"/quotes/{draft.id}", f"/quotes/{draft.id}/totals"):
        answer = client.post(path, data=posted, headers=PART)
        assert answer.status_code == 409 and "最多 500 行" in answer.text
    answer = client.post(f"/quotes/{draft.id}/paste", data={"rows": "x" * 60_001}, headers=PART)
    assert answer.status_code == 409 and "最多 60,000 个字符" in answer.text and len(quotes.lines_of(draft)) == 2


# ---- losses ----------------------------------------------------------------------------------------------------------


def test_a_line_below_cost_is_marked_for_who_may_see_cost(login, cast, draft, sensors):
    posted = form(draft, (sensors[0], "1", format_money(COST - 1), "agreed"))
    answer = login(cast.seller).post(f"/quotes/{draft.id}/totals", data=posted, headers=PART)
    assert figures(answer)[0].split("\t")[4] == "1"
    just_enough = form(draft, (sensors[0], "1", format_money(COST), "agreed"))
    assert figures(login(cast.seller).post(f"/quotes/{draft.id}/totals", data=just_enough, headers=PART))[0].split("\t")[4] == ""


def test_nobody_else_learns_of_a_loss_by_trying_prices(login, cast, draft, sensors):
    """The answers to a price just below cost and to one just above it are alike but for what follows from the price."""
    for record in (draft, draft.customer):
        Member.create(record_kind=record.kind(), record_id=record.id, user=cast.rival, may_edit=True, added_by=cast.seller)
    client, answers = login(cast.rival), []
    for price in (COST - 1, COST + 1):
        posted = form(draft, (sensors[0], "1", format_money(price), "agreed"))
        for path in ("/totals", ""):
            answer = client.post(f"/quotes/{draft.id}{path}", data=posted | {"revision": stored(draft).revision}, headers=PART)
            answers.append(answer.text)
        page = client.get(f"/quotes/{draft.id}").text
        assert [trace for trace in ("data-loses", "亏本", "waterfall", format_money(COST), str(COST)) if trace in page] == []
    assert all(line.split("\t")[4] == "" for text in answers for line in re.search(r'id="figures"[^>]*>([^<]*)<', text)[1].split("\n"))


# ---- without JavaScript ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("button", "lines"), [
    ("up:2", ["PX-18N", "LD-200"]), ("down:1", ["PX-18N", "LD-200"]), ("up:1", ["LD-200", "PX-18N"]),
    ("copy:1", ["LD-200", "LD-200", "PX-18N"]), ("remove:2", ["LD-200"]), ("nonsense:1", ["LD-200", "PX-18N"]), ("up:9", ["LD-200", "PX-18N"]),
])
def test_buttons_of_a_line_work_without_a_script(login, cast, draft, sensors, button, lines):
    posted = form(draft, (sensors[0], "30", "90"), (sensors[1], "2", "")) | {"line": button}
    assert login(cast.seller).post(f"/quotes/{draft.id}", data=posted).status_code == 303
    assert [line.sku for line in quotes.lines_of(draft)] == lines


@pytest.mark.parametrize("what", ["section", "note"])
def test_a_heading_or_note_is_added_by_its_button(login, cast, draft, sensors, what):
    login(cast.seller).post(f"/quotes/{draft.id}", data=form(draft, (sensors[0], "30", "")) | {"adding": what})
    assert columns_of(draft, "what") == [("product",), (what,)]


# ---- many at once ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["products?q=PX-18P", "pick?q=PX-18P"])
def test_the_price_that_is_offered_is_the_one_that_the_line_gets(login, cast, draft, sensors, path):
    price_lists.put(price_lists.add(cast.admin, name="VIP"), [(sensors[2].id, 0, 12_345)], cast.admin)
    answer = login(cast.seller).get(f"/quotes/{draft.id}/{path}", headers=PART)
    assert "123.45" in answer.text and format_money(sensors[2].price) not in answer.text


def asked(client, quote, product, way, **head):
    """What a way into the quote answers for a product, where the head goes along."""
    fields = {"product": product.id, "quantity": "1", "rows": f"{product.sku}\t1", "q": product.sku} | head
    if way in ("lines", "paste"):
        return client.post(f"/quotes/{quote.id}/{way}", data=fields, headers=PART)
    return client.get(f"/quotes/{quote.id}/{way}", query_string=fields, headers=PART)


@pytest.mark.parametrize("way", ["products", "pick", "lines/new", "lines", "paste"])
def test_new_lines_are_priced_by_the_head_as_it_stands_in_the_editor(login, cast, draft, sensors, way):
    price_lists.put(price_lists.add(cast.admin, name="常用"), [(sensors[2].id, 0, 15_000)], cast.admin)
    project = price_lists.add(cast.admin, name="项目价")
    price_lists.put(project, [(sensors[2].id, 0, 11_300)], cast.admin)
    client = login(cast.seller)
    assert "150.00" in asked(client, draft, sensors[2], way).text
    assert "113.00" in asked(client, draft, sensors[2], way, price_list=project.id).text
    assert "100.00" in asked(client, draft, sensors[2], way, price_list=project.id, inclusive="0").text
    price_lists.edit(project, by=cast.admin, active=False)
    refused = asked(client, draft, sensors[2], way, price_list=project.id)
    assert refused.status_code == 409 and "不适用于该客户" in refused.text and len(quotes.lines_of(draft)) == 2


def test_what_is_picked_comes_as_rows_and_nothing_is_saved(login, cast, draft, sensors):
    picked = {"product": [sensors[0].id, sensors[1].id, sensors[2].id], "quantity": ["3", "", "5"]}
    answer = login(cast.seller).post(f"/quotes/{draft.id}/lines", data=picked, headers=PART)
    assert answer.text.count("data-line=") == 2 and "PX-18P" in answer.text and len(quotes.lines_of(draft)) == 2


def test_what_is_picked_is_saved_behind_the_others_without_a_script(login, cast, draft, sensors):
    picked = {"product": [sensors[0].id, sensors[2].id], "quantity": ["", "5"]}
    assert login(cast.seller).post(f"/quotes/{draft.id}/lines", data=picked).status_code == 303
    assert columns_of(draft, "sku", "quantity") == [("LD-200", 24), ("PX-18N", 10), ("PX-18P", 5)]
    assert stored(draft).order_discount == 77_777


@pytest.mark.parametrize(("quantity", "words"), [("abc", "填数字"), ("0", "要大于 0")])
def test_a_picked_quantity_that_is_no_number_is_told_with_its_product(login, cast, draft, sensors, quantity, words):
    picked = {"product": [sensors[0].id, sensors[2].id], "quantity": ["3", quantity]}
    for headers in (PART, {}):
        answer = login(cast.seller).post(f"/quotes/{draft.id}/lines", data=picked, headers=headers)
        assert answer.status_code == 409 and f"光电开关 PX-18P：{words}" in answer.text and len(quotes.lines_of(draft)) == 2


def test_what_has_a_quantity_stays_on_the_list_while_one_searches_on(login, cast, draft, sensors):
    page = login(cast.seller).get(f"/quotes/{draft.id}/pick?q=LD&product={sensors[2].id}&quantity=7&product={sensors[1].id}&quantity=").text
    assert "PX-18P" in page and 'value="7"' in page and "LD-200" in page and "PX-18N" not in page


# ---- rows from a spreadsheet -----------------------------------------------------------------------------------------


def test_pasted_rows_are_shown_as_understood_and_none_is_dropped(login, cast, draft, sensors):
    rows = "编码\t数量\t折扣\nLD-200\t3\t9.5折\nXX-1\t2\n光电开关\t4\npx-18p\t10\t101%\nPX-18P\t\n激光测距传感器\t１２\t赠品"
    page = login(cast.seller).post(f"/quotes/{draft.id}/paste", data={"rows": rows}, headers=PART).text
    for words in ("表头", "5,301.00", "没有这个编码或名称的产品", "PX-18N, PX-18P", "数字太大", "没有数量", "加入 2 行"):
        assert words in page
    left = re.search(r"<textarea[^>]*>([^<]*)</textarea>", page)[1].strip().splitlines()
    assert left == ["XX-1\t2", "光电开关\t4", "px-18p\t10\t101%", "PX-18P\t"] or [row.split("\t")[0] for row in left] == [
        "XX-1", "光电开关", "px-18p", "PX-18P",
    ]
    assert len(quotes.lines_of(draft)) == 2


def test_a_pasted_price_above_the_list_is_told_beside_its_row(login, cast, draft, sensors):
    page = login(cast.seller).post(f"/quotes/{draft.id}/paste", data={"rows": "LD-200\t3\t1,860.01\nLD-200\t3\t1,800"}, headers=PART).text
    assert "高于标价" in page and "5,400.00" in page and "加入 1 行" in page


def test_pasted_rows_can_be_read_and_added_without_a_script(login, cast, draft, sensors):
    client = login(cast.seller)
    page = client.post(f"/quotes/{draft.id}/paste", data={"rows": "PX-18P\t10\t95%"}).text
    fields = {name: re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', page) for name in ("product", "quantity", "rate", "way")}
    assert client.post(f"/quotes/{draft.id}/lines", data=fields).status_code == 303
    assert columns_of(draft, "sku", "quantity", "discount")[-1] == ("PX-18P", 10, 500)


# ---- a product made in passing ---------------------------------------------------------------------------------------


def test_a_product_made_in_passing_is_the_next_line(login, cast, draft, sensors):
    client = login(cast.admin)
    assert 'value="新传感器"' in client.get(f"/products/new?name=新传感器&quote={draft.id}").text
    made = {"sku": "NEW-1", "name": "新传感器", "price": "100", "tax_code": "general", "active": "y", "quote": draft.id}
    answer = client.post("/products", data=made)
    assert answer.status_code == 303 and answer.location.endswith(f"/quotes/{draft.id}"), answer.text[:500]
    assert columns_of(draft, "sku")[-1] == ("NEW-1",)


def test_in_the_editor_it_is_made_in_a_dialog_and_comes_back_as_a_row(login, cast, draft, sensors):
    client = login(cast.admin)
    made = {"sku": "LD-200", "name": "新传感器", "price": "100", "tax_code": "general", "active": "y", "quote": draft.id}
    dialog = client.get(f"/products/new?name=新传感器&quote={draft.id}", headers=PART).text
    assert "data-adds-lines" in dialog and 'name="cost"' in dialog and "<html" not in dialog
    refused = client.post("/products", data=made, headers=PART)
    assert refused.status_code == 422 and 'value="新传感器"' in refused.text and 'value="100"' in refused.text
    row = client.post("/products", data=made | {"sku": "NEW-1"}, headers=PART)
    assert (row.status_code, row.text.count("data-line=")) == (200, 1) and "NEW-1" in row.text
    assert len(quotes.lines_of(draft)) == 2


def test_no_product_is_made_for_a_list_that_does_not_hold(login, cast, draft):
    made = {"sku": "NEW-1", "name": "新传感器", "price": "100", "tax_code": "general", "active": "y", "quote": draft.id}
    other = price_lists.add(cast.admin, name="停用", active=False)
    answer = login(cast.admin).post("/products", data=made | {"price_list": other.id}, headers=PART)
    assert answer.status_code == 409 and not Product.select().where(Product.sku == "NEW-1").exists()


def test_no_product_is_made_for_a_quote_that_is_full(login, cast, draft, monkeypatch):
    made = {"sku": "NEW-1", "name": "新传感器", "price": "100", "tax_code": "general", "active": "y", "quote": draft.id}
    monkeypatch.setattr(quotes, "MOST_LINES", len(quotes.lines_of(draft)))
    answer = login(cast.admin).post("/products", data=made)
    assert answer.status_code == 409 and "最多 2 行" in answer.text and len(quotes.lines_of(draft)) == 2
    assert not Product.select().where(Product.sku == "NEW-1").exists()
    assert not Event.select().where(Event.verb == "product.created", Event.actor == cast.admin).exists()


def test_who_may_not_see_cost_is_not_asked_for_it_and_changes_none(login, cast, draft, sensors):
    maker = roles.add("产品员", Role.get(Role.key == User.SELLER), by=cast.admin)
    roles.decide({maker: [*functions.of_standing(User.SELLER), "product.edit"]}, by=cast.admin)
    User.update(role=maker.key).where(User.id == cast.seller.id).execute()
    client = login(cast.seller)
    for path in (f"/products/{sensors[0].id}/edit", f"/products/new?quote={draft.id}"):
        assert 'name="cost"' not in client.get(path).text and format_money(COST) not in client.get(path).text
    posted = {"sku": "LD-200", "name": "改名", "price": "2000", "tax_code": "general", "active": "y", "cost": "1"}
    assert client.post(f"/products/{sensors[0].id}/edit", data=posted).status_code == 303
    assert (Product.get_by_id(sensors[0].id).name, Product.get_by_id(sensors[0].id).cost) == ("改名", sensors[0].cost)


def test_only_who_may_make_products_is_offered_to(login, cast, draft, sensors):
    assert "/products/new" not in login(cast.seller).get(f"/quotes/{draft.id}/products?q=zzz").text
    assert "/products/new" in login(cast.admin).get(f"/quotes/{draft.id}/products?q=zzz").text


def test_a_quote_that_one_may_not_write_gets_no_line_of_a_new_product(login, cast, draft):
    Quote.update(status=Quote.PENDING).execute()
    made = {"sku": "NEW-1", "name": "新传感器", "price": "100", "tax_code": "general", "active": "y", "quote": draft.id}
    assert "/quotes/" not in login(cast.admin).post("/products", data=made).location
    assert Product.select().where(Product.sku == "NEW-1").exists() and len(quotes.lines_of(draft)) == 2
