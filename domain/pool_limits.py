"""What the company and each pool allow: claims a day, room (库容), the last owner's wait, locks. The smaller limit counts.

A refusal names its rule (facts["rule"]), the number, and the earliest time at which the same act succeeds (facts["until"], UTC).
"""

from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from peewee import SQL, fn

from domain import Refused, _, day_of, now, start_of_day
from domain.days import day
from domain.spelled import Spelled
from models import BY_KIND, Claim, Company, Customer, Lead

LIMITS = {
    "lead": (Company.daily_claim_limit, Company.claim_capacity),
    "customer": (Company.customer_claim_limit, Company.customer_capacity),
}  # claims a day, capacity
COUNT = fn.COUNT(SQL("1"))


class Quota(NamedTuple):
    """What somebody has used and may use of one kind: claims today, and open records held."""

    claimed_today: int
    limit: int
    held: int
    capacity: int

    @property
    def claims_left(self):
        return max(self.limit - self.claimed_today, 0)

    @property
    def room(self):
        return max(self.capacity - self.held, 0)


def quota(user, what="lead", pool=None, at=None):
    """The Quota of leads or customers: the company's, or that of a pool where less is left.

    Only one's own claims use up the day: what was assigned or created does not, and giving back returns nothing.
    """
    today = day_of(at or now())
    wide = of_company(user, what, today)
    if pool is None or not pool.has_limits:
        return wide
    narrow = of_pool(user, what, today, pool, wide)
    claims = min((wide, narrow), key=lambda one: one.claims_left)
    room = min((wide, narrow), key=lambda one: one.room)
    return Quota(claims.claimed_today, claims.limit, room.held, room.capacity)


def of_company(user, what, day):
    return Quota(*in_company(what)(user.id, day).fetchone())


def of_pool(user, what, day, pool, wide):
    """What one pool says; where it names no limit, the company's, `wide`."""
    claimed, held = in_pool(what)(user.id, day, pool.id).fetchone()
    return Quota(claimed, smaller(pool.daily_claim_limit, wide.limit), held, smaller(pool.capacity, wide.capacity))


def smaller(own, of_all):
    return of_all if own is None else min(own, of_all)


def company_limits(what):
    """(claims a day, capacity)"""
    return Company.select(*LIMITS[what]).where(Company.id == 1).tuples().get()


@cache
def in_company(what):
    """(owner, day) -> a row with the fields of a Quota."""
    limit, capacity = LIMITS[what]
    return Spelled(lambda owner, day: Company.select(claims_of(owner, what, day), limit, held_by(owner, what), capacity).where(Company.id == 1))


@cache
def in_pool(what):
    """(owner, day, pool) -> (claims that day out of this pool, open records held from it)"""

    def counted(owner, day, pool):
        claims = claims_of(owner, what, day).where(Claim.pool == pool)
        return Company.select(claims, held_by(owner, what).where(BY_KIND[what].home_pool == pool)).where(Company.id == 1)

    return Spelled(counted)


def claims_of(owner, what, day):
    return Claim.select(COUNT).where(Claim.owner == owner, Claim.day == day, Claim.how == Claim.CLAIMED, Claim.record_kind == what)


def held_by(owner, what):
    """What takes room: invalid leads too, else a mark would make room for the next; dealt customers only where they count."""
    table = BY_KIND[what]
    return table.select(COUNT).where(table.owner == owner, taking_room(table))


def taking_room(table):
    """The WHERE of owned records that count against the capacity."""
    if table is Lead:
        return Lead.changes_hands()
    all_count = Company.select(SQL("1")).where(Company.id == 1, ~Company.capacity_leaves_out_dealt)
    return Customer.dealt_at.is_null() | fn.EXISTS(all_count)


# ---- claims ----------------------------------------------------------------------------------------------------------


def ensure_may_claim(records, by, at):
    """All rules for a selection of one kind, company-wide and per pool. One pool at a time, so that each is named."""
    what, today = records[0].kind(), day_of(at)
    wide = of_company(by, what, today)
    ensure_claims_left(len(records), wide, today)
    ensure_room_for(taking(records), by, what, wide)
    for pool, lying in by_pool(records):
        ensure_claimable(pool, by)
        if pool.has_limits:
            narrow = of_pool(by, what, today, pool, wide)
            ensure_claims_left(len(lying), narrow, today, pool)
            ensure_room_for(taking(lying), by, what, narrow, pool)
        for record in lying:
            ensure_waited(record, pool, by, at)


