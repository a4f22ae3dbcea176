"""What has come into a pool and waits to be placed by a rule: rows, so that a restart forgets none."""

from domain import bulk
from models import Arrival, AssignmentRule

IMPORT, FORM, DROP = "import", "form", "drop"


def expect(kind, ids, trigger, at):
    """Note these records where a rule places what comes this way; call it in the transaction that brings them."""
    placing = AssignmentRule.select().where(AssignmentRule.what == kind, AssignmentRule.active, AssignmentRule.comes_by(trigger))
    if ids and placing.exists():
        waiting = {row.record_id for row in Arrival.select().where(Arrival.record_kind == kind, Arrival.record_id.in_(ids))}
        bulk.insert(Arrival, [{"record_id": id} for id in ids if id not in waiting], {"record_kind": kind, "came_by": trigger, "at": at})
