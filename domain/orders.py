"""Orders (订单): taken from an approved quote, reviewed by somebody else, carried out, completed."""

from domain import Refused, _, customers, day_of, events, now, numbers, reviews, transaction, versions
from domain.days import day, when
from models import Event, Order, OrderLine, Quote, QuoteLine, User

COPIED = (
    "product", "name", "sku", "spec", "unit", "price", "quantity", "tax_rate", "tax_code", "amount", "share", "net",
    "excl", "tax",
)


def create(quote, by, at=None):
    """An order (接单) of an approved quote that is still valid; prices and shares come over unchanged. One per number,
    of its newest version."""
    at = at or now()
    with transaction():
        take(quote, at)
        reviews.ensure_passed(quote.customer)
        order = Order.create(
            number=numbers.next_number("order", day_of(at)), quote=quote, opportunity=quote.opportunity_id,
            customer=quote.customer_id, contact=quote.contact_id, owner=quote.owner_id, ordered_on=day_of(at),
            total=quote.total, tax_total=quote.tax_total, created_at=at, updated_at=at,
        )
        copy_lines(quote, order)
        customers.settle_dealt(order.customer_id)
        told = {"number": order.number, "quote": quote.title, "amount": order.total}
        events.record("order.created", order, by, after={"status": Order.GENERATED}, at=at, **told)
    return order


def take(quote, at):
    """One conditional UPDATE settles it against a second order, a new version and the end of the validity."""
    standing = (Quote.id == quote.id) & (Quote.status == Quote.APPROVED) & Quote.is_newest & Quote.superseded_at.is_null()
    in_time = Quote.valid_until >= day_of(at)
    if not Quote.update(ordered_at=at).where(standing, in_time, Quote.ordered_at.is_null()).execute():
        raise why_not(quote)


def why_not(quote):
    """Refused: why no order can be taken from this version."""
    taken = Order.select(Order.id, Order.number).join(Quote).where(Quote.number == quote.number).first()
    if taken:
        return Refused(_("This quote became order %(number)s already.", number=taken.number), order_id=taken.id)
    found = Quote.without_file().where(Quote.id == quote.id).get()
    if found.status != Quote.APPROVED:
        return Refused(_("Only an approved quote becomes an order."))
    if not found.is_newest:
        return Refused(versions.who_has_it(versions.newest_of(found)))
    return Refused(_("The quote was valid until %(day)s. Refresh its validity first.", day=day(found.valid_until)))


def copy_lines(quote, order):
    """What is sold, numbered anew: headings, notes and options stay on the quote."""
    rows = [{name: line.__data__[name] for name in COPIED} for line in QuoteLine.counted(quote)]
    OrderLine.insert_many([{"order": order, "position": place, **row} for place, row in enumerate(rows, 1)]).execute()


def review(order, by, at=None):
    """订单审核: what was ordered can be delivered as written."""
    at = at or now()
    return advance(order, Order.GENERATED, Order.REVIEWED, "order.reviewed", by, at, reviewed_by=by, reviewed_at=at)


def start(order, by, at=None):
    """订单执行."""
    at = at or now()
    return advance(order, Order.REVIEWED, Order.EXECUTING, "order.started", by, at, executing_at=at)


def complete(order, by, at=None):
    """订单完结."""
    at = at or now()
    return advance(order, Order.EXECUTING, Order.COMPLETED, "order.completed", by, at, completed_at=at)


def advance(order, old, new, verb, by, at, **columns):
    """One step forward, if nobody took it first."""
    columns |= {"status": new, "updated_at": at}
    with transaction():
        if not Order.update(**columns).where(Order.id == order.id, Order.status == old).execute():
            raise Refused(what_happened(order))
        events.record(verb, order, by, {"status": old}, {"status": new}, at, number=order.number)
    for name, value in columns.items():
        setattr(order, name, value)
    return order


def what_happened(order):
    """Who brought the order to where it stands, and when."""
    query = Event.select(Event, User).join(User).where(Event.record_kind == "order", Event.record_id == order.id)
    said = {
        "order.created": _("%(name)s took this order %(time)s; take the steps one by one."),
        "order.reviewed": _("%(name)s reviewed this order already, %(time)s."),
        "order.started": _("%(name)s started this order already, %(time)s."),
        "order.completed": _("%(name)s completed this order already, %(time)s."),
    }
    last = query.where(Event.verb.in_(list(said))).order_by(Event.id.desc()).first()
    return said[last.verb] % {"name": last.actor.name, "time": when(last.at, within=True)}
