"""The public pool (公海): claim, give back, assign. One conditional UPDATE decides who has a lead; the ledger remembers."""

from typing import NamedTuple

from domain import Refused, _, day_of, events, follow_ups, members, now, transaction
from models import SEEN_BY, Claim, Company, Lead, Pool, User

UNDONE = "undone"


class Quota(NamedTuple):
    """What somebody has used and may use: claims today, and open leads held."""

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


class Taken(Refused):
    """Somebody else was faster. `claim` is the winner's row of the ledger, None when it went another way."""

    def __init__(self, lead, claim):
        self.lead, self.claim = lead, claim
        if claim:
            words = _("%(name)s took %(lead)s just before you. Nothing was changed.", name=claim.owner.name, lead=lead.name)
        else:
            words = _("%(lead)s is not in the pool any more. Nothing was changed.", lead=lead.name)
        super().__init__(words)


def quota(user, at=None):
    """Only one's own claims use up the day: what was assigned or created does not, and giving back returns nothing."""
    company = Company.current()
    today = day_of(at or now())
    claimed = Claim.select().where(Claim.owner == user.id, Claim.day == today, Claim.how == Claim.CLAIMED).count()
    return Quota(claimed, company.daily_claim_limit, held_by(user), company.claim_capacity)


def held_by(user):
    """Invalid leads count: else a mark would make room for the next."""
    return Lead.select().where(Lead.owner == user.id, Lead.status.in_((*Lead.WORKED_ON, Lead.INVALID))).count()


def claim(lead, by, at=None):
    """Take a lead out of the pool (领取). Refused when the day's claims or the room are used up; Taken when it is gone."""
    at = at or now()
    with transaction():
        ensure_claims_left(by, 1, at)
        ensure_room(by)
        take(lead, by, at)


def claim_many(leads, by, at=None):
    """(claimed, [Taken]) for a selection: refused as a whole when it exceeds a limit, each lead by itself when it is gone."""
    at = at or now()
    claimed, lost = [], []
    with transaction():
        ensure_claims_left(by, len(leads), at)
        ensure_room(by, len(leads))
        for lead in leads:
            try:
                take(lead, by, at)
                claimed.append(lead)
            except Taken as taken:
                lost.append(taken)
    return claimed, lost


def take(lead, by, at):
    pool = lead.pool
    own(lead, by, at, Lead.owner.is_null() & Lead.pool.is_null(False) & (Lead.status == Lead.UNASSIGNED))
    enter(lead, by, Claim.CLAIMED, by, at)
    events.record(
        "lead.claimed", lead, by, {"owner": None}, {"owner": by.id}, at,
        pool=pool.name if pool else "", last_owner_name=lead.last_owner.name if lead.last_owner_id else "",
    )


def own(lead, owner, at, condition):
    """Give it to `owner` if the condition still holds; zero rows means somebody was faster."""
    columns = {"owner": owner, "pool": None, "home_pool": lead.pool_id or lead.home_pool_id, "updated_at": at}
    if lead.in_pool:
        columns["status"] = Lead.PENDING
    if not Lead.update(**columns).where((Lead.id == lead.id) & condition).execute():
        raise Taken(lead, current_claim(lead))
    for name, value in columns.items():
        setattr(lead, name, value)


def current_claim(lead):
    return Claim.select(Claim, User).join(User, on=Claim.owner).where(Claim.lead == lead.id, Claim.ended_at.is_null()).first()


def enter(lead, owner, how, by, at):
    Claim.create(lead=lead, owner=owner, how=how, by=by, at=at, day=day_of(at))


def close(lead, by, at, reason=""):
    Claim.update(ended_at=at, ended_by=by, end_reason=reason).where(Claim.lead == lead.id, Claim.ended_at.is_null()).execute()


def unclaim(lead, by, at=None):
    """Undo one's own claim while nothing came of it: the lead lies where it lay. The day's claim stays used."""
    at = at or now()
    with transaction():
        mine = (Lead.owner == by.id) & (Lead.status == Lead.PENDING) & Lead.home_pool.is_null(False)
        columns = {"owner": None, "pool": lead.home_pool_id, "status": Lead.UNASSIGNED, "updated_at": at}
        current = current_claim(lead)
        if not current or current.how != Claim.CLAIMED or not Lead.update(**columns).where((Lead.id == lead.id) & mine).execute():
            raise Refused(_("This claim cannot be undone any more. Give the lead back instead."))
        close(lead, by, at, UNDONE)
        follow_ups.drop_plan(lead)
        members.dissolve(lead, by, at)
        events.record("lead.unclaimed", lead, by, {"owner": by.id}, {"owner": None}, at)


