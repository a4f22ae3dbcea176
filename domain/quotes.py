"""Quotes (报价): made from an opportunity, priced to the fen, saved so that nobody overwrites what he has not seen."""

from datetime import timedelta
from decimal import Decimal

from peewee import fn

from domain import Refused, _, approvals, collisions, day_of, events, local, now, owners, reviews, transaction
from domain.money import PricingError, format_quantity, half_up
from domain.numbers import next_number
from domain.pricing import Discount, LineInput, price_quote
from models import Company, Contact, Event, Opportunity, Product, Quote, QuoteLine, User

PREFIX = "Q"
MOST_LINES = 500
EDITABLE = (Quote.DRAFT, Quote.REJECTED)
SNAPSHOT = ("name", "sku", "spec", "unit", "price", "cost", "tax_rate")  # what a line keeps of its product
TOLD = 20  # changed lines named in one audit row


def create(opportunity, by, at=None):
    """A draft for an open opportunity, with the company's terms and validity. It belongs to the deal's seller where `by`
    is set over him, and otherwise to whoever makes it."""
    at = at or now()
    company, today = Company.current(), day_of(at)
    owner = opportunity.owner_id if by.oversees(opportunity.owner_id) else by.id
    with transaction():
        ensure_open(opportunity)
        collisions.ensure_may_quote(opportunity.customer, by, at)
        reviews.ensure_passed(opportunity.customer)
        quote = Quote.create(
            number=next_number(PREFIX, today), opportunity=opportunity, customer=opportunity.customer_id,
            contact=opportunity.contact_id, owner=owner, issued_on=today,
            valid_until=today + timedelta(days=company.quote_valid_days), terms=company.quote_terms,
            created_at=at, updated_at=at,
        )
        events.record("quote.created", quote, by, at=at, number=quote.number)
    return quote


def ensure_open(opportunity):
    still_open = Opportunity.id == opportunity.id, Opportunity.status == Opportunity.OPEN
    if not Opportunity.select().where(*still_open).exists():
        raise Refused(_("This deal is closed; open it again to quote for it."))


def hand_over(quote, to, by, at=None, **told):
    """Somebody else stands for the quote from now on; what he would have had to approve is asked of another."""
    with transaction():
        owners.give(quote, to, by, at, **told)
        approvals.ask_others(quote, by, at)
    return quote


# ---- pricing ---------------------------------------------------------------------------------------------------------


def lines_of(quote):
    return list(QuoteLine.select().where(QuoteLine.quote == quote.id).order_by(QuoteLine.position))


def totals_of(quote):
    """QuoteTotals of a quote as it is stored."""
    return priced(lines_of(quote), quote.order_discount)


def priced(lines, order_discount):
    """QuoteTotals of lines, stored or not; the key of each is its place. Raises PricingError."""
    return price_quote([line_input(line, place) for place, line in enumerate(lines)], Discount(amount=order_discount))


def line_input(line, key):
    return LineInput(key, line.price, line.quantity, line.cost, line.tax_rate, discount_of(line.discount))


def discount_of(basis_points):
    return Discount(percent=None if basis_points is None else Decimal(basis_points) / 100)


def drafted(quote, entries):
    """Unsaved lines for entries {"product_id", "quantity" (Decimal), "discount" (basis points off, or None)}.

    A product that is on the quote keeps what it said when it was added; a new one says what it says today.
    """
    entries = list(entries)
    if len(entries) > MOST_LINES:
        raise Refused(_("A quote has %(most)s lines at the most.", most=MOST_LINES))
    sources = snapshots(quote, {entry["product_id"] for entry in entries})
    return [line_from(sources[entry["product_id"]], **entry) for entry in entries]


def line_from(source, product_id, quantity, discount=None):
    kept = {name: getattr(source, name) for name in SNAPSHOT}
    return QuoteLine(product=product_id, quantity=quantity, discount=discount, **kept)


def snapshots(quote, product_ids):
    """{product id: the quote's own line of it, or the product as it is today}"""
    found = {line.product_id: line for line in reversed(lines_of(quote))}
    missing = [id for id in product_ids if id not in found]
    if missing:
        found |= {product.id: product for product in Product.select().where(Product.id.in_(missing), Product.active)}
    if product_ids - found.keys():
        raise Refused(_("One of these products is no longer sold. Take it out and save again."))
    return found


# ---- saving ----------------------------------------------------------------------------------------------------------


def save(quote, by, revision, lines, order_discount=0, valid_until=None, contact=None, terms=None, note=None, at=None):
    """Write a draft as one form shows it and give its QuoteTotals; amounts in fen.

    `lines` as for drafted(); what is left None stays as it is, but for the contact. A form that started from an older
    revision is refused. A save that changes nothing leaves no trace.
    """
    at = at or now()
    with transaction():
        ensure_current(quote, revision)
        drafts = drafted(quote, lines)
        totals = priced_or_refused(drafts, order_discount)
        asked = {"valid_until": valid_until, "terms": terms, "note": note}
        columns = {name: value for name, value in asked.items() if value is not None}
        columns |= {"contact": contact_id(quote, contact), "order_discount": order_discount} | sums(totals)
        before, after = differences(quote, columns, drafts)
        if after:
            take_revision(quote, revision, at, columns)
            rewrite(quote, drafts, totals)
            events.record("quote.edited", quote, by, before, after, at=at)
    return totals


def sums(totals):
    """The columns of a quote that repeat its totals, for lists and reports."""
    return {
        "list_total": totals.list_total, "order_amount": totals.order_amount, "total": totals.total,
        "tax_total": totals.tax_total, "cost_total": totals.cost_total,
    }


