"""Both languages are whole: nothing missing, nothing fuzzy, every placeholder kept."""

import re

import pytest

from tools.catalogues import catalogue, source_messages

pytestmark = pytest.mark.once

PLACEHOLDER = re.compile(r"%\((\w+)\)\d*[sd]")


def texts(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def spoken():
    return set(source_messages())


@pytest.fixture(params=["zh_Hans_CN", "en"])
def entries(request):
    return [entry for entry in catalogue(request.param) if not entry.obsolete]


def test_every_sentence_has_a_translation(entries, spoken):
    translated = {(entry.msgctxt, entry.msgid) for entry in entries if all(texts(entry))}
    assert sorted(map(str, spoken - translated)) == []


def test_no_translation_is_a_guess(entries):
    assert [entry.msgid for entry in entries if entry.fuzzy] == []


def test_no_translation_outlives_its_sentence(entries, spoken):
    assert [entry.msgid for entry in entries if (entry.msgctxt, entry.msgid) not in spoken] == []


def test_every_placeholder_is_kept(entries):
    changed = [
        entry.msgid
        for entry in entries
        for text in texts(entry)
        if text and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    ]
    assert changed == []


def test_chinese_speaks_chinese():
    """A sentence copied over untranslated would pass every other test."""
    copied = [
        entry.msgid
        for entry in catalogue("zh_Hans_CN")
        if entry.msgid in texts(entry) and re.search(r"[a-z]{3,} [a-z]{2,}", PLACEHOLDER.sub("", entry.msgid))
    ]
    assert copied == []
