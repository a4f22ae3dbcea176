"""Keeps both catalogues in step with the sources: adds what is newly said, drops what nobody says any more, in one order.

Run it after a sentence was added; it prints what waits for a translation, and the entries with an empty msgstr are those.
"""

from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_pgettext": ((1, "c"), 2), "lazy_ngettext": (1, 2)}
WIDTH = 120
PLURALS = {"en": 2, "zh_Hans_CN": 1}


def source_messages():
    """{(context or None, msgid): msgid_plural or ""} of every sentence that code and templates speak."""
    with (ROOT / "translations/babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    return {
        (context, message if isinstance(message, str) else message[0]): "" if isinstance(message, str) else message[1]
        for _file, _line, message, _comments, context in found
    }


def path_of(language):
    return ROOT / f"translations/{language}/LC_MESSAGES/messages.po"


def catalogue(language):
    return polib.pofile(str(path_of(language)), wrapwidth=WIDTH)


def new_entry(context, message, plural, language):
    """An empty entry; English says what the source says."""
    speaks = language == "en"
    entry = polib.POEntry(msgid=message, msgctxt=context, msgstr=message if speaks and not plural else "")
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = {n: (message, plural)[n] if speaks else "" for n in range(PLURALS[language])}
    if "%(" in message:
        entry.flags.append("python-format")
    return entry


def bring_up_to_date(language, spoken):
    """Rewrite the catalogue; [msgid] of what is not translated yet."""
    old = catalogue(language)
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    entries = [
        known.get((context, message)) or new_entry(context, message, plural, language)
        for (context, message), plural in spoken.items()
    ]
    fresh = polib.POFile(wrapwidth=WIDTH)
    fresh.metadata, fresh.header = old.metadata, old.header
    fresh.extend(sorted(entries, key=lambda entry: (entry.msgid, entry.msgctxt or "")))
    fresh.save(str(path_of(language)))
    return [entry.msgid for entry in fresh if not entry.msgstr and not any(entry.msgstr_plural.values())]


if __name__ == "__main__":
    messages = source_messages()
    for tongue in PLURALS:
        for sentence in bring_up_to_date(tongue, messages):
            print(f"{tongue}: {sentence}")
