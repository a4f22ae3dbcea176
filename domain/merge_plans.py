"""What a merge (合并) would write, row by row: the preview shows this plan, the merge writes it, the undo writes it backwards."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date

from domain import customers, leads
from models import (
    BY_KIND,
    TABLES,
    Claim,
    CleansingFinding,
    Customer,
    Event,
    Lead,
    MatchKey,
    Member,
    Merge,
    Review,
    Share,
    Task,
    name_key,
)

COLUMNS = {"lead": leads.COLUMNS, "customer": customers.COLUMNS}
# What is not moved: the audit is never rewritten, the ledger tells whose each of the two was, a review judged the one alone, and
# a finding says what was so when the base was looked through.
STAYS = {Event, Claim, MatchKey, Merge, Review, CleansingFinding}
WINNER, LOSER = SIDES = ("winner", "loser")
MERGED = "merged"


@dataclass
class Change:
    """The same columns of some rows: `before` is None where there is no row yet, `after` where there is none any more."""

    table: type
    ids: list
    before: dict | None
    after: dict | None

    @property
    def reversed(self):
        return Change(self.table, self.ids, self.after, self.before)

    def kept(self):
        """The form in which the journal keeps it."""
        return {"table": self.table.kind(), "ids": self.ids, "before": plain(self.before), "after": plain(self.after)}

    @classmethod
    def of(cls, entry):
        table = BY_KIND[entry["table"]]
        return cls(table, entry["ids"], restored(table, entry["before"]), restored(table, entry["after"]))


def plain(columns):
    return columns and {name: str(value) if isinstance(value, date) else value for name, value in columns.items()}


def restored(table, columns):
    return columns and {name: table._meta.fields[name].python_value(value) for name, value in columns.items()}


@dataclass
class Plan:
    """All that is written when `loser` becomes part of `winner`."""

    winner: Lead | Customer
    loser: Lead | Customer
    picks: dict  # column: winner or loser
    changes: list = field(default_factory=list)

    @property
    def values(self):
        """{column: what the record has afterwards}"""
        return {name: getattr(self.side(name), name) for name in COLUMNS[self.winner.kind()]}

    def side(self, name):
        return self.loser if self.picks[name] == LOSER else self.winner

    @property
    def differing(self):
        return [name for name in self.picks if getattr(self.winner, name) != getattr(self.loser, name)]

    def moved(self, table):
        """How many rows of a table go from the one to the other."""
        kind = self.winner.kind()
        changes = [change for change in self.changes if change.table is table and change.before and change.after]
        return sum(len(change.ids) for change in changes if any(points(table, name, kind) for name in change.after))

    @property
    def dropped_steps(self):
        """The next steps that give way: a record has one."""
        return [change.before for change in self.changes if change.table is Task and change.after is None]

    @property
    def joining(self):
        """Ids of the people who are on the team afterwards and were on neither."""
        return [change.after["user"] for change in self.changes if change.table is Member and change.before is None]

    @property
    def mark(self):
        """A print of both records and all that moves: what was shown is what is merged, or nothing is."""
        both = [[str(value) for value in record.__data__.values()] for record in (self.winner, self.loser)]
        moves = [[change.table.kind(), change.ids] for change in self.changes]
        return hashlib.sha256(json.dumps([both, moves]).encode()).hexdigest()[:32]


def of(winner, loser, picks, by, at):
    """The Plan. Nothing is written; `picks` are the columns somebody chose, for the others the filled one counts."""
    plan = Plan(winner, loser, picked(winner, loser, picks))
    plan.changes = [*moves(winner, loser), *steps(winner, loser), *team(winner, loser, by, at)]
    plan.changes += [end_of_claim(loser, by, at), *ends(plan, at)]
    plan.changes = [change for change in plan.changes if change is not None]
    return plan


def picked(winner, loser, picks):
    return {name: picks.get(name) or default(winner, loser, name) for name in COLUMNS[winner.kind()]}


def default(winner, loser, name):
    return LOSER if not getattr(winner, name) and getattr(loser, name) else WINNER


# ---- what moves ------------------------------------------------------------------------------------------------------


def attachments(kind):
    """[(table, column that names the record, whether a column record_kind says of which kind it is)], read off the models."""
    found = []
    for table in (table for table in TABLES if table not in STAYS):
        names = table._meta.fields
        found += [(table, key.name, False) for key in table._meta.refs if key.rel_model is BY_KIND[kind]]
        if {"record_kind", "record_id"} <= set(names):
            found.append((table, "record_id", True))
    return found


def points(table, column, kind):
    """Whether the column names the record to which a row belongs."""
    return any(table is one and column == name for one, name, _by_kind in attachments(kind))


def attached(table, column, by_kind, record):
    """The rows of a table that belong to the record."""
    rows = table.select().where(getattr(table, column) == record.id)
    return rows.where(table.record_kind == record.kind()) if by_kind else rows


def moves(winner, loser):
    """Every row that names the loser names the winner; what the winner has already, and may have once, stays behind."""
    for table, column, by_kind in attachments(winner.kind()):
        if table in (Task, Member):
            continue
        rows = attached(table, column, by_kind, loser).select(table.id)
        rows = rows.where(table.id.not_in(twins(table, column, by_kind, winner, loser)))
        if table is Share and Share.current(winner).exists():
            rows = rows.where(Share.until.is_null(False))  # those of one day sum to the whole
        if ids := [id for (id,) in rows.order_by(table.id).tuples()]:
            yield Change(table, ids, {column: loser.id}, {column: winner.id})


def twins(table, column, by_kind, winner, loser):
    """Ids of the loser's rows that a unique index does not let stand beside one of the winner's."""
    found = []
    for names, where in unique(table, column):
        others = [getattr(table, name) for name in names]
        theirs, ours = (attached(table, column, by_kind, record).select(table.id, *others) for record in (loser, winner))
        if where is not None:
            theirs, ours = theirs.where(where), ours.where(where)
        taken = {tuple(rest) for _id, *rest in ours.tuples()}
        found += [id for id, *rest in theirs.tuples() if tuple(rest) in taken]
    return found


def unique(table, column):
    """[(the other columns, condition)] of each unique index in which the column stands."""
    for index in table._meta.fields_to_index():
        names = [getattr(part, "name", None) for part in index._expressions]
        if index._unique and column in names:
            yield [name for name in names if name not in (column, "record_kind")], index._where


def gone(row):
    return Change(type(row), [row.id], dict(row.__data__), None)


def new(table, **columns):
    return Change(table, [], None, columns)


# ---- what there is once ----------------------------------------------------------------------------------------------


def steps(winner, loser):
    """One open step: the earlier of two, and the winner's owner has it. In a pool nobody has one."""
    theirs = list(attached(Task, "record_id", True, loser))
    done = [task.id for task in theirs if task.done_at]
    if done:
        yield Change(Task, done, {"record_id": loser.id}, {"record_id": winner.id})
    stays, *others = sorted(open_steps(winner) + open_steps(loser), key=lambda task: (task.due_at, task.id)) or [None]
    yield from (gone(task) for task in others)
    if stays and stays.record_id == loser.id:
        columns = {"record_id": winner.id, "owner": winner.owner_id, "title": getattr(winner, "label", winner.name)}
        yield Change(Task, [stays.id], {name: stays.__data__[name] for name in columns}, columns)


