"""Customers entered anew to look new (防虚假新开, C14): the traces of an older customer of ours, and what became of that one."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from peewee import JOIN

from domain import duplicates
from domain.company_names import NAME, parse
from models import Company, Customer, Opportunity, User

KEYS = ("credit_code", "phone", "address_key", "name_key")
MOST = 10
DROPPED, LOST, AGAIN, OLD = WHYS = ("dropped", "lost", "again", "old")


@dataclass
class Trace:
    """An older customer that is like this one: by which facts or likeness of names, and why that makes the new one look registered again."""

    other: Customer
    keys: list
    why: str


def traces(customer, like_it=()):
    """[Trace] of the older customers with the same telephone, credit code or address, or, of those with the ids `like_it`, a like name.

    One that a colleague entered only lately is not among them: two sellers on one company are a collision.
    """
    given = {key: getattr(customer, key) for key in KEYS if getattr(customer, key)}
    like = reduce(or_, (getattr(Customer, key) == value for key, value in given.items()), Customer.id.in_(like_it))
    older = list(
        Customer.select(Customer, User).join(User, JOIN.LEFT_OUTER, on=Customer.owner)
        .where(like, Customer.id < customer.id, Customer.merged_into.is_null()).order_by(Customer.id).limit(MOST)
    )
    lost = with_nothing_but_lost(older)
    name = parse(customer.name)
    found = [Trace(other, likenesses(other, given, name), why(customer, other, lost)) for other in older]
    return [trace for trace in found if trace.keys and trace.why]


def likenesses(other, given, name):
    """The columns in which two customers are equal, and how their names are alike."""
    equal = [key for key in given if getattr(other, key) == given[key]]
    alike = NAME if "name_key" in equal else getattr(duplicates.likeness_of(name, other), "reason", None)
    return [key for key in equal if key != "name_key"] + ([alike] if alike else [])


def why(customer, other, lost):
    age = customer.created_at - other.created_at
    lately = timedelta(days=Company.current().re_registered_days)
    if other.in_pool:
        return DROPPED
    if other.id in lost:
        return LOST
    if age > lately:
        return OLD
    return AGAIN if other.created_by_id == customer.created_by_id else None


def with_nothing_but_lost(customers):
    """Ids of those whose deals were all lost."""
    if not customers:
        return set()
    rows = Opportunity.select(Opportunity.customer, Opportunity.status).where(Opportunity.customer.in_([each.id for each in customers]))
    outcomes = {}
    for id, status in rows.distinct().tuples():
        outcomes.setdefault(id, set()).add(status)
    return {id for id, statuses in outcomes.items() if statuses == {Opportunity.LOST}}
