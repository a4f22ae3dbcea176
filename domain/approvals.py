"""Approval (审批) of a record: submitted along a route of nodes, each decided by others than the record's own people."""

from copy import copy

from domain import Refused, _, calendar, events, now, transaction
from domain.approval_history import (
    UNDECIDED,
    last_decided,
    latest_round,
    live,
    of,
    what_happened,
)
from domain.approval_kinds import kind_of
from domain.approval_route import (
    ensure_decidable,
    may_withdraw,
    repeats,
    route,
    rule_of,
)
from models import Approval, ApprovalCopy, Delegation, User

# ---- submitted and withdrawn -----------------------------------------------------------------------------------------


def submit(record, by, note="", pdf=None, at=None):
    """提交审批: the route of a new round, its first node current. The record is closed to editing.

    Where nobody has to decide, it is approved at once; `pdf` is what is kept of it then.
    """
    at, kind = at or now(), kind_of(record)
    with transaction():
        kind.ensure_complete(record, at)
        version, steps = route(record, by)
        ensure_decidable(steps, {by.id, record.owner_id})
        was, after = kind.begin(record, note, at), {"status": "pending"}
        open_round(record, version, steps, by, at)
        asked = move_on(record, at)
        events.record(f"{record.kind()}.submitted", record, by, was, after, at, note=note, asked=ids(asked), **kind.told(record))
        if asked is None:
            finish(record, None, pdf, at, node="", node_en="", comment="")
    return record


def passes_at_once(record, by):
    """Whether submitting would approve it: no node is asked."""
    return all(step.passed for step in route(record, by)[1])


def open_round(record, version, steps, by, at):
    shared = {
        "record_kind": record.kind(), "record_id": record.id, "round": latest_round(record) + 1, "flow_version": version,
        "submitted_by": by, "submitted_at": at,
    }
    for position, step in enumerate(steps, 1):
        node = step.node
        told = {"node": node.key, "name": node.name, "name_en": node.name_en, "mode": node.mode}
        told["reasons"] = [[each.field, each.op, each.value] for each in step.reasons]
        if not step.seats:
            told |= {"status": Approval.PASSED, "passed": step.passed, "decided_at": at}
            Approval.create(position=position, **shared, **told)
        for seat, person in enumerate(step.seats, 1):
            columns = {"approver": person.approver, "role": person.role, "status": Approval.WAITING}
            Approval.create(position=position, seat=seat, **shared, **told, **columns)


def withdraw(record, by, at=None):
    """撤回: back to a draft, as far as the flow allows it; whoever was asked need not decide any more."""
    at = at or now()
    with transaction():
        if not may_withdraw(live(record)):
            raise Refused(_("Somebody has approved it already. From then on this flow lets nobody withdraw."))
        close_round(record, Approval.CANCELLED, by, at)
        was, after = kind_of(record).reopen(record, at)
        events.record(f"{record.kind()}.withdrawn", record, by, was, after, at)
    return record


def close_round(record, status, by=None, at=None):
    """Close whatever is still open of the round; the current seats keep who closed it."""
    current = Approval.update(decided_by=by, decided_at=at).where(of(record), Approval.status == Approval.CURRENT)
    current.execute()
    Approval.update(status=status, due_at=None).where(of(record), UNDECIDED).execute()


# ---- decided ---------------------------------------------------------------------------------------------------------


def approve(record, by, comment="", pdf=None, step=None, ends=None, at=None):
    """同意: on to the next node, or, at the end of the route, the record is approved and its document kept.

    `step` is the seat as this person saw it; `pdf` the bytes of the document, kept at the end with their SHA-256; `ends`
    says whether the caller made it for the end, so that nothing is approved without its document.
    """
    at, kind = at or now(), kind_of(record)
    step = step or seat_of(record, by)
    with transaction():
        ensure_commented(step, comment)
        decide(step, Approval.APPROVED, by, comment, at)
        kind.ensure_as_read(record)
        kind.ensure_valid(record, at)
        spare_others(step)
        asked = move_on(record, at)
        if ends is not None and ends != (asked is None):
            raise Refused(_("Somebody else decided at the same moment. Load it again."))
        told = told_of(step, by, comment)
        if asked is None:
            finish(record, by, pdf, at, **told)
        else:
            verb = "node_approved" if asked else "seat_approved"
            events.record(f"{record.kind()}.{verb}", record, by, at=at, asked=ids(asked), **told)
        if asked != []:
            send_copies(record, step, by, at)
    return record


