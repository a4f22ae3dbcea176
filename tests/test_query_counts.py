"""A page asks the database as often for a thousand rows as for ten: every list, every record, counted in statements."""

import re

import pytest

from models import Company, Quote, RecordView, db
from tests import crowded

LIST, SEVERAL_LISTS, RECORD = 15, 21, 36  # statements at the most; two of a record note who looks at it
FEW, MANY = 10, 1_000

# Who asks for what; {name} is the id of the first record of its kind.
LISTS = {
    "seller": (
        "/pools/{pool}", "/pools/{pool}?city=苏州", "/pools/{pool}?q=恒立", "/leads", "/leads?view=today", "/leads?view=soon", "/leads?q=恒立",
        "/customers", "/customers?tab=soon", "/customers?tab=all", "/customers?q=恒立", "/opportunities?view=list", "/quotes",
        "/quotes?status=draft", "/orders", "/products", "/products?q=激光", "/tickets", "/notices", "/approvals?tab=mine",
        "/profile", "/customers/options?q=恒立", "/collisions",
    ),
    "manager": (
        "/pools/{pool}", "/leads?who=team", "/customers?tab=all", "/opportunities?view=list&whose=all",
        "/quotes?whose=team", "/orders", "/tickets?tab=all", "/approvals", "/approvals?tab=decided", "/imports",
        "/collisions", "/collisions/report", "/reviews",
    ),
    "finance": ("/orders", "/quotes", "/approvals", "/customers"),
    "service": ("/tickets", "/tickets?tab=all"),
    "admin": (
        "/settings", "/settings/people", "/settings/roles", "/settings/departments", "/settings/pools", "/settings/stages",
        "/settings/words/source", "/settings/flows", "/settings/system", "/settings/calendar", "/settings/recycling", "/pools/{pool}",
    ),
}
OF_SEVERAL_LISTS = {  # what the day brings, one column for each stage, one group for each kind that is found
    "seller": ("/", "/opportunities", "/search?q=恒立", "/search?q=激光"),
    "manager": ("/", "/opportunities", "/search?q=恒立"),
    "finance": ("/",),
    "service": ("/",),
    "admin": ("/", "/opportunities"),
}
RECORDS = {
    "seller": (
        "/leads/{lead}", "/leads/{pool_lead}", "/leads/new", "/leads/{lead}/convert", "/customers/{customer}", "/customers/{customer}?tab=related",
        "/opportunities/{opportunity}", "/opportunities/new?customer={customer}", "/quotes/{draft}", "/quotes/{approved}",
        "/quotes/{draft}/preview", "/quotes/{draft}/submit", "/orders/{order}", "/tickets/{ticket}", "/tickets/new?customer={customer}",
        "/timeline/lead/{lead}", "/timeline/customer/{customer}",
    ),
    "manager": (
        "/leads/{lead}", "/leads/{lead}?who=team", "/leads/{pool_lead}/assign", "/customers/{customer}", "/opportunities/{opportunity}",
        "/quotes/{pending}", "/collisions/{case}", "/customers/{customer}/review",
        "/approvals/{waiting}", "/orders/{order}", "/imports/{job}", "/tickets/{ticket}",
    ),
    "service": ("/tickets/{ticket}", "/tickets/{ticket}/assign"),
    "admin": ("/leads/{pool_lead}", "/settings/pools/{pool}"),
}


def pages():
    for pages_of, most in ((LISTS, LIST), (OF_SEVERAL_LISTS, SEVERAL_LISTS), (RECORDS, RECORD)):
        for person, addresses in pages_of.items():
            for address in addresses:
                yield person, address, most


