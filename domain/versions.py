"""Versions of a quote (版本): V1, V2 … under one number, one of them open; what was approved never changes again, and a version that is
nowhere worse keeps the approval."""

from dataclasses import dataclass
from hashlib import sha256

from peewee import fn

from domain import (
    Refused,
    _,
    approval_of_quotes,
    day_of,
    differences,
    events,
    flow_conditions,
    flow_facts,
    flows,
    now,
    quotes,
    reviews,
    transaction,
    validity,
)
from models import Company, Order, Product, Quote, QuoteLine

CARRIED = (
    "number", "opportunity", "customer", "contact", "owner", "inclusive", "price_list", "order_discount", "order_discount_rate",
    "list_total", "order_amount", "total", "tax_total", "cost_total", "terms", "template", "language",
)


# ---- the verbs -------------------------------------------------------------------------------------------------------


def renew(quote, by, at=None, valid_until=None):
    """新版本: a draft of the next version with the lines as they stand. It is valid as long as this one, or, where that is
    over, for the usual time from today."""
    at = at or now()
    today = day_of(at)
    with transaction():
        ensure_renewable(quote)
        quotes.ensure_open(quote.opportunity)
        reviews.ensure_passed(quote.customer)
        step_back(quote)
        carried = {name: quote.__data__[name] for name in CARRIED}
        made = Quote.create(
            **carried, version=last_number(quote) + 1, issued_on=today, created_at=at, updated_at=at,
            valid_until=valid_until or (validity.usual_end(today) if quote.has_expired(today) else quote.valid_until),
        )
        copy_lines(quote, made)
        events.record("quote.renewed", made, by, at=at, number=made.title, source=quote.title)
    return made


def refresh(quote, by, at=None):
    """刷新有效期: a new version that says the same with the usual validity from today."""
    at = at or now()
    return renew(quote, by, at, valid_until=validity.usual_end(day_of(at)))


def drop(quote, by, at=None):
    """作废: an open version is given up, and the one before it stands again. The first is all there is and stays."""
    at = at or now()
    with transaction():
        dropped = {"status": Quote.DROPPED, "is_newest": False, "updated_at": at}
        given_up = (Quote.id == quote.id) & Quote.status.in_(Quote.EDITABLE) & (Quote.version > 1)
        if not Quote.update(**dropped).where(given_up).execute():
            raise Refused(why_not_dropped(quote))
        before = latest_standing(quote)
        Quote.update(is_newest=True).where(Quote.id == before.id).execute()
        was = {"status": quote.status}
        events.record("quote.dropped", quote, by, was, {"status": Quote.DROPPED}, at, number=quote.title, stands=before.title)
    quote.status, quote.is_newest = Quote.DROPPED, False
    return before


def keep_approval(quote, by, pdf=None, note="", at=None):
    """Submitting a version that is nowhere worse than the approved one before it: approved at once, on that word."""
    at = at or now()
    with transaction():
        quotes.ensure_current(quote, quote.revision)
        approval_of_quotes.ensure_complete(quote, at)
        standing = compared(quote)
        if standing is None or not standing.keeps:
            raise Refused(_("This version needs an approval of its own."))
        kept = {
            "status": Quote.APPROVED, "submitted_at": at, "approved_at": at, "kept_from": standing.before.id, "updated_at": at,
            "pdf": pdf, "pdf_sha256": sha256(pdf).hexdigest() if pdf else "", "note": note or quote.note,
        } | quote.printed_in
        as_seen = (Quote.id == quote.id) & Quote.status.in_(Quote.EDITABLE) & (Quote.revision == quote.revision)
        if not Quote.update(**kept).where(as_seen).execute():
            raise Refused(quotes.who_was_faster(quote))
        was = {"status": quote.status}
        for name, value in kept.items():
            setattr(quote, name, value)
        events.record(
            "quote.approval_kept", quote, by, was, {"status": Quote.APPROVED}, at, source=standing.before.title,
            sha256=quote.pdf_sha256, amount=quote.total,
        )
    return quote


# ---- reactions -------------------------------------------------------------------------------------------------------


def supersede(event, quote, by):
    """What was approved before is not offered any more."""
    earlier = (Quote.number == quote.number) & (Quote.version < quote.version) & (Quote.status == Quote.APPROVED)
    for each in Quote.without_file().where(earlier, Quote.superseded_at.is_null()):
        Quote.update(superseded_at=event.at).where(Quote.id == each.id).execute()
        events.record("quote.superseded", each, by, at=event.at, number=each.title, later=quote.title)


# ---- their steps -----------------------------------------------------------------------------------------------------


def ensure_renewable(quote):
    found = Quote.select(Quote.status).where(Quote.id == quote.id).scalar()
    if found == Quote.DROPPED:
        raise Refused(_("This version was given up. Go on from the one that stands."))
    if found != Quote.APPROVED:
        raise Refused(_("This version is still open: change it as it is."))


