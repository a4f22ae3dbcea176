"""How characters are read: their first letters, and full pinyin as people type it, in every reading a character has."""

import re
import unicodedata
from functools import cache, lru_cache

LONGEST = 6  # letters of a syllable: zhuang
MOST = 8  # ways to cut one text into syllables
SPOKEN = re.compile(r"[a-z]*[aeiouv][a-z]*")  # what people type; hm and ng are readings, too
BETWEEN = r"\W*"  # brackets and blanks in a name are not read


def load():
    """A second at the most, for which neither starting up nor the first who searches need wait."""
    initials_of("海")
    characters()


@cache
def initials_of(letter):
    """Every first letter a character can be read with: 重 gives z and c."""
    from pypinyin import Style, pinyin

    readings = pinyin(letter, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return tuple(sorted({reading[0] for reading in readings[0]})) if readings else ()


@cache
def characters():
    """{syllable without its tone: the characters that can be read so}: 重 stands under zhong and chong; ü is v."""
    from pypinyin.constants import PINYIN_DICT

    found = {}
    for code, readings in PINYIN_DICT.items():
        for syllable in {plain(reading) for reading in readings.split(",")}:
            found.setdefault(syllable, []).append(chr(code))
    return {syllable: "".join(letters) for syllable, letters in found.items() if SPOKEN.fullmatch(syllable)}


def plain(reading):
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def ways(text):
    """The ways to cut what was typed into syllables: "xian" is xian or xi an, "xi an" only the second.

    The last syllable may be one that is still being typed, where nothing else fits. Empty when the text is no pinyin.
    """
    parts = [part for part in re.split(r"[\s']+", text.casefold()) if part]
    if not parts or not all(part.isascii() and part.isalpha() for part in parts) or len("".join(parts)) < 2:
        return []
    *before, last = parts
    return combined(map(cuts, parts)) or combined([*map(cuts, before), cuts(last, unfinished_from=0 if before else 1)])


def combined(choices):
    """Every choice of one cut for each part, one after the other."""
    found = [()]
    for cuts_of_part in choices:
        found = [way + cut for way in found for cut in cuts_of_part][:MOST]
    return found


def cuts(letters, unfinished_from=None):
    """[(syllable, …)] of one word, longer syllables first; the last one may be only begun, from that place on."""
    known, ends = characters(), len(letters)
    found = [[] for _start in range(ends)] + [[()]]
    for start in reversed(range(ends)):
        if unfinished_from is not None and start >= unfinished_from and is_begun(letters[start:]):
            found[start].append((letters[start:],))
        for end in range(min(start + LONGEST, ends), start, -1):
            if letters[start:end] in known:
                found[start] += [(letters[start:end], *rest) for rest in found[end]]
        found[start] = found[start][:MOST]
    return found[0]


def is_begun(letters):
    return any(syllable.startswith(letters) for syllable in characters())


def read_as(syllable):
    """The characters of a syllable; of one that is only begun, those of all that begin so."""
    known = characters()
    return known.get(syllable) or "".join(letters for name, letters in known.items() if name.startswith(syllable))


@lru_cache(maxsize=256)
def pattern(text):
    """A pattern of the names that are read as this text, or of parts of them; None when the text is no pinyin."""
    spelt = [BETWEEN.join(f"[{read_as(syllable)}]" for syllable in way) for way in ways(text)]
    return re.compile("|".join(spelt)) if spelt else None
