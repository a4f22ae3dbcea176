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
PEOPLE = ("user", "department", "role")


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
    people: int  # the newest fact about people: who was let in before it is asked again
    present: tuple
    read_at: float
    known: dict  # what requests found out

    @property
    def minute(self):
        return int(self.read_at // 60)

    def once(self, key, find):
        """What `find()` says of rights and numbers, asked once until the next fact: they hardly change without one. For
        what ends with its time, as a place on a team does, every minute."""
        if key not in self.known:
            self.known[key] = find()
        return self.known[key]

    def after(self, id):
        return self.facts[bisect_right(self.facts, id, key=lambda fact: fact.id):]


class Lookout:
    """One for all requests of a process. While one of them reads, the others go on with what was read last."""

    def __init__(self):
        self.lock, self.news = Lock(), None

    def look(self, age=0, at=None):
        """The news, `age` seconds old at the most."""
        news = self.news
        if news and monotonic() - news.read_at < age:
            return news
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
    known = last.head if last else max(events.head()[0] - KEPT, 0)
    facts = new_facts(known)
    kept = ((last.facts if last else ()) + facts)[-KEPT:]
    people = max((fact.id for fact in facts if fact.kind in PEOPLE), default=last.people if last else 0)
    news = News(
        head=kept[-1].id if kept else known, floor=kept[0].id - 1 if len(kept) == KEPT else last.floor if last else known,
        facts=kept, people=people, present=at_work(at), read_at=monotonic(),
        known={},
    )
    return news._replace(known=last.known) if last and not facts and last.minute == news.minute else news


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
