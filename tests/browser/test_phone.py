"""The work of a day on a phone of 390 x 844: claim, follow up, move, approve, reject; nothing wider than the screen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import BEYOND

REASON = "毛利太薄，请和客户再谈一轮"
SMALLEST = 44  # px, a finger

PAGES = {
    "seller1": ["/", "/notices", "/pools", "/leads", "/leads/new", "/customers", "/opportunities", "/opportunities?view=list",
                "/opportunities/new", "/quotes", "/orders", "/products", "/tickets", "/tickets/new", "/search?q=gq", "/profile"],
    "manager": ["/", "/approvals", "/imports", "/products/new"],
    "service": ["/", "/tickets"],
    "admin": ["/settings", "/settings/people", "/settings/departments", "/settings/pools", "/settings/stages", "/settings/flows",
              "/settings/words", "/settings/system", "/design"],
}
RECORDS = ["/leads", "/customers", "/opportunities?view=list", "/quotes", "/orders", "/tickets"]


def test_a_lead_is_claimed_with_the_thumb(visit):
    page = visit("seller1", phone=True)
    page.goto("/pools")
    row = page.locator("tbody tr", has=page.get_by_role("button", name="领取")).first
    name = row.locator(".title").inner_text()
    big_enough(row.get_by_role("button", name="领取"))
    row.get_by_role("button", name="领取").tap()
    expect(page.locator(".toast")).to_contain_text(f"已领取 {name}")
    page.goto("/leads")
    expect(page.get_by_role("link", name=name)).to_be_visible()


def test_a_long_name_is_read_whole_beside_its_button(visit):
    page = visit("seller1", phone=True)
    page.goto("/pools")
    titles = page.locator("tbody tr:has(.act button) td.title").all()
    assert titles
    titles[0].evaluate("title => { title.querySelector('a').textContent = '很长的公司名称'.repeat(7).slice(0, 43) }")
    for title in titles:
        assert title.evaluate("title => title.scrollWidth <= title.clientWidth"), title.inner_text()


def test_a_follow_up_is_written_in_a_sheet(visit):
    page = visit("seller1", phone=True)
    page.goto("/leads?view=new")
    page.locator("td.title a").first.tap()
    opener = page.locator(".actionbar").get_by_role("link", name="写跟进")
    big_enough(opener)
    opener.tap()
    sheet = page.get_by_role("dialog")
    sheet.locator("textarea").fill("电话里约了周三到厂")
    sheet.locator(".outcomes label", has_text="接通").tap()
    sheet.locator("select[name=next]").select_option(index=1)
    big_enough(sheet.get_by_role("button", name="保存"))
    sheet.get_by_role("button", name="保存").tap()
    expect(sheet).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text("电话里约了周三到厂")
    expect(page.locator("#lead-status")).to_contain_text("跟进中")


def test_a_deal_is_moved_by_a_sheet_and_never_dragged(visit):
    page = visit("seller1", phone=True)
    page.goto("/opportunities")
    expect(page.locator(".stage-tabs [aria-current]")).to_contain_text("线索收集")
    card = page.locator(".column .card").first
    name = card.locator(".customer").inner_text()
    mover = card.locator("[href$='/move']")
    big_enough(mover)
    mover.tap()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("移到")
    big_enough(sheet.get_by_role("button", name="首次沟通"))
    sheet.get_by_role("button", name="首次沟通").tap()
    expect(page.locator(".toast")).to_contain_text("首次沟通")
    expect(page.locator(".column", has=page.locator("h2", has_text="首次沟通"))).to_contain_text(name)


def test_a_quote_is_approved_and_another_rejected_only_with_a_reason(visit):
    page = visit("manager", phone=True)
    page.goto("/approvals")
    waiting = page.locator(".inbox li").count()
    assert waiting > 1
    page.locator(".inbox a").first.tap()
    big_enough(page.get_by_role("button", name="同意", exact=True), page.get_by_role("button", name="驳回").locator("visible=true"))
    page.get_by_role("button", name="驳回").locator("visible=true").tap()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="驳回").tap()
    expect(page.locator("#comment-error")).to_be_visible()
    page.get_by_role("button", name="驳回").locator("visible=true").first.tap()
    sheet.get_by_label("其他原因").fill(REASON)
    sheet.get_by_role("button", name="驳回").tap()
    expect(page.locator(".toast")).to_contain_text("已驳回")
    page.goto("/approvals")
    expect(page.locator(".inbox li")).to_have_count(waiting - 1)
    page.locator(".inbox a").first.tap()
    page.get_by_role("button", name="同意", exact=True).tap()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("同意 ¥")).tap()
    expect(page.locator(".toast")).to_contain_text(re.compile("已通过审批|转到下一步"))


@pytest.mark.parametrize("path", ["/leads", "/customers", "/opportunities?view=list", "/quotes", "/orders", "/tickets"])
def test_a_card_opens_wherever_the_thumb_falls(visit, path):
    page = visit("seller1", phone=True)
    page.goto(path)
    card = page.locator(".cards tbody tr").first
    address = card.locator("td.title a").get_attribute("href")
    box = card.bounding_box()
    card.tap(position={"x": box["width"] / 2, "y": box["height"] - 8})
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_a_button_in_a_card_is_not_covered_by_it(visit):
    page = visit("manager", phone=True)
    page.goto("/tickets")
    page.locator(".cards a", has_text="派工").first.tap()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("login", PAGES)
def test_no_page_is_wider_than_the_phone(visit, login, language):
    page = speaking(visit(login, phone=True), language)
    wide = [fault for path in PAGES[login] for fault in overflow(page, path)]
    assert wide == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_record_is_wider_than_the_phone(visit, language):
    page = speaking(visit("seller1", phone=True), language)
    wide = []
    for path in RECORDS:
        page.goto(path)
        record = page.locator("td.title a").first.get_attribute("href").split("?")[0]
        for part in (record, f"{record}?tab=facts", f"{record}?tab=related"):
            wide += overflow(page, part)
    assert wide == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_else_is_behind_more(visit, language):
    page = speaking(visit("seller2", phone=True), language)
    page.locator(".tabbar button").tap()
    sheet = page.locator("#more-sheet")
    big_enough(*sheet.locator("a.sheet-row, .segments > button").all())
    expect(page.locator("html")).to_have_attribute("lang", {"en": "en", "zh": "zh-Hans"}[language])


def speaking(page, language):
    page.goto("/")
    page.locator(".tabbar button").tap()
    with page.expect_navigation():
        page.locator(f"#more-sheet button[name=language][value={language}]").tap()
    return page


def overflow(page, path):
    page.goto(path)
    beyond = page.evaluate(BEYOND)
    return [f"{path}: {', '.join(beyond)}"] if beyond else []


def big_enough(*targets):
    for target in targets:
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= SMALLEST - 0.5, f"{target}: {box['width']:.0f} x {box['height']:.0f}"
