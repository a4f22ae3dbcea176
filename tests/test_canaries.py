"""Poison in every text and secrets in every corner: nothing that is written there works, nothing is shown to whom it must not
be (trust.md S3, S4)."""

import re
from contextlib import suppress
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from itertools import product
from zipfile import ZipFile

import pytest
from werkzeug.routing import AnyConverter, BuildError

import documents
from domain import approvals, customers, deals, follow_ups, leads, now, orders, pool, quotes, search, tickets
from domain.export_columns import COLUMNS
from models import Allowance, Customer, Event, Lead, Member, Notice, Opportunity, Pool, Product, Quote, Session, User
from tests import offers, poison, world
from tests.cast import take
from tests.pages import PART
from tests.sweep import Recorder

PEOPLE = ("admin", "manager", "seller", "finance", "service")
pytestmark = pytest.mark.once  # what is written into a page does not know the engine; who sees what is asked of both
RUNS = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


class Reader(HTMLParser):
    """Whatever of a page would run, as a browser reads it."""

    def __init__(self, html):
        super().__init__()
        self.faults = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if tag == "img" and name == "src" and (value or "").startswith("data:image/"):
                continue  # a picture runs nothing
            if name == "x7q" or name.startswith(("on", "hx-on")) or name in ("href", "src", "action", "formaction") and RUNS.match(value or ""):
                self.faults.append(f"<{tag} {name}={value!r}>")


def faults_of(path, answer):
    """What of the poison has worked in an answer."""
    found = ["header X-Taint"] if "X-Taint" in answer.headers else []
    if answer.mimetype == "text/html":
        found += Reader(answer.text).faults
        found += [f"…{answer.text[at - 80:at + 20]}" for at in places(answer.text, "<svg/onload", "x49x")]
    return [f"{path}: {fault}" for fault in found]


def places(text, *words):
    return [text.index(word) for word in words if word in text]


def check(answers):
    faults = sorted({fault for path, answer in answers for fault in faults_of(path, answer)})
    assert not faults, "\n".join(faults[:20])
    assert all(answer.status_code < 500 for _path, answer in answers)


# ---- poison ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def poisoned(cast, application, tmp_path):
    application.config["DATA"] = tmp_path
    made = world.build(cast)
    poison.spread(made)
    return made


@pytest.mark.parametrize("person", PEOPLE)
def test_no_text_of_anybodys_works_on_any_page(cast, poisoned, login, person):
    paths = [f"/quotes/{poisoned['quote']['mine']}{part}" for part in ("/preview", "/glyphs", "/submit", "/products?q=x")]
    paths += [f"/timeline/{kind}/{poisoned[kind]['mine']}" for kind in ("lead", "customer", "opportunity", "quote", "order", "ticket")]
    check(Recorder(login(getattr(cast, person))).everything(*paths))


def test_no_word_in_an_address_works(cast, poisoned, login):
    check(Recorder(login(cast.admin)).reflections(poison.WORD))


def test_no_answer_to_a_form_works(cast, poisoned, login):
    """What is told after an act names records and people, and a refused form gives back what was typed."""
    browser, lead = login(cast.admin), poisoned["lead"]
    word, ticket, quote = poison.WORD, poisoned["ticket"]["mine"], poisoned["quote"]["mine"]
    posts = [
        (f"/leads/{lead['pool']}/claim", {}), (f"/leads/{lead['pool']}/release", {"reason": "no_need"}),
        (f"/leads/{lead['mine']}/invalidate", {}), (f"/leads/{lead['mine']}/edit", {"name": "", "need": word, "phone": word}),
        (f"/leads/{lead['team']}/follow-ups", {"method": "phone", "body": word, "next_at": word}),
        ("/products", {"sku": word, "price": word}), ("/customers", {"name": "", "website": poison.ADDRESS, "remark": word}),
        ("/settings/departments", {"name": word}), ("/tickets", {"title": word}), (f"/tickets/{ticket}/assign", {"to": word}),
        (f"/quotes/{quote}", {"revision": 0, "terms": word}), ("/login", {"login": word, "password": word}),
        ("/profile/password", {"old": word, "new": word}),
    ]
    answers = []
    for path, form in posts:
        answers += [(path, browser.post(path, data=form, headers=PART)), (path, browser.post(path, data=form, follow_redirects=True))]
    check(answers)


def test_no_cell_of_a_workbook_is_a_formula(cast, poisoned, login):
    answers = Recorder(login(cast.admin)).everything()
    books = [ZipFile(BytesIO(answer.data)) for path, answer in answers if path.endswith(".xlsx")]
    parts = [book.read(name).decode() for book in books for name in book.namelist() if name.endswith((".xml", ".rels"))]
    assert len(books) >= 2 and "=1+1" in "".join(parts)
    assert not [part for part in parts if "<f>" in part or "<f " in part or "hyperlink" in part]


