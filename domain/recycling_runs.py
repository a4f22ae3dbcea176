"""The night's work (自动回收): what is due goes back to its pool, batch by batch; killed at any moment, it goes on where it was."""

import logging
from datetime import timedelta
from functools import partial
from threading import Lock
from time import sleep, thread_time

from peewee import SQL, Case, fn

from domain import arrivals, due, events, members, notifications, now, recycling_warnings, transaction
from models import Claim, Lead, Member, Pool, RecycleRule, RecycleRun, Task, User

log = logging.getLogger("haitu.recycling")

WINDOW, BATCH = 5_000, 100  # records looked at, and taken, at a time
MOST_MISSED = timedelta(days=3)  # nights without a run, after which there is a night of grace
REST = 4  # how many times as long as a batch has computed the pages have to themselves after it
under_way = Lock()


def catch_up(at=None, rest=REST):
    """Every rule that is on runs once a night; what was missed while nobody ran it is due all the same, and where that is more
    than a few nights a night later: a clock that jumped ahead looks like a long rest, and would take what everybody has.

    Two processes that do so at once take each record once, for each batch asks again: no lease holds up the one that
    goes on after a crash.
    """
    if not under_way.acquire(blocking=False):
        return
    try:
        night = due.last_night(at or now())
        rules = RecycleRule.select().where(RecycleRule.state == RecycleRule.ON).order_by(RecycleRule.position, RecycleRule.id)
        for rule in list(rules):  # read to the end: an open question sees the past, and SQLite lets nobody write from there
            run(rule, night, at, rest)
    finally:
        under_way.release()


def run(rule, night, at=None, rest=REST):
    """One rule on one night. On the day on which it was switched on, and after a long rest, it takes nothing yet, and warns."""
    with transaction():
        this, _created = RecycleRun.get_or_create(rule=rule, night=night, defaults={"started_at": at or now()})
    if this.finished_at:
        return
    reckoning = due.Reckoning(rule.what, [rule], at)
    if rule.switched_on_at < due.moment_of(night) and not is_after_a_rest(rule, night):
        sweep(reckoning, rule, this, at, rest)
    recycling_warnings.send(reckoning, rule, night, at or now(), partial(rested, rest))
    finish(rule, this, at or now())


def is_after_a_rest(rule, night):
    """Whether so many nights have passed since it ran that somebody should look at the machine's clock first."""
    before = RecycleRun.select(RecycleRun.night).where(RecycleRun.rule == rule, RecycleRun.night < night)
    last = before.order_by(RecycleRun.night.desc()).first()
    if last is None or night - last.night <= MOST_MISSED:
        return False
    log.warning("rule %s last ran on %s, and the clock says %s: it takes nothing before the next night", rule.id, last.night, night)
    return True


def sweep(reckoning, rule, this, at, rest):
    table, ripe = reckoning.table, reckoning.due(rule, this.night) & is_on(rule)
    pools = {pool.id: pool for pool in Pool.of(rule.what)}
    for first, last in due.windows(table, WINDOW, after=this.reached):
        inside = (table.id > first) & (table.id <= last)
        ids = [id for (id,) in table.select(table.id).where(inside, ripe).order_by(table.id).tuples()]
        for begin in range(0, len(ids), BATCH):
            rested(rest, take, reckoning, rule, this, ids[begin:begin + BATCH], ripe, pools, at)
        RecycleRun.update(reached=last).where(RecycleRun.id == this.id).execute()


def is_on(rule):
    """The WHERE by which a rule that is switched off meanwhile takes nothing more."""
    return fn.EXISTS(RecycleRule.select(SQL("1")).where(RecycleRule.id == rule.id, RecycleRule.state == RecycleRule.ON))


def rested(rest, work, *arguments):
    """Do it, then leave the processor to the pages for `rest` times as long as it was used: what was waited for is not counted."""
    begun = thread_time()
    work(*arguments)
    sleep(rest * (thread_time() - begun))


