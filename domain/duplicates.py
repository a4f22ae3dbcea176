"""Duplicates (查重): which leads and customers are the same company, and why, told without giving away what is not one's own."""

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_

from peewee import Case

from domain import Refused, _, bulk, events, match_keys, transaction
from domain.company_names import NAME, SHORT, Likeness, compare, parse
from domain.identifiers import plain_code, plain_phone
from models import Apart, Customer, DuplicateRule, Lead, MatchKey, User, name_key

OBJECTS = ("lead", "customer")
FEW = 5
LOOKED_AT = 3_000  # records compared with what is typed
SURE, GUESSED = 0.9, 0.7  # a likeness from here on is beyond doubt; down here it is one of many unless it is one of few
OPEN = Lead.status.not_in((Lead.CONVERTED, Lead.VOIDED))  # a converted one is its customer
TABLES = (Customer, Lead)
ADDRESSES = {"email": match_keys.email_key, "website": match_keys.website_key}
KEPT = {"phone": plain_phone, "credit_code": plain_code, **ADDRESSES}  # columns hold numbers in this form already


@dataclass
class Match:
    """A record that is probably the same company, and why: a key of the rule, or how its name is like the one that was typed."""

    record: Lead | Customer
    likeness: Likeness
    visible: bool = False

    @property
    def kind(self):
        return self.record.kind()

    @property
    def place(self):
        return self.kind, self.record.id

    @property
    def reason(self):
        return self.likeness.reason

    @property
    def is_sure(self):
        return is_sure(self.likeness)

    @property
    def name(self):
        """As this person may read it: what he does not see is named only where he has typed it himself."""
        return self.record.name if self.visible or self.reason == NAME else masked(self.record.name)


def set_rule(what, by, active, keys, refuses):
    """What makes a new lead or customer a duplicate from now on."""
    rule = DuplicateRule.of(what)
    before, after = events.changes(rule, active=active, keys=[key for key in DuplicateRule.KEYS if key in keys], refuses=refuses)
    if not after:
        return
    with transaction():
        for name, value in after.items():
            setattr(rule, name, value)
        rule.save()
        events.record("duplicate_rule.changed", rule, by, before, after, what=what)


def masked(name):
    """上海恒****有限公司: enough to be recognised by whoever knows it."""
    return f"{name[:3]}****{name[-4:] if len(name) > 8 else ''}"


def of(viewer, what, but=None, **facts):
    """Up to five matches of a new lead or customer, the surest first. Voided and converted leads are left out.

    `facts` are the columns that the rule compares; `but` is the record itself, as (kind, id), once it is there.
    """
    return matches(others(found_by(asked(what, facts), is_new=but is None), but), viewer)


def by_name_alone(record):
    """Up to five of its kind whose names may be the same company's, whatever the rule asks."""
    found = {place: likeness for place, likeness in found_by({NAME: record.name}).items() if place[0] == record.kind()}
    return matches(others(found, place_of(record)))


def with_names(viewer, record):
    """(its possible duplicates by the rule, [id] of all of its kind that are like it, by name whatever the rule asks): one search."""
    wanted = asked(record.kind(), facts_of(record))
    found = others(found_by(wanted | {NAME: record.name}), place_of(record))
    by_rule = found if NAME in wanted else {place: likeness for place, likeness in found.items() if likeness.reason in KEPT}
    return matches(by_rule, viewer), [id for (kind, id), _likeness in telling(found) if kind == record.kind()]


def others(found, but):
    """Without the record itself, and what somebody judged to be another company."""
    for place in (but, *(apart_from(*but) if but and found else ())):
        found.pop(place, None)
    return found


def matches(found, viewer=None):
    best = telling(found)[:FEW]
    records = fetched([place for place, _likeness in best], viewer)
    return [Match(records[place], likeness, bool(viewer and records[place].sees)) for place, likeness in best]


def surely(what, **facts):
    """The record that is beyond doubt the company of these facts, customers before leads; None where the rule finds none, or is off."""
    sure = [place for place, likeness in telling(found_by(asked(what, facts), is_new=True)) if is_sure(likeness)]
    return next(iter(fetched(sure[:1]).values()), None)


def is_sure(likeness):
    return likeness.score >= SURE and likeness.reason in DuplicateRule.KEYS


def apart_from(kind, id):
    """What somebody judged to be another company than this one (不是同一家)."""
    pairs = Apart.select(Apart.one_id, Apart.other_id).where(Apart.record_kind == kind, (Apart.one_id == id) | (Apart.other_id == id))
    return [(kind, other if one == id else one) for one, other in pairs.tuples()]


