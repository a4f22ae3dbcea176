"""How times and sums are written: English is not Chinese with other words."""

from datetime import date, datetime, timedelta

import pytest
from flask_babel import force_locale

from domain import start_of_day
from views.follow_ups import shown
from views.formats import day, moment, month, today, wan, when


@pytest.fixture
def noon(cast):
    return start_of_day(today()) + timedelta(hours=12)


def test_an_english_sentence_says_today_in_small_letters_and_the_weekday_first(app, noon):
    with app.test_request_context(), force_locale("en"):
        assert (when(noon), when(noon, within=True)) == ("Today 12:00", "today 12:00")
        assert when(noon - timedelta(days=1), within=True) == "yesterday 12:00"
        assert day(date(2019, 11, 22), weekday=True) == "Fri 22 Nov 2019"
        assert (month(date(2019, 5, 1)), moment(datetime(2019, 5, 2, 4))) == ("May 2019", "2 May 2019 12:00")


def test_in_chinese_a_time_is_the_same_everywhere(app, noon):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert when(noon) == when(noon, within=True) == "今天 12:00"
        assert day(date(2019, 11, 22), weekday=True) == "2019-11-22 周五"
        assert (month(date(2019, 5, 1)), moment(datetime(2019, 5, 2, 4))) == ("2019-05", "2019-05-02 12:00")


def test_a_day_of_this_year_has_no_year_unless_somebody_outside_keeps_it(app, cast):
    this_year = today().replace(month=12, day=5)
    for language, short, whole in (("en", "5 Dec", f"5 Dec {this_year.year}"), ("zh_Hans_CN", "12-05", f"{this_year.year}-12-05")):
        with app.test_request_context(), force_locale(language):
            assert (day(this_year), day(this_year, year=True)) == (short, whole)


def test_the_timeline_writes_the_days_of_a_fact(app, cast):
    with app.test_request_context(), force_locale("en"):
        for name in ("valid_until", "expected_on", "registered_on"):
            assert shown(name, "2019-11-30") == "30 Nov 2019"
        assert shown("title", "2019-11-30") == "2019-11-30"


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_nothing_has_no_unit(app, cast, language):
    with app.test_request_context(), force_locale(language):
        assert wan(0) == "¥0"
