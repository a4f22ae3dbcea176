"""Collisions (撞单): who is in whose way and who is not, one case with its evidence, and what a ruling brings about."""

from datetime import datetime, timedelta

import pytest

from domain import (
    Refused,
    accounts,
    assignment,
    cleansing,
    collisions,
    customers,
    deals,
    follow_ups,
    leads,
    members,
    pool,
    quotes,
    shares,
    tickets,
)
from models import (
    Collision,
    CollisionAct,
    Company,
    Customer,
    Event,
    Import,
    Lead,
    Member,
    Notice,
    Opportunity,
    Pool,
    Quote,
    Share,
    Touch,
    User,
)
from tests import files

AT = datetime(2026, 11, 2, 2, 0)
NAME = "苏州恒立精密机械制造有限公司"
DAY = timedelta(days=1)


@pytest.fixture
def customer(cast):
    """The seller's, and spoken to today."""
    made = customers.create(cast.seller, name=NAME, phone="13812905678", at=AT)
    follow_ups.write(made, cast.seller, "phone", "要三套光幕", at=AT)
    return Customer.with_people().get()


@pytest.fixture
def lead_of_rival(cast, customer):
    """The rival writes the same company down as his lead, a day later: the case is open."""
    leads.create(cast.rival, name=NAME, at=AT + DAY)
    return Lead.with_people().get()


def the_case():
    return Collision.get()


def kinds(case):
    return [act.what for act in case.acts.order_by(CollisionAct.at, CollisionAct.id)]


def told(case):
    return sorted(notice.user.login for notice in Notice.select().where(Notice.verb == "collision.opened", Notice.record_id == case.id))


# ---- the scenario ----------------------------------------------------------------------------------------------------


def test_two_sellers_and_three_overlapping_acts_are_one_case(cast, customer, lead_of_rival):
    follow_ups.write(lead_of_rival, cast.rival, "phone", "我也报过价", at=AT + 2 * DAY)
    leads.convert(lead_of_rival, cast.rival, opportunity={"name": "光幕", "amount": 100_00}, at=AT + 3 * DAY)
    quotes.create(Opportunity.get(), by=cast.rival, at=AT + 3 * DAY)
    assert Collision.select().count() == 1
    case = the_case()
    assert (case.record_kind, case.record_id, case.status) == ("customer", customer.id, Collision.OPEN)
    assert [person.login for person in case.parties] == ["seller", "rival"]
    assert {Touch.FOLLOW_UP, Touch.RECORD, Touch.QUOTE} == set(kinds(case))
    assert Notice.select().where(Notice.verb == "collision.opened").count() == 3


def test_seventy_thirty_sums_to_the_whole_and_ownership_follows(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.rival, {cast.rival: 7000, cast.seller: 3000}, "先报价的是李二", by=cast.manager, at=AT + 3 * DAY)
    customer = Customer.with_people().get()
    assert customer.owner == cast.rival
    assert shares.of(customer) == {cast.rival: 7000, cast.seller: 3000}
    assert sum(shares.split(33_333_33, shares.of(customer)).values()) == 33_333_33
    assert customer.is_on_team(cast.seller, editing=True)
    assert not customer.is_on_team(cast.rival)


# ---- who collides ----------------------------------------------------------------------------------------------------


def test_both_sides_and_their_superior_are_told_once(cast, customer, lead_of_rival):
    follow_ups.write(lead_of_rival, cast.rival, "phone", "再打一次", at=AT + 2 * DAY)
    follow_ups.write(customer, cast.seller, "phone", "客户说有人打过", at=AT + 2 * DAY)
    assert told(the_case()) == ["manager", "rival", "seller"]
    assert Notice.select().where(Notice.record_kind == "collision").count() == 3


def test_where_no_common_superior_can_rule_the_administrators_are_told(cast, customer):
    leads.create(cast.outsider, name=NAME, at=AT + DAY)
    assert told(the_case()) == ["admin", "manager", "outsider", "seller"]


