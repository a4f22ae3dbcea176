"""Opportunities on their way: stages, won and lost; the sums of the board; the stages themselves."""

from datetime import date, datetime, timedelta

import pytest

from domain import Refused, board, customers, deals, follow_ups, stages
from models import Event, Opportunity, Stage, StageChange, Task

MORNING = datetime(2026, 11, 24, 1, 0)  # 9:00 in Shanghai
LATER = MORNING + timedelta(hours=2)


@pytest.fixture
def customer(cast):
    return customers.create(cast.seller, name="苏州恒立精密机械有限公司")


@pytest.fixture
def deal(cast, customer):
    return deals.create(cast.seller, customer, "3 条产线改造", 14_840_000, at=MORNING)


def stage(position):
    return Stage.get(Stage.position == position)


def as_seen_before(deal):
    """The record as another browser still shows it."""
    return Opportunity.with_people().where(Opportunity.id == deal.id).get()


def stored(deal):
    return Opportunity.get_by_id(deal.id)


# ---- its way ---------------------------------------------------------------------------------------------------------


def test_a_new_deal_stands_in_the_first_stage(deal):
    assert (deal.stage, deal.stage_since, deal.status) == (stage(0), MORNING, Opportunity.OPEN)
    assert [change.stage for change in deal.stage_changes] == [stage(0)]


def test_nothing_new_is_won_already(cast, customer):
    with pytest.raises(Refused):
        deals.create(cast.seller, customer, "x", 1, stage=Stage.get(Stage.is_won))


def test_a_move_is_written_down_with_both_stages(cast, deal):
    deals.move(deal, stage(2), by=cast.seller, at=LATER)
    event = Event.select().order_by(Event.id.desc()).first()
    assert (stored(deal).stage, stored(deal).stage_since) == (stage(2), LATER)
    assert (event.verb, event.before, event.after) == ("opportunity.moved", {"stage": stage(0).id}, {"stage": stage(2).id})


def test_a_move_to_where_it_stands_is_nothing(cast, deal):
    deals.move(deal, stage(0), by=cast.seller)
    assert StageChange.select().count() == 1


def test_a_move_taken_back_at_once_does_not_start_the_days_anew(cast, deal):
    deals.move(deal, stage(1), by=cast.seller, at=LATER)
    deals.move(deal, stage(0), by=cast.seller, at=LATER + timedelta(seconds=9))
    assert stored(deal).stage_since == MORNING


def test_a_deal_that_comes_back_later_starts_anew(cast, deal):
    deals.move(deal, stage(1), by=cast.seller, at=LATER)
    deals.move(deal, stage(0), by=cast.seller, at=LATER + timedelta(days=1))
    assert stored(deal).stage_since == LATER + timedelta(days=1)


def test_the_won_stage_is_reached_by_winning_alone(cast, deal):
    with pytest.raises(Refused):
        deals.move(deal, Stage.get(Stage.is_won), by=cast.seller)


def test_two_moves_at_once_leave_one(cast, deal):
    other = as_seen_before(deal)
    deals.move(deal, stage(1), by=cast.seller)
    with pytest.raises(Refused) as no:
        deals.move(other, stage(2), by=cast.manager)
    assert cast.seller.name in no.value.message
    assert stored(deal).stage == stage(1)


@pytest.mark.parametrize("late", [
    lambda deal, by: deals.move(deal, stage(1), by=by), lambda deal, by: deals.win(deal, by=by),
    lambda deal, by: deals.lose(deal, by, "price"), lambda deal, by: deals.edit(deal, by, amount=1),
])
def test_what_somebody_closed_meanwhile_stays_closed(cast, deal, late):
    other = as_seen_before(deal)
    deals.lose(deal, cast.seller, "budget")
    with pytest.raises(Refused):
        late(other, cast.manager)
    assert (stored(deal).status, stored(deal).lost_reason) == (Opportunity.LOST, "budget")


