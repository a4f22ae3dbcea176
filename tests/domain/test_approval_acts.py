"""What an approver does besides yes and no: added signers, sent back, taken back, passed on, stood in for, reminded, in a batch."""

from datetime import date, datetime, timedelta

import pytest

from domain import (
    Refused,
    accounts,
    approval_acts,
    approval_batch,
    approval_delegates,
    approval_history,
    approval_timeouts,
    approvals,
    calendar,
    now,
)
from models import Approval, Notice, Quote, User
from tests import offers, routes

MONDAY = datetime(2026, 11, 23, 2)  # 10:00 in China


@pytest.fixture
def pending(cast):
    """Waits for the manager, then for finance, then for the outsider."""
    routes.lead_through(routes.superior(), routes.role(User.FINANCE), routes.person(cast.outsider))
    return approvals.submit(offers.quote(cast.seller), by=cast.seller)


def current(quote):
    return Approval.current_of(quote)


def route(quote):
    return [(step.name, step.approver_id or step.role, step.status) for step in approval_history.live(quote)]


def unread(user):
    return [notice.verb for notice in Notice.select().where(Notice.user == user, Notice.read_at.is_null()).order_by(Notice.id)]


# ---- signers added ---------------------------------------------------------------------------------------------------


def test_a_signer_added_before_is_asked_first_and_then_the_step_goes_on(cast, pending):
    approval_acts.add_signers(current(pending), [cast.rival], by=cast.manager, before=True, comment="看看成本")
    assert not Approval.waiting_for(cast.manager).exists()
    assert unread(cast.rival) == ["quote.signer_added_before"] and unread(cast.manager) == []
    approvals.approve(pending, by=cast.rival)
    assert unread(cast.manager) == ["quote.node_approved"]
    approvals.approve(pending, by=cast.manager)
    assert current(pending).role == User.FINANCE


def test_a_signer_added_after_is_asked_when_the_step_has_passed(cast, pending):
    approval_acts.add_signers(current(pending), [cast.rival], by=cast.manager, before=False)
    assert not Approval.waiting_for(cast.rival).exists()
    approvals.approve(pending, by=cast.manager)
    assert list(Approval.waiting_for(cast.rival)) == [current(pending)]
    approvals.approve(pending, by=cast.rival)
    assert current(pending).role == User.FINANCE


def test_several_signers_all_sign(cast, pending):
    approval_acts.add_signers(current(pending), [cast.rival, cast.admin], by=cast.manager, before=True)
    approvals.approve(pending, by=cast.admin)
    assert not Approval.waiting_for(cast.manager).exists()
    approvals.approve(pending, by=cast.rival)
    assert Approval.waiting_for(cast.manager).exists()


@pytest.mark.parametrize("who", ["seller", "manager", "disabled"])
def test_nobody_with_a_hand_in_it_and_nobody_who_left_is_added(cast, pending, who):
    with pytest.raises(Refused):
        approval_acts.add_signers(current(pending), [getattr(cast, who)], by=cast.manager, before=True)


def test_only_whoever_is_asked_adds_signers(cast, pending):
    with pytest.raises(Refused):
        approval_acts.add_signers(current(pending), [cast.rival], by=cast.finance, before=True)
    assert len(route(pending)) == 3


# ---- sent back -------------------------------------------------------------------------------------------------------


def test_sent_back_to_a_step_it_is_decided_there_again_with_all_that_follows(cast, pending):
    first = current(pending)
    approvals.approve(pending, by=cast.manager)
    approvals.approve(pending, by=cast.finance)
    approval_acts.send_back(pending, by=cast.outsider, comment="成本再核一下", to=Approval.get_by_id(first.id))
    assert [status for _name, _who, status in route(pending)] == ["current", "waiting", "waiting"]
    assert unread(cast.manager) == ["quote.sent_back_to_node"]
    for person in (cast.manager, cast.finance, cast.outsider):
        approvals.approve(pending, by=person, pdf=b"%PDF")
    assert Quote.get_by_id(pending.id).status == Quote.APPROVED


def test_the_same_person_is_asked_again_after_it_was_sent_back(cast):
    routes.lead_through(routes.superior(), routes.role(User.FINANCE, repeat="once"), routes.person(cast.outsider))
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.approve(quote, by=cast.manager)
    approvals.approve(quote, by=cast.finance)
    second = approval_history.live(quote)[1]
    approval_acts.send_back(quote, by=cast.outsider, comment="再看", to=second)
    assert Approval.waiting_for(cast.finance).exists()


