"""What the company and each pool allow: claims a day, room (库容), the last owner's wait, locks. The smaller limit counts.

A refusal names its rule (facts["rule"]), the number, and the earliest time at which the same act succeeds (facts["until"], UTC).
"""

from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from peewee import SQL, fn

from domain import Refused, _, day_of, local, now, start_of_day
from models import Claim, Company, Customer, Lead, Pool


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
    limit, capacity = company_limits(what)
    wide = Quota(claims_of(user, what, today), limit, held_by(user, what), capacity)
    if pool is None or pool.daily_claim_limit is None and pool.capacity is None:
        return wide
    narrow = Quota(
        claims_of(user, what, today, pool), smaller(pool.daily_claim_limit, limit),
        held_by(user, what, pool), smaller(pool.capacity, capacity),
    )
    claims = min((wide, narrow), key=lambda one: one.claims_left)
    room = min((wide, narrow), key=lambda one: one.room)
    return Quota(claims.claimed_today, claims.limit, room.held, room.capacity)


def smaller(own, of_all):
    return of_all if own is None else min(own, of_all)


def company_limits(what):
    """(claims a day, capacity)"""
    both = {"lead": (Company.daily_claim_limit, Company.claim_capacity), "customer": (Company.customer_claim_limit, Company.customer_capacity)}
    return Company.select(*both[what]).where(Company.id == 1).tuples().get()


def claims_of(user, what, day, pool=None):
    mine = Claim.select().where(Claim.owner == user.id, Claim.day == day, Claim.how == Claim.CLAIMED, Claim.record_kind == what)
    return number_of(mine.where(Claim.pool == pool.id) if pool else mine)


def held_by(user, what, pool=None):
    """What takes room: invalid leads too, else a mark would make room for the next; dealt customers only where they count."""
    table = Customer if what == "customer" else Lead
    held = table.select().where(table.owner == user.id, taking_room(table))
    return number_of(held.where(table.home_pool == pool.id) if pool else held)


def number_of(query):
    return query.select(fn.COUNT(SQL("1"))).scalar()


def taking_room(table):
    """The WHERE of owned records that count against the capacity."""
    if table is Customer and Company.current().capacity_leaves_out_dealt:
        return Customer.dealt_at.is_null()
    return table.changes_hands()


# ---- claims ----------------------------------------------------------------------------------------------------------


def ensure_may_claim(records, by, at):
    """All rules for a selection of one kind, company-wide and per pool. One pool at a time, so that each is named."""
    what = records[0].kind()
    pools = {pool.id: pool for pool in Pool.select().where(Pool.id.in_({record.pool_id for record in records if record.in_pool}))}
    ensure_claims_left(len(records), by, what, None, at)
    ensure_room_for(taking(records), by, what, None)
    for pool_id, number in Counter(record.pool_id for record in records if record.in_pool).items():
        pool = pools[pool_id]
        ensure_claimable(pool, by)
        ensure_claims_left(number, by, what, pool, at)
        ensure_room_for(number, by, what, pool)
    for record in records:
        if record.in_pool:
            ensure_waited(record, pools[record.pool_id], by, at)


def taking(records):
    """How many of these records will take room: dealt customers do not where the company says so."""
    left_out = records and records[0].kind() == "customer" and Company.current().capacity_leaves_out_dealt
    return sum(not (left_out and record.dealt_at) for record in records)


def ensure_claimable(pool, by):
    if not pool.is_claimed_from and not pool.is_run_by(by):
        words = _("Nobody claims from %(pool)s: its administrators hand out what lies there.", pool=pool.name)
        raise Refused(words, rule="assigned_only")


def ensure_claims_left(number, by, what, pool, at):
    if pool is not None and pool.daily_claim_limit is None:
        return
    today = day_of(at)
    limit = pool.daily_claim_limit if pool else company_limits(what)[0]
    left = max(limit - claims_of(by, what, today, pool), 0)
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
    facts = {"name": record.name, "days": days, "until": f"{local(until):%Y-%m-%d}", "pool": pool.name}
    if rule == "hold_days":
        words = _("%(name)s was given back lately: in %(pool)s nobody claims it for %(days)s days, that is before %(until)s.")
    else:
        words = _("You had %(name)s last: in %(pool)s its last owner waits %(days)s days, that is until %(until)s.")
    raise Refused(words % facts, rule=rule, days=days, until=until)


# ---- room ------------------------------------------------------------------------------------------------------------


def ensure_room(records, owner):
    """Capacity holds however a record comes: claimed, assigned or created."""
    if records:
        ensure_room_for(taking(records), owner, records[0].kind(), None)


def ensure_room_for(number, owner, what, pool):
    if number == 0 or pool is not None and pool.capacity is None:
        return
    capacity = pool.capacity if pool else company_limits(what)[1]
    held = held_by(owner, what, pool)
    if held + number <= capacity:
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
