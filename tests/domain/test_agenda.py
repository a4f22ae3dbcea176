"""A person's day: what is late, what is due, what has no next step, and nobody else's."""

from datetime import timedelta

import pytest

from domain import agenda, approvals, customers, deals, follow_ups, leads, local, now, start_of_day, tickets
from domain import day_of as day
from models import Company, Pool, Task
from tests import offers

NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)  # 12:00 in Shanghai


@pytest.fixture
def planned(cast):
    """planned(hours) is a step of the seller that many hours from noon."""

    def plan(*hours):
        for number, hour in enumerate(hours):
            customer = customers.create(by=cast.seller, name=f"客户 {hour} {number} 有限公司", at=NOON)
            follow_ups.plan(customer, by=cast.seller, due_at=NOON + timedelta(hours=hour), what=str(hour), at=NOON)

    return plan


def test_steps_are_overdue_or_due_today_by_the_companys_calendar(cast, planned):
    planned(-30, -12.5, -11, 1, 11, 13)
    today = agenda.of(cast.seller, NOON)
    assert [task.what for task in today.overdue] == ["-30", "-12.5"]
    assert [task.what for task in today.today] == ["-11", "1", "11"]


def test_what_was_done_today_stays_in_sight(cast, planned):
    planned(1, 2)
    follow_ups.finish(Task.select().order_by(Task.due_at).first(), by=cast.seller, at=NOON)
    today = agenda.of(cast.seller, NOON)
    assert (len(today.done), len(today.today), today.planned) == (1, 1, 2)
    assert agenda.of(cast.seller, NOON + timedelta(days=1)).done == []


def test_nobody_is_shown_anothers_steps(cast, planned):
    planned(-1, 1)
    assert agenda.of(cast.rival, NOON).is_empty


def test_open_deals_without_a_next_step_are_named(cast):
    deal = offers.deal(cast.seller)
    assert agenda.of(cast.seller, NOON).without_step == [deal]
    follow_ups.plan(deal, by=cast.seller, due_at=NOON + timedelta(days=3), what="")
    assert agenda.of(cast.seller, NOON).without_step == []


def test_the_figures_count_this_month_and_this_person(cast):
    leads.create(cast.seller, name="扬州液压有限公司")
    leads.create(cast.admin, pool=Pool.get(), name="无锡液压有限公司")
    deals.win(offers.deal(cast.seller), by=cast.seller)
    mine, theirs = agenda.figures(cast.seller, now()), agenda.figures(cast.rival, now())
    assert (mine["new_leads"], mine["won"]) == (1, 50_000_00)
    assert (theirs["new_leads"], theirs["won"]) == (0, 0)
    assert agenda.figures(cast.seller, now() + timedelta(days=32))["won"] == 0


def test_a_quote_under_approval_shows_for_whom_it_waits(cast):
    quote = offers.quote(cast.seller)
    approvals.submit(quote, by=cast.seller)
    [(mine, step)] = agenda.submitted(cast.seller)
    assert (mine, step.approver) == (quote, cast.manager)
    assert agenda.figures(cast.seller, now())["submitted"] == 1
    assert [shown for shown, asked in agenda.to_approve(cast.manager)] == [quote]
    assert agenda.to_approve(cast.seller) == agenda.to_approve(cast.rival) == []


def test_service_people_see_their_own_tickets_and_sellers_those_of_their_customers(cast):
    customer = customers.create(by=cast.seller, name="苏州恒立有限公司")
    first, second = (tickets.create(cast.seller, customer, f"读数跳变 {n}") for n in range(2))
    tickets.assign(first, cast.service, by=cast.manager)
    assert agenda.open_tickets(cast.service) == [first]
    assert agenda.open_tickets(cast.seller) == [second, first]
    assert agenda.open_tickets(cast.outsider) == []
    assert agenda.desk(cast.service) == {"mine": 1, "undispatched": 1, "to_call_back": 0}


def test_what_the_department_won_is_news_to_its_people(cast):
    deals.win(offers.deal(cast.seller), by=cast.seller)
    assert [change.by for change in agenda.news(cast.rival)] == [cast.seller]
    assert agenda.news(cast.outsider) == []


@pytest.mark.parametrize("hour, share", [(0, 0), (8, 0), (13.5, 0.5), (19, 1), (23, 1)])
def test_the_route_of_the_day_runs_from_eight_to_seven(cast, hour, share):
    assert agenda.share_of_route(start_of_day(day(NOON)) + timedelta(hours=hour)) == pytest.approx(share)


def test_a_day_begins_at_midnight_of_the_companys_zone(cast):
    assert agenda.bounds(NOON) == (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
    assert local(NOON).tzname() == "CST"
    assert Company.current().time_zone == "Asia/Shanghai"