def reject(record, by, comment, step=None, at=None):
    """驳回, never without a reason: the record can be edited and submitted again."""
    ensure_reason(comment, _("Say why you reject it."))
    at = at or now()
    step = step or seat_of(record, by)
    with transaction():
        decide(step, Approval.REJECTED, by, comment, at)
        close_round(record, Approval.CANCELLED)
        was, after = kind_of(record).reject(record, at)
        events.record(f"{record.kind()}.rejected", record, by, was, after, at, **told_of(step, by, comment))
    return record


def finish(record, by, pdf, at, **told):
    was, after = kind_of(record).approve(record, pdf, at)
    events.record(f"{record.kind()}.approved", record, by, was, after, at, sha256=record.pdf_sha256, **told)


def seat_of(record, by):
    """The seat at which this person is asked now; else where the round stands, for whoever comes too late."""
    return Approval.waiting_for(by).where(of(record)).first() or Approval.current_of(record) or last_decided(record)


def ensure_reason(comment, complaint):
    if not comment.strip():
        raise Refused(complaint)


def ensure_commented(step, comment):
    if step and rule_of(step).comment == "always":
        ensure_reason(comment, _("This step asks for a comment."))


def decide(step, status, by, comment, at):
    """One conditional UPDATE settles who was first; the other is told what happened."""
    if step is None:
        raise Refused(_("This is not waiting for approval."))
    asked_now = (Approval.id == step.id) & (Approval.status == Approval.CURRENT) & Approval.asks(by, at)
    decision = {"status": status, "decided_by": by, "decided_at": at, "comment": comment.strip(), "due_at": None}
    if not Approval.update(**decision, decided_for=stood_for(step, by, at)).where(asked_now).execute():
        raise Refused(what_happened(step))


def stood_for(step, by, at):
    """Whom this person stands in for at a seat that does not ask himself; None where it does."""
    if step.approver_id == by.id or not step.approver_id and step.role == by.role:
        return None
    away = Delegation.running(at).join(User, on=Delegation.person).where(
        Delegation.to == by.id, Delegation.what.in_(["", step.record_kind]), User.disabled_at.is_null(),
        (User.id == step.approver_id) if step.approver_id else (User.role == step.role), User.id != step.submitted_by_id,
    )
    found = away.order_by(Delegation.id).first()
    return found and found.person


def spare_others(step):
    """或签: the word of one is enough, the others of the node are not asked any more."""
    if step.mode == Approval.ANY:
        here = (Approval.record_kind == step.record_kind) & (Approval.record_id == step.record_id)
        here &= (Approval.round == step.round) & (Approval.position == step.position)
        Approval.update(status=Approval.CANCELLED, due_at=None).where(here, UNDECIDED).execute()


def told_of(step, by, comment):
    told = {"node": step.name, "node_en": step.name_en, "comment": comment.strip(), "seat": step.id}
    decided = Approval.get_by_id(step.id)
    return told | ({"stood_for": decided.decided_for.name} if decided.decided_for_id else {})


