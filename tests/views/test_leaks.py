"""The page of the leak guard and the watermark: numbers per role, whose copy a page is, and what stays clean."""

from urllib.parse import unquote

import pytest

from domain import watermark
from models import Allowance, Company, Quote, User
from tests import offers


def fields(browser, **changes):
    limits = {f"{role}_{name}": getattr(Allowance.of(role), name) for role in User.ROLES for name in Allowance.LIMITS}
    return {name: "" if value is None else value for name, value in (limits | changes).items()}


def test_an_administrator_sets_what_a_role_may_and_empty_is_no_limit(login, cast):
    browser = login(cast.admin)
    assert browser.post("/settings/leaks", data=fields(browser, seller_reveals=7, seller_pool_views="")).status_code == 303
    assert (Allowance.of(User.SELLER).reveals, Allowance.of(User.SELLER).pool_views) == (7, None)
    answer = browser.post("/settings/leaks", data=fields(browser, seller_reveals=-1))
    assert answer.status_code == 422 and Allowance.of(User.SELLER).reveals == 7


def test_a_page_says_whose_copy_it_is_where_the_company_wants_it(login, cast):
    browser = login(cast.seller)
    assert 'class="watermark"' not in browser.get("/").text
    watermark.switch(True, by=cast.admin)
    assert "孙一 (seller) · 20" in unquote(browser.get("/").text)


@pytest.mark.parametrize("name", ["<svg onload=x>", '"><img src=x>'])
def test_a_name_in_the_watermark_is_a_text(login, cast, name):
    Company.update(watermark=True).execute()
    User.update(name=name).where(User.id == cast.seller.id).execute()
    page = login(User.get_by_id(cast.seller.id)).get("/").text
    assert name not in unquote(page)


def test_the_preview_of_a_quote_is_marked_and_the_file_for_the_customer_is_not(login, cast):
    quote = offers.quote(cast.seller, number="Q-1")
    Quote.update(status=Quote.APPROVED, pdf=b"%PDF-1.7 as sent").where(Quote.id == quote.id).execute()
    Company.update(watermark=True).execute()
    browser = login(cast.seller)
    assert "孙一 (seller)" in browser.get(f"/quotes/{quote.id}/preview").text
    assert browser.get(f"/quotes/{quote.id}.pdf").data == b"%PDF-1.7 as sent"
