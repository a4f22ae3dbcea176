"""正在跟进: it shows while somebody is at work, ends by itself, and the owner is told once a day."""

from datetime import datetime, timedelta

import pytest

from domain import customers, deals, leads, live, presence
from models import Event, Notice, Presence

NOW = datetime(2026, 11, 25, 2)  # ten in the morning in Shanghai
LATER = timedelta(seconds=1)


@pytest.fixture
def lead(cast):
    return leads.create(cast.seller, name="苏州恒立机械有限公司")


def at_work(record, at=NOW):
    return [(who.name, who.doing) for who in live.at_work(at) if (record.kind(), record.id) in who.places]


def notices(person):
    return list(Notice.select().where(Notice.user == person, Notice.verb.endswith("work_started")))


def test_whoever_starts_is_at_work_until_two_minutes_after_his_last_word(cast, lead):
    presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW)
    assert at_work(lead) == [("李二", "follow_up")]
    presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW + timedelta(minutes=1))
    assert at_work(lead, NOW + timedelta(minutes=3) - LATER)
    assert not at_work(lead, NOW + timedelta(minutes=3))


def test_a_call_lasts_longer_for_the_page_may_be_out_of_sight(cast, lead):
    presence.start(lead, cast.rival, Presence.CALL, at=NOW)
    assert at_work(lead, NOW + presence.A_CALL - LATER)
    assert not at_work(lead, NOW + presence.A_CALL)


def test_whoever_goes_on_keeps_the_time_at_which_he_started(cast, lead):
    presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW)
    presence.start(lead, cast.rival, Presence.CALL, at=NOW + LATER)
    assert [(row.doing, row.since) for row in Presence.select()] == [("call", NOW)]


def test_whoever_leaves_is_not_at_work_and_the_others_are(cast, lead):
    for person in (cast.rival, cast.manager):
        presence.start(lead, person, Presence.FOLLOW_UP, at=NOW)
    presence.stop(lead, cast.rival)
    assert at_work(lead) == [("钱经理", "follow_up")]


def test_what_is_over_is_cleared_away_by_the_next_who_starts(cast, lead):
    presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW)
    presence.start(lead, cast.manager, Presence.FOLLOW_UP, at=NOW + timedelta(hours=1))
    assert [row.user for row in Presence.select()] == [cast.manager]


def test_work_on_a_deal_shows_at_its_customer(cast):
    customer = customers.create(cast.seller, name="苏州恒立机械有限公司")
    deal = deals.create(cast.seller, customer, "商机", 100_00)
    presence.start(deal, cast.rival, Presence.QUOTE, at=NOW)
    assert at_work(customer) == at_work(deal) == [("李二", "quote")]


def test_the_owner_is_told_once_a_day(cast, lead):
    for hours in (0, 1, 13):
        presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW + timedelta(hours=hours))
    assert len(notices(cast.seller)) == 1
    presence.start(lead, cast.rival, Presence.FOLLOW_UP, at=NOW + timedelta(hours=14))  # after midnight
    assert len(notices(cast.seller)) == 2
    assert notices(cast.rival) == []


def test_nobody_is_told_of_his_own_work(cast, lead):
    presence.start(lead, cast.seller, Presence.CALL, at=NOW)
    assert Notice.select().where(Notice.verb.endswith("work_started")).count() == 0
    assert Event.select().where(Event.verb == "lead.work_started").count() == 0


def test_of_work_on_a_deal_the_owner_of_the_customer_is_told_too(cast):
    customer = customers.create(cast.seller, name="苏州恒立机械有限公司")
    deal = deals.create(cast.rival, customer, "商机", 100_00)
    presence.start(deal, cast.rival, Presence.QUOTE, at=NOW)
    assert len(notices(cast.seller)) == 1
    assert notices(cast.rival) == []


# ---- what is read for all pages at once ------------------------------------------------------------------------------


def test_news_are_read_once_for_all_as_long_as_they_are_young(cast, lead):
    lookout = live.Lookout()
    first = lookout.look(age=60)
    presence.start(lead, cast.rival, Presence.FOLLOW_UP)
    assert lookout.look(age=60) is first
    assert lookout.look(age=0).present


def test_news_tell_of_the_facts_since_and_where_a_record_is_now(cast, lead):
    lookout = live.Lookout()
    before = lookout.look()
    leads.edit(lead, cast.seller, city="苏州")
    other = leads.create(cast.rival, name="无锡新能电气有限公司")
    after = lookout.look()
    assert [(fact.verb, fact.moves) for fact in after.after(before.head)] == [("lead.edited", False), ("lead.created", True)]
    moved = after.after(before.head)[-1]
    assert (moved.record_id, moved.pool_id, moved.owner_id, moved.owner_name) == (other.id, None, cast.rival.id, "李二")
    assert after.after(after.head) == ()


def test_what_was_found_out_holds_until_the_next_fact(cast, lead):
    lookout = live.Lookout()
    assert lookout.look().once("key", lambda: 1) == 1
    assert lookout.look().once("key", lambda: 2) == 1
    leads.edit(lead, cast.seller, city="苏州")
    assert lookout.look().once("key", lambda: 3) == 3


def test_only_so_many_facts_are_kept_and_it_is_known_from_where_on(cast, lead, monkeypatch):
    monkeypatch.setattr(live, "KEPT", 3)
    lookout = live.Lookout()
    for city in "甲乙丙丁":
        leads.edit(lead, cast.seller, city=city)
    news = lookout.look()
    assert len(news.facts) == 3
    assert news.floor == news.head - 3
    leads.edit(lead, cast.seller, city="戊")
    assert lookout.look().floor == news.floor + 1