def test_the_document_says_it_word_for_word(cast, poisoned, login):
    quote = Quote.get(Quote.status == Quote.APPROVED, Quote.owner == cast.seller)
    browser = login(cast.seller)
    answers = [(path, browser.get(f"/quotes/{quote.id}{path}")) for path in (".pdf", "/preview")]
    check(answers)
    assert "{{7*7}}" in answers[1][1].text and "=1+1" in documents.document_of(quote, is_draft=False).customer.name


# ---- cost and margin -----------------------------------------------------------------------------------------------------

COST, PRICE = 87_654_321, 123_456_789
SUMS = (COST, PRICE - COST)
SPELLINGS = [f"{sum}" for sum in SUMS] + [f"{Decimal(sum) / 100:,.2f}" for sum in SUMS] + [f"{Decimal(sum) / 100:.2f}" for sum in SUMS]


@pytest.fixture
def offer(cast):
    """A submitted quote of the seller's, an order of an approved one, and a ticket: all of one product whose cost is secret."""
    product = Product.create(sku="LD-1", name="激光测距传感器", unit="台", price=PRICE, cost=COST)
    search.index("product", product)
    customer = customers.create(cast.seller, name="苏州恒立")
    deal = deals.create(cast.seller, customer, "产线改造", PRICE)
    made = [quotes.create(deal, by=cast.seller) for _turn in range(3)]
    for quote in made:
        quotes.save(quote, cast.seller, 0, [{"product_id": product.id, "quantity": Decimal(1)}])
    _draft, submitted, approved = made
    approvals.submit(submitted, by=cast.seller)
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-").where(Quote.id == approved.id).execute()
    orders.create(Quote.get_by_id(approved.id), by=cast.seller)
    return [quote.id for quote in made]


@pytest.mark.parametrize(("person", "team"), [("rival", "reads"), ("rival", "edits"), ("outsider", ""), ("service", "reads"), ("seller", "")])
def test_cost_and_margin_reach_nobody_but_who_may_see_them(cast, offer, login, person, team):
    someone = getattr(cast, person)
    for kind in ("customer", "opportunity") if team else ():
        Member.create(record_kind=kind, record_id=1, user=someone, may_edit=team == "edits")
    parts = ("", "/preview", "/glyphs", "/submit", "/products?q=LD", "/lines/new?product=1", "/approval")
    paths = [] if person == "seller" else [f"/quotes/{id}{part}" for id in offer for part in parts]
    browser = Recorder(login(someone))
    answers = browser.everything("/search?q=激光", "/products?q=LD-1", *paths)
    answers += [("totals", browser.client.post(f"/quotes/{id}/totals", data={"revision": 1, "key": 1, "product": 1, "quantity": 1, "rate": ""}))
                for id in offer if person != "seller"]
    own = ("/quotes", "/approvals")  # the seller of a quote may see its margin, there and nowhere else
    shown = [(path, answer) for path, answer in answers if person != "seller" or not path.startswith(own)]
    leaks = {f"{path}: {word}" for path, answer in shown for word in SPELLINGS if word.encode() in answer.data}
    assert not leaks, "\n".join(sorted(leaks))


def test_the_canary_would_be_heard(cast, offer, login):
    page = login(cast.finance).get("/products").text + login(cast.manager).get(f"/quotes/{offer[0]}").text
    assert f"{Decimal(COST) / 100:,.2f}" in page and f"{Decimal(PRICE - COST) / 100:,.2f}" in page


# ---- how to reach what lies in a pool ------------------------------------------------------------------------------------

PHONE, WECHAT, EMAIL = "13912345678", "wx-canary-7", "canary7@example.cn"
NAME, ADDRESS, SITE, CODE = "周金丝雀", "金丝雀路 7 号", "canary-seven.example.com", "91320505MA1WCANR7X"  # which the pools hide
SECRET = (PHONE, WECHAT, EMAIL, NAME, ADDRESS, SITE, CODE)
SAID = f"{NAME} 说打 +86{PHONE} 或 139-1234-5678，微信 {WECHAT}，{EMAIL}，{SITE}"
REACH = {"phone": PHONE, "email": EMAIL, "address": ADDRESS, "website": SITE, "credit_code": CODE}
PEOPLE_BELOW = ["seller", "outsider", "manager", "finance", "service"]


