"""Opportunities (商机): created, moved from stage to stage, won or lost, and opened again."""

from datetime import timedelta

from domain import Refused, _, customers, day_of, events, follow_ups, now, owners, start_of_day, transaction
from models import Customer, Opportunity, Stage, StageChange

TAKEN_BACK = timedelta(minutes=1)  # as long as a message with its 撤销 may stay on the screen


def create(by, customer, name, amount, contact=None, stage=None, source="", owner=None, expected_on=None, at=None):
    """A new opportunity; amount in fen. Without a stage it starts in the first one."""
    at = at or now()
    stage = stage or Stage.in_order()[0]
    if stage.is_won:
        raise Refused(_("A new deal starts in an open stage."))
    with transaction():
        ensure_held(customer)
        opportunity = Opportunity.create(
            customer=customer, name=name, amount=amount, contact=contact, stage=stage, stage_since=at, source=source,
            owner=owner or by, expected_on=expected_on, created_by=by, created_at=at, updated_at=at,
        )
        log_stage(opportunity, by, at)
        events.record("opportunity.created", opportunity, by, at=at, name=name, amount=amount, stage=stage.name)
    return opportunity


def ensure_held(customer):
    """A deal begins with whoever looks after the customer: what lies in a pool is claimed first."""
    if not Customer.select().where(Customer.id == customer.id, Customer.owner.is_null(False)).exists():
        raise Refused(_("Nobody looks after %(name)s now. Claim it from the pool first.", name=customer.name))


def edit(opportunity, by, at=None, **columns):
    """Write the columns that really change, while the deal is open."""
    before, after = events.changes(opportunity, **columns)
    if not after:
        return opportunity
    at = at or now()
    with transaction():
        settle(opportunity, Opportunity.OPEN, updated_at=at, **after)
        events.record("opportunity.edited", opportunity, by, before, after, at=at)
    return opportunity


def hand_over(opportunity, to, by, at=None, **told):
    """Somebody else looks after the deal from now on, its next step included. It keeps its stage, and what it came to."""
    return owners.give(opportunity, to, by, at, **told)


def move(opportunity, stage, by, at=None):
    """Into another open stage; the won stage is reached by win() alone."""
    if stage.is_won:
        raise Refused(_("Win the deal to move it there."))
    if stage.id == opportunity.stage_id and opportunity.is_open:
        return opportunity
    at = at or now()
    left = opportunity.stage
    with transaction():
        since = where_it_was(opportunity, stage, at) or at
        settle(opportunity, Opportunity.OPEN, stage=stage, stage_since=since, updated_at=at)
        log_stage(opportunity, by, at)
        events.record(
            "opportunity.moved", opportunity, by, {"stage": left.id}, {"stage": stage.id}, at=at,
            previous_stage=left.name, stage=stage.name,
        )
    return opportunity


def where_it_was(opportunity, stage, at):
    """Since when it had stood in this stage, if it left it only just now: a move taken back does not start the days anew."""
    changes = StageChange.select().where(StageChange.opportunity == opportunity).order_by(StageChange.id.desc()).limit(2)
    last, *before = changes
    if before and before[0].stage_id == stage.id and at - last.at <= TAKEN_BACK:
        return before[0].at
    return None


def win(opportunity, by, on=None, at=None):
    """Won (赢单), on a day that has come: today unless said otherwise."""
    at = at or now()
    on = on or day_of(at)
    if on > day_of(at):
        raise Refused(_("A deal cannot be won on a day to come."))
    left, won = opportunity.stage, Stage.get(Stage.is_won)
    closed_at = at if on == day_of(at) else start_of_day(on)
    with transaction():
        settle(
            opportunity, Opportunity.OPEN, status=Opportunity.WON, stage=won, stage_since=at, closed_at=closed_at,
            updated_at=at,
        )
        log_stage(opportunity, by, at)
        customers.settle_dealt(opportunity.customer_id)
        events.record(
            "opportunity.won", opportunity, by, {"stage": left.id}, {"stage": won.id}, at=at,
            name=opportunity.name, amount=opportunity.amount, on=on,
        )
    return opportunity


def lose(opportunity, by, reason, note="", at=None):
    """Lost (输单, 消单), never without a reason. It keeps the stage it was lost in."""
    if not reason:
        raise Refused(_("Say why the deal was lost."))
    at = at or now()
    with transaction():
        settle(
            opportunity, Opportunity.OPEN, status=Opportunity.LOST, closed_at=at, lost_reason=reason, lost_note=note,
            next_at=None, updated_at=at,
        )
        follow_ups.drop_plan(opportunity)
        log_stage(opportunity, by, at)
        events.record("opportunity.lost", opportunity, by, at=at, name=opportunity.name, lost_reason=reason, note=note)
    return opportunity


def reopen(opportunity, by, at=None):
    """Back among the open ones, in the stage where it last stood open."""
    if opportunity.is_open:
        raise Refused(_("This deal is open already."))
    at = at or now()
    with transaction():
        settle(
            opportunity, opportunity.status, status=Opportunity.OPEN, stage=last_open_stage(opportunity), stage_since=at,
            closed_at=None, lost_reason="", lost_note="", updated_at=at,
        )
        log_stage(opportunity, by, at)
        customers.settle_dealt(opportunity.customer_id)
        events.record("opportunity.reopened", opportunity, by, at=at, name=opportunity.name, stage=opportunity.stage.name)
    return opportunity


def last_open_stage(opportunity):
    change = (
        StageChange.select(StageChange, Stage)
        .join(Stage)
        .where(StageChange.opportunity == opportunity, StageChange.status == Opportunity.OPEN, ~Stage.is_won)
        .order_by(StageChange.id.desc())
        .first()
    )
    return change.stage if change else Stage.in_order()[0]


def settle(opportunity, was, **columns):
    """Write only if the deal still stands as this person saw it; otherwise somebody was faster, and who is told."""
    unchanged = (
        (Opportunity.id == opportunity.id) & (Opportunity.status == was) & (Opportunity.stage == opportunity.stage_id)
    )
    if not Opportunity.update(**columns).where(unchanged).execute():
        raise Refused(what_happened(opportunity))
    for name, value in columns.items():
        setattr(opportunity, name, value)


def what_happened(opportunity):
    last = StageChange.select().where(StageChange.opportunity == opportunity).order_by(StageChange.id.desc()).first()
    sentence = {
        Opportunity.OPEN: _("%(name)s moved this deal to another stage meanwhile."),
        Opportunity.WON: _("%(name)s has won this deal already."),
        Opportunity.LOST: _("%(name)s has closed this deal as lost."),
    }[last.status]
    return sentence % {"name": last.by.name}


def log_stage(opportunity, by, at):
    StageChange.create(opportunity=opportunity, stage=opportunity.stage_id, status=opportunity.status, by=by, at=at)