def by_pool(records):
    """(pool, what of the selection lies in it) of each pool."""
    pools, lying = {}, defaultdict(list)
    for record in records:
        if record.in_pool:
            pools[record.pool_id] = record.pool
            lying[record.pool_id].append(record)
    return [(pool, lying[number]) for number, pool in pools.items()]


def taking(records):
    """How many of these records will take room: dealt customers do not where the company says so."""
    dealt = [record for record in records if record.kind() == "customer" and record.dealt_at]
    return len(records) - (len(dealt) if dealt and Company.current().capacity_leaves_out_dealt else 0)


def ensure_claimable(pool, by):
    if not pool.is_claimed_from and not pool.is_run_by(by):
        words = _("Nobody claims from %(pool)s: its administrators hand out what lies there.", pool=pool.name)
        raise Refused(words, rule="assigned_only")


def ensure_claims_left(number, quota, today, pool=None):
    left, limit = quota.claims_left, quota.limit
    if number <= left:
        return
    facts = {"left": left, "limit": limit, "number": number, "pool": pool.name if pool else ""}
    if left and pool:
        words = _("You can claim %(left)s more from %(pool)s today (daily limit %(limit)s, again from 00:00 tomorrow), not %(number)s.")
    elif left:
        words = _("You can claim %(left)s more today (daily limit %(limit)s, again from 00:00 tomorrow), not %(number)s.")
    elif pool:
        words = _("Today's %(limit)s claims from %(pool)s are used up. You can claim there again tomorrow from 00:00.")
    else:
        words = _("Today's %(limit)s claims are used up. You can claim again tomorrow from 00:00.")
    until = start_of_day(today + timedelta(days=1)) if number <= limit else None
    raise Refused(words % facts, rule="daily_claim_limit", limit=limit, left=left, until=until)


def ensure_waited(record, pool, by, at):
    """冷却期: the last owner waits; and what was just given back waits for everybody."""
    if record.last_owner_id is None or record.entered_pool_at is None:
        return
    since = day_of(record.entered_pool_at)
    waits = [("hold_days", pool.hold_days)]
    if record.last_owner_id == by.id:
        waits.append(("cool_down_days", pool.cool_down_days))
    rule, days = max(waits, key=lambda wait: wait[1])
    until = start_of_day(since + timedelta(days=days))
    if not days or at >= until:
        return
    facts = {"name": record.name, "days": days, "until": day(until), "pool": pool.name}
    if rule == "hold_days":
        words = _("%(name)s was given back lately: in %(pool)s nobody claims it for %(days)s days, that is before %(until)s.")
    else:
        words = _("You had %(name)s last: in %(pool)s its last owner waits %(days)s days, that is until %(until)s.")
    raise Refused(words % facts, rule=rule, days=days, until=until)


# ---- room ------------------------------------------------------------------------------------------------------------


def ensure_room(records, owner):
    """Capacity holds however a record comes: claimed, assigned or created."""
    if records:
        what = records[0].kind()
        ensure_room_for(taking(records), owner, what, of_company(owner, what, day_of(now())))


def ensure_room_for(number, owner, what, quota, pool=None):
    held, capacity = quota.held, quota.capacity
    if number == 0 or held + number <= capacity:
        return
    facts = {"name": owner.name, "held": held, "capacity": capacity, "pool": pool.name if pool else ""}
    if pool:
        words = _("%(name)s holds %(held)s of at most %(capacity)s from %(pool)s. There is room again when some are given back.")
    elif what == "customer":
        words = _("%(name)s holds %(held)s of at most %(capacity)s customers. There is room again when some buy or are given back.")
    else:
        words = _("%(name)s holds %(held)s of at most %(capacity)s leads. There is room again when some are converted or given back.")
    raise Refused(words % facts, rule="claim_capacity", held=held, capacity=capacity)


def ensure_may_lock(record):
    quota = Company.current().lock_quota
    table = type(record)
    locked = table.select().where(table.owner == record.owner_id, table.locked_at.is_null(False)).count()
    if locked >= quota:
        raise Refused(_("All %(quota)s locks are in use. Unlock another one first.", quota=quota), rule="lock_quota", limit=quota)
