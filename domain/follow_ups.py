"""Follow-ups: what was said to a lead, customer or opportunity, and the one next step that comes of it."""

from domain import Refused, _, events, now, transaction
from models import BY_KIND, Customer, FollowUp, Lead, Pooled, Task

NOTE_LENGTH = 120  # how much of the last follow-up a list shows


def write(record, by, method, body, outcome="", next_at=None, next_what="", next_method=None, at=None):
    """Write down one contact. It finishes the planned step; `next_at` (naive UTC) plans the next one.

    The first one makes a lead 跟进中, and an invalid lead is followed again.
    """
    at = at or now()
    body = body.strip()
    with transaction():
        before, after = touch(record, body, next_at, at)
        close_plan(record, by, at)
        if next_at:
            open_plan(record, next_at, next_what, next_method or method, at)
        follow_up = FollowUp.create(
            record_kind=record.kind(), record_id=record.id, author=by, method=method, outcome=outcome, body=body, at=at
        )
        events.record(
            f"{record.kind()}.followed_up", record, by, before, after, at,
            follow_up=follow_up.id, method=method, outcome=outcome, next_at=next_at, next_what=next_what,
        )
    return follow_up


def touch(record, body, next_at, at):
    """Put the times on the record, and on the customer behind it. (before, after) of a lead's status."""
    times = {"last_follow_up_at": at, "next_at": next_at}
    if isinstance(record, Pooled):
        return touch_pooled(record, body, times, at)
    updated = type(record).update(**times, updated_at=at).where(type(record).id == record.id)
    updated.execute()
    record.__data__.update(times)
    Customer.update(last_follow_up_at=at, updated_at=at).where(Customer.id == record.customer_id).execute()
    return None, None


def touch_pooled(record, body, times, at):
    """Only where it is still its owner's and open: one UPDATE decides, not what the page showed."""
    columns = times | {"last_note": body[:NOTE_LENGTH], "updated_at": at}
    old = None
    if record.kind() == "lead":
        columns["status"], old = Lead.FOLLOWING, Lead.get_by_id(record.id).status
    if not type(record).update(**columns).where(*worked_on(record)).execute():
        raise Refused(not_worked_on())
    record.__data__.update(columns)
    return ({"status": old}, {"status": Lead.FOLLOWING}) if old not in (None, Lead.FOLLOWING) else (None, None)


def worked_on(record):
    """That it still stands as this person saw it: open, and with the same owner."""
    table = type(record)
    same = (table.id == record.id, table.owner == record.owner_id, table.owner.is_null(False))
    return (*same, Lead.status.in_((*Lead.WORKED_ON, Lead.INVALID))) if table is Lead else same


def not_worked_on():
    return _("This lead is not being worked on any more, so nothing was written. Load the page again.")


# ---- the next step ---------------------------------------------------------------------------------------------------


def plan(record, by, due_at, what="", method="phone", at=None):
    """Plan the next step of a record; one that was planned before gives way."""
    at = at or now()
    with transaction():
        ensure_worked_on(record)
        drop_plan(record)
        task = open_plan(record, due_at, what, method, at)
        set_next(record, due_at)
        events.record(f"{record.kind()}.planned", record, by, at=at, next_at=due_at, next_what=what)
    return task


def finish(task, by, at=None):
    """Tick the step off. What was said is written with write(), which finishes it too."""
    at = at or now()
    record = record_of(task)
    with transaction():
        if not Task.update(done_at=at, done_by=by).where(Task.id == task.id, Task.done_at.is_null()).execute():
            raise Refused(_("This step is done already."))
        task.done_at, task.done_by = at, by
        set_next(record, None)
        events.record(f"{record.kind()}.step_done", record, by, at=at, what=task.what)


def reopen(task, by, at=None):
    """The inverse of finish, while nothing else was planned since. The step is for whoever owns the record now."""
    with transaction():
        record = record_of(task)
        ensure_worked_on(record)
        if open_task(record):
            raise Refused(_("Another step is planned already."))
        Task.update(done_at=None, done_by=None, owner=record.owner_id).where(Task.id == task.id).execute()
        task.done_at = task.done_by = None
        set_next(record, task.due_at)
        events.record(f"{record.kind()}.step_reopened", record, by, at=at, what=task.what)


def reschedule(task, by, due_at, at=None):
    record = record_of(task)
    old = task.due_at
    with transaction():
        if not Task.update(due_at=due_at).where(Task.id == task.id, Task.done_at.is_null()).execute():
            raise Refused(_("This step is done already."))
        task.due_at = due_at
        set_next(record, due_at)
        events.record(
            f"{record.kind()}.rescheduled", record, by, {"next_at": old}, {"next_at": due_at}, at, what=task.what
        )


def ensure_worked_on(record):
    """Nobody has a next step on a lead that lies in the pool, is closed or changed hands meanwhile."""
    if isinstance(record, Pooled) and not type(record).select().where(*worked_on(record)).exists():
        raise Refused(not_worked_on())


def record_of(task):
    return BY_KIND[task.record_kind].get_by_id(task.record_id)


def open_task(record):
    return Task.get_or_none(Task.record_kind == record.kind(), Task.record_id == record.id, Task.done_at.is_null())


def open_plan(record, due_at, what, method, at):
    return Task.create(
        owner=record.owner_id, record_kind=record.kind(), record_id=record.id, title=title_of(record),
        method=method, what=what, due_at=due_at, created_at=at,
    )


def title_of(record):
    """The company, whatever the record: that is what one reads a day's list by."""
    customer = getattr(record, "customer", record)
    return getattr(customer, "label", customer.name)


def set_next(record, at):
    type(record).update(next_at=at).where(type(record).id == record.id).execute()
    record.next_at = at


def open_tasks(record):
    return Task.record_kind == record.kind(), Task.record_id == record.id, Task.done_at.is_null()


def close_plan(record, by, at):
    Task.update(done_at=at, done_by=by).where(*open_tasks(record)).execute()


def drop_plan(record):
    """The record leaves its owner's hands: nobody has this step any more."""
    Task.delete().where(*open_tasks(record)).execute()


def hand_plan(record, to):
    """The step goes along with the record to its new owner."""
    Task.update(owner=to).where(*open_tasks(record)).execute()


def move_plan(lead, customer):
    """What was planned for a lead is planned for the customer it became, unless the customer has a step of its own."""
    if open_task(customer):
        drop_plan(lead)
        return
    columns = {"record_kind": "customer", "record_id": customer.id, "title": title_of(customer), "owner": customer.owner_id}
    if Task.update(**columns).where(*open_tasks(lead)).execute():
        set_next(customer, lead.next_at)
