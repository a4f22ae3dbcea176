"""64 browsers make quotes at the same moment: their numbers follow on each other (编号不断号、不重号)."""

import pytest

from domain import customers, deals, now, numbers
from models import Quote
from tests import cast as people
from tests.crowd import browsers, race, rows_of

CROWD = 64


@pytest.fixture(scope="module")
def house(serve):
    server = serve()
    with rows_of(server):
        people.build()
    return server


@pytest.mark.parametrize("columns", [{}, {"prefix": "BJ", "dated": "%Y%m", "resets": "monthly", "width": 4}])
def test_sixty_four_quotes_at_once_are_numbered_without_gaps_or_doubles(house, columns):
    with rows_of(house):
        cast = people.load()
        numbers.change("quote", by=cast.admin, **columns)
        deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
        answers = race(browsers(house, [cast.seller], CROWD), f"/opportunities/{deal.id}/quotes")
        assert {answer.status for answer in answers} == {303}
        made = [quote.number for quote in Quote.select(Quote.number).where(Quote.opportunity == deal.id)]
        given = sorted(int(number.rsplit("-", 1)[1]) for number in made)
    assert len(set(made)) == CROWD and given == list(range(given[0], given[0] + CROWD))
    assert all(number.startswith(columns.get("prefix", "Q")) for number in made)
