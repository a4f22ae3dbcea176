"""Leads (线索): created, edited, put aside, converted into a customer."""

from domain import (
    Refused,
    _,
    customers,
    deals,
    duplicates,
    events,
    follow_ups,
    match_keys,
    members,
    now,
    pool,
    pool_limits,
    search,
    transaction,
)
from models import Claim, Company, Contact, Conversion, FollowUp, Lead, name_key

COLUMNS = (
    "name", "contact_name", "contact_title", "phone", "wechat", "email", "credit_code", "province", "city", "address",
    "website", "industry", "source", "budget", "need", "registered_on",
)
SEARCHED = {"name", "contact_name", "phone", "credit_code"}
OWNED_AND_OPEN = (*Lead.WORKED_ON, Lead.INVALID)


def create(by, pool=None, at=None, **columns):
    """A new lead: without a pool its creator's own (待处理), with one it waits there (未分配)."""
    at = at or now()
    with transaction():
        duplicates.ensure_new("lead", by, **columns)
        lead = Lead(name_key=name_key(columns["name"]), created_by=by, created_at=at, updated_at=at, **columns)
        put_in_pool(lead, pool, at) if pool else give_to_creator(lead, by, at)
        lead.save(force_insert=True)
        if lead.owner_id:
            enter_ledger(lead, by, at)
        search.index("lead", lead)
        match_keys.index(lead)
        events.record("lead.created", lead, by, after={"status": lead.status}, at=at, name=lead.name)
    return lead


def put_in_pool(lead, into, at):
    lead.pool = lead.home_pool = into
    lead.status, lead.entered_pool_at = Lead.UNASSIGNED, at


def give_to_creator(lead, by, at):
    pool_limits.ensure_room([lead], by)
    lead.owner, lead.owned_since, lead.status = by, at, Lead.PENDING


def enter_ledger(lead, by, at):
    pool.enter(lead, by, Claim.CREATED, by, at)


def edit(lead, by, at=None, **columns):
    """Write the columns that really change; nothing is recorded when none do."""
    before, after = events.changes(lead, **columns)
    if not after:
        return lead
    at = at or now()
    with transaction():
        written = after | ({"name_key": name_key(after["name"])} if "name" in after else {})
        settle(lead, (Lead.UNASSIGNED, *OWNED_AND_OPEN), updated_at=at, **written)
        if SEARCHED & set(after):
            search.index("lead", lead)
        if match_keys.COMPARED & set(after):
            match_keys.index(lead)
        events.record("lead.edited", lead, by, before, after, at=at)
    return lead


def settle(lead, statuses, **columns):
    """Write only where the lead still stands in one of these states and with the owner this person saw."""
    same_owner = (Lead.owner == lead.owner_id) if lead.owner_id else Lead.owner.is_null()
    unchanged = (Lead.id == lead.id) & Lead.status.in_(statuses) & same_owner
    if not Lead.update(**columns).where(unchanged).execute():
        raise Refused(what_happened(lead))
    for name, value in columns.items():
        setattr(lead, name, value)


def what_happened(lead):
    """Who was faster, and with what."""
    conversion = Conversion.get_or_none(Conversion.lead == lead.id)
    if conversion:
        return _("%(name)s has converted this lead into a customer already.", name=conversion.by.name)
    return _("Somebody has changed %(name)s meanwhile. Load the page again.", name=lead.name)


def invalidate(lead, by, at=None):
    """Not to be reached, or no interest (无效): put aside, and it can be taken up again."""
    at = at or now()
    with transaction():
        old = lead.status
        settle(lead, Lead.WORKED_ON, status=Lead.INVALID, next_at=None, updated_at=at)
        follow_ups.drop_plan(lead)
        events.record("lead.invalidated", lead, by, {"status": old}, {"status": lead.status}, at)


def revive(lead, by, at=None):
    """Followed again after all: back to where it stood before it was put aside."""
    at = at or now()
    spoken = FollowUp.select().where(FollowUp.record_kind == "lead", FollowUp.record_id == lead.id).exists()
    with transaction():
        settle(lead, (Lead.INVALID,), status=Lead.FOLLOWING if spoken else Lead.PENDING, updated_at=at)
        events.record("lead.revived", lead, by, {"status": Lead.INVALID}, {"status": lead.status}, at)


def void(lead, by, at=None):
    """Proven junk (作废): like a deletion, but the record and its history stay."""
    at = at or now()
    with transaction():
        old = lead.status
        settle(lead, (Lead.UNASSIGNED, *OWNED_AND_OPEN), status=Lead.VOIDED, pool=None, next_at=None, updated_at=at)
        pool.close(lead, by, at, Lead.VOIDED)
        follow_ups.drop_plan(lead)
        events.record("lead.voided", lead, by, {"status": old}, {"status": lead.status}, at)


# ---- conversion (线索转换) --------------------------------------------------------------------------------------------


def convert(lead, by, with_contact=True, opportunity=None, at=None):
    """A customer, and where wanted a contact and an opportunity ({"name", "amount" in fen}), all in one act.

    With the duplicate rule on (客户新建查重) a customer of the same name is linked instead of made twice. One writer at
    a time, so that two leads of one name converted at once meet in one customer.
    """
    at = at or now()
    with transaction():
        old = lead.status
        settle(lead, OWNED_AND_OPEN, status=Lead.CONVERTED, converted_at=at, updated_at=at)
        customer, linked = customer_for(lead, by, at)
        if not linked:
            members.bring_along(lead, customer, by, at)
        contact = contact_for(lead, customer, by, at) if with_contact and lead.contact_name else None
        deal = opportunity and deals.create(
            by, customer, opportunity["name"], opportunity["amount"], contact=contact, source=lead.source,
            owner=lead.owner, at=at,
        )
        conversion = Conversion.create(
            lead=lead, customer=customer, contact=contact, opportunity=deal, linked=linked, by=by, at=at
        )
        pool.close(lead, by, at, Lead.CONVERTED)
        follow_ups.move_plan(lead, customer)
        events.record(
            "lead.converted", lead, by, {"status": old}, {"status": lead.status}, at,
            customer_id=customer.id, customer_name=customer.name, opportunity_id=deal.id if deal else None,
        )
    return conversion


def customer_for(lead, by, at):
    """(customer, whether it was there before)"""
    links = Company.current().links_customers_by_name
    found = duplicates.customer_named(lead.name) if links else None
    if found:
        told = {"lead_id": lead.id, "owner_id": lead.owner_id, "owner_name": lead.owner.name}
        events.record("customer.lead_linked", found, by, at=at, **told)
        return found, True
    columns = {name: getattr(lead, name) for name in customers.COLUMNS if name in COLUMNS}
    return customers.create(by, owner=lead.owner, at=at, is_checked=links, **columns), False


def contact_for(lead, customer, by, at):
    """The person on the lead; one that the customer has already is not added twice."""
    known = Contact.get_or_none(Contact.customer == customer, Contact.name == lead.contact_name, Contact.phone == lead.phone)
    return known or customers.add_contact(
        customer, by, at=at, name=lead.contact_name, title=lead.contact_title, phone=lead.phone, wechat=lead.wechat,
        email=lead.email,
    )
