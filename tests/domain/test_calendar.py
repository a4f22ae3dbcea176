"""Days as the company counts them: across 国庆 and its make-up days, by its own decisions, and backwards."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import calendar, day_of, due, start_of_day, time_zone
from domain.calendar import Calendar
from models import CalendarDay, Company, Event

PUBLIC = Calendar()


def of_2026(month, day):
    return date(2026, month, day)


@pytest.mark.parametrize(
    "start, number, working_end, calendar_end",
    [
        (of_2026(9, 18), 7, of_2026(9, 29), of_2026(9, 25)),  # a worked Sunday (20), 中秋 (25 to 27)
        (of_2026(9, 28), 7, of_2026(10, 13), of_2026(10, 5)),  # 国庆 (1 to 7) and its make-up Saturday (10)
        (of_2026(9, 30), 7, of_2026(10, 15), of_2026(10, 7)),
        (of_2026(10, 8), 2, of_2026(10, 10), of_2026(10, 10)),  # ends on the make-up Saturday
        (of_2026(10, 3), 1, of_2026(10, 8), of_2026(10, 4)),  # begins in the middle of the holiday
        (of_2026(2, 13), 3, of_2026(2, 25), of_2026(2, 16)),  # 春节 with both of its make-up Saturdays
    ],
)
def test_working_days_leap_over_a_holiday_and_count_the_day_that_makes_up_for_it(start, number, working_end, calendar_end):
    assert PUBLIC.add_days(start, number, working=True) == working_end
    assert PUBLIC.add_days(start, number, working=False) == calendar_end


def test_a_make_up_day_is_worked_and_the_holiday_has_its_name():
    assert PUBLIC.is_working_day(of_2026(10, 10)) and calendar.is_make_up_day(of_2026(10, 10))
    assert not PUBLIC.is_working_day(of_2026(10, 1)) and calendar.holiday_name(of_2026(10, 1)) == "国庆节"
    assert not PUBLIC.is_working_day(of_2026(10, 17)) and not calendar.is_make_up_day(of_2026(10, 17))


days = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@given(days, st.integers(0, 60), st.booleans(), st.dictionaries(days, st.booleans(), max_size=40), st.integers(-100, 100))
def test_a_period_is_over_before_a_day_exactly_when_it_began_by_the_cutoff(day, number, working, own, away):
    ours = Calendar(own)
    start = day + timedelta(days=away)
    assert (ours.add_days(start, number, working) < day) == (start <= ours.cutoff(day, number, working))


@given(days, st.integers(0, 60), st.booleans())
def test_as_many_days_are_gone_at_the_end_of_a_period_as_it_has(day, number, working):
    end = PUBLIC.add_days(day, number, working)
    assert PUBLIC.days_between(day, end, working) == number


def test_the_company_may_work_on_a_holiday_and_rest_on_any_day(cast):
    calendar.decide(of_2026(10, 7), works=True, by=cast.admin)
    calendar.decide(of_2026(10, 9), works=False, by=cast.admin, name="公司周年庆")
    ours = calendar.load()
    assert ours.is_working_day(of_2026(10, 7)) and not ours.is_working_day(of_2026(10, 9))
    assert ours.add_days(of_2026(9, 30), 3, working=True) == of_2026(10, 10)
    assert [event.verb for event in Event.select().where(Event.record_kind == "calendarday")] == ["calendar.decided"] * 2


def test_deciding_what_is_so_anyway_leaves_nothing_behind(cast):
    before = calendar.load().mark
    calendar.decide(of_2026(10, 9), works=False, by=cast.admin)
    assert calendar.load().mark != before
    calendar.decide(of_2026(10, 9), works=True, by=cast.admin)
    assert calendar.load().mark == before and not CalendarDay.select().exists()


def test_a_day_that_is_decided_again_keeps_its_name_unless_another_is_given(cast):
    calendar.decide(of_2026(10, 9), works=False, by=cast.admin, name="周年庆")
    calendar.decide(of_2026(10, 9), works=False, by=cast.admin)
    assert CalendarDay.get().name == "周年庆"
    calendar.decide(of_2026(10, 9), works=False, by=cast.admin, name="年会")
    assert CalendarDay.get().name == "年会"


@pytest.fixture
def berlin(cast):
    Company.update(time_zone="Europe/Berlin").execute()
    time_zone.cache_clear()
    yield
    time_zone.cache_clear()


@pytest.mark.parametrize("day, began, taken, hours", [  # in UTC, by hand
    (date(2027, 3, 27), datetime(2027, 3, 26, 23), datetime(2027, 3, 27, 2), 24),
    (date(2027, 3, 28), datetime(2027, 3, 27, 23), datetime(2027, 3, 28, 1), 23),  # the clocks go forward
    (date(2027, 10, 31), datetime(2027, 10, 30, 22), datetime(2027, 10, 31, 2), 25),  # and back
])
def test_where_the_clocks_change_a_day_has_the_hours_that_it_has(berlin, day, began, taken, hours):
    assert (start_of_day(day), due.moment_of(day)) == (began, taken)
    assert start_of_day(day + calendar.DAY) - began == timedelta(hours=hours)
    assert due.last_night(taken) == day_of(taken) == day and due.last_night(taken - timedelta(minutes=1)) == day - calendar.DAY
