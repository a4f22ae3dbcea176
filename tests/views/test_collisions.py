"""Collision cases over HTTP: who reads what of them, the form of the ruling, the public page; the matrix says who may."""

import pytest

from domain import complaints, customers, follow_ups, leads, pool
from models import Collision, Complaint, Customer, Lead, Share
from tests.pages import PART

NAME = "苏州恒立精密机械制造有限公司"


@pytest.fixture
def case(cast):
    """The seller's customer, on which the rival called too."""
    customer = customers.create(cast.seller, name=NAME)
    follow_ups.write(Customer.with_people().get(), cast.seller, "phone", "甲方底价四十万")
    lead = leads.create(cast.rival, name=NAME)
    follow_ups.write(lead, cast.rival, "visit", "乙方已到现场")
    return Collision.get(Collision.record_id == customer.id)


def ruling(cast, **fields):
    return {"owner": cast.rival.id, "reason": "先到现场"} | fields


def test_a_party_reads_of_the_other_what_and_when_but_not_what_was_said(cast, login, case):
    page = login(cast.rival).get(f"/collisions/{case.id}").text
    assert "乙方已到现场" in page and "甲方底价四十万" not in page
    assert cast.seller.name in page and "电话" in page


def test_nobody_reads_what_was_said_on_a_lead_that_lies_in_a_pool_by_now(cast, login, case):
    pool.release(Lead.get(Lead.owner == cast.rival), cast.rival, "no_need")
    assert "乙方已到现场" not in login(cast.seller).get(f"/collisions/{case.id}").text


def test_the_manager_reads_both(cast, login, case):
    page = login(cast.manager).get(f"/collisions/{case.id}").text
    assert "乙方已到现场" in page and "甲方底价四十万" in page


def test_the_form_is_for_whoever_may_rule(cast, login, case):
    assert f"/collisions/{case.id}/rule" in login(cast.manager).get(f"/collisions/{case.id}").text
    assert f"/collisions/{case.id}/rule" not in login(cast.seller).get(f"/collisions/{case.id}").text


def test_a_ruling_with_shares(cast, login, case):
    shares = {f"share_{cast.rival.id}": "70", f"share_{cast.seller.id}": "30"}
    answer = login(cast.manager).post(f"/collisions/{case.id}/rule", data=ruling(cast, lock_days="7", **shares))
    assert (answer.status_code, answer.location) == (303, f"/collisions/{case.id}")
    assert Customer.get().owner_id == cast.rival.id
    assert sorted(share.basis_points for share in Share.select()) == [3000, 7000]
    assert Collision.get().locked_until is not None


def test_without_shares_all_of_it_is_the_owners(cast, login, case):
    login(cast.manager).post(f"/collisions/{case.id}/rule", data=ruling(cast))
    assert [(share.user_id, share.basis_points) for share in Share.select()] == [(cast.rival.id, 10_000)]


def test_somebody_else_may_get_it(cast, login, case):
    form = ruling(cast, owner="other", other=cast.outsider.id, share_other="60", **{f"share_{cast.seller.id}": "40"})
    assert login(cast.admin).post(f"/collisions/{case.id}/rule", data=form).status_code == 303
    assert Customer.get().owner_id == cast.outsider.id


@pytest.mark.parametrize("fields, complaint", [
    ({"share_3": "70", "share_4": "29.99"}, "99.99%"), ({"share_3": "70", "share_4": "30.01"}, "100.01%"), ({"share_3": "-5"}, ""),
    ({"share_3": "33.333"}, ""), ({"reason": ""}, "请用一句话写明理由"), ({"reason": "  "}, "请用一句话写明理由"),
    ({"owner": "other"}, "请选择归谁"), ({"owner": "other", "other": "x"}, "请选择归谁"), ({"owner": "99999"}, ""),
    ({"lock_days": "400"}, ""), ({"lock_days": "x"}, ""), ({"owner": "other", "other": "6"}, "请选择归谁"),
])
def test_what_is_wrong_stands_beside_its_field_and_nothing_changes(cast, login, case, fields, complaint):
    assert (cast.seller.id, cast.rival.id, cast.finance.id) == (3, 4, 6)
    answer = login(cast.manager).post(f"/collisions/{case.id}/rule", data=ruling(cast) | fields)
    assert answer.status_code == 422 and "aria-invalid" in answer.text and complaint in answer.text
    assert Collision.get().is_open and Customer.get().owner_id == cast.seller.id


