"""Handover: the plan is what is done, nothing stays with the leaver, everything comes back; whatever he had."""

from datetime import datetime, timedelta
from random import Random

import pytest
from peewee import ForeignKeyField

from domain import (
    Refused,
    accounts,
    approvals,
    customers,
    deals,
    flows,
    follow_ups,
    handover,
    holdings,
    leads,
    pool,
    pools,
    tickets,
)
from models import (
    TABLES,
    Approval,
    Claim,
    Company,
    Customer,
    Event,
    FollowUp,
    Handover,
    HandoverItem,
    Lead,
    Notice,
    Opportunity,
    Pool,
    PoolScope,
    StageChange,
    Task,
    User,
)
from tests import offers, routes
from tests.leaver import burden, conserved, ownership

AT = datetime(2026, 11, 26, 2)
SEEDS = range(5)

# Columns that say who did something, or to whom something was said. What makes a row somebody's is in holdings.HELD.
DID = {"by", "actor", "author", "last_owner", "side"}
SAID = {
    "session.user": "ends when the account is disabled", "notice.user": "what was told; unread ones go along with their record",
    "import.user": "who brought the file in", "visit.user": "who was there", "handover.leaver": "this very thing",
    "handoveritem.to": "this very thing", "presence.user": "who works on it right now; gone by itself",
    "recordview.user": "who looked", "reveal.user": "who looked", "leakalert.user": "who was conspicuous",
    "assignmentrule.last_user": "whose turn it was",
    "sellerprofile.user": "what he was good at",
    "mail.sender": "who sent it",
    "export.user": "his alone, and gone after a week",
    "departmentmember.user": "where he worked besides",
    "approval.decided_for": "who was away", "approvalcopy.user": "who was told",
    "delegation.person": "over once he is disabled: his seats ask others then", "delegation.to": "decides no more once he is disabled",
    "collision.owner": "what a ruling said", "share.user": "what a ruling gave him for what he did",
}


def made(cast, seed=0, size=6):
    return burden(cast.seller, cast, Random(seed), size)


def carried_out(leaver, cast, successors=None, **options):
    options = {"fills_pools": True} | options
    planned = handover.plan(leaver, cast.admin, successors or [cast.rival, cast.manager], **options)
    handover.start(planned, cast.admin, at=AT)
    handover.run(planned.id, batch=3, pause=0, at=AT)
    return Handover.get_by_id(planned.id)


def undone(done, cast, at=AT + timedelta(hours=23)):
    handover.undo(done, cast.admin, at=at)
    handover.run(done.id, batch=4, pause=0, at=at)
    return Handover.get_by_id(done.id)


def items(found, *conditions):
    return list(found.items.where(*conditions).order_by(HandoverItem.id))


# ---- nothing is forgotten --------------------------------------------------------------------------------------------


def test_every_column_that_makes_a_row_somebodys_is_known_to_the_handover():
    held = {(holding.column.model, holding.column.name) for holding in holdings.HELD.values()}
    unknown = [
        f"{table.kind()}.{field.name}"
        for table in TABLES
        for field in table._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model is User and (table, field.name) not in held
        and field.name not in DID and not field.name.endswith("_by") and f"{table.kind()}.{field.name}" not in SAID
    ]
    assert unknown == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("split", Handover.SPLITS)
def test_after_the_run_nothing_anywhere_is_the_leavers_and_nothing_is_lost(cast, seed, split):
    leaver = made(cast, seed)
    before, said = conserved(), list(FollowUp.select().order_by(FollowUp.id).dicts())
    stages = {deal.id: (deal.stage_id, deal.status, deal.stage_since, deal.expected_on) for deal in Opportunity.select()}
    done = carried_out(leaver, cast, split=split, instead={"ticket": cast.service})
    assert done.status == Handover.DONE
    assert holdings.counts(leaver) == {}
    assert conserved() == before
    assert list(FollowUp.select().order_by(FollowUp.id).dicts()) == said
    assert {deal.id: (deal.stage_id, deal.status, deal.stage_since, deal.expected_on) for deal in Opportunity.select()} == stages
    assert not StageChange.select().where(StageChange.at == AT).exists()
    for table in (Lead, Customer):
        lying = table.pool.is_null(False)
        assert not table.select().where(lying & table.owner.is_null(False)).exists()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("capacity", [2, 100])