def step_back(quote):
    """The newest version is not the newest any more, if it is settled and no order: of two at once the second is told."""
    settled = (Quote.number == quote.number) & Quote.is_newest & (Quote.status == Quote.APPROVED) & Quote.ordered_at.is_null()
    if not Quote.update(is_newest=False).where(settled).execute():
        ensure_not_ordered(quote)
        raise Refused(who_has_it(newest_of(quote)))


def ensure_not_ordered(quote):
    order = Order.select(Order.number).join(Quote).where(Quote.number == quote.number).first()
    if order:
        raise Refused(_("This quote became order %(number)s already.", number=order.number))


def who_has_it(newest):
    """Who works on a later version of the number, or that it stands in the place of this one."""
    if newest.status == Quote.APPROVED:
        return _("%(quote)s has taken the place of this version.", quote=newest.title)
    return _("%(name)s has %(quote)s in work. Go on there, or give it up first.", name=newest.owner.name, quote=newest.title)


def newest_of(quote):
    return Quote.with_people().where(Quote.number == quote.number, Quote.is_newest).get()


def last_number(quote):
    return Quote.select(fn.MAX(Quote.version)).where(Quote.number == quote.number).scalar()


def latest_standing(quote):
    standing = (Quote.number == quote.number) & (Quote.status != Quote.DROPPED)
    return Quote.without_file().where(standing).order_by(Quote.version.desc()).first()


def copy_lines(quote, made):
    columns = [field.name for field in QuoteLine._meta.sorted_fields if field.name not in ("id", "quote")]
    rows = [{name: line.__data__[name] for name in columns} | {"quote": made.id} for line in quotes.lines_of(quote)]
    if rows:
        QuoteLine.insert_many(rows).execute()


def why_not_dropped(quote):
    found = Quote.select(Quote.status, Quote.version).where(Quote.id == quote.id).get()
    if found.status == Quote.PENDING:
        return _("This quote is waiting for approval. Withdraw it first.")
    if found.version == 1:
        return _("The first version of a quote stays.")
    return _("This version is settled and stays as it is.")


# ---- against the version before --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """An open version beside the one that was approved last: what is worse, and which nodes it needs that the other did not."""

    before: Quote
    worse: frozenset
    nodes: list

    @property
    def keeps(self):
        return not self.worse and not self.nodes


def compared(quote):
    """The Standing of a version; None for a first one. What is dearer to buy today than on the quote tells on the margin."""
    before = approved_before(quote)
    if before is None:
        return None
    earlier, later = read(before), read(quote)
    found = differences.worse(earlier, later)
    if "valid_until" in found and may_be_refreshed(quote):
        found -= {"valid_until"}
    if dearer_today(later):
        found |= {differences.FROM_COST}
    return Standing(before, found, nodes_beyond(before, quote))


def approved_before(quote):
    return flow_facts.approved_before([quote]).get(quote.id) if quote.version > 1 else None


def may_be_refreshed(quote):
    """Where the company says so, the usual validity anew is nothing worse."""
    company = Company.current()
    return company.refresh_keeps_approval and quote.valid_until <= validity.usual_end(quote.issued_on, company)


def dearer_today(version):
    """Whether a product costs more today than a line reckons with."""
    costs = [(line.product_id, line.cost) for line in version.lines if line.is_product and line.cost is not None]
    wanted = list({product for product, _cost in costs})
    today = dict(Product.select(Product.id, Product.cost).where(Product.id.in_(wanted)).tuples()) if wanted else {}
    return any((today[product] or 0) > cost for product, cost in costs)


def nodes_beyond(before, quote):
    """Nodes of the running flow that this version needs and the earlier would not: an approval reaches no further."""
    facts = flow_facts.of_quotes([before, quote])
    earlier, later = facts[before.id], facts[quote.id]
    return [
        node for node in flows.running("quote")[1]
        if flow_conditions.applies(node.when, later) and not flow_conditions.applies(node.when, earlier)
    ]


def worse_than(before, after):
    """Which of differences.CHANGES are worse for the company in a later version; empty: in its favour, or equal."""
    return differences.worse(read(before), read(after))


def against_approved(quote, costs=False):
    """The Difference to the version that was approved last; None for a first one."""
    before = approved_before(quote)
    return before and diff(before, quote, costs)


def diff(before, after, costs=False):
    """The Difference of any two versions; margins only with `costs`."""
    return differences.difference(read(before), read(after), costs)


def read(quote):
    return flow_facts.version(quote, quotes.lines_of(quote))


# ---- questions -------------------------------------------------------------------------------------------------------


def of_number(quote, viewer):
    """The versions of a quote's number that this person may see, the latest first."""
    return list(Quote.visible_to(viewer).where(Quote.number == quote.number).order_by(Quote.version.desc()))
