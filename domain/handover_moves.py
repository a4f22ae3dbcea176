"""How one thing of a leaver's changes hands, and how it comes back: row for row, as long as nobody has passed it on."""

from dataclasses import asdict
from datetime import date, datetime

from peewee import DateTimeField

from domain import approval_acts, approval_history, approval_route, events, flows, follow_ups, pool, transfers
from models import (
    BY_KIND,
    Approval,
    AssignmentTaker,
    Department,
    Flow,
    FlowApprover,
    HandoverItem,
    Member,
    Notice,
    Pool,
    PoolAdministrator,
    PoolScope,
    Quote,
    Task,
    User,
)

RECORDS = ("customer", "lead", "opportunity", "quote", "order", "ticket")
OWNERSHIP = ("owner", "owned_since", "last_owner", "locked_at", "home_pool")
STATE = ("entered_pool_at", "drop_reason", "status", "next_at")  # comes back from a pool, where nobody can have changed it
REASON = "handover"  # 离职交接, among the words for why something lies in a pool
RIGHTS = {"pool_scope": (PoolScope, "pool"), "pool_administrator": (PoolAdministrator, "pool"), "assignment_taker": (AssignmentTaker, "rule")}


def move(item, handover, at):
    """Carry out one item; the status it has then. It is GONE when it is not the leaver's any more."""
    return moves(item)[0](item, handover, at)


def put_back(item, handover, by, at):
    """Undo one item; RETURNED, or KEPT when somebody has passed it on meanwhile."""
    return moves(item)[1](item, handover, by, at)


def moves(item):
    return {
        **dict.fromkeys(RECORDS, (give, give_back)), **dict.fromkeys(("step", "step_done"), (give_step, give_step_back)),
        **dict.fromkeys(RIGHTS, (pass_right, pass_right_back)),
        "approval": (ask_another, ask_again), "flow_node": (pass_node, pass_node_back),
        "member": (leave, join_again),
        "head": (step_down, head_again),
    }[item.what]


# ---- records ---------------------------------------------------------------------------------------------------------


def give(item, handover, at):
    table = BY_KIND[item.what]
    record = table.get_or_none(table.id == item.record_id, table.owner == handover.leaver_id)
    if record is None:
        return HandoverItem.GONE
    item.before = surroundings(record, item, handover)
    told = {"handover": handover.id}
    if item.pool_id:
        pool.drop(record, Pool.get_by_id(item.pool_id), handover.by, REASON, at, **told)
    else:
        transfers.give(record, item.to, handover.by, at, **told)
    heir = item.to_id or handover.successors[0]  # of what remains of it while it lies in a pool
    Task.update(owner=heir).where(*steps_of(record), Task.owner == handover.leaver_id).execute()
    Notice.update(user=heir).where(Notice.id.in_(item.before["notices"])).execute()
    return HandoverItem.MOVED


def surroundings(record, item, handover):
    """What an undo needs: the columns, the steps, the team that a pool or a new owner ends, nodes, unread messages."""
    kept = {"columns": frozen(record, OWNERSHIP + STATE), "steps": ids(Task.select().where(*steps_of(record), Task.owner == handover.leaver_id))}
    team = Member.select().where(Member.record_kind == record.kind(), Member.record_id == record.id)
    kept["team"] = [frozen(row) for row in (team if item.pool_id else team.where(Member.user == item.to_id))]
    if item.pool_id:
        kept["plan"] = [frozen(row) for row in Task.select().where(*follow_ups.open_tasks(record))]
    if isinstance(record, Quote):
        undecided = Approval.select().where(approval_history.of(record), approval_history.UNDECIDED)
        kept["nodes"] = [frozen(row, ("id", "approver", "role")) for row in undecided]
    unread = Notice.select().where(Notice.user == handover.leaver_id, Notice.read_at.is_null())
    kept["notices"] = ids(unread.where(Notice.record_kind == record.kind(), Notice.record_id == record.id))
    return kept


def steps_of(record):
    return Task.record_kind == record.kind(), Task.record_id == record.id