@pytest.mark.parametrize("days, cases", [(30, 1), (31, 0)])
def test_acts_further_apart_than_the_companys_days_do_not_collide(cast, customer, days, cases):
    leads.create(cast.rival, name=NAME, at=AT + days * DAY)
    assert Collision.select().count() == cases


def test_the_company_sets_the_days(cast, customer):
    Company.update(collision_days=5).execute()
    leads.create(cast.rival, name=NAME, at=AT + 6 * DAY)
    assert not Collision.select().exists()


@pytest.mark.parametrize("same", [{"name": "苏州恒立精密机械制造有限公司 "}, {"name": "别的公司", "phone": "13812905678"}])
def test_one_name_or_one_telephone_is_one_company(cast, customer, same):
    leads.create(cast.rival, at=AT + DAY, **same)
    assert the_case().record_id == customer.id


@pytest.mark.parametrize("same", ["蘇州恒立精密機械製造有限公司", "恒立精密机械制造（苏州）股份有限公司", "苏州市恒立精密机械制造有限责任公司"])
def test_one_name_in_another_spelling_is_one_company(cast, customer, same):
    leads.create(cast.rival, name=same, at=AT + DAY)
    assert the_case().record_id == customer.id


@pytest.mark.parametrize("other", [f"{NAME}无锡分公司", "无锡恒立精密机械制造有限公司", "苏州恒力精密机械制造有限公司", "恒立精密"])
def test_a_branch_another_place_or_what_is_only_like_it_is_another_company(cast, customer, other):
    leads.create(cast.rival, name=other, at=AT + DAY)
    assert not Collision.select().exists()


def test_who_was_told_apart_does_not_collide(cast, customer):
    branch = customers.create(cast.rival, name="恒立二厂", at=AT)
    cleansing.tell_apart(customer, branch, by=cast.admin)
    customers.edit(branch, cast.rival, phone=customer.phone, at=AT)
    follow_ups.write(branch, cast.rival, "phone", "二厂的事", at=AT + DAY)
    assert not Collision.select().exists()


# ---- what comes into a pool first ------------------------------------------------------------------------------------


@pytest.fixture
def lying(cast, customer):
    """The same company once more, in a pool: as a file or a web form brings it."""
    leads.create(None, pool=Pool.of("lead").get(), name=NAME, at=AT + DAY)
    return Lead.with_people().get()


def test_an_imported_double_opens_a_case_when_it_becomes_anothers(cast, customer, run):
    """Lying in the pool it is in nobody's way; the evidence names the taking."""
    run(files.csv("企业名称", NAME), existing=Import.CREATE)
    lead = Lead.with_people().get()
    assert not Collision.select().exists()
    pool.claim(lead, cast.rival, at=AT + DAY)
    assert (kinds(the_case())[-1], [person.login for person in the_case().parties]) == (Touch.TAKEN, ["seller", "rival"])


@pytest.mark.parametrize("same", [{"name": "蘇州恒立精密機械製造有限公司"}, {"name": "别的公司", "phone": "13812905678"}])
def test_a_claim_collides_by_another_spelling_or_by_the_number_alone(cast, customer, same):
    leads.create(None, pool=Pool.of("lead").get(), at=AT + DAY, **same)
    pool.claim(Lead.with_people().get(), cast.rival, at=AT + DAY)
    assert the_case().record_id == customer.id


def test_nor_may_a_rule_or_a_manager_put_two_on_one_company_unnoticed(cast, lying):
    assignment.save_rule(None, cast.admin, takers=[cast.rival], name="全部", what="lead", method="person")
    assignment.place(lying, "form", at=AT + DAY)
    assert the_case().acts.where(CollisionAct.side == cast.rival).get().actor == cast.rival


def test_whoever_has_the_company_may_take_its_double(cast, lying):
    pool.assign(lying, cast.seller, by=cast.manager, at=AT + DAY)
    assert not Collision.select().exists()


