"""What the company and each pool allow: every refusal names its rule and the earliest time, and then the same act succeeds."""

from datetime import timedelta

import pytest

from domain import Refused, customers, days, deals, leads, now, pool, pool_limits, pools
from models import Company, Customer, Lead, Pool, Stage

NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)  # 12:00 in Shanghai
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def dug(cast):
    """dug("customer", hold_days=3) is a new pool with these rules, of everybody."""

    def make(what="lead", name="华东", **rules):
        return pools.save(None, by=cast.admin, name=name, what=what, **rules)

    return make


@pytest.fixture
def lying(cast):
    """lying(pool, n) are n records in it that nobody had before."""

    def make(into, number=1):
        if into.what == "lead":
            made = [leads.create(cast.admin, pool=into, name=f"扬州液压{n}有限公司") for n in range(number)]
        else:
            made = [customers.create(cast.outsider, name=f"扬州液压{n}有限公司", at=NOON - 90 * DAY) for n in range(number)]
            for customer in made:
                pool.release(customer, by=cast.outsider, reason="no_need", pool=into, at=NOON - 60 * DAY)
        return [fresh(record) for record in made]

    return make


def fresh(record):
    table = type(record)
    return table.with_people().where(table.id == record.id).get()


def refusal(act):
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


def succeeds_at_the_time_that_it_names(record, by, at):
    """Refused until `facts["until"]`, to the minute; and not a moment longer."""
    no = refusal(lambda: pool.claim(fresh(record), by, at))
    until = no.facts["until"]
    assert refusal(lambda: pool.claim(fresh(record), by, until - MINUTE)).facts["rule"] == no.facts["rule"]
    pool.claim(fresh(record), by, until)
    assert fresh(record).owner == by
    return no


@pytest.mark.parametrize("what", Pool.WHAT)
def test_a_pools_daily_limit_is_refused_by_name_until_the_next_midnight(dug, lying, cast, what):
    here = dug(what, daily_claim_limit=1)
    first, second = lying(here, 2)
    pool.claim(first, cast.seller, NOON)
    no = succeeds_at_the_time_that_it_names(second, cast.seller, NOON)
    assert (no.facts["rule"], no.facts["limit"], here.name in no.message) == ("daily_claim_limit", 1, True)


@pytest.mark.parametrize("what, column", [("lead", "daily_claim_limit"), ("customer", "customer_claim_limit")])
def test_where_the_companys_limit_is_smaller_it_counts(dug, lying, cast, what, column):
    Company.update(**{column: 1}).execute()
    first, second = lying(dug(what, daily_claim_limit=5), 2)
    pool.claim(first, cast.seller, NOON)
    no = succeeds_at_the_time_that_it_names(second, cast.seller, NOON)
    assert no.facts["limit"] == 1


def test_claims_of_leads_use_up_none_of_customers(dug, lying, cast):
    Company.update(daily_claim_limit=1, customer_claim_limit=1).execute()
    [lead], [customer] = lying(dug("lead")), lying(dug("customer", name="老客户"))
    pool.claim(lead, cast.seller, NOON)
    pool.claim(customer, cast.seller, NOON)
    assert fresh(customer).owner == cast.seller


def test_claims_from_one_pool_use_up_none_of_another(dug, lying, cast):
    [first], [second] = lying(dug(daily_claim_limit=1)), lying(dug(name="华南", daily_claim_limit=1))
    pool.claim(first, cast.seller, NOON)
    pool.claim(second, cast.seller, NOON)
    assert pool_limits.quota(cast.seller, at=NOON).claimed_today == 2


def test_a_pools_capacity_counts_what_came_from_there(dug, lying, cast):
    here = dug(capacity=1)
    first, second = lying(here, 2)
    leads.create(cast.seller, name="自己找来的")
    pool.claim(first, cast.seller, NOON)
    no = refusal(lambda: pool.claim(second, cast.seller, NOON))
    assert (no.facts["rule"], no.facts["held"], no.facts["capacity"]) == ("claim_capacity", 1, 1)
    pool.release(fresh(first), by=cast.seller, reason="no_need", at=NOON)
    pool.claim(second, cast.seller, NOON)


@pytest.mark.parametrize("what", Pool.WHAT)
def test_the_last_owner_waits_and_others_do_not(dug, lying, cast, what):
    mine, others = lying(dug(what, cool_down_days=3), 2)
    for record in (mine, others):
        pool.claim(record, cast.seller, NOON - 9 * DAY)
        pool.release(fresh(record), by=cast.seller, reason="no_need", at=NOON)
    pool.claim(fresh(others), cast.rival, NOON)
    no = succeeds_at_the_time_that_it_names(mine, cast.seller, NOON + DAY)
    assert (no.facts["rule"], no.facts["days"]) == ("cool_down_days", 3)


@pytest.mark.parametrize("what", Pool.WHAT)
def test_what_was_just_given_back_waits_for_everybody_from_its_return_not_from_its_last_change(dug, lying, cast, what):
    [record] = lying(dug(what, hold_days=2))
    pool.claim(record, cast.seller, NOON - 9 * DAY)
    pool.release(fresh(record), by=cast.seller, reason="no_need", at=NOON)
    edit = leads.edit if what == "lead" else customers.edit
    edit(fresh(record), cast.admin, at=NOON + DAY, city="扬州")
    no = succeeds_at_the_time_that_it_names(record, cast.rival, NOON + DAY)
    assert (no.facts["rule"], no.facts["until"]) == ("hold_days", pool_limits.start_of_day(pool_limits.day_of(NOON + 2 * DAY)))
    assert f"before {days.day(NOON + 2 * DAY)}" in no.message


