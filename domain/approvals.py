"""Approval (审批) of a quote: a route of nodes, each decided by a person or a role, never by the quote's own people."""

from dataclasses import dataclass
from hashlib import sha256

from peewee import JOIN, fn

from domain import Refused, _, day_of, events, local, now, transaction
from models import BY_KIND, Approval, ApprovalNode, Quote, QuoteLine, User

UNDECIDED = Approval.status.in_((Approval.CURRENT, Approval.WAITING))


@dataclass(frozen=True)
class Step:
    """A node of a route to come: its names and who decides there, a person or else anyone of a role."""

    name: str
    name_en: str
    approver: User | None
    role: str = ""


# ---- the route -------------------------------------------------------------------------------------------------------


def route_for(submitter, owner=None):
    """[Step] as submitting now would ask; the owner's own word never counts, nor the submitter's."""
    own = {submitter.id, owner.id if owner else submitter.id}
    return [Step(node.name, node.name_en, *asked(node, submitter, own)) for node in ApprovalNode.in_order()]


def asked(node, submitter, own):
    """(person, "") or (None, role): who decides at a node. A person who cannot is replaced by his superior, at last by the
    administrators."""
    if node.approver_kind == ApprovalNode.ROLE:
        return None, node.role if someone_is(node.role, own) else User.ADMINISTRATOR
    person = node.user if node.approver_kind == ApprovalNode.PERSON else submitter.superior
    person = first_fit(person or submitter.superior, own)
    return (person, "") if person else (None, User.ADMINISTRATOR)


def first_fit(person, own):
    """This person or the nearest superior who works here and has no hand in the quote; None when there is none."""
    passed = set()
    while person and person.id not in passed:
        if person.active and person.id not in own:
            return person
        passed.add(person.id)
        person = person.superior
    return None


def someone_is(role, own):
    return User.select().where(User.role == role, User.disabled_at.is_null(), User.id.not_in(own)).exists()


# ---- the verbs -------------------------------------------------------------------------------------------------------


def submit(quote, by, note="", at=None):
    """提交审批: one row per node of a new round, the first of them current. The quote is closed to editing."""
    at = at or now()
    with transaction():
        ensure_complete(quote, at)
        route = route_for(by, quote.owner)
        ensure_decidable(route, {by.id, quote.owner_id})
        as_seen = Quote.status.in_((Quote.DRAFT, Quote.REJECTED)) & (Quote.revision == quote.revision)
        was = change(quote, as_seen, at, status=Quote.PENDING, submitted_at=at, note=note or quote.note)
        open_round(quote, route, by, at)
        events.record("quote.submitted", quote, by, was, {"status": Quote.PENDING}, at, note=note, amount=quote.total)
    return quote


def ensure_complete(quote, at):
    if not QuoteLine.counted(quote).exists():
        raise Refused(_("Add at least one line before submitting."))
    if quote.valid_until < day_of(at):
        raise Refused(_("The quote was valid until %(day)s. Set a later date first.", day=quote.valid_until))


def ensure_decidable(route, own):
    if not route:
        raise Refused(_("No approval node is set up. Ask an administrator."))
    if any(step.role == User.ADMINISTRATOR for step in route) and not someone_is(User.ADMINISTRATOR, own):
        raise Refused(_("Nobody but you could approve this. Ask an administrator to name an approver."))


def open_round(quote, route, by, at):
    last = Approval.select(fn.MAX(Approval.round)).where(of(quote)).scalar() or 0
    for position, step in enumerate(route, 1):
        Approval.create(
            record_kind=quote.kind(), record_id=quote.id, round=last + 1, position=position, name=step.name,
            name_en=step.name_en, approver=step.approver, role=step.role, submitted_by=by, submitted_at=at,
            status=Approval.CURRENT if position == 1 else Approval.WAITING, current_since=at if position == 1 else None,
        )


def withdraw(quote, by, at=None):
    """撤回: back to a draft; whoever was asked need not decide any more."""
    at = at or now()
    with transaction():
        close_round(quote, Approval.CANCELLED, by, at)
        was = change(quote, Quote.status == Quote.PENDING, at, status=Quote.DRAFT, submitted_at=None)
        events.record("quote.withdrawn", quote, by, was, {"status": Quote.DRAFT}, at)
    return quote