def test_a_claim_that_was_taken_back_is_in_nobodys_way(cast):
    leads.create(None, pool=Pool.of("lead").get(), name=NAME, at=AT)
    lead = Lead.with_people().get()
    pool.claim(lead, cast.seller, at=AT)
    pool.unclaim(lead, cast.seller, at=AT + DAY)
    leads.create(cast.rival, name=NAME, at=AT + 2 * DAY)
    assert not Collision.select().exists()


# ---- two leads -------------------------------------------------------------------------------------------------------


def test_leads_of_one_company_collide_where_there_is_no_customer_yet(cast):
    first = leads.create(cast.seller, name=NAME, at=AT)
    leads.create(cast.rival, name=NAME, at=AT + DAY)
    assert (the_case().record_kind, the_case().record_id) == ("lead", first.id)


def test_a_colleague_who_merely_sees_the_department_collides_when_he_calls(cast, customer):
    User.update(data_scope="department").where(User.id == cast.rival.id).execute()
    follow_ups.write(customer, User.get_by_id(cast.rival.id), "phone", "顺手打了一个", at=AT + DAY)
    assert [person.login for person in the_case().parties] == ["seller", "rival"]


def test_a_ticket_opened_for_anothers_customer_collides_unless_service_opens_it(cast, customer):
    tickets.create(cast.service, customer, "坏了", at=AT + DAY)
    assert not Collision.select().exists()
    tickets.create(cast.rival, customer, "我来跟", at=AT + DAY)
    assert kinds(the_case())[-1] == Touch.TICKET


def test_help_is_no_collision(cast, customer):
    """Of a team member, of the manager, of whoever opens his own deal while he helps, and of the owner's own second record."""
    members.add(customer, cast.rival, by=cast.seller, may_edit=True, at=AT)
    follow_ups.write(customer, cast.rival, "phone", "帮忙回电", at=AT + DAY)
    follow_ups.write(customer, cast.manager, "visit", "陪同拜访", at=AT + DAY)
    deals.create(cast.rival, customer, "备件", 100_00, at=AT + DAY)
    leads.create(cast.seller, name=NAME, at=AT + DAY)
    assert not Collision.select().exists()
    assert {touch.side_id for touch in Touch.select()} == {cast.seller.id}


def test_a_lead_put_into_a_pool_is_in_nobodys_way(cast, customer):
    leads.create(cast.admin, pool=Pool.get(Pool.what == "lead"), name=NAME, at=AT + DAY)
    assert not Collision.select().exists()


def test_a_successor_is_not_in_his_predecessors_way(cast, customer):
    customers.hand_over(customer, cast.rival, by=cast.manager, at=AT + DAY)
    follow_ups.write(Customer.with_people().get(), cast.rival, "phone", "接手", at=AT + 2 * DAY)
    assert not Collision.select().exists()


def test_whoever_kept_a_deal_of_his_own_time_goes_on_with_it(cast, customer):
    deal = deals.create(cast.seller, customer, "二期", 100_00, at=AT)
    customers.hand_over(customer, cast.rival, by=cast.manager, at=AT + DAY)
    follow_ups.write(Customer.with_people().get(), cast.rival, "phone", "接手", at=AT + 2 * DAY)
    follow_ups.write(deal, cast.seller, "phone", "二期继续", at=AT + 3 * DAY)
    assert not Collision.select().exists()


def test_what_somebody_gave_back_no_longer_stands_against_the_next(cast):
    lead = leads.create(cast.seller, name=NAME, at=AT)
    pool.release(lead, cast.seller, "no_need", at=AT + DAY)
    leads.create(cast.rival, name=NAME, at=AT + 2 * DAY)
    assert not Collision.select().exists()


def test_nobody_collides_with_whoever_has_left(cast, customer):
    accounts.disable(cast.seller, by=cast.admin)
    leads.create(cast.rival, name=NAME, at=AT + DAY)
    assert not Collision.select().exists()


# ---- the evidence ----------------------------------------------------------------------------------------------------


