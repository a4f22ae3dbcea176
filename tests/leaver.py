"""Somebody with a bit of everything, drawn at random: what a handover has to find, move, and bring back."""

from datetime import timedelta

from domain import approvals, customers, deals, follow_ups, leads, members, notifications, now, orders, pool, tickets
from models import (
    AssignmentRule,
    AssignmentTaker,
    Customer,
    Lead,
    Member,
    Pool,
    PoolAdministrator,
    PoolScope,
    Quote,
    Stage,
    User,
)
from tests import offers, routes

LOOSE = (Member, PoolScope, PoolAdministrator, AssignmentTaker)  # rows that a handover deletes; an undo makes new ones
PROVINCES = ("江苏", "浙江", "广东", "")


def burden(leaver, cast, rng, size=12):
    """`size` customers and as many leads in every state, with what belongs to them; rights and what waits for his word."""
    for number in range(size):
        customer = customers.create(leaver, name=f"客户 {number}", province=rng.choice(PROVINCES))
        customers.add_contact(customer, leaver, name="李四")
        if rng.random() < 0.6:
            add_deals(customer, leaver, cast, rng)
        if rng.random() < 0.4:
            follow_ups.write(customer, leaver, "phone", "谈过", next_at=now() + timedelta(days=rng.randint(1, 9)))
        if rng.random() < 0.3:
            members.add(customer, cast.rival, by=leaver, may_edit=rng.random() < 0.5)
    add_leads(leaver, cast, rng, size)
    add_rights(leaver, cast, rng)
    return leaver


def add_deals(customer, leaver, cast, rng):
    deal = deals.create(leaver, customer, f"商机 {customer.id}", rng.randint(1, 9) * 10_000)
    follow_ups.write(deal, leaver, "visit", "看过现场", next_at=now() + timedelta(days=1))
    deals.move(deal, rng.choice([stage for stage in Stage.in_order() if not stage.is_won]), by=leaver)
    quote = offers.quote(leaver, opportunity=deal, number=f"Q-{customer.id}")
    fate = rng.random()
    if fate < 0.3:
        approvals.submit(quote, by=leaver)
    elif fate < 0.6:
        Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
        orders.create(Quote.get_by_id(quote.id), by=leaver)
        deals.win(deal, by=leaver)
    elif fate < 0.7:
        deals.lose(deal, by=leaver, reason="price")
    if rng.random() < 0.5:
        ticket = tickets.create(leaver, customer, "坏了")
        tickets.assign(ticket, cast.service, by=cast.admin)


def add_leads(leaver, cast, rng, size):
    for number in range(size):
        lead = leads.create(leaver, name=f"线索 {number}", contact_name="张三", province=rng.choice(PROVINCES))
        fate = rng.random()
        if fate < 0.4:
            follow_ups.write(lead, leaver, "phone", "没接", next_at=now() + timedelta(days=2) if rng.random() < 0.5 else None)
        elif fate < 0.5:
            leads.invalidate(lead, by=leaver)
        elif fate < 0.7:
            leads.convert(lead, by=leaver)
        elif fate < 0.8:
            leads.void(lead, by=cast.admin)
    notifications.notify([leaver], "lead.assigned", Lead.get(Lead.owner == leaver), actor="x", name="y")


def add_rights(leaver, cast, rng):
    """He decides on others' quotes, helps with others' customers, is named in pools, heads his department."""
    routes.lead_through(routes.person(leaver))
    for number in range(3):
        customer = customers.create(cast.outsider, name=f"别人的客户 {number}")
        members.add(customer, leaver, by=cast.outsider, may_edit=True)
        deal = deals.create(cast.outsider, customer, "商机", 1_000)
        approvals.submit(offers.quote(cast.outsider, opportunity=deal, number=f"O-{number}"), by=cast.outsider)
    pools = [Pool.create(name=f"池 {number}", position=9, what="customer") for number in range(2)]
    PoolScope.create(pool=pools[0], user=leaver)
    for user in (leaver, cast.rival):
        PoolScope.create(pool=pools[1], user=user)
    PoolAdministrator.create(pool=pools[1], user=leaver)
    rule = AssignmentRule.create(name="轮流", what="lead", position=1)
    for user in (leaver, cast.rival):
        AssignmentTaker.create(rule=rule, user=user)
    AssignmentTaker.create(rule=AssignmentRule.create(name="给他", what="lead", position=2, active=False), user=leaver)
    User.update(heads_department=rng.random() < 0.5).where(User.id == leaver.id).execute()
    lost = Lead.with_people().where(Lead.owner == leaver, Lead.status == Lead.FOLLOWING).first()
    if lost:
        pool.assign(lost, cast.outsider, by=cast.admin)


def ownership():
    """Whose everything is, and what a handover must not touch: {table: {row: columns}}, for comparison."""
    from domain import holdings

    seen = {}
    for what, holding in holdings.HELD.items():
        table = holding.column.model
        if what == "claim" or table in LOOSE:
            continue
        seen[table] = {row["id"]: owned_columns(row) for row in table.select().dicts()}
    for table in LOOSE:
        seen[table] = sorted(tuple(sorted((name, str(value)) for name, value in row.items() if name != "id")) for row in table.select().dicts())
    return seen


UNTOUCHED = ("updated_at", "pdf", "password_hash")


def owned_columns(row):
    return {name: value for name, value in row.items() if name not in UNTOUCHED}


def conserved():
    """Numbers that no handover changes."""
    return {table: table.select().count() for table in (Lead, Customer, Quote)}
