"""The public pools (公海) of leads and customers: claim, give back, assign, move, lock.

One conditional UPDATE decides who has a record; the ledger remembers. `record` is a Lead or a Customer throughout. The time
is read inside the transaction, where one writes at a time: what was ended before begins nothing later.
"""

from functools import cache

from domain import Refused, _, arrivals, day_of, events, follow_ups, members, now, pool_limits, transaction
from domain.spelled import Spelled
from models import Claim, Opportunity, Pool, User

UNDONE = "undone"
LEDGER = 5  # how many owners back a page tells


class Taken(Refused):
    """Somebody else was faster. `claim` is the winner's row of the ledger, None when it went another way."""

    def __init__(self, record):
        self.record, self.claim = record, current_claim(record)
        if self.claim:
            words = _("%(name)s took %(lead)s just before you. Nothing was changed.", name=self.claim.owner.name, lead=record.name)
        else:
            words = _("%(lead)s is not in the pool any more. Nothing was changed.", lead=record.name)
        super().__init__(words)


# ---- claim (领取) ----------------------------------------------------------------------------------------------------


def claim(record, by, at=None):
    """Take it out of the pool. Refused where a rule of the pool or the company says no; Taken when it is gone."""
    with transaction():
        at = at or now()
        pool_limits.ensure_may_claim([record], by, at)
        take(record, by, at)


def claim_many(records, by, at=None):
    """(claimed, [Taken]) for a selection of one kind: refused as a whole when it exceeds a limit, each by itself when it is gone."""
    with transaction():
        at = at or now()
        pool_limits.ensure_may_claim(records, by, at)
        return each(records, lambda record: take(record, by, at))


def each(records, verb):
    """(those for which it worked, the Taken of the others)"""
    done, lost = [], []
    for record in records:
        try:
            verb(record)
            done.append(record)
        except Taken as taken:
            lost.append(taken)
    return done, lost


def take(record, by, at):
    pool = record.pool
    if not taken_out(type(record))(record.id, record.pool_id, by.id, at).rowcount:
        raise Taken(record)
    keep(record, owned_by(by, record.pool_id, at) | record.WAY_OUT)
    enter(record, by, Claim.CLAIMED, by, at, pool)
    events.record(
        f"{record.kind()}.claimed", record, by, {"owner": None}, {"owner": by.id}, at,
        pool=pool.name if pool else "", last_owner_name=record.last_owner.name if record.last_owner_id else "",
    )


@cache
def taken_out(table):
    """(record, pool, owner, at) -> a cursor that has written one row, or none when somebody was faster."""

    def update(record, pool, owner, at):
        lies_there = table.owner.is_null() & (table.pool == pool) & table.changes_hands()
        return table.update(**owned_by(owner, pool, at), **table.WAY_OUT).where((table.id == record) & lies_there)

    return Spelled(update)


def own(record, owner, at, condition):
    """Give it to `owner` if the condition still holds; zero rows means somebody was faster."""
    columns = owned_by(owner, record.pool_id or record.home_pool_id, at)
    write(record, columns | (record.WAY_OUT if record.in_pool else {}), condition, Taken)


def owned_by(owner, pool, at):
    return {"owner": owner, "pool": None, "home_pool": pool, "owned_since": at, "locked_at": None, "updated_at": at}


def write(record, columns, condition, refusal):
    """Write the columns where the condition still holds, else raise what `refusal` says of it."""
    table = type(record)
    if not table.update(**columns).where((table.id == record.id) & condition).execute():
        raise refusal(record)
    keep(record, columns)


def keep(record, columns):
    for name, value in columns.items():
        setattr(record, name, value)


def unclaim(record, by, at=None):
    """Undo one's own claim while nothing came of it: it lies where it lay. The day's claim stays used."""
    table = type(record)
    untouched = (table.owner == by.id) & table.home_pool.is_null(False) & all_of(table, record.WAY_OUT)
    with transaction():
        at = at or now()
        columns = {"owner": None, "pool": record.home_pool_id, "owned_since": None, "updated_at": at} | record.WAY_IN
        current = current_claim(record)
        if not current or current.how != Claim.CLAIMED:
            raise not_undone(record)
        write(record, columns, untouched, not_undone)
        leave(record, by, at, UNDONE)
        events.record(f"{record.kind()}.unclaimed", record, by, {"owner": by.id}, {"owner": None}, at)


