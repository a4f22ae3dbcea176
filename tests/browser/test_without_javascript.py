"""The same work with plain forms: claim, follow up, move and approve where no script runs."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def plain(visit):
    """plain("seller1") is a browser without JavaScript in which that person is logged in."""
    return lambda login: visit(login, java_script_enabled=False)


def test_claiming(plain):
    page = plain("seller1")
    page.goto("/pools")
    row = page.locator("tbody tr").first
    name = row.locator(".title").inner_text()
    row.hover()
    row.get_by_role("button", name="领取").click()
    expect(page.locator(".toast")).to_contain_text(f"已领取 {name}")


def test_writing_a_follow_up(plain):
    page = plain("seller1")
    page.goto("/leads")
    page.locator("td.title a").first.click()
    page.locator(".composer textarea").fill("没有脚本也能写")
    page.locator(".composer").get_by_role("button", name="保存").click()
    expect(page.locator("#timeline")).to_contain_text("没有脚本也能写")


def test_a_follow_up_without_words_comes_back_with_what_is_missing(plain):
    page = plain("seller1")
    page.goto("/leads/new")
    page.get_by_role("button", name="新建线索").click()
    expect(page.locator("#name-error")).to_be_visible()
    expect(page.get_by_label("公司")).to_be_focused()


def test_moving_a_deal(plain):
    page = plain("seller1")
    page.goto("/opportunities?unfold=1")
    page.locator(".card").first.locator("[href$='/move']").click()
    expect(page.locator("h1")).to_contain_text("移到")
    stage = page.get_by_label("商务谈判")
    assert stage.evaluate("radio => getComputedStyle(radio, '::before').content") == "none", "no stage looks chosen"
    stage.check()
    page.get_by_role("button", name="移动").click()
    expect(page.locator(".toast")).to_contain_text("商务谈判")


def test_approving(plain):
    page = plain("manager")
    page.goto("/approvals")
    page.locator(".inbox a").first.click()
    number = page.locator(".inbox li").count()
    page.locator("#decide").get_by_role("button", name="同意").click()
    expect(page.locator(".toast")).to_contain_text("已通过审批")
    page.goto("/approvals")
    expect(page.locator(".inbox li")).to_have_count(number - 1)


def test_a_dialogs_page_has_a_way_back(plain):
    page = plain("seller1")
    page.goto("/leads")
    page.locator("td.title a").first.click()
    address = page.url.split("?")[0]
    page.get_by_role("link", name="转为客户").first.click()
    page.get_by_role("link", name="取消").click()
    assert page.url.split("?")[0] == address
