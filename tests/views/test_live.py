"""What an open page is told: the right people, only what is new, and nothing without a session."""

import re

import pytest

from domain import accounts, customers, deals, events, leads, live, now, presence
from domain import pool as pools
from domain.pools import save as edit_pool
from models import BY_KIND, Notice, Pool, PoolScope, Presence, Session, User

SILENT = 204


@pytest.fixture
def lead(cast):
    return leads.create(cast.seller, name="苏州恒立机械有限公司", phone="13812905678")


@pytest.fixture
def customer(cast):
    return customers.create(cast.seller, name="无锡新能电气有限公司")


def ask(browser, *on, since="", **more):
    return browser.get("/changes", query_string={"since": since, "on": list(on), **more}, headers={"HX-Request": "true"})


def test_those_who_see_the_record_are_told_who_is_at_work(cast, login, lead):
    assert login(cast.manager).post(f"/leads/{lead.id}/presence", data={"doing": "call"}).status_code == SILENT
    answer = ask(login(cast.seller), f"lead.{lead.id}")
    assert answer.status_code == 200
    assert f'data-live="lead.{lead.id}"' in answer.text
    assert "正在跟进 · 钱经理" in answer.text
    assert "通话中" in answer.text


def test_whoever_is_at_work_is_not_told_of_himself(cast, login, lead):
    browser = login(cast.seller)
    browser.post(f"/leads/{lead.id}/presence", data={"doing": "follow_up"})
    assert ask(browser, f"lead.{lead.id}").status_code == SILENT


def test_who_does_not_see_the_record_is_told_nothing_and_not_even_that_there_is_something(cast, login, lead):
    browser = login(cast.rival)
    quiet = ask(browser, f"lead.{lead.id}")
    presence.start(lead, cast.manager, Presence.CALL)
    answer = ask(browser, f"lead.{lead.id}", since=quiet.headers["Haitu-Since"])
    assert (quiet.status_code, answer.status_code) == (SILENT, SILENT)
    assert answer.headers["Haitu-Since"].endswith(".")
    assert browser.post(f"/leads/{lead.id}/presence", data={"doing": "call"}).status_code == 404


def test_the_answer_is_empty_until_something_is_new(cast, login, lead):
    presence.start(lead, cast.manager, Presence.CALL)
    browser = login(cast.seller)
    first = ask(browser, f"lead.{lead.id}")
    second = ask(browser, f"lead.{lead.id}", since=first.headers["Haitu-Since"])
    presence.stop(lead, cast.manager)
    third = ask(browser, f"lead.{lead.id}", since=second.headers["Haitu-Since"])
    assert (first.status_code, second.status_code, third.status_code) == (200, SILENT, 200)
    assert "钱经理" not in third.text


def test_work_on_a_deal_shows_on_the_customers_page_and_its_kind_to_those_alone_who_see_deals(cast, login, customer):
    deal = deals.create(cast.seller, customer, "商机", 100_00)
    presence.start(deal, cast.seller, Presence.QUOTE)
    assert "做报价" in ask(login(cast.manager), f"customer.{customer.id}").text
    told = ask(login(cast.finance), f"customer.{customer.id}").text
    assert "正在跟进 · 孙一" in told
    assert "做报价" not in told


def test_of_many_the_first_is_named_and_the_others_counted(cast, login, lead):
    for person in (cast.manager, cast.rival, cast.admin):
        presence.start(lead, person, Presence.FOLLOW_UP)
    assert "正在跟进 · 钱经理等 3 人" in ask(login(cast.seller), f"lead.{lead.id}").text


def test_whoever_leaves_says_so(cast, login, lead):
    browser = login(cast.manager)
    browser.post(f"/leads/{lead.id}/presence", data={"doing": "call"})
    assert browser.post(f"/leads/{lead.id}/presence/end").status_code == SILENT
    assert Presence.select().count() == 0


@pytest.mark.parametrize("doing", ["", "sleeping"])
def test_only_known_kinds_of_work_are_taken(cast, login, lead, doing):
    assert login(cast.seller).post(f"/leads/{lead.id}/presence", data={"doing": doing}).status_code == 422


@pytest.mark.parametrize("on", ["user.1", "lead.x", "lead.-1", "lead.99999999999"])
def test_a_question_that_no_page_asks_is_refused(cast, login, on):
    assert ask(login(cast.seller), on).status_code == 400


@pytest.mark.parametrize("since", ["", "x", "-5.ab", "99999999999", "5.<b>"])
def test_a_since_that_makes_no_sense_is_no_fault(cast, login, lead, since):
    assert ask(login(cast.seller), f"lead.{lead.id}", since=since).status_code in (200, SILENT)


