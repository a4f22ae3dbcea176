"""Many approvals at once: whatever is no longer pending, or has to be read one by one, is skipped, and it is said why."""

from domain import Refused, _, approvals, now
from domain.approval_kinds import kind_of
from domain.approval_route import rule_of
from models import Approval

MOST = 20  # each may end a route, and then its document is made


def approve_all(steps, by, make, comment="", at=None):
    """([records approved], [(what it is called, why it was skipped)]); `make(record)` gives the document at the end of a route."""
    done, skipped = [], []
    for step in steps[:MOST]:
        record = step.record
        try:
            done.append(approve_one(step, record, by, make, comment, at or now()))
        except Refused as refusal:
            skipped.append((kind_of(record).label(record), refusal.message))
    return done, skipped


def approve_one(step, record, by, make, comment, at):
    step = Approval.get_by_id(step.id)
    if step.status == Approval.CURRENT and not rule_of(step).batch:
        raise Refused(_("This step is decided one by one."))
    ends = step.status == Approval.CURRENT and approvals.would_end(step, by)
    document = make(record) if ends else None
    return approvals.approve(record, by, comment, document, step, ends, at)
