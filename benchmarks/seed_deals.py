"""Customers, deals, products, quotes, orders and tickets: as many open ones at any size, and a history that grows with it."""

from datetime import timedelta
from decimal import Decimal
from itertools import islice

from benchmarks import bulk
from benchmarks.names import FIRST
from benchmarks.seed_leads import REASONS, each
from domain.pricing import Discount, LineInput, price_quote
from models import (
    Contact,
    Conversion,
    Customer,
    Opportunity,
    Order,
    Product,
    Quote,
    QuoteLine,
    Stage,
    StageChange,
    Task,
    Ticket,
    name_key,
)

OPEN, WON_LATELY = 2_000, 200  # deals, at any size
CUSTOMERS, CLOSED, TICKETS = 20, 25, 100  # one for so many leads
PRODUCTS = 500
LINES = 5  # of a quote
LONG = 20  # lines of the one that is printed
QUARTER, YEARS = 80, 3 * 365  # days
MINE = 120  # customers and deals of the first seller, at any size the newest


def pour(leads, cast, draw, today):
    customers = leads // CUSTOMERS
    pour_customers(customers, cast, draw, today)
    pour_conversions(customers, cast)
    pour_deals(leads, customers, cast, draw, today)
    pour_products(draw)
    pour_quotes()
    pour_orders(leads)
    pour_tickets(leads, customers, cast, draw, today)
    bulk.pour_events(audit())


def owner_of(place, cast, draw):
    """The first seller has a full page of his own at any size."""
    return cast.sellers[0] if place <= MINE else cast.seller(draw)


# ---- customers and deals ---------------------------------------------------------------------------------------------


def pour_customers(number, cast, draw, today):
    texts = ("name", "short_name", "phone", "credit_code")
    bulk.pour(
        Customer, ("id", "name", "short_name", "name_key", "phone", "city", "source", "owner", "owned_since", "created_at", "updated_at"),
        (customer(id, cast, draw, today) for id in range(1, number + 1)), created_by=cast.admin,
    )
    bulk.pour_words("customer", texts, each(f"SELECT id, {', '.join(texts)} FROM customer ORDER BY id"))
    people = ((id, draw.contact(), draw.phone(), place == 0) for id in range(1, number + 1) for place in range(1 + id % 2))
    bulk.pour(Contact, ("customer", "name", "phone", "decides"), people)


def customer(id, cast, draw, today):
    pool = draw.pool()
    city = draw.city(pool)
    name, at = draw.company(city), today - timedelta(days=draw.random.random() * YEARS, seconds=id)
    short = name.split("有限")[0][:10]
    return id, name, short, name_key(name), draw.phone(), city, draw.source(), owner_of(id, cast, draw), str(at), str(at), str(at)


def pour_conversions(customers, cast):
    converted = each("SELECT id, owner_id, updated_at FROM lead WHERE status = 'converted'")
    rows = ((id, id % customers + 1, owner, at, id > customers) for id, owner, at in converted)
    bulk.pour(Conversion, ("lead", "customer", "by", "at", "linked"), rows)


def pour_deals(leads, customers, cast, draw, today):
    stages = Stage.in_order()
    number = OPEN + WON_LATELY + leads // CLOSED
    columns = (
        "id", "customer", "name", "amount", "stage", "stage_since", "status", "owner", "source", "expected_on", "closed_at",
        "lost_reason", "next_at", "created_at", "updated_at",
    )
    rows = (deal(id, customers, stages, cast, draw, today) for id in range(1, number + 1))
    bulk.pour(Opportunity, columns, rows, created_by=cast.admin)
    moves = each("SELECT id, stage_id, status, owner_id, stage_since FROM opportunity")
    bulk.pour(StageChange, ("opportunity", "stage", "status", "by", "at"), moves)
    steps = each("SELECT owner_id, id, name, next_at FROM opportunity WHERE next_at IS NOT NULL")
    bulk.pour(Task, ("owner", "record_id", "title", "due_at"), steps, record_kind="opportunity", what="确认供电方式")


def deal(id, customers, stages, cast, draw, today):
    random = draw.random
    is_open, lately = id <= OPEN, id <= OPEN + WON_LATELY
    status = Opportunity.OPEN if is_open else Opportunity.WON if lately or random.random() < 0.4 else Opportunity.LOST
    age = random.random() * (QUARTER if lately else YEARS) + (0 if lately else QUARTER + 15)
    at = today - timedelta(days=age if is_open or not lately else random.random() * today.day)
    stage = stages[-1] if status == Opportunity.WON else random.choice(stages[:-1])
    name = f"{draw.one(draw.trades)}{random.choice(('产线改造', '二期扩建', '年度框架', '备件'))}"
    return (
        id, random.randrange(customers) + 1, name, random.randrange(50, 20_000) * 10_000, stage.id, str(at), status,
        owner_of(id, cast, draw), draw.source(), str((today + timedelta(days=random.randrange(-20, 120))).date()),
        None if is_open else str(at), random.choice(REASONS) if status == Opportunity.LOST else "",
        str(today + timedelta(days=random.randrange(-5, 30), hours=9)) if is_open and id % 4 else None,
        str(at - timedelta(days=40)), str(at),
    )