def test_an_undo_within_the_day_returns_every_row_to_what_it_was(cast, seed, capacity):
    leaver = made(cast, seed)
    Company.update(claim_capacity=capacity, customer_capacity=capacity).execute()
    before = ownership()
    done = carried_out(leaver, cast)
    assert holdings.counts(leaver) == {}
    back = undone(done, cast)
    assert back.status == Handover.UNDONE
    assert not items(back, HandoverItem.status == HandoverItem.KEPT)
    after = ownership()
    for table, rows in before.items():
        assert after[table] == rows, table


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_says_of_every_record_who_has_it_now(cast, seed):
    carried_out(made(cast, seed), cast)
    for table in (Lead, Customer):
        for record in table.select():
            claim = Claim.get_or_none(Claim.of(record), Claim.ended_at.is_null())
            is_open = table is Customer or record.status in Lead.OPEN
            assert (claim and claim.owner_id) == (record.owner_id if is_open else None)


# ---- the plan --------------------------------------------------------------------------------------------------------


def test_what_was_planned_is_what_is_done(cast):
    planned = handover.plan(made(cast), cast.admin, [cast.rival, cast.manager], fills_pools=True)
    wanted = [(item.what, item.record_id, item.to_id, item.pool_id) for item in items(planned)]
    handover.start(planned, cast.admin, at=AT)
    handover.run(planned.id, pause=0, at=AT)
    assert [(item.what, item.record_id, item.to_id, item.pool_id) for item in items(planned)] == wanted
    assert {item.status for item in items(planned)} == {HandoverItem.MOVED}


def test_a_customer_and_what_belongs_to_it_go_to_one_person(cast):
    leaver = made(cast, size=10)
    carried_out(leaver, cast)
    for deal in Opportunity.select().where(Opportunity.created_by == leaver):
        assert deal.owner_id in (deal.customer.owner_id, None) or deal.customer.owner_id is None
        assert {quote.owner_id for quote in deal.quotes} <= {deal.owner_id}


def test_evenly_means_that_nobody_gets_two_more_than_another(cast):
    for number in range(7):
        customers.create(cast.seller, name=f"客户 {number}")
    planned = handover.plan(cast.seller, cast.admin, [cast.rival, cast.manager, cast.outsider])
    numbers = [sum(item.to_id == user.id for item in items(planned)) for user in (cast.rival, cast.manager, cast.outsider)]
    assert sorted(numbers) == [2, 2, 3]


def test_all_to_one_goes_on_with_the_next_where_the_first_is_full(cast):
    for number in range(5):
        customers.create(cast.seller, name=f"客户 {number}")
    Company.update(customer_capacity=3).execute()
    planned = handover.plan(cast.seller, cast.admin, [cast.rival, cast.manager], split=Handover.TOGETHER)
    assert [item.to_id for item in items(planned)] == [cast.rival.id] * 3 + [cast.manager.id] * 2


def test_by_area_a_customer_goes_to_whoever_has_customers_there(cast):
    customers.create(cast.manager, name="已有", province="浙江")
    for province in ("浙江", "浙江", "江苏"):
        customers.create(cast.seller, name=f"{province} 客户", province=province)
    planned = handover.plan(cast.seller, cast.admin, [cast.rival, cast.manager], split=Handover.AREA)
    assert [item.to_id for item in items(planned)] == [cast.manager.id, cast.manager.id, cast.rival.id]