def approve(quote, by, comment="", pdf=None, step=None, at=None):
    """同意: on to the next node, or, at the last one, the quote is approved and its document kept.

    `step` is the node as this person saw it (the current one if not given); `pdf` the bytes of the document, which the
    last node keeps with their SHA-256. What has expired while it waited is not approved: nobody could order it.
    """
    at = at or now()
    step = step or Approval.current_of(quote) or last_decided(quote)
    with transaction():
        decide(step, Approval.APPROVED, by, comment, at)
        ensure_as_read(quote)
        ensure_valid(quote, at)
        following = next_of(quote)
        told = {"node": step.name, "node_en": step.name_en, "comment": comment.strip()}
        if following:
            Approval.update(status=Approval.CURRENT, current_since=at).where(Approval.id == following.id).execute()
            events.record("quote.node_approved", quote, by, at=at, **told)
        else:
            digest = sha256(pdf).hexdigest() if pdf else ""
            kept = {"approved_at": at, "pdf": pdf, "pdf_sha256": digest}
            was = change(quote, Quote.status == Quote.PENDING, at, status=Quote.APPROVED, **kept)
            events.record("quote.approved", quote, by, was, {"status": Quote.APPROVED}, at, sha256=digest, **told)
    return quote


def reject(quote, by, comment, step=None, at=None):
    """驳回, never without a reason: the quote can be edited and submitted again."""
    if not comment.strip():
        raise Refused(_("Say why you reject it."))
    at = at or now()
    step = step or Approval.current_of(quote) or last_decided(quote)
    with transaction():
        decide(step, Approval.REJECTED, by, comment, at)
        close_round(quote, Approval.CANCELLED)
        was = change(quote, Quote.status == Quote.PENDING, at, status=Quote.REJECTED)
        told = {"node": step.name, "node_en": step.name_en, "comment": comment.strip()}
        events.record("quote.rejected", quote, by, was, {"status": Quote.REJECTED}, at, **told)
    return quote


# ---- passed on -------------------------------------------------------------------------------------------------------


def pass_on(step, to, by, at=None, **told):
    """An undecided node asks somebody else (转审): this person, or, where he has a hand in the record, the nearest
    superior who has none, and at last the administrators. The User, or None for those."""
    record = BY_KIND[step.record_kind].get_by_id(step.record_id)
    person = first_fit(to, {step.submitted_by_id, record.owner_id})
    ask(step, record, person, by, at or now(), **told)
    return person


def ask_others(record, by, at=None):
    """Whoever owns a record decides no node of it: his nodes go to his superior, a role without anybody else to the administrators."""
    own = {record.owner_id}
    for step in Approval.select().where(of(record), UNDECIDED):
        if step.approver_id in own:
            pass_on(step, step.approver, by, at)
        elif step.approver_id is None and not someone_is(step.role, own | {step.submitted_by_id}):
            ask(step, record, None, by, at or now())


def ask(step, record, person, by, at, **told):
    """This person instead of whom it asked till now; without one the administrators."""
    columns = {"approver": person, "role": "" if person else User.ADMINISTRATOR}
    with transaction():
        as_seen = (Approval.approver == step.approver_id) if step.approver_id else Approval.approver.is_null()
        if not Approval.update(**columns).where(Approval.id == step.id, UNDECIDED, as_seen).execute():
            raise Refused(what_happened(step))
        told |= {"node": step.name, "node_en": step.name_en, "asked_now": step.status == Approval.CURRENT}
        verb = f"{record.kind()}.{'approver_changed' if person else 'administrators_asked'}"
        after = {"approver": person.id if person else None}
        events.record(
            verb, record, by, {"approver": step.approver_id}, after, at, approver_name=person.name if person else "", **told
        )


# ---- their steps -----------------------------------------------------------------------------------------------------


def decide(step, status, by, comment, at):
    """One conditional UPDATE settles who was first; the other is told what happened."""
    if step is None:
        raise Refused(_("This quote is not waiting for approval."))
    asked_now = (Approval.id == step.id) & (Approval.status == Approval.CURRENT) & Approval.asks(by)
    decision = {"status": status, "decided_by": by, "decided_at": at, "comment": comment.strip()}
    if not Approval.update(**decision).where(asked_now).execute():
        raise Refused(what_happened(step))


