"""Shares (业绩分成): what part of a customer is whose, and amounts split by them to the fen."""

from domain import Refused, _
from models import Share, User

WHOLE = 10_000  # basis points


def split(amount, parts):
    """{who: fen} of an amount in fen by {who: basis points}, summing to it exactly: the fen that are left over go to the
    largest remainders, of equal ones to the larger share, and then to whoever is named first."""
    ensure_whole(parts)
    sign, amount = (-1, -amount) if amount < 0 else (1, amount)
    cut = {who: divmod(amount * points, WHOLE) for who, points in parts.items()}
    left = amount - sum(fen for fen, _remainder in cut.values())
    by_remainder = sorted(parts, key=lambda who: (cut[who][1], parts[who]), reverse=True)
    return {who: sign * (cut[who][0] + (who in by_remainder[:left])) for who in parts}


def ensure_whole(parts):
    """Whole basis points, none below nothing, 100 % together."""
    if any(points < 0 for points in parts.values()) or sum(parts.values()) != WHOLE:
        raise Refused(_("The shares must come to exactly 100%."))


def of(record):
    """{User: basis points} that hold now; empty where nobody ruled on it and all of it is the owner's."""
    return {share.user: share.basis_points for share in Share.current(record)}


def settle(record, parts, collision, at):
    """From now on these, and no others; part of the ruling's transaction. Nobody's share is nothing."""
    ensure_whole(parts)
    Share.update(until=at).where(Share.record_kind == record.kind(), Share.record_id == record.id, Share.until.is_null()).execute()
    for user, points in parts.items():
        if points:
            Share.create(
                record_kind=record.kind(), record_id=record.id, user=user, basis_points=points, collision=collision, since=at
            )


def bring_along(lead, customer, at):
    """What was ruled on a lead holds for the customer it became, unless shares of its own hold there."""
    if Share.current(customer).exists():
        held = Share.record_kind == "lead", Share.record_id == lead.id, Share.until.is_null()
        Share.update(until=at).where(*held).execute()
        return
    Share.update(record_kind="customer", record_id=customer.id).where(
        Share.record_kind == "lead", Share.record_id == lead.id
    ).execute()


def people(parts):
    """{User: basis points} for {user id: basis points}, as a form sends them."""
    found = {user.id: user for user in User.select().where(User.id.in_(list(parts)))}
    return {found[id]: points for id, points in parts.items() if id in found}
