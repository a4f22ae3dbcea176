"""One audit row per fact, chained by hash; then the reactions to it. Every verb ends here."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module

from domain import bulk, now
from domain.spelled import Spelled
from models import Event, db

GENESIS = "0" * 64
ROW = ("at", "actor", "verb", "record_kind", "record_id", "customer_id", "before", "after", "detail", "previous_hash", "hash")
AS_JSON = Event._meta.fields["detail"]._dumps
APPENDED = Spelled.insert(Event, *ROW)
NEWEST = Spelled(lambda: Event.select(Event.id, Event.hash).order_by(Event.id.desc()).limit(1))

# What follows from a fact, wired in one place: verb -> functions(event, record, by), named so that no import is circular.
REACTIONS = {
    "lead.assigned": ("domain.notifications.tell_new_owner",),
    "lead.placed": ("domain.notifications.tell_new_owner",),
    "customer.placed": ("domain.notifications.tell_new_owner",),
    "customer.assigned": ("domain.notifications.tell_new_owner",),
    "lead.merged": ("domain.notifications.tell_owner_of_merged",),
    "customer.merged": ("domain.notifications.tell_owner_of_merged",),
    "lead.member_added": ("domain.notifications.tell_member",),
    "customer.member_added": ("domain.notifications.tell_member",),
    "customer.lead_linked": ("domain.notifications.tell_customer_owner",),
    **dict.fromkeys(("lead.wrote_in", "customer.wrote_in"), ("domain.notifications.tell_owner_of_visitor",)),
    "opportunity.member_added": ("domain.notifications.tell_member",),
    **dict.fromkeys(("lead.asked_owner", "customer.asked_owner"), ("domain.notifications.tell_owner_asked",)),
    **dict.fromkeys(("lead.asked_manager", "customer.asked_manager"), ("domain.notifications.tell_deciders",)),
    "quote.submitted": ("domain.notifications.ask_approvers",),
    "quote.node_approved": ("domain.notifications.settle_asks", "domain.notifications.ask_approvers"),
    "quote.approver_changed": ("domain.notifications.ask_instead",),
    "quote.administrators_asked": ("domain.notifications.ask_instead",),
    "quote.approved": ("domain.versions.supersede", "domain.notifications.settle_asks", "domain.notifications.tell_quote_owner"),
    "quote.approval_kept": ("domain.versions.supersede", "domain.notifications.tell_quote_owner"),
    **dict.fromkeys(("quote.reminded", "quote.expired"), ("domain.notifications.tell_of_validity",)),
    "quote.withdrawn": ("domain.notifications.settle_asks",),
    "quote.seat_approved": ("domain.notifications.settle_own_asks",),
    "quote.signer_added_before": ("domain.notifications.settle_asks", "domain.notifications.ask_approvers"),
    "quote.sent_back": ("domain.notifications.settle_asks", "domain.notifications.tell_quote_owner"),
    "quote.sent_back_to_node": ("domain.notifications.settle_asks", "domain.notifications.ask_approvers"),
    "quote.taken_back": ("domain.notifications.settle_asks",),
    "quote.copied": ("domain.notifications.tell_copied",),
    "quote.approval_reminded": ("domain.notifications.remind_approvers",),
    "user.disabled": ("domain.approval_acts.replace_disabled",),
    "user.stand_in_named": ("domain.notifications.tell_stand_in",),
    "quote.rejected": ("domain.notifications.settle_asks", "domain.notifications.tell_quote_owner"),
    **dict.fromkeys(
        ("quote.viewed", "quote.accepted", "quote.declined", "quote.questioned", "quote.renewal_asked"),
        ("domain.notifications.tell_of_customer",),
    ),
    "quote.mail_failed": ("domain.notifications.tell_sender",),
    "handover.finished": ("domain.notifications.tell_successors",),
    "handover.undone": ("domain.notifications.tell_successors",),
    "ticket.dispatched": ("domain.notifications.tell_service_person",),
    "lead.work_started": ("domain.notifications.tell_those_concerned",),
    "customer.work_started": ("domain.notifications.tell_those_concerned",),
    "opportunity.work_started": ("domain.notifications.tell_those_concerned",),
    "customer.created": ("domain.reviews.begin",),
    "customer.review_asked": ("domain.notifications.ask_reviewers",),
    "customer.review_passed": ("domain.notifications.tell_reviewed",),
    "customer.review_refused": ("domain.notifications.tell_reviewed",),
    "customer.complained": ("domain.collisions.complained",),
    "collision.opened": ("domain.notifications.tell_collided",),
    "collision.joined": ("domain.notifications.tell_collided",),
    "collision.ruled": ("domain.notifications.tell_parties",),
    "collision.dismissed": ("domain.notifications.tell_parties",),
    "collision.reopened": ("domain.notifications.tell_parties",),
    "company.collisions_counted": ("domain.notifications.tell_how_many_collided",),
}
TOUCHING = (
    "lead.created", "lead.followed_up", "customer.created", "customer.followed_up", "customer.lead_linked", "opportunity.created",
    "opportunity.followed_up", "quote.created", "ticket.created", "lead.claimed", "lead.placed", "lead.assigned", "customer.claimed",
    "customer.placed", "customer.assigned",
)  # acts by which two sellers can get in each other's way: first among what follows from them
REACTIONS |= {verb: ("domain.collisions.notice", *REACTIONS.get(verb, ())) for verb in TOUCHING}
REACTIONS["lead.converted"] = ("domain.collisions.bring_along", *REACTIONS.get("lead.converted", ()))


def record(verb, record, by, before=None, after=None, at=None, **detail):
    """Write the audit row of one fact and run its reactions; call it last, inside the verb's transaction.

    `before` and `after` are dicts of the columns that changed; `detail` is whatever else the timeline tells.
    """
    ensure_in_transaction()
    row = chained((verb, record, before, after, detail), by, at or now(), head()[1])
    written = row | {name: AS_JSON(row[name]) for name in ("before", "after", "detail") if row[name] is not None}
    event = Event(id=APPENDED(*map(written.get, ROW)).fetchone()[0])
    event.__data__ |= row  # as a query fills it
    for name in REACTIONS.get(verb, ()):
        module, function = name.rsplit(".", 1)
        getattr(import_module(module), function)(event, record, by)
    return event


def append(facts, by, at=None):
    """Audit rows for many facts of one act, in order, without reactions: an import writes thousands."""
    ensure_in_transaction()
    at, previous, rows = at or now(), head()[1], []
    for fact in facts:
        rows.append(chained(fact, by, at, previous))
        previous = rows[-1]["hash"]
    bulk.insert(Event, rows)


def ensure_in_transaction():
    if not db.in_transaction():
        raise RuntimeError("A fact is recorded inside the transaction that makes it one: the chain is in the order of commits.")


def chained(fact, by, at, previous):
    """The row of one fact: (verb, record, before, after, detail)."""
    verb, about, before, after, detail = fact
    row = {
        "at": at,
        "actor": by.id if by else None,
        "verb": verb,
        "record_kind": about.kind(),
        "record_id": about.id,
        "customer_id": about.id if about.kind() == "customer" else getattr(about, "customer_id", None),
        "before": plain(before),
        "after": plain(after),
        "detail": plain(detail) or None,
        "previous_hash": previous,
    }
    row["hash"] = digest(row)
    return row


def digest(row):
    """SHA-256 over the facts of a row, the previous hash among them, in one canonical spelling."""
    return hashlib.sha256(CANONICAL(row).encode()).hexdigest()


def plain(facts):
    """Only what JSON keeps exactly: dates as ISO text, Decimals as text."""
    return None if facts is None else {key: spelled(value) for key, value in facts.items()}


def spelled(value):
    if isinstance(value, (date, datetime, Decimal)):
        return value.isoformat() if isinstance(value, date) else str(value)
    return getattr(value, "id", value) if hasattr(value, "_meta") else value


CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=spelled).encode


def changes(record, **new):
    """(before, after) of the columns that really change; two equal dicts of differences, empty when none do."""
    old = {name: getattr(record, name) for name in new}
    names = [name for name in new if old[name] != new[name]]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def head():
    """(id, hash) of the newest audit row: whoever keeps it elsewhere can tell when the end of the chain was cut off."""
    return NEWEST().fetchone() or (0, GENESIS)


def broken_link(known_head=(0, GENESIS)):
    """The id of the first audit row that does not fit its predecessor, or None: `flask audit` prints it.

    A chain cannot see that its own end is missing, so a head that was noted earlier (in a backup) must still be in it.
    """
    previous, (known_id, known_hash) = GENESIS, known_head
    known = known_id == 0
    for event in Event.select().order_by(Event.id).iterator():
        row = {name: event.__data__[name] for name in ROW if name != "hash"}
        if event.previous_hash != previous or digest(row) != event.hash:
            return event.id
        previous = event.hash
        known = known or (event.id, event.hash) == (known_id, known_hash)
    return None if known else known_id
