"""The pool's rules: who gets a lead, what a claim uses up, and where a lead goes."""

from datetime import timedelta

import pytest

from domain import Refused, customers, follow_ups, leads, now, pool, pool_limits
from models import Claim, Company, Customer, Event, Lead, Pool, PoolScope, Task, mask_phones_in

NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)  # 12:00 in Shanghai


@pytest.fixture
def east(cast):
    return Pool.create(name="华东")


@pytest.fixture
def lying(cast, east):
    """lying(n) are n leads in the pool."""

    def make(number=1):
        made = [leads.create(cast.admin, pool=east, name=f"扬州液压{n}有限公司", phone=f"138129056{n:02}") for n in range(number)]
        return [fresh(lead) for lead in made]

    return make


def fresh(lead):
    return Lead.with_people().where(Lead.id == lead.id).get()


def test_a_claimed_lead_is_its_new_owners_and_waits_to_be_worked_on(cast, lying):
    [lead] = lying()
    pool.claim(lead, by=cast.seller)
    lead = fresh(lead)
    assert (lead.owner, lead.pool, lead.status) == (cast.seller, None, Lead.PENDING)


def test_the_second_to_claim_is_told_who_was_faster_and_nothing_changes(cast, lying):
    [lead] = lying()
    seen_by_rival = fresh(lead)
    pool.claim(lead, by=cast.seller)
    events = Event.select().count()
    with pytest.raises(pool.Taken) as refusal:
        pool.claim(seen_by_rival, by=cast.rival)
    assert cast.seller.name in refusal.value.message
    assert refusal.value.claim.owner == cast.seller
    assert Event.select().count() == events
    assert pool_limits.quota(cast.rival).claimed_today == 0


def test_the_daily_limit_refuses_the_next_claim_and_says_when_it_ends(cast, lying):
    Company.update(daily_claim_limit=2).execute()
    first, second, third = lying(3)
    pool.claim(first, cast.seller, NOON)
    pool.claim(second, cast.seller, NOON)
    with pytest.raises(Refused) as refusal:
        pool.claim(third, cast.seller, NOON)
    assert "2" in refusal.value.message and "00:00" in refusal.value.message
    pool.claim(third, cast.seller, NOON + timedelta(days=1))


def test_the_day_of_the_limit_is_the_companys_not_utc(cast, lying):
    Company.update(daily_claim_limit=1).execute()
    first, second = lying(2)
    late_evening = NOON.replace(hour=15, minute=59)  # 23:59 in Shanghai
    pool.claim(first, cast.seller, late_evening)
    pool.claim(second, cast.seller, late_evening + timedelta(minutes=2))


def test_giving_back_does_not_return_the_days_claim(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller, NOON)
    pool.release(fresh(lead), cast.seller, "no_budget", at=NOON)
    assert pool_limits.quota(cast.seller, at=NOON).claimed_today == 1


def test_created_and_assigned_leads_use_room_but_no_claims(cast, lying):
    [lead] = lying()
    leads.create(cast.seller, name="自建线索")
    pool.assign(lead, cast.seller, by=cast.manager)
    assert pool_limits.quota(cast.seller)[:1] + pool_limits.quota(cast.seller)[2:3] == (0, 2)


@pytest.mark.parametrize("way", ["claim", "assign", "create"])
def test_nobody_holds_more_than_the_capacity_however_a_lead_comes(cast, lying, way):
    Company.update(claim_capacity=1).execute()
    first, second = lying(2)
    pool.claim(first, cast.seller)
    with pytest.raises(Refused, match="1"):
        {
            "claim": lambda: pool.claim(second, cast.seller),
            "assign": lambda: pool.assign(second, cast.seller, by=cast.manager),
            "create": lambda: leads.create(cast.seller, name="再来一条"),
        }[way]()
    assert pool_limits.quota(cast.seller).held == 1


