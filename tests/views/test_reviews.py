"""The review of a new customer over HTTP: its page, the licence, and what stands on the customer's page; the matrix says who may."""

from io import BytesIO

import pytest

from domain import customers, deals, duplicates
from models import Company, Customer, DuplicateRule, Licence, Review

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def new(cast):
    Company.update(reviews_new_customers=True).execute()
    customers.create(cast.seller, name="老客户恒立", address="前珠路 18 号")
    Review.delete().execute()
    return customers.create(cast.seller, name="苏州新公司", address="前珠路18号")


def test_the_reviewer_sees_the_checks_and_whom_it_is_like(cast, login, new):
    page = login(cast.manager).get(f"/customers/{new.id}/review").text
    assert "老客户恒立" in page and "疑似重复开户" in page and f"/customers/{new.id}/review/approve" in page


def test_whoever_entered_it_sees_that_it_waits_but_not_whom_it_is_like(cast, login, new):
    page = login(cast.seller).get(f"/customers/{new.id}/review").text
    assert "老客户恒立" not in page and f"/customers/{new.id}/review/approve" not in page
    assert "新客户审核中" in login(cast.seller).get(f"/customers/{new.id}").text


def test_only_managers_read_on_the_customers_page_that_it_looks_registered_again(cast, login, new):
    assert "疑似重复开户" in login(cast.manager).get(f"/customers/{new.id}").text
    assert "疑似重复开户" not in login(cast.seller).get(f"/customers/{new.id}").text


@pytest.mark.parametrize("keys", [DuplicateRule.KEYS, ["phone"]])
def test_a_name_that_is_like_an_older_one_is_told_there_whatever_the_duplicate_rule_asks(cast, login, new, keys):
    duplicates.set_rule("customer", cast.admin, active=keys == ["phone"], keys=keys, refuses=False)
    customers.create(cast.seller, name="苏州恒立液压有限公司")
    again = customers.create(cast.seller, name="苏州恒力液压有限公司")
    page = login(cast.manager).get(f"/customers/{again.id}").text
    assert "疑似重复开户" in page and "苏州恒立液压有限公司" in page and "可能重复" not in page


def test_passed_refused_and_asked_again(cast, login, new):
    manager, seller = login(cast.manager), login(cast.seller)
    assert manager.post(f"/customers/{new.id}/review/refuse", data={"reason": " "}).status_code == 422
    assert manager.post(f"/customers/{new.id}/review/refuse", data={"reason": "缺执照"}).status_code == 303
    assert "缺执照" in seller.get(f"/customers/{new.id}").text
    assert seller.post(f"/customers/{new.id}/review/resubmit").status_code == 303
    assert manager.post(f"/customers/{new.id}/review/approve").status_code == 303
    assert manager.post(f"/customers/{new.id}/review/approve").status_code == 409
    assert Review.get().is_passed


def test_a_licence_is_uploaded_and_read_back_as_what_it_is(cast, login, new):
    seller = login(cast.seller)
    answer = seller.post(f"/customers/{new.id}/licence", data={"licence": (BytesIO(PNG), "执照.html")})
    assert answer.status_code == 303 and bytes(Licence.get().content) == PNG
    kept = login(cast.manager).get(f"/customers/{new.id}/licence")
    assert (kept.mimetype, kept.data) == ("image/png", PNG)
    assert kept.headers["Content-Disposition"].startswith("attachment") and kept.headers["X-Content-Type-Options"] == "nosniff"
    assert '<img class="licence"' in seller.get(f"/customers/{new.id}/review").text


@pytest.mark.parametrize("file", [(BytesIO(b"<html>"), "a.png"), (BytesIO(b""), "a.png"), (BytesIO(PNG + b"0" * 5 * 1024 * 1024), "a.png")])
def test_what_is_no_picture_comes_back_beside_its_field(cast, login, new, file):
    answer = login(cast.seller).post(f"/customers/{new.id}/licence", data={"licence": (BytesIO(file[0].getvalue()), file[1])})
    assert answer.status_code == 422 and "aria-invalid" in answer.text
    assert not Licence.select().exists()


def test_a_quote_for_it_is_refused_with_the_reason(cast, login, new):
    deal = deals.create(cast.seller, Customer.get_by_id(new.id), "光幕", 100_00)
    answer = login(cast.seller).post(f"/opportunities/{deal.id}/quotes")
    assert answer.status_code == 409 and "正在审核" in answer.text


def test_the_list_is_in_the_menu_where_the_company_reviews(cast, login, new):
    assert "苏州新公司" in login(cast.manager).get("/reviews").text
    assert 'href="/reviews"' in login(cast.manager).get("/").text
    Company.update(reviews_new_customers=False).execute()
    assert 'href="/reviews"' not in login(cast.manager).get("/").text


def test_an_empty_list_says_that_nothing_is_reviewed_and_leads_an_administrator_to_the_switch(cast, login):
    assert "新建客户无需审核" in login(cast.manager).get("/reviews").text
    assert 'small " href="/settings"' in login(cast.admin).get("/reviews").text
    Company.update(reviews_new_customers=True).execute()
    assert "新建客户无需审核" not in login(cast.manager).get("/reviews").text