def take(reckoning, rule, this, ids, ripe, pools, at):
    """One batch, asked once more whether it is due: together with its ledger, its facts and the count, or not at all."""
    table = reckoning.table
    with transaction():
        at = at or now()
        rows = {row.id: row for row in table.select(*looked_at(table)).where(table.id.between(ids[0], ids[-1]), ripe)}
        if not rows:
            return
        still = SQL(f"id IN ({numbers(rows)})") & due.held(table)
        moved = table.update(**columns(reckoning, rule, rows.values(), at)).where(still).returning(table.id).tuples().execute()
        taken = [rows[id] for (id,) in moved]
        leave(rule, taken, at)
        why, owners = reckoning.protections(taken), reckoning.names
        facts = [fact(rule, row, owners[row.owner_id], why[row.id][0], pools[reckoning.target(rule, row)]) for row in taken]
        events.append(facts, None, at)
        RecycleRun.update(taken=RecycleRun.taken + len(taken)).where(RecycleRun.id == this.id).execute()


def looked_at(table):
    """The columns that decide, and those that are told."""
    both = (table.id, table.owner, table.home_pool, table.owned_since, table.last_follow_up_at, table.locked_at)
    return (*both, table.status, table.converted_at) if table is Lead else (*both, table.level, table.dealt_at)


def numbers(ids):
    return ", ".join(map(str, ids))


def columns(reckoning, rule, rows, at):
    """What pool.drop() writes on one record, on many."""
    table = reckoning.table
    return {
        "owner": None, "pool": rule.pool_id or target(reckoning, rows), "entered_pool_at": at, "drop_reason": rule.name,
        "last_owner": table.owner, "owned_since": None, "locked_at": None, "next_at": None, "updated_at": at,
    } | table.WAY_IN


def target(reckoning, rows):
    """Reckoning.target() in SQL: where it came from, else the first pool of its owner."""
    homeless = {row.owner_id for row in rows if not row.home_pool_id}
    if not homeless:
        return reckoning.table.home_pool
    return fn.COALESCE(reckoning.table.home_pool, Case(reckoning.table.owner, [(id, reckoning.homes[id].id) for id in homeless]))


def leave(rule, records, at):
    """The ownership, the plan and the team end, as in pool.leave()."""
    these = SQL(f"record_id IN ({numbers(record.id for record in records)})")
    ended = Claim.update(ended_at=Claim.no_sooner_than_begun(at), end_reason=rule.name)
    ended.where(Claim.record_kind == rule.what, these, Claim.ended_at.is_null()).execute()
    Task.delete().where(Task.record_kind == rule.what, these, Task.done_at.is_null()).execute()
    arrivals.expect(rule.what, [record.id for record in records], arrivals.DROP, at)
    with_team = {row.record_id for row in Member.select(Member.record_id).where(Member.record_kind == rule.what, these)}
    for record in records:
        if record.id in with_team:
            members.dissolve(record, None, at)


def fact(rule, record, owner_name, why, pool):
    told = {
        "rule": rule.name, "pool": pool.name, "drop_reason": rule.name, "since_at": why.clock.since, "days": why.clock.days,
        "condition": why.clock.condition, "last_owner_name": owner_name,
    }
    return f"{rule.what}.recycled", record, {"owner": record.owner_id}, {"owner": None}, told


def finish(rule, this, at):
    """Whoever lost something is told once, with the end of the run."""
    table = due.TABLES[rule.what]
    gone = table.select(table.last_owner, fn.COUNT(table.id), fn.MIN(table.id)).where(
        table.owner.is_null(), table.drop_reason == rule.name, table.entered_pool_at >= this.started_at
    )
    lost = list(gone.group_by(table.last_owner).tuples()) if RecycleRun.get_by_id(this.id).taken else []
    with transaction():
        if not RecycleRun.update(finished_at=at).where(RecycleRun.id == this.id, RecycleRun.finished_at.is_null()).execute():
            return
        for owner_id, number, id in lost:
            notifications.tell_loss(rule, User.get_by_id(owner_id), table.get_by_id(id), number, at)
