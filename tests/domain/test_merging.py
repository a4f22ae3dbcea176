"""Merging (合并): what moves, what is shown is what is done, and taking it back restores every row."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import (
    Refused,
    accounts,
    customers,
    deals,
    duplicates,
    follow_ups,
    leads,
    members,
    merge_plans,
    merging,
    orders,
    pool,
    re_registered,
    search,
    tickets,
    timeline,
)
from models import (
    TABLES,
    Claim,
    Contact,
    Conversion,
    Customer,
    Event,
    FollowUp,
    Member,
    Merge,
    Notice,
    Opportunity,
    Order,
    Pool,
    Quote,
    Task,
    Ticket,
    db,
)
from tests import offers

AT = datetime(2026, 11, 21, 2, 0)
LATER = AT + timedelta(days=3)
TOLD = (Event, Merge, Notice)  # what a merge and its undo say of themselves


def rows():
    """{table: its rows}, but for what tells of the merge, and when a record was last changed."""
    return {
        table.kind(): [{name: value for name, value in row.items() if name != "updated_at"} for row in table.select().order_by(table.id).dicts()]
        for table in TABLES if table not in TOLD
    }


def customer(owner, name="常州恒力机械有限公司", **columns):
    return customers.create(owner, name=name, at=AT, **columns)


def lead(owner, name="常州恒力机械有限公司", **columns):
    return leads.create(owner, name=name, at=AT, **columns)


def fresh(record):
    return type(record).get_by_id(record.id)


# ---- fields ----------------------------------------------------------------------------------------------------------


def test_an_empty_field_takes_what_the_other_record_knows(cast):
    winner, loser = customer(cast.seller, city="常州"), customer(cast.seller, city="无锡", phone="13800000001")
    merging.merge(winner, loser, by=cast.seller, at=AT)
    assert (fresh(winner).city, fresh(winner).phone) == ("常州", "13800000001")


def test_each_field_can_be_chosen_and_the_name_is_found_afterwards(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    merging.merge(winner, loser, by=cast.seller, picks={"name": "loser"}, at=AT)
    assert fresh(winner).name == "乙公司" and duplicates.customer_named("乙 公司") == winner
    assert list(search.narrowed(Customer.visible_to(cast.seller), "customer", "乙公")) == [winner]


def test_the_last_follow_up_of_either_counts_and_the_first_deal(cast):
    winner, loser = customer(cast.seller), customer(cast.seller)
    follow_ups.write(loser, cast.seller, "phone", "谈好了", at=LATER)
    Customer.update(dealt_at=LATER).where(Customer.id == loser.id).execute()
    merging.merge(winner, fresh(loser), by=cast.seller, at=LATER)
    kept = fresh(winner)
    assert (kept.last_follow_up_at, kept.last_note, kept.dealt_at) == (LATER, "谈好了", LATER)


# ---- what moves ------------------------------------------------------------------------------------------------------


def attach_everything(record, owner, cast, at=AT):
    """One of each that can hang on a customer or lead."""
    members.add(record, cast.outsider, by=cast.admin, may_edit=True, at=at)
    follow_ups.write(record, owner, "phone", "第一次联系", next_at=at + timedelta(days=2), at=at)
    if record.kind() == "lead":
        return
    contact = customers.add_contact(record, owner, name="李四", at=at)
    deal = deals.create(owner, record, "商机", 100_00, contact=contact, at=at)
    quote = offers.quote(owner, opportunity=deal, number=f"Q-{record.id}")
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-").where(Quote.id == quote.id).execute()
    orders.create(Quote.get_by_id(quote.id), by=owner, at=at)
    tickets.create(owner, record, "坏了", at=at)
    leads.convert(lead(owner, record.name), by=owner, at=at)


def test_everything_attached_moves_whatever_table_names_the_record(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.rival, "乙公司")
    attach_everything(loser, cast.rival, cast)
    merging.merge(winner, fresh(loser), by=cast.manager, at=LATER)
    for table, column, by_kind in merge_plans.attachments("customer"):
        left = merge_plans.attached(table, column, by_kind, loser)
        assert not left.exists(), f"{table.__name__} stays with what is no more"
    for table in (Contact, Opportunity, Quote, Order, Ticket, Conversion):
        assert table.select().where(table.customer == winner).exists(), table.__name__
    for table in (FollowUp, Task, Member):
        assert table.select().where(table.record_kind == "customer", table.record_id == winner.id).exists(), table.__name__


def test_a_table_of_tomorrow_is_found_by_its_columns(cast):
    """Whoever adds a table that names a customer or lead finds it moved, or says in STAYS why it is not."""
    for kind in ("customer", "lead"):
        moving = {table for table, _column, _by_kind in merge_plans.attachments(kind)}
        for table in TABLES:
            names = table._meta.fields
            named = any(key.rel_model.kind() == kind for key in table._meta.refs) or {"record_kind", "record_id"} <= set(names)
            assert (table in moving) == (named and table not in merge_plans.STAYS), table.__name__


def test_what_stands_once_is_not_there_twice(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.rival, "乙公司")
    members.add(winner, cast.outsider, by=cast.admin, at=AT)
    members.add(loser, cast.outsider, by=cast.admin, may_edit=True, at=AT)
    follow_ups.plan(winner, cast.seller, AT + timedelta(days=5), at=AT)
    follow_ups.plan(loser, cast.rival, AT + timedelta(days=2), at=AT)
    merging.merge(fresh(winner), fresh(loser), by=cast.manager, at=AT)
    step = Task.get(Task.record_kind == "customer", Task.record_id == winner.id, Task.done_at.is_null())
    assert (step.due_at, step.owner) == (AT + timedelta(days=2), cast.seller)
    assert fresh(winner).next_at == step.due_at
    assert {(member.user.login, member.may_edit) for member in members.of(winner)} == {("outsider", True), ("rival", True)}


def test_the_ledger_of_the_one_that_is_no_more_closes(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.rival, "乙公司")
    merging.merge(winner, loser, by=cast.manager, at=LATER)
    claim = Claim.get(Claim.of(loser))
    assert (claim.ended_at, claim.end_reason) == (LATER, "merged")
    assert {claim.owner for claim in pool.ledger(fresh(winner))} == {cast.seller, cast.rival}


def test_the_timeline_tells_both_histories(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    follow_ups.write(loser, cast.seller, "phone", "在乙公司说的", at=AT)
    merging.merge(winner, fresh(loser), by=cast.seller, at=LATER)
    told, _more = timeline.of(fresh(winner), cast.seller)
    assert told[0].verb == "customer.merged" and told[0].facts["loser_name"] == "乙公司"
    assert "在乙公司说的" in [entry.follow_up.body for entry in told if entry.follow_up]


# ---- nobody sees the one that is no more -----------------------------------------------------------------------------


@pytest.mark.parametrize("make", [customer, lead])
def test_the_loser_is_in_no_list_no_search_no_picker_and_no_warning(cast, make):
    winner, loser = make(cast.seller, "甲公司"), make(cast.seller, "乙公司", phone="13800000002")
    merging.merge(winner, loser, by=cast.seller, picks={"phone": "winner"}, at=AT)
    table = type(loser)
    for user in (cast.admin, cast.manager, cast.seller):
        assert loser not in list(table.visible_to(user))
        assert loser not in list(search.narrowed(table.visible_to(user), table.kind(), "乙公司"))
        alike = duplicates.of(user, "lead", name="乙公司", phone="13800000002")
        assert loser.id not in [match.record.id for match in alike if match.kind == table.kind()]
    assert duplicates.customer_named("乙公司") is None
    assert loser not in list(table.claimable_by(cast.seller))
    assert not loser.is_on_team(cast.seller)


def test_a_customer_is_no_trace_of_being_registered_again_once_it_is_a_part_of_it(cast):
    loser, winner = customer(cast.seller, "甲公司", phone="13800000004"), customer(cast.seller, "乙公司", phone="13800000004")
    assert re_registered.traces(winner)
    merging.merge(winner, loser, by=cast.seller, at=AT)
    assert re_registered.traces(fresh(winner)) == []


def test_merging_makes_room_for_the_owner_of_the_loser(cast):
    from domain.pool_limits import quota

    winner, loser = lead(cast.seller, "甲公司"), lead(cast.rival, "乙公司")
    held = quota(cast.rival).held
    merging.merge(winner, loser, by=cast.manager, at=AT)
    assert quota(cast.rival).held == held - 1


# ---- refused ---------------------------------------------------------------------------------------------------------


def test_an_owned_record_is_not_merged_away_into_the_pool(cast):
    pooled = leads.create(cast.admin, pool=Pool.of("lead").first(), name="公海的", at=AT)
    mine = lead(cast.seller, "我的")
    with pytest.raises(Refused, match="has an owner"):
        merging.merge(pooled, mine, by=cast.manager, at=AT)
    merging.merge(mine, pooled, by=cast.manager, at=AT)
    assert fresh(mine).owner == cast.seller


def test_what_is_merged_or_closed_is_not_merged_again(cast):
    one, two, three = (lead(cast.seller, name) for name in ("甲", "乙", "丙"))
    merging.merge(one, two, by=cast.seller, at=AT)
    with pytest.raises(Refused, match="already"):
        merging.merge(three, fresh(two), by=cast.seller, at=AT)
    leads.void(three, by=cast.manager, at=AT)
    with pytest.raises(Refused, match="closed"):
        merging.merge(one, fresh(three), by=cast.manager, at=AT)
    with pytest.raises(Refused, match="different"):
        merging.merge(one, one, by=cast.seller, at=AT)


def test_whoever_saw_another_owner_loses_the_race(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    stale = fresh(loser)
    customers.hand_over(loser, cast.rival, by=cast.manager, at=AT)
    with pytest.raises(Refused, match="meanwhile"):
        merging.merge(winner, stale, by=cast.seller, at=AT)


def test_of_two_merges_across_each_other_one_wins(cast):
    one, two = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    stale = fresh(one), fresh(two)
    merging.merge(one, two, by=cast.seller, at=AT)
    with pytest.raises(Refused, match="meanwhile"):
        merging.merge(stale[1], stale[0], by=cast.manager, at=AT)
    assert fresh(two).merged_into == one and fresh(one).merged_into is None


def test_what_was_shown_is_merged_or_nothing_is(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    mark = merging.preview(fresh(winner), fresh(loser), by=cast.seller, at=AT).mark
    customers.add_contact(loser, cast.seller, name="王五", at=AT)
    with pytest.raises(Refused, match="meanwhile"):
        merging.merge(winner, loser, by=cast.seller, mark=mark, at=AT)


# ---- taken back ------------------------------------------------------------------------------------------------------


def test_after_thirty_days_it_stays_merged(cast):
    made = merging.merge(customer(cast.seller, "甲"), customer(cast.seller, "乙"), by=cast.seller, at=AT)
    with pytest.raises(Refused, match="30 days"):
        merging.undo(made, by=cast.seller, at=AT + merging.KEPT)
    merging.undo(made, by=cast.seller, at=AT + merging.KEPT - timedelta(seconds=1))
    with pytest.raises(Refused, match="already"):
        merging.undo(Merge.get_by_id(made.id), by=cast.seller, at=LATER)


def test_of_several_merges_the_last_goes_back_first(cast):
    one, two, three = (customer(cast.seller, name) for name in ("甲", "乙", "丙"))
    before = rows()
    first = merging.merge(one, two, by=cast.seller, at=AT)
    second = merging.merge(three, fresh(one), by=cast.seller, at=AT)
    assert fresh(two).merged_into == three
    with pytest.raises(Refused, match="甲 was merged"):
        merging.undo(first, by=cast.seller, at=LATER)
    merging.undo(second, by=cast.seller, at=LATER)
    merging.undo(first, by=cast.seller, at=LATER)
    assert rows() == before


def test_what_was_edited_since_stays_edited(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司", phone="13800000003", city="无锡")
    made = merging.merge(winner, loser, by=cast.seller, at=AT)
    customers.edit(fresh(winner), cast.seller, phone="13900000000", at=LATER)
    merging.undo(made, by=cast.seller, at=LATER)
    assert (fresh(winner).phone, fresh(winner).city, fresh(loser).phone) == ("13900000000", "", "13800000003")


def test_a_step_done_since_is_done_on_the_record_it_goes_back_to(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    step = follow_ups.plan(loser, cast.seller, LATER, at=AT)
    made = merging.merge(winner, fresh(loser), by=cast.seller, at=AT)
    follow_ups.finish(Task.get_by_id(step.id), cast.seller, at=LATER)
    merging.undo(made, by=cast.seller, at=LATER)
    assert fresh(step).record_id == loser.id and fresh(step).done_at == LATER and fresh(loser).next_at is None


def test_a_quote_written_since_on_a_deal_that_would_go_back_forbids_it_and_is_named(cast):
    winner, loser = customer(cast.seller, "甲公司"), customer(cast.seller, "乙公司")
    deal = deals.create(cast.seller, loser, "商机", 100_00, at=AT)
    made = merging.merge(winner, loser, by=cast.seller, at=AT)
    offers.quote(cast.seller, opportunity=Opportunity.get_by_id(deal.id), number="Q-NEU")
    before = rows()
    with pytest.raises(Refused, match="Q-NEU"):
        merging.undo(made, by=cast.seller, at=LATER)
    assert rows() == before


def test_it_does_not_go_back_to_somebody_who_left_or_has_no_room(cast):
    winner, loser = lead(cast.seller, "甲公司"), lead(cast.rival, "乙公司")
    made = merging.merge(winner, loser, by=cast.manager, at=AT)
    accounts.disable(cast.rival, by=cast.admin)
    with pytest.raises(Refused, match="李二, whose it was, no longer works here"):
        merging.undo(made, by=cast.manager, at=LATER)


ATTACHED = ("contact", "deal", "order", "ticket", "step", "spoken", "helper", "converted")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_merge_taken_back_leaves_every_row_of_every_table_as_it_was(cast, data):
    with db.atomic() as undo:
        records = [random_record(data.draw, cast, name) for name in ("甲公司", "乙公司")]
        picks = {name: data.draw(st.sampled_from(("winner", "loser"))) for name in ("name", "phone", "city", "industry")}
        before = rows()
        shown = merging.preview(*map(fresh, records), by=cast.manager, picks=picks, at=LATER)
        made = merging.merge(*map(fresh, records), by=cast.manager, picks=picks, mark=shown.mark, at=LATER)
        assert [change.kept() for change in shown.changes if change.ids] == [
            entry for entry in made.journal if entry["before"] is not None
        ]
        assert {name: getattr(fresh(records[0]), name) for name in shown.values} == shown.values
        assert rows() != before
        merging.undo(Merge.get_by_id(made.id), by=cast.manager, at=LATER + timedelta(days=1))
        assert rows() == before
        undo.rollback()


def random_record(draw, cast, name):
    owner = draw(st.sampled_from((cast.seller, cast.rival)))
    record = customer(owner, name, city=draw(st.sampled_from(("", "常州", "无锡"))), phone=draw(st.sampled_from(("", "13800000009"))))
    for number, what in enumerate(draw(st.lists(st.sampled_from(ATTACHED), max_size=7))):
        attach(what, fresh(record), owner, cast, AT + timedelta(hours=number))
    return record


def attach(what, record, owner, cast, at):
    if what == "contact":
        customers.add_contact(record, owner, name="李四", at=at)
    elif what == "deal":
        deals.create(owner, record, "商机", 100_00, contact=record.contacts.first(), at=at)
    elif what == "order":
        deal = deals.create(owner, record, "商机", 100_00, at=at)
        quote = offers.quote(owner, opportunity=deal, number=f"Q-{deal.id}")
        Quote.update(status=Quote.APPROVED, pdf=b"%PDF-").where(Quote.id == quote.id).execute()
        orders.create(Quote.get_by_id(quote.id), by=owner, at=at)
    elif what == "ticket":
        tickets.create(owner, record, "坏了", at=at)
    elif what == "step":
        follow_ups.plan(record, owner, at + timedelta(days=2), at=at)
    elif what == "spoken":
        follow_ups.write(record, owner, "phone", "说了", at=at)
    elif what == "converted":
        leads.convert(lead(owner, record.name), by=owner, at=at)
    elif not record.is_on_team(cast.outsider):
        members.add(record, cast.outsider, by=cast.admin, may_edit=at.hour % 2 == 0, at=at)
