"""The page of the company's calendar: a press makes a day free or worked, a second one takes that back."""

from datetime import date

from domain import calendar
from models import CalendarDay
from tests.pages import PART

MAKE_UP_DAY = "2026-10-10"


def test_a_year_shows_its_holidays_and_its_make_up_days(login, cast):
    page = login(cast.admin).get("/settings/calendar?year=2026").text
    assert "国庆节" in page and page.count('id="d2026-') == 365
    assert 'name="worked" value="2026-10-01"' in page and f'name="free" value="{MAKE_UP_DAY}"' in page


def test_a_press_makes_a_worked_day_free_and_a_second_one_takes_it_back(login, cast):
    browser = login(cast.admin)
    part = browser.post("/settings/calendar", data={"free": MAKE_UP_DAY}, headers=PART)
    assert f'name="worked" value="{MAKE_UP_DAY}"' in part.text
    assert not calendar.load().is_working_day(date(2026, 10, 10))
    browser.post("/settings/calendar", data={"worked": MAKE_UP_DAY})
    assert not CalendarDay.select().exists()


def test_an_own_day_can_be_given_a_name(login, cast):
    browser = login(cast.admin)
    browser.post("/settings/calendar", data={"free": "2026-10-09", "name": "公司周年庆"})
    assert "公司周年庆" in browser.get("/settings/calendar?year=2026").text


def test_what_names_no_day_or_two_of_them_is_refused(login, cast):
    browser = login(cast.admin)
    for sent in ({}, {"free": "x"}, {"free": "2026-10-09", "worked": "2026-10-10"}, {"free": "9998-01-01"}):
        assert browser.post("/settings/calendar", data=sent).status_code == 422
    assert browser.get("/settings/calendar?year=9998").status_code == 404
