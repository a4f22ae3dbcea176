"""Which nodes a quote needs and who sits at each: modes, nobody found, one's own, the same again, gone."""

from datetime import datetime

import pytest

from domain import Refused, accounts, approval_history, approval_preview, approval_route, approvals
from domain.flow_conditions import Condition
from domain.flows import CopyTo, Empty, Node, Who
from models import Approval, ApprovalCopy, FlowVersion, Notice, Quote, QuoteLine, User
from tests import offers, routes

NOON = datetime(2026, 11, 23, 4)


def node(kind, **facts):
    rules = {name: facts.pop(name) for name in list(facts) if name in Node.__dataclass_fields__}
    return Node("", "", Who(kind, **facts), **rules)


def submitted(by, *nodes, number="Q-1", **settings):
    routes.lead_through(*nodes, **settings)
    return approvals.submit(offers.quote(by, number=number), by=by)


def seats(quote):
    return [(step.approver_id or step.role or step.passed, step.status) for step in approval_history.steps_of(quote)]


def approve(quote, *people):
    for person in people:
        approvals.approve(quote, by=person, pdf=b"%PDF")
    return Quote.get_by_id(quote.id).status


# ---- modes -----------------------------------------------------------------------------------------------------------


def test_of_any_one_is_enough_and_the_others_are_not_asked_any_more(cast):
    quote = submitted(cast.seller, routes.person(cast.manager, cast.finance))
    assert approve(quote, cast.finance) == Quote.APPROVED
    assert seats(quote) == [(cast.manager.id, "cancelled"), (cast.finance.id, "approved")]
    with pytest.raises(Refused, match="吴财务"):
        approvals.approve(quote, by=cast.manager)


def test_of_all_each_must_approve(cast):
    quote = submitted(cast.seller, routes.person(cast.manager, cast.finance, mode="all"))
    assert approve(quote, cast.manager) == Quote.PENDING
    assert approve(quote, cast.finance) == Quote.APPROVED


def test_one_who_rejects_ends_it_for_all(cast):
    quote = submitted(cast.seller, routes.person(cast.manager, cast.finance, mode="all"))
    approvals.reject(quote, by=cast.finance, comment="太低")
    assert seats(quote) == [(cast.manager.id, "cancelled"), (cast.finance.id, "rejected")]
    assert Quote.get_by_id(quote.id).status == Quote.REJECTED


def test_in_turn_the_second_is_asked_when_the_first_has_approved(cast):
    quote = submitted(cast.seller, routes.person(cast.manager, cast.finance, mode="in_turn"))
    assert not Approval.waiting_for(cast.finance).exists()
    assert approve(quote, cast.manager) == Quote.PENDING
    assert Approval.waiting_for(cast.finance).exists()
    assert approve(quote, cast.finance) == Quote.APPROVED


def test_everybody_of_a_role_has_a_seat_where_all_must_approve(cast):
    second = accounts.create_user(
        cast.admin, "seven green maps", login="second", name="冯经理", role=User.MANAGER, data_scope="all", department=cast.manager.department,
    )
    quote = submitted(cast.seller, routes.role(User.MANAGER, mode="all"))
    assert [who for who, _status in seats(quote)] == [cast.manager.id, second.id]


# ---- by whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("top_down", [False, True])
def test_levels_of_superiors_from_either_end(cast, top_down):
    User.update(heads_department=True).where(User.id == cast.admin).execute()
    quote = submitted(cast.seller, node("superiors", levels=3, top_down=top_down, mode="in_turn"))
    found = [cast.manager.id, cast.admin.id]
    assert [who for who, _status in seats(quote)] == (found[::-1] if top_down else found)


def test_the_head_of_the_department_and_the_heads_above(cast):
    User.update(heads_department=True).where(User.id == cast.admin).execute()
    assert seats(submitted(cast.seller, node("head"))) == [(cast.manager.id, "current")]
    assert [who for who, _ in seats(submitted(cast.rival, node("heads", levels=2, mode="all"), number="Q-2"))] == [cast.manager.id, cast.admin.id]


