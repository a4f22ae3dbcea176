"""A quote on its way to the customer: printed from the browser as it was archived; signed and accepted on a phone, which the seller sees."""

import re

from playwright.sync_api import expect

from tests.browser.chromium import PHONE
from tests.test_figures_agree import text_of


def test_the_browser_prints_what_was_archived(visit):
    page = visit("manager")
    page.goto("/quotes?status=approved&whose=team")
    quote = page.locator("tbody a[href^='/quotes/']").last.get_attribute("href").partition("?")[0]
    archived = text_of(page.request.get(f"{quote}.pdf").body()).replace("第 1 页，共 1 页", "1/1")
    page.goto(f"{quote}/preview")
    assert sorted(text_of(page.pdf(prefer_css_page_size=True)).split()) == sorted(archived.split())
    assert "合计（大写）" in archived and "¥" in archived


def link_of(seller):
    """The address of a quote that is approved and not yet answered."""
    seller.goto("/quotes?status=approved&whose=team")
    for href in [row.get_attribute("href") for row in seller.locator("tbody tr td a[href*='/quotes/']").all()]:
        seller.goto(href.partition("?")[0])
        send = seller.locator("[href$='/share']:visible")
        if send.count() and not seller.locator("#customer-side .approved:has-text('已接受')").count():
            send.first.click()
            seller.locator("#dialog button.button.primary, #dialog .dialog-foot button").last.click()
            return href.partition("?")[0], seller.locator("#offer-address").input_value()
    raise AssertionError("the demo has no quote to be shared")


def test_a_quote_is_signed_and_accepted_on_a_phone(visit, new_context):
    seller = visit("manager")
    quote, address = link_of(seller)
    faults = []
    phone = new_context(**PHONE, locale="zh-CN").new_page()
    phone.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.goto(address)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.fill("#accept-name", "张三")
    phone.fill("#accept-phone", "13812905678")
    canvas = phone.locator("canvas")
    canvas.scroll_into_view_if_needed()
    draw_by_touch(phone, canvas.bounding_box())
    phone.get_by_role("button", name=re.compile("接受报价")).click()
    expect(phone.get_by_text("谢谢。")).to_be_visible()
    expect(phone.locator("#accept-name")).to_have_count(0)
    seller.goto(quote)
    side = seller.locator("#customer-side")
    expect(side).to_contain_text("已接受")
    expect(side).to_contain_text("张三")
    picture = side.locator("img.signed")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    assert faults == []


def draw_by_touch(page, box):
    """A stroke with one finger, as the browser itself is told of it."""
    session = page.context.new_cdp_session(page)
    points = [(box["x"] + 40 + 12 * step, box["y"] + 60 + (step % 3) * 18) for step in range(12)]
    for kind, (x, y) in [("touchStart", points[0]), *(("touchMove", point) for point in points[1:])]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
