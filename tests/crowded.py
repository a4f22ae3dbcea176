"""A company in which there is a lot of everything: `fill(cast, 0, 10)`, then `fill(cast, 10, 1000)` makes it a thousand.

Row n of each kind hangs on people and records of its own, so that a page which asks once per row is found out; and a
second one hangs on the first record of each kind, so that its page has just as much to show.
"""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from domain import bulk, day_of, now, search
from models import (
    Approval,
    Choice,
    Claim,
    Collision,
    CollisionAct,
    Contact,
    Conversion,
    Customer,
    Department,
    Event,
    FollowUp,
    Import,
    ImportProblem,
    Lead,
    Member,
    Notice,
    Opportunity,
    Order,
    OrderLine,
    Pool,
    Product,
    Quote,
    QuoteLine,
    RecycleRule,
    Review,
    Session,
    Stage,
    StageChange,
    Task,
    Ticket,
    Touch,
    User,
    Visit,
    name_key,
)

NAME = "苏州恒立精密机械制造有限公司"
MOST_LINES = 100
FEW = 100  # pools, departments and words: nobody has a thousand
MONEY = {"list_total": 100, "total": 100, "tax_total": 12}


def fill(cast, begin, end):
    """Rows number begin to end - 1 of every kind; afterwards end of each, and more."""
    lot = Lot(cast, range(begin, end))
    for step in (lot.people, lot.settings, lot.leads, lot.customers, lot.deals, lot.offers, lot.service, lot.desk, lot.history, lot.collisions):
        step()


def first():
    """The record of each kind that has all the others hanging on it."""
    kinds = {"lead": Lead, "customer": Customer, "opportunity": Opportunity, "order": Order, "ticket": Ticket, "job": Import, "pool": Pool}
    kinds["case"] = Collision
    ids = {name: kind.select(kind.id).order_by(kind.id).first().id for name, kind in kinds.items()}
    quotes = {status: Quote.get(Quote.number == f"{status}0").id for status in (Quote.DRAFT, Quote.PENDING, Quote.APPROVED)}
    waiting = Approval.get(Approval.record_id == quotes[Quote.PENDING], Approval.status == Approval.CURRENT)
    in_pool = Lead.select().where(Lead.pool.is_null(False)).order_by(Lead.id).first()
    return SimpleNamespace(**ids, **quotes, waiting=waiting.id, pool_lead=in_pool.id)


def called(n):
    """The same name but for its last digits, as company names are alike but for a few characters."""
    name = f"{NAME}{n:03}"
    return {"name": name, "name_key": name_key(name)}


