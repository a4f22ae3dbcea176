"""What is somebody's, in every table: his records, what waits for his word, what he may do by name.

A column that makes a row somebody's is listed in HELD; one that only says who did something is not. A test compares the two
with the tables, so that a new one is not forgotten when people leave.
"""

from typing import NamedTuple

from peewee import JOIN, fn

from domain import approval_history, flows, pool_limits
from models import (
    Approval,
    AssignmentRule,
    AssignmentTaker,
    Claim,
    Company,
    Conversion,
    Customer,
    Department,
    FlowApprover,
    Lead,
    Member,
    Opportunity,
    Order,
    Pool,
    PoolAdministrator,
    PoolScope,
    Quote,
    Stage,
    Task,
    Ticket,
    User,
)

TEAMS = {"lead": Lead, "customer": Customer, "opportunity": Opportunity}


class Held(NamedTuple):
    """One thing that is somebody's. `customer` keeps together what belongs together."""

    what: str
    id: int
    name: str
    facts: dict = {}
    customer: int | None = None
    area: str = ""
    takes_room: bool = False
    droppable: bool = False  # whether it may go back to a pool
    home_pool: int | None = None


class Holding(NamedTuple):
    """`column` says whose a row is; `condition` which rows count; `read` gives the Held of a query of them."""

    column: object
    read: object = None
    condition: object = None

    def of(self, user):
        rows = self.column.model.select().where(self.column == user.id)
        return rows if self.condition is None else rows.where(self.condition)


# ---- how each kind is read: a few columns of every row, in one query -------------------------------------------------


def customers(rows):
    has_open_deal = Opportunity.select(Opportunity.id).where(
        Opportunity.customer == Customer.id, Opportunity.status == Opportunity.OPEN
    )
    takes_room = pool_limits.taking_room(Customer)
    query = rows.select(
        Customer.id, Customer.name, Customer.province, Customer.city, Customer.home_pool, fn.EXISTS(has_open_deal).alias("in_talks"),
        Customer.id.in_(Customer.select(Customer.id).where(takes_room)).alias("takes_room"), Customer.level,
    )
    for row in query.order_by(fn.EXISTS(has_open_deal).desc(), Customer.id):
        facts = {"city": row.city, "level": row.level}
        yield Held(
            "customer", row.id, row.name, facts, row.id, row.province, bool(row.takes_room), not row.in_talks, row.home_pool_id
        )


def leads(rows):
    query = rows.select(Lead.id, Lead.name, Lead.province, Lead.city, Lead.status, Lead.home_pool, Conversion.customer.alias("became"))
    query = query.join(Conversion, JOIN.LEFT_OUTER, on=(Conversion.lead == Lead.id)).order_by(Lead.id).objects()
    for row in query:
        is_open = row.status in Lead.OPEN
        facts = {"city": row.city, "state": row.status}
        yield Held("lead", row.id, row.name, facts, row.became, row.province, is_open, is_open, row.home_pool_id)


def deals(rows):
    query = rows.select(Opportunity, Customer, Stage).join(Customer).switch(Opportunity).join(Stage).order_by(Opportunity.id)
    for row in query:
        facts = {"customer": row.customer.name, "stage": row.stage.name, "amount": row.amount, "state": row.status}
        yield Held("opportunity", row.id, row.name, facts, row.customer_id)


def quotes(rows):
    query = rows.select(Quote.id, Quote.number, Quote.version, Quote.total, Quote.status, Quote.customer, Customer.id, Customer.name)
    for row in query.join(Customer, on=Quote.customer).order_by(Quote.id):
        facts = {"customer": row.customer.name, "amount": row.total, "state": row.status}
        yield Held("quote", row.id, row.title, facts, row.customer_id)


def orders(rows):
    for row in rows.select(Order, Customer).join(Customer).order_by(Order.id):
        facts = {"customer": row.customer.name, "amount": row.total, "state": row.status}
        yield Held("order", row.id, row.number, facts, row.customer_id)


def tickets(rows):
    for row in rows.select(Ticket, Customer).join(Customer).order_by(Ticket.id):
        facts = {"customer": row.customer.name, "state": row.status}
        yield Held("ticket", row.id, f"#{row.number} {row.title}", facts, row.customer_id)


def steps(rows):
    """Next steps, and ticked ones."""
    for row in rows.order_by(Task.id):
        what = "step" if row.done_at is None else "step_done"
        yield Held(what, row.id, row.title, {"on": [row.record_kind, row.record_id]})


