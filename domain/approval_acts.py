"""What else an approver does with a seat: pass it on (转审), add a signer (加签), send it back (退回), take his word back."""

from peewee import fn

from domain import Refused, _, events, now, transaction
from domain.approval_history import UNDECIDED, latest_round, live, of, what_happened
from domain.approval_kinds import kind_of
from domain.approval_route import first_fit, rule_of, someone_is
from domain.approvals import close_round, decide, ensure_reason, ids, move_on, seat_of, told_of
from models import BY_KIND, Approval, User

# ---- passed on -------------------------------------------------------------------------------------------------------


def pass_on(step, to, by, at=None, **told):
    """An undecided seat asks somebody else: this person, or, where he has a hand in the record, the nearest superior who
    has none, and at last the administrators. The User, or None for those."""
    record = BY_KIND[step.record_kind].get_by_id(step.record_id)
    person = first_fit(to, {step.submitted_by_id, record.owner_id})
    ask(step, record, person, by, at or now(), **told)
    return person


def hand_on(step, to, by, comment="", at=None):
    """转审 by whoever is asked himself: only while he still is."""
    at = at or now()
    with transaction():
        ensure_asked(step, by, at)
        return pass_on(step, to, by, at, comment=comment.strip())


def ask_others(record, by, at=None):
    """Whoever owns a record decides no node of it: his seats go to his superior, a role without anybody else to the administrators."""
    own = {record.owner_id}
    for step in Approval.select().where(of(record), UNDECIDED):
        if step.approver_id in own:
            pass_on(step, step.approver, by, at)
        elif step.approver_id is None and not someone_is(step.role, own | {step.submitted_by_id}):
            ask(step, record, None, by, at or now())


def replace_disabled(event, user, by):
    """A reaction: whoever is disabled while something waits for him is replaced as the flow says."""
    for step in Approval.select().where(Approval.approver == user.id, UNDECIDED):
        record = BY_KIND[step.record_kind].get_by_id(step.record_id)
        if rule_of(step).gone == "superior":
            pass_on(step, user.superior, by, event.at, gone=user.name)
        else:
            ask(step, record, None, by, event.at, gone=user.name)


def ask(step, record, person, by, at, **told):
    """This person instead of whom it asked till now; without one the administrators."""
    columns = {"approver": person, "role": "" if person else User.ADMINISTRATOR}
    with transaction():
        as_seen = (Approval.approver == step.approver_id) if step.approver_id else Approval.approver.is_null()
        if not Approval.update(**columns).where(Approval.id == step.id, UNDECIDED, as_seen).execute():
            raise Refused(what_happened(step))
        told |= {"node": step.name, "node_en": step.name_en, "asked_now": step.status == Approval.CURRENT, "asked": [step.id]}
        verb = f"{record.kind()}.{'approver_changed' if person else 'administrators_asked'}"
        after = {"approver": person.id if person else None}
        events.record(
            verb, record, by, {"approver": step.approver_id}, after, at, approver_name=person.name if person else "", **told
        )


def ensure_asked(step, by, at):
    """One conditional UPDATE that changes nothing: the seat still asks this person, and nobody else writes meanwhile."""
    asked_now = (Approval.id == step.id) & (Approval.status == Approval.CURRENT) & Approval.asks(by, at)
    if not Approval.update(status=Approval.CURRENT).where(asked_now).execute():
        raise Refused(what_happened(step))


# ---- signers added ---------------------------------------------------------------------------------------------------


def add_signers(step, people, by, before, comment="", at=None):
    """加签: these people sign as well, all of them, before this node goes on or after it."""
    at, record = at or now(), step.record
    own = {step.submitted_by_id, record.owner_id, by.id}
    people = list(dict.fromkeys(people))
    if not people or any(person.id in own or not person.active for person in people):
        raise Refused(_("Choose colleagues who have no hand in this and still work here."))
    with transaction():
        ensure_asked(step, by, at)
        place = step.position if before else step.position + 1
        make_room(record, step.round, place, 1)
        if before:
            held = here(step, step.position + 1) & (Approval.status == Approval.CURRENT)
            Approval.update(status=Approval.WAITING, current_since=None, due_at=None).where(held).execute()
        for seat, person in enumerate(people, 1):
            Approval.create(**copied(step), position=place, seat=seat, approver=person, mode=Approval.ALL, added_by=by)
        asked = move_on(record, at) if before else []
        told = {"names": ", ".join(person.name for person in people), "comment": comment.strip(), "asked": ids(asked)}
        verb = "signer_added_before" if before else "signer_added_after"
        events.record(f"{record.kind()}.{verb}", record, by, at=at, node=step.name, node_en=step.name_en, **told)


def copied(step):
    """What a further seat of the same round has in common with this one."""
    names = ("record_kind", "record_id", "round", "flow_version", "name", "name_en", "submitted_by", "submitted_at")
    return {name: getattr(step, name) for name in names} | {"status": Approval.WAITING}


