"""Follow-ups and the one next step of a record."""

from datetime import timedelta

import pytest

from domain import Refused, customers, follow_ups, leads, now, pool
from models import Customer, FollowUp, Lead, Pool, Task

NOW = now()
TOMORROW, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)


@pytest.fixture
def lead(cast):
    Pool.create(name="华东")
    return leads.create(cast.seller, name="无锡众联减速机有限公司")


def open_tasks():
    return [(task.due_at, task.what) for task in Task.select().where(Task.done_at.is_null())]


def test_a_follow_up_says_when_the_record_was_last_spoken_to_and_when_next(cast, lead):
    follow_ups.write(lead, cast.seller, "phone", "下周寄样品", "connected", next_at=TOMORROW, next_what="寄样品", at=NOW)
    lead = Lead.get_by_id(lead.id)
    assert (lead.last_follow_up_at, lead.next_at, lead.last_note) == (NOW, TOMORROW, "下周寄样品")
    assert open_tasks() == [(TOMORROW, "寄样品")]


def test_it_finishes_the_step_that_was_planned(cast, lead):
    follow_ups.plan(lead, cast.seller, TOMORROW, what="打电话")
    follow_ups.write(lead, cast.seller, "phone", "打了", at=NOW)
    assert Task.get().done_at == NOW
    assert Lead.get_by_id(lead.id).next_at is None


def test_a_record_has_one_next_step_at_most(cast, lead):
    follow_ups.plan(lead, cast.seller, TOMORROW, what="先")
    follow_ups.plan(lead, cast.seller, LATER, what="后")
    assert open_tasks() == [(LATER, "后")]


def test_the_step_belongs_to_the_owner_even_when_the_manager_plans_it(cast, lead):
    follow_ups.write(lead, cast.manager, "note", "请跟进", next_at=TOMORROW)
    assert Task.get().owner == cast.seller


def test_nothing_is_written_on_a_lead_that_went_back_meanwhile(cast, lead):
    seen = Lead.get_by_id(lead.id)
    pool.release(lead, cast.seller, "no_budget")
    with pytest.raises(Refused):
        follow_ups.write(seen, cast.seller, "phone", "晚了一步")
    assert FollowUp.select().count() == 0


def test_a_step_is_ticked_off_once_and_can_be_put_back(cast, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    follow_ups.finish(task, cast.seller, NOW)
    with pytest.raises(Refused):
        follow_ups.finish(Task.get_by_id(task.id), cast.seller)
    follow_ups.reopen(Task.get_by_id(task.id), cast.seller)
    assert Lead.get_by_id(lead.id).next_at == TOMORROW


def test_a_step_is_not_put_back_over_another(cast, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    follow_ups.finish(task, cast.seller)
    follow_ups.plan(lead, cast.seller, LATER)
    with pytest.raises(Refused):
        follow_ups.reopen(task, cast.seller)


def test_a_rescheduled_step_moves_the_records_date(cast, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    follow_ups.reschedule(task, cast.seller, LATER)
    assert (Task.get().due_at, Lead.get_by_id(lead.id).next_at) == (LATER, LATER)


def test_customers_are_followed_up_too(cast):
    customer = customers.create(cast.seller, name="南京宏力锻造有限公司", short_name="宏力锻造")
    follow_ups.write(customer, cast.seller, "visit", "看了生产线", next_at=TOMORROW, at=NOW)
    assert Customer.get_by_id(customer.id).last_follow_up_at == NOW
    assert Task.get().title == "宏力锻造"


# ---- a page that stood open ------------------------------------------------------------------------------------------


def test_who_has_lost_the_lead_meanwhile_writes_nothing_on_it(cast, lead):
    as_seen = Lead.get_by_id(lead.id)
    pool.assign(lead, cast.rival, by=cast.manager)
    with pytest.raises(Refused):
        follow_ups.write(as_seen, cast.seller, "phone", "打了")
    with pytest.raises(Refused):
        follow_ups.plan(as_seen, cast.seller, TOMORROW)
    assert not FollowUp.select().exists() and not Task.select().exists()


def test_a_lead_in_the_pool_or_voided_gets_no_step(cast, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    follow_ups.finish(task, cast.seller)
    pool.release(lead, cast.seller, "quiet")
    with pytest.raises(Refused):
        follow_ups.reopen(task, cast.seller)
    pool.claim(lead, cast.seller)
    leads.void(lead, cast.manager)
    with pytest.raises(Refused):
        follow_ups.plan(lead, cast.manager, TOMORROW)
    assert open_tasks() == [] and Lead.get_by_id(lead.id).next_at is None


def test_a_step_that_is_put_back_is_for_the_present_owner(cast, lead):
    task = follow_ups.plan(lead, cast.seller, TOMORROW)
    follow_ups.finish(task, cast.seller)
    pool.assign(lead, cast.rival, by=cast.manager)
    follow_ups.reopen(task, cast.rival)
    assert Task.get().owner_id == cast.rival.id
