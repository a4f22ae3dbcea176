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


def test_a_row_that_somebody_claims_is_struck_on_the_others_page_and_leaves(visit):
    first, second = visit("seller1"), visit("seller2")
    for page in (first, second):
        page.goto("/pools")
    row = first.locator("tbody tr").first
    same = second.locator(f"#{row.get_attribute('id')}")
    below = second.locator("tbody tr").nth(1)
    same.get_by_role("link").focus()
    same.locator("input[type=checkbox]").check()
    second.wait_for_load_state("networkidle")
    row.hover()
    row.get_by_role("button", name="领取").click()
    expect(same).to_have_class("taken leaving", timeout=THREE_SECONDS)
    expect(same).to_contain_text("李雷")
    expect(same).to_contain_text("领走了")
    expect(same.locator("input[type=checkbox]")).to_be_disabled()
    expect(second.locator(".selection")).to_be_hidden()
    expect(row).not_to_have_class("taken leaving")
    first.locator(".toast [data-undo]").click()
    expect(second.locator("[data-news]")).to_contain_text("1 条新的", timeout=THREE_SECONDS)
    expect(same).to_be_hidden()
    expect(below).to_be_visible()


def test_what_is_given_back_is_counted_over_the_list_which_stays_as_it_is(visit):
    seller, other = visit("seller1"), visit("seller2")
    seller.goto("/pools")
    row = seller.locator("tbody tr").nth(2)
    name = row.locator("td.title").inner_text()
    row.hover()
    row.get_by_role("button", name="领取").click()
    expect(row).to_contain_text("已领取")
    other.goto("/pools")
    rows = other.locator("tbody tr").count()
    other.wait_for_load_state("networkidle")
    seller.locator(".toast [data-undo]").click()
    expect(other.locator("[data-news]")).to_contain_text("1 条新的", timeout=THREE_SECONDS)
    assert other.locator("tbody tr").count() == rows
    other.locator("[data-news]").click()
    expect(other.locator(f"tbody tr:has-text('{name}')")).to_be_visible()