def not_undone(record):
    return Refused(_("This claim cannot be undone any more. Give %(name)s back instead.", name=record.name))


def all_of(table, columns):
    condition = table.id.is_null(False)
    for name, value in columns.items():
        condition &= getattr(table, name) == value
    return condition


# ---- the ledger ------------------------------------------------------------------------------------------------------

ENTERED = Spelled.insert(Claim, "record_kind", "record_id", "pool", "owner", "how", "by", "at", "day")


def current_claim(record):
    """The open row of the ledger, with its owner; None in a pool."""
    return Claim.select(Claim, User).join(User, on=Claim.owner).where(Claim.of(record), Claim.ended_at.is_null()).first()


def ledger(record):
    """Who had it or what was merged into it, from when to when, and how it came to them; newest first."""
    here = (Claim.record_kind == record.kind()) & Claim.record_id.in_(record.identities)
    rows = Claim.select(Claim, User).join(User, on=Claim.owner).where(here)
    return list(rows.order_by(Claim.id.desc()).limit(LEDGER))


def enter(record, owner, how, by, at, pool=None):
    """Begin a row of the ledger: since now it is this person's."""
    ENTERED(record.kind(), record.id, pool and pool.id, owner.id, how, by and by.id, at, day_of(at))


def close(record, by, at, reason=""):
    """End the open row of the ledger."""
    Claim.update(ended_at=Claim.no_sooner_than_begun(at), ended_by=by, end_reason=reason).where(Claim.of(record), Claim.ended_at.is_null()).execute()


def leave(record, by, at, reason):
    """What ends when it goes back to a pool: the ownership, the plan and the team."""
    close(record, by, at, reason)
    follow_ups.drop_plan(record)
    members.dissolve(record, by, at)
    if reason != UNDONE:
        arrivals.expect(record.kind(), [record.id], arrivals.DROP, at)


# ---- give back (退回公海), and between pools ----------------------------------------------------------------------------


def release(record, by, reason, pool=None, at=None):
    """Give it back, never without a reason: to the chosen pool, else to the one it came from."""
    if not reason:
        raise Refused(_("Say why it goes back."))
    with transaction():
        at = at or now()
        ensure_no_open_deal(record)
        pool = pool or home_of(record)
        ensure_fits(record, pool)
        if pool.drop_reasons and reason not in pool.drop_reasons:
            raise Refused(_("%(pool)s does not take this reason.", pool=pool.name), field="reason")
        drop(record, pool, by, reason, at)


def drop(record, pool, by, reason, at, verb="released", condition=None, **told):
    """Into the pool, whoever says so, while it still is its owner's (and `condition` holds)."""
    table, old = type(record), record.owner
    columns = {
        "owner": None, "pool": pool, "entered_pool_at": at, "drop_reason": reason, "last_owner": old, "owned_since": None,
        "locked_at": None, "next_at": None, "updated_at": at,
    }
    as_seen = (table.owner == record.owner_id) & table.changes_hands()
    write(record, columns | record.WAY_IN, as_seen & condition if condition is not None else as_seen, changed_meanwhile)
    leave(record, by, at, reason)
    events.record(
        f"{record.kind()}.{verb}", record, by, {"owner": old.id}, {"owner": None}, at,
        pool=pool.name, drop_reason=reason, last_owner_name=old.name, **told,
    )


def changed_meanwhile(record):
    return Refused(_("Somebody has changed %(name)s meanwhile. Load the page again.", name=record.name))


def ensure_no_open_deal(record):
    """A customer with a deal under way is not anybody's to claim."""
    if record.kind() != "customer":
        return
    number = Opportunity.select().where(Opportunity.customer == record.id, Opportunity.status == Opportunity.OPEN).count()
    if number:
        words = _("%(n)s deals with %(name)s are still open. Close them or hand the customer over.", n=number, name=record.name)
        raise Refused(words, rule="open_deals", number=number)


