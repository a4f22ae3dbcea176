"""Without a mouse: keys on lists and records, focus that comes back, and an input method whose Enter sends nothing."""

from playwright.sync_api import expect

COMPOSE = """(input, words) => {
  const fire = (type, more) => input.dispatchEvent(new (type.startsWith("composition") ? CompositionEvent : type === "input" ? InputEvent
    : KeyboardEvent)(type, { bubbles: true, cancelable: true, ...more }));
  input.focus();
  fire("compositionstart", {});
  input.value = words;
  fire("input", { isComposing: true, data: words });
  fire("keydown", { key: "Enter", isComposing: true });
}"""
COMMIT = """(input, words) => {
  input.value = words;
  input.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: words }));
}"""


def test_j_k_x_and_enter_work_through_a_list(visit):
    page = visit("seller1")
    page.goto("/pools")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody tr").nth(1)).to_have_class("current")
    page.keyboard.press("x")
    expect(page.locator(".selection")).to_contain_text("已选 1 条")
    page.keyboard.press("x")
    expect(page.locator(".selection")).to_be_hidden()
    page.keyboard.press("k")
    name = page.locator("tbody tr").first.locator(".title").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_l_claims_the_current_row_and_z_takes_it_back(visit):
    page = visit("seller1")
    page.goto("/pools")
    row = page.locator("tbody tr").first
    expect(row.get_by_role("button", name="领取")).to_have_attribute("data-htmx-powered", "true")
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(row).to_contain_text("已领取")
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("已放回公海")


def test_brackets_walk_the_list_one_came_from(visit):
    page = visit("seller1")
    page.goto("/leads")
    names = page.locator("td.title").all_inner_texts()
    page.locator("td.title a").first.click()
    expect(page.locator("h1")).to_have_text(names[0])
    page.keyboard.press("]")
    expect(page.locator("h1")).to_have_text(names[1])
    page.keyboard.press("[")
    expect(page.locator("h1")).to_have_text(names[0])


def test_n_writes_and_control_enter_sends(visit):
    page = visit("seller1")
    page.goto("/leads")
    page.locator("td.title a").first.click()
    page.wait_for_url("**/leads/*")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.type("j k x 都只是字")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("j k x 都只是字")


def test_the_palette_opens_finds_and_gives_the_focus_back(visit):
    page = visit("seller1")
    page.goto("/customers")
    link = page.locator("td.title a").first
    link.focus()
    page.keyboard.press("Control+k")
    field = page.locator("#palette input")
    expect(field).to_be_focused()
    page.keyboard.type("szhl")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("苏州恒立精密机械")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(link).to_be_focused()
    page.keyboard.press("/")
    expect(field).to_be_focused()


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit):
    page = visit("seller1")
    page.goto("/customers")
    page.locator("td.title a").first.click()
    opener = page.locator(".head").get_by_role("link", name="新建商机")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _turn in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_focus_is_a_ring_of_two_pixels(visit):
    page = visit("seller1")
    page.goto("/leads")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Tab")
    shown = page.evaluate("(({ outlineWidth, outlineStyle }) => [outlineWidth, outlineStyle])(getComputedStyle(document.activeElement))")
    assert shown == ["2px", "solid"]


def test_shortcuts_can_be_switched_off(visit):
    page = visit("seller2")
    page.goto("/profile")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("button", name="开启")).to_be_visible()
    page.goto("/pools")
    page.keyboard.press("j")
    expect(page.locator("tr.current")).to_have_count(0)


def test_the_enter_that_picks_a_candidate_sends_nothing(visit):
    page = visit("seller1")
    page.goto("/leads/new")
    requests = asked(page)
    field = page.get_by_label("公司")
    field.evaluate(COMPOSE, "shang'hai")
    page.wait_for_timeout(600)
    assert requests == []
    field.evaluate(COMMIT, "上海测距")
    expect(field).to_have_value("上海测距")


def test_the_search_waits_for_the_character_not_for_its_letters(visit):
    page = visit("seller1")
    page.goto("/")
    page.keyboard.press("Control+k")
    requests = asked(page)
    field = page.locator("#palette input")
    field.evaluate(COMPOSE, "heng")
    page.wait_for_timeout(500)
    assert requests == []
    field.evaluate(COMMIT, "恒立")
    expect(page.locator("#palette-list [role=option]").first).to_contain_text("苏州恒立")
    assert len(requests) == 1


def test_composing_in_a_follow_up_or_a_quote_moves_nothing(visit):
    page = visit("seller1")
    page.goto("/quotes?status=draft")
    page.locator("td.title a").first.click()
    expect(page.locator("#product-q")).to_be_visible()
    requests = asked(page)
    page.locator("#product-q").evaluate(COMPOSE, "guang'dian")
    page.wait_for_timeout(500)
    assert requests == []
    expect(page.locator("#product-list [role=option]")).to_have_count(0)


def asked(page):
    """What the page asks the server for from now on; a list that grows. What a page does by itself is left out: the look for
    glyphs, and who is at work on what."""
    requests = []
    kinds, by_itself = ("document", "xhr", "fetch"), ("glyphs", "/presence", "/changes")

    def note(one):
        if one.resource_type in kinds and not any(word in one.url for word in by_itself):
            requests.append(one.url)

    page.on("request", note)
    return requests
