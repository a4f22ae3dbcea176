"""Handover (离职交接): everything a leaver has is planned, seen, carried out in the background, and undone within a day.

What was seen is what is done: the plan is rows, and the run takes one after the other, each only if it is the leaver's still.
"""

import logging
from collections import Counter
from time import sleep

from peewee import fn

from domain import Refused, _, accounts, bulk, events, holdings, now, pool_limits, storage, transaction
from domain.days import when
from domain.handover_moves import move, put_back
from domain.handover_plan import Plan
from models import Handover, HandoverItem, User

log = logging.getLogger("haitu.handover")

BATCH = 20  # items in one transaction
PAUSE = 0.02  # seconds between two, in which others write
AT_ONCE = 500


# ---- the plan --------------------------------------------------------------------------------------------------------


def plan(leaver, by, successors, split=Handover.EVENLY, instead=None, fills_pools=False, disables=True, at=None):
    """Who would get what; it takes the place of an earlier plan for this leaver. `instead` is {what: User}."""
    ensure_may_hand_over(leaver, by, successors, disables)
    with transaction():
        Handover.delete().where(Handover.leaver == leaver, Handover.status == Handover.PLANNED).execute()
        handover = Handover.create(
            leaver=leaver, by=by, split=split, successors=[user.id for user in successors],
            instead={what: user.id for what, user in (instead or {}).items()}, fills_pools=fills_pools,
            disables=disables and leaver.active, created_at=at or now(),
        )
        if not write_items(handover, holdings.of(leaver)):
            raise Refused(_("%(name)s has nothing to hand over.", name=leaver.name))
        events.record("handover.planned", handover, by, at=at, leaver=leaver.id, name=leaver.name)
    return handover


def ensure_may_hand_over(leaver, by, successors, disables):
    if Handover.select().where(Handover.leaver == leaver, Handover.status.in_(Handover.UNDER_WAY)).exists():
        raise Refused(_("A handover of %(name)s is under way already.", name=leaver.name))
    if not successors or leaver in successors:
        raise Refused(_("Choose who takes over: somebody else, at least one."), field="successors")
    for user in successors:
        if not user.active:
            raise Refused(_("%(name)s no longer works here.", name=user.name), field="successors")
    if disables and leaver.id == by.id:
        raise Refused(_("You cannot disable yourself."), field="disables")
    if disables and leaver.role == User.ADMINISTRATOR:
        accounts.ensure_another_administrator(leaver)


def write_items(handover, held):
    rows = Plan(handover).rows(held)
    for start in range(0, len(rows), AT_ONCE):
        bulk.insert(HandoverItem, rows[start:start + AT_ONCE], {"handover": handover.id})
    return len(rows)


def unplaced(handover):
    """{what: number} of the things for which nobody has room or the role."""
    return counted(handover, ~HandoverItem.placed)


def counted(handover, *conditions):
    """{what: number} of the items for which these conditions hold."""
    query = HandoverItem.select(HandoverItem.what, fn.COUNT(HandoverItem.id)).where(HandoverItem.handover == handover, *conditions)
    return dict(query.group_by(HandoverItem.what).tuples())


def discard(handover, by):
    """Throw a plan away that was not carried out."""
    with transaction():
        if not Handover.delete().where(Handover.id == handover.id, Handover.status == Handover.PLANNED).execute():
            raise Refused(_("This handover has been started already."))
        events.record("handover.discarded", handover, by, name=handover.leaver.name)


def start(handover, by, at=None):
    """Hand it to the background, if everything has its place and the successors have room for it still."""
    at = at or now()
    with transaction():
        if unplaced(handover):
            raise Refused(_("Not everything has found a place. Choose another successor, or let the rest go to the pools."))
        ensure_room(handover)
        change(handover, Handover.PLANNED, Handover.RUNNING, _("This handover has been started already."), started_at=at, by=by)
        events.record("handover.started", handover, by, at=at, leaver=handover.leaver_id, name=handover.leaver.name)


def ensure_room(handover):
    """Somebody may have claimed since the plan was made."""
    given = Counter(
        (item.to_id, item.what) for item in handover.items.where(HandoverItem.what.in_(("customer", "lead"))) if "takes_room" in item.facts
    )
    for user in User.select().where(User.id.in_({person for person, _what in given})):
        for what in ("customer", "lead"):
            left = pool_limits.quota(user, what).room
            if given[user.id, what] > left:
                raise Refused(_("%(name)s has less room than when this was planned. Plan again.", name=user.name))


def change(handover, was, status, complaint, **columns):
    if not Handover.update(status=status, **columns).where(Handover.id == handover.id, Handover.status == was).execute():
        raise Refused(complaint)
    handover.status = status
    for name, value in columns.items():
        setattr(handover, name, value)


