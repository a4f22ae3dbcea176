"""Quotes (报价): made from an opportunity, priced to the fen, saved so that nobody overwrites what he has not seen."""

import re

from domain import (
    Refused,
    _,
    approval_acts,
    collisions,
    day_of,
    events,
    now,
    owners,
    prices,
    quote_lines,
    reviews,
    transaction,
    validity,
)
from domain.days import clock
from domain.money import PricingError
from domain.numbers import next_number
from domain.pricing import NO_DISCOUNT, Discount, per_unit, price_quote
from models import Company, Contact, DocumentTemplate, Event, Opportunity, PriceList, Quote, QuoteLine, User

MOST_LINES = 500
TOLD = 20  # changed lines named in one audit row
LONGEST_TOLD = 60  # characters of each
UNSAFE_IN_A_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\s]+')
LONGEST_IN_A_FILE_NAME = 60  # characters of the customer
NAMED = {"contact": Contact, "price_list": PriceList}  # what the audit calls by its name


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
            number=next_number("quote", today), opportunity=opportunity, customer=opportunity.customer_id,
            contact=opportunity.contact_id, owner=owner, issued_on=today,
            valid_until=validity.usual_end(today, company), terms=company.quote_terms,
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
        approval_acts.ask_others(quote, by, at)
    return quote


# ---- pricing ---------------------------------------------------------------------------------------------------------


def lines_of(quote):
    return list(QuoteLine.select().where(QuoteLine.quote == quote.id).order_by(QuoteLine.position))


def totals_of(quote):
    """QuoteTotals of a quote as it is stored."""
    return priced(lines_of(quote), order_discount_of(quote), quote.inclusive)


def order_discount_of(quote):
    return off(quote.order_discount, quote.order_discount_rate)


def off(amount, rate=None):
    """The whole-order discount: fen, or basis points where it was entered in percent."""
    return Discount(amount=amount) if rate is None else Discount(percent=quote_lines.percent_of(rate))


def priced(lines, order_discount=NO_DISCOUNT, inclusive=True):
    """QuoteTotals of lines, stored or not, without headings and notes; the key of each is its place. Raises PricingError."""
    products = [quote_lines.line_input(line, place) for place, line in enumerate(lines) if line.is_product]
    return price_quote(products, order_discount, inclusive)


def refuse_more_than_fit(lines):
    if lines > MOST_LINES:
        raise Refused(_("A quote has %(most)s lines at the most.", most=MOST_LINES))


def drafted(quote, entries, inclusive=None, price_list=None):
    """Unsaved lines for entries {"product_id", "quantity" (Decimal), "discount" (basis points off) or "discount_amount",
    "agreed" (fen) or "free", "optional"}, or {"what": "section" or "note", "name"}.

    A product that is on the quote keeps what it said when it was added; a new one says what it says today.
    """
    entries = list(entries)
    refuse_more_than_fit(len(entries))
    sources = snapshots(quote, {entry["product_id"] for entry in entries if entry.get("product_id")}, inclusive, price_list)
    return [quote_lines.line_from(sources.get(entry.get("product_id")), **entry) for entry in entries]


def snapshots(quote, product_ids, inclusive=None, price_list=None):
    """As of quote_lines; price_list is the id of the list that is chosen by hand, 0 for none, None for the one that is."""
    inclusive = quote.inclusive if inclusive is None else inclusive
    return quote_lines.snapshots(quote, product_ids, inclusive, list_id(quote, price_list))


def list_id(quote, price_list):
    """The id of the list that is chosen by hand or None, for a price_list as of snapshots()."""
    return quote.price_list_id if price_list is None else price_list or None


def ensure_list_holds(quote, price_list, at=None):
    """Another list than the one that is chosen holds for the customer that day."""
    wanted = list_id(quote, price_list)
    if wanted in (None, quote.price_list_id):
        return
    if all(wanted != each.id for each in prices.choosable(quote.customer, day_of(at or now()))):
        raise Refused(_("This price list does not hold for this customer today."))


def repriced(quote, lines, inclusive):
    """How many lines have another price than under the list that is chosen so far. Where a price is agreed the customer pays what he did."""
    products = [line for line in lines if line.is_product and line.agreed is None]
    sources = snapshots(quote, {line.product_id for line in products}, inclusive)
    return sum(line.price != quote_lines.price_of(sources[line.product_id], line.quantity) for line in products)


# ---- saving ----------------------------------------------------------------------------------------------------------