def test_the_second_ruling_is_refused_with_the_name_of_the_first(cast, login, case):
    login(cast.manager).post(f"/collisions/{case.id}/rule", data=ruling(cast))
    answer = login(cast.admin).post(f"/collisions/{case.id}/rule", data=ruling(cast, owner=cast.seller.id))
    assert answer.status_code == 409 and cast.manager.name in answer.text


def test_a_case_is_dismissed_with_a_reason_and_opened_again(cast, login, case):
    manager = login(cast.manager)
    assert manager.post(f"/collisions/{case.id}/dismiss", data={"reason": ""}, headers=PART).status_code == 422
    assert manager.post(f"/collisions/{case.id}/dismiss", data={"reason": "两个厂区"}).status_code == 303
    assert "两个厂区" in login(cast.seller).get(f"/collisions/{case.id}").text
    assert login(cast.admin).post(f"/collisions/{case.id}/reopen").status_code == 303
    assert Collision.get().is_open


def test_the_list_and_the_menu_count_what_one_is_concerned_in(cast, login, case):
    assert NAME in login(cast.rival).get("/collisions").text
    assert NAME not in login(cast.outsider).get("/collisions").text
    assert 'href="/collisions"' not in login(cast.finance).get("/").text


def test_the_customers_page_tells_of_the_case_and_afterwards_of_the_shares(cast, login, case):
    assert f"/collisions/{case.id}" in login(cast.seller).get(f"/customers/{case.record_id}").text
    login(cast.manager).post(f"/collisions/{case.id}/rule", data=ruling(cast, share_3="30", share_4="70"))
    assert "70.00%" in login(cast.rival).get(f"/customers/{case.record_id}").text


def test_the_report_offers_months_and_takes_no_other(cast, login, case):
    manager = login(cast.manager)
    for address in ("/collisions/report", "/collisions/report?month=2026-13", "/collisions/report?month=x"):
        assert manager.get(address).status_code == 200


# ---- the public page -------------------------------------------------------------------------------------------------


@pytest.fixture
def path(cast, case):
    return f"/complaints/{complaints.make_link(Customer.get(), by=cast.seller).token}"


def test_the_page_tells_our_name_and_nothing_of_the_customer_or_our_people(cast, stranger, path):
    page = stranger.get(path).text
    assert "海图测试有限公司" in page
    assert not [word for word in (NAME, "恒立", cast.seller.name, cast.rival.name) if word in page]


def test_a_complaint_is_filed_without_a_login(cast, stranger, path):
    answer = stranger.post(path, data={"body": "两个人打来", "name": "王工", "phone": "13812905678", "website": ""})
    assert (answer.status_code, answer.location) == (303, f"{path}?sent=1")
    assert Complaint.get().body == "两个人打来"
    assert "谢谢" in stranger.get(answer.location).text


def test_what_fills_in_the_hidden_field_is_thanked_and_forgotten(stranger, path):
    assert stranger.post(path, data={"body": "buy", "website": "http://x"}).status_code == 303
    assert not Complaint.select().exists()


@pytest.mark.parametrize("data", [{}, {"body": " "}, {"body": "x" * 1001}, {"body": "x", "phone": "12"}, {"body": "x", "name": "y" * 61}])
def test_an_empty_or_endless_complaint_comes_back(stranger, path, data):
    assert stranger.post(path, data=data).status_code == 422
    assert not Complaint.select().exists()


def test_a_complaint_needs_the_pages_token(stranger, path):
    assert stranger.drop_token().post(path, data={"body": "x"}).status_code == 400


def test_too_many_complaints_are_refused_politely(stranger, path):
    for _turn in range(complaints.PER_CUSTOMER):
        stranger.post(path, data={"body": "又打了"})
    answer = stranger.post(path, data={"body": "又打了"})
    assert answer.status_code == 429 and "又打了" in answer.text


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "x" * 3000])
def test_a_made_up_link_leads_nowhere(stranger, case, token):
    assert stranger.get(f"/complaints/{token}").status_code in (400, 404)


def test_the_link_is_made_by_a_post_and_shown_to_be_copied(cast, login, case):
    seller = login(cast.seller)
    assert "/complaints/" not in seller.get(f"/customers/{case.record_id}/complaint-link", headers=PART).text.replace("complaint-link", "")
    made = seller.post(f"/customers/{case.record_id}/complaint-link", headers=PART).text
    assert 'data-copy="http://localhost/complaints/' in made