# ---- the run ---------------------------------------------------------------------------------------------------------


def unfinished():
    """Ids of the handovers that a stopped process left in the middle."""
    return [row.id for row in Handover.select(Handover.id).where(Handover.status.in_(Handover.UNDER_WAY)).order_by(Handover.id)]


def run(handover_id, batch=BATCH, pause=PAUSE, at=None):
    """Go on with what is under way, in either direction; whatever was done before a stop is not done twice."""
    handover = Handover.get_or_none(Handover.id == handover_id, Handover.status.in_(Handover.UNDER_WAY))
    if handover is None:
        return
    forwards = handover.status == Handover.RUNNING
    while not (finish if forwards else finish_undo)(handover, at or now()):
        while step(handover, batch, at or now()):
            sleep(pause)


def step(handover, batch, at):
    """The next items, all in one transaction; how many there were."""
    forwards = handover.status == Handover.RUNNING
    waiting = HandoverItem.status == (HandoverItem.WAITING if forwards else HandoverItem.MOVED)
    order = HandoverItem.id if forwards else HandoverItem.id.desc()
    with transaction():
        items = list(HandoverItem.select().where(HandoverItem.handover == handover, waiting).order_by(order).limit(batch))
        for item in items:
            carry_out(item, handover, forwards, at)
    return len(items)


def carry_out(item, handover, forwards, at):
    """A rule that says no, or a failure of its own, leaves this one thing where it is, with the reason, and the others go on."""
    try:
        with transaction():
            item.status = move(item, handover, at) if forwards else put_back(item, handover, handover.by, at)
    except Exception as error:
        if storage.refuses(error):
            raise
        if not isinstance(error, Refused):
            log.exception("item %s of handover %s", item.id, handover.id)
        item.status = HandoverItem.LEFT if forwards else HandoverItem.KEPT
        item.reason = error.message if isinstance(error, Refused) else _("Something went wrong on our side.")
    item.save(only=["to", "status", "before", "reason"])


def finish(handover, at):
    """Whether it is over: what came to the leaver since the plan is added to it first. Then he loses his access."""
    with transaction():
        if HandoverItem.select().where(HandoverItem.handover == handover, HandoverItem.status == HandoverItem.WAITING).exists():
            return False
        tried = {(item.what, item.record_id) for item in HandoverItem.select().where(HandoverItem.handover == handover)}
        rest = [held for held in holdings.of(handover.leaver) if (held.what, held.id) not in tried]
        if rest and write_items(handover, rest):
            HandoverItem.update(status=HandoverItem.LEFT, reason=_("Nobody has room for it.")).where(
                HandoverItem.handover == handover, HandoverItem.status == HandoverItem.WAITING, ~HandoverItem.placed
            ).execute()
            return False
        change(handover, Handover.RUNNING, Handover.DONE, "", finished_at=at, disabled=takes_access(handover, at))
        told = {"leaver": handover.leaver_id, "name": handover.leaver.name, "left": holdings.counts(handover.leaver)}
        events.record("handover.finished", handover, handover.by, at=at, **told)
    return True


def takes_access(handover, at):
    """Whether the leaver cannot log in any more because of it; the last administrator stays."""
    if not handover.disables or not User.get_by_id(handover.leaver_id).active:
        return False
    try:
        accounts.disable(handover.leaver, by=handover.by, at=at)
    except Refused:
        return False
    return True


# ---- back ------------------------------------------------------------------------------------------------------------


def undo(handover, by, at=None):
    """Everything back to whoever left, but for what was passed on since; within a day, and once. He may log in again."""
    at = at or now()
    if handover.status == Handover.DONE and at > handover.undone_until:
        until = when(handover.undone_until, within=True)
        raise Refused(_("This handover could be undone until %(time)s.", time=until), until=handover.undone_until)
    with transaction():
        change(handover, Handover.DONE, Handover.UNDOING, _("This handover is not finished, or undone already."), by=by)
        if handover.disabled:
            accounts.enable(handover.leaver, by)
        events.record("handover.undone", handover, by, at=at, leaver=handover.leaver_id, name=handover.leaver.name)


def finish_undo(handover, at):
    with transaction():
        if HandoverItem.select().where(HandoverItem.handover == handover, HandoverItem.status == HandoverItem.MOVED).exists():
            return False
        change(handover, Handover.UNDOING, Handover.UNDONE, "", undone_at=at)
        kept = counted(handover, HandoverItem.status == HandoverItem.KEPT)
        events.record("handover.returned", handover, handover.by, at=at, name=handover.leaver.name, kept=kept)
    return True
