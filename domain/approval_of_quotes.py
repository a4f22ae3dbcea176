"""What approving does to a quote: closed to editing while it waits, its document kept once it is approved."""

from dataclasses import replace
from hashlib import sha256

from domain import Refused, _, day_of, flow_facts
from domain.approval_history import last_decided, what_happened
from domain.days import day
from models import Quote, QuoteLine

facts = flow_facts.of_quote


def facts_with(quote, totals):
    """Its facts as if it came to these totals: what is typed and not saved yet."""
    loses = totals.profit is None or totals.profit < 0 or any(line.cost is not None and 0 < line.incl < line.cost for line in totals.lines)
    return replace(facts(quote), totals=totals, loses_money=loses)


def label(quote):
    return quote.title


def told(quote):
    return {"amount": quote.total}


def ensure_complete(quote, at):
    if not QuoteLine.counted(quote).exists():
        raise Refused(_("Add at least one line before submitting."))
    if quote.has_expired(day_of(at)):
        raise Refused(_("The quote was valid until %(day)s. Set a later date first.", day=day(quote.valid_until)))


def begin(quote, note, at):
    as_seen = Quote.status.in_(Quote.EDITABLE) & (Quote.revision == quote.revision)
    return change(quote, as_seen, at, status=Quote.PENDING, submitted_at=at, note=note or quote.note)[0]


def ensure_as_read(quote):
    """What is approved, and kept as its document, is what this person read."""
    if Quote.select(Quote.revision).where(Quote.id == quote.id).scalar() != quote.revision:
        raise Refused(_("This quote was changed meanwhile. Load it again."))


def ensure_valid(quote, at):
    if quote.has_expired(day_of(at)):
        words = _(
            "The quote was valid until %(day)s and can no longer be approved. Reject it, so that %(name)s sets a later date.",
            day=day(quote.valid_until), name=quote.owner.name,
        )
        raise Refused(words)


def approve(quote, document, at):
    kept = {"approved_at": at, "pdf": document, "pdf_sha256": sha256(document).hexdigest() if document else ""}
    kept |= quote.printed_in
    return change(quote, Quote.status == Quote.PENDING, at, status=Quote.APPROVED, **kept)


def reject(quote, at):
    return change(quote, Quote.status == Quote.PENDING, at, status=Quote.REJECTED)


def reopen(quote, at):
    """Back to a draft: withdrawn, or sent back to whoever submitted it."""
    return change(quote, Quote.status == Quote.PENDING, at, status=Quote.DRAFT, submitted_at=None)


def change(quote, condition, at, **columns):
    """Write the quote only as long as it stands as this person saw it; ({"status": before}, {"status": after})."""
    if not Quote.update(**columns, updated_at=at).where(Quote.id == quote.id, condition).execute():
        raise Refused(what_became_of(quote))
    was = {"status": quote.status}
    for name, value in columns.items():
        setattr(quote, name, value)
    return was, {"status": quote.status}


def what_became_of(quote):
    """Why a quote can be neither submitted nor withdrawn as it was seen."""
    status = Quote.select(Quote.status).where(Quote.id == quote.id).scalar()
    if status == Quote.PENDING:
        return _("This quote is waiting for approval already.")
    if status == Quote.APPROVED or quote.status == Quote.PENDING:
        step = last_decided(quote)
        return what_happened(step) if step else _("This quote is approved already.")
    return _("This quote was changed meanwhile. Load it again.")