def test_sent_back_to_whoever_submitted_it_is_a_draft(cast, pending):
    approval_acts.send_back(pending, by=cast.manager, comment="少了急停")
    assert Quote.get_by_id(pending.id).status == Quote.DRAFT
    assert unread(cast.seller) == ["quote.sent_back"] and not Approval.waiting_for(cast.finance).exists()
    approvals.submit(Quote.get_by_id(pending.id), by=cast.seller)
    assert len(route(pending)) == 3


def test_sending_back_needs_a_reason_and_a_step_that_was_approved(cast, pending):
    with pytest.raises(Refused):
        approval_acts.send_back(pending, by=cast.manager, comment=" ")
    later = approval_history.live(pending)[1]
    with pytest.raises(Refused):
        approval_acts.send_back(pending, by=cast.manager, comment="x", to=later)
    assert current(pending).approver == cast.manager


# ---- taken back ------------------------------------------------------------------------------------------------------


def test_an_approval_is_taken_back_while_the_next_has_not_acted(cast, pending):
    mine = current(pending)
    approvals.approve(pending, by=cast.manager, comment="可以")
    approval_acts.take_back(mine, by=cast.manager)
    assert [status for _name, _who, status in route(pending)] == ["current", "waiting", "waiting"]
    assert unread(cast.finance) == []
    approvals.reject(pending, by=cast.manager, comment="看错了")


def test_it_is_not_taken_back_once_the_next_has_acted_or_by_anybody_else(cast, pending):
    mine = current(pending)
    approvals.approve(pending, by=cast.manager)
    with pytest.raises(Refused):
        approval_acts.take_back(mine, by=cast.admin)
    approvals.approve(pending, by=cast.finance)
    with pytest.raises(Refused):
        approval_acts.take_back(mine, by=cast.manager)
    assert current(pending).approver == cast.outsider


def test_the_last_approval_is_not_taken_back(cast):
    routes.lead_through(routes.superior())
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    mine = current(quote)
    approvals.approve(quote, by=cast.manager)
    with pytest.raises(Refused):
        approval_acts.take_back(mine, by=cast.manager)
    assert Quote.get_by_id(quote.id).status == Quote.APPROVED


def test_of_any_one_who_takes_it_back_all_are_asked_again(cast):
    routes.lead_through(routes.person(cast.manager, cast.finance), routes.person(cast.outsider))
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.approve(quote, by=cast.finance)
    approval_acts.take_back(Approval.get(Approval.decided_by == cast.finance), by=cast.finance)
    assert [status for _name, _who, status in route(quote)] == ["current", "current", "waiting"]


# ---- passed on and stood in for --------------------------------------------------------------------------------------


def test_whoever_is_asked_hands_on_and_nobody_else(cast, pending):
    with pytest.raises(Refused):
        approval_acts.hand_on(current(pending), cast.rival, by=cast.finance)
    approval_acts.hand_on(current(pending), cast.rival, by=cast.manager, comment="你更熟")
    assert Approval.waiting_for(cast.rival).exists() and not Approval.waiting_for(cast.manager).exists()


def stand_in(person, to, by, **facts):
    return approval_delegates.delegate(person, to, date(2026, 11, 23), date(2026, 11, 25), by, at=MONDAY, **facts)


def test_a_stand_in_decides_while_the_other_is_away_and_it_says_for_whom(cast, pending):
    stand_in(cast.manager, cast.outsider, by=cast.manager)
    assert not Approval.waiting_for(cast.outsider, MONDAY - timedelta(days=1)).exists()
    assert not Approval.waiting_for(cast.outsider, MONDAY + timedelta(days=3)).exists()
    assert Approval.waiting_for(cast.outsider, MONDAY + timedelta(days=2)).exists()
    approvals.approve(pending, by=cast.outsider, step=current(pending), at=MONDAY)
    decided = Approval.get(Approval.decided_by == cast.outsider)
    assert decided.decided_for == cast.manager


def test_a_stand_in_of_one_role_decides_what_the_role_is_asked(cast, pending):
    approvals.approve(pending, by=cast.manager)
    stand_in(cast.finance, cast.rival, by=cast.finance)
    approvals.approve(pending, by=cast.rival, step=current(pending), at=MONDAY)
    assert Approval.get(Approval.decided_by == cast.rival).decided_for == cast.finance


