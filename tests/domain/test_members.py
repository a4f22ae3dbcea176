"""The team of a record: who joins, what he sees, what he is told, and what becomes of it when the record changes hands."""

from datetime import date, datetime, timedelta

import pytest

from domain import Refused, customers, day_of, deals, leads, members, notifications, now, pool
from models import Customer, Event, Lead, Member, Notice, Opportunity, Order, Pool, Quote
from permissions import can_change_team, can_convert_lead, can_edit_lead, can_follow_up, can_release
from tests import offers

NAME = "苏州恒立精密机械有限公司"
MAKERS = {
    "lead": lambda owner: leads.create(owner, name=NAME),
    "customer": lambda owner: customers.create(owner, name=NAME),
    "opportunity": lambda owner: deals.create(owner, customers.create(owner, name=NAME), "产线改造", 1_000_000),
}


@pytest.fixture(params=MAKERS)
def record(request, cast):
    return MAKERS[request.param](cast.seller)


@pytest.fixture
def lead(cast):
    return MAKERS["lead"](cast.seller)


def team(record):
    return {member.user.login: member.may_edit for member in members.of(record)}


def fresh(record):
    return type(record).get_by_id(record.id)


# ---- who joins, and what it gives him --------------------------------------------------------------------------------


def test_a_colleague_sees_a_record_only_as_long_as_he_is_on_its_team(cast, record):
    seen = type(record).visible_to(cast.rival).where(type(record).id == record.id)
    assert not seen.exists()
    members.add(record, cast.rival, by=cast.seller)
    assert seen.exists()
    members.remove(record, cast.rival, by=cast.seller)
    assert not seen.exists()


def test_the_manager_of_a_member_sees_it_too(cast, record):
    for table in (type(record), Customer):
        table.update(owner=cast.outsider).execute()
    there = type(record).visible_to(cast.manager).where(type(record).id == record.id)
    assert not there.exists()
    members.add(fresh(record), cast.rival, by=cast.outsider)
    assert there.exists()


def test_a_reader_reads_and_one_who_may_edit_works_on_it(cast, record):
    members.add(record, cast.rival, by=cast.seller)
    assert not can_follow_up(cast.rival, record)
    members.remove(record, cast.rival, by=cast.seller)
    members.add(record, cast.rival, by=cast.seller, may_edit=True)
    assert can_follow_up(cast.rival, record)


def test_whoever_helps_with_a_lead_converts_it_but_neither_gives_it_away_nor_passes_it_on(cast, lead):
    members.add(lead, cast.rival, by=cast.seller, may_edit=True)
    assert can_edit_lead(cast.rival, lead) and can_convert_lead(cast.rival, lead)
    assert not can_release(cast.rival, lead)
    assert not can_change_team(cast.rival, lead)


def test_the_team_of_a_deal_reads_its_quotes_and_orders(cast):
    deal = MAKERS["opportunity"](cast.seller)
    quote = offers.quote(cast.seller, opportunity=deal, number="Q-1")
    assert not Quote.visible_to(cast.rival).exists()
    members.add(deal, cast.rival, by=cast.seller)
    assert Quote.visible_to(cast.rival).get() == quote
    assert not Customer.visible_to(cast.rival).exists()
    assert not Order.visible_to(cast.rival).exists()


@pytest.mark.parametrize("who", ["seller", "disabled"])
def test_neither_the_owner_nor_a_leaver_joins_the_team(cast, record, who):
    with pytest.raises(Refused):
        members.add(record, getattr(cast, who), by=cast.seller)
    assert not Member.select().exists()
    assert who not in {user.login for user in members.candidates(record)}


def test_whose_role_has_no_part_in_leads_is_not_put_on_the_team_of_one(cast, lead):
    with pytest.raises(Refused):
        members.add(lead, cast.finance, by=cast.seller)
    assert "finance" not in {user.login for user in members.candidates(lead)}
    assert "finance" in {user.login for user in members.candidates(MAKERS["customer"](cast.seller))}


def test_nobody_is_on_a_team_twice(cast, record):
    members.add(record, cast.rival, by=cast.seller)
    with pytest.raises(Refused):
        members.add(record, cast.rival, by=cast.seller)
    assert "rival" not in {user.login for user in members.candidates(record)}


def test_whoever_is_not_on_the_team_cannot_be_taken_off_it(cast, record):
    with pytest.raises(Refused):
        members.remove(record, cast.rival, by=cast.seller)


# ---- what is told ----------------------------------------------------------------------------------------------------


def test_a_member_is_told_and_by_whom(cast, record):
    members.add(record, cast.rival, by=cast.seller)
    notice = Notice.get(Notice.user == cast.rival)
    assert notice.verb == f"{record.kind()}.member_added"
    assert cast.seller.name in notifications.sentence(notice) and record.name in notifications.sentence(notice)


def test_whoever_puts_himself_on_a_team_needs_no_message(cast, record):
    members.add(record, cast.manager, by=cast.manager)
    assert not Notice.select().exists()


