"""What no browser of ours sends: numbers without end, names of url_for(), broken addresses. Each is answered, and none breaks.

That an answer is no 500, and that a refusal changes nothing, is asserted of every request by the client itself.
"""

import json
from base64 import urlsafe_b64encode

import pytest

from domain import leads, search
from models import Lead, Opportunity, Product, Tax
from tests import world
from tests.pages import PART

HUGE, MANY_DIGITS = 10**20, "9" * 5_000
NOWHERE = "http://[x"  # urlsplit() refuses it
BELOW = "/leads/" + MANY_DIGITS


@pytest.fixture
def admin(cast, login):
    world.build(cast)
    return login(cast.admin)


def cursor(*values):
    return urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("number", [HUGE, -HUGE, 2**31, MANY_DIGITS, "²", "1e5"])
def test_a_number_that_no_column_holds_counts_as_not_given(admin, number):
    for path in (
        "/timeline/lead/1?before=", "/opportunities?owner=", "/opportunities?customer=", "/opportunities?view=list&stage=",
        "/opportunities?unfold=", "/opportunities/column/1?after=", "/leads/duplicates?name=a&except=", "/pools/1?within=",
        "/opportunities/new?stage=", "/opportunities/new?customer=", "/tickets?customer=", "/tickets/new?customer=",
        "/tickets/new?order=", "/quotes/1/lines/new?product=",
    ):
        assert admin.get(f"{path}{number}").status_code in (200, 404), path


@pytest.mark.parametrize("number", [HUGE, -HUGE, MANY_DIGITS, "²"])
def test_so_it_is_in_a_form(admin, number):
    for path, field, answers in (
        ("/leads/claim", "id", (422,)), ("/opportunities/1/move", "stage", (404,)), ("/quotes/1/approve", "step", (403, 404, 422)),
        ("/quotes/1/submit", "revision", (303, 409)), ("/notices/read", "up_to", (303,)), ("/tickets", "customer", (422,)),
        ("/opportunities", "customer", (422,)), ("/leads/1/release", "pool", (422,)), ("/leads/1/assign", "to", (422,)),
    ):
        assert admin.post(path, data={field: number}).status_code in answers, path


@pytest.mark.parametrize("pool", ["²", HUGE, MANY_DIGITS])
def test_a_lead_for_a_pool_that_is_none_stays_with_its_creator(admin, cast, pool):
    admin.post("/leads/new", data={"name": "没有公海", "pool": pool})
    assert Lead.get(Lead.name == "没有公海").owner_id == cast.admin.id


@pytest.mark.parametrize("rate", ["NaN", "sNaN", "Infinity", "1e999"])
def test_a_tax_rate_is_a_number(admin, rate):
    before = Tax.select().count()
    answer = admin.post("/settings/taxes", data={"code": Tax.GENERAL, "rate": rate, "starts_on": "2099-01-01"})
    assert (answer.status_code, Tax.select().count()) == (422, before)


@pytest.mark.parametrize("code", ["", "NaN", "0.13", "general ", "GENERAL"])
def test_a_product_is_taxed_by_a_kind_we_know(admin, code):
    answer = admin.post("/products", data={"sku": "N-1", "name": "x", "price": "1", "tax_code": code})
    assert (answer.status_code, Product.select().where(Product.sku == "N-1").count()) == (422, 0)


def test_no_deal_was_won_in_the_year_one(admin):
    assert admin.post("/opportunities/1/win", data={"on": "0001-01-01"}).status_code == 422
    assert Opportunity.get_by_id(1).is_open


@pytest.mark.parametrize("name", ["endpoint", "id", "_scheme", "_external", "_anchor", "_method", "values", "self"])
def test_an_argument_named_like_one_of_url_for_is_left_out_of_our_links(admin, name):
    for path in (
        "/leads", "/leads/1", "/pools", "/pools/1", "/customers", "/opportunities", "/quotes",
        "/orders", "/products", "/tickets", "/notices", "/approvals", "/imports", "/search",
    ):
        answer = admin.get(path, query_string={name: "javascript", "_external": "1", "view": "list"})
        assert answer.status_code in (200, 303), path
        assert "javascript:" not in answer.text + answer.headers.get("Location", ""), path


def test_a_cursor_that_was_written_by_hand_is_none(admin):
    for values in (["\0", 1], ["\ud800", 1], ["a", HUGE], ["a", -HUGE], [HUGE], [[[[]]]], [{"at": 1}]):
        for path in ("/products", "/quotes", "/leads", "/orders"):
            assert admin.get(path, query_string={"after": cursor(*values)}).status_code == 200, (path, values)
    assert admin.get("/quotes", query_string={"after": urlsafe_b64encode(b"[" * 50_000).decode()}).status_code == 200


@pytest.mark.parametrize("headers", [{"Referer": NOWHERE}, {"HX-Current-URL": NOWHERE, **PART}, {"Referer": f"http://localhost{BELOW}"}])
def test_an_address_that_is_none_leads_home(admin, headers):
    admin.post("/leads/1/claim", headers=headers)
    admin.post("/opportunities/1/move", data={"stage": 2}, headers=headers)
    assert admin.post("/appearance", data={"theme": "light"}, headers=headers).status_code in (200, 303)


def test_a_page_whose_address_holds_a_nul_is_none(admin):
    headers = {**PART, "HX-Current-URL": "http://localhost/opportunities?q=a%00b"}
    assert admin.post("/opportunities/1/move", data={"stage": 2}, headers=headers).status_code == 400


def test_what_comes_after_the_login_is_a_page_that_there_is(stranger, cast):
    assert stranger.get("/login", query_string={"next": BELOW}).status_code == 200


def test_a_text_of_any_length_can_be_searched_for(admin):
    for path in ("/leads", "/pools/1", "/customers", "/opportunities", "/products", "/quotes", "/orders", "/search"):
        assert admin.get(path, query_string={"q": "有限公司" * 5_000}).status_code == 200, path


def test_only_its_first_hundred_characters_count(cast):
    leads.create(cast.seller, name="长" * 100)
    assert search.narrowed(Lead.select(), "lead", "长" * 100 + "短").count() == 1