def make_room(record, round, place, number):
    """Move every seat from this place on; below zero first, so that no two ever stand in one place."""
    here = of(record) & (Approval.round == round)
    Approval.update(position=Approval.position * -1 - number).where(here, Approval.position >= place).execute()
    Approval.update(position=Approval.position * -1).where(here, Approval.position < 0).execute()


def here(step, position):
    round = (Approval.record_kind == step.record_kind) & (Approval.record_id == step.record_id) & (Approval.round == step.round)
    return round & (Approval.position == position)


# ---- sent back -------------------------------------------------------------------------------------------------------


def targets(step):
    """The nodes to which a seat may be sent back, in order: a seat of each that somebody approved before."""
    found = {}
    for seat in live(step.record):
        if seat.position < step.position and seat.status == Approval.APPROVED:
            found.setdefault(seat.position, seat)
    return list(found.values())


def send_back(record, by, comment, to=None, step=None, at=None):
    """退回, never without a reason: to an earlier node, which decides again with all that follow; without one to whoever
    submitted, as a draft."""
    ensure_reason(comment, _("Say why you send it back."))
    at = at or now()
    step = step or seat_of(record, by)
    with transaction():
        decide(step, Approval.RETURNED, by, comment, at)
        if to is None:
            close_round(record, Approval.CANCELLED)
            was, after = kind_of(record).reopen(record, at)
            events.record(f"{record.kind()}.sent_back", record, by, was, after, at, **told_of(step, by, comment))
        else:
            asked = start_again(record, ensure_target(record, to, step), at)
            told = told_of(step, by, comment) | {"to": to.name, "to_en": to.name_en, "asked": ids(asked)}
            events.record(f"{record.kind()}.sent_back_to_node", record, by, at=at, **told)
    return record


def ensure_target(record, to, step):
    if to.id not in {seat.id for seat in live(record) if seat.status == Approval.APPROVED and seat.position < step.position}:
        raise Refused(_("It can only be sent back to a step that was approved before."))
    return to


def start_again(record, to, at):
    """The seats from a node on are superseded by fresh ones behind them."""
    old = [seat for seat in live(record) if seat.position >= to.position]
    behind = Approval.select(fn.MAX(Approval.position)).where(of(record), Approval.round == to.round).scalar()
    for seat in old:
        columns = {"superseded": True, "due_at": None}
        if seat.status in (Approval.CURRENT, Approval.WAITING):
            columns["status"] = Approval.CANCELLED
        Approval.update(**columns).where(Approval.id == seat.id).execute()
        Approval.create(**copied(seat) | again(seat, at), position=behind + 1 + seat.position - to.position)
    return move_on(record, at)


def again(seat, at):
    """A seat as it was before anybody decided; what passed for want of anybody passes again."""
    kept = {name: getattr(seat, name) for name in ("seat", "node", "mode", "reasons", "added_by", "approver", "role")}
    if seat.passed in ("empty", "own"):
        kept |= {"status": Approval.PASSED, "passed": seat.passed, "decided_at": at}
    return kept


# ---- taken back ------------------------------------------------------------------------------------------------------


def may_take_back(step, seats):
    """Whether an approval can be taken back: the round goes on, and nobody has decided after it."""
    later = [seat for seat in seats if seat.id != step.id and seat.status in Approval.DECIDED and not seat.superseded]
    open_still = any(seat.status == Approval.CURRENT for seat in seats)
    approved = step.status == Approval.APPROVED and not step.superseded
    return approved and open_still and not any((seat.position, seat.decided_at) > (step.position, step.decided_at) for seat in later)


def take_back(step, by, at=None):
    """An approver withdraws his own yes as long as the next has not acted: his seat asks him again."""
    at, record = at or now(), step.record
    with transaction():
        seats = live(record)
        seen = next((seat for seat in seats if seat.id == step.id), None)
        if seen is None or seen.decided_by_id != by.id or not may_take_back(seen, seats):
            raise Refused(_("It can no longer be taken back: the next one has decided, or it is over."))
        mine = (Approval.id == step.id) & (Approval.status == Approval.APPROVED) & (Approval.round == latest_round(record))
        fresh = {"decided_by": None, "decided_for": None, "decided_at": None, "comment": ""}
        if not Approval.update(status=Approval.WAITING, **fresh).where(mine).execute():
            raise Refused(what_happened(step))
        for seat in seats:
            beside = seat.position == seen.position and seat.status in (Approval.CURRENT, Approval.CANCELLED)
            behind = seat.position > seen.position and (seat.status == Approval.CURRENT or seat.passed == "repeat")
            if beside or behind:
                hold(seat)
        asked = move_on(record, at)
        events.record(
            f"{record.kind()}.taken_back", record, by, at=at, node=step.name, node_en=step.name_en, asked=ids(asked)
        )


def hold(seat):
    """Back to waiting for its turn."""
    columns = {"status": Approval.WAITING, "passed": "", "current_since": None, "due_at": None, "decided_at": None}
    Approval.update(**columns).where(Approval.id == seat.id).execute()