def test_by_department_it_stays_where_its_pool_belongs_else_in_the_leavers(cast):
    """The rival works in the leaver's department, the outsider in 华南, whose pool that is."""
    southern = pools.save(None, cast.admin, "华南公海", [cast.outsider.department], what="customer")
    for number in range(4):
        customer = customers.create(cast.seller, name=f"客户 {number}")
        Customer.update(home_pool=southern if number % 2 else None).where(Customer.id == customer.id).execute()
    planned = handover.plan(cast.seller, cast.admin, [cast.outsider, cast.rival], split=Handover.DEPARTMENT)
    assert [item.to_id for item in items(planned)] == [cast.rival.id, cast.outsider.id] * 2
    Company.update(customer_capacity=1).execute()
    planned = handover.plan(cast.seller, cast.admin, [cast.outsider, cast.rival], split=Handover.DEPARTMENT)
    assert [item.to_id for item in items(planned)] == [cast.rival.id, cast.outsider.id, None, None]


def test_a_kind_may_have_a_successor_of_its_own(cast):
    leads.create(cast.seller, name="线索")
    customers.create(cast.seller, name="客户")
    planned = handover.plan(cast.seller, cast.admin, [cast.rival], instead={"lead": cast.manager})
    assert {item.what: item.to_id for item in items(planned)} == {"lead": cast.manager.id, "customer": cast.rival.id}


def test_what_nobody_has_room_for_is_said_and_nothing_starts_until_it_has_a_place(cast):
    for number in range(3):
        customers.create(cast.seller, name=f"客户 {number}")
    Company.update(customer_capacity=1).execute()
    planned = handover.plan(cast.seller, cast.admin, [cast.rival])
    assert handover.unplaced(planned) == {"customer": 2}
    with pytest.raises(Refused):
        handover.start(planned, cast.admin)
    assert carried_out(cast.seller, cast, [cast.rival]).status == Handover.DONE
    assert Customer.select().where(Customer.pool.is_null(False), Customer.drop_reason == "handover").count() == 2


def test_a_customer_with_an_open_deal_goes_before_the_others_and_never_into_a_pool(cast):
    for number in range(3):
        customers.create(cast.seller, name=f"客户 {number}")
    last = customers.create(cast.seller, name="在谈的客户")
    deals.create(cast.seller, last, "商机", 100)
    Company.update(customer_capacity=1).execute()
    carried_out(cast.seller, cast, [cast.rival])
    assert Customer.get(Customer.owner == cast.rival) == last


def test_tickets_go_to_service_and_wait_for_a_choice_where_no_successor_does_it(cast):
    ticket = tickets.create(cast.seller, customers.create(cast.seller, name="客户"), "坏了")
    tickets.assign(ticket, cast.service, by=cast.admin)
    assert handover.unplaced(handover.plan(cast.service, cast.admin, [cast.rival])) == {"ticket": 1}
    other = accounts.create_user(
        cast.admin, "seven green maps", login="service2", name="冯服务", role=User.SERVICE, data_scope="self",
        department=cast.service.department,
    )
    planned = handover.plan(cast.service, cast.admin, [cast.rival], instead={"ticket": other})
    assert [item.to_id for item in items(planned)] == [other.id]


@pytest.mark.parametrize("wrong", [
    lambda cast: (cast.seller, [cast.seller]), lambda cast: (cast.seller, []), lambda cast: (cast.seller, [cast.disabled]),
    lambda cast: (cast.admin, [cast.rival]), lambda cast: (cast.rival, [cast.manager]),
])
def test_nobody_hands_over_to_himself_to_nobody_to_a_leaver_or_nothing(cast, wrong):
    customers.create(cast.seller, name="客户")
    leaver, successors = wrong(cast)
    with pytest.raises(Refused):
        handover.plan(leaver, cast.admin, successors)
    assert not Handover.select().exists()