def give_back(item, handover, by, at):
    """Only from the successor, or from the pool as it was put there; what he did with it since stays."""
    table, leaver, before = BY_KIND[item.what], handover.leaver, item.before
    record = table.get_or_none(table.id == item.record_id)
    if record is None or not still_there(record, item):
        return HandoverItem.KEPT
    transfers.give(record, leaver, by, at, handover=handover.id, undone=True)
    names = OWNERSHIP + STATE if item.pool_id else OWNERSHIP
    columns = thawed(table, {name: before["columns"][name] for name in names if name in before["columns"]})
    table.update(**columns).where(table.id == record.id).execute()
    surround_again(record, item, handover)
    return HandoverItem.RETURNED


def surround_again(record, item, handover):
    before, heir = item.before, item.to_id or handover.successors[0]
    Task.update(owner=handover.leaver).where(*steps_of(record), Task.id.in_(before["steps"]), Task.owner == heir).execute()
    for table, rows in ((Task, before.get("plan", ())), (Member, before["team"])):
        for row in rows:
            insert_again(table, row)
    for node in before.get("nodes", ()):
        undecided = Approval.update(approver=node["approver"], role=node["role"]).where(Approval.id == node["id"], approval_history.UNDECIDED)
        undecided.execute()
    unread = Notice.read_at.is_null() & (Notice.user == heir)
    Notice.update(user=handover.leaver).where(Notice.id.in_(before["notices"]), unread).execute()


def still_there(record, item):
    if not item.pool_id:
        return record.owner_id == item.to_id
    return record.owner_id is None and record.pool_id == item.pool_id and record.drop_reason == REASON


def give_step(item, handover, at):
    if not Task.update(owner=item.to_id).where(Task.id == item.record_id, Task.owner == handover.leaver_id).execute():
        return HandoverItem.GONE
    return HandoverItem.MOVED


def give_step_back(item, handover, by, at):
    back = Task.update(owner=handover.leaver).where(Task.id == item.record_id, Task.owner == item.to_id)
    return HandoverItem.RETURNED if back.execute() else HandoverItem.KEPT


# ---- approvals -------------------------------------------------------------------------------------------------------


def ask_another(item, handover, at):
    step = Approval.get_or_none(Approval.id == item.record_id, Approval.approver == handover.leaver_id, approval_history.UNDECIDED)
    if step is None:
        return HandoverItem.GONE
    item.before = {"columns": frozen(step, ("approver", "role"))}
    record = BY_KIND[step.record_kind].get_by_id(step.record_id)
    person = item.to and approval_route.first_fit(item.to, {step.submitted_by_id, record.owner_id, handover.leaver_id})
    approval_acts.ask(step, record, person, handover.by, at, handover=handover.id)
    item.to = person
    return HandoverItem.MOVED


def ask_again(item, handover, by, at):
    asked_now = (Approval.approver == item.to_id) if item.to_id else Approval.approver.is_null()
    step = Approval.get_or_none(Approval.id == item.record_id, asked_now, approval_history.UNDECIDED)
    if step is None:
        return HandoverItem.KEPT
    record = BY_KIND[step.record_kind].get_by_id(step.record_id)
    approval_acts.ask(step, record, handover.leaver, by, at, handover=handover.id, undone=True)
    return HandoverItem.RETURNED


def pass_node(item, handover, at):
    """A step of a flow asks another person from the next document on."""
    row = FlowApprover.get_or_none(FlowApprover.id == item.record_id, FlowApprover.user == handover.leaver_id)
    if row is None:
        return HandoverItem.GONE
    was, made = flows.hand_on(row.flow, row.node, handover.leaver, item.to, handover.by, at, handover=handover.id)
    item.before = {"flow": row.flow_id, "was": asdict(was), "made": asdict(made)}
    return HandoverItem.MOVED


def pass_node_back(item, handover, by, at):
    was, made = (flows.node_from(item.before[name]) for name in ("was", "made"))
    back = flows.take_back(Flow.get_by_id(item.before["flow"]), was, made, by, at, handover=handover.id, undone=True)
    return HandoverItem.RETURNED if back else HandoverItem.KEPT


# ---- teams, pools, departments ---------------------------------------------------------------------------------------