def test_the_owner_has_a_message_that_leads_to_the_record(cast, login, lead):
    login(cast.manager).post(f"/leads/{lead.id}/presence", data={"doing": "call"})
    assert Notice.get(Notice.user == cast.seller).record_id == lead.id
    assert "钱经理 正在跟进你的线索 苏州恒立机械有限公司。" in login(cast.seller).get("/notices").text


# ---- an open page of a pool ------------------------------------------------------------------------------------------


@pytest.fixture(params=["lead", "customer"])
def pool(request, cast):
    return Pool.create(name="海上", what=request.param)


def lay(pool, cast, *names):
    """Records of the pool's kind that lie in it."""
    made = [BY_KIND[pool.what].create(name=name, name_key=name, pool=pool, entered_pool_at=now()) for name in names]
    return [BY_KIND[pool.what].with_people().where(BY_KIND[pool.what].id == record.id).get() for record in made]


def at_the_pool(browser, pool, shown, since, **filters):
    on = ".".join([pool.what, *(str(record.id) for record in shown)])
    return ask(browser, on, since=since, pool=pool.id, what=pool.what, **filters)


def head():
    return str(events.head()[0])


def test_a_row_that_somebody_claims_is_told_with_his_name_and_the_others_are_not(cast, login, pool):
    taken, left = lay(pool, cast, "苏州恒立机械有限公司", "无锡新能电气有限公司")
    since = head()
    pools.claim(taken, by=cast.rival)
    answer = at_the_pool(login(cast.seller), pool, (taken, left), since)
    assert f'data-gone="{pool.what}-{taken.id}"' in answer.text
    assert "李二" in answer.text and "领走了" in answer.text
    assert f'data-gone="{pool.what}-{left.id}"' not in answer.text
    assert re.search(rf'data-count="/pools/{pool.id}">\s*1<', answer.text)
    again = at_the_pool(login(cast.seller), pool, (taken, left), answer.headers["Haitu-Since"])
    assert again.status_code == SILENT


def test_a_row_that_was_handed_out_is_told_too(cast, login, pool):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    since = head()
    pools.assign(record, cast.rival, by=cast.admin)
    assert "已归李二" in at_the_pool(login(cast.seller), pool, (record,), since).text.replace(" ", "")


def test_ones_own_claim_from_elsewhere_is_told_as_ones_own_with_the_meters(cast, login, pool):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    since = head()
    pools.claim(record, by=cast.seller)
    answer = at_the_pool(login(cast.seller), pool, (record,), since).text
    assert "data-mine" in answer
    assert 'id="meters"' in answer


def test_what_comes_in_is_counted_as_far_as_the_filters_let_it_through(cast, login, pool):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    pools.claim(record, by=cast.rival)
    since = head()
    record = BY_KIND[pool.what].with_people().where(BY_KIND[pool.what].id == record.id).get()
    pools.release(record, cast.rival, "budget", pool)
    browser = login(cast.seller)
    come = f'data-come="{pool.what}-{record.id}"'
    assert come in at_the_pool(browser, pool, (), since).text
    assert come in at_the_pool(browser, pool, (), since, within=7).text
    assert come not in at_the_pool(browser, pool, (), since, city="苏州").text


def test_news_of_a_pool_that_is_not_open_to_somebody_are_not_told(cast, login, pool):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    PoolScope.create(pool=pool, user=cast.rival)
    since = head()
    pools.claim(record, by=cast.rival)
    assert at_the_pool(login(cast.seller), pool, (record,), since).status_code == SILENT


def test_who_is_no_member_of_a_pool_any_more_is_told_nothing_of_it_from_then_on(cast, login, pool):
    first, second = lay(pool, cast, "苏州恒立机械有限公司", "无锡新能电气有限公司")
    since, browser = head(), login(cast.seller)
    pools.claim(first, by=cast.rival)
    assert at_the_pool(browser, pool, (first, second), since).status_code == 200
    edit_pool(pool, by=cast.admin, name=pool.name, users=[cast.rival])
    pools.claim(second, by=cast.rival)
    assert at_the_pool(browser, pool, (first, second), since).status_code == SILENT


def test_of_two_who_are_told_the_same_each_reads_it_in_his_language_and_whoever_has_the_row_as_his_own(cast, login, pool):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    since = head()
    pools.claim(record, by=cast.rival)
    User.update(language="en").where(User.id == cast.manager.id).execute()
    seller, manager, rival = (at_the_pool(login(person), pool, (record,), since).text for person in (cast.seller, cast.manager, cast.rival))
    assert "领走了" in seller and "took it" in manager
    assert "data-mine" in rival and "data-mine" not in seller + manager