def save(
    quote, by, revision, lines, order_discount=0, order_discount_rate=None, inclusive=None, valid_until=None, contact=None,
    terms=None, note=None, price_list=None, at=None,
):
    """Write a draft as one form shows it and give its QuoteTotals; amounts in fen, rates in basis points.

    `lines` and `price_list` as for drafted(); what is left None stays as it is, but for the contact and the order discount. A form
    that started from an older revision is refused. A save that changes nothing leaves no trace.
    """
    at = at or now()
    with transaction():
        ensure_current(quote, revision)
        asked = {"valid_until": valid_until, "terms": terms, "note": note, "inclusive": inclusive}
        columns = {name: value for name, value in asked.items() if value is not None}
        ensure_list_holds(quote, price_list, at)
        drafts = drafted(quote, lines, inclusive, price_list)
        totals = priced_or_refused(drafts, off(order_discount, order_discount_rate), columns.get("inclusive", quote.inclusive))
        columns |= {"contact": contact_id(quote, contact), "price_list": list_id(quote, price_list)}
        columns |= {"order_discount_rate": order_discount_rate} | sums(totals)
        before, after = differences(quote, columns, drafts)
        if after:
            take_revision(quote, revision, at, columns)
            rewrite(quote, drafts, totals)
            events.record("quote.edited", quote, by, before, after, at=at)
    return totals


def sums(totals):
    """The columns of a quote that repeat its totals, for lists and reports."""
    return {
        "order_discount": totals.order_discount, "list_total": totals.list_total, "order_amount": totals.order_amount,
        "total": totals.total, "tax_total": totals.tax_total, "cost_total": totals.cost_total,
    }


def priced_or_refused(drafts, order_discount, inclusive):
    try:
        return priced(drafts, order_discount, inclusive)
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
    if quote.status == Quote.DROPPED:
        raise Refused(_("This version was given up. Go on from the one that stands."))


def take_revision(quote, revision, at, columns):
    same = (Quote.id == quote.id) & (Quote.revision == revision) & Quote.status.in_(Quote.EDITABLE)
    if not Quote.update(revision=revision + 1, updated_at=at, **columns).where(same).execute():
        raise Refused(who_was_faster(quote))
    for name, value in (columns | {"revision": revision + 1, "updated_at": at}).items():
        setattr(quote, name, value)


def who_was_faster(quote):
    who, at = last_saved(quote)
    return _("%(name)s saved this quote at %(time)s. Nothing of that was overwritten.", name=who, time=clock(at))


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
    figures = {line.key: line for line in totals.lines}
    rows = [row_of(draft, figures.get(place)) | {"quote": quote.id, "position": place + 1} for place, draft in enumerate(drafts)]
    if rows:
        QuoteLine.insert_many(rows).execute()


def row_of(draft, figures):
    """The columns of a line; the figures of a heading or note are None, and 0 in the table."""
    columns = {name: getattr(draft, name) for name in (*quote_lines.SNAPSHOT, "what", "quantity", *quote_lines.TERMS)}
    columns |= {name: getattr(figures, name, 0) for name in ("gross", "amount", "share", "net", "excl", "tax")}
    if draft.agreed is not None:
        columns["discount_amount"] = figures.discount
    return columns | {"product": draft.product_id}


# ---- what changed ----------------------------------------------------------------------------------------------------


def differences(quote, columns, drafts):
    """(before, after) for the audit: the columns and lines that really change. Cost is left out: others read it."""
    before, after = events.changes(quote, **{name: value for name, value in columns.items() if name not in NAMED})
    for side in (before, after):
        side.pop("cost_total", None)
    old, new = [quote_lines.told(line) for line in lines_of(quote)], [quote_lines.told(line) for line in drafts]
    if old != new:
        before["lines"], after["lines"] = summary(old, new), summary(new, old)
    for name, table in NAMED.items():
        old, new = getattr(quote, f"{name}_id"), columns[name]
        if old != new:
            before[f"{name}_name"], after[f"{name}_name"] = name_of(table, old), name_of(table, new)
    return before, after


def summary(lines, others):
    """The lines that the other side has not, or their order where that is all that changed."""
    own = [line for line in lines if line not in others] or ([] if set(others) - set(lines) else lines)
    return ", ".join(line[:LONGEST_TOLD] for line in own[:TOLD]) + (f" … +{len(own) - TOLD}" if len(own) > TOLD else "")


def name_of(table, id):
    found = id and table.get_or_none(table.id == id)
    return found.name if found else ""


# ---- looking back ----------------------------------------------------------------------------------------------------


def unit_price(line):
    """实际售价 of a stored line."""
    return per_unit(line.net, line.quantity)


def ensure_printed(quote):
    if quote.status != Quote.APPROVED:
        raise Refused(_("The PDF is made when the quote is approved. Until then, look at the preview."))


def printed(quote):
    """The PDF as it was stored when the quote was approved."""
    found = Quote.select(Quote.pdf, Quote.status).where(Quote.id == quote.id).get()
    ensure_printed(found)
    if found.pdf is None:
        raise Refused(_("No PDF was kept when this quote was approved. Print the preview instead."))
    return bytes(found.pdf)


def file_name(quote, kind=""):
    """报价-Q20261124-007-苏州恒立.pdf, without what a file system refuses; the first word as the PDF is printed, or `kind`."""
    kind = kind or ("Quote" if quote.printed_in["language"] == DocumentTemplate.ENGLISH else "报价")
    return f"{kind}-{quote.number}-{UNSAFE_IN_A_FILE_NAME.sub('', quote.customer.label)[:LONGEST_IN_A_FILE_NAME]}.pdf"
