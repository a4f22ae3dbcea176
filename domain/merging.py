"""Merging (合并): two leads or two customers become one, and for thirty days it can be taken back row for row."""

from datetime import timedelta

from domain import (
    Refused,
    _,
    cleansing,
    customers,
    events,
    follow_ups,
    match_keys,
    merge_plans,
    now,
    pool_limits,
    search,
    transaction,
)
from domain.merge_plans import Change
from models import BY_KIND, TABLES, Collision, Merge, Task, User

KEPT = timedelta(days=30)  # in which a merge can be undone
ROWS = 500  # in one statement


def merge(winner, loser, by, picks=None, mark=None, at=None):
    """Make `loser` a part of `winner`. `picks` {column: "winner" or "loser"}; `mark` is that of the plan somebody was shown."""
    at = at or now()
    with transaction():
        winner, loser = as_seen(winner), as_seen(loser)
        ensure_fit(winner, loser)
        plan = merge_plans.of(winner, loser, picks or {}, by, at)
        if mark is not None and mark != plan.mark:
            raise Refused(_("One of the two was changed meanwhile. Look at the merge again."))
        made = write(plan, by, at)
        events.record(
            f"{winner.kind()}.merged", winner, by, *edits_of(plan), at,
            loser_id=loser.id, loser_name=loser.name, loser_owner=loser.owner_id, merge=made.id,
        )
    return made


def preview(winner, loser, by, picks=None, at=None):
    """The Plan that merge() writes; nothing is written."""
    ensure_fit(winner, loser)
    return merge_plans.of(winner, loser, picks or {}, by, at or now())


def as_seen(record):
    """The record as it stands in the database, while it still is in the hands in which this person saw it."""
    fresh = type(record).get_by_id(record.id)
    if (fresh.owner_id, fresh.pool_id, fresh.merged_into_id) != (record.owner_id, record.pool_id, record.merged_into_id):
        raise Refused(_("One of the two was changed meanwhile. Look at the merge again."))
    return fresh


def ensure_fit(winner, loser):
    if winner.kind() != loser.kind() or winner.id == loser.id:
        raise Refused(_("Choose two different records of one kind."))
    for record in (winner, loser):
        if record.merged_into_id:
            raise Refused(_("%(name)s was merged into another record already.", name=record.name))
        if not record.is_open:
            raise Refused(_("%(name)s is closed, so it is not merged.", name=record.name))
    if winner.in_pool and not loser.in_pool:
        raise Refused(_("%(name)s has an owner. Keep it, and merge what lies in the pool into it.", name=loser.name))
    if all(Collision.select().where(Collision.about([record]), Collision.status == Collision.OPEN).exists() for record in (winner, loser)):
        raise Refused(_("About each of the two a collision case is open. Have one of them decided first."))


def write(plan, by, at):
    """Every change of the plan, and the Merge that takes it back."""
    for change in plan.changes:
        apply(change)
    winner, loser = plan.winner, plan.loser
    whole = type(winner).get_by_id(winner.id)
    search.index(winner.kind(), whole)
    match_keys.index(whole)
    cleansing.settle_both(winner, loser, at)
    return Merge.create(
        record_kind=winner.kind(), winner_id=winner.id, loser_id=loser.id, loser_name=loser.name, by=by, at=at,
        journal=[change.kept() for change in plan.changes],
    )


def apply(change):
    table = change.table
    if change.before is None:
        change.ids = [table.create(**change.after).id]
    elif change.after is None:
        table.delete().where(table.id.in_(change.ids)).execute()
    else:
        for ids in parts(change.ids):
            table.update(**change.after).where(table.id.in_(ids)).execute()


def parts(ids):
    return [ids[start:start + ROWS] for start in range(0, len(ids), ROWS)]


def edits_of(plan):
    """(before, after) of the winner's own columns, as an edit tells them."""
    return events.changes(plan.winner, **plan.values)


# ---- back again ------------------------------------------------------------------------------------------------------


def undo(merge, by, at=None):
    """Two records again, each with what was its own. What was edited since stays edited; what was added since stays with the winner."""
    at = at or now()
    with transaction():
        ensure_undoable(merge, at)
        if not Merge.update(undone_at=at, undone_by=by).where(Merge.id == merge.id, Merge.undone_at.is_null()).execute():
            raise Refused(_("This merge was taken back already."))
        for entry in reversed(merge.journal):
            take_back(Change.of(entry).reversed, merge)
        winner, loser = sides(merge)
        ensure_untorn(merge)
        settle(winner, loser)
        cleansing.open_both(winner, loser, merge.at)
        events.record(f"{winner.kind()}.unmerged", winner, by, at=at, loser_id=loser.id, loser_name=loser.name, merge=merge.id)


