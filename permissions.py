"""Who may do what: one sentence per question, asked by views and templates alike.

What a role lets its people do at all is a function (domain/functions.py); what is said here is of whose records, and when.
"""

from models import Approval, Quote


def works_for(user, record):
    """The owner, somebody above the owner, or a team member who may edit."""
    return record.owner_id is not None and user.oversees(record.owner_id) or record.is_on_team(user, editing=True)


def sells(user, record):
    """Somebody whose role works on such records, on the record's side; what state it is in is another question."""
    return user.may(f"{record.kind()}.work") and works_for(user, record)


def sees(user, kind):
    """Whether the role has to do with such records at all."""
    return user.may(f"{kind}.see")


# ---- leads -----------------------------------------------------------------------------------------------------------


def can_create_lead(user):
    return user.may("lead.create")


def can_edit_lead(user, lead):
    """Its owner's side, while it is open; what lies in a pool those who run the pool."""
    if not lead.is_open or not user.may("lead.work"):
        return False
    return lead.pool.is_run_by(user) if lead.in_pool else works_for(user, lead)


# ---- what lies in a pool, or is somebody's: leads and customers ------------------------------------------------------


def can_claim(user, record):
    """Whoever claims at all and sees it, where one claims at all; whether it is still there is the verb's business."""
    return user.may("pool.claim") and (not record.in_pool or record.pool.is_claimed_from or record.pool.is_run_by(user))


def can_release(user, record):
    """The owner's side: whoever only helps does not give away what is another's."""
    return user.may("pool.release") and is_kept_by(user, record)


def is_kept_by(user, record):
    return record.is_open and not record.in_pool and user.oversees(record.owner_id)


def can_hand_out(user, pool):
    """What lies in a pool: a manager, and whoever runs the pool."""
    return user.may("pool.assign") or pool.is_run_by(user)


def can_assign(user, record):
    """A manager hands out what lies in a pool or belongs to his people; whoever runs a pool what lies there."""
    if not record.is_open:
        return False
    return can_hand_out(user, record.pool) if record.in_pool else user.may("pool.assign") and works_for(user, record)


def can_move(user, record):
    """From one pool into another: whoever may hand it out."""
    return record.in_pool and can_assign(user, record)


def can_reveal(user, record):
    """Whoever sees it; what lies in a pool where the pool shows numbers before they are claimed, and by those who run it."""
    return not record.in_pool or record.pool.reveals or record.pool.is_run_by(user)


def can_lock(user, record):
    """Its owner's side keeps it from being recycled (锁定)."""
    return user.may("pool.lock") and is_kept_by(user, record)


# ---- leads, further ----------------------------------------------------------------------------------------------------


def can_follow_up(user, record):
    return sells(user, record)


def can_convert_lead(user, lead):
    """What it becomes is a customer."""
    return user.may("customer.create") and can_edit_lead(user, lead) and not lead.in_pool


def can_invalidate_lead(user, lead):
    return can_edit_lead(user, lead) and not lead.in_pool


def can_void_lead(user, lead):
    """Junk (作废) is a manager's word: a seller never takes a record away."""
    return user.may("lead.void") and can_edit_lead(user, lead)


def can_merge(user, *records):
    """The owner's side; what is several people's, or lies in a pool, only whose role may merge that makes one."""
    if not all(user.may("record.merge") and user.may(f"{record.kind()}.work") and record.is_open for record in records):
        return False
    owners = {record.owner_id for record in records}
    return user.may("record.merge_any") or len(owners) == 1 and None not in owners and user.oversees(*owners)


def can_undo_merge(user, merge, winner):
    """Whoever made it, while the record is still on his side; else whose role may merge anybody's."""
    return can_merge(user, winner) and (user.may("record.merge_any") or merge.by_id == user.id)


def can_cleanse(user):
    """Looking through the whole base is a manager's work; he finds what he sees."""
    return user.may("base.cleanse")


# ---- customers and opportunities -------------------------------------------------------------------------------------


def can_create_customer(user):
    return user.may("customer.create")


def can_edit_customer(user, customer):
    """Its owner's side; what lies in a pool those who run the pool."""
    if customer.in_pool:
        return user.may("customer.work") and customer.pool.is_run_by(user)
    return sells(user, customer)


def can_change_team(user, record):
    """Only the owner's side says who else reads a record; a team member does not pass it on. In the pool there is no team."""
    return user.may(f"{record.kind()}.work") and record.owner_id is not None and user.oversees(record.owner_id)


def can_hand_over(user, record):
    """Only the owner's side gives a record to somebody else: whoever helps does not take it."""
    return user.may("record.hand_over") and record.owner_id is not None and user.oversees(record.owner_id)


def can_transfer(user, record):
    """The same, of what is still worked on, with the open work on it."""
    return record.is_open and can_hand_over(user, record)


def can_create_opportunity(user):
    return user.may("opportunity.create")