@pytest.mark.parametrize("empty, seat", [
    (Empty("pass"), ("empty", "passed")), (Empty("administrators"), (User.ADMINISTRATOR, "current")),
])
def test_nobody_found(cast, empty, seat):
    quote = submitted(cast.manager, routes.superior(empty=empty), routes.role(User.FINANCE))
    assert seats(quote)[0] == seat


def test_nobody_found_asks_the_person_named_for_that(cast):
    quote = submitted(cast.manager, routes.superior(empty=Empty("person", cast.finance.id)))
    assert seats(quote) == [(cast.finance.id, "current")]


def test_ones_own_step_is_skipped_or_his_superiors(cast):
    skipped = submitted(cast.seller, routes.person(cast.seller, own="skip"), routes.role(User.FINANCE))
    assert seats(skipped) == [("own", "passed"), (User.FINANCE, "current")]
    assert seats(submitted(cast.rival, routes.person(cast.rival, own="superior"), number="Q-2")) == [(cast.manager.id, "current")]


@pytest.mark.parametrize("gone, seat", [("superior", "manager"), ("administrators", None)])
def test_whoever_has_left_is_replaced(cast, gone, seat):
    quote = submitted(cast.seller, routes.person(cast.disabled, gone=gone))
    assert seats(quote) == [(getattr(cast, seat).id if seat else User.ADMINISTRATOR, "current")]


@pytest.mark.parametrize("gone, seat", [("superior", "manager"), ("administrators", None)])
def test_whoever_is_disabled_while_it_waits_for_him_is_replaced(cast, gone, seat):
    quote = submitted(cast.outsider, routes.person(cast.rival, gone=gone))
    accounts.disable(User.get_by_id(cast.rival.id), by=cast.admin)
    assert seats(quote) == [(getattr(cast, seat).id if seat else User.ADMINISTRATOR, "current")]


@pytest.mark.parametrize("repeat, last", [("each", "current"), ("consecutive", "current"), ("once", "passed")])
def test_the_same_person_again_two_steps_later(cast, repeat, last):
    quote = submitted(
        cast.seller, routes.superior(), routes.role(User.FINANCE), routes.person(cast.manager, repeat=repeat), routes.person(cast.admin),
    )
    approve(quote, cast.manager, cast.finance)
    assert seats(quote)[2][1] == last


@pytest.mark.parametrize("repeat, state", [("each", Quote.PENDING), ("consecutive", Quote.APPROVED), ("once", Quote.APPROVED)])
def test_the_same_person_twice_in_a_row(cast, repeat, state):
    quote = submitted(cast.seller, routes.superior(), routes.role(User.MANAGER, repeat=repeat))
    assert approvals.would_end(Approval.current_of(quote), cast.manager) == (state == Quote.APPROVED)
    assert approve(quote, cast.manager) == state


# ---- by conditions ---------------------------------------------------------------------------------------------------

DEEP = ((Condition("effective_discount", "above", 5_00),),)


def test_only_the_nodes_whose_conditions_hold_are_asked_and_the_reason_is_kept(cast):
    quote = submitted(cast.seller, routes.superior(), routes.role(User.FINANCE, when=((Condition("amount", "above", 10**9),),)))
    assert seats(quote) == [(cast.manager.id, "current")]
    routes.lead_through(routes.superior(when=((Condition("amount", "above", 1),),)))
    second = approvals.submit(offers.quote(cast.rival, number="Q-2"), by=cast.rival)
    assert Approval.current_of(second).reasons == [["amount", "above", 1]]


def test_a_quote_that_needs_nobody_is_approved_as_it_is_submitted_and_keeps_its_document(cast):
    routes.lead_through(routes.superior(when=DEEP))
    quote = offers.quote(cast.seller, off=0)
    assert approvals.passes_at_once(quote, cast.seller)
    approvals.submit(quote, by=cast.seller, pdf=b"%PDF")
    assert (Quote.get_by_id(quote.id).status, bytes(Quote.get_by_id(quote.id).pdf)) == (Quote.APPROVED, b"%PDF")


