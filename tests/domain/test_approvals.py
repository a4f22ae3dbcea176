"""Approval: who is asked, what a decision does, and that two decisions at once are one."""

from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from domain import Refused, accounts, approval_acts, approval_history, approval_route, approvals, now, quotes
from domain.days import day, when
from models import Approval, Event, Notice, Quote, User, db
from tests import offers, routes
from tests.server import all_at_once

NOON = datetime(2026, 11, 23, 4)


def nodes(*wanted, **rules):
    """Set up these nodes, each a person, "superior" or a role."""
    routes.lead_through(*(node(who, **rules) for who in wanted))


def node(who, **rules):
    if isinstance(who, User):
        return routes.person(who, **rules)
    return routes.superior(**rules) if who == "superior" else routes.role(who, **rules)


def asked(submitter, owner=None):
    """Who would be asked at each node of what this person submits."""
    steps = approval_route.route(offers.quote(owner or submitter), submitter)[1]
    return [seat.approver or seat.role for step in steps for seat in step.seats]


def reloaded(quote):
    return Quote.get_by_id(quote.id)


def statuses(quote):
    return [step.status for step in approval_history.steps_of(quote)]


def messages(user):
    return [notice.verb for notice in Notice.select().where(Notice.user == user).order_by(Notice.id)]


def approve_all(quote, *people, pdf=b"%PDF"):
    for person in people:
        last = approvals.would_end(Approval.current_of(quote), person)
        approvals.approve(quote, by=person, pdf=pdf if last else None)


# ---- who is asked ----------------------------------------------------------------------------------------------------


def test_the_superior_the_role_and_the_person_are_asked(cast):
    nodes("superior", User.FINANCE, cast.admin)
    assert asked(cast.seller) == [cast.manager, User.FINANCE, cast.admin]


def test_nobody_approves_his_own_his_superior_is_asked(cast):
    nodes(cast.seller)
    assert asked(cast.seller) == [cast.manager]


def test_who_has_no_superior_is_approved_by_an_administrator(cast):
    nodes("superior")
    assert asked(cast.manager) == [User.ADMINISTRATOR]


def test_a_manager_who_submits_for_his_seller_does_not_make_the_seller_approve(cast):
    nodes(cast.seller)
    assert asked(cast.manager, owner=cast.seller) == [User.ADMINISTRATOR]


def test_a_disabled_approver_is_replaced_by_his_superior(cast):
    nodes(cast.disabled)
    assert asked(cast.rival) == [cast.manager]


def test_a_role_that_only_the_submitter_has_falls_to_the_administrators(cast):
    nodes(User.FINANCE)
    assert asked(cast.finance) == [User.ADMINISTRATOR]


def test_what_nobody_else_could_approve_cannot_be_submitted(cast):
    nodes(User.ADMINISTRATOR)
    with pytest.raises(Refused):
        approvals.submit(offers.quote(cast.admin), by=cast.admin)


def test_two_heads_of_one_department_do_not_send_the_search_in_circles(cast):
    User.update(heads_department=True).where(User.id == cast.rival).execute()
    nodes(cast.manager)
    User.update(disabled_at=NOON).where(User.id << [cast.manager, cast.rival]).execute()
    assert asked(cast.seller) == [User.ADMINISTRATOR]


# ---- submit ----------------------------------------------------------------------------------------------------------


def test_submitting_asks_the_first_node_alone(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller, note="拿下后面还有 5 条线")
    assert (reloaded(quote).status, reloaded(quote).note) == (Quote.PENDING, "拿下后面还有 5 条线")
    assert statuses(quote) == [Approval.CURRENT, Approval.WAITING]
    assert (messages(cast.manager), messages(cast.finance)) == (["quote.submitted"], [])


def test_a_quote_without_lines_is_not_submitted(cast):
    quote = offers.quote(cast.seller)
    quote.lines[0]._meta.model.delete().execute()
    with pytest.raises(Refused):
        approvals.submit(quote, by=cast.seller)


def test_a_quote_whose_validity_has_passed_is_not_submitted(cast):
    with pytest.raises(Refused):
        approvals.submit(offers.quote(cast.seller, valid_days=-1), by=cast.seller)


def test_a_quote_valid_until_today_is_submitted(cast):
    assert approvals.submit(offers.quote(cast.seller, valid_days=0), by=cast.seller).status == Quote.PENDING


