"""The keys by which records are found when company names are compared: written with each record, looked up by index.

One edit apart in its first three characters, a name still shares two of them in their order with the other (head, skip,
tail); further behind it shares the head. What sounds alike or is spelt in pinyin shares the sound; a short name its head.
"""

from collections import defaultdict
from functools import cache, lru_cache, reduce
from itertools import product

from peewee import JOIN, Value

from domain import bulk, company_names, pinyin, search, transaction
from domain.company_names import parse, said, simplified, spelt
from domain.company_words import SHORT_PLACES, places
from models import Customer, Lead, MatchKey, db

TABLES = {"lead": Lead, "customer": Customer}
COMPARED = {"name", "short_name", "email", "website"}
MOST = 400  # records looked at that share a key: what more have says little about any of them
MOST_PLACES = 3  # 江苏省苏州市昆山市: each can be spelt in eight ways
BATCH = 500
DOUBLES = """
SELECT 1 FROM match_key AS own JOIN match_key AS other ON other.plain = own.plain AND other.id <> own.id
    WHERE own.record_kind = ? AND own.record_id = ?
UNION ALL SELECT 1 FROM lead WHERE (phone = ? OR credit_code = ?) AND id <> ?
UNION ALL SELECT 1 FROM customer WHERE (phone = ? OR credit_code = ?) AND id <> ?
LIMIT 1
"""  # written out: building it costs more than asking it
SHARED_SITES = {
    "1688.com", "alibaba.com", "taobao.com", "tmall.com", "jd.com", "weibo.com", "qq.com", "baidu.com", "github.com", "made-in-china.com",
}


# ---- written ---------------------------------------------------------------------------------------------------------


def index(*records):
    """(Re)write the keys of leads or customers; call it in the verb that changed what they are made of."""
    rows = [keys_of(record) for record in records]
    if rows:
        written = [field for name, field in MatchKey._meta.fields.items() if name not in ("id", "record_kind", "record_id")]
        MatchKey.insert_many(rows).on_conflict(
            conflict_target=[MatchKey.record_kind, MatchKey.record_id], preserve=written
        ).execute()


def add(*records):
    """The keys of many new records, which have none yet."""
    bulk.insert(MatchKey, [keys_of(record) for record in records])


def keys_of(record):
    name = parse(record.name)
    return {
        "record_kind": record.kind(), "record_id": record.id, "plain": name.plain, "sound": name.sound, "brand": spelt(name.brand) or None,
        **corner(name.core), "alias": parse(getattr(record, "short_name", None) or "").sound or None,
        "email": email_key(record.email), "website": website_key(record.website),
    }


def corner(core):
    """Two of the first three characters each; the first two in either order."""
    pairs = {"head": core[:2], "skip": core[:1] + core[2:3], "tail": core[1:3]}
    found = {name: pair if len(pair) == 2 else None for name, pair in pairs.items()}
    return found | {"head": found["head"] and either_way(found["head"])}


def either_way(pair):
    return "".join(sorted(pair))


def email_key(text):
    return (text or "").strip().casefold() or None


def website_key(text):
    """The host without www; None for a place where many have their pages."""
    bare = simplified(text).strip().split("://")[-1].split("/")[0].split("?")[0].split(":")[0].removeprefix("www.")
    return bare if "." in bare and bare not in SHARED_SITES else None


def catch_up(pause=lambda: None):
    """The keys of records that have none: those that were here before keys were kept. In short transactions, by id."""
    for table in TABLES.values():
        last = 0
        while rows := without_keys(table, last):
            keys = [keys_of(row) for row in rows]  # before anybody waits to write
            with transaction():
                MatchKey.insert_many(keys).on_conflict_ignore().execute()
            last = rows[-1].id
            pause()


def without_keys(table, last):
    fields = [table._meta.fields[name] for name in ("id", *sorted(COMPARED)) if name in table._meta.fields]
    same = (MatchKey.record_kind == table.kind()) & (MatchKey.record_id == table.id)
    rows = table.select(*fields).join(MatchKey, JOIN.LEFT_OUTER, on=same).where(table.id > last, MatchKey.id.is_null())
    return list(rows.order_by(table.id).limit(BATCH))


# ---- looked up -------------------------------------------------------------------------------------------------------


def near(name, email=None, website=None):
    """{(kind, id)} of the records whose names may be this one's, or close to it, or that share an address. One statement."""
    wanted = [*(spellings(name) if name.spelt_out else alike(name) if name.core else ())]
    wanted += [key == value for key, value in ((MatchKey.email, email), (MatchKey.website, website)) if value]
    if not wanted:
        return set()
    return set(reduce(add_up, map(some, wanted)).tuples())


def of_the_same_name(name):
    """{kind: [id]} of the leads and customers that bear this name beyond doubt, however it is spelt."""
    parsed, found = parse(name), {}
    for kind, id in some(MatchKey.plain == parsed.plain).tuples() if parsed.core else ():
        found.setdefault(kind, []).append(id)
    return found


def stands_alone(record):
    """Whether no other lead or customer has its name, however it is spelt, its telephone or its credit code; asked at every claim."""
    kind, numbers = record.kind(), (record.phone or None, record.credit_code or None)
    known = (kind, record.id, *numbers, record.id if kind == "lead" else 0, *numbers, record.id if kind == "customer" else 0)
    return db.execute_sql(DOUBLES.replace("?", db.param), known).fetchone() is None