def of_record(viewer, record, what=None):
    """Of a record that is there already, or, as `what`, of what it is to become."""
    return of(viewer, what or record.kind(), place_of(record), **facts_of(record))


def place_of(record):
    return record.kind(), record.id


def facts_of(record):
    return {key: getattr(record, key) for key in DuplicateRule.KEYS}


def asked(what, facts):
    """What the rule of this object compares, in the form in which it is kept; empty when the rule is off."""
    rule = DuplicateRule.of(what)
    given = {key: facts[key] for key in rule.keys if facts.get(key)} if rule.active else {}
    return {key: value for key, text in given.items() if (value := KEPT.get(key, str)(text))}


def found_by(wanted, is_new=False):
    """{(kind, id): Likeness} of the open records that share a number with it, or whose name may be the same company's."""
    name, found = parse(wanted.get(NAME, "")), {}
    near = match_keys.near(name, wanted.get("email"), wanted.get("website"))
    if is_new:
        near |= match_keys.containing(name)
    for table in TABLES if wanted else ():
        for row in looked_at(table, near, wanted):
            if likeness := same_number(row, wanted) or likeness_of(name, row):
                found[table.kind(), row.id] = likeness
    return found


def looked_at(table, near, wanted):
    """Records that a key has found, or a column that has an index of its own."""
    exact = {"name": table.name_key, "phone": table.phone, "credit_code": table.credit_code}
    conditions = [exact[key] == (name_key(value) if key == NAME else value) for key, value in wanted.items() if key in exact]
    if ids := [id for kind, id in near if kind == table.kind()]:
        conditions.append(table.id.in_(ids))
    return open_ones(table.select(*compared(table)).where(reduce(or_, conditions))).limit(LOOKED_AT) if conditions else ()


def compared(table):
    return [table._meta.fields[name] for name in ("id", "short_name", *DuplicateRule.KEYS) if name in table._meta.fields]


def same_number(row, wanted):
    """A telephone number, a credit code, an e-mail address or a website is the same."""
    return next((Likeness(key, 1.0) for key in wanted if key in KEPT and wanted[key] == ADDRESSES.get(key, str)(getattr(row, key))), None)


def likeness_of(name, row):
    """How a record's name, or its short name, is like a parsed one."""
    return compare(name, parse(row.name)) or called(name, row)


def called(name, row):
    """A customer is known by the short name in its file, too."""
    short = getattr(row, "short_name", "")
    return Likeness(SHORT, 0.9) if short and parse(short).core == name.core else None


def open_ones(query):
    """Without what is a part of another record now (合并)."""
    whole = query.where(query.model.merged_into.is_null())
    return whole.where(OPEN) if query.model is Lead else whole


def telling(found):
    """[((kind, id), Likeness)], the surest first, customers before leads. A brand that many have says nothing about one."""
    ranked = sorted(found.items(), key=lambda item: (-item[1].score, item[0][0] != "customer", item[0][1]))
    guesses = [item for item in ranked if item[1].score <= GUESSED]
    return ranked if len(guesses) <= FEW else [item for item in ranked if item[1].score > GUESSED]


# ---- of many at once -------------------------------------------------------------------------------------------------


def known(what, many):
    """For each of many facts the ((kind, id), Likeness) of a record that is surely the same, or None; a few queries for all.

    Names count even where the rule is off, and in pinyin where it tells the place: whoever imports a file has asked for that himself.
    """
    wanted = [asked(what, facts) for facts in many]
    names = [parse(facts["name"]) for facts in many]
    found = named(names)
    numbers = {key: numbered(key, {facts[key] for facts in wanted if key in facts}) for key in DuplicateRule.KEYS[1:]}
    return [
        found.surely(name) or next((numbers[key][value] for key, value in facts.items() if value in numbers.get(key, ())), None)
        for name, facts in zip(names, wanted)
    ]


def named(names):
    """The open records, as (kind, id), that bear these names, or sound like them and are written in the other letters."""
    found, heard = Named(), match_keys.heard(names)
    for table in TABLES:
        same = (MatchKey.record_id == table.id) & (MatchKey.record_kind == table.kind())
        open_names = open_ones(table.select(table.id, table.name))
        rows = [*open_names.join(MatchKey, on=same).where(MatchKey.plain.in_([name.plain for name in names]))]
        if ids := heard.get(table.kind()):
            rows.extend(open_names.where(bulk.among(table.id, ids)))
        for row in rows:
            found.add(parse(row.name), (table.kind(), row.id))
    return found