def test_an_invalid_lead_still_takes_room(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    leads.invalidate(fresh(lead), cast.seller)
    assert pool_limits.quota(cast.seller).held == 1


def test_of_a_selection_what_is_left_is_claimed_and_what_is_gone_is_named(cast, lying):
    one, two, three = lying(3)
    pool.claim(fresh(two), by=cast.rival)
    claimed, lost = pool.claim_many([one, two, three], by=cast.seller)
    assert [lead.id for lead in claimed] == [one.id, three.id]
    assert [(taken.record.id, taken.claim.owner) for taken in lost] == [(two.id, cast.rival)]


def test_a_selection_beyond_the_limit_is_refused_as_a_whole(cast, lying):
    Company.update(daily_claim_limit=2).execute()
    with pytest.raises(Refused, match="2"):
        pool.claim_many(lying(3), by=cast.seller)
    assert pool_limits.quota(cast.seller).claimed_today == 0


def test_a_released_lead_is_unassigned_again_in_its_home_pool_with_the_reason(cast, lying, east):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    pool.release(fresh(lead), cast.seller, "no_budget", at=NOON)
    lead = fresh(lead)
    assert (lead.pool, lead.owner, lead.status) == (east, None, Lead.UNASSIGNED)
    assert (lead.drop_reason, lead.last_owner, lead.entered_pool_at) == ("no_budget", cast.seller, NOON)


def test_a_release_without_a_reason_is_refused(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    with pytest.raises(Refused):
        pool.release(fresh(lead), cast.seller, "")


def test_what_was_planned_is_dropped_with_the_lead(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    follow_ups.plan(fresh(lead), cast.seller, NOON + timedelta(days=1))
    pool.release(fresh(lead), cast.seller, "no_budget")
    assert Task.select().count() == 0
    assert fresh(lead).next_at is None


def test_a_claim_can_be_taken_back_while_nothing_came_of_it(cast, lying):
    [lead] = lying()
    entered = lead.entered_pool_at
    pool.claim(lead, cast.seller)
    pool.unclaim(fresh(lead), cast.seller)
    assert (fresh(lead).status, fresh(lead).entered_pool_at) == (Lead.UNASSIGNED, entered)
    assert pool_limits.quota(cast.seller).claimed_today == 1


def test_a_claim_that_was_followed_up_is_not_taken_back(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    follow_ups.write(fresh(lead), cast.seller, "phone", "打过了")
    with pytest.raises(Refused):
        pool.unclaim(fresh(lead), cast.seller)


def test_an_assigned_lead_moves_with_its_planned_step_and_keeps_its_state(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    follow_ups.write(fresh(lead), cast.seller, "phone", "下周再谈", next_at=NOON + timedelta(days=7))
    pool.assign(fresh(lead), cast.rival, by=cast.manager)
    assert (fresh(lead).owner, fresh(lead).status, fresh(lead).last_owner_id) == (cast.rival, Lead.FOLLOWING, cast.seller.id)
    assert Task.get().owner == cast.rival


@pytest.mark.parametrize("nobody", ["disabled", "finance", "service"])
def test_a_lead_is_assigned_only_to_someone_who_works_on_leads(cast, lying, nobody):
    with pytest.raises(Refused):
        pool.assign(lying()[0], getattr(cast, nobody), by=cast.manager)


def test_the_ledger_has_one_open_row_per_owned_lead_and_none_in_the_pool(cast, lying):
    [lead] = lying()
    pool.claim(lead, cast.seller)
    pool.assign(fresh(lead), cast.rival, by=cast.manager)
    assert [(row.how, row.owner) for row in Claim.select().where(Claim.ended_at.is_null())] == [("assigned", cast.rival)]
    pool.release(fresh(lead), cast.rival, "no_budget")
    assert not Claim.select().where(Claim.ended_at.is_null()).exists()


def test_a_pool_is_open_to_its_members_only(cast, east):
    PoolScope.create(pool=east, department=cast.seller.department)
    assert east in Pool.open_to(cast.seller)
    assert east not in Pool.open_to(cast.outsider)
    assert list(Pool.open_to(cast.finance)) == []


def test_numbers_written_into_a_note_are_masked_too():
    assert mask_phones_in("打 13812905678 找张工") == "打 138****5678 找张工"
    assert mask_phones_in("前台 0519-85802231，张工 １３８１２９０５６７８") == "前台 051****2231，张工 １３８****５６７８"
    assert mask_phones_in("单号 2138129056781") == "单号 2138129056781"
    assert mask_phones_in("2026-11-21 14:30 预算 12000000") == "2026-11-21 14:30 预算 12000000"


def test_what_is_refused_of_a_customer_names_him_and_calls_him_no_lead(cast):
    customer = customers.create(cast.seller, name="苏州恒立")
    seen_twice = Customer.get_by_id(customer.id)
    pool.assign(customer, cast.rival, by=cast.manager)
    acts = (
        lambda: pool.assign(Customer.get_by_id(customer.id), cast.rival, by=cast.manager), lambda: pool.lock(seen_twice, by=cast.seller),
        lambda: pool.release(seen_twice, cast.seller, "no_need"), lambda: pool.unclaim(seen_twice, cast.seller),
        lambda: pool.claim(seen_twice, cast.seller),
    )
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert "苏州恒立" in refusal.value.message and "lead" not in refusal.value.message.lower()
