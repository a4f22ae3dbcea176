"""How times and sums are written: English is not Chinese with other words."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from domain import start_of_day
from views.formats import day, today, wan, when


@pytest.fixture
def noon(cast):
    return start_of_day(today()) + timedelta(hours=12)


def test_an_english_sentence_says_today_in_small_letters_and_the_weekday_first(app, noon):
    with app.test_request_context(), force_locale("en"):
        assert (when(noon), when(noon, within=True)) == ("Today 12:00", "today 12:00")
        assert when(noon - timedelta(days=1), within=True) == "yesterday 12:00"
        assert day(date(2019, 11, 22), weekday=True) == "Fri 22 Nov 2019"


def test_in_chinese_a_time_is_the_same_everywhere(app, noon):
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        assert when(noon) == when(noon, within=True) == "今天 12:00"
        assert day(date(2019, 11, 22), weekday=True) == "2019-11-22 周五"


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
def test_nothing_has_no_unit(app, cast, language):
    with app.test_request_context(), force_locale(language):
        assert wan(0) == "¥0"
