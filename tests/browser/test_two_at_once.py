"""Two browsers at one record: who was faster is told, nothing is lost, and the row leaves."""

from playwright.sync_api import expect


def test_a_claim_that_somebody_else_won_says_who_and_the_row_leaves(visit):
    first, second = visit("seller1"), visit("seller2")
    for page in (first, second):
        page.goto("/pools")
    row = first.locator("tbody tr").first
    same = second.locator(f"#{row.get_attribute('id')}")
    for one in (row, same):
        expect(one.get_by_role("button", name="领取")).to_have_attribute("data-htmx-powered", "true")
    row.hover()
    row.get_by_role("button", name="领取").click()
    expect(row).to_contain_text("已领取")
    same.hover()
    same.get_by_role("button", name="领取").click()
    expect(same).to_contain_text("李雷")
    expect(same).to_contain_text("领走了")
    expect(same).to_have_class("taken leaving")
    expect(same.locator("input[type=checkbox]")).to_be_disabled()


def test_of_two_decisions_the_second_is_told_of_the_first(visit):
    one, other = visit("manager"), visit("manager")
    for page in (one, other):
        page.goto("/approvals")
        page.locator(".inbox a").first.click()
        page.wait_for_url("**/approvals/*")
    one.get_by_label("意见").fill("请再谈一轮")
    one.get_by_role("button", name="驳回").locator("visible=true").click()
    expect(one.locator(".toast")).to_contain_text("已驳回")
    other.locator("#decide").get_by_role("button", name="同意").click()
    other.get_by_role("dialog").get_by_role("button", name="同意 ¥").click()
    expect(other.locator("#main")).to_contain_text("请再谈一轮")


def test_on_the_page_of_a_record_a_claim_that_came_too_late_is_told_where_one_stands(visit):
    first, second = visit("seller1"), visit("seller2")
    first.goto("/pools")
    address = first.locator("tbody tr td.title a").nth(3).get_attribute("href")
    for page in (first, second):
        page.goto(address)
        expect(page.locator("form", has=page.get_by_role("button", name="领取")).first).to_have_attribute("data-htmx-powered", "true")
    for page in (first, second):
        page.get_by_role("button", name="领取").locator("visible=true").click()
        expect(page.locator(".toast")).to_contain_text("已领取" if page is first else "李雷")
    assert second.url.endswith(address)
    expect(second.get_by_role("heading", level=1)).to_be_visible()
    expect(first.get_by_role("link", name="转为客户").locator("visible=true")).to_be_visible()
