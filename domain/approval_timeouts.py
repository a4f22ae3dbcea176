"""Reminders of approvals that wait too long (超时提醒), counted in working hours: to whoever is asked, then to his superior."""

from domain import calendar, events, now, transaction
from domain.approval_history import with_people
from domain.approval_route import rule_of, rules_of_versions
from models import Approval

APPROVER, SUPERIOR = "approver", "superior"
AT_ONCE = 200  # seats looked after in one turn


def remind(at=None):
    """Every seat whose time is up: one reminder each, the next one after as many working hours."""
    at = at or now()
    late = with_people().where(Approval.status == Approval.CURRENT, Approval.due_at <= at)
    seats = list(late.order_by(Approval.due_at).limit(AT_ONCE))
    definitions, days = rules_of_versions({seat.flow_version_id for seat in seats}), calendar.load()
    for seat in seats:
        rule = rule_of(seat, definitions)
        chain = [each for each in (APPROVER, SUPERIOR) if each in rule.remind]
        with transaction():
            if take(seat, chain, rule, days, at) and seat.reminders < len(chain):
                tell(seat, chain[seat.reminders], at)


def take(seat, chain, rule, days, at):
    """Whether this process sends the reminder: one conditional UPDATE says so, and when the next one is due."""
    more = seat.reminders + 1 < len(chain)
    due = days.after_hours(at, rule.timeout_hours) if more and rule.timeout_hours else None
    unsent = (Approval.id == seat.id) & (Approval.status == Approval.CURRENT) & (Approval.reminders == seat.reminders)
    return Approval.update(due_at=due, reminders=seat.reminders + 1).where(unsent, Approval.due_at <= at).execute()


def tell(seat, whom, at):
    record = seat.record
    told = {"node": seat.name, "node_en": seat.name_en, "seat": seat.id, "whom": whom}
    events.record(f"{record.kind()}.approval_reminded", record, None, at=at, **told)


def readers(seat, whom):
    """Whom a reminder reaches; a role has no superior, the administrators hear of it then."""
    if whom == APPROVER:
        return seat.deciders
    superiors = {person.superior for person in seat.deciders} - {None}
    return list(superiors)