def can_edit_opportunity(user, opportunity):
    return opportunity.is_open and sells(user, opportunity)


def can_reopen_opportunity(user, opportunity):
    return user.may("opportunity.reopen") and not opportunity.is_open and works_for(user, opportunity)


# ---- products and quotes ---------------------------------------------------------------------------------------------


def can_edit_products(user):
    return user.may("product.edit")


def can_see_cost(user, quote=None):
    """Cost and margin: whose role knows them, the seller of the quote, and whoever is asked to approve it."""
    return user.may("quote.cost") or quote is not None and (quote.owner_id == user.id or is_asked(user, quote))


def is_asked(user, quote):
    return Approval.waiting_for(user).where(Approval.record_kind == "quote", Approval.record_id == quote.id).exists()


def can_quote(user, opportunity):
    return user.may("quote.work") and opportunity.is_open and works_for(user, opportunity)


def can_edit_quote(user, quote):
    return quote.is_editable and sells(user, quote)


def can_share_quote(user, quote):
    """The seller's side gives the customer what is approved; whether it is in force is the verb's business."""
    return quote.status == Quote.APPROVED and sells(user, quote)


def can_submit_quote(user, quote):
    return can_edit_quote(user, quote)


def can_renew_quote(user, quote):
    """A new version (新版本) of what is settled: the seller's side, as it may write."""
    return quote.status == Quote.APPROVED and sells(user, quote)


def can_drop_quote(user, quote):
    """An open version is given up (作废) by the seller's side."""
    return quote.version > 1 and can_edit_quote(user, quote)


def can_withdraw_quote(user, quote):
    return quote.status == Quote.PENDING and sells(user, quote)


def was_asked(user, step):
    """Whether a node is or was this person's to decide: he is told who was faster, others are not."""
    return Approval.select().where(Approval.id == step.id, Approval.asks(user)).exists()


def can_decide_quote(user, quote):
    """Whoever the current node asks; never on one's own."""
    return quote.status == Quote.PENDING and is_asked(user, quote)


# ---- orders and tickets ----------------------------------------------------------------------------------------------


def can_order(user, quote):
    """The seller's side takes the order from an approved quote."""
    return quote.status == Quote.APPROVED and user.may("order.work") and works_for(user, quote)


def can_review_order(user, order):
    """Whoever reviews, and never one's own; whether it still waits is the verb's business."""
    return user.may("order.review") and order.owner_id != user.id


def can_advance_order(user, order):
    """From reviewed to executing to completed: the seller's side, and whoever carries out anybody's (finance); which step is next
    is the verb's business."""
    return user.may("order.advance") or sells(user, order)


def can_create_ticket(user):
    return user.may("ticket.create")


def can_assign_ticket(user, ticket):
    """Dispatch (派工)."""
    return user.may("ticket.dispatch")


def can_serve_ticket(user, ticket):
    """Check in, check out, complete: the person dispatched, nobody else."""
    return ticket.owner_id == user.id


def can_call_back_ticket(user, ticket):
    """The supervisor (T04): whose role it is, and the head of those who serve; never the person who did the work."""
    supervises = user.may("ticket.call_back") or user.may("ticket.serve") and user.heads_department
    return supervises and ticket.owner_id != user.id


# ---- exports ---------------------------------------------------------------------------------------------------------


EXPORTED = ("lead", "customer", "contact", "opportunity", "quote", "order", "ticket")


def can_export(user, what):
    """A list leaves the house by the hands of those who answer for it; what they do not see is not in it.

    Whoever may export quotes may export their lines.
    """
    return user.may("quote.export" if what == "quoteline" else f"{what}.export")


def can_export_anything(user):
    return any(can_export(user, what) for what in EXPORTED)


# ---- collisions ------------------------------------------------------------------------------------------------------


def sees_collisions(user):
    return sees(user, "collision")


def can_report_collisions(user):
    return user.may("collision.report")


def can_rule_collision(user, case):
    """A manager set over all its parties, and none of them; an administrator always. Whether it is still open is the verb's business."""
    return case.is_ruled_by(user)


def can_reopen_collision(user, case):
    return can_administer(user)


def can_make_complaint_link(user, customer):
    return sells(user, customer)


# ---- new customers in review -----------------------------------------------------------------------------------------


def can_review_customers(user):
    return user.may("customer.review")


def can_review_customer(user, customer):
    """A manager of the owner's side, or an administrator; reads what it looks like, too."""
    return can_administer(user) or can_review_customers(user) and works_for(user, customer)


def can_decide_review(user, review):
    """Never what one asked for oneself."""
    return can_review_customer(user, review.customer) and review.asked_by_id != user.id


# ---- imports and administration --------------------------------------------------------------------------------------


def can_import_leads(user):
    return user.may("lead.import")


def can_import_products(user):
    return can_edit_products(user)


def can_administer(user):
    return user.may("company.administer")


def sees_leads(user):
    return sees(user, "lead")
