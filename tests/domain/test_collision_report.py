"""The report of who followed whom (P08), and the word of it on the first of a month."""

from datetime import date, datetime, timedelta

import pytest

from domain import collision_report, customers, follow_ups, leads, members
from models import Customer, Event, Notice

AT = datetime(2026, 10, 5, 2, 0)
DAY = timedelta(days=1)
OCTOBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def shared(cast):
    """A customer on which the seller acted three times and a helper once, one of the seller's alone, and one elsewhere."""
    customer = customers.create(cast.seller, name="两人跟的", at=AT)
    members.add(customer, cast.rival, by=cast.seller, may_edit=True, at=AT)
    for _turn in range(2):
        follow_ups.write(Customer.with_people().where(Customer.id == customer.id).get(), cast.seller, "phone", "聊", at=AT)
    follow_ups.write(customer, cast.rival, "phone", "帮忙", at=AT + DAY)
    customers.create(cast.seller, name="一人跟的", at=AT)
    return customer


def test_it_names_the_customers_that_several_people_followed_and_how_often(cast, shared):
    [row] = collision_report.followed_by_several(cast.manager, *OCTOBER)
    assert row.customer == shared
    assert row.people == {cast.seller: 3, cast.rival: 1}
    assert len(row.sides) == 1 and row.case is None


def test_a_period_begins_and_ends_with_the_companys_days(cast, shared):
    follow_ups.write(shared, cast.manager, "visit", "陪同", at=datetime(2026, 10, 31, 15, 59, 59))
    follow_ups.write(shared, cast.manager, "visit", "陪同", at=datetime(2026, 10, 31, 16, 0))
    [row] = collision_report.followed_by_several(cast.manager, *OCTOBER)
    assert row.people[cast.manager] == 1


def test_others_customers_are_not_counted_for_somebody_who_does_not_see_them(cast, shared):
    assert collision_report.followed_by_several(cast.outsider, *OCTOBER) == []


def test_it_is_one_query_and_one_for_the_cases(cast, shared, queries):
    assert cast.admin.may("collision.report")  # his role is read once
    with queries() as asked:
        collision_report.followed_by_several(cast.admin, *OCTOBER)
    assert len(asked) == 2


def test_on_the_first_the_managers_are_told_once(cast, shared):
    for hour in range(3):
        collision_report.tell_of_last_month(at=datetime(2026, 10, 31, 16, 0) + timedelta(hours=hour))
    told = Notice.select().where(Notice.verb == "company.collisions_counted")
    assert {(notice.user.login, notice.facts["number"], notice.facts["month"]) for notice in told} == {
        ("admin", 1, "2026-10"), ("manager", 1, "2026-10"),
    }
    assert told.count() == 2
    collision_report.tell_of_last_month(at=datetime(2026, 12, 1))
    assert Event.select().where(Event.verb == "company.collisions_counted").count() == 2


def test_before_the_month_is_over_nobody_is_told_of_it(cast, shared):
    collision_report.tell_of_last_month(at=datetime(2026, 10, 31, 15, 59))
    assert not Notice.select().where(Notice.verb == "company.collisions_counted").exists()


def test_what_was_done_on_a_lead_of_the_same_company_counts_at_the_customer(cast):
    customer = customers.create(cast.seller, name="撞单的", at=AT)
    leads.create(cast.rival, name="撞单的", at=AT + DAY)
    [row] = collision_report.followed_by_several(cast.manager, *OCTOBER)
    assert (row.customer, row.people, len(row.sides)) == (customer, {cast.seller: 1, cast.rival: 1}, 2)
    assert row.case.is_open