@pytest.fixture
def count(cast, login, queries):
    """count() -> {(person, address): statements} of every page."""
    browsers = {person: login(getattr(cast, person)) for person in {*LISTS, *RECORDS}}

    def ask():
        ids = vars(crowded.first())
        RecordView.delete().execute()  # the first look at a record takes a statement more than the second
        return {(person, address): statements(browsers[person], address.format(**ids)) for person, address, _most in pages()}

    def statements(browser, address):
        with queries() as seen:
            answer = browser.get(address)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
        return [sql for sql in seen if not sql.startswith('UPDATE "session"')]  # once a minute, whatever the page

    return ask


@pytest.mark.once  # the same code asks on both engines
def test_ten_rows_and_a_thousand_take_the_same_number_of_statements(cast, count):
    crowded.fill(cast, 0, FEW)
    few = count()
    crowded.fill(cast, FEW, MANY)
    many = count()
    limits = {(person, address): most for person, address, most in pages()}
    wrong = [
        f"{person} {address}: {len(few[page])} statements with {FEW} rows, {len(many[page])} with {MANY:,}, {limits[page]} allowed"
        for page in limits
        for person, address in [page]
        if len(few[page]) != len(many[page]) or len(many[page]) > limits[page]
    ]
    assert not wrong, "\n".join(wrong)
    assert Quote.select().count() >= MANY


# ---- how SQLite finds the rows -----------------------------------------------------------------------------------------

NEWEST = 'FROM "event" AS "t1" ORDER BY "t1"."id" DESC LIMIT 1'  # one row off the end of the chain
BIG = ("lead", "event", "claim", "customer")  # tables that grow with the years
WALKED = {  # what people do all day: nothing of it may read a big table from end to end
    "seller": (
        "/pools/{pool}", "/pools/{pool}?city=苏州", "/pools/{pool}?q=公司077", "/leads", "/leads?view=today", "/leads?view=soon", "/leads/{lead}",
        "/leads/{pool_lead}", "/customers", "/customers?tab=soon", "/customers/{customer}", "/search?q=公司077", "/search?q=077", "/",
        "POST /leads/{pool_lead}/claim", "POST /leads/{lead}/follow-ups", "POST /leads/{lead}/convert",
    ),
    "manager": ("/leads?who=team", "/leads?who=team&view=soon", "/customers?tab=all", "/search?q=公司077", "/leads/{lead}?who=team"),
    "admin": ("/pools/{pool}", "/leads?who=team", "/search?q=公司077", "/opportunities"),
}
FORM = {"method": "phone", "body": "聊过", "with_opportunity": "y", "name": "商机", "amount": "1"}


@pytest.mark.once
def test_no_big_table_is_read_from_end_to_end(cast, login, caplog):
    crowded.fill(cast, 0, FEW)
    crowded.fill(cast, FEW, MANY)
    ids = vars(crowded.first())
    Company.update(claim_capacity=2 * MANY).execute()
    caplog.set_level("DEBUG", logger="peewee")
    wrong = []
    for person, addresses in WALKED.items():
        browser = login(getattr(cast, person))
        for address in addresses:
            method, _blank, path = address.rpartition(" ")
            caplog.clear()
            answer = browser.open(path.format(**ids), method=method or "GET", data=FORM)
            assert answer.status_code in (200, 303), f"{address} answers {answer.status_code}"
            asked = [record.msg for record in caplog.records if record.name == "peewee"]
            wrong += [f"{person} {address}: {table} in {sql}" for sql, given in asked for table in scanned(sql, given)]
    assert not wrong, "\n".join(wrong)


def scanned(sql, given):
    """The big tables that SQLite would read whole for this statement, with no index to help."""
    if not sql.startswith(("SELECT", "UPDATE", "DELETE")) or sql.endswith(NEWEST):
        return []
    called = {alias: table for table, alias in re.findall(r'(?:FROM|JOIN|UPDATE) "(\w+)" AS "(\w+)"', sql)}
    plan = [row[3] for row in db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", given).fetchall()]
    read = [detail.split()[1] for detail in plan if re.fullmatch(r"SCAN \w+", detail)]
    return [called.get(alias, alias) for alias in read if called.get(alias, alias) in BIG]
