"""What is new, read for all open pages at once: the newest facts, what lies in which pool since, and who is at work."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import NamedTuple

from peewee import JOIN

from domain import events, now
from models import BY_KIND, Event, Presence, User

KEPT = 2_000  # facts; a page that has slept through more is told to load again
POOLED = ("lead", "customer")
OWNERSHIP = {"owner", "pool", "status"}  # columns that say in whose hands a record is
ARRIVALS = ("created", "imported")
RIGHTS = ("user", "department", "role", "pool")  # what facts are about that change who sees which pool


class Fact(NamedTuple):
    """A new fact; of one about ownership also where the record is now."""

    id: int
    at: datetime
    kind: str
    record_id: int
    verb: str
    actor_id: int | None
    moves: bool = False
    pool_id: int | None = None
    owner_id: int | None = None
    owner_name: str = ""


class AtWork(NamedTuple):
    """Somebody at work on a record."""

    kind: str
    id: int
    customer_id: int | None
    user_id: int
    name: str
    doing: str
    since: datetime

    @property
    def places(self):
        """Where it is told: at the record, and at the customer whose it is."""
        here = (self.kind, self.id)
        return (here, ("customer", self.customer_id)) if self.customer_id else (here,)


class News(NamedTuple):
    """The state of things at one moment."""

    head: int  # the newest fact
    floor: int  # those after it are kept
    facts: tuple
    present: tuple
    read_at: float
    known: dict  # what requests found out, kept until the next fact, and until others are at work
    rights: dict  # what they found out about who may what, kept until the next fact about people or pools

    @property
    def minute(self):
        return int(self.read_at // 60)

    def once(self, key, find):
        """What `find()` says, asked once until the next fact: it hardly changes without one. For what ends with its time, as a
        place on a team does, every minute."""
        return kept(self.known, key, find)

    def right(self, key, find):
        """What `find()` says of a person and his pools, asked once until the next fact about any such, and every minute."""
        return kept(self.rights, key, find)

    def after(self, id):
        return self.facts[bisect_right(self.facts, id, key=lambda fact: fact.id):]


def kept(found, key, find):
    if key not in found:
        found[key] = find()
    return found[key]


class Lookout:
    """One for all requests of a process. While one of them reads, the others go on with what was read last."""

    def __init__(self):
        self.lock, self.news = Lock(), None

    def young(self, age):
        """The news as they were read last, if that was less than `age` seconds ago."""
        news = self.news
        return news if news and monotonic() - news.read_at < age else None

    def look(self, age=0, at=None):
        """The news, `age` seconds old at the most."""
        if young := self.young(age):
            return young
        news = self.news
        if not self.lock.acquire(blocking=news is None):
            return news
        try:
            self.news = read(self.news, at or now())
        finally:
            self.lock.release()
        return self.news

    def forget(self):
        """The database is another one."""
        self.news = None


lookout = Lookout()


def read(last, at):
    begun = last.head if last else max(events.head()[0] - KEPT, 0)
    facts = new_facts(begun)
    newest = ((last.facts if last else ()) + facts)[-KEPT:]
    news = News(
        head=newest[-1].id if newest else begun, floor=newest[0].id - 1 if len(newest) == KEPT else last.floor if last else begun,
        facts=newest, present=at_work(at), read_at=monotonic(), known={}, rights={},
    )
    if last is None or last.minute != news.minute:
        return news
    if not facts and news.present == last.present:
        news = news._replace(known=last.known)
    unread = len(facts) == KEPT  # there may be more than were read
    return news if unread or any(fact.kind in RIGHTS for fact in facts) else news._replace(rights=last.rights)


def new_facts(known):
    """The facts after `known`, oldest first, KEPT of them at the most; two statements more for each kind that moved."""
    columns = (Event.id, Event.at, Event.record_kind, Event.record_id, Event.verb, Event.actor, Event.after)
    rows = Event.select(*columns).where(Event.id > known).order_by(Event.id.desc()).limit(KEPT).tuples()
    found = [(Fact(*row), after) for *row, after in reversed(list(rows))]
    moved = defaultdict(set)
    for fact, after in found:
        if moves(fact, after):
            moved[fact.kind].add(fact.record_id)
    where = {(kind, id): place for kind, ids in moved.items() for id, *place in places(kind, ids)}
    return tuple(
        fact._replace(moves=True, pool_id=place[0], owner_id=place[1], owner_name=place[2] or "")
        if moves(fact, after) and (place := where.get((fact.kind, fact.record_id))) else fact
        for fact, after in found
    )


def moves(fact, after):
    return fact.kind in POOLED and (not OWNERSHIP.isdisjoint(after or ()) or fact.verb.endswith(ARRIVALS))


def places(kind, ids):
    """(id, pool, owner, name of the owner) as they are now."""
    table = BY_KIND[kind]
    rows = table.select(table.id, table.pool, table.owner, User.name).join(User, JOIN.LEFT_OUTER, on=table.owner)
    return rows.where(table.id.in_(ids)).tuples()


def at_work(at):
    columns = (Presence.record_kind, Presence.record_id, Presence.customer_id, Presence.user, User.name, Presence.doing, Presence.since)
    rows = Presence.select(*columns).join(User).where(Presence.until > at).order_by(Presence.since, Presence.id)
    return tuple(AtWork(*row) for row in rows.tuples())