def test_won_on_a_day_that_has_come(cast, deal):
    deals.win(deal, by=cast.seller, on=date(2026, 11, 20), at=LATER)
    assert (stored(deal).status, stored(deal).stage.is_won) == (Opportunity.WON, True)
    assert stored(deal).closed_at == datetime(2026, 11, 19, 16, 0)  # midnight in Shanghai
    with pytest.raises(Refused):
        deals.win(deals.reopen(deal, by=cast.manager), by=cast.seller, on=date(2026, 11, 25), at=LATER)


@pytest.mark.parametrize("reason", ["", None])
def test_lost_never_without_a_reason(cast, deal, reason):
    with pytest.raises(Refused):
        deals.lose(deal, cast.seller, reason)
    assert stored(deal).is_open


def test_a_lost_deal_has_no_next_step_and_keeps_its_stage(cast, deal):
    deals.move(deal, stage(2), by=cast.seller)
    follow_ups.plan(deal, cast.seller, LATER, "发报价")
    deals.lose(deal, cast.seller, "competitor", "贵 12%")
    assert not Task.select().exists()
    assert (stored(deal).stage, stored(deal).next_at, stored(deal).lost_note) == (stage(2), None, "贵 12%")


def test_reopened_it_stands_where_it_last_stood_open(cast, deal):
    deals.move(deal, stage(3), by=cast.seller)
    deals.win(deal, by=cast.seller)
    deals.reopen(deal, by=cast.manager)
    now = stored(deal)
    assert (now.status, now.stage, now.closed_at) == (Opportunity.OPEN, stage(3), None)


def test_an_open_deal_cannot_be_opened(cast, deal):
    before = StageChange.select().count()
    with pytest.raises(Refused):
        deals.reopen(deal, by=cast.manager)
    assert StageChange.select().count() == before


def test_the_next_step_goes_along_when_a_deal_is_handed_over(cast, deal):
    follow_ups.plan(deal, cast.seller, LATER)
    deals.hand_over(deal, cast.rival, by=cast.manager)
    assert (stored(deal).owner, Task.get().owner) == (cast.rival, cast.rival)


# ---- the board -------------------------------------------------------------------------------------------------------


def sums(user, *conditions):
    found = board.columns(Opportunity.seen_by(user), board.on_board(at=LATER), *conditions)
    return [(column.count, column.amount, column.weighted) for column in found]


def test_each_column_sums_its_deals_and_weighs_them_by_the_win_rate(cast, customer, deal):
    deals.create(cast.seller, customer, "二期", 33, at=MORNING)
    deals.create(cast.seller, customer, "三期", 1_001, stage=stage(2), at=MORNING)
    assert sums(cast.seller) == [
        (2, 14_840_033, 1_484_003), (0, 0, 0), (1, 1_001, 400), (0, 0, 0), (0, 0, 0), (0, 0, 0),
    ]


def test_lost_deals_and_those_won_in_another_quarter_are_off_the_board(cast, customer, deal):
    deals.win(deals.create(cast.seller, customer, "今年", 500), by=cast.seller, on=date(2026, 10, 1), at=LATER)
    deals.win(deals.create(cast.seller, customer, "上季度", 700), by=cast.seller, on=date(2026, 9, 30), at=LATER)
    deals.lose(deal, cast.seller, "price")
    assert sums(cast.seller)[0] == (0, 0, 0)
    assert sums(cast.seller)[-1] == (1, 500, 500)


def test_a_period_takes_what_is_expected_or_was_won_in_it(cast, customer):
    for on in (date(2026, 11, 1), date(2026, 12, 1), None):
        deals.create(cast.seller, customer, "x", 100, expected_on=on)
    month = board.on_board(board.month_of(date(2026, 11, 24)))
    assert [column.count for column in board.columns(Opportunity.seen_by(cast.seller), month)][0] == 1


def test_nobody_sums_what_he_does_not_see(cast, deal):
    assert sums(cast.rival)[0] == (0, 0, 0)
    assert sums(cast.manager)[0] == (1, 14_840_000, 1_484_000)