def test_a_stand_in_never_decides_on_his_own_nor_for_whoever_submitted(cast):
    routes.lead_through(routes.person(cast.manager))
    own = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    stand_in(cast.manager, cast.seller, by=cast.manager)
    with pytest.raises(Refused):
        approvals.approve(own, by=cast.seller, step=current(own), at=MONDAY)
    routes.lead_through(routes.role(User.MANAGER), routes.role(User.ADMINISTRATOR))
    second = accounts.create_user(
        cast.admin, "seven green maps", login="second", name="冯经理", role=User.MANAGER, data_scope="all", department=cast.manager.department,
    )
    theirs = approvals.submit(offers.quote(second, number="Q-2"), by=second)
    stand_in(second, cast.rival, by=second)
    assert not Approval.waiting_for(cast.rival, MONDAY).where(Approval.record_id == theirs.id).exists()


def test_an_ended_delegation_asks_no_more(cast, pending):
    made = stand_in(cast.manager, cast.outsider, by=cast.manager)
    approval_delegates.end(made, by=cast.manager, at=MONDAY)
    assert not Approval.waiting_for(cast.outsider, MONDAY + timedelta(hours=1)).exists()
    with pytest.raises(Refused):
        approval_delegates.end(made, by=cast.manager, at=MONDAY)


def test_two_do_not_stand_in_for_the_same_days_and_nobody_for_himself(cast):
    stand_in(cast.manager, cast.outsider, by=cast.manager)
    for to in (cast.rival, cast.manager, cast.disabled):
        with pytest.raises(Refused):
            stand_in(cast.manager, to, by=cast.manager)


# ---- reminders -------------------------------------------------------------------------------------------------------


def test_working_hours_skip_the_night_and_the_weekend():
    days = calendar.Calendar()
    assert days.after_hours(MONDAY, 4) == datetime(2026, 11, 23, 6)
    assert days.after_hours(MONDAY, 9) == datetime(2026, 11, 24, 2)
    friday = datetime(2026, 11, 27, 9)  # 17:00
    assert days.after_hours(friday, 2) == datetime(2026, 11, 30, 2)
    assert days.after_hours(datetime(2026, 9, 30, 9), 2) == datetime(2026, 10, 8, 2)  # over the national day's week


def test_a_late_approval_reminds_the_approver_once_and_then_his_superior(cast):
    User.update(heads_department=True).where(User.id == cast.admin).execute()
    routes.lead_through(routes.superior(timeout_hours=4, remind=("approver", "superior")))
    quote = offers.quote(cast.seller)
    Quote.update(valid_until=date(2027, 1, 1)).execute()
    approvals.submit(Quote.get_by_id(quote.id), by=cast.seller, at=MONDAY)
    for hours, told, above in ((3, 0, 0), (4, 1, 0), (4, 1, 0), (24, 1, 1), (96, 1, 1)):
        approval_timeouts.remind(at=MONDAY + timedelta(hours=hours))
        late = Notice.select().where(Notice.verb == "quote.approval_reminded")
        assert [late.where(Notice.user == who).count() for who in (cast.manager, cast.admin)] == [told, above]


def test_what_was_decided_is_not_reminded_of(cast):
    routes.lead_through(routes.superior(timeout_hours=4, remind=("approver",)), routes.role(User.FINANCE))
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    approvals.approve(quote, by=cast.manager)
    approval_timeouts.remind(at=now() + timedelta(days=30))
    assert not Notice.select().where(Notice.verb == "quote.approval_reminded").exists()


# ---- in a batch ------------------------------------------------------------------------------------------------------


def test_a_batch_skips_what_is_no_longer_pending_and_says_which_and_why(cast):
    routes.lead_through(routes.superior(batch=True))
    made = [approvals.submit(offers.quote(cast.seller, offers.deal(cast.seller, f"客户{n}"), f"Q-{n}"), by=cast.seller) for n in range(3)]
    steps = [current(quote) for quote in made]
    approvals.withdraw(made[1], by=cast.seller)
    done, skipped = approval_batch.approve_all(steps, cast.manager, make=lambda quote: b"%PDF")
    assert [quote.number for quote in done] == ["Q-0", "Q-2"]
    assert [title for title, _why in skipped] == ["Q-1 V1"] and "孙一" in skipped[0][1]
    assert [Quote.get_by_id(quote.id).status for quote in made] == [Quote.APPROVED, Quote.DRAFT, Quote.APPROVED]


def test_a_step_that_is_decided_one_by_one_is_skipped_in_a_batch(cast, pending):
    done, skipped = approval_batch.approve_all([current(pending)], cast.manager, make=lambda quote: b"%PDF")
    assert done == [] and len(skipped) == 1