def test_a_new_plan_takes_the_place_of_the_old_one_and_a_discarded_one_is_gone(cast):
    customers.create(cast.seller, name="客户")
    for successor in (cast.rival, cast.manager):
        planned = handover.plan(cast.seller, cast.admin, [successor])
    assert [item.to_id for item in HandoverItem.select()] == [cast.manager.id]
    handover.discard(planned, cast.admin)
    assert not HandoverItem.select().exists()


def test_a_plan_is_refused_when_a_successor_has_less_room_by_now(cast):
    customers.create(cast.seller, name="客户")
    planned = handover.plan(cast.seller, cast.admin, [cast.rival])
    Company.update(customer_capacity=1).execute()
    customers.create(cast.rival, name="新客户")
    with pytest.raises(Refused):
        handover.start(planned, cast.admin)


# ---- the run ---------------------------------------------------------------------------------------------------------


def test_a_run_that_was_killed_goes_on_and_does_nothing_twice(cast):
    leaver = made(cast)
    planned = handover.plan(leaver, cast.admin, [cast.rival, cast.manager], fills_pools=True)
    handover.start(planned, cast.admin, at=AT)
    running = Handover.get_by_id(planned.id)
    handover.step(running, 5, AT)
    with pytest.raises(RuntimeError), handover.transaction():
        handover.step(running, 5, AT)
        raise RuntimeError("the power fails in the middle of a batch")
    assert len(items(planned, HandoverItem.status == HandoverItem.MOVED)) == 5
    assert handover.unfinished() == [planned.id]
    handover.run(planned.id, pause=0, at=AT)
    assert holdings.counts(leaver) == {}
    moved = [event.record_id for event in Event.select().where(Event.verb == "customer.assigned")]
    assert moved and len(set(moved)) == len(moved)


def test_what_came_to_the_leaver_since_the_plan_is_handed_over_too_and_what_left_him_is_passed_over(cast):
    gone, stays = (customers.create(cast.seller, name=name) for name in ("甲", "乙"))
    planned = handover.plan(cast.seller, cast.admin, [cast.rival])
    pool.assign(gone, cast.manager, by=cast.admin)
    late = customers.create(cast.seller, name="丙")
    handover.start(planned, cast.admin, at=AT)
    handover.run(planned.id, pause=0, at=AT)
    assert {row.id: row.owner_id for row in Customer.select()} == {
        gone.id: cast.manager.id, stays.id: cast.rival.id, late.id: cast.rival.id,
    }
    assert [item.status for item in items(planned)] == [HandoverItem.GONE, HandoverItem.MOVED, HandoverItem.MOVED]


def test_the_leaver_loses_his_access_at_the_end_unless_it_is_wanted_otherwise(cast):
    customers.create(cast.seller, name="客户")
    done = carried_out(cast.seller, cast)
    assert done.disabled and not User.get_by_id(cast.seller.id).active
    customers.create(cast.rival, name="客户 2")
    assert not carried_out(cast.rival, cast, [cast.manager], disables=False).disabled
    assert User.get_by_id(cast.rival.id).active


def test_an_approval_goes_to_the_successor_or_his_superior_and_never_to_whoever_submitted(cast):
    routes.lead_through(routes.person(cast.finance))
    for person in (cast.rival, cast.outsider):
        approvals.submit(offers.quote(person, number=f"Q-{person.login}"), by=person)
    carried_out(cast.finance, cast, [cast.rival])
    asked = {step.submitted_by_id: step.approver_id for step in Approval.select()}
    assert asked == {cast.rival.id: cast.manager.id, cast.outsider.id: cast.rival.id}
    assert flows.running("quote")[1][0].people == (cast.rival.id,)