@pytest.mark.parametrize(("day", "quarter", "month"), [
    (date(2026, 1, 1), (date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 1, 1), date(2026, 2, 1))),
    (date(2026, 9, 30), (date(2026, 7, 1), date(2026, 10, 1)), (date(2026, 9, 1), date(2026, 10, 1))),
    (date(2026, 12, 31), (date(2026, 10, 1), date(2027, 1, 1)), (date(2026, 12, 1), date(2027, 1, 1))),
])
def test_quarters_and_months_end_with_the_year(day, quarter, month):
    assert (board.quarter_of(day), board.month_of(day)) == (quarter, month)


@pytest.mark.parametrize("order", ["next", "amount", "waiting"])
def test_pages_of_a_column_show_every_card_once(cast, customer, order):
    for number in range(2 * board.CARDS + 3):
        made = deals.create(cast.seller, customer, f"{number}", number // 3, at=MORNING + timedelta(hours=number // 4))
        if number % 3:
            follow_ups.plan(made, cast.seller, LATER + timedelta(days=number % 7))
    seen, after, more = [], None, True
    while more:
        found, more = board.cards(Opportunity.visible_to(cast.seller), stage(0), order, after)
        seen, after = seen + found, found[-1]
    assert len(seen) == len({row.id for row in seen}) == 2 * board.CARDS + 3


def test_the_most_urgent_card_stands_first_and_those_without_a_step_last(cast, customer):
    plans = {"later": LATER + timedelta(days=2), "none": None, "overdue": MORNING}
    for name, due in plans.items():
        made = deals.create(cast.seller, customer, name, 1)
        if due:
            follow_ups.plan(made, cast.seller, due)
    found, more = board.cards(Opportunity.visible_to(cast.seller), stage(0))
    assert ([row.name for row in found], more) == (["overdue", "later", "none"], False)


def test_deals_are_found_by_their_name_and_their_customers(cast, deal):
    for text, found in (("产线", 1), ("恒立", 1), ("szhl", 1), ("无锡", 0)):
        assert Opportunity.select().where(board.named(text)).count() == found


# ---- stages ----------------------------------------------------------------------------------------------------------


def names():
    return [row.name for row in Stage.in_order()]


def test_a_new_stage_comes_before_the_won_one(cast):
    stages.add(cast.admin, name="试用", name_en="Trial", win_rate=70, norm_days=30)
    assert names()[-2:] == ["试用", "成交/回款"]
    assert [row.is_won for row in Stage.in_order()].count(True) == 1


def test_stages_change_places_but_the_won_one_stays_last(cast):
    stages.move_down(stage(0), by=cast.admin)
    assert names()[:2] == ["首次沟通", "线索收集"]
    for verb, position in ((stages.move_up, 0), (stages.move_down, 4), (stages.move_up, 5)):
        with pytest.raises(Refused):
            verb(stage(position), by=cast.admin)


def test_a_stage_that_holds_or_held_a_deal_is_not_removed(cast, deal):
    with pytest.raises(Refused):
        stages.remove(stage(0), by=cast.admin)
    deals.move(deal, stage(1), by=cast.seller)
    with pytest.raises(Refused):
        stages.remove(stage(0), by=cast.admin)


def test_an_unused_stage_goes_but_never_the_won_one(cast):
    stages.remove(stage(2), by=cast.admin)
    assert "需求分析" not in names()
    with pytest.raises(Refused):
        stages.remove(Stage.get(Stage.is_won), by=cast.admin)


def test_no_two_stages_have_one_name_and_won_is_always_100_percent(cast):
    with pytest.raises(Refused):
        stages.edit(stage(0), by=cast.admin, name="首次沟通")
    stages.edit(Stage.get(Stage.is_won), by=cast.admin, name="成交", win_rate=50)
    assert (Stage.get(Stage.is_won).name, Stage.get(Stage.is_won).win_rate) == ("成交", 100)