def release(lead, by, reason, pool=None, at=None):
    """Give it back (退回公海), never without a reason: to the chosen pool, else to the one it came from."""
    at = at or now()
    if not reason:
        raise Refused(_("Say why the lead goes back."))
    pool = pool or home_of(lead)
    with transaction():
        old = lead.owner
        columns = {
            "owner": None, "pool": pool, "status": Lead.UNASSIGNED, "entered_pool_at": at, "drop_reason": reason,
            "last_owner": old, "next_at": None, "updated_at": at,
        }
        unchanged = (Lead.id == lead.id) & (Lead.owner == lead.owner_id) & Lead.status.in_((*Lead.WORKED_ON, Lead.INVALID))
        if not Lead.update(**columns).where(unchanged).execute():
            raise Refused(_("Somebody has changed this lead meanwhile. Load the page again."))
        for name, value in columns.items():
            setattr(lead, name, value)
        close(lead, by, at, reason)
        follow_ups.drop_plan(lead)
        members.dissolve(lead, by, at)
        events.record(
            "lead.released", lead, by, {"owner": old.id}, {"owner": None}, at,
            pool=pool.name, drop_reason=reason, last_owner_name=old.name,
        )


def home_of(lead):
    """The pool it came from; for one that never lay in a pool the first that its owner is a member of."""
    home = lead.home_pool or Pool.open_to(lead.owner).first() or Pool.select().order_by(Pool.position, Pool.id).first()
    if home is None:
        raise Refused(_("There is no pool yet. An administrator makes one in the settings."))
    return home


def assign(lead, to, by, at=None):
    """Hand a lead to a colleague (分配), out of the pool or from another owner. It does not use up claims, only room."""
    at = at or now()
    ensure_may_own(to)
    if lead.owner_id == to.id:
        raise Refused(_("%(name)s has this lead already.", name=to.name))
    with transaction():
        ensure_room(to)
        hand_over(lead, to, by, at)


def assign_many(leads, to, by, at=None):
    """(assigned, [Taken]) for a selection; refused as a whole when the colleague has no room for all of it."""
    at = at or now()
    ensure_may_own(to)
    assigned, lost = [], []
    with transaction():
        moving = [lead for lead in leads if lead.owner_id != to.id]
        ensure_room(to, len(moving))
        for lead in moving:
            try:
                hand_over(lead, to, by, at)
                assigned.append(lead)
            except Taken as taken:
                lost.append(taken)
    return assigned, lost


def hand_over(lead, to, by, at):
    old, old_id = lead.owner, lead.owner_id
    as_seen = (Lead.owner == old_id) if old_id else Lead.owner.is_null()
    own(lead, to, at, as_seen & Lead.status.in_((Lead.UNASSIGNED, *Lead.WORKED_ON, Lead.INVALID)))
    if old_id:
        Lead.update(last_owner=old_id).where(Lead.id == lead.id).execute()
        close(lead, by, at)
    enter(lead, to, Claim.ASSIGNED, by, at)
    follow_ups.hand_plan(lead, to)
    members.strike(lead, to)
    events.record(
        "lead.assigned", lead, by, {"owner": old_id}, {"owner": to.id}, at,
        owner_name=to.name, last_owner_name=old.name if old else "",
    )


# ---- limits ----------------------------------------------------------------------------------------------------------


def ensure_may_own(user):
    if not user.active:
        raise Refused(_("%(name)s no longer works here.", name=user.name))
    if user.role not in SEEN_BY["lead"]:
        raise Refused(_("%(name)s does not work on leads.", name=user.name))


def ensure_claims_left(by, number, at):
    used = quota(by, at)
    if number <= used.claims_left:
        return
    if used.claims_left == 0:
        words = _("Today's %(limit)s claims are used up. You can claim again tomorrow from 00:00.", limit=used.limit)
    else:
        words = _(
            "You can claim %(left)s more today (daily limit %(limit)s, again from 00:00 tomorrow), not %(number)s.",
            left=used.claims_left, limit=used.limit, number=number,
        )
    raise Refused(words, rule="daily_claim_limit", limit=used.limit, left=used.claims_left)


def ensure_room(owner, number=1):
    """Capacity (库容) holds however a lead comes: claimed, assigned or created."""
    capacity, held = Company.current().claim_capacity, held_by(owner)
    if held + number <= capacity:
        return
    words = _(
        "%(name)s holds %(held)s of at most %(capacity)s leads. There is room again when some are converted or given back.",
        name=owner.name, held=held, capacity=capacity,
    )
    raise Refused(words, rule="claim_capacity", held=held, capacity=capacity)
