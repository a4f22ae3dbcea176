"""Numbers by a pattern: what they look like, when the counter begins anew, and never one of them twice."""

from datetime import date

import pytest

from domain import Refused, numbers
from models import NumberPattern, Ticket, db
from tests import offers
from tests.server import all_at_once

DAY = date(2026, 11, 24)


def pattern(what="quote", **columns):
    return NumberPattern(what=what, **columns)


def taken(what, *days):
    """The numbers that documents of these days get; quotes that bear them are kept."""
    found = []
    for day in days:
        found.append(numbers.next_number(what, day))
    return found


@pytest.mark.parametrize("columns, number", [
    ({"prefix": "Q", "dated": "%Y%m%d", "separator": "-", "width": 3}, "Q20261124-007"),
    ({"prefix": "BJ", "dated": "%y%m", "width": 5}, "BJ261100007"),
    ({"prefix": "HT-", "dated": "%Y", "separator": "-", "width": 4}, "HT-2026-0007"),
    ({"width": 2}, "07"),
])
def test_a_number_is_prefix_date_and_counter(columns, number):
    assert numbers.written(pattern(**columns), DAY, 7) == number


def test_a_counter_wider_than_its_width_goes_on(cast):
    assert numbers.written(pattern(prefix="Q", width=2), DAY, 12_345) == "Q12345"


def test_without_a_word_from_the_company_numbers_are_as_they_always_were(cast):
    assert taken("quote", DAY, DAY) == ["Q20261124-001", "Q20261124-002"]
    assert taken("order", DAY) == ["SO20261124-001"]
    assert taken("ticket", DAY, DAY) == ["1001", "1002"]


@pytest.mark.parametrize("resets, expected", [
    ("daily", [1, 2, 1, 1, 1]), ("monthly", [1, 2, 3, 1, 1]), ("yearly", [1, 2, 3, 4, 1]), ("never", [1, 2, 3, 4, 5]),
])
def test_the_counter_begins_anew(cast, resets, expected):
    numbers.change("quote", by=cast.admin, resets=resets)
    given = taken("quote", DAY, DAY, date(2026, 11, 25), date(2026, 12, 1), date(2027, 1, 1))
    assert [int(number.rsplit("-", 1)[1]) for number in given] == expected


@pytest.mark.parametrize("dated, resets", [("", "yearly"), ("%Y", "monthly"), ("%y%m", "daily"), ("%Y%m", "daily")])
def test_a_counter_that_would_give_one_number_twice_is_refused(cast, dated, resets):
    with pytest.raises(Refused):
        numbers.change("order", by=cast.admin, dated=dated, resets=resets)
    assert not NumberPattern.select().exists()


def test_what_has_a_number_keeps_it_and_is_not_met_again(cast):
    deal = offers.deal(cast.seller)
    for number in ("Q20261124-001", "Q20261124-002"):
        offers.quote(cast.seller, opportunity=deal, number=number)
    numbers.change("quote", by=cast.admin, resets="monthly")
    assert taken("quote", DAY) == ["Q20261124-003"]


def test_looking_at_the_next_number_takes_none(cast):
    now = numbers.pattern_of("quote")
    assert numbers.upcoming(now, DAY) == numbers.upcoming(now, DAY) == taken("quote", DAY)[0]
    assert numbers.upcoming(now, DAY) == "Q20261124-002"


def test_a_ticket_can_be_numbered_with_a_prefix(cast):
    numbers.change("ticket", by=cast.admin, prefix="GD", dated="%Y%m", separator="-", width=4, first=1, resets="monthly")
    assert taken("ticket", DAY, DAY) == ["GD202611-0001", "GD202611-0002"]
    assert Ticket.number.field_type == "TEXT"


@pytest.mark.parametrize("resets", ["daily", "never"])
def test_sixty_four_at_once_get_neither_gaps_nor_doubles(cast, resets):
    numbers.change("quote", by=cast.admin, resets=resets)

    def one():
        with db.connection_context(), numbers.transaction():
            return numbers.next_number("quote", DAY)

    given = sorted(int(number.rsplit("-", 1)[1]) for number in all_at_once([one] * 64))
    assert given == list(range(1, 65))


def test_what_was_not_made_took_no_number(cast):
    with pytest.raises(RuntimeError), numbers.transaction():
        numbers.next_number("quote", DAY)
        raise RuntimeError
    assert taken("quote", DAY) == ["Q20261124-001"]