# ---- products and quotes ---------------------------------------------------------------------------------------------


def pour_products(draw):
    rows = [
        (id, f"{FIRST[id % len(FIRST)]}X-{id:04}", f"{draw.one(draw.trades)}传感器", f"{id % 40} m · RS485", "台", "测距",
         (price := draw.random.randrange(50, 6_000) * 100), price * 6 // 10)
        for id in range(1, PRODUCTS + 1)
    ]
    bulk.pour(Product, ("id", "sku", "name", "spec", "unit", "category", "price", "cost"), rows)
    bulk.pour_words("product", ("name", "sku", "spec"), ((id, name, sku, spec) for id, sku, name, spec, *_ in rows))


def pour_quotes():
    """One for each deal that was won, approved; and for the first open deal a draft of twenty lines."""
    products = list(Product.select().order_by(Product.id))
    shapes = [priced(products, first, LINES) for first in range(0, PRODUCTS, LINES)]
    won = each("SELECT id, customer_id, owner_id, closed_at FROM opportunity WHERE status = 'won' ORDER BY closed_at, id")
    quotes = [(id, *row) for id, row in enumerate(won, 2)]
    first = next(each("SELECT id, customer_id, owner_id, stage_since FROM opportunity WHERE id = 1"))
    columns = ("id", "number", "opportunity", "customer", "owner", "issued_on", "valid_until", "created_at", "updated_at",
               "list_total", "total", "tax_total", "cost_total", "status", "check_code")
    long = priced(products, 0, LONG)
    drafts = [written(1, *first, long[1], Quote.DRAFT)]
    approved = (written(*quote, shapes[quote[0] % len(shapes)][1], Quote.APPROVED) for quote in quotes)
    bulk.pour(Quote, columns, (row for rows in (drafts, approved) for row in rows))
    lines = (line for quote in quotes for line in lines_of(quote[0], *shapes[quote[0] % len(shapes)]))
    bulk.pour(QuoteLine, LINE, (row for rows in (lines_of(1, *long), lines) for row in rows))


LINE = ("quote", "position", "product", "name", "sku", "spec", "unit", "price", "quantity", "cost", "tax_rate", "gross", "amount",
        "share", "net", "excl", "tax")


def priced(products, first, number):
    """(products, QuoteTotals) of so many lines."""
    chosen = list(islice(products, first, first + number))
    lines = [LineInput(place, one.price, Decimal(1 + place % 9), one.cost, one.tax_rate) for place, one in enumerate(chosen)]
    return chosen, price_quote(lines, Discount(amount=10_000))


def written(id, deal, customer, owner, at, totals, status):
    day = at[:10]
    sums = (totals.list_total, totals.total, totals.tax_total, totals.cost_total)
    return id, f"Q{day.replace('-', '')}-{id:03}", deal, customer, owner, day, day, at, at, *sums, status, f"{id:012}"


def lines_of(quote, products, totals):
    stored = QuoteLine.quantity.db_value, QuoteLine.tax_rate.db_value
    for place, (product, line) in enumerate(zip(products, totals.lines)):
        kept = (product.name, product.sku, product.spec, product.unit, product.price)
        yield (
            quote, place + 1, product.id, *kept, stored[0](Decimal(1 + place % 9)), product.cost, stored[1](line.tax_rate),
            line.gross, line.amount, line.share, line.net, line.excl, line.tax,
        )


# ---- orders and tickets ----------------------------------------------------------------------------------------------


def pour_orders(leads):
    approved = each(f"SELECT id, opportunity_id, customer_id, owner_id, issued_on, total, tax_total, created_at FROM quote"
                    f" WHERE status = 'approved' ORDER BY id LIMIT {leads // TICKETS}")
    rows = ((f"D{quote:06}", quote, *rest, rest[-1]) for quote, *rest in approved)
    columns = ("number", "quote", "opportunity", "customer", "owner", "ordered_on", "total", "tax_total", "created_at", "updated_at")
    bulk.pour(Order, columns, rows, status=Order.COMPLETED)


def pour_tickets(leads, customers, cast, draw, today):
    rows = (
        (id, id, draw.random.randrange(customers) + 1, f"{draw.one(draw.trades)}传感器报警", draw.random.choice(cast.service),
         Ticket.DISPATCHED if id <= 30 else Ticket.CALLED_BACK, cast.admin, str(today - timedelta(hours=id)))
        for id in range(1, leads // TICKETS + 1)
    )
    bulk.pour(Ticket, ("id", "number", "customer", "title", "owner", "status", "created_by", "created_at"), rows)


def audit():
    at = Opportunity.created_at.python_value
    for id, owner, name, made in each("SELECT id, owner_id, name, created_at FROM customer"):
        yield at(made), owner, "customer.created", "customer", id, id, {"name": name}, None
    for id, customer, owner, name, amount, made in each("SELECT id, customer_id, owner_id, name, amount, created_at FROM opportunity"):
        yield at(made), owner, "opportunity.created", "opportunity", id, customer, {"name": name, "amount": amount}, None