def ensure_valid(quote, at):
    if quote.valid_until < day_of(at):
        words = _(
            "The quote was valid until %(day)s and can no longer be approved. Reject it, so that %(name)s sets a later date.",
            day=quote.valid_until, name=quote.owner.name,
        )
        raise Refused(words)


def ensure_as_read(quote):
    """What is approved, and kept as its document, is what this person read."""
    if Quote.select(Quote.revision).where(Quote.id == quote.id).scalar() != quote.revision:
        raise Refused(_("This quote was changed meanwhile. Load it again."))


def close_round(quote, status, by=None, at=None):
    """Close whatever is still open of the round; the current node keeps who closed it."""
    Approval.update(decided_by=by, decided_at=at).where(of(quote), Approval.status == Approval.CURRENT).execute()
    Approval.update(status=status).where(of(quote), UNDECIDED).execute()


def change(quote, condition, at, **columns):
    """Write the quote only as long as it stands as this person saw it; {"status": the one before}."""
    if not Quote.update(**columns, updated_at=at).where(Quote.id == quote.id, condition).execute():
        raise Refused(what_became_of(quote))
    was = {"status": quote.status}
    for name, value in columns.items():
        setattr(quote, name, value)
    return was


# ---- questions -------------------------------------------------------------------------------------------------------


def of(quote):
    return (Approval.record_kind == quote.kind()) & (Approval.record_id == quote.id)


def is_last(quote):
    """Whether the node that is asked now is the last of its round."""
    return next_of(quote) is None


def next_of(quote):
    """The node after the current one, or None at the last."""
    return Approval.select().where(of(quote), Approval.status == Approval.WAITING).order_by(Approval.position).first()


def steps_of(quote, round=None):
    """The nodes of a round in order, with their people; of the latest round unless another is asked for."""
    latest = Approval.select(fn.MAX(Approval.round)).where(of(quote))
    return list(with_people().where(of(quote), Approval.round == (round or latest)).order_by(Approval.position))


def rounds_of(quote_ids):
    """{(quote id, round): its nodes in order} of many quotes in one query."""
    rounds = {}
    theirs = (Approval.record_kind == Quote.kind()) & Approval.record_id.in_(list(quote_ids))
    for step in with_people().where(theirs).order_by(Approval.position):
        rounds.setdefault((step.record_id, step.round), []).append(step)
    return rounds


def with_people():
    approver, decider, submitter = User.alias(), User.alias(), User.alias()
    query = Approval.select(Approval, approver, decider, submitter).join(approver, JOIN.LEFT_OUTER, on=Approval.approver)
    query = query.switch(Approval).join(decider, JOIN.LEFT_OUTER, on=Approval.decided_by)
    return query.switch(Approval).join(submitter, on=Approval.submitted_by)


def earlier_decisions(quote, round):
    """What was decided in the rounds before, oldest first: a rejection and its reason are not forgotten."""
    decided = Approval.status.in_((Approval.APPROVED, Approval.REJECTED))
    query = Approval.select(Approval, User).join(User, on=Approval.decided_by).where(of(quote), Approval.round < round, decided)
    return list(query.order_by(Approval.round, Approval.position))


def last_decided(quote):
    """The node that was decided or cancelled last, for whoever comes too late."""
    closed = Approval.decided_at.is_null(False)
    return Approval.select().where(of(quote), closed).order_by(Approval.decided_at.desc(), Approval.id.desc()).first()


def what_happened(step):
    """Who was faster, and when; or that it is not this person's to decide."""
    step = Approval.get_by_id(step.id)
    if step.decided_by_id is None:
        return _("This node is not yours to decide.")
    sentence = {
        Approval.APPROVED: _("%(name)s approved this at %(time)s already."),
        Approval.REJECTED: _("%(name)s rejected this at %(time)s already."),
        Approval.CANCELLED: _("%(name)s withdrew this at %(time)s."),
    }[step.status]
    return sentence % {"name": step.decided_by.name, "time": f"{local(step.decided_at):%Y-%m-%d %H:%M}"}


def what_became_of(quote):
    """Why a quote can be neither submitted nor withdrawn as it was seen."""
    status = Quote.select(Quote.status).where(Quote.id == quote.id).scalar()
    if status == Quote.PENDING:
        return _("This quote is waiting for approval already.")
    if status == Quote.APPROVED or quote.status == Quote.PENDING:
        return what_happened(last_decided(quote))
    return _("This quote was changed meanwhile. Load it again.")
