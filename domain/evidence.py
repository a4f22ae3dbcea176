"""What a collision case shows: both timelines side by side, each text only to those who may read the record it stands on."""

from dataclasses import dataclass, field

from peewee import JOIN

from models import BY_KIND, CollisionAct, Complaint, Event, FollowUp, Opportunity, Pooled, Quote, User

MOST = 20  # deals, and quotes, that one page names


@dataclass
class Act:
    """A piece of evidence for one reader; `body` and `number` are there only where he sees the record."""

    row: CollisionAct
    seen: bool
    follow_up: FollowUp | None = None
    body: str = ""
    number: str = ""


@dataclass
class Side:
    """One party: what was done in its interest, and its deals and quotes with the customer as far as the reader sees them."""

    person: User
    acts: list = field(default_factory=list)
    deals: list = field(default_factory=list)
    quotes: list = field(default_factory=list)

    @property
    def first_at(self):
        return self.acts[0].row.at if self.acts else None


def of(case, viewer):
    """(sides, the customer's own complaints), whoever was first in front; a fixed number of queries."""
    acts = acts_of(case, viewer)
    sides = {person.id: Side(person) for person in case.parties}
    for act in acts:
        if act.row.what != CollisionAct.COMPLAINT:
            sides[act.row.side_id].acts.append(act)
    if case.customer_id:
        add_business(sides, case, viewer)
    return list(sides.values()), [act for act in acts if act.row.what == CollisionAct.COMPLAINT]


def acts_of(case, viewer):
    rows = list(
        CollisionAct.select(CollisionAct, Event, User)
        .join(Event, on=CollisionAct.event).switch(CollisionAct).join(User, JOIN.LEFT_OUTER, on=CollisionAct.actor)
        .where(CollisionAct.case == case.id).order_by(CollisionAct.at, CollisionAct.id)
    )
    seen = seen_by(viewer, [row.event for row in rows])
    spoken, told = texts(FollowUp, "follow_up", rows), texts(Complaint, "complaint", rows)
    return [act_for(row, seen, spoken, told) for row in rows]


def act_for(row, seen, spoken, told):
    detail = row.event.detail or {}
    may_read = (row.event.record_kind, row.event.record_id) in seen
    act = Act(row, may_read, spoken.get(detail.get("follow_up")))
    if may_read:
        source = act.follow_up or told.get(detail.get("complaint"))
        act.body, act.number = source.body if source else "", str(detail.get("number", ""))
    return act


def texts(table, name, rows):
    """{id: row} of what the events name."""
    ids = [row.event.detail[name] for row in rows if name in (row.event.detail or {})]
    return {found.id: found for found in table.select().where(table.id.in_(ids))} if ids else {}


def seen_by(viewer, facts):
    """{(kind, id)} of the records behind these events that the viewer reads: one query per kind, and nothing of what lies in a pool."""
    seen = set()
    for kind in sorted({fact.record_kind for fact in facts}):
        table, ids = BY_KIND[kind], [fact.record_id for fact in facts if fact.record_kind == kind]
        rows = table.select(table.id).where(table.id.in_(ids), table.seen_by(viewer))
        rows = rows.where(table.pool.is_null()) if issubclass(table, Pooled) else rows
        seen |= {(kind, row.id) for row in rows}
    return seen


def add_business(sides, case, viewer):
    for table, name in ((Opportunity, "deals"), (Quote, "quotes")):
        theirs = table.customer == case.customer_id, table.owner.in_(list(sides))
        for row in table.visible_to(viewer).where(*theirs).order_by(table.id.desc()).limit(MOST):
            getattr(sides[row.owner_id], name).append(row)