def test_a_page_that_slept_too_long_is_told_that_much_has_changed(cast, login, pool, monkeypatch):
    (record,) = lay(pool, cast, "苏州恒立机械有限公司")
    since = head()
    monkeypatch.setattr(live, "KEPT", 2)
    for _time in range(3):
        accounts.log_out(Session.create(token_hash=f"{_time}", user=cast.rival, expires_at=now()), by=cast.rival)
    assert "data-slept" in at_the_pool(login(cast.seller), pool, (record,), since).text


@pytest.mark.parametrize("pool", [0, -1, "x", 99999999999])
def test_a_pool_that_is_none_is_no_fault(cast, login, pool):
    assert ask(login(cast.seller), "lead.1", pool=pool, what="lead").status_code == SILENT


# ---- who asks --------------------------------------------------------------------------------------------------------


def test_without_a_session_nothing_is_told(stranger, lead):
    answer = ask(stranger, f"lead.{lead.id}")
    assert answer.status_code == 401
    assert "Haitu-Since" not in answer.headers


@pytest.mark.parametrize("end", ["log out", "end the others", "disable"])
def test_a_session_that_has_ended_is_told_nothing_from_then_on(cast, login, lead, end):
    browser = login(cast.seller)
    assert ask(browser, f"lead.{lead.id}").status_code == SILENT
    if end == "disable":
        accounts.disable(cast.seller, by=cast.admin)
    elif end == "log out":
        accounts.log_out(Session.get(Session.user == cast.seller), by=cast.seller)
    else:
        accounts.end_sessions(cast.seller, by=cast.admin)
    assert ask(browser, f"lead.{lead.id}").status_code == 401


def test_asking_does_not_keep_a_session_alive(cast, login, lead):
    browser = login(cast.seller)
    long_ago = Session.get(Session.user == cast.seller).created_at.replace(year=2020)
    Session.update(last_seen_at=long_ago).where(Session.user == cast.seller).execute()
    assert ask(browser, f"lead.{lead.id}").status_code == 401
    assert Session.get(Session.user == cast.seller).last_seen_at == long_ago


def test_a_quiet_question_costs_two_statements_however_much_the_page_shows(cast, login, lead, queries):
    browser = login(cast.seller)
    many = [leads.create(cast.seller, name=f"公司{number}") for number in range(40)]
    shown = "lead." + ".".join(str(each.id) for each in many)
    ask(browser, shown)
    with queries() as few:
        ask(browser, f"lead.{lead.id}")
    with queries() as lots:
        ask(browser, shown)
    assert len(few) == len(lots) == 2  # the newest facts, and who is at work; both shared by all pages of the process


@pytest.fixture
def shared(app, monkeypatch):
    """Whoever asks again is answered from what was read last; a question that nobody asked yet reads anew."""
    monkeypatch.setattr(app.wsgi_app, "age", 60)


def test_the_same_question_again_costs_nothing_until_something_is_new(cast, login, lead, queries, shared):
    browser, other = login(cast.seller), login(cast.rival)
    first = ask(browser, f"lead.{lead.id}")
    with queries() as seen:
        again = ask(browser, f"lead.{lead.id}")
    assert (again.status_code, again.headers, seen) == (SILENT, first.headers, [])
    presence.start(lead, cast.manager, Presence.CALL)
    ask(other)
    assert "钱经理" in ask(browser, f"lead.{lead.id}").text


@pytest.mark.usefixtures("shared")
def test_the_same_question_of_somebody_else_is_another(cast, login, stranger, lead):
    presence.start(lead, cast.manager, Presence.CALL)
    assert ask(login(cast.rival), f"lead.{lead.id}").status_code == SILENT
    assert ask(login(cast.seller), f"lead.{lead.id}").status_code == 200
    assert ask(stranger, f"lead.{lead.id}").status_code == 401


@pytest.mark.usefixtures("shared")
def test_whoever_was_logged_out_is_not_answered_as_before(cast, login, lead):
    browser, other = login(cast.seller), login(cast.rival)
    assert ask(browser, f"lead.{lead.id}").status_code == SILENT
    accounts.log_out(Session.get(Session.user == cast.seller), by=cast.seller)
    ask(other)
    assert ask(browser, f"lead.{lead.id}").status_code == 401


def test_who_is_at_work_costs_one_statement_for_each_kind_however_many_they_are(cast, login, queries):
    browser = login(cast.seller)
    many = [leads.create(cast.seller, name=f"公司{number}") for number in range(20)]
    shown = "lead." + ".".join(str(each.id) for each in many)
    ask(browser, shown)
    for each in many:
        presence.start(each, cast.manager, Presence.CALL)
    ask(browser)  # the new facts are read
    with queries() as seen:
        assert ask(browser, shown).text.count("钱经理 通话中") == 20
    assert len(seen) == 3
