"""A quote without a mouse: products by their initials, lines moved and doubled, rows pasted, an input method that sends nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_keyboard_and_ime import COMMIT, COMPOSE

PASTE = """(input, text) => {
  const carried = new DataTransfer();
  carried.setData("text/plain", text);
  input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""
SAVED = re.compile("已保存")


@pytest.fixture
def editor(visit):
    page = visit("seller1")
    page.goto("/quotes?status=draft")
    page.locator("td a[href^='/quotes/']").first.click()
    expect(page.locator("#quote-form.scripted")).to_be_visible()
    return page


def names(page):
    """What the lines are called, headings and notes in their fields."""
    return [
        row.locator(".cell.text").input_value() if row.locator(".cell.text").count() else row.locator(".title .soft").first.inner_text()
        for row in page.locator("#lines tr").all()
    ]


def saved(page):
    expect(page.locator("#save-state")).to_have_text(SAVED)


def add(page, initials):
    number = page.locator("#lines tr").count()
    page.locator("#product-q").press_sequentially(initials)
    expect(page.locator("#product-list [aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#lines tr")).to_have_count(number + 1)


def test_lines_are_added_filled_moved_and_doubled_with_keys_alone(editor):
    page = editor
    before = names(page)
    add(page, "wdbsq")
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    page.keyboard.type("90")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("16,740.00")
    page.keyboard.press("Control+d")
    expect(page.locator("#lines tr")).to_have_count(len(before) + 2)
    page.keyboard.type("2")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("1,116.00")
    page.get_by_role("button", name="分组").click()
    expect(page.locator("#lines tr").last.locator(".cell.text")).to_be_focused()
    page.keyboard.type("二、变送器")
    for _step in range(2):
        page.keyboard.press("Alt+ArrowUp")
    assert names(page) == [*before, "二、变送器", "TT-20", "TT-20"]
    page.keyboard.press("Control+Enter")
    saved(page)
    page.reload()
    assert names(page) == [*before, "二、变送器", "TT-20", "TT-20"]
    assert page.locator("#lines input.cell[name=quantity]").last.input_value() == "2"


@pytest.fixture
def project_prices(visit):
    """A list by which PX-18N costs 150.00, from 100 on 140.00; by the one before it, 168.00, which is its own price."""
    page = visit("admin")
    page.goto("/price-lists/new")
    page.get_by_label("名称").fill("项目价")
    page.get_by_role("button", name="添加").click()
    page.get_by_role("link", name="录入价格").first.click()
    page.locator("#dialog textarea").fill("PX-18N\t150\nPX-18N\t100\t140")
    page.locator("#dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_text("140.00")).to_be_visible()


def test_a_product_costs_what_the_list_says_that_was_chosen_a_moment_ago(project_prices, editor):
    page, held = editor, []
    add(page, "PX-18N")
    expect(page.locator("#lines tr").last).to_contain_text("1,000+ 152.00")
    saved(page)
    page.route(re.compile(r"/quotes/\d+(/totals)?$"), lambda route: held.append(route))
    page.get_by_label("价目表").select_option(label="项目价")
    page.locator("#product-q").press_sequentially("PX-18N")
    expect(page.locator("#product-list [aria-selected=true] .price")).to_have_text("¥150.00")
    page.keyboard.press("Enter")
    line = page.locator("#lines tr").last
    expect(line.locator("[name=quantity]")).to_be_focused()
    expect(line.locator(".price [data-price]")).to_have_text("150.00")
    expect(line).to_contain_text("100+ 140.00")
    page.get_by_role("link", name="批量加产品").click()
    expect(page.locator("#pick-list tr", has_text="PX-18N")).to_contain_text("150.00")
    page.keyboard.press("Escape")
    page.locator("#product-q").evaluate(PASTE, "PX-18N\t2\t151\n")
    expect(page.locator("#dialog")).to_contain_text("高于标价")
    page.keyboard.press("Escape")
    assert len(held) == 2
    page.unroute_all()  # what was held goes on
    for line in page.locator("#lines tr", has_text="PX-18N").all():
        expect(line).to_contain_text("100+ 140.00")
    saved(page)
    page.reload()
    expect(page.locator("#lines tr").last.locator(".price [data-price]")).to_have_text("150.00")


def test_enter_before_the_list_is_there_adds_what_is_typed_and_never_what_the_list_showed_before(editor):
    page, number, held = editor, editor.locator("#lines tr").count(), []
    search = page.locator("#product-q")
    search.press_sequentially("LD")
    expect(page.locator("#product-list [aria-selected=true]")).to_contain_text("LD-200")
    page.route(re.compile(r"/products\?"), lambda route: held.append(route))
    search.fill("LD-XX9")
    page.keyboard.press("Enter")
    search.fill("px-18n")
    page.keyboard.press("Enter")
    expect(page.locator("#lines tr")).to_have_count(number)
    page.unroute_all()  # what was held goes on
    expect(page.locator("#lines tr")).to_have_count(number + 1)
    assert names(page)[-1] == "PX-18N"
    search.fill("PX")
    page.keyboard.press("Enter")
    expect(page.locator("#product-list [aria-selected=true]")).to_be_visible()  # of several one is chosen
    page.keyboard.press("Escape")
    expect(page.locator("#lines tr")).to_have_count(number + 1)
    saved(page)


def test_a_step_counts_from_what_is_typed(visit):
    page = visit("seller1", phone=True)
    page.goto("/quotes?status=draft")
    page.locator("td.title a").first.click()
    row = page.locator("#lines tr.line:not(.words)").first
    row.locator("td.title").click()
    quantity = row.locator("[name=quantity]")
    for typed, step, counted in (
        ("0.57", "加一", "1.57"), ("0.57", "减一", "0.57"), ("1.57", "减一", "1"), ("１２", "加一", "13"), ("1，200", "减一", "1199"),
        ("", "加一", "1"),
    ):
        quantity.fill(typed)
        row.get_by_role("button", name=step).click()
        expect(quantity).to_have_value(counted)


def test_what_could_not_be_saved_is_priced_and_saved_when_the_network_is_back(editor):
    page = editor
    add(page, "LD-200")
    saved(page)
    page.route(re.compile(r"/quotes/\d+(/totals)?$"), lambda route: route.fulfill(status=409, body=""))
    with page.expect_response(re.compile(r"/quotes/\d+$")):
        page.keyboard.type("3")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("1,860.00")
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("5,580.00")
    saved(page)


LAST = re.compile(r"上次 ([\d,]+\.\d\d)")


def last_prices(page):
    """What the customer paid last, of each line that tells it: (beside the product, under the mouse, on a phone)."""
    told = page.locator("#lines tr[data-side]").evaluate_all(
        "rows => rows.map(row => ['.facts', '.brief'].map(words => row.querySelector(words)))"
        ".map(([facts, brief]) => [facts.textContent, facts.title, brief.textContent])"
    )
    return [tuple(LAST.search(text)[1] for text in texts) for texts in told if LAST.search(texts[0])]


def turn(page, side):
    page.locator("#inclusive").select_option(side)
    expect(page.locator(f"#lines tr[data-side='{side}']")).to_have_count(page.locator("#lines tr[data-side]").count())


def test_last_prices_turn_with_the_side_of_tax_and_nothing_that_is_being_typed_is_lost(editor):
    page, held, asked = editor, [], []
    before, quantity = last_prices(page), page.locator("#lines [name=quantity]").first
    assert before and all(len(set(each)) == 1 for each in before)
    page.on("request", lambda request: asked.append("turned=1" in request.post_data) if request.url.endswith("/totals") else None)
    page.route(re.compile(r"/totals$"), lambda route: held.append(route))
    page.locator("#inclusive").select_option("0")
    quantity.fill("7")
    quantity.press("ArrowLeft")
    assert last_prices(page) == before
    page.unroute_all()  # what was held goes on
    turn(page, "0")
    expect(page.locator(".waterfall .tax")).not_to_have_css("fill", "rgb(0, 0, 0)")
    after = last_prices(page)
    assert len(after) == len(before) and all(len(set(each)) == 1 for each in after) and not set(after) & set(before)
    page.keyboard.type("3")  # before the 7, where the cursor was left
    expect(quantity).to_be_focused()
    expect(page.locator("#lines [data-shows=quantity]").first).to_have_text("37")
    saved(page)
    assert asked[0] and not any(asked[1:]), "only the turn asks for last prices"
    page.reload()
    assert last_prices(page) == after
    turn(page, "1")
    assert last_prices(page) == before
    saved(page)


def test_a_line_that_was_on_its_way_while_the_side_of_tax_turned_tells_its_last_price_on_the_new_one(editor):
    page, held, number = editor, [], editor.locator("#lines tr").count()
    turn(page, "1")
    known = page.locator("#lines tr[data-side]", has_text=LAST).first.locator(".title .soft").first.inner_text()
    page.route(re.compile(r"/lines/new"), lambda route: held.append(route))
    page.locator("#product-q").fill(known)
    expect(page.locator("#product-list [aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    turn(page, "0")
    assert held
    page.unroute_all()  # what was held goes on
    expect(page.locator("#lines tr")).to_have_count(number + 1)
    expect(page.locator("#lines tr[data-side='1']")).to_have_count(0)
    line = page.locator("#lines tr").last
    assert last_prices(page)[-1] == last_prices(page)[0] and LAST.search(line.locator(".facts").inner_text())
    turn(page, "1")
    saved(page)


def test_why_a_product_cannot_be_added_is_said(editor):
    page = editor
    page.locator("#product-q").press_sequentially("wdbsq")
    expect(page.locator("#product-list [aria-selected=true]")).to_be_visible()
    page.locator("#price_list").evaluate("lists => lists.add(new Option('已停用', '999', true, true))")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("不适用于该客户")


def test_a_product_that_is_missing_is_made_in_a_dialog_and_nothing_typed_is_lost(visit):
    page = visit("admin")
    page.goto("/quotes?status=draft&whose=team")
    page.locator("td a[href^='/quotes/']").first.click()
    expect(page.locator("#quote-form.scripted")).to_be_visible()
    number = page.locator("#lines tr").count()
    page.get_by_role("button", name="备注").click()
    page.keyboard.type("线缆另计")  # at once: nothing has to come from the server first
    page.locator("#product-q").press_sequentially("雷达物位计")
    page.get_by_text("新建产品「雷达物位计」").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label("SKU")).to_be_focused()
    page.keyboard.type("LD-200")
    dialog.get_by_label("原价（含税）").fill("3,200")
    dialog.get_by_role("button", name="加入报价").click()
    expect(dialog.get_by_label("SKU")).to_be_focused()
    dialog.get_by_label("SKU").fill("RD-9")
    dialog.get_by_role("button", name="加入报价").click()
    expect(page.locator("#lines tr").last.locator("[name=quantity]")).to_be_focused()
    page.keyboard.type("3")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("9,600.00")
    saved(page)
    page.reload()
    assert names(page)[number:] == ["线缆另计", "RD-9"]


def test_what_is_pasted_is_shown_first_and_no_row_is_dropped(editor):
    page = editor
    before = names(page)
    page.locator("#product-q").evaluate(PASTE, "编码\t数量\t折扣\nLD-200\t3\t9.5折\nXX-1\t2\t\nPX-18P\t10\t95%\n")
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("没有这个编码或名称的产品")
    expect(dialog.get_by_label("需要改正的行")).to_have_value(re.compile(r"^XX-1\t2"))
    dialog.get_by_role("button", name="加入 2 行").click()
    expect(page.locator("#lines tr")).to_have_count(len(before) + 2)
    expect(dialog.get_by_label("需要改正的行")).to_have_value(re.compile(r"^XX-1\t2"))
    page.keyboard.press("Escape")
    expect(page.locator("#lines tr").last.locator("[data-amount]")).to_have_text("1,596.00")
    saved(page)


def test_several_products_come_at_once(editor):
    page = editor
    number = page.locator("#lines tr").count()
    page.get_by_role("link", name="批量加产品").click()
    offered = page.locator("#pick-list")
    offered.get_by_label("光电开关 的数量").first.fill("12")
    offered.get_by_label("接近开关 的数量").fill("5")
    page.locator("#pick-search input").fill("ylbsq")
    expect(offered.locator("tbody tr")).to_have_count(3)
    offered.get_by_label("压力变送器 的数量").fill("2")
    page.get_by_role("button", name="加入报价").click()
    expect(page.locator("#lines tr")).to_have_count(number + 3)
    saved(page)


def test_the_enter_of_an_input_method_neither_moves_nor_saves(editor):
    page = editor
    page.get_by_role("button", name="备注").click()
    note = page.locator("#lines tr").last.locator(".cell.text")
    expect(note).to_be_focused()
    note.evaluate(COMPOSE, "xian lan")
    expect(note).to_be_focused()
    note.evaluate(COMMIT, "线缆另计")
    saved(page)
    page.reload()
    assert names(page)[-1] == "线缆另计"


def test_the_menu_of_a_line_makes_it_optional_and_free(editor):
    page = editor
    add(page, "csywj")
    row = page.locator("#lines tr").last
    row.locator("[data-line-menu]").click()
    page.locator("#line-menu").get_by_text("设为赠品").click()
    expect(row.locator("[data-amount]")).to_have_text("0.00")
    row.locator("[data-line-menu]").click()
    page.locator("#line-menu").get_by_text("可选").click()
    expect(row.locator(".option-tick")).to_be_visible()
    saved(page)


def test_on_a_phone_a_line_tells_the_last_price_and_opens_to_its_stepper_and_the_total_stays(visit):
    page = visit("seller1", phone=True)
    page.goto("/quotes?status=draft")
    page.locator("td.title a").first.click()
    row, last = page.locator("#lines tr.line:not(.words)").first, re.compile(r"上次 [\d,]+\.\d\d")
    expect(row.locator(".brief")).to_have_text(last)
    row.locator("td.title").click()
    expect(row.locator(".facts")).to_be_visible()
    expect(row.locator(".facts")).to_have_text(last)
    before, amount = row.locator("[name=quantity]").input_value(), row.locator("[data-amount]").inner_text()
    row.get_by_role("button", name="加一").click()
    assert row.locator("[name=quantity]").input_value() != before
    expect(row.locator("[data-amount]")).not_to_have_text(amount)
    expect(page.locator("#bar-total")).to_be_in_viewport()


def test_a_long_note_is_read_to_its_end_on_a_phone(visit):
    page = visit("seller1", phone=True)
    page.goto("/quotes?status=draft")
    page.locator("td.title a").first.click()
    page.get_by_role("button", name="备注").click()
    note = page.locator("#lines tr").last.locator(".cell.text")
    note.fill("接近开关随货赠送；液位计为可选项，不计入合计；线缆按现场实际长度另计，安装支架由供方提供")
    assert note.evaluate("field => field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight + 1")
    note.press("Enter")
    assert "\n" not in note.input_value()


def test_a_line_that_was_taken_out_comes_back_to_its_place_as_it_was(editor):
    page, before = editor, names(editor)
    add(page, "wdbsq")
    page.keyboard.type("7")
    page.get_by_role("button", name="备注").click()
    page.keyboard.type("线缆另计")
    row = page.locator("#lines tr").nth(len(before))
    row.locator("[data-line-menu]").click()
    page.locator("#line-menu").get_by_role("button", name="去掉这一行").click()
    expect(page.locator("#lines tr")).to_have_count(len(before) + 1)
    saved(page)
    page.locator(".toast", has_text="已去掉这一行").get_by_role("button", name="撤销").click()
    expect(row.locator("[name=quantity]")).to_have_value("7")
    saved(page)
    page.reload()
    assert names(page) == [*before, "TT-20", "线缆另计"]
    expect(row.locator("[name=quantity]")).to_have_value("7")


def test_a_quote_that_is_full_says_so_at_once_and_takes_no_line(editor):
    page, number = editor, editor.locator("#lines tr").count()
    page.locator("#lines").evaluate("lines => { lines.dataset.most = lines.rows.length }")
    page.get_by_role("button", name="备注").click()
    expect(page.locator(".toast.bad")).to_contain_text("最多 500 行")
    page.locator("#product-q").press_sequentially("wdbsq")
    expect(page.locator("#product-list [aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".toast.bad")).to_have_count(2)
    expect(page.locator("#lines tr")).to_have_count(number)