class Named:
    """Names and where each was met, kept by how they are written and how they sound: which of them is surely the same company's."""

    def __init__(self):
        self.plain, self.sounds = defaultdict(list), {True: defaultdict(list), False: defaultdict(list)}

    def add(self, name, place):
        self.plain[name.plain].append((place, name))
        self.sounds[name.spelt_out][name.sound].append((place, name))

    def surely(self, name):
        """(where it was met, Likeness) of the first that is beyond doubt the same; or None."""
        alike = ((place, compare(name, other)) for place, other in self.near(name))
        return next(((place, likeness) for place, likeness in alike if likeness and likeness.score >= SURE), None)

    def near(self, name):
        yield from self.plain.get(name.plain, ())
        heard = self.sounds[not name.spelt_out]
        for sound in heard and sorted(heard.keys() & match_keys.in_other_letters(name)):
            yield from heard[sound]


def numbered(key, values):
    """{value: ((kind, id), Likeness)} of open records."""
    if not values:
        return {}
    found = {}
    for table in TABLES:
        column, id = (getattr(table, key), table.id) if key not in ADDRESSES else (getattr(MatchKey, key), MatchKey.record_id)
        rows = open_ones(table.select(column, table.id)).where(column.in_(values))
        if key in ADDRESSES:
            rows = rows.join(MatchKey, on=(id == table.id) & (MatchKey.record_kind == table.kind()))
        found |= {value: ((table.kind(), id), Likeness(key, 1.0)) for value, id in rows.tuples()}
    return found


def customer_named(name):
    """The customer that has this name beyond doubt, however it is spelt; the oldest of several; or None."""
    found = found_by({NAME: name}) if name else {}
    sure = [id for (kind, id), likeness in found.items() if kind == "customer" and likeness.reason == NAME and likeness.score >= SURE]
    return Customer.with_people().where(Customer.id == min(sure)).first() if sure else None


# ---- told ------------------------------------------------------------------------------------------------------------


def fetched(places, viewer=None):
    """{(kind, id): record with its people, and whether this person `sees` it}"""
    found = {}
    for table in TABLES:
        if ids := [id for kind, id in places if kind == table.kind()]:
            seen = [Case(None, [(table.seen_by(viewer), 1)], 0).alias("sees")] if viewer else []
            found |= {(table.kind(), row.id): row for row in table.with_people().select_extend(*seen).where(table.id.in_(ids))}
    return found


# ---- refused ---------------------------------------------------------------------------------------------------------


def refusing(what, by, but=None, **facts):
    """The sure match because of which the rule lets this person make no second record; None when it lets him."""
    if by is None or by.role_held.origin != User.SELLER or not DuplicateRule.of(what).refuses:
        return None
    against = ("customer",) if what == "customer" else ("customer", "lead")  # a lead does not stand in its customer's way
    return next((match for match in of(by, what, but, **facts) if match.is_sure and match.kind in against), None)


def ensure_new(what, by, **facts):
    if match := refusing(what, by, **facts):
        raise Refused(sentence(match))


def sentence(match):
    facts = {"name": match.name, "owner": match.record.owner.name if match.record.owner_id else ""}
    if match.kind == "customer":
        return _("%(name)s is a customer already; %(owner)s looks after it.", **facts) if facts["owner"] else _(
            "%(name)s is a customer already; it lies in a pool.", **facts)
    return _("%(name)s is a lead already; %(owner)s works on it.", **facts) if facts["owner"] else _(
        "%(name)s is a lead already; it lies in a pool.", **facts)


# ---- over the whole base ---------------------------------------------------------------------------------------------


def groups(what, after_id=0, limit=250):
    """(groups of ids that are likely one company, the last id looked at; None at the end) of the next `limit` records.

    Each group begins with its oldest record and is told once, at that record. Every record costs a few look-ups by index,
    so the whole base costs as many as it has records.
    """
    table = next(table for table in TABLES if table.kind() == what)
    fields = [getattr(table, name) for name in ("id", *DuplicateRule.KEYS)]
    rows = list(open_ones(table.select(*fields).where(table.id > after_id)).order_by(table.id).limit(limit))
    found = defaultdict(list)
    for row in rows:
        alike = {id for (kind, id), likeness in likely(row) if kind == what and likeness.score > GUESSED}
        if alike and min(alike) >= row.id:
            found[row.id] = sorted({row.id, *alike})
    return [group for group in found.values() if len(group) > 1], rows[-1].id if rows else None


def likely(record):
    """By all keys, whatever the rule asks of a new record."""
    facts = {key: KEPT.get(key, str)(value) for key, value in facts_of(record).items()}
    return found_by({key: value for key, value in facts.items() if value}).items()