def ensure_fits(record, pool):
    if pool.what != record.kind():
        raise Refused(_("%(pool)s is not a pool for this.", pool=pool.name))


def home_of(record):
    """The pool it came from; for one that never lay in a pool the first that its owner is a member of."""
    pools = Pool.of(record.kind())
    home = record.home_pool or Pool.open_to(record.owner, record.kind()).first() or pools.first()
    if home is None:
        raise Refused(_("There is no pool yet. An administrator makes one in the settings."))
    return home


def move(record, pool, by, at=None):
    """From one pool into another of its kind; since when it lies there counts anew."""
    ensure_fits(record, pool)
    with transaction():
        shift(record, pool, by, at or now())


def move_many(records, pool, by, at=None):
    """(moved, [Taken]) for a selection."""
    with transaction():
        at = at or now()
        for record in records:
            ensure_fits(record, pool)
        return each(records, lambda record: shift(record, pool, by, at))


def shift(record, pool, by, at):
    table, left = type(record), record.pool
    if left.id == pool.id:
        return
    columns = {"pool": pool, "entered_pool_at": at, "updated_at": at}
    write(record, columns, table.pool == left.id, Taken)
    events.record(f"{record.kind()}.moved", record, by, {"pool": left.id}, {"pool": pool.id}, at, pool=pool.name, left=left.name)


# ---- assign (分配) ----------------------------------------------------------------------------------------------------


def assign(record, to, by, at=None, verb="assigned", **told):
    """Hand it to a colleague, out of the pool or from another owner. It does not use up claims, only room."""
    ensure_may_own(to)
    if record.owner_id == to.id:
        raise Refused(_("%(name)s has %(record)s already.", name=to.name, record=record.name))
    with transaction():
        at = at or now()
        pool_limits.ensure_room([record], to)
        hand_over(record, to, by, at, verb, **told)


def assign_many(records, to, by, at=None):
    """(assigned, [Taken]) for a selection; refused as a whole when the colleague has no room for all of it."""
    ensure_may_own(to)
    with transaction():
        at = at or now()
        moving = [record for record in records if record.owner_id != to.id]
        pool_limits.ensure_room(moving, to)
        return each(moving, lambda record: hand_over(record, to, by, at))


def hand_over(record, to, by, at, verb="assigned", **told):
    table, old, old_id = type(record), record.owner, record.owner_id
    as_seen = (table.owner == old_id) if old_id else table.owner.is_null()
    own(record, to, at, as_seen & table.changes_hands())
    if old_id:
        table.update(last_owner=old_id).where(table.id == record.id).execute()
        close(record, by, at)
    enter(record, to, Claim.ASSIGNED, by, at)
    follow_ups.hand_plan(record, to)
    members.strike(record, to)
    events.record(
        f"{record.kind()}.{verb}", record, by, {"owner": old_id}, {"owner": to.id}, at,
        owner_name=to.name, last_owner_name=old.name if old else "", **told,
    )


def ensure_may_own(user):
    if not user.active:
        raise Refused(_("%(name)s no longer works here.", name=user.name))
    if not user.may("lead.work"):
        raise Refused(_("%(name)s does not work on leads or customers.", name=user.name))


# ---- lock (锁定) ------------------------------------------------------------------------------------------------------


def lock(record, by, at=None):
    """No rule takes it from its owner any more; so many a person, and no more."""
    at, table = at or now(), type(record)
    with transaction():
        pool_limits.ensure_may_lock(record)
        write(record, {"locked_at": at}, (table.owner == record.owner_id) & table.locked_at.is_null(), changed_meanwhile)
        events.record(f"{record.kind()}.locked", record, by, at=at)


def unlock(record, by, at=None):
    table = type(record)
    with transaction():
        write(record, {"locked_at": None}, (table.owner == record.owner_id) & table.locked_at.is_null(False), changed_meanwhile)
        events.record(f"{record.kind()}.unlocked", record, by, at=at)