def priced_or_refused(drafts, order_discount):
    try:
        return priced(drafts, order_discount)
    except PricingError as error:
        if error.code == "discount_too_large" and error.key is None:
            raise Refused(_("The order discount is more than the lines come to.")) from error
        raise Refused(_("A number on this quote cannot be priced.")) from error


def contact_id(quote, contact):
    """A person of this quote's customer, or nobody."""
    if contact is None:
        return None
    if contact.customer_id != quote.customer_id:
        raise Refused(_("This contact belongs to another customer."))
    return contact.id


def ensure_current(quote, revision):
    """The revision decides, not an earlier look: the transaction holds off every other writer."""
    as_stored = Quote.select(Quote.revision, Quote.status).where(Quote.id == quote.id).get()
    ensure_editable(as_stored)
    if as_stored.revision != revision:
        raise Refused(who_was_faster(quote))


def ensure_editable(quote):
    if quote.status == Quote.PENDING:
        raise Refused(_("This quote is waiting for approval. Withdraw it to go on writing."))
    if quote.status == Quote.APPROVED:
        raise Refused(_("This quote is approved and does not change any more."))


def take_revision(quote, revision, at, columns):
    same = (Quote.id == quote.id) & (Quote.revision == revision) & Quote.status.in_(EDITABLE)
    if not Quote.update(revision=revision + 1, updated_at=at, **columns).where(same).execute():
        raise Refused(who_was_faster(quote))
    for name, value in (columns | {"revision": revision + 1, "updated_at": at}).items():
        setattr(quote, name, value)


def who_was_faster(quote):
    who, at = last_saved(quote)
    return _("%(name)s saved this quote at %(time)s. Nothing of that was overwritten.", name=who, time=f"{local(at):%H:%M}")


def last_saved(quote):
    """(name, UTC time) of whoever wrote the quote last."""
    event = (
        Event.select(Event.at, User.name).join(User)
        .where(Event.record_kind == "quote", Event.record_id == quote.id).order_by(Event.id.desc()).first()
    )
    return (event.actor.name, event.at) if event else ("", quote.updated_at)


def rewrite(quote, drafts, totals):
    """The lines as they stand now, with the shares that later documents reuse."""
    QuoteLine.delete().where(QuoteLine.quote == quote.id).execute()
    rows = [
        {name: getattr(draft, name) for name in (*SNAPSHOT, "quantity", "discount")}
        | {name: getattr(line, name) for name in ("gross", "amount", "share", "net", "excl", "tax")}
        | {"quote": quote.id, "position": line.key + 1, "product": draft.product_id}
        for draft, line in zip(drafts, totals.lines, strict=True)
    ]
    if rows:
        QuoteLine.insert_many(rows).execute()


# ---- what changed ----------------------------------------------------------------------------------------------------


def differences(quote, columns, drafts):
    """(before, after) for the audit: the columns and lines that really change. Cost is left out: others read it."""
    before, after = events.changes(quote, **{name: value for name, value in columns.items() if name != "contact"})
    for side in (before, after):
        side.pop("cost_total", None)
    old, new = [told(line) for line in lines_of(quote)], [told(line) for line in drafts]
    if old != new:
        before["lines"], after["lines"] = summary(old, new), summary(new, old)
    if quote.contact_id != columns["contact"]:
        before["contact_name"], after["contact_name"] = name_of(quote.contact_id), name_of(columns["contact"])
    return before, after


def told(line):
    paid = "" if line.discount is None else f" · {format_quantity(Decimal(10_000 - line.discount) / 100)}%"
    return f"{line.sku} × {format_quantity(line.quantity)}{paid}"


def summary(lines, others):
    """The lines that the other side has not, or their order where that is all that changed."""
    own = [line for line in lines if line not in others] or ([] if set(others) - set(lines) else lines)
    return ", ".join(own[:TOLD]) + (f" … +{len(own) - TOLD}" if len(own) > TOLD else "")


def name_of(contact_id):
    contact = contact_id and Contact.get_or_none(Contact.id == contact_id)
    return contact.name if contact else ""


# ---- looking back ----------------------------------------------------------------------------------------------------


def last_prices(quote, viewer, product_ids):
    """{product id: what the customer was last quoted per unit, in fen}, from approved quotes that the viewer may see."""
    last = (
        QuoteLine.select(fn.MAX(QuoteLine.id)).join(Quote)
        .where(
            Quote.customer == quote.customer_id, Quote.id != quote.id, Quote.status == Quote.APPROVED,
            Quote.seen_by(viewer), QuoteLine.product.in_(list(product_ids)),
        )
        .group_by(QuoteLine.product)
    )
    return {line.product_id: unit_price(line) for line in QuoteLine.select().where(QuoteLine.id.in_(last))}


def unit_price(line):
    """实际售价 of a stored line in fen: what is paid per unit, to be shown; it is net that adds up."""
    numerator, denominator = line.quantity.as_integer_ratio()
    return half_up(line.net * denominator, numerator)


def printed(quote):
    """The PDF as it was stored when the quote was approved."""
    found = Quote.select(Quote.pdf, Quote.status).where(Quote.id == quote.id).get()
    if found.status != Quote.APPROVED:
        raise Refused(_("The PDF is made when the quote is approved. Until then, look at the preview."))
    if found.pdf is None:
        raise Refused(_("No PDF was kept when this quote was approved. Print the preview instead."))
    return bytes(found.pdf)
