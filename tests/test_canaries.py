"""Poison in every text and secrets in every corner: nothing that is written there works, nothing is shown to whom it must not
be (trust.md S3, S4)."""

import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from io import BytesIO
from zipfile import ZipFile

import pytest

import documents
from domain import approvals, customers, deals, follow_ups, leads, now, orders, pool, quotes, search
from models import Event, Lead, Member, Notice, Pool, Product, Quote, Session, User
from tests import poison, world
from tests.sweep import PART, Recorder

PEOPLE = ("admin", "manager", "seller", "rival", "outsider", "finance", "service")
RUNS = re.compile(r"^\s*(javascript|data|vbscript):", re.IGNORECASE)


class Reader(HTMLParser):
    """Whatever of a page would run, as a browser reads it."""

    def __init__(self, html):
        super().__init__()
        self.faults = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
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


# ---- how to reach a lead that lies in the pool -----------------------------------------------------------------------------

PHONE, WECHAT, EMAIL = "13912345678", "wx-canary-7", "canary7@example.cn"
SECRET = (PHONE, WECHAT, EMAIL)


@pytest.fixture
def lying(cast):
    """A lead that a colleague of another region worked on, wrote about, changed and gave back."""
    lead = leads.create(cast.outsider, name="南京精工", contact_name="周总", phone=PHONE, wechat=WECHAT, email=EMAIL, need=f"打 {PHONE}")
    said, tomorrow = f"周总说打 +86{PHONE} 或 139-1234-5678", now() + timedelta(days=1)
    follow_ups.write(lead, cast.outsider, "phone", said, next_at=tomorrow, next_what=f"再打 {PHONE}")
    leads.edit(lead, cast.outsider, phone="13700000000")
    leads.edit(lead, cast.outsider, phone=PHONE, need="打 139 1234 5678，急")
    pool.release(Lead.get_by_id(lead.id), cast.outsider, "no_need", pool=Pool.get())
    return lead


def told(answers):
    """What of the secrets is anywhere in the bytes, however it is spaced."""
    return {
        f"{path}: {secret}" for path, answer in answers for secret in SECRET
        if secret.encode() in answer.data.replace(b" ", b"").replace(b"-", b"").replace("\N{NO-BREAK SPACE}".encode(), b"")
        or secret.encode() in answer.data
    }


@pytest.mark.parametrize("person", ["seller", "rival", "outsider", "manager", "finance", "service"])
def test_nobody_learns_from_the_pool_how_to_reach_a_lead(cast, lying, login, person):
    paths = (
        f"/leads/{lying.id}", f"/leads/{lying.id}?tab=facts", f"/leads/{lying.id}?tab=related", f"/timeline/lead/{lying.id}",
        f"/timeline/lead/{lying.id}?only=follow_ups", f"/timeline/lead/{lying.id}?only=system", "/pools/1?q=南京精工", "/search?q=南京精工",
        "/leads/duplicates?name=南京精工", f"/leads/{lying.id}/edit", f"/leads/{lying.id}/convert", f"/leads/{lying.id}/assign",
    )
    assert not told(Recorder(login(getattr(cast, person))).everything(*paths))


@pytest.mark.parametrize("headers", [{}, PART])
def test_who_was_too_late_does_not_learn_it_either(cast, lying, login, headers):
    slow = login(cast.rival)
    slow.get("/pools/1")
    assert login(cast.seller).post(f"/leads/{lying.id}/claim").status_code == 303
    answer = slow.post(f"/leads/{lying.id}/claim", headers=headers)
    assert answer.status_code == 409 and not told([("claim", answer)])


@pytest.mark.parametrize("asked", [PHONE, WECHAT, EMAIL, PHONE[:8], "周总"])
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
