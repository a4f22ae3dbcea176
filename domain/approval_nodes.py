"""The configured steps of an approval (审批节点): their order and who decides; quotes already submitted keep their route."""

from domain import Refused, _, events, transaction
from models import ApprovalNode


def add(by, **columns):
    """A new step at the end. Columns: name, name_en, approver_kind, user, role."""
    with transaction():
        last = ApprovalNode.select(ApprovalNode.position).order_by(ApprovalNode.position.desc()).scalar()
        node = ApprovalNode.create(position=0 if last is None else last + 1, **columns)
        events.record("approval_node.added", node, by, after=told(columns))
    return node


def edit(node, by, **columns):
    before, after = events.changes(node, **columns)
    if not after:
        return node
    with transaction():
        ApprovalNode.update(**after).where(ApprovalNode.id == node.id).execute()
        events.record("approval_node.edited", node, by, told(before), told(after))
    return node


def move(node, by, up):
    """Change places with the step before or after; the first does not move up, nor the last down."""
    with transaction():
        order = [each.id for each in ApprovalNode.in_order()]
        place = order.index(node.id)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(order):
            return
        order[place], order[other] = order[other], order[place]
        for position, id in enumerate(order):
            ApprovalNode.update(position=position).where(ApprovalNode.id == id).execute()
        events.record("approval_node.moved", node, by, {"position": place}, {"position": other}, name=node.name)


def remove(node, by):
    """One step has to remain: a quote that nobody approves would never be printed."""
    with transaction():
        if ApprovalNode.select().count() == 1:
            raise Refused(_("One approval step has to remain."))
        ApprovalNode.delete().where(ApprovalNode.id == node.id).execute()
        events.record("approval_node.removed", node, by, before={"name": node.name})


def told(columns):
    return {name: getattr(value, "id", value) for name, value in columns.items()}
