"""Shares: an amount is split to the fen, whatever the amount and however many share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import Refused, shares


@st.composite
def parts(draw):
    """{who: basis points} of one to eight people, 10,000 together; some may have nothing."""
    cuts = sorted(draw(st.lists(st.integers(0, shares.WHOLE), max_size=7)))
    points = [high - low for low, high in zip([0, *cuts], [*cuts, shares.WHOLE])]
    return dict(enumerate(points))


@given(st.integers(-(10**15), 10**15), parts())
def test_what_is_split_comes_to_the_whole_and_nobody_is_off_by_a_fen(amount, parts):
    split = shares.split(amount, parts)
    assert sum(split.values()) == amount
    assert all(abs(split[who] * shares.WHOLE - amount * points) < shares.WHOLE for who, points in parts.items())
    assert all(split[who] == 0 for who, points in parts.items() if points == 0)


@pytest.mark.parametrize("amount, points, split", [
    (100_00, {"a": 7000, "b": 3000}, {"a": 70_00, "b": 30_00}),
    (1, {"a": 7000, "b": 3000}, {"a": 1, "b": 0}),
    (100, {"a": 3334, "b": 3333, "c": 3333}, {"a": 34, "b": 33, "c": 33}),
    (-1, {"a": 5000, "b": 5000}, {"a": -1, "b": 0}),
    (0, {"a": 10_000}, {"a": 0}),
])
def test_the_odd_fen_goes_to_the_largest_remainder(amount, points, split):
    assert shares.split(amount, points) == split


@pytest.mark.parametrize("points", [{}, {"a": 9_999}, {"a": 7000, "b": 3001}, {"a": 10_001, "b": -1}])
def test_shares_that_are_not_the_whole_are_refused(points):
    with pytest.raises(Refused):
        shares.split(100, points)
