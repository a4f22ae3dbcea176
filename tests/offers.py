"""A customer, a deal and a quote with two lines, ready to be submitted: what approvals and orders start from."""

from datetime import timedelta
from decimal import Decimal

from domain import customers, day_of, deals, now
from domain.pricing import Discount, LineInput, price_quote
from models import Product, Quote, QuoteLine

LINES = ((100_000, Decimal(3), 60_000), (19_999, Decimal("1.5"), 15_000))  # price, quantity, cost in fen


def deal(by, name="苏州恒立精密机械制造有限公司"):
    customer = customers.create(by=by, name=name)
    return deals.create(by=by, customer=customer, name="产线改造", amount=50_000_00)


def quote(by, opportunity=None, number="Q20261122-001", off=10_000, valid_days=30, today=None):
    """A draft of two lines; `off` is the whole-order discount in fen."""
    opportunity = opportunity or deal(by)
    today = today or day_of(now())
    entered = [LineInput(n, price, quantity, cost) for n, (price, quantity, cost) in enumerate(LINES)]
    totals = price_quote(entered, Discount(amount=off))
    made = Quote.create(
        number=number, opportunity=opportunity, customer=opportunity.customer, owner=by, issued_on=today,
        valid_until=today + timedelta(days=valid_days), order_discount=off, list_total=totals.list_total,
        order_amount=totals.order_amount, total=totals.total, tax_total=totals.tax_total, cost_total=totals.cost_total,
    )
    for entry, line in zip(entered, totals.lines):
        write_line(made, entry, line)
    return made


def approved(by, pdf=b"%PDF-1.7 as approved", at=None, **told):
    """One that may go to the customer."""
    made = quote(by, **told)
    changed = {"status": Quote.APPROVED, "approved_at": at or now(), "pdf": pdf, "pdf_sha256": "0" * 64}
    Quote.update(**changed).where(Quote.id == made.id).execute()
    return Quote.with_people().where(Quote.id == made.id).get()


def write_line(made, entry, line):
    position = entry.key + 1
    product = Product.create(sku=f"{made.number}-{position}", name=f"传感器 {position}", unit="台", price=entry.price, cost=entry.cost)
    QuoteLine.create(
        quote=made, position=position, product=product, name=product.name, sku=product.sku, unit="台", price=entry.price,
        quantity=entry.quantity, cost=entry.cost, tax_rate=line.tax_rate, gross=line.gross, amount=line.amount,
        share=line.share, net=line.net, excl=line.excl, tax=line.tax,
    )
