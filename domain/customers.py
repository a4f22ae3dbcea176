"""Customers: their file and the people there."""

from peewee import fn

from domain import duplicates, events, match_keys, now, pool, pool_limits, search, transaction
from models import Claim, Contact, Customer, Opportunity, Order, address_key, name_key

COLUMNS = (
    "name", "short_name", "credit_code", "phone", "email", "website", "province", "city", "address", "industry", "source",
    "level", "remark",
)
PLACE = {"province", "city", "address"}
SEARCHED = {"name", "short_name", "phone", "credit_code"}


def create(by, owner=None, at=None, is_checked=False, **columns):
    """A new customer; whoever creates it owns it unless somebody else is named. It takes room, but no claim.

    `is_checked`: refused where the duplicate rule says so (新建查重), as what people enter is.
    """
    at, owner = at or now(), owner or by
    with transaction():
        if is_checked:
            duplicates.ensure_new("customer", by, **columns)
        customer = Customer(
            name_key=name_key(columns["name"]), owner=owner, owned_since=at, created_by=by, created_at=at, updated_at=at, **columns
        )
        customer.address_key = address_key(customer.province, customer.city, customer.address)
        pool_limits.ensure_room([customer], owner)
        customer.save(force_insert=True)
        pool.enter(customer, owner, Claim.CREATED, by, at)
        search.index("customer", customer)
        match_keys.index(customer)
        events.record("customer.created", customer, by, at=at, name=customer.name)
    return customer


def edit(customer, by, at=None, **columns):
    """Write the columns that really change; nothing is recorded when none do."""
    before, after = events.changes(customer, **columns)
    if not after:
        return customer
    at = at or now()
    with transaction():
        if "name" in after:
            customer.name_key = name_key(after["name"])
        write(customer, updated_at=at, **after)
        if PLACE & set(after):
            write(customer, address_key=address_key(customer.province, customer.city, customer.address))
        if SEARCHED & set(after):
            search.index("customer", customer)
        if match_keys.COMPARED & set(after):
            match_keys.index(customer)
        events.record("customer.edited", customer, by, before, after, at=at)
    return customer


def hand_over(customer, to, by, at=None):
    """Somebody else looks after the customer from now on, its next step included. Its deals stay with their owners."""
    if to.id != customer.owner_id:
        pool.assign(customer, to, by, at)
    return customer


def settle_dealt(customer_id):
    """成交 begins with the first deal won or order taken, whichever came first; and ends where none is left."""
    won = Opportunity.select(fn.MIN(Opportunity.closed_at)).where(
        Opportunity.customer == customer_id, Opportunity.status == Opportunity.WON
    )
    taken = Order.select(fn.MIN(Order.created_at)).where(Order.customer == customer_id)
    times = [at for at in (won.scalar(), taken.scalar()) if at]
    Customer.update(dealt_at=min(times, default=None)).where(Customer.id == customer_id).execute()


def write(record, **columns):
    for name, value in columns.items():
        setattr(record, name, value)
    record.save(only=list(record.dirty_fields))


# ---- contacts --------------------------------------------------------------------------------------------------------


def add_contact(customer, by, at=None, **columns):
    with transaction():
        contact = Contact.create(customer=customer, created_at=at or now(), **columns)
        events.record("customer.contact_added", customer, by, at=at, contact_id=contact.id, name=contact.name)
    return contact


def edit_contact(contact, by, at=None, **columns):
    before, after = events.changes(contact, **columns)
    if not after:
        return contact
    with transaction():
        write(contact, **after)
        events.record("customer.contact_edited", contact.customer, by, before, after, at=at, name=contact.name)
    return contact
