"""Company names taken apart as the register puts them together (行政区划, 字号, 行业, 组织形式), and told alike or apart.

上海恒立液压科技有限公司苏州分公司 is the place 上海, the brand 恒立, the trade 液压科技, a form, and a branch.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA

from domain.company_words import (
    BRANCH,
    ENGLISH_FORM,
    FORM,
    FORM_WORDS,
    GROUP,
    LISTED,
    LONGEST_PLACE,
    LOOSE,
    NUMERALS,
    PARTNERSHIP,
    SHORT_PLACES,
    SPOKEN_FORM,
    SPOKEN_LEVELS,
    begins_trade,
    is_trade,
    places,
)

NAME, SHORT, PINYIN, TYPO = REASONS = ("name", "short_name", "pinyin", "typo")
BRACKETED = re.compile(r"\(([^()]*)\)")
SIGNS = re.compile(r"[^0-9a-z&+\u3400-\u9fff\U00020000-\U0003ffff]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
BRACKETS = str.maketrans("【】[]〔〕〈〉《》{}", "()()()()()()")
QIAN, MARK = "乾", "\ue000"  # in a company's name always the sign qián, never 干
WARDS = re.compile(r"[省市县区]")
SPELT_LEAST = 6  # letters of a name written in pinyin
CUTS = (2, 3, 4, 5)  # characters of a brand, behind which names have their place in brackets


@dataclass(frozen=True)
class Name:
    """A name in its parts. `core` is brand and trade; `places` are short names; `formal`: it carries its legal form."""

    places: tuple
    core: str
    formal: bool
    branch: str
    partnership: bool = False

    @cached_property
    def brand(self):
        """What stands before the first word of the trade, never less than two characters; 恒立 of 恒立液压科技."""
        starts = range(2, len(self.core))
        return self.core[:next((start for start in starts if begins_trade(self.core[start:])), len(self.core))]

    @cached_property
    def trade(self):
        return self.core[len(self.brand):]

    @cached_property
    def sound(self):
        return "".join(syllables(self.core))

    @cached_property
    def halves(self):
        """Its sound, cut where a place may be told in the middle: 星河(常州)机械, 金凤凰(常州)机械."""
        read = syllables(self.core)
        return [("".join(read[:cut]), "".join(read[cut:])) for cut in CUTS if cut < len(read)]

    @property
    def plain(self):
        """Equal for two spellings of one name beyond doubt; of its places the last one counts: 江苏省苏州市 is 苏州."""
        kind = "合伙" if self.partnership else ""
        return "|".join(("".join(self.places[-1:]), self.core, kind + self.branch))

    @property
    def spelt_out(self):
        return bool(self.core) and not CHINESE.search(self.core)


@dataclass(frozen=True)
class Likeness:
    """Why two names are taken for one company, and how surely: 1 is beyond doubt."""

    reason: str
    score: float


# ---- taken apart -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def parse(text):
    plain = simplified(text)
    if not CHINESE.search(plain):
        return Name((), latin(plain), False, "")
    plain, aside = without_brackets("".join(plain.split()))
    words, formal, branch = without_form(plain)
    found, core = without_places(words)
    return Name((*found, *aside), core, formal, WARDS.sub("", branch), bool(PARTNERSHIP.search(plain)))


def simplified(text):
    """Half width, lower case, brackets alike, simplified characters (简体)."""
    plain = unicodedata.normalize("NFKC", text or "").casefold().translate(BRACKETS)
    if not CHINESE.search(plain):
        return plain
    return converter().convert(plain.replace(QIAN, MARK)).replace(MARK, QIAN)


@lru_cache(maxsize=1)
def converter():
    from opencc import OpenCC

    return OpenCC("t2s")


def latin(plain):
    """Letters alone, without Co., Ltd. or youxian gongsi."""
    plain = unicodedata.normalize("NFD", plain.replace("ü", "v"))
    letters = re.sub(r"[^0-9a-z]", "", ENGLISH_FORM.sub("", plain))
    return SPOKEN_FORM.sub("", letters)


def without_brackets(plain):
    """(the name, places that stood in brackets): (苏州) is a place, (有限合伙) a form; anything else is read as it stands."""
    aside = []

    def read(found):
        inside = found[1]
        if inside in places():
            aside.append(places()[inside])
            return ""
        return "" if inside in FORM_WORDS else inside

    return SIGNS.sub("", BRACKETED.sub(read, plain)), tuple(filter(None, aside))


def without_form(plain):
    """(place, brand and trade; whether a legal form follows; the branch behind it)"""
    form = FORM.search(plain, 1)
    if form:
        return GROUP.sub("", plain[:form.start()]) or plain[:form.start()], True, plain[form.end():]
    if partnership := PARTNERSHIP.search(plain):
        return plain[:partnership.start()], True, ""
    if branch := BRANCH.search(plain, 2):
        return plain, True, branch[0]
    bare = LISTED.sub("", LISTED.sub("", plain))
    shorter = LOOSE.sub("", bare)
    return (shorter if len(shorter) >= 2 else bare), False, ""


def without_places(words):
    """(places, the rest). A name that is nothing but a place and a trade keeps its last place as its brand: 江阴银行."""
    known, found, start, last = places(), [], 0, 0
    while place := place_at(words, start):
        found.append(known[place])
        last, start = start, start + len(place)
    if found and begins_trade(words[start:]):
        return tuple(filter(None, found[:-1])), words[last:]
    return tuple(filter(None, found)), words[start:]


def place_at(words, start):
    known = places()
    for length in range(min(LONGEST_PLACE, len(words) - start - 2), 1, -1):
        if words[start:start + length] in known:
            return words[start:start + length]
    return None


def spelt(words):
    """Pinyin without tones or gaps, as a phrase is read."""
    return "".join(syllables(words))


@lru_cache(maxsize=65_536)
def syllables(words):
    return tuple(part.casefold() for part in reader()(words))


@lru_cache(maxsize=1)
def reader():
    from pypinyin import lazy_pinyin, load_single_dict

    load_single_dict({ord("长"): "cháng,zhǎng"})  # standing alone, in a company's name
    return lazy_pinyin


# ---- compared --------------------------------------------------------------------------------------------------------


def compare(one, other):
    """The Likeness of two parsed names, or None when they are two companies as far as names can tell."""
    if not one.core or not other.core or one.branch != other.branch or one.partnership != other.partnership:
        return None
    if one.spelt_out or other.spelt_out:
        return compare_spelling(one, other)
    if not (set(one.places) <= set(other.places) or set(other.places) <= set(one.places)):
        return None
    if one.core == other.core:
        return same_core(one, other)
    if is_typo(one, other):
        return Likeness(TYPO, 0.9 if set(one.places) == set(other.places) else 0.8)
    return short_and_full(one, other)


def same_core(one, other):
    """Doubt begins where only one of them tells its place."""
    if set(one.places) == set(other.places):
        return Likeness(NAME, 1.0 if one.formal == other.formal else 0.98)
    score = 0.92 if one.places and other.places else 0.88
    return Likeness(NAME if one.trade or len(one.core) > 3 else SHORT, score)


def compare_spelling(one, other):
    if one.core == other.core:
        return Likeness(NAME, 1.0)
    latin, chinese = (one, other) if one.spelt_out else (other, one)
    if chinese.spelt_out or len(latin.core) < SPELT_LEAST:
        return None
    for pieces, score in (((chinese.sound,), 0.9), *((both, 0.9) for both in chinese.halves), ((spelt(chinese.brand),), 0.75)):
        told = places_around(latin.core, pieces, chinese.places)
        if told is not None:
            return Likeness(PINYIN, score if spelt("".join(chinese.places[-1:])) in told else min(score, 0.85))
    return None


def places_around(letters, pieces, places):
    """The places that are told before, between and behind the pieces of a name in pinyin; None where other letters stand there."""
    return next(("".join(parts) for parts in around(letters, pieces) if all(is_made_of(part, said(places)) for part in parts)), None)


def around(letters, pieces):
    """What stands before, between and behind these pieces, in each way in which they are found."""
    if not pieces:
        yield (letters,)
        return
    first, *others = pieces
    start = letters.find(first)
    while start >= 0:
        for behind in around(letters[start + len(first):], others):
            yield letters[:start], *behind
        start = letters.find(first, start + 1)


def is_made_of(letters, words):
    ends = {0}
    for start in range(len(letters)):
        if start in ends:
            ends |= {start + len(word) for word in words if letters.startswith(word, start)}
    return len(letters) in ends


@lru_cache(maxsize=4_096)
def said(places):
    """How these places are written in pinyin: changzhou, changzhoushi …"""
    return tuple(spelt(place) + level for place in places for level in SPOKEN_LEVELS)


# ---- one typo --------------------------------------------------------------------------------------------------------


def is_typo(one, other):
    """One character differs as typing makes it differ: it sounds the same, stands one place off, is lost or doubled.

    Another trade (食品, 饰品) is no typo, nor is another number.
    """
    if min(len(one.core), len(other.core)) < 3 or OSA.distance(one.core, other.core, score_cutoff=1) != 1:
        return False
    edit = edits(one.core, other.core)
    if set(edit.lost + edit.come) & NUMERALS and not edit.swapped:
        return False
    if one.trade == other.trade or edit.at < 2:
        return is_slip(one, other, edit)
    if one.brand == other.brand:
        return not (is_trade(one.trade) and is_trade(other.trade))
    return True


@dataclass(frozen=True)
class Edit:
    at: int
    lost: str
    come: str

    @property
    def swapped(self):
        return len(self.lost) == 2


def edits(one, other):
    """Where two texts that are one edit apart differ, and what stands there."""
    start = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return Edit(start, one[start:len(one) - end], other[start:len(other) - end])


def is_slip(one, other, edit):
    """Within the brand only what typing does: 恒立 and 恒力 sound alike; a swap; a character typed twice."""
    if edit.swapped or len(edit.lost) == len(edit.come):
        return edit.swapped or spelt(edit.lost) == spelt(edit.come)
    shorter, longer = sorted((one, other), key=lambda name: len(name.core))
    at, letter = edit.at, edit.lost or edit.come
    return letter == longer.core[at - 1:at] or begins_trade(shorter.core[1:]) or 0 < at < len(longer.brand) - 1


# ---- short and full --------------------------------------------------------------------------------------------------


def short_and_full(one, other):
    """A short name (简称) keeps the brand and, in their order, some characters of what follows: 东岳硅材 of 东岳有机硅材料."""
    if one.formal == other.formal:
        return None
    short, full = (other, one) if one.formal else (one, other)
    if begins_as(short.core, full.core) or begins_as(short.core[1:], full.core) and short.core[0] in initials(full):
        return Likeness(SHORT, 0.85 if len(short.core) > 2 or short.places else 0.7)
    if len(short.core) > 2 and not is_trade(short.core) and shortens(short.core, full):
        return Likeness(SHORT, 0.75)
    return None


def begins_as(short, full):
    return len(short) >= 2 and full[:2] == short[:2] and is_within(short[2:], full[2:])


def shortens(short, full):
    """新乳业 of 新希望乳业, 汤姆猫 of 金科汤姆猫文化."""
    return short[0] == full.core[0] and is_within(short, full.core) or short in full.core


def is_within(letters, text):
    """Whether the letters stand in the text in their order, with or without others between them."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def initials(full):
    """What a place can be shortened to in front of a brand: 粤宏远, 深振业, 哈三联."""
    return {place[0] for place in full.places} | SHORT_PLACES