def test_the_last_person_of_a_pool_is_followed_so_that_it_does_not_open_to_all(cast):
    leaver = made(cast)
    carried_out(leaver, cast)
    scopes = {scope.pool.name: scope.user_id for scope in PoolScope.select().where(PoolScope.user.is_null(False))}
    assert scopes == {"池 0": cast.rival.id, "池 1": cast.rival.id}
    assert not Pool.open_to(cast.outsider, "customer").where(Pool.name.startswith("池")).exists()


def test_the_successors_are_told_once_each_and_not_of_every_record(cast):
    for number in range(4):
        customers.create(cast.seller, name=f"客户 {number}")
    carried_out(cast.seller, cast)
    told = [(notice.user_id, notice.verb, notice.facts["number"]) for notice in Notice.select().order_by(Notice.user)]
    assert sorted(told) == sorted([(cast.rival.id, "handover.finished", 2), (cast.manager.id, "handover.finished", 2)])


def test_the_successors_are_told_that_a_handover_is_undone(cast):
    customers.create(cast.seller, name="甲")
    undone(carried_out(cast.seller, cast, [cast.rival]), cast)
    told = Notice.select().where(Notice.user == cast.rival).order_by(Notice.id.desc()).get()
    assert (told.verb, told.facts["name"], told.facts["number"]) == ("handover.undone", cast.seller.name, 1)


def test_every_event_of_a_handover_names_it(cast):
    done = carried_out(made(cast), cast)
    moved = Event.select().where(Event.verb.in_(("customer.assigned", "lead.handed_over", "opportunity.handed_over")), Event.at == AT)
    assert moved.count() and {event.detail["handover"] for event in moved} == {done.id}


# ---- the undo --------------------------------------------------------------------------------------------------------


def test_what_a_successor_passed_on_stays_where_it_is_and_is_listed(cast):
    first, second = (customers.create(cast.seller, name=name) for name in ("甲", "乙"))
    done = carried_out(cast.seller, cast, [cast.rival])
    pool.assign(Customer.get_by_id(first.id), cast.outsider, by=cast.admin)
    back = undone(done, cast)
    assert {row.id: row.owner_id for row in Customer.select()} == {first.id: cast.outsider.id, second.id: cast.seller.id}
    assert [item.record_id for item in items(back, HandoverItem.status == HandoverItem.KEPT)] == [first.id]
    assert User.get_by_id(cast.seller.id).active


def test_what_a_successor_did_with_a_record_stays_when_it_goes_back(cast):
    lead = leads.create(cast.seller, name="线索")
    done = carried_out(cast.seller, cast, [cast.rival])
    follow_ups.write(Lead.get_by_id(lead.id), cast.rival, "phone", "接手后谈过", next_at=AT + timedelta(days=3))
    undone(done, cast)
    lead = Lead.get_by_id(lead.id)
    assert (lead.owner, lead.status, lead.last_note) == (cast.seller, Lead.FOLLOWING, "接手后谈过")
    assert (Task.get().owner, FollowUp.get().author) == (cast.seller, cast.rival)


def test_an_undo_is_for_a_day_and_for_once(cast):
    customers.create(cast.seller, name="客户")
    done = carried_out(cast.seller, cast)
    with pytest.raises(Refused) as no:
        handover.undo(done, cast.admin, at=AT + timedelta(hours=24, seconds=1))
    assert no.value.facts["until"] == AT + timedelta(hours=24)
    back = undone(done, cast, at=AT + timedelta(hours=24))
    with pytest.raises(Refused):
        handover.undo(back, cast.admin, at=AT + timedelta(hours=24))


def test_only_one_handover_of_a_person_is_under_way(cast):
    customers.create(cast.seller, name="客户")
    planned = handover.plan(cast.seller, cast.admin, [cast.rival])
    handover.start(planned, cast.admin)
    for act in (lambda: handover.start(planned, cast.admin), lambda: handover.plan(cast.seller, cast.admin, [cast.manager]),
                lambda: handover.discard(planned, cast.admin), lambda: handover.undo(planned, cast.admin)):
        with pytest.raises(Refused):
            act()
