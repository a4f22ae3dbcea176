"""显示 over HTTP: the number comes back in clear, where the pool and the day allow it; looking has its limit, too."""

import pytest

from domain import allowances, customers, leads, pool
from models import Pool, RecordView, Reveal, User
from tests.cast import take
from tests.pages import PART

SHOWN = "138 1234 5678"


@pytest.fixture
def lead(cast):
    return leads.create(cast.admin, pool=Pool.of("lead").first(), name="甲公司", contact_name="周总", phone="13812345678")


@pytest.fixture
def customer(cast):
    customer = customers.create(cast.outsider, name="乙公司", phone="13812345678")
    customers.add_contact(customer, cast.outsider, name="王工", phone="13912345678")
    pool.release(customer, cast.outsider, "no_need", pool=Pool.of("customer").first())
    return customer


def open_pools():
    Pool.update(reveals=True).execute()


def test_a_pool_that_does_not_show_numbers_has_no_button_and_refuses(login, cast, lead):
    browser = login(cast.seller)
    assert "/reveal" not in browser.get(f"/leads/{lead.id}").text
    assert browser.post(f"/leads/{lead.id}/reveal").status_code == 403 and Reveal.select().count() == 0


def test_the_number_comes_back_in_the_place_of_the_masked_one(login, cast, lead):
    open_pools()
    browser = login(cast.seller)
    page = browser.get(f"/leads/{lead.id}").text
    assert f"/leads/{lead.id}/reveal" in page and "138****5678" in page and SHOWN not in page
    part = browser.post(f"/leads/{lead.id}/reveal", headers=PART).text
    assert SHOWN in part and "/reveal" not in part and "<html" not in part
    assert SHOWN in browser.get(f"/leads/{lead.id}").text and SHOWN not in login(cast.rival).get(f"/leads/{lead.id}").text


def test_a_plain_form_leads_back_to_the_page(login, cast, customer):
    open_pools()
    browser = login(cast.seller)
    answer = browser.post(f"/customers/{customer.id}/reveal", follow_redirects=True)
    assert SHOWN in answer.text and "139 1234 5678" in answer.text


@pytest.mark.parametrize("headers", [{}, PART])
def test_beyond_the_day_it_is_a_429_that_says_when(login, cast, lead, headers):
    open_pools()
    allowances.change(User.SELLER, by=cast.admin, reveals=0)
    answer = login(cast.seller).post(f"/leads/{lead.id}/reveal", headers=headers)
    assert answer.status_code == 429 and "00:00" in answer.text and int(answer.headers["Retry-After"]) > 0
    assert SHOWN not in answer.text and Reveal.select().count() == 0


def test_beyond_the_days_views_a_pool_record_is_a_429_and_its_timeline_too(login, cast, lead, customer):
    allowances.change(User.SELLER, by=cast.admin, pool_views=1)
    browser = login(cast.seller)
    assert browser.get(f"/leads/{lead.id}").status_code == 200
    for path in (f"/customers/{customer.id}", f"/timeline/customer/{customer.id}"):
        answer = browser.get(path)
        assert answer.status_code == 429 and "00:00" in answer.text
    assert browser.get(f"/leads/{lead.id}").status_code == 200 and RecordView.select().count() == 1


def test_who_sees_and_may_not_read_has_it_shown_before_he_edits(login, cast):
    take("contact.see_clear", User.MANAGER, by=cast.admin)
    lead = leads.create(cast.seller, name="丁公司", contact_name="周总", phone="13812345678")
    browser = login(cast.manager)
    assert browser.get(f"/leads/{lead.id}/edit").status_code == 409
    assert browser.post(f"/leads/{lead.id}/reveal").status_code == 303
    assert "13812345678" in browser.get(f"/leads/{lead.id}/edit").text