@pytest.fixture
def lying(cast):
    """A lead that a colleague of another region worked on, wrote about, changed and gave back."""
    hide()
    lead = leads.create(cast.outsider, name="南京精工", contact_name=NAME, wechat=WECHAT, need=f"打 {PHONE}", **REACH)
    write_about(lead, cast)
    leads.edit(lead, cast.outsider, phone="13700000000")
    leads.edit(lead, cast.outsider, phone=PHONE, need="打 139 1234 5678，急")
    pool.release(Lead.get_by_id(lead.id), cast.outsider, "no_need", pool=Pool.of("lead").first())
    return lead


def hide():
    """Nothing limits a sweep, and the pools hide whatever they can."""
    for role in User.ROLES:
        Allowance.create(role=role, pool_views=None, reveals=None, exported_rows=None)
    Pool.update(hidden_fields=list(Pool.HIDEABLE)).execute()


def write_about(record, cast):
    follow_ups.write(record, cast.outsider, "phone", SAID, next_at=now(), next_what=f"再打 {PHONE}")


@pytest.fixture
def sunk(cast):
    """A customer with everything around it, that the same colleague gave back."""
    customer = customers.create(cast.outsider, name="南京精密", remark=SAID, **REACH)
    contact = customers.add_contact(customer, cast.outsider, name=NAME, phone=PHONE, wechat=WECHAT, email=EMAIL)
    deal = deals.create(cast.outsider, customer, "产线改造", 100_00, contact=contact)
    write_about(customer, cast)
    write_about(deal, cast)
    follow_ups.finish(follow_ups.open_task(customer), by=cast.outsider)
    draft, approved = (offers.quote(cast.outsider, opportunity=deal, number=number) for number in ("Q-CANARY", "A-CANARY"))
    Quote.update(contact=contact).where(Quote.customer == customer.id).execute()
    document = documents.document_of(Quote.get_by_id(approved.id), is_draft=False)
    Quote.update(status=Quote.APPROVED, pdf=PHONE.encode()).where(Quote.id == approved.id).execute()
    assert document.customer.phone == PHONE
    order = orders.create(Quote.get_by_id(approved.id), by=cast.outsider)
    ticket = tickets.create(cast.outsider, customer, f"坏了，打 {PHONE}", SAID, contact=contact)
    customers.edit(customer, cast.outsider, phone="13700000000")
    customers.edit(customer, cast.outsider, phone=PHONE)
    deals.lose(Opportunity.get_by_id(deal.id), cast.outsider, "price", SAID)
    pool.release(Customer.get_by_id(customer.id), cast.outsider, "no_need", pool=Pool.of("customer").first())
    return {"customer": customer, "opportunity": deal, "quote": draft, "order": order, "ticket": ticket, "approved": approved}


def addresses(application, records):
    """Every address that a GET answers, of every record that was planted: a route that is new is swept without being named."""
    ids = {record.id for record in records}
    values = {"user_id": [1], "contact_id": [1], "stage_id": [1], "field": ["source"], "what": list(COLUMNS), "day": ["2026-11-26"]}
    for rule in application.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint == "static":
            continue
        names = sorted(rule.arguments)
        for chosen in product(*[ids if name == "id" else words_of(rule, name) or values.get(name, ["1"]) for name in names]):
            with suppress(BuildError):
                yield application.url_map.bind("").build(rule.endpoint, dict(zip(names, chosen)), method="GET")


def words_of(rule, name):
    """The words that an address may have in this place: <any(leads, customers):plural>."""
    converter = rule._converters.get(name)
    return sorted(converter.items) if isinstance(converter, AnyConverter) else None


@pytest.mark.parametrize("person", PEOPLE_BELOW)
def test_no_address_tells_how_to_reach_what_lies_in_a_pool(cast, lying, sunk, login, application, tmp_path, person):
    application.config["DATA"] = tmp_path
    browser = Recorder(login(getattr(cast, person)))
    for path in sorted(set(addresses(application, [lying, *sunk.values()]))):
        browser.get(path)
        browser.get(f"{path}?q=南京&tab=all&whose=team&who=team&name=南京精工&customer=1&status=lost&view=list", headers=PART)
    answered = {path.split("?")[0] for path, answer in browser.answers if answer.status_code == 200}
    assert {"/", "/search", "/notices", "/tickets", "/customers"} <= answered
    if person not in ("finance", "service"):
        assert {f"/leads/{lying.id}", f"/customers/{sunk['customer'].id}", f"/timeline/lead/{lying.id}", "/pools/1", "/pools/2"} <= answered
    leaks = told(browser.answers)
    assert not leaks, "\n".join(sorted(leaks))


