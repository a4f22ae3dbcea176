"""The page of the number patterns: a preview while one writes, a complaint beside the field, one pattern per kind."""

import pytest

from domain import day_of, now, numbers
from models import Event, NumberPattern

PATTERN = {"prefix": "bj", "dated": "%Y%m", "separator": "-", "width": "4", "first": "1", "resets": "monthly"}


def form(what, **changes):
    return {f"{what}-{name}": value for name, value in (PATTERN | changes).items()}


def test_a_pattern_is_saved_and_told(cast, login):
    answer = login(cast.admin).post("/settings/numbers/order", data=form("order"), follow_redirects=True)
    following = f"BJ{day_of(now()):%Y%m}-0001"
    assert answer.status_code == 200 and following in answer.text
    assert numbers.upcoming(numbers.pattern_of("order"), day_of(now())) == following
    assert Event.get(Event.verb == "numberpattern.changed").after["prefix"] == "BJ"
    assert numbers.pattern_of("quote").prefix == "Q"


@pytest.mark.parametrize("changes, words", [
    ({"resets": "daily"}, "重号"), ({"prefix": "报价"}, "大写字母"), ({"prefix": "TOOLONGAPREFIX"}, "8"), ({"first": "-1"}, "0"),
    ({"width": "1"}, None), ({"dated": "%H"}, None),
])
def test_what_cannot_be_is_422_beside_the_field_and_keeps_what_was_typed(cast, login, changes, words):
    answer = login(cast.admin).post("/settings/numbers/quote", data=form("quote", **changes))
    assert answer.status_code == 422 and 'class="error"' in answer.text and (words or "") in answer.text
    assert not NumberPattern.select().exists()


def test_the_next_number_is_shown_while_one_writes(cast, login):
    client = login(cast.admin)
    preview = client.get("/settings/numbers/ticket/preview", query_string=form("ticket", prefix="gd", width="3", first="7"))
    assert f"GD{day_of(now()):%Y%m}-007" in preview.text and "<html" not in preview.text
    assert "重号" in client.get("/settings/numbers/ticket/preview", query_string=form("ticket", resets="daily")).text
    assert not NumberPattern.select().exists()


def test_only_what_is_numbered_has_a_pattern(cast, login):
    assert login(cast.admin).post("/settings/numbers/lead", data=form("lead")).status_code == 404