def test_a_new_lead_waits_for_nobody(dug, lying, cast):
    [lead] = lying(dug(hold_days=2, cool_down_days=9))
    pool.claim(lead, cast.seller, NOON)


def test_where_administrators_hand_out_nobody_claims_but_they(dug, lying, cast):
    here = dug(mode=Pool.ASSIGN, administrators=[cast.rival])
    first, second = lying(here, 2)
    assert refusal(lambda: pool.claim(first, cast.seller, NOON)).facts["rule"] == "assigned_only"
    pool.claim(first, cast.rival, NOON)
    pool.assign(second, cast.seller, by=cast.rival)
    assert fresh(second).owner == cast.seller


def test_a_selection_from_two_pools_is_held_to_the_rules_of_each(dug, lying, cast):
    narrow, wide = lying(dug(daily_claim_limit=1), 2), lying(dug(name="华南"), 2)
    no = refusal(lambda: pool.claim_many([*narrow, *wide], cast.seller, NOON))
    assert (no.facts["left"], Lead.select().where(Lead.owner == cast.seller).count()) == (1, 0)
    claimed, lost = pool.claim_many([narrow[0], *wide], cast.seller, NOON)
    assert (len(claimed), lost) == (3, [])


# ---- customers -------------------------------------------------------------------------------------------------------


def dealt(cast, number):
    customer = customers.create(cast.seller, name=f"已成交{number}")
    deal = deals.create(cast.seller, customer, "产线", 100)
    return customer, deals.win(deal, by=cast.seller)


def test_who_has_bought_takes_no_room_where_the_company_says_so(cast):
    Company.update(customer_capacity=1).execute()
    customer, deal = dealt(cast, 1)
    assert Customer.get_by_id(customer.id).dealt_at == deal.closed_at
    customers.create(cast.seller, name="还没成交")
    assert refusal(lambda: customers.create(cast.seller, name="又一个")).facts["rule"] == "claim_capacity"
    Company.update(capacity_leaves_out_dealt=False).execute()
    assert pool_limits.quota(cast.seller, "customer").held == 2


def test_who_has_bought_takes_no_room_of_a_pool_either(dug, lying, cast):
    first, bought, third = lying(dug("customer", capacity=1), 3)
    Customer.update(dealt_at=NOON - 70 * DAY).where(Customer.id == bought.id).execute()
    pool.claim(first, cast.seller, NOON)
    pool.claim(fresh(bought), cast.seller, NOON)
    assert refusal(lambda: pool.claim(third, cast.seller, NOON)).facts["held"] == 1


def test_a_deal_opened_again_takes_the_room_back(cast):
    customer, deal = dealt(cast, 1)
    deals.reopen(deal, by=cast.manager)
    assert Customer.get_by_id(customer.id).dealt_at is None


def test_a_customer_with_an_open_deal_is_not_given_back(cast):
    customer = customers.create(cast.seller, name="扬州液压有限公司")
    deal = deals.create(cast.seller, customer, "产线", 100, stage=Stage.in_order()[0])
    no = refusal(lambda: pool.release(fresh(customer), by=cast.seller, reason="no_need"))
    assert (no.facts["rule"], no.facts["number"]) == ("open_deals", 1)
    deals.lose(deal, by=cast.seller, reason="price")
    pool.release(fresh(customer), by=cast.seller, reason="no_need")
    assert fresh(customer).pool == Pool.of("customer").get()
    with pytest.raises(Refused):
        deals.create(cast.seller, fresh(customer), "新产线", 100)


# ---- pools among themselves, locks -----------------------------------------------------------------------------------


def test_a_record_moves_to_a_pool_of_its_kind_alone_and_its_time_counts_anew(dug, lying, cast):
    here, there, customers_pool = dug(), dug(name="华南"), Pool.of("customer").get()
    [lead] = lying(here)
    pool.move(lead, there, by=cast.manager, at=NOON)
    assert (fresh(lead).pool, fresh(lead).entered_pool_at) == (there, NOON)
    with pytest.raises(Refused):
        pool.move(fresh(lead), customers_pool, by=cast.manager)


def test_a_record_that_was_claimed_meanwhile_is_not_moved(dug, lying, cast):
    here, there = dug(), dug(name="华南")
    seen, other = lying(here, 2)
    pool.claim(fresh(seen), cast.seller, NOON)
    moved, lost = pool.move_many([seen, other], there, by=cast.manager)
    assert ([lead.id for lead in moved], [no.record.id for no in lost]) == ([other.id], [seen.id])


def test_a_pool_may_take_some_reasons_alone(dug, lying, cast):
    here = dug(drop_reasons=["no_budget"])
    [lead] = lying(here)
    pool.claim(lead, cast.seller, NOON)
    with pytest.raises(Refused):
        pool.release(fresh(lead), by=cast.seller, reason="no_need")
    pool.release(fresh(lead), by=cast.seller, reason="no_budget")


@pytest.mark.parametrize("what", Pool.WHAT)
def test_so_many_locks_a_person_and_a_new_owner_begins_unlocked(dug, lying, cast, what):
    Company.update(lock_quota=1).execute()
    first, second = lying(dug(what), 2)
    pool.claim(first, cast.seller, NOON)
    pool.claim(second, cast.seller, NOON)
    pool.lock(fresh(first), by=cast.seller)
    assert refusal(lambda: pool.lock(fresh(second), by=cast.seller)).facts["rule"] == "lock_quota"
    pool.assign(fresh(first), cast.rival, by=cast.manager)
    assert not fresh(first).is_locked
    pool.lock(fresh(second), by=cast.seller)
    pool.unlock(fresh(second), by=cast.seller)
    assert not fresh(second).is_locked