def test_what_is_under_way_keeps_its_version_of_the_flow(cast):
    quote = submitted(cast.seller, routes.superior(comment="always"), withdraw="before_first")
    running = FlowVersion.get(FlowVersion.is_running)
    assert Approval.current_of(quote).flow_version == running
    with pytest.raises(Refused):
        approvals.approve(quote, by=cast.manager)
    approvals.approve(quote, by=cast.manager, comment="可以")


def test_the_preview_says_who_and_why_and_what_would_avoid_it(cast):
    routes.lead_through(routes.superior(when=DEEP))
    quote = offers.quote(cast.seller, off=30_000)
    step, = approval_preview.preview(quote, cast.seller)
    assert [seat.approver for seat in step.seats] == [cast.manager] and step.reasons == DEEP[0]
    assert step.avoid == (quote.list_total * 95 + 99) // 100 and step.discount == quote.list_total - step.avoid
    Quote.update(order_amount=step.avoid, order_discount=step.discount, total=step.avoid).execute()
    assert approval_preview.preview(Quote.get_by_id(quote.id), cast.seller) == []
    Quote.update(order_amount=step.avoid - 1, order_discount=step.discount + 1, total=step.avoid - 1).execute()
    assert len(approval_preview.preview(Quote.get_by_id(quote.id), cast.seller)) == 1


@pytest.mark.parametrize("condition", [Condition("margin", "below", 99_00), Condition("loses_money", "is", True)])
def test_the_preview_tells_nothing_of_the_cost_to_whoever_may_not_see_it(cast, condition):
    routes.lead_through(routes.superior(when=((condition,),)))
    quote = offers.quote(cast.seller)
    QuoteLine.update(cost=1_000_000_00).execute()
    Quote.update(cost_total=1_000_000_00).execute()
    step, = approval_preview.preview(Quote.get_by_id(quote.id), cast.seller, sees_cost=False)
    assert (step.reasons, step.avoid) == ((), None)


# ---- copies and withdrawal -------------------------------------------------------------------------------------------


def test_whom_the_flow_copies_in_is_told_when_the_step_has_passed_and_may_read(cast):
    quote = submitted(cast.seller, routes.superior(copy_to=CopyTo(users=(cast.outsider.id,))))
    assert not Quote.visible_to(cast.outsider).exists()
    approve(quote, cast.manager)
    assert Quote.visible_to(cast.outsider).exists()
    assert [notice.verb for notice in Notice.select().where(Notice.user == cast.outsider)] == ["quote.copied"]
    assert ApprovalCopy.select().count() == 1


@pytest.mark.parametrize("rule, allowed", [("any_time", True), ("before_first", False)])
def test_withdrawing_after_the_first_approval_is_as_the_flow_says(cast, rule, allowed):
    quote = submitted(cast.seller, routes.superior(), routes.role(User.FINANCE), withdraw=rule)
    approve(quote, cast.manager)
    if allowed:
        assert approvals.withdraw(quote, by=cast.seller).status == Quote.DRAFT
    else:
        with pytest.raises(Refused):
            approvals.withdraw(quote, by=cast.seller)
        assert Quote.get_by_id(quote.id).status == Quote.PENDING


def test_nobody_is_ever_given_a_seat_on_his_own(cast):
    people = (cast.manager, cast.seller, cast.rival, cast.admin)
    for submitter in people[:2]:
        routes.lead_through(*(routes.person(*people, mode=mode, own=own) for mode in Node.MODES for own in Node.OWN))
        steps = approval_route.route(offers.quote(cast.seller, number=f"Q-{submitter.id}"), submitter)[1]
        found = {seat.approver_id for step in steps for seat in step.seats}
        assert found and not found & {cast.seller.id, submitter.id}