def ensure_undoable(merge, at):
    winner, loser = sides(merge)
    if merge.undone_at:
        raise Refused(_("This merge was taken back already."))
    if at >= merge.at + KEPT:
        raise Refused(_("A merge can be taken back for %(days)s days. This one is older.", days=KEPT.days))
    if winner.merged_into_id:
        raise Refused(_("%(name)s was merged into another record since. Take that merge back first.", name=winner.name))
    ensure_order(merge)
    ensure_taken_in(merge, loser)


def ensure_order(merge):
    """A later merge into the same record may have kept what this one would change: the last one goes back first."""
    later = Merge.select().where(
        Merge.record_kind == merge.record_kind, Merge.winner_id == merge.winner_id, Merge.id > merge.id, Merge.undone_at.is_null()
    )
    if other := later.order_by(Merge.id.desc()).first():
        raise Refused(_("%(name)s was merged into the same record since. Take that merge back first.", name=other.loser_name))


def ensure_taken_in(merge, loser):
    """Whoever had the loser works here still and has room for it."""
    before = next(entry["before"] for entry in merge.journal if entry["table"] == loser.kind() and entry["ids"] == [loser.id])
    if before.get("owner"):
        owner = User.get_by_id(before["owner"])
        if not owner.active:
            raise Refused(_("%(name)s, whose it was, no longer works here.", name=owner.name))
        pool_limits.ensure_room([loser], owner)


def sides(merge):
    table = BY_KIND[merge.record_kind]
    return table.get_by_id(merge.winner_id), table.get_by_id(merge.loser_id)


def take_back(change, merge):
    """Write a change of the journal backwards: what somebody edited since stays as he left it."""
    if change.after is None or change.before is None:
        return put_back(change)
    if change.table.kind() == merge.record_kind and change.ids == [merge.loser_id]:
        return apply(change)
    for name, value in change.after.items():
        column = getattr(change.table, name)
        as_left = column.is_null() if change.before[name] is None else column == change.before[name]
        for ids in parts(change.ids):
            change.table.update(**{name: value}).where(change.table.id.in_(ids), as_left).execute()
        if merge_plans.points(change.table, name, merge.record_kind):
            ensure_back(change, column, value)
    return None


def put_back(change):
    """Rows that the merge added go, those that it took out come back, but for a step that another has replaced."""
    if change.table is Task and change.after and follow_ups.open_task(BY_KIND[change.after["record_kind"]].get_by_id(change.after["record_id"])):
        return
    apply(change)


def ensure_back(change, column, value):
    """Whatever of it there still is belongs where it belonged."""
    table = change.table
    for ids in parts(change.ids):
        astray = table.select().where(table.id.in_(ids), column != value).first()
        if astray:
            raise Refused(_("%(what)s was given to another record since, so the merge cannot be taken back.", what=called(astray)))


def called(row):
    return next((getattr(row, name) for name in ("name", "number", "title", "body") if getattr(row, name, None)), row.kind())


def ensure_untorn(merge):
    """Nothing hangs between the two: a quote of one customer on a deal of the other."""
    both = (merge.winner_id, merge.loser_id)
    target = BY_KIND[merge.record_kind]
    owners = {table: key for table in TABLES for key in table._meta.refs if key.rel_model is target and table is not target}
    for table, own in owners.items():
        for key in table._meta.refs:
            if key.rel_model not in owners:
                continue
            parent = key.rel_model.alias()  # a version of a quote hangs on another quote
            theirs = getattr(parent, owners[key.rel_model].name)
            torn = table.select().join(parent, on=(key == parent.id)).where(own.in_(both), theirs.in_(both), own != theirs).first()
            if torn:
                raise Refused(_("%(what)s was added since to what would go back, so the merge cannot be taken back.", what=called(torn)))


def settle(winner, loser):
    """What follows from the rows that each has now."""
    for record in (winner, loser):
        step = follow_ups.open_task(record)
        follow_ups.set_next(record, step and step.due_at)
        if record.kind() == "customer":
            customers.settle_dealt(record.id)
    search.index(winner.kind(), winner, loser)
    match_keys.index(winner, loser)