def leave(item, handover, at):
    row = Member.get_or_none(Member.id == item.record_id, Member.user == handover.leaver_id)
    if row is None:
        return HandoverItem.GONE
    item.before = {"row": frozen(row)}
    row.delete_instance()
    record = BY_KIND[row.record_kind].get_by_id(row.record_id)
    told = {"user_id": row.user_id, "name": handover.leaver.name, "handover": handover.id}
    events.record(f"{row.record_kind}.member_removed", record, handover.by, at=at, **told)
    return HandoverItem.MOVED


def join_again(item, handover, by, at):
    row = item.before["row"]
    record = BY_KIND[row["record_kind"]].get_by_id(row["record_id"])
    if record.owner_id in (None, handover.leaver_id) or not insert_again(Member, row, ("record_kind", "record_id", "user")):
        return HandoverItem.KEPT
    told = {"user_id": handover.leaver_id, "name": handover.leaver.name, "may_edit": row["may_edit"], "handover": handover.id}
    events.record(f"{row['record_kind']}.member_added", record, by, at=at, **told)
    return HandoverItem.RETURNED


def pass_right(item, handover, at):
    """The last one of a pool or rule passes on, any other ends: a pool without members would be open to everybody."""
    table, place = RIGHTS[item.what]
    row = table.get_or_none(table.id == item.record_id, table.user == handover.leaver_id)
    if row is None:
        return HandoverItem.GONE
    item.before = {"row": frozen(row)}
    if item.to:
        table.update(user=item.to).where(table.id == row.id).execute()
    else:
        row.delete_instance()
    tell_right(item, getattr(row, place), handover, handover.by, at, handover.leaver_id, item.to_id)
    return HandoverItem.MOVED


def pass_right_back(item, handover, by, at):
    (table, place), row = RIGHTS[item.what], item.before["row"]
    about = table._meta.fields[place].rel_model.get_or_none(id=row[place])
    if about is None:
        return HandoverItem.KEPT
    if item.to_id:
        back = table.update(user=handover.leaver).where(table.id == row["id"], table.user == item.to_id).execute()
    else:
        back = insert_again(table, row, (place, "user"))
    if not back:
        return HandoverItem.KEPT
    tell_right(item, about, handover, by, at, item.to_id, handover.leaver_id)
    return HandoverItem.RETURNED


def tell_right(item, about, handover, by, at, before, after):
    events.record(f"{about.kind()}.edited", about, by, {item.what: before}, {item.what: after}, at, handover=handover.id)


def step_down(item, handover, at):
    """He heads his department no more; a successor of the same one does, where there is one."""
    if not User.update(heads_department=False).where(User.id == handover.leaver_id, User.heads_department).execute():
        return HandoverItem.GONE
    fresh = User.update(heads_department=True).where(User.id == item.to_id, ~User.heads_department).execute()
    item.before = {"appointed": bool(fresh)}
    tell_head(item, handover, handover.by, at, handover.leaver_id, item.to_id)
    return HandoverItem.MOVED


def head_again(item, handover, by, at):
    User.update(heads_department=True).where(User.id == handover.leaver_id).execute()
    if item.before["appointed"]:
        User.update(heads_department=False).where(User.id == item.to_id).execute()
    tell_head(item, handover, by, at, item.to_id, handover.leaver_id)
    return HandoverItem.RETURNED


def tell_head(item, handover, by, at, before, after):
    department = Department.get_by_id(item.facts["department"])
    events.record("department.headed", department, by, {"head": before}, {"head": after}, at, handover=handover.id)


# ---- rows as they were -----------------------------------------------------------------------------------------------


def ids(query):
    return [row.id for row in query]


def frozen(row, names=None):
    """The columns of a row as JSON keeps them; those that a table does not have are left out."""
    values = {name: value for name, value in row.__data__.items() if names is None or name in names}
    return {name: value.isoformat() if isinstance(value, (date, datetime)) else value for name, value in values.items()}


def thawed(table, values):
    times = {name for name, field in table._meta.fields.items() if isinstance(field, DateTimeField)}
    return {name: datetime.fromisoformat(value) if value and name in times else value for name, value in values.items()}


def insert_again(table, row, unique=()):
    """A row that was deleted, as it was but for its number; False where one with these columns is there by now."""
    same = [getattr(table, name) == row[name] for name in unique]
    if same and table.select().where(*same).exists():
        return False
    table.create(**{name: value for name, value in thawed(table, row).items() if name != "id"})
    return True
