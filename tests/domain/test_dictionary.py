"""The words people choose from (字典)."""

import pytest

from domain import Refused, dictionary
from models import Choice


def test_a_word_is_in_its_list_once(cast):
    dictionary.add("source", "老乡会", "", by=cast.admin)
    with pytest.raises(Refused):
        dictionary.add("source", "老乡会", "", by=cast.admin)


def test_a_word_may_be_called_what_another_was_called_before(cast):
    first = dictionary.add("source", "老乡会", "", by=cast.admin)
    dictionary.edit(first, by=cast.admin, label="同乡会")
    second = dictionary.add("source", "老乡会", "", by=cast.admin)
    assert [Choice.get_by_id(word.id).label for word in (first, second)] == ["同乡会", "老乡会"]
    assert first.value != second.value
