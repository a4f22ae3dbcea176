"""The pages of the recycling rules: a rule as a sentence, switched on from its rehearsal alone; days left on every record."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask_babel import force_locale

from domain import now, pool, recycling, recycling_runs, rehearsals
from domain.days import day, today
from models import Customer, Lead, Pool, PoolScope, RecycleRule
from views import helpers

RULE = {"name": "15 天未跟进", "joined": "any", "no_follow_up_days": "15", "spares_locked": "y", "pool": "0", "owner_notice_days": "3"}


@pytest.fixture
def browser(login, cast):
    return login(cast.admin)


@pytest.fixture
def lead(cast):
    """Claimed thirteen days ago and never followed up."""
    since = now() - timedelta(days=13)
    id = Lead.insert(name="也兴网络", name_key="也兴网络", owner=cast.seller, status=Lead.FOLLOWING, owned_since=since).execute()
    return Lead.get_by_id(id)


@pytest.fixture
def switch_on(cast):
    def on(what="lead", **columns):
        rule = recycling.create(what, cast.admin, **({"name": "15 天未跟进", "no_follow_up_days": 15} | columns))
        return recycling.switch_on(rehearsals.rehearse(rule, cast.admin), cast.admin)

    return on


def test_a_new_rule_is_a_sentence_and_switched_off(browser):
    assert browser.post("/settings/recycling/new?what=lead", data=RULE).status_code == 303
    assert not RecycleRule.get().is_on
    assert "线索 15 天未跟进 → 退回原公海；提前 3 天提醒负责人" in browser.get("/settings/recycling").text


def test_saved_and_rehearsed_it_shows_whose_records_go_and_when(browser, lead):
    answer = browser.post("/settings/recycling/new?what=lead", data=RULE | {"rehearse": "1"}, follow_redirects=True)
    assert re.findall(r'<div class="figure">(\d+)', answer.text) == ["0", "1", "1"]
    assert lead.owner.name in answer.text and "/on" in answer.text


def test_each_figure_of_a_rehearsal_leads_to_the_records_that_it_counts(browser, lead, cast):
    Lead.insert(name="刚领的", name_key="刚领的", owner=cast.rival, status=Lead.FOLLOWING, owned_since=now()).execute()
    page = browser.post("/settings/recycling/new?what=lead", data=RULE | {"rehearse": "1"}, follow_redirects=True).text
    address = "/settings/recycling/rehearsals/1/records"
    assert f'{address}?within=7&amp;owner={cast.seller.id}' in page and f"{address}?within=0" not in page
    assert [lead.name in browser.get(f"{address}?within={days}").text for days in (0, 7, 30)] == [False, True, True]
    of_rival = browser.get(f"{address}?within=30&owner={cast.rival.id}").text
    assert lead.name not in of_rival and "刚领的" in of_rival
    assert browser.get(f"{address}?within=8").status_code == 404
    browser.post(f"/settings/recycling/{RecycleRule.get().id}", data=RULE | {"no_follow_up_days": "7"})
    assert browser.get(f"{address}?within=7").status_code == 409


def test_it_is_switched_on_from_its_rehearsal_and_off_in_the_list(browser):
    browser.post("/settings/recycling/new?what=lead", data=RULE | {"rehearse": "1"})
    assert browser.post("/settings/recycling/rehearsals/1/on").status_code == 303
    assert RecycleRule.get().is_on
    assert browser.post("/settings/recycling/rehearsals/1/on").status_code == 409
    browser.post(f"/settings/recycling/{RecycleRule.get().id}/off")
    assert not RecycleRule.get().is_on


def test_a_rehearsal_of_an_older_rule_is_refused(browser):
    browser.post("/settings/recycling/new?what=lead", data=RULE | {"rehearse": "1"})
    browser.post(f"/settings/recycling/{RecycleRule.get().id}", data=RULE | {"no_follow_up_days": "7"})
    assert browser.post("/settings/recycling/rehearsals/1/on").status_code == 409


def test_a_rule_without_any_days_comes_back_with_the_complaint_at_its_field(browser):
    answer = browser.post("/settings/recycling/new?what=lead", data=RULE | {"no_follow_up_days": ""})
    assert answer.status_code == 422 and "no_follow_up_days-error" in answer.text


def test_what_is_changed_in_a_rule_that_is_on_waits_beside_it(browser, switch_on):
    rule = switch_on()
    browser.post(f"/settings/recycling/{rule.id}", data=RULE | {"no_follow_up_days": "7"})
    page = browser.get("/settings/recycling").text
    assert "15 天未跟进 → 退回原公海" in page and "7 天未跟进 → 退回原公海" in page
    assert RecycleRule.get_by_id(rule.id).no_follow_up_days == 15


def test_days_by_level_are_kept_and_shown_again(browser):
    filled = RULE | {"no_follow_up__key": "30", "spares_dealt": "y"}
    browser.post("/settings/recycling/new?what=customer", data=filled)
    rule = RecycleRule.get()
    assert rule.days_by_level == {"no_follow_up": {"key": 30}} and not rule.spares_open_deals
    assert "重点客户 30 天" in browser.get("/settings/recycling").text
    assert re.search(r'name="no_follow_up__key"[^>]*value="30"', browser.get(f"/settings/recycling/{rule.id}").text)


def test_whoever_gets_into_no_pool_is_named(browser, cast, lead):
    PoolScope.create(pool=Pool.of("lead").get(), user=cast.rival)
    assert lead.owner.name in browser.get("/settings/recycling").text
    assert browser.post("/settings/recycling/new?what=lead", data=RULE | {"rehearse": "1"}, follow_redirects=True).text.count(lead.owner.name) == 1


# ---- on the records --------------------------------------------------------------------------------------------------


def test_a_lead_says_until_when_it_is_safe_by_which_rule_and_what_keeps_it(login, cast, lead, switch_on):
    switch_on(name="静默回收", owner_notice_days=3)
    page = login(cast.seller).get(f"/leads/{lead.id}").text
    for words in ("还剩 2 天", "静默回收：15 天未跟进，从", "写一次跟进就重新计算。"):
        assert words in page
    assert "还剩 2 天" in login(cast.seller).get("/leads").text
    assert "还剩 2 天" in login(cast.seller).get("/").text


def test_locked_it_says_so(login, cast, lead, switch_on):
    switch_on()
    pool.lock(lead, cast.seller)
    assert "已锁定，不会被回收。" in login(cast.seller).get(f"/leads/{lead.id}").text


def test_the_tab_lists_what_goes_within_a_week_the_nearest_first(login, cast, lead, switch_on):
    for days, name in ((2, "不急"), (15, "今晚"), (9, "六天")):
        since = now() - timedelta(days=days)
        Lead.insert(name=name, name_key=name, owner=cast.seller, status=Lead.FOLLOWING, owned_since=since).execute()
    switch_on()
    page = login(cast.seller).get("/leads?view=soon").text
    assert [name for name in re.findall(r'title="([^"]+)">\1<', page) if name != "不急"] == ["今晚", "也兴网络", "六天"]
    assert ">不急<" not in page


def test_who_opens_a_lead_from_the_tab_goes_on_in_its_order(login, cast, switch_on):
    """Not in the order of ownership: who has been followed up since is safe for longer."""
    ids = {}
    for name, owned, followed in (("第1家", 30, 10), ("第2家", 15, None), ("第3家", 20, 12), ("第4家", 15, None)):
        spoken = followed and now() - timedelta(days=followed)
        columns = {"owned_since": now() - timedelta(days=owned), "last_follow_up_at": spoken}
        ids[name] = Lead.insert(name=name, name_key=name, owner=cast.seller, status=Lead.FOLLOWING, **columns).execute()
    switch_on()
    browser = login(cast.seller)
    listed = names_in(browser.get("/leads?view=soon").text)
    assert listed == ["第2家", "第4家", "第3家", "第1家"]
    page, walked = browser.get(f"/leads/{ids[listed[0]]}?view=soon").text, listed[:1]
    while onward := re.search(r'href="(/leads/(\d+)\?view=soon)" data-key="\]"', page):
        page, walked = browser.get(onward[1]).text, [*walked, next(name for name, id in ids.items() if str(id) == onward[2])]
        assert f"{len(walked)} / 4" in page
    assert walked == listed and re.search(rf'href="/leads/{ids["第3家"]}\?view=soon" data-key="\["', page)


@pytest.mark.parametrize("path, table", [("/leads?view=soon", Lead), ("/customers?tab=soon", Customer)])
def test_the_tab_goes_on_page_by_page_and_back(login, cast, switch_on, monkeypatch, path, table):
    """Those that go in the same night are told apart by their number, and none is shown twice or left out."""
    for number in range(7):
        since = now() - timedelta(days=15 - number // 3)
        table.insert(name=f"第{number}家", name_key=f"第{number}家", owner=cast.seller, owned_since=since).execute()
    Lead.update(status=Lead.FOLLOWING).execute()
    switch_on(what=table.kind())
    monkeypatch.setitem(helpers.page_of.__kwdefaults__, "size", 3)
    browser, shown = login(cast.seller), []
    for _page in range(3):
        page = browser.get(path).text
        shown.append(names_in(page))
        path = unescape(re.search(r'href="([^"]+after=[^"]+)"', page)[1]) if "after=" in page else path
    assert shown == [[f"第{number}家" for number in numbers] for numbers in ((0, 1, 2), (3, 4, 5), (6,))]
    back = unescape(re.search(r'href="([^"]+before=[^"]+)"', page)[1])
    assert names_in(browser.get(back).text) == shown[1]


def names_in(page):
    return list(dict.fromkeys(re.findall(r">(第\d家)<", page)))


def test_whoever_lost_it_is_told_and_its_timeline_says_by_which_rule(login, cast, lead, switch_on):
    rule = switch_on(no_follow_up_days=10)
    RecycleRule.update(switched_on_at=now() - timedelta(days=2)).where(RecycleRule.id == rule.id).execute()
    recycling_runs.catch_up(rest=0)
    browser = login(cast.seller)
    assert "也兴网络 已按规则「15 天未跟进」退回公海。" in browser.get("/notices").text
    timeline = browser.get(f"/leads/{lead.id}").text
    assert "按规则「15 天未跟进」退回" in timeline and "算起已满 10 天" in timeline


def test_a_warning_names_the_record_and_its_last_day(app, login, cast, lead, switch_on):
    switch_on(owner_notice_days=3)
    recycling_runs.catch_up(rest=0)
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        last_day = day(today() + timedelta(days=2))
    assert f"也兴网络 过了 {last_day} 就会按规则「15 天未跟进」退回公海" in login(cast.seller).get("/notices").text


def test_without_a_rule_there_is_neither_tab_nor_countdown(login, cast, lead):
    page = login(cast.seller).get("/leads?view=soon").text
    assert "快掉保" not in page and "保护期" not in page and lead.name in page
    Customer.insert(name="x", name_key="x", owner=cast.seller, owned_since=now()).execute()
    assert "快掉保" not in login(cast.seller).get("/customers").text
