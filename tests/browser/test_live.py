"""Two browsers, nobody reloads: within three seconds one sees what the other does."""

from playwright.sync_api import expect

THREE_SECONDS = 3_000


def lead_of(page):
    """The address of the first lead on the list of somebody's own."""
    page.goto("/leads")
    return page.locator("tbody tr td.title a").first.get_attribute("href").partition("?")[0]


def test_who_writes_is_seen_by_whoever_has_the_record_or_its_row_open(visit):
    seller, manager = visit("seller1"), visit("manager")
    address = lead_of(seller)
    seller.goto(address)
    manager.goto(address)
    manager.wait_for_load_state("networkidle")
    seller.locator(".composer textarea").first.click()
    expect(manager.locator(".head .here")).to_contain_text("正在跟进 · 李雷", timeout=THREE_SECONDS)
    expect(seller.locator(".head .here")).to_be_empty()
    manager.goto("/leads?who=team")
    expect(manager.locator(f"tr:has(a[href^='{address}']) .here")).to_contain_text("李雷", timeout=THREE_SECONDS)
    seller.goto("/leads")
    expect(manager.locator(f"tr:has(a[href^='{address}']) .here")).to_be_empty(timeout=THREE_SECONDS)


def test_an_open_quote_shows_on_the_page_of_its_customer(visit):
    seller, manager = visit("seller1"), visit("manager")
    seller.goto("/quotes?status=draft")
    seller.locator("tbody tr a").first.click()
    seller.wait_for_url("**/quotes/*")
    manager.goto(seller.locator(".quote-head .who a").get_attribute("href"))
    expect(manager.locator(".head .here")).to_contain_text("做报价", timeout=THREE_SECONDS)
