"""A made-up quote, to show what a template looks like."""

from datetime import timedelta
from decimal import Decimal

from documents.contents import Letterhead, Line, Party, QuoteDocument
from documents.quotes import lines_of, look_of
from domain.pricing import Discount, LineInput, price_quote
from models import QuoteLine

GOODS = (  # name, code, specification, quantity, unit, price in 分, percent off
    ("激光测距传感器", "LD-200", "0.05–200 m · RS485", 24, "台", 186_000, 5),
    ("光电开关", "PX-18N", "NPN · M18 · 检测 10 m", 120, "只", 16_800, 0),
    ("压力变送器", "PT-40", "0–4 MPa · 4–20 mA", 16, "台", 128_000, 0),
    ("安全光幕", "SG-1040", "高 1040 mm · 间距 20 mm", 6, "套", 435_000, 3),
)
TERMS = ("付款：预付 30%，发货前付清。", "交货：收到预付款后 30 天内。")


def sample(company, template, seller, today):
    """The QuoteDocument of it: an approved one, so that the seal is seen."""
    totals = price_quote(
        [LineInput(name, price, Decimal(count), discount=Discount(percent=Decimal(off))) for name, _c, _s, count, _u, price, off in GOODS],
        Discount(amount=150_000),
    )
    logo = bytes(company.logo) if company.logo else None
    return QuoteDocument(
        f"Q{today:%Y%m%d}-001", 1, today, today + timedelta(days=company.quote_valid_days),
        Letterhead(company.name, company.address, company.phone, company.website, logo),
        Party("苏州恒立精密机械制造有限公司", "张建国", "138 1290 5678", "", "江苏省苏州市吴中区前珠路 18 号", "91320506MA1XK7Y83P"),
        Party(company.name, seller.name, seller.phone or "", seller.email or "", tax_id=company.tax_id),
        (Line("传感器", "", "", Decimal(0), "", 0, "", 0, QuoteLine.SECTION), *printed(template, totals.lines)),
        totals.subtotal, totals.order_discount, totals.total, totals.excl_total, totals.tax_total, ("13%",),
        (*TERMS, *lines_of(template.terms)), language=template.language, look=look_of(template),
    )


def printed(template, priced):
    for (name, code, spec, count, unit, price, off), line in zip(GOODS, priced, strict=True):
        taken_off = f"{100 - off}%" if template.language == template.CHINESE else f"−{off}%"
        yield Line(
            name, code if "code" in template.columns else "", spec if "spec" in template.columns else "", Decimal(count), unit, price,
            taken_off if off else "", line.amount, tax_rate="13%",
        )
