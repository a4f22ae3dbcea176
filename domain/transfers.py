"""Transfer (转移) of one record to a colleague: with what its owner has open on it, as chosen; every stage stays."""

from domain import Refused, _, deals, members, now, owners, pool, pool_limits, quotes, transaction
from models import Contact, Lead, Opportunity, Order, Pooled, Quote

BELOW = {"customer": (Opportunity, Quote, Order), "opportunity": (Quote, Order), "lead": ()}


def open_work(record):
    """{kind: [what the record's owner has open on it]}: deals, quotes that are no order yet, orders that are not completed."""
    return {table.kind(): list(open_of(table, record)) for table in BELOW[record.kind()]}


def open_of(table, record):
    under_way = {
        Opportunity: Opportunity.status == Opportunity.OPEN,
        Quote: Quote.id.not_in(Order.select(Order.quote)),
        Order: Order.status != Order.COMPLETED,
    }[table]
    here = table.customer == record.id if record.kind() == "customer" else table.opportunity == record.id
    return table.select().where(here, table.owner == record.owner_id, under_way).order_by(table.id)


def contacts_of(record):
    """How many contacts go along by themselves: they are the customer's."""
    return Contact.select().where(Contact.customer == record.id).count() if record.kind() == "customer" else 0


def transfer(record, to, by, along=(), may_edit=None, until=None, at=None):
    """To a colleague with room, together with the open work of the kinds `along`. With `may_edit` given the old owner stays
    on the team, to read (False) or to work on it (True), until the end of a day where one is given."""
    at, old = at or now(), record.owner
    pool.ensure_may_own(to)
    if old is None or old.id == to.id:
        raise Refused(_("%(name)s has this already.", name=to.name) if old else _("It lies in a pool. Claim or assign it."), field="to")
    with transaction():
        work = [each for kind, found in open_work(record).items() if kind in along for each in found]
        if isinstance(record, Pooled):
            pool.assign(record, to, by, at)
        else:
            give(record, to, by, at)
        for each in work:
            give(each, to, by, at)
        if may_edit is not None:
            members.add(record, old, by, may_edit, until, at)
    return work


def transfer_many(customers, to, by, along=(), at=None):
    """A selection, all of it or nothing: refused as a whole when the colleague has no room for it. What came along."""
    with transaction():
        pool_limits.ensure_room([each for each in customers if each.owner_id != to.id], to)
        return [work for each in customers if each.owner_id != to.id for work in transfer(each, to, by, along, at=at)]


def give(record, to, by, at, **told):
    """By the verb of its kind, so that ledger, plan, team and approvals follow; room is the business of whoever plans."""
    if isinstance(record, Pooled) and not (isinstance(record, Lead) and not record.is_open):
        pool.hand_over(record, to, by, at, **told)  # what is converted or voided has no open row of the ledger
    elif isinstance(record, Opportunity):
        deals.hand_over(record, to, by, at, **told)
    elif isinstance(record, Quote):
        quotes.hand_over(record, to, by, at, **told)
    else:
        owners.give(record, to, by, at, **told)
