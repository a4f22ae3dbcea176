"""Whose a record is: given to somebody else as it stands. Stage, state, dates and follow-ups are untouched (移交)."""

from domain import Refused, _, events, follow_ups, members, now, transaction


def give(record, to, by, at=None, **told):
    """Somebody else looks after it from now on, its next step included; whoever saw another owner is refused."""
    if to.id == record.owner_id:
        return record
    before, at, table = record.owner_id, at or now(), type(record)
    with transaction():
        as_seen = (table.owner == before) if before else table.owner.is_null()
        if not table.update(owner=to, updated_at=at).where((table.id == record.id) & as_seen).execute():
            raise Refused(_("Somebody has given this to another person meanwhile. Load the page again."))
        record.owner, record.updated_at = to, at
        follow_ups.hand_plan(record, to)
        members.strike(record, to)
        events.record(
            f"{record.kind()}.handed_over", record, by, {"owner": before}, {"owner": to.id}, at, owner_name=to.name, **told
        )
    return record