def asked(rows):
    quoted = (Approval.record_kind == "quote") & (Approval.record_id == Quote.id)
    query = rows.select(Approval, Quote.number, Quote.version).join(Quote, JOIN.LEFT_OUTER, on=quoted).order_by(Approval.id).objects()
    for row in query:
        name = f"{row.number} V{row.version}" if row.number else row.name
        yield Held("approval", row.id, name, {"node": row.name, "node_en": row.name_en})


def flow_nodes(rows):
    """Steps of running flows that name him."""
    for row in rows.order_by(FlowApprover.id):
        node = flows.read(row.flow.running).node(row.node)
        yield Held("flow_node", row.id, node.name)


def memberships(rows):
    names = {(kind, row.id): row.name for kind, table in TEAMS.items() for row in shared(kind, table, rows)}
    for row in rows.order_by(Member.id):
        yield Held("member", row.id, names.get((row.record_kind, row.record_id), ""), {"on": [row.record_kind, row.record_id]})


def shared(kind, table, rows):
    ids = rows.select(Member.record_id).where(Member.record_kind == kind)
    return table.select(table.id, table.name).where(table.id.in_(ids))


def scopes(rows):
    for row in rows.select(PoolScope, Pool).join(Pool).order_by(PoolScope.id):
        others = PoolScope.select().where(PoolScope.pool == row.pool_id, PoolScope.id != row.id)
        yield Held("pool_scope", row.id, row.pool.name, {"last": not others.exists()})


def administrations(rows):
    for row in rows.select(PoolAdministrator, Pool).join(Pool).order_by(PoolAdministrator.id):
        others = PoolAdministrator.select().where(PoolAdministrator.pool == row.pool_id, PoolAdministrator.id != row.id)
        yield Held("pool_administrator", row.id, row.pool.name, {"last": not others.exists()})


def turns(rows):
    for row in rows.select(AssignmentTaker, AssignmentRule).join(AssignmentRule).order_by(AssignmentTaker.id):
        others = AssignmentTaker.select().where(AssignmentTaker.rule == row.rule_id, AssignmentTaker.id != row.id)
        yield Held("assignment_taker", row.id, row.rule.name, {"last": not others.exists()})


def headships(rows):
    for row in rows.select(User, Department).join(Department):
        yield Held("head", row.id, row.department.name, {"department": row.department_id})


# In the order in which they are handed over: a customer before what belongs to him, quotes before the approvals.
HELD = {
    "customer": Holding(Customer.owner, customers),
    "lead": Holding(Lead.owner, leads),
    "opportunity": Holding(Opportunity.owner, deals),
    "quote": Holding(Quote.owner, quotes),
    "order": Holding(Order.owner, orders),
    "ticket": Holding(Ticket.owner, tickets),
    "step": Holding(Task.owner, steps, Task.done_at.is_null()),
    "step_done": Holding(Task.owner, steps, Task.done_at.is_null(False)),
    "approval": Holding(Approval.approver, asked, approval_history.UNDECIDED),
    "flow_node": Holding(FlowApprover.user, flow_nodes),
    "member": Holding(Member.user, memberships),
    "pool_scope": Holding(PoolScope.user, scopes),
    "pool_administrator": Holding(PoolAdministrator.user, administrations),
    "assignment_taker": Holding(AssignmentTaker.user, turns),
    "head": Holding(User.id, headships, User.heads_department),
    "claim": Holding(Claim.owner, None, Claim.ended_at.is_null()),  # the ledger follows its record
}
SUMMARY = ("customer", "lead", "opportunity", "quote", "order", "ticket", "approval", "step")  # what one names first


def of(user):
    """[Held] of a person, kind by kind; but for the steps on his own records, which go along with them."""
    held = [each for holding in HELD.values() if holding.read for each in holding.read(holding.of(user))]
    own = {(each.what, each.id) for each in held}
    return [each for each in held if not each.what.startswith("step") or tuple(each.facts["on"]) not in own]


def counts(user):
    """{what: number} of everything that is his, in one query; only what there is."""
    columns = [holding.of(user).select(fn.COUNT(holding.column)).alias(what) for what, holding in HELD.items()]
    return {what: number for what, number in Company.select(*columns).dicts().get().items() if number}


def fits(what, user):
    """Whether this person may have such a thing: service does tickets, sales the rest, and whoever reads quotes approves them."""
    if what == "ticket":
        return user.may("ticket.serve")
    if what in ("approval", "flow_node"):
        return user.may("quote.see")
    return user.may("lead.work")