def heard(names):
    """{kind: [id]} of the leads and customers that sound like these names and are written in the other letters, pinyin or characters."""
    found, is_spelt = defaultdict(list), MatchKey.plain == Value("|").concat(MatchKey.sound).concat("|")
    for spelt_out, other in ((False, is_spelt), (True, ~is_spelt)):
        sounds = {sound for name in names if name.spelt_out is spelt_out for sound in in_other_letters(name)}
        rows = MatchKey.select(MatchKey.record_kind, MatchKey.record_id).where(bulk.among(MatchKey.sound, sounds), other)
        for kind, id in rows.tuples() if sounds else ():
            found[kind].append(id)
    return found


def in_other_letters(name):
    """The sounds under which the same name stands in the other letters beyond doubt, or nearly."""
    if not name.core:
        return set()
    return whole_rests(name) if name.spelt_out else whole_spellings(name, with_place(name.places[-MOST_PLACES:]))


@lru_cache(maxsize=4_096)
def with_place(places):
    """Those placings in which the last place is told, as the plain name tells it."""
    last = spelt("".join(places[-1:]))
    return {told for told in placings(places) if last in "|".join(told)}


def some(condition):
    """MOST at the most, as a table of its own: a LIMIT within a UNION."""
    few = MatchKey.select(MatchKey.record_kind, MatchKey.record_id).where(condition).limit(MOST)
    return MatchKey.select(few.c.record_kind, few.c.record_id).from_(few)


def add_up(one, other):
    return one.union_all(other)


def alike(name):
    yield MatchKey.plain == name.plain
    yield MatchKey.sound.in_(ways_to_spell(name))
    yield MatchKey.alias == name.sound
    if len(name.core) < 2:
        return
    pairs = corner(name.core)
    heads = {either_way(pair) for pair in pairs.values() if pair}
    if name.core[0] in SHORT_PLACES and not name.formal and len(name.core) > 2:
        heads.add(either_way(name.core[1:3]))  # 粤宏远 is found as 宏远
    yield MatchKey.head.in_(heads)
    yield MatchKey.skip == name.core[:2]
    yield MatchKey.tail == name.core[:2]


def ways_to_spell(name):
    """常州星河机械 is written in pinyin as xinghejixie or xinghe, as changzhou xinghejixie, xinghejixie changzhoushi, xinghe changzhou jixie …"""
    told, brand = placings(name.places[-MOST_PLACES:]), spelt(name.brand)
    return whole_spellings(name, told) | {before + brand + aside for before, aside in told}


def whole_spellings(name, told):
    inside = {before + begun + aside + rest for begun, rest in name.halves for before, aside in told if aside}
    return inside | {before + name.sound + aside for before, aside in told}


@lru_cache(maxsize=4_096)
def placings(places):
    """{(what stands before a name, what stands within it or behind it)}: its places before it, or one of them aside, or all of them."""
    ways, bare = [said((place,)) for place in places], [(spelt(place),) for place in places]
    before, aside = product(in_a_row(ways), [""]), product([""], {"".join(sum(row, ())) for row in (bare, bare[::-1])})
    return {*before, *aside}.union(*(product(in_a_row(bare[:at] + bare[at + 1:]), one) for at, one in enumerate(bare)))


def in_a_row(words):
    """Some of these places, one behind the other, or none."""
    return {"".join(parts) for parts in product(*(("", *ways) for ways in words))}


def containing(name):
    """A short name can stand anywhere in the full one (汤姆猫 in 金科汤姆猫文化): the search index knows where."""
    if name.formal or len(name.core) < 3:
        return set()
    found = {kind: search.looked_up(kind, search.pairs_of(name.core)) for kind in TABLES}
    return {(kind, id) for kind, rows in found.items() if len(rows) <= MOST for id in rows}


def spellings(name):
    """Pinyin is cut where a place may end or begin: shanghaihengli is hengli, too."""
    if len(name.core) < company_names.SPELT_LEAST:
        yield MatchKey.sound == name.core
        return
    yield MatchKey.sound.in_(whole_rests(name))
    yield MatchKey.brand.in_(rests(name.core))


def whole_rests(name):
    return rests(name.core) | inner_rests(name.core)


def rests(letters):
    """What may be left without the places before it and those behind it."""
    known, longest, last = place_sounds(), longest_sound(), len(letters)
    starts, ends = {0}, {last}
    for start in range(last):
        if start in starts:
            starts |= {end for end in range(start + 2, min(start + longest, last) + 1) if letters[start:end] in known}
    for end in range(last, 0, -1):
        if end in ends:
            ends |= {start for start in range(max(0, end - longest), end - 1) if letters[start:end] in known}
    return {letters[start:end] for start in starts for end in ends if end - start > 2}


def inner_rests(letters):
    """What is left without a place in the middle: xinghe changzhou jixie."""
    spans = ((start, end) for start in range(2, len(letters) - 3) for end in range(start + 2, min(start + longest_sound(), len(letters) - 2) + 1))
    return {letters[:start] + letters[end:] for start, end in spans if letters[start:end] in place_sounds()}


@cache
def place_sounds():
    return {spoken for place in set(places().values()) if place for spoken in said((place,))}


@cache
def longest_sound():
    return max(map(len, place_sounds()))


def load():
    """A moment for which nobody need wait: dictionaries, and how places sound."""
    pinyin.load()
    parse("蘇州")
    place_sounds()