# ---- what becomes of a team ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leave", [
    lambda lead, cast: pool.release(lead, by=cast.seller, reason="no_answer"),
    lambda lead, cast: pool.unclaim(lead, by=cast.seller),
])
def test_what_goes_back_to_the_pool_has_no_team_any_more(cast, leave):
    lead = leads.create(cast.admin, pool=Pool.get(), name=NAME)
    pool.claim(Lead.with_people().get(), by=cast.seller)
    lead = Lead.with_people().get()
    members.add(lead, cast.rival, by=cast.seller, may_edit=True)
    leave(lead, cast)
    assert not Member.select().exists()
    assert [event.detail["name"] for event in Event.select().where(Event.verb == "lead.member_removed")] == [cast.rival.name]


def test_a_lead_in_the_pool_takes_no_team(cast, lead):
    as_seen = fresh(lead)
    pool.release(lead, by=cast.seller, reason="no_answer")
    for standing in (as_seen, fresh(lead)):
        with pytest.raises(Refused):
            members.add(standing, cast.rival, by=cast.admin)
    assert not can_change_team(cast.admin, fresh(lead))


@pytest.mark.parametrize("record", MAKERS, indirect=True)
def test_who_becomes_the_owner_is_no_longer_on_the_team_and_the_others_stay(cast, record):
    members.add(record, cast.rival, by=cast.seller)
    members.add(record, cast.manager, by=cast.seller, may_edit=True)
    verb = {"lead": pool.assign, "customer": customers.hand_over, "opportunity": deals.hand_over}[record.kind()]
    verb(record, cast.rival, by=cast.manager)
    assert team(fresh(record)) == {"manager": True}


def test_whoever_helped_with_a_lead_helps_with_the_customer_it_became(cast, lead):
    members.add(lead, cast.rival, by=cast.seller, may_edit=True)
    members.add(lead, cast.outsider, by=cast.seller)
    assert team(leads.convert(lead, by=cast.seller).customer) == {"rival": True, "outsider": False}


def test_a_customer_that_was_there_before_keeps_the_team_it_has(cast, lead):
    customer = customers.create(cast.outsider, name=NAME)
    members.add(lead, cast.rival, by=cast.seller)
    leads.convert(lead, by=cast.seller)
    assert team(customer) == {}


# ---- a lead of somebody else turns out to be one's customer ----------------------------------------------------------


def test_the_owner_of_a_customer_is_told_when_somebody_elses_lead_is_linked_to_it(cast, lead):
    customers.create(cast.outsider, name=NAME)
    leads.convert(lead, by=cast.seller)
    notice = Notice.get(Notice.record_kind == "customer")
    assert (notice.user, notice.verb) == (cast.outsider, "customer.lead_linked")
    assert cast.seller.name in notifications.sentence(notice) and NAME in notifications.sentence(notice)


def test_nobody_is_told_of_a_lead_of_his_own(cast, lead):
    customers.create(cast.seller, name=NAME)
    leads.convert(lead, by=cast.manager)
    assert not Notice.select().exists()
    assert Opportunity.select().count() == 0


# ---- for a time ------------------------------------------------------------------------------------------------------


def yesterday():
    return day_of(now()) - timedelta(days=1)


def test_a_member_for_a_time_sees_and_edits_the_record_to_the_end_of_the_last_day_and_no_longer(cast, record):
    there = type(record).visible_to(cast.rival).where(type(record).id == record.id)
    members.add(record, cast.rival, by=cast.seller, may_edit=True, until=day_of(now()))
    assert there.exists() and can_follow_up(cast.rival, record)
    members.remove(record, cast.rival, by=cast.seller)
    members.add(record, cast.rival, by=cast.seller, may_edit=True, until=yesterday(), at=now() - timedelta(days=9))
    assert not there.exists() and not can_follow_up(cast.rival, record)
    assert team(record) == {}


def test_the_last_day_is_a_day_of_the_companys_calendar_and_belongs_to_it_whole(cast, record):
    last = date(2026, 11, 30)
    member = members.add(record, cast.rival, by=cast.seller, until=last, at=datetime(2026, 11, 1))
    assert member.ends_at == datetime(2026, 11, 30, 16)
    assert members.last_day_of(member) == last


def test_nobody_joins_for_a_time_that_is_over(cast, record):
    with pytest.raises(Refused):
        members.add(record, cast.rival, by=cast.seller, until=yesterday())


def test_whose_time_is_over_may_join_again(cast, record):
    members.add(record, cast.rival, by=cast.seller, until=yesterday(), at=now() - timedelta(days=9))
    assert cast.rival in members.candidates(record)
    members.add(record, cast.rival, by=cast.seller)
    assert Member.select().count() == 1


def test_the_clock_takes_those_off_whose_time_is_over_and_the_timeline_says_so(cast, record):
    at = datetime(2026, 11, 1)
    members.add(record, cast.rival, by=cast.seller, until=date(2026, 11, 30), at=at)
    members.add(record, cast.manager, by=cast.seller, at=at)
    members.end_expired(at=datetime(2026, 11, 30, 15, 59))
    assert Member.select().count() == 2
    members.end_expired(at=datetime(2026, 11, 30, 16))
    assert Member.get().user == cast.manager
    left = Event.get(Event.verb == f"{record.kind()}.member_left")
    assert (left.actor, left.detail["name"]) == (None, cast.rival.name)


def test_whoever_helps_for_a_time_helps_with_the_customer_for_that_time(cast, lead):
    last = day_of(now()) + timedelta(days=3)
    members.add(lead, cast.rival, by=cast.seller, until=last)
    customer = leads.convert(lead, by=cast.seller).customer
    assert [members.last_day_of(member) for member in members.of(customer)] == [last]