def open_steps(record):
    return list(attached(Task, "record_id", True, record).where(Task.done_at.is_null()))


def team(winner, loser, by, at):
    """Whoever worked on one of the two works on the record: the loser's owner, too."""
    ours = {member.user_id: member for member in attached(Member, "record_id", True, winner)}
    for member in attached(Member, "record_id", True, loser):
        twin = ours.get(member.user_id)
        if twin is None and member.user_id != winner.owner_id:
            yield Change(Member, [member.id], {"record_id": loser.id}, {"record_id": winner.id})
            continue
        yield gone(member)
        if twin:
            yield widened(twin, member)
    if loser.owner_id and loser.owner_id != winner.owner_id:
        yield joined(winner, loser.owner, ours.get(loser.owner_id), by, at)


def widened(twin, member):
    """The wider right and the longer time of two places on a team."""
    ends = twin.ends_at and member.ends_at and max(twin.ends_at, member.ends_at)
    return edited(twin, may_edit=twin.may_edit or member.may_edit, ends_at=ends)


def joined(winner, user, twin, by, at):
    if twin:
        return edited(twin, may_edit=True, ends_at=None)
    if not user.active:
        return None
    return new(
        Member, record_kind=winner.kind(), record_id=winner.id, user=user.id, may_edit=True, ends_at=None, added_by=by and by.id,
        added_at=at,
    )


def edited(row, **columns):
    """The columns of a row that really change; None when none does."""
    after = {name: value for name, value in columns.items() if row.__data__[name] != value}
    return Change(type(row), [row.id], {name: row.__data__[name] for name in after}, after) if after else None


def end_of_claim(loser, by, at):
    row = Claim.select().where(Claim.of(loser), Claim.ended_at.is_null()).first()
    return row and edited(row, ended_at=max(at, row.at), ended_by=by and by.id, end_reason=MERGED)


# ---- the two records themselves --------------------------------------------------------------------------------------


def ends(plan, at):
    """The loser first: it lets go of what only one of them may have."""
    winner, loser = plan.winner, plan.loser
    nobodys = {"owner": None, "pool": None, "owned_since": None, "locked_at": None, "next_at": None}
    nobodys |= {"status": Lead.VOIDED} if winner.kind() == "lead" else {}
    yield edited(loser, merged_into=winner.id, updated_at=at, **nobodys)
    yield edited(winner, **plan.values, name_key=name_key(plan.values["name"]), updated_at=at, **latest(plan))


def latest(plan):
    """When it was spoken to last and is to be next, whichever of the two it was; 成交 since the first."""
    both = (plan.winner, plan.loser)
    spoken = max((record for record in both if record.last_follow_up_at), key=lambda record: record.last_follow_up_at, default=plan.winner)
    due = [task.due_at for record in both for task in open_steps(record)]
    columns = {"last_follow_up_at": spoken.last_follow_up_at, "last_note": spoken.last_note, "next_at": min(due, default=plan.winner.next_at)}
    if plan.winner.kind() == "customer":
        columns["dealt_at"] = min((record.dealt_at for record in both if record.dealt_at), default=None)
    return columns