def test_evidence_is_what_stood_in_the_audit_and_what_comes_later_is_marked(cast, customer, lead_of_rival):
    follow_ups.write(lead_of_rival, cast.rival, "phone", "后来又打", at=AT + 2 * DAY)
    acts = list(the_case().acts.order_by(CollisionAct.at, CollisionAct.id))
    assert [act.later for act in acts] == [False, False, False, True]
    assert [act.event.verb for act in acts] == ["customer.created", "customer.followed_up", "lead.created", "lead.followed_up"]
    assert [act.side.login for act in acts] == ["seller", "seller", "rival", "rival"]


def test_a_third_side_joins_the_case_and_is_told(cast, customer, lead_of_rival):
    leads.create(cast.outsider, name=NAME, at=AT + 2 * DAY)
    assert Collision.select().count() == 1
    assert len(the_case().parties) == 3
    joined = Notice.select().where(Notice.verb == "collision.joined")
    assert {notice.user.login for notice in joined} == {"outsider", "admin"}


def test_a_case_about_a_lead_goes_along_to_the_customer_it_becomes(cast):
    lead = leads.create(cast.seller, name=NAME, at=AT)
    leads.create(cast.rival, name=NAME, at=AT + DAY)
    conversion = leads.convert(Lead.with_people().where(Lead.id == lead.id).get(), cast.seller, at=AT + 2 * DAY)
    assert (the_case().record_kind, the_case().record_id) == ("customer", conversion.customer_id)
    assert Touch.select().where(Touch.record_kind == "customer", Touch.side == cast.seller).count() >= 1
    assert Collision.select().count() == 1


# ---- the ruling ------------------------------------------------------------------------------------------------------


def test_the_whole_to_one_takes_what_the_other_had_of_the_company(cast, customer, lead_of_rival):
    deal = deals.create(cast.rival, customer, "光幕", 100_00, at=AT + DAY)
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "老客户", by=cast.manager, at=AT + 2 * DAY)
    assert Lead.get_by_id(lead_of_rival.id).owner_id == cast.seller.id
    assert Opportunity.get_by_id(deal.id).owner_id == cast.seller.id
    assert not Member.select().exists()


def test_whoever_shares_goes_on_with_his_own_deal(cast, customer, lead_of_rival):
    deal = deals.create(cast.rival, customer, "光幕", 100_00, at=AT + DAY)
    collisions.rule(the_case(), cast.seller, {cast.seller: 5000, cast.rival: 5000}, "各一半", by=cast.manager, at=AT + 2 * DAY)
    assert Opportunity.get_by_id(deal.id).owner_id == cast.rival.id
    follow_ups.write(Opportunity.get_by_id(deal.id), cast.rival, "phone", "继续", at=AT + 3 * DAY)
    assert Collision.select().count() == 1


def test_a_third_may_get_it(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.outsider, {cast.outsider: 10_000}, "按区域", by=cast.admin, at=AT + 2 * DAY)
    assert Customer.get().owner_id == cast.outsider.id


@pytest.mark.parametrize("points", [{"seller": 7000, "rival": 2999}, {"seller": 11_000, "rival": -1000}, {}])
def test_a_ruling_whose_shares_are_not_the_whole_changes_nothing(cast, customer, lead_of_rival, points):
    events = Event.select().count()
    with pytest.raises(Refused):
        collisions.rule(the_case(), cast.rival, {getattr(cast, who): n for who, n in points.items()}, "x", by=cast.manager)
    assert (the_case().status, Customer.get().owner_id, Event.select().count()) == (Collision.OPEN, cast.seller.id, events)


def test_nobody_without_room_is_given_a_customer(cast, customer, lead_of_rival):
    Company.update(customer_capacity=0).execute()
    with pytest.raises(Refused):
        collisions.rule(the_case(), cast.rival, {cast.rival: 10_000}, "x", by=cast.manager)
    assert the_case().is_open and not Share.select().exists()