class Lot:
    def __init__(self, cast, numbers):
        self.cast, self.numbers, self.at = cast, numbers, now()
        self.long_ago = self.at - timedelta(days=12)
        self.few = [n for n in numbers if n < FEW]
        self.today = day_of(self.at)
        self.stages = [stage.id for stage in Stage.in_order()]

    def insert(self, table, rows):
        rows = list(rows)
        return [id for start in range(0, len(rows), 500) for id, in bulk.insert(table, rows[start:start + 500])]

    def people(self):
        here = self.cast.seller.department_id
        self.users = self.insert(User, [
            {"name": f"同事{n}", "login": f"colleague{n}", "password_hash": "-", "role": User.SELLER, "department": here}
            for n in self.numbers
        ])
        self.insert(Session, [
            {"token_hash": f"t{n}", "user": self.cast.seller.id, "expires_at": self.at + timedelta(hours=1)} for n in self.numbers
        ])

    def settings(self):
        root = self.cast.admin.department
        self.insert(Department, [{"name": f"部门{n}", "parent": root.id, "path": f"{root.path}{n + 1000}/"} for n in self.few])
        self.insert(Pool, [{"name": f"公海{n}", "position": n + 1} for n in self.few])
        common = {"state": RecycleRule.ON, "position": 0, "switched_on_at": self.at, "departments": [root.id], "working_days": True}
        for what in ("lead", "customer") if 0 in self.numbers else ():  # a company has two rules, not a thousand
            RecycleRule.create(what=what, name="15 天未跟进", no_follow_up_days=15, no_deal_days=60, **common)
        self.insert(Choice, [{"field": "source", "value": f"s{n}", "label": f"来源{n}"} for n in self.few])

    def leads(self):
        """Of the seller, of a colleague, in the pool, and converted into the first customer."""
        seller, pool = self.cast.seller.id, Pool.select().order_by(Pool.id).first().id
        base = {"phone": "13800000000", "next_at": self.at, "source": "import"}
        lies = {"pool": pool, "entered_pool_at": self.at, "status": Lead.UNASSIGNED}
        rows = [(user, base | called(n)) for n, user in zip(self.numbers, self.users)]
        held = {"owner": seller, "status": Lead.PENDING, "owned_since": self.long_ago}
        self.own = self.insert(Lead, [row | held | {"last_owner": user} for user, row in rows])
        self.insert(Lead, [row | {"owner": user, "status": Lead.FOLLOWING} for user, row in rows])
        lying = self.insert(Lead, [row | lies | {"last_owner": user, "city": "苏州市"} for user, row in rows])
        self.converted = self.insert(Lead, [row | {"owner": seller, "status": Lead.CONVERTED} for _user, row in rows])
        for ids in (self.own, lying):
            search.index("lead", *Lead.select().where(Lead.id.in_(ids)))
        self.first_lead = Lead.select(Lead.id).order_by(Lead.id).first().id
        ended = {"ended_at": self.at, "how": Claim.CLAIMED, "by": seller, "day": self.today}
        self.insert(Claim, [ended | {"record_kind": "lead", "record_id": self.first_lead, "owner": user} for user in self.users])

    def customers(self):
        """Even ones are the seller's."""
        owners = [self.cast.seller.id if n % 2 == 0 else user for n, user in zip(self.numbers, self.users)]
        held = {"phone": "13800000000", "owned_since": self.long_ago}
        self.theirs = self.insert(Customer, [called(n) | held | {"owner": owner} for n, owner in zip(self.numbers, owners)])
        search.index("customer", *Customer.select().where(Customer.id.in_(self.theirs)))
        self.customer = Customer.select(Customer.id).order_by(Customer.id).first().id
        self.contacts = self.insert(Contact, [{"customer": id, "name": "张三"} for id in self.theirs])
        self.insert(Contact, [{"customer": self.customer, "name": f"联系人{n}"} for n in self.numbers])
        self.insert(Member, [{"record_kind": "customer", "record_id": self.customer, "user": user} for user in self.users])

    def deals(self):
        seller = self.cast.seller.id
        stages = [self.stages[n % (len(self.stages) - 1)] for n in self.numbers]
        base = {"name": "产线改造", "amount": 100_00}
        rows = zip(self.theirs, self.contacts, self.users, stages)
        self.own_deals = self.insert(Opportunity, [
            base | {"customer": customer, "contact": contact, "owner": seller, "stage": stage} for customer, contact, _u, stage in rows
        ])
        self.deal = Opportunity.select(Opportunity.id).order_by(Opportunity.id).first().id
        won = base | {"customer": self.customer, "status": Opportunity.WON, "stage": self.stages[-1], "closed_at": self.at}
        others = self.insert(Opportunity, [won | {"owner": user} for user in self.users])
        self.insert(StageChange, [
            {"opportunity": id, "stage": self.stages[-1], "status": Opportunity.WON, "by": user} for id, user in zip(others, self.users)
        ])
        made = zip(self.converted, self.own_deals, self.users)
        self.insert(Conversion, [
            {"lead": lead, "customer": self.customer, "opportunity": deal, "linked": True, "by": user} for lead, deal, user in made
        ])

    def offers(self):
        """A draft, one that waits for a manager and one approved, which became an order."""
        self.products = self.insert(Product, [
            {"sku": f"P{n}", "name": "激光测距传感器", "price": 100, "cost": 60, "category": f"类{n % 5}"} for n in self.numbers
        ])
        search.index("product", *Product.select().where(Product.id.in_(self.products)))
        drafts, pending, approved = (self.quotes(status) for status in (Quote.DRAFT, Quote.PENDING, Quote.APPROVED))
        node = {"round": 1, "position": 1, "name": "商务审批", "submitted_at": self.at, "current_since": self.at, "role": User.MANAGER}
        asked = node | {"status": Approval.CURRENT, "submitted_by": self.cast.seller.id}
        self.insert(Approval, [asked | {"record_id": id} for id in pending])
        said = {"status": Approval.APPROVED, "decided_by": self.cast.manager.id, "decided_at": self.at}
        self.insert(Approval, [node | said | {"record_id": id, "submitted_by": user} for id, user in zip(approved, self.users)])
        self.orders = self.insert(Order, self.ordered(approved))
        self.lines(drafts, pending, approved)

    def quotes(self, status):
        """Even ones are of the seller and the first deal, odd ones of colleagues and deals of their own."""
        base = MONEY | {"status": status, "issued_on": self.today, "valid_until": self.today, "cost_total": 60}
        rows = zip(self.numbers, self.users, self.own_deals, self.theirs, self.contacts)
        return self.insert(Quote, [
            base | {"number": f"{status}{n}", "check_code": f"{status}{n}", "contact": contact}
            | ({"owner": self.cast.seller.id, "opportunity": self.deal, "customer": self.customer} if n % 2 == 0 else
               {"owner": user, "opportunity": deal, "customer": customer})
            for n, user, deal, customer, contact in rows
        ])

    def ordered(self, approved):
        base = {"opportunity": self.deal, "ordered_on": self.today, "total": 100, "tax_total": 12}
        rows = zip(self.numbers, approved, self.theirs, self.users)
        return [
            base | {"number": f"SO{n}", "quote": quote} | ({"owner": self.cast.seller.id, "customer": self.customer} if n % 2 == 0 else
                                                        {"owner": user, "customer": customer})
            for n, quote, customer, user in rows
        ]

    def lines(self, *kinds):
        """One line for each quote, and as many as come together for the first of each kind."""
        base = {"name": "激光测距传感器", "sku": "P", "price": 100, "quantity": Decimal(1), "tax_rate": Decimal("0.13"), "amount": 100,
                "share": 0, "net": 100, "excl": 88, "tax": 12}
        more = {"cost": 60, "discount": None, "gross": 100}
        told = [(n, product) for n, product in zip(self.numbers, self.products) if n < MOST_LINES]
        for status, ids in zip((Quote.DRAFT, Quote.PENDING, Quote.APPROVED), kinds):
            big = Quote.get(Quote.number == f"{status}0").id
            rows = [base | more | {"quote": big, "position": n + 1, "product": product} for n, product in told]
            rows += [base | more | {"quote": id, "position": 1, "product": product} for id, product in zip(ids, self.products) if id != big]
            self.insert(QuoteLine, rows)
        big = Order.get(Order.number == "SO0").id
        self.insert(OrderLine, [base | {"order": big, "position": n + 1, "product": product} for n, product in told])

    def service(self):
        """Tickets that lie with the service agent, for the first customer and order, and new ones of colleagues."""
        order = Order.get(Order.number == "SO0").id
        mine = {"customer": self.customer, "order": order, "title": "坏了", "owner": self.cast.service.id, "created_by": self.cast.seller.id}
        mine |= {"status": Ticket.DISPATCHED, "dispatched_at": self.at}
        self.insert(Ticket, [mine | {"number": n} for n in self.numbers])
        rows = zip(self.numbers, self.theirs, self.users)
        self.insert(Ticket, [
            {"number": n + 100_000, "customer": customer, "title": "坏了", "created_by": user} for n, customer, user in rows
        ])
        self.ticket = Ticket.select(Ticket.id).order_by(Ticket.id).first().id
        done = {"ticket": self.ticket, "checked_in_at": self.at, "checked_out_at": self.at}
        self.insert(Visit, [done | {"user": user} for user in self.users])

    def desk(self):
        """Steps, messages and imports."""
        kinds = (("lead", self.own), ("customer", self.theirs), ("opportunity", self.own_deals))
        due = {"owner": self.cast.seller.id, "title": NAME, "due_at": self.at - timedelta(minutes=1)}
        self.insert(Task, [due | {"record_kind": kind, "record_id": id} for kind, ids in kinds for id in ids])
        told = {"user": self.cast.seller.id, "facts": {"name": NAME, "actor": "钱经理", "number": "Q1"}}
        self.insert(Notice, [told | {"verb": "lead.assigned", "record_kind": "lead", "record_id": id} for id in self.own])
        job = {"what": "lead", "file_name": "a.csv", "stored_as": "none", "sha256": "0", "status": Import.DONE, "user": self.cast.manager.id,
               "total": 1, "read": 1, "layout": {"headers": ["公司"], "header": 1, "delimiter": ","}}
        self.insert(Import, [dict(job) for _n in self.numbers])
        first = Import.select(Import.id).order_by(Import.id).first().id
        self.insert(ImportProblem, [
            {"job": first, "row_number": n, "refused": True, "rule": "required", "cells": [""]} for n in self.numbers
        ])

    def history(self):
        """Follow-ups and facts of the first record of each kind, each by a colleague."""
        records = {"lead": self.first_lead, "customer": self.customer, "opportunity": self.deal, "order": Order.get(Order.number == "SO0").id,
                   "quote": Quote.get(Quote.number == "draft0").id, "ticket": self.ticket}
        self.events = []
        for kind, id in records.items():
            about = {"record_kind": kind, "record_id": id}
            spoken = self.insert(FollowUp, [about | {"author": user, "method": "phone", "body": "聊过"} for user in self.users])
            chain = {"at": self.at, "previous_hash": "", "customer_id": id if kind == "customer" else None} | about
            told = [
                fact for n, follow_up in zip(self.numbers, spoken) for fact in (
                    {"verb": f"{kind}.followed_up", "detail": {"follow_up": follow_up}, "after": None},
                    {"verb": f"{kind}.moved", "detail": {"stage": "方案报价"}, "after": {"n": n}},
                )
            ]
            self.events += self.insert(Event, [
                chain | fact | {"actor": self.users[n % len(self.users)], "hash": f"{kind}{self.numbers[0]}-{n}"} for n, fact in enumerate(told)
            ])

    def collisions(self):
        """A case about each customer between the seller and a colleague, all acts in the first; each customer in review."""
        seller = self.cast.seller.id
        cases = self.insert(Collision, [{"record_kind": "customer", "record_id": id, "name": NAME, "days": 30} for id in self.theirs])
        acts = [(case, side, n) for n, (case, user) in enumerate(zip(cases, self.users)) for side in (seller, user)]
        act = {"what": Touch.FOLLOW_UP, "at": self.at}
        self.insert(CollisionAct, [
            act | {"case": case, "side": side, "actor": side, "event": self.events[n if side == seller else n + len(self.users)]}
            for case, side, n in acts
        ])
        first, rest = Collision.select(Collision.id).order_by(Collision.id).first().id, self.events[2 * len(self.users):]
        self.insert(CollisionAct, [act | {"case": first, "side": seller, "actor": seller, "event": event} for event in rest])
        pairs = zip(self.theirs * 2, [seller] * len(self.theirs) + self.users, self.events)
        self.insert(Touch, [
            act | {"record_kind": "customer", "record_id": id, "customer": id, "side": who, "actor": who, "event": event}
            for id, who, event in pairs
        ])
        self.insert(Review, [{"customer": id, "asked_by": seller} for id in self.theirs])
