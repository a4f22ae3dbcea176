"""A labelled set of company names, built with a fixed seed: pairs that are one company, and pairs that only look so.

What is true comes from the exchange's list (full and short name of one company) and from the register (two credit codes
are two companies), never from the code that is judged: variants are made with plain string operations.
"""

import csv
import os
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, islice
from pathlib import Path
from random import Random

from opencc import OpenCC
from pypinyin import lazy_pinyin

from benchmarks.names import FIRST, SECOND, TRADES
from domain.company_names import compare, parse

REAL = Path(os.environ.get("HAITU_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data") / "companies"
EACH = 300  # pairs of a kind
LEVELS = "省市县区州盟"
OFTEN = "丽利莉历恒衡横华化花嘉佳加家建健剑金晶京景径力立商尚贸茂毛物务科克客技际计机食饰实工公功程成诚"
FORMS = ("有限责任公司", "股份有限公司", "有限公司")
TO_TRADITIONAL = OpenCC("s2t")
WIDE = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


@dataclass
class Labelled:
    """{kind: [(name, name)]}"""

    same: dict = field(default_factory=dict)
    different: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    name: str
    region: str  # as the name begins with it

    @property
    def place(self):
        return self.region[:-1] if self.region[-1] in LEVELS and len(self.region) > 2 else self.region

    @property
    def body(self):
        """Without its region and its form."""
        return without_form(self.name)[len(self.region):]


def measure(places, report):
    """Where the real names lie beside the code; the floors are held by the tests."""
    if not REAL.exists():
        return
    hits, alarms, recall, precision = judge(build(REAL), lambda one, other: compare(parse(one), parse(other)))
    report.table("Company names taken for one company", "pairs", "asked", "told alike", "share")
    for kind, score in {**hits, **alarms}.items():
        report.row(kind, f"{score.asked:,}", f"{score.found:,}", f"{score.share:.1%}")
    report.row("recall", "", "", f"{recall:.3f}")
    report.row("precision", "", "", f"{precision:.3f}")


def build(folder, seed=2026):
    draw, pairs, register = Random(seed), listed(folder), registered(folder)
    plain = [one for one in register if one.name.endswith(FORMS) and one.region and len(one.body) > 3]
    return Labelled(
        {"short name": pairs} | {kind: variants(make, plain, draw) for kind, make in VARIANTS.items()},
        {
            "branch and parent": branches(register, draw), "two branches": sisters(register, draw),
            "same brand, other place": elsewhere(plain, draw), "same brand, other trade": other_trade(plain, draw),
            "one character apart": one_apart(plain, draw), "short name of another": others_short(pairs, plain, draw),
        },
    )


# ---- what is read ----------------------------------------------------------------------------------------------------


def listed(folder):
    with open(folder / "szse_full_short_pairs.csv", encoding="utf-8-sig") as file:
        return [(row["full_name"], row["short_name"]) for row in csv.DictReader(file)]


def registered(folder):
    with open(folder / "company_names_2019_slim.csv", encoding="utf-8-sig") as file:
        rows = [(row["企业名称"], row["所在省份"], row["地区"]) for row in csv.DictReader(file)]
    return [Registered(name, region_of(name, province, area)) for name, province, area in rows]


def region_of(name, province, area):
    region = next((region for region in (area, province) if region and name.startswith(region)), "")
    return region + name[len(region)] if region and name[len(region)] in LEVELS else region


def without_form(name):
    form = next((form for form in FORMS if name.endswith(form)), "")
    return name[:len(name) - len(form)]


# ---- one company, written in two ways --------------------------------------------------------------------------------


def variants(make, plain, draw):
    made = ((one.name, make(one, draw)) for one in draw.sample(plain, len(plain)))
    return list(islice((pair for pair in made if pair[1] and pair[0] != pair[1]), EACH))


def width(one, draw):
    cut = draw.randrange(2, len(one.name) - 2)
    return f" {one.name[:cut]}\u3000{one.name[cut:].translate(WIDE)}"


def brackets(one, draw):
    left, right = draw.choice(("()", "（）", "【】"))
    return f"{one.body}{left}{one.place}{right}{one.name[len(without_form(one.name)):]}"


def prefix(one, draw):
    rest = one.name[len(one.region):]
    return rest if draw.random() < 0.5 or one.place == one.region else one.place + rest


def suffix(one, draw):
    return without_form(one.name) + draw.choice(["", *(form for form in FORMS if not one.name.endswith(form))])


def traditional(one, draw):
    return TO_TRADITIONAL.convert(one.name)


def pinyin(one, draw):
    if not all("\u4e00" <= letter <= "\u9fff" for letter in one.body):
        return ""
    region = "".join(lazy_pinyin(one.place)) if draw.random() < 0.5 else ""
    return region + draw.choice(("", " ")).join(lazy_pinyin(one.body))


def typo(one, draw):
    """A character that sounds the same, two in the wrong order, one left out, one typed twice."""
    at = draw.randrange(len(one.body) - 1)
    slip = draw.choice((sounds_same, sounds_same, swapped, left_out, typed_twice))(one.body, at, draw)
    return slip and one.region + slip + one.name[len(without_form(one.name)):]


def sounds_same(body, at, draw):
    common = [letter for letter in homophones()[lazy_pinyin(body[at])[0]] if letter != body[at]]
    return body[:at] + draw.choice(common) + body[at + 1:] if common else ""


def swapped(body, at, draw):
    return body[:at] + body[at + 1] + body[at] + body[at + 2:]


def left_out(body, at, draw):
    return body[:at] + body[at + 1:]


def typed_twice(body, at, draw):
    return body[:at] + body[at] + body[at:]


@cache
def homophones():
    """{syllable: characters that names are written with}"""
    found = defaultdict(list)
    for letter in sorted({*FIRST, *SECOND, *"".join(TRADES), *OFTEN}):
        found[lazy_pinyin(letter)[0]].append(letter)
    return found


VARIANTS = {
    "width and blanks": width, "place in brackets": brackets, "place left out or in full": prefix, "legal form": suffix,
    "traditional characters": traditional, "pinyin": pinyin, "one typo": typo,
}


# ---- two companies that look alike -----------------------------------------------------------------------------------


def branches(register, draw):
    found = [(one.name, parent_of(one.name)) for one in register if "公司" in one.name[:-3] and one.name.endswith("分公司")]
    return draw.sample(found, EACH)


def parent_of(branch):
    return branch[:branch.index("公司") + 2]


def sisters(register, draw):
    of_parent = defaultdict(list)
    for one in register:
        if one.name.endswith("分公司") and "公司" in one.name[:-3]:
            of_parent[parent_of(one.name)].append(one.name)
    return some([pair for names in of_parent.values() for pair in list(combinations(names, 2))[:3]], draw)


def elsewhere(plain, draw):
    """The same words in another region."""
    return some(pairs_of(plain, lambda one: one.body, lambda a, b: a.region[:2] != b.region[:2]), draw)


def other_trade(plain, draw):
    """The same region and the same two characters behind it."""
    return some(pairs_of(plain, lambda one: (one.region, one.body[:2]), lambda a, b: a.body != b.body), draw)


def pairs_of(plain, key, differs):
    groups = defaultdict(list)
    for one in plain:
        groups[key(one)].append(one)
    near = (pair for group in groups.values() for pair in list(combinations(group, 2))[:10])
    return [(a.name, b.name) for a, b in near if differs(a, b)]


def one_apart(plain, draw):
    """Names of one region that differ in a single character, wherever it stands."""
    groups = defaultdict(list)
    for one in plain:
        for at in range(len(one.body)):
            groups[one.region, one.body[:at], one.body[at + 1:], len(one.body)].append(one)
    found = {(a.name, b.name) for group in groups.values() for a, b in combinations(group[:20], 2) if a.body != b.body}
    shorter = {(one.region, one.body): one for one in plain}
    for one in plain:
        for at in range(len(one.body)):
            if other := shorter.get((one.region, one.body[:at] + one.body[at + 1:])):
                found.add((one.name, other.name))
    return some(sorted(found), draw)


def others_short(pairs, plain, draw):
    """A short name, and somebody else's name whose brand begins as it does."""
    groups = defaultdict(list)
    for one in plain:
        groups[one.body[:2]].append(one.name)
    found = [(name, short) for _full, short in pairs for name in groups.get(short.strip("*ST ")[:2], [])[:5]]
    return some(found, draw)


def some(found, draw):
    return draw.sample(found, min(EACH, len(found)))


# ---- judged ----------------------------------------------------------------------------------------------------------


@dataclass
class Score:
    found: int
    asked: int

    @property
    def share(self):
        return self.found / self.asked if self.asked else 1.0


def judge(labelled, alike):
    """({kind: Score of what was rightly said}, recall, precision) of alike(name, name) -> what they have in common, or None."""
    hits = {kind: Score(sum(alike(*pair) is not None for pair in pairs), len(pairs)) for kind, pairs in labelled.same.items()}
    alarms = {kind: Score(sum(alike(*pair) is not None for pair in pairs), len(pairs)) for kind, pairs in labelled.different.items()}
    right, wrong = sum(one.found for one in hits.values()), sum(one.found for one in alarms.values())
    return hits, alarms, right / sum(one.asked for one in hits.values()), right / (right + wrong)
