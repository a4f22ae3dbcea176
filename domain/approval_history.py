"""What an approval (审批) has come to: its seats in order, what was decided, and what to tell whoever comes too late."""

from peewee import JOIN, fn

from domain import _
from domain.days import when
from models import Approval, User

UNDECIDED = Approval.status.in_((Approval.CURRENT, Approval.WAITING))


def of(record):
    return (Approval.record_kind == record.kind()) & (Approval.record_id == record.id)


def latest_round(record):
    """The number of the last submission; 0 before the first."""
    return Approval.select(fn.MAX(Approval.round)).where(of(record)).scalar() or 0


def steps_of(record, round=None):
    """The seats of a round in order, with their people; of the latest round unless another is asked for."""
    latest = Approval.select(fn.MAX(Approval.round)).where(of(record))
    return list(in_order(with_people().where(of(record), Approval.round == (round or latest))))


def live(record):
    """The seats of the latest round that still count: without what was sent back."""
    return [step for step in steps_of(record) if not step.superseded]


def rounds_of(kind, ids):
    """{(record id, round): its seats in order} of many records of one kind in one query."""
    rounds = {}
    theirs = (Approval.record_kind == kind) & Approval.record_id.in_(list(ids))
    for step in in_order(with_people().where(theirs)):
        rounds.setdefault((step.record_id, step.round), []).append(step)
    return rounds


def in_order(query):
    return query.order_by(Approval.position, Approval.seat)


def with_people():
    approver, decider, stood_for, submitter, adder = (User.alias() for _each in range(5))
    query = Approval.select(Approval, approver, decider, stood_for, submitter, adder)
    query = query.join(approver, JOIN.LEFT_OUTER, on=Approval.approver)
    query = query.switch(Approval).join(decider, JOIN.LEFT_OUTER, on=Approval.decided_by)
    query = query.switch(Approval).join(stood_for, JOIN.LEFT_OUTER, on=Approval.decided_for)
    query = query.switch(Approval).join(adder, JOIN.LEFT_OUTER, on=Approval.added_by)
    return query.switch(Approval).join(submitter, on=Approval.submitted_by)


def earlier_decisions(record, round):
    """What was decided in the rounds before, oldest first: a rejection and its reason are not forgotten."""
    if round == 1:
        return []
    decided = with_people().where(of(record), Approval.round < round, Approval.status.in_(Approval.DECIDED))
    return list(decided.order_by(Approval.round, Approval.position, Approval.seat))


def last_decided(record):
    """The seat that was decided or cancelled last, for whoever comes too late."""
    closed = Approval.decided_by.is_null(False)
    return Approval.select().where(of(record), closed).order_by(Approval.decided_at.desc(), Approval.id.desc()).first()


def what_happened(step):
    """Who was faster, and when; or that it is not this person's to decide."""
    step = Approval.get_by_id(step.id)
    if step.status == Approval.CANCELLED and step.decided_by_id is None:
        step = decided_instead(step) or step
    if step.decided_by_id is None:
        return _("This node is not yours to decide.")
    sentence = {
        Approval.APPROVED: _("%(name)s approved this already, %(time)s."),
        Approval.REJECTED: _("%(name)s rejected this already, %(time)s."),
        Approval.RETURNED: _("%(name)s sent this back already, %(time)s."),
        Approval.CANCELLED: _("%(name)s withdrew this %(time)s."),
    }[step.status]
    return sentence % {"name": step.decided_by.name, "time": when(step.decided_at, within=True)}


def decided_instead(step):
    """The seat whose decision made this one needless: of the same node, or the one that ended the round."""
    round = (Approval.record_kind == step.record_kind) & (Approval.record_id == step.record_id) & (Approval.round == step.round)
    decided = Approval.select().where(round, Approval.decided_by.is_null(False))
    return decided.order_by((Approval.position == step.position).desc(), Approval.decided_at.desc()).first()
