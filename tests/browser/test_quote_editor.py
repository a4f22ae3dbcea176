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
        row.locator("input.text").input_value() if row.locator("input.text").count() else row.locator(".title .soft").first.inner_text()
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
    expect(page.locator("#lines tr").last.locator("input.text")).to_be_focused()
    page.keyboard.type("二、变送器")
    for _step in range(2):
        page.keyboard.press("Alt+ArrowUp")
    assert names(page) == [*before, "二、变送器", "TT-20", "TT-20"]
    page.keyboard.press("Control+Enter")
    saved(page)
    page.reload()
    assert names(page) == [*before, "二、变送器", "TT-20", "TT-20"]
    assert page.locator("#lines input.cell[name=quantity]").last.input_value() == "2"


def test_a_product_that_is_missing_is_made_in_a_dialog_and_nothing_typed_is_lost(visit):
    page = visit("admin")
    page.goto("/quotes?status=draft&whose=team")
    page.locator("td a[href^='/quotes/']").first.click()
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
    note = page.locator("#lines tr").last.locator("input.text")
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


def test_on_a_phone_a_line_opens_to_its_stepper_and_the_total_stays(visit):
    page = visit("seller1", phone=True)
    page.goto("/quotes?status=draft")
    page.locator("td.title a").first.click()
    row = page.locator("#lines tr.line:not(.words)").first
    row.locator("td.title").click()
    before, amount = row.locator("[name=quantity]").input_value(), row.locator("[data-amount]").inner_text()
    row.get_by_role("button", name="加一").click()
    assert row.locator("[name=quantity]").input_value() != before
    expect(row.locator("[data-amount]")).not_to_have_text(amount)
    expect(page.locator("#bar-total")).to_be_in_viewport()