def test_a_pending_quote_is_not_submitted_twice(cast):
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    with pytest.raises(Refused):
        approvals.submit(reloaded(quote), by=cast.seller)


def test_what_a_colleague_changed_meanwhile_is_not_submitted_unseen(cast):
    quote = offers.quote(cast.seller)
    Quote.update(revision=Quote.revision + 1).execute()
    with pytest.raises(Refused):
        approvals.submit(quote, by=cast.seller)
    assert not Approval.select().exists()


# ---- approve ---------------------------------------------------------------------------------------------------------


def test_each_approval_hands_on_to_the_next_node_and_tells_its_people(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.approve(quote, by=cast.manager, comment="可以", at=NOON)
    assert statuses(quote) == [Approval.APPROVED, Approval.CURRENT]
    assert reloaded(quote).status == Quote.PENDING
    assert messages(cast.finance) == ["quote.node_approved"]


def test_the_last_approval_keeps_the_document_and_its_hash(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approve_all(quote, cast.manager, cast.finance, pdf=b"%PDF-1.7 the quote")
    kept = reloaded(quote)
    assert (kept.status, bytes(kept.pdf)) == (Quote.APPROVED, b"%PDF-1.7 the quote")
    assert kept.pdf_sha256 == sha256(b"%PDF-1.7 the quote").hexdigest()
    assert messages(cast.seller) == ["quote.approved"]


@pytest.mark.parametrize("login", ["seller", "rival", "outsider", "service", "finance", "admin"])
def test_only_who_is_asked_decides(cast, login):
    nodes("superior")
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    for decision in (approvals.approve, approvals.reject):
        with pytest.raises(Refused):
            decision(quote, by=getattr(cast, login), comment="x")
    assert statuses(quote) == [Approval.CURRENT]


def test_a_role_node_is_for_anyone_of_the_role_but_the_submitter_and_the_owner(cast):
    nodes(User.MANAGER)
    second = accounts.create_user(
        cast.admin, "seven green maps", login="second", name="冯经理", role=User.MANAGER, data_scope="below",
        department=cast.outsider.department,
    )
    quote = approvals.submit(offers.quote(cast.manager), by=cast.manager)
    assert not Approval.waiting_for(cast.manager).exists()
    assert Approval.waiting_for(second).exists()
    assert approvals.approve(quote, by=second).status == Quote.APPROVED


def test_a_disabled_approver_decides_no_more_and_an_administrator_stands_in(cast):
    nodes(cast.manager)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert not Approval.waiting_for(cast.admin).exists()
    User.update(disabled_at=NOON).where(User.id == cast.manager).execute()
    with pytest.raises(Refused):
        approvals.approve(quote, by=User.get_by_id(cast.manager))
    assert approvals.approve(quote, by=cast.admin).status == Quote.APPROVED


def test_a_role_whose_last_person_left_falls_to_the_administrators(cast):
    nodes(User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    User.update(disabled_at=NOON).where(User.id == cast.finance).execute()
    assert approvals.approve(quote, by=cast.admin).status == Quote.APPROVED


# ---- reject, withdraw ------------------------------------------------------------------------------------------------


def test_rejecting_needs_a_reason(cast):
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    with pytest.raises(Refused):
        approvals.reject(quote, by=cast.manager, comment="  ")


def test_a_rejected_quote_can_be_edited_and_submitted_again_from_the_first_node(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.approve(quote, by=cast.manager)
    approvals.reject(quote, by=cast.finance, comment="毛利太低")
    assert (reloaded(quote).status, reloaded(quote).is_editable) == (Quote.REJECTED, True)
    assert statuses(quote) == [Approval.APPROVED, Approval.REJECTED]
    assert Notice.get(Notice.user == cast.seller).facts["comment"] == "毛利太低"
    approvals.submit(reloaded(quote), by=cast.seller)
    assert statuses(quote) == [Approval.CURRENT, Approval.WAITING]
    assert {step.round for step in approval_history.steps_of(quote)} == {2}


def test_rejecting_the_first_node_cancels_the_rest(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.reject(quote, by=cast.manager, comment="重做")
    assert statuses(quote) == [Approval.REJECTED, Approval.CANCELLED]


def test_withdrawing_makes_a_draft_and_asks_nobody_any_more(cast):
    nodes("superior", User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.withdraw(quote, by=cast.seller)
    assert reloaded(quote).status == Quote.DRAFT
    assert statuses(quote) == [Approval.CANCELLED, Approval.CANCELLED]
    assert not Approval.waiting_for(cast.manager).exists()


def test_whoever_comes_after_a_withdrawal_is_told_who_and_when(cast):
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    seen = Approval.current_of(quote)
    approvals.withdraw(quote, by=cast.seller, at=NOON)
    with pytest.raises(Refused) as answer:
        approvals.approve(quote, by=cast.manager, step=seen)
    assert "孙一" in answer.value.message and when(NOON, within=True) in answer.value.message


@pytest.mark.parametrize("route", [("superior",), ("superior", User.FINANCE)])
def test_what_expired_while_it_waited_is_not_approved_but_can_be_rejected_at_any_node(cast, route):
    nodes(*route)
    quote = approvals.submit(offers.quote(cast.seller, valid_days=0), by=cast.seller)
    with pytest.raises(Refused, match=day(quote.valid_until)):
        approvals.approve(quote, by=cast.manager, pdf=b"%PDF", at=now() + timedelta(days=2))
    assert statuses(quote)[0] == Approval.CURRENT
    approvals.reject(quote, by=cast.manager, comment="过期了", at=now() + timedelta(days=2))
    assert reloaded(quote).status == Quote.REJECTED


def test_on_its_last_valid_day_a_quote_is_approved(cast):
    nodes("superior")
    quote = approvals.submit(offers.quote(cast.seller, valid_days=0), by=cast.seller)
    assert approvals.approve(quote, by=cast.manager, pdf=b"%PDF").status == Quote.APPROVED


def test_what_is_approved_is_not_withdrawn(cast):
    nodes("superior")
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    seen = reloaded(quote)
    approve_all(quote, cast.manager)
    with pytest.raises(Refused) as answer:
        approvals.withdraw(seen, by=cast.seller)
    assert "钱经理" in answer.value.message
    assert reloaded(quote).status == Quote.APPROVED


def test_a_node_seen_before_a_withdrawal_does_not_approve_what_was_submitted_since(cast):
    nodes("superior")
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    seen = Approval.current_of(quote)
    approvals.withdraw(quote, by=cast.seller)
    approvals.submit(quote, by=cast.seller)
    with pytest.raises(Refused):
        approvals.approve(quote, by=cast.manager, step=seen, pdf=b"old")
    assert (reloaded(quote).status, reloaded(quote).pdf) == (Quote.PENDING, None)


def test_a_document_of_what_the_quote_was_before_is_not_kept(cast):
    nodes("superior")
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    as_read = reloaded(quote)
    approvals.withdraw(quote, by=cast.seller)
    Quote.update(revision=Quote.revision + 1).execute()
    approvals.submit(reloaded(quote), by=cast.seller)
    with pytest.raises(Refused):
        approvals.approve(as_read, by=cast.manager, pdf=b"old")
    assert (reloaded(quote).status, reloaded(quote).pdf) == (Quote.PENDING, None)


# ---- who may look, and when things happened --------------------------------------------------------------------------


def test_whoever_is_asked_sees_the_quote_also_after_his_decision(cast):
    nodes(cast.outsider, "superior")
    quote = offers.quote(cast.seller)
    assert not Quote.visible_to(cast.outsider).exists()
    approvals.submit(quote, by=cast.seller)
    assert Quote.visible_to(cast.outsider).exists()
    approvals.approve(quote, by=cast.outsider)
    assert Quote.visible_to(cast.outsider).exists()
    assert not Quote.visible_to(cast.rival).exists()


def test_an_approver_to_come_does_not_see_the_quote_yet(cast):
    nodes("superior", cast.outsider)
    approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert not Quote.visible_to(cast.outsider).exists()


def test_the_longest_wait_comes_first(cast):
    nodes("superior")
    opportunity = offers.deal(cast.seller)
    for n in range(3):
        offers.quote(cast.seller, opportunity, f"Q-{n}")
    for n, quote in enumerate(Quote.select().order_by(Quote.id.desc())):
        approvals.submit(quote, by=cast.seller, at=NOON - timedelta(hours=n))
    waiting = [step.record_id for step in Approval.waiting_for(cast.manager)]
    assert waiting == [quote.id for quote in Quote.select().order_by(Quote.id)]


# ---- two at once -----------------------------------------------------------------------------------------------------


def trying(decision, quote, step, person, **facts):
    def run():
        try:
            decision(quote, by=person, step=step, **facts)
            return "done"
        except Refused as refusal:
            return refusal.message
        finally:
            db.close()

    return run


def test_two_decisions_at_once_are_one_decision_one_event_and_one_message(cast):
    nodes(User.MANAGER)
    second = accounts.create_user(
        cast.admin, "seven green maps", login="second", name="冯经理", role=User.MANAGER, data_scope="all",
        department=cast.manager.department,
    )
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    step = Approval.current_of(quote)
    answers = all_at_once([
        trying(approvals.approve, quote, step, cast.manager, pdf=b"%PDF"),
        trying(approvals.reject, Quote.get_by_id(quote.id), step, second, comment="毛利太低"),
    ])
    assert answers.count("done") == 1
    winner = Approval.get_by_id(step.id).decided_by.name
    assert winner in next(answer for answer in answers if answer != "done")
    assert Event.select().where(Event.verb << ["quote.approved", "quote.rejected"]).count() == 1
    assert len(messages(cast.seller)) == 1
    assert (reloaded(quote).pdf is not None) == (reloaded(quote).status == Quote.APPROVED)


# ---- passed on -------------------------------------------------------------------------------------------------------


def open_step(quote):
    return Approval.current_of(quote)


def test_a_node_that_is_passed_on_asks_the_other_person_and_tells_him(cast):
    nodes(cast.finance)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert approval_acts.pass_on(open_step(quote), cast.outsider, by=cast.admin) == cast.outsider
    assert list(Approval.waiting_for(cast.outsider)) == [open_step(quote)]
    assert not Approval.waiting_for(cast.finance).exists()
    assert messages(cast.outsider) == ["quote.approver_changed"]
    assert not Notice.select().where(Notice.user == cast.finance, Notice.read_at.is_null()).exists()


def test_a_node_is_never_passed_on_to_whoever_submitted_but_to_his_superior(cast):
    nodes(cast.finance)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    assert approval_acts.pass_on(open_step(quote), cast.seller, by=cast.admin) == cast.manager


def test_without_anybody_above_the_administrators_are_asked(cast):
    nodes(cast.outsider)
    quote = approvals.submit(offers.quote(cast.manager), by=cast.manager)
    assert approval_acts.pass_on(open_step(quote), cast.manager, by=cast.admin) is None
    assert list(Approval.waiting_for(cast.admin)) == [open_step(quote)]
    assert messages(cast.admin) == ["quote.administrators_asked"]


def test_a_later_node_is_passed_on_without_a_message(cast):
    nodes(cast.finance, cast.outsider)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approval_acts.pass_on(approval_history.steps_of(quote)[1], cast.rival, by=cast.admin)
    assert messages(cast.rival) == [] and messages(cast.finance) == ["quote.submitted"]


def test_what_was_decided_meanwhile_is_not_passed_on(cast):
    nodes(cast.finance)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    seen = open_step(quote)
    approvals.reject(quote, by=cast.finance, comment="太低")
    with pytest.raises(Refused):
        approval_acts.pass_on(seen, cast.outsider, by=cast.admin)


def test_who_gets_a_quote_that_waits_for_his_own_word_does_not_decide_it(cast):
    nodes(cast.rival, User.FINANCE)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    quotes.hand_over(quote, cast.rival, by=cast.admin)
    assert list(Approval.waiting_for(cast.manager)) == [open_step(quote)]
    assert not Approval.waiting_for(cast.rival).exists()


def test_a_role_in_which_only_the_new_owner_is_left_is_replaced_by_the_administrators(cast):
    nodes(User.MANAGER)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    quotes.hand_over(quote, cast.manager, by=cast.admin)
    assert list(Approval.waiting_for(cast.admin)) == [open_step(quote)]


def test_what_a_yes_would_bring_about_is_not_written_on_the_seats_that_are_shown(cast):
    nodes(cast.manager, cast.admin)
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    seats = approval_history.live(quote)
    assert not approvals.would_end(seats[0], cast.manager, seats)
    assert [(seat.status, seat.decided_by) for seat in seats] == [(Approval.CURRENT, None), (Approval.WAITING, None)]