@pytest.mark.parametrize("person", ["manager", "admin"])
def test_no_workbook_tells_it_either_but_to_who_runs_the_pool(cast, lying, sunk, login, application, tmp_path, person):
    application.config["DATA"] = tmp_path
    browser = login(getattr(cast, person))
    books = []
    for path in ("lead?pool=1", "customer?pool=2", *(f"{what}?tab=all&whose=team&status=lost" for what in COLUMNS)):
        answer = browser.post(f"/exports/new/{path}")
        if answer.status_code == 200:
            book = ZipFile(BytesIO(answer.data))
            books.append((path, "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))))
    leaks = {f"{path}: {secret}" for path, text in books for secret in SECRET if secret in text}
    assert len(books) >= 2 and bool(leaks) == (person == "admin"), leaks


def test_the_file_that_was_sent_is_for_who_reads_the_customer_in_clear(cast, sunk, login):
    address = f"/quotes/{sunk['approved'].id}.pdf"
    assert login(cast.outsider).get(address).status_code == 409
    assert login(cast.admin).get(address).status_code == 200
    page = login(cast.outsider).get(f"/quotes/{sunk['approved'].id}/preview").text
    assert PHONE not in page and "***" in page


def told(answers):
    """What of the secrets is anywhere in the bytes, however it is spaced."""
    return {
        f"{path}: {secret}" for path, answer in answers for secret in SECRET
        if secret.encode() in answer.data.replace(b" ", b"").replace(b"-", b"").replace("\N{NO-BREAK SPACE}".encode(), b"")
        or secret.encode() in answer.data
    }


@pytest.mark.parametrize("headers", [{}, PART])
def test_who_was_too_late_does_not_learn_it_either(cast, lying, login, headers):
    slow = login(cast.rival)
    slow.get("/pools/1")
    assert login(cast.seller).post(f"/leads/{lying.id}/claim").status_code == 303
    answer = slow.post(f"/leads/{lying.id}/claim", headers=headers)
    assert answer.status_code == 409 and not told([("claim", answer)])


@pytest.mark.parametrize("asked", [PHONE, WECHAT, EMAIL, PHONE[:8], NAME])
def test_no_search_tells_whether_a_hidden_word_is_there(cast, lying, login, asked):
    """A search must answer alike whether it is there or not: else one asks digit by digit."""
    browser = login(cast.seller)
    for path in ("/search?", "/pools/1?", "/leads?", "/customers?", "/leads?who=team&"):
        for headers in ({}, PART):
            assert lying.name not in browser.get(f"{path}q={asked}", headers=headers).text


def test_who_has_it_reads_it(cast, lying, login):
    pool.claim(Lead.get_by_id(lying.id), by=cast.seller)
    page = login(cast.seller).get(f"/leads/{lying.id}")
    assert {leak.split(": ")[1] for leak in told([("lead", page)])} == set(SECRET)


LOOKED_UP = ("/search", "/leads?", "/customers?", "/customers/options")


@pytest.mark.parametrize("person", ["manager", "finance"])
def test_a_role_that_reads_only_its_own_is_shown_nobody_elses_number(cast, login, application, tmp_path, person):
    application.config["DATA"] = tmp_path
    take("contact.see_clear", getattr(cast, person).role, by=cast.admin)
    lead = leads.create(cast.seller, name="南京精工", wechat=WECHAT, phone=PHONE, email=EMAIL)
    customer = customers.create(cast.seller, name="南京精密", phone=PHONE, email=EMAIL)
    customers.add_contact(customer, cast.seller, name="王工", phone=PHONE, wechat=WECHAT)
    follow_ups.write(customer, cast.seller, "phone", SAID)
    browser = Recorder(login(getattr(cast, person)))
    for path in sorted(set(addresses(application, [lead, customer]))):
        browser.get(f"{path}?who=team&tab=all")
        browser.get(f"{path}?q={PHONE}&who=team&tab=all", headers=PART)
    shown = told([(path, answer) for path, answer in browser.answers if "q=" not in path])
    assert not {word for word in shown if not word.endswith((NAME, SITE))}
    assert not [path for path, answer in browser.answers if f"q={PHONE}" in path and path.startswith(LOOKED_UP) and "南京精" in answer.text]


# ---- what nobody is ever shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["admin", "manager", "seller"])
def test_no_hash_no_token_and_no_key_is_on_any_page(cast, login, application, person):
    world.build(cast)
    answers = Recorder(login(getattr(cast, person))).everything()
    secrets = [row.password_hash for row in User.select()] + [row.token_hash for row in Session.select()]
    secrets += ["$argon2", application.secret_key]
    assert not {f"{path}: {secret}" for path, answer in answers for secret in secrets if secret.encode() in answer.data}
    assert not {row.id for row in Event.select() for secret in secrets if secret in str(row.__data__)}
    assert not [row.id for row in Notice.select() if "$argon2" in str(row.facts)]