def test_of_two_rulings_the_first_counts_and_the_second_is_told_whose(cast, customer, lead_of_rival):
    slower = the_case()
    collisions.rule(the_case(), cast.rival, {cast.rival: 10_000}, "先到", by=cast.manager, at=AT + 2 * DAY)
    with pytest.raises(Refused) as refusal:
        collisions.rule(slower, cast.seller, {cast.seller: 10_000}, "后到", by=cast.admin, at=AT + 2 * DAY)
    assert cast.manager.name in refusal.value.message
    assert Customer.get().owner_id == cast.rival.id
    assert Share.select().where(Share.until.is_null()).count() == 1


def test_a_lock_keeps_everybody_elses_quotes_out_until_its_last_day(cast, customer, lead_of_rival):
    deal = deals.create(cast.seller, customer, "光幕", 100_00, at=AT + DAY)
    of_rival = deals.create(cast.outsider, customer, "抢单", 100_00, at=AT + DAY)
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "锁定", by=cast.admin, lock_days=10, at=AT + 2 * DAY)
    Opportunity.update(owner=cast.outsider).where(Opportunity.id == of_rival.id).execute()
    quotes.create(Opportunity.get_by_id(deal.id), by=cast.seller, at=AT + 3 * DAY)
    with pytest.raises(Refused):
        quotes.create(Opportunity.get_by_id(of_rival.id), by=cast.outsider, at=AT + 12 * DAY - timedelta(seconds=1))
    quotes.create(Opportunity.get_by_id(of_rival.id), by=cast.outsider, at=AT + 12 * DAY)
    assert Quote.select().count() == 2


def test_after_a_ruling_what_was_before_is_settled_and_a_new_act_opens_a_new_case(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "老客户", by=cast.manager, at=AT + 2 * DAY)
    follow_ups.write(Customer.with_people().get(), cast.seller, "phone", "继续", at=AT + 3 * DAY)
    assert Collision.select().count() == 1
    tickets.create(cast.rival, customer, "还是我来", at=AT + 4 * DAY)
    assert [case.status for case in Collision.select().order_by(Collision.id)] == [Collision.RULED, Collision.OPEN]


def test_a_dismissed_case_lets_both_be_for_as_many_days(cast, customer, lead_of_rival):
    collisions.dismiss(the_case(), by=cast.manager, reason="两个厂区", at=AT + 2 * DAY)
    follow_ups.write(lead_of_rival, cast.rival, "phone", "二厂", at=AT + 3 * DAY)
    follow_ups.write(customer, cast.seller, "phone", "一厂", at=AT + 31 * DAY)
    assert Collision.select().count() == 1
    follow_ups.write(lead_of_rival, cast.rival, "phone", "二厂", at=AT + 33 * DAY)
    assert Collision.select().count() == 2


def test_an_administrators_reopening_leaves_what_was_ruled_in_force(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.rival, {cast.rival: 6000, cast.seller: 4000}, "x", by=cast.manager, at=AT + 2 * DAY)
    collisions.reopen(the_case(), by=cast.admin, at=AT + 3 * DAY)
    assert the_case().is_open and Customer.get().owner_id == cast.rival.id
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "改判", by=cast.admin, at=AT + 4 * DAY)
    assert shares.of(Customer.get()) == {cast.seller: 10_000}
    assert Share.select().where(Share.until == AT + 4 * DAY).count() == 2


def test_two_cases_about_one_customer_are_never_open_together(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "x", by=cast.manager, at=AT + 2 * DAY)
    tickets.create(cast.rival, customer, "又来", at=AT + 4 * DAY)
    with pytest.raises(Refused):
        collisions.reopen(Collision.select().order_by(Collision.id).first(), by=cast.admin)


def test_both_sides_learn_of_the_ruling(cast, customer, lead_of_rival):
    collisions.rule(the_case(), cast.seller, {cast.seller: 10_000}, "老客户", by=cast.manager, at=AT + 2 * DAY)
    assert {notice.user.login for notice in Notice.select().where(Notice.verb == "collision.ruled")} == {"seller", "rival"}
