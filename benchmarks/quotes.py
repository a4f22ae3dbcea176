"""A keystroke in a quote of 500 lines: POST /quotes/N/totals whole, against the arithmetic of the same lines alone."""

from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

from werkzeug.test import EnvironBuilder

from benchmarks.pages import SELLER, ms
from benchmarks.timing import medians
from domain import quotes
from models import Opportunity, Product

LONGEST = 500
FORM = "application/x-www-form-urlencoded"
AIM = 0.1  # seconds from a keystroke to its total


def measure(places, report):
    place = places[0]
    place.enter()
    place.app.config["WTF_CSRF_ENABLED"] = False  # the token is no part of what is measured
    quote = long_quote(place)
    lines = quotes.lines_of(quote)
    address, body, cookie = f"/quotes/{quote.id}/totals", urlencode(typed(quote, lines)).encode(), place.cookie(SELLER)
    taken = medians({
        "totals": (place.enter, lambda: post(place, address, body, cookie)),
        "alone": (place.enter, lambda: quotes.priced(lines, quotes.order_discount_of(quote))),
    })
    size = len(post(place, address, body, cookie))
    report.table(f"A keystroke in a quote of {LONGEST} lines", "POST totals", "pricing alone", "ratio", "answer", "aim")
    report.row(
        ms(taken["totals"]), ms(taken["alone"]), f"{taken['totals'] / taken['alone']:.1f}", f"{size / 1000:.0f} kB",
        f"{report.verdict(taken['totals'], AIM)} s",
    )


def long_quote(place):
    seller = place.user(SELLER)
    deal = Opportunity.select().where(Opportunity.owner == seller, Opportunity.status == Opportunity.OPEN).first()
    quote = quotes.create(deal, by=seller)
    products = Product.select().where(Product.active).order_by(Product.id).limit(LONGEST)
    entries = [{"product_id": product.id, "quantity": Decimal(1 + place % 9), "discount": 500} for place, product in enumerate(products)]
    quotes.save(quote, seller, quote.revision, entries, order_discount=12_345)
    return quote


def typed(quote, lines):
    """The form as the browser sends it with every keystroke."""
    head = [
        ("revision", quote.revision), ("contact", 0), ("valid_until", quote.valid_until), ("inclusive", 1),
        ("order_discount", "123.45"), ("order_way", "amount"), ("terms", quote.terms),
    ]
    return head + [field for line in lines for field in typed_line(line)]


def typed_line(line):
    return (
        ("key", line.position), ("what", "product"), ("product", line.product_id), ("name", ""), ("quantity", line.quantity),
        ("rate", 95), ("way", "percent"),
    )


def post(place, address, body, cookie):
    headers = {"Cookie": cookie, "HX-Request": "true", "HX-Request-Type": "partial"}
    form = {"method": "POST", "input_stream": BytesIO(body), "content_length": len(body), "content_type": FORM}
    answers = []
    environment = EnvironBuilder(path=address, headers=headers, **form).get_environ()
    answer = b"".join(place.app.wsgi_app(environment, lambda status, headers, info=None: answers.append(status)))
    if not answers[0].startswith("200"):
        raise RuntimeError(f"{address} answered {answers[0]}")
    return answer
