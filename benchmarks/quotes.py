"""A keystroke in a quote of 500 lines: POST /quotes/N/totals whole, against the arithmetic of the same lines alone; and in a browser
until the new total is seen, against the same in a quote of 20."""

from contextlib import contextmanager
from decimal import Decimal
from io import BytesIO
from statistics import median
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright
from werkzeug.test import EnvironBuilder

from benchmarks.live import cpu
from benchmarks.pages import SELLER, ms
from benchmarks.timing import medians
from domain import quotes
from models import Opportunity, Product
from tests.browser.chromium import DESKTOP, launch_arguments
from tests.server import Server

FEW, LONGEST = 20, 500
STROKES = 20
FORM = "application/x-www-form-urlencoded"
AIM = 0.1  # seconds from a keystroke to its total
KEYSTROKE = """value => new Promise(seen => {
  const field = document.querySelector("#lines [name=quantity]"), counter = document.querySelector("#counter");
  const begun = performance.now();
  const painted = () => requestAnimationFrame(() => setTimeout(() => seen((performance.now() - begun) / 1000)));
  counter.addEventListener("htmx:finally:request", painted, { once: true });
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


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
    tell_of_browser(place, {LONGEST: quote, FEW: long_quote(place, FEW)}, report)


def tell_of_browser(place, written, report):
    report.table("The same in a browser, until the total is seen", "", "median", "CPU of the page", "of the server", f"÷ {FEW} lines", "aim")
    with Server(place.path.parent, f"sqlite:///{place.path}") as server, chromium(server, place.cookie(SELLER)) as page:
        found = {lines: strokes(page, server, f"/quotes/{quote.id}") for lines, quote in written.items()}
    for lines, (taken, page_cpu, server_cpu) in found.items():
        report.row(
            f"{lines} lines", ms(taken), ms(page_cpu), ms(server_cpu), f"{taken / found[FEW][0]:.1f}", f"{report.verdict(taken, AIM)} s"
        )


@contextmanager
def chromium(server, cookie):
    name, _equals, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments(), timeout=120_000)
        context = browser.new_context(base_url=server.address, **DESKTOP)
        context.add_cookies([{"name": name, "value": value, "url": server.address}])
        yield context.new_page()
        browser.close()


def strokes(page, server, address):
    """(median from a keystroke to its total, the page's and the server's processor time for one) in seconds."""
    page.goto(address)
    watch = page.context.new_cdp_session(page)
    watch.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(KEYSTROKE, "1")
    page_before, server_before = spent(watch), cpu(server)
    taken = [page.evaluate(KEYSTROKE, str(number)) for number in range(2, STROKES + 2)]
    return median(taken), (spent(watch) - page_before) / STROKES, (cpu(server) - server_before) / STROKES


def spent(watch):
    return next(each["value"] for each in watch.send("Performance.getMetrics")["metrics"] if each["name"] == "TaskDuration")


def long_quote(place, lines=LONGEST):
    seller = place.user(SELLER)
    deal = Opportunity.select().where(Opportunity.owner == seller, Opportunity.status == Opportunity.OPEN).first()
    quote = quotes.create(deal, by=seller)
    products = Product.select().where(Product.active).order_by(Product.id).limit(lines)
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