def send_copies(record, step, by, at):
    """抄送: whom the flow names is told once the node has passed, and may read from then on."""
    copy_to = rule_of(step).copy_to
    named = User.id.in_(copy_to.users) | User.role.in_(copy_to.roles)
    known = ApprovalCopy.select(ApprovalCopy.user).where(ApprovalCopy.record_kind == record.kind(), ApprovalCopy.record_id == record.id)
    readers = list(User.select().where(named, User.disabled_at.is_null(), User.id != by.id, User.id.not_in(known)))
    for reader in readers:
        ApprovalCopy.create(record_kind=record.kind(), record_id=record.id, approval=step, user=reader, at=at)
    if readers:
        names = ", ".join(reader.name for reader in readers)
        told = {"node": step.name, "node_en": step.name_en, "names": names, "readers": ids(readers)}
        events.record(f"{record.kind()}.copied", record, by, at=at, **told)


# ---- from node to node -----------------------------------------------------------------------------------------------


def move_on(record, at):
    """Ask the next node, past those that need nobody's word again. The seats asked now; [] while the node still waits for
    others; None at the end of the route."""
    seats = live(record)
    if any(seat.status == Approval.CURRENT for seat in seats):
        return []
    while waiting := [seat for seat in seats if seat.status == Approval.WAITING]:
        position = waiting[0].position
        node = [seat for seat in waiting if seat.position == position]
        passing = past(node, seats)
        for seat in passing:
            write(seat, status=Approval.PASSED, passed="repeat", decided_at=at)
        if passing and node[0].mode == Approval.ANY:
            for seat in node:
                if seat not in passing:
                    write(seat, status=Approval.CANCELLED)
        asked = [seat for seat in node if seat.status == Approval.WAITING]
        if asked:
            return ask_now(asked[:1] if node[0].mode == Approval.IN_TURN else asked, at)
    return None


def past(node, seats):
    """Those seats of a node that pass because the same person has decided before (审批人重复)."""
    rule = rule_of(node[0]).repeat
    before = deciders_before(node[0].position, seats)
    return [seat for seat in node if repeats(seat, rule, before)]


def deciders_before(position, seats):
    """[{person id: role}] per node that was approved before this place; whom somebody stood in for has decided, too."""
    before = {}
    for seat in seats:
        if seat.position < position and seat.status == Approval.APPROVED:
            people = before.setdefault(seat.position, {})
            people |= {person.id: person.role for person in (seat.decided_by, seat.decided_for) if person}
    return list(before.values())


def ask_now(seats, at):
    hours = rule_of(seats[0]).timeout_hours
    due = calendar.load().after_hours(at, hours) if hours else None
    for seat in seats:
        write(seat, status=Approval.CURRENT, current_since=at, due_at=due, reminders=0)
    return seats


def write(seat, **columns):
    Approval.update(**columns).where(Approval.id == seat.id).execute()
    for name, value in columns.items():
        setattr(seat, name, value)


def would_end(step, by, seats=None):
    """Whether this person's yes at a seat ends the route, so that the document is made; `seats` are those of live(), where
    the caller has read them, and stay as they are."""
    decided = {"status": Approval.APPROVED, "decided_by": by, "decided_for": stood_for(step, by, now())}
    seats = [as_if(seat, **decided) if seat.id == step.id else seat for seat in (live(step.record) if seats is None else seats)]
    mine = next((seat for seat in seats if seat.id == step.id), None)
    if mine is None:
        return False
    left = [seat for seat in seats if seat.status in (Approval.CURRENT, Approval.WAITING)]
    left = [seat for seat in left if mine.mode != Approval.ANY or seat.position != mine.position]
    if any(seat.status == Approval.CURRENT for seat in left):
        return False
    nodes = {}
    for seat in left:
        nodes.setdefault(seat.position, []).append(seat)
    return all(all_past(node, past(node, seats)) for node in nodes.values())


def as_if(seat, **columns):
    """Another seat that says the same but for these columns; the seat itself stays as it is."""
    other = copy(seat)
    other.__data__, other.__rel__ = dict(seat.__data__), dict(seat.__rel__)
    for name, value in columns.items():
        setattr(other, name, value)
    return other


def all_past(node, passing):
    return bool(passing) if node[0].mode == Approval.ANY else len(passing) == len(node)


def ids(rows):
    return [row.id for row in rows or ()]
