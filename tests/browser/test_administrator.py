"""What only an administrator does: somebody's records are handed over with a sheet of paper and taken back; pages are marked."""

import re

from playwright.sync_api import expect


def test_a_leaver_is_chosen_previewed_split_run_printed_and_taken_back(visit):
    page = visit("admin")
    page.goto("/handovers/new")
    page.get_by_role("link", name="王芳").click()
    for name in ("陈晨", "许诺"):
        page.locator("label.check", has_text=name).click()
    page.get_by_label("按部门", exact=False).check()
    page.get_by_role("button", name="生成交接方案").click()
    expect(page.locator("tbody th", has_text="陈晨")).to_be_visible()
    page.get_by_role("button", name=re.compile("^移交 .* 项并停用其账号")).click()
    expect(page.get_by_text("名下已无任何内容")).to_be_visible()
    page.get_by_role("link", name="离职交接单").click()
    page.emulate_media(media="print")
    expect(page.locator(".sheet-signatures")).to_contain_text("王芳")
    expect(page.get_by_role("navigation").first).to_be_hidden()
    page.emulate_media(media="screen")
    page.go_back()
    page.get_by_role("button", name="撤销交接").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销交接").click()
    expect(page.get_by_text("项已恢复到其名下")).to_be_visible()


def test_the_watermark_lies_over_a_dialog_too(visit):
    page = visit("admin")
    page.goto("/settings/leaks")
    page.get_by_label("水印", exact=False).check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".toast")).to_be_visible()
    page.goto("/leads")
    page.keyboard.press("Control+K")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".watermark")).to_be_visible()
    mark, under = dialog.locator(".watermark").bounding_box(), dialog.bounding_box()
    assert mark["width"] >= under["width"] - 2 and mark["height"] >= under["height"] - 2


def test_the_watermark_lies_over_the_paper_of_a_preview_too(visit):
    administrator, page = visit("admin"), visit("seller1")
    administrator.goto("/settings/leaks")
    administrator.get_by_label("水印", exact=False).check()
    administrator.get_by_role("button", name="保存").click()
    expect(administrator.locator(".toast")).to_be_visible()
    page.goto("/quotes?status=draft")
    page.locator("tbody tr a").first.click()
    page.wait_for_url("**/quotes/*")
    page.goto(f"{page.url}/preview")
    paper = page.locator("body").bounding_box()
    right = paper | {"x": paper["x"] + paper["width"] * 3 / 4, "width": paper["width"] / 4, "height": 600}  # where the amounts stand
    marked = page.screenshot(clip=right)
    page.locator(".copy-of").evaluate("mark => mark.remove()")
    assert page.screenshot(clip=right) != marked


def test_a_selection_that_a_rule_refuses_stays_ticked_with_the_reason_beside_it(visit):
    administrator, seller = visit("admin"), visit("seller2")
    administrator.goto("/settings/pools")
    administrator.get_by_role("link", name="华东", exact=True).click()
    administrator.fill("[name=daily_claim_limit]", "1")
    administrator.locator("main form button.primary").first.click()
    expect(administrator.locator(".toast")).to_be_visible()
    seller.goto("/pools")
    address, boxes = seller.url, seller.locator("tbody td.pick label")
    boxes.nth(0).click()
    boxes.nth(1).click()
    seller.locator(".selection button.primary").click()
    expect(seller.locator(".toast.bad")).to_contain_text("今天从「华东」还能领 1 条")
    expect(seller).to_have_url(address)
    expect(seller.locator("tbody td.pick input:checked")).to_have_count(2)
    boxes.nth(1).click()
    seller.locator(".selection button.primary").click()
    expect(seller.locator(".toast")).to_contain_text("领取了 1 条")
