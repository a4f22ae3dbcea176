"""A customer's own complaint: through his link it opens a case or joins the one that is open."""

from datetime import datetime, timedelta

import pytest

from domain import Refused, complaints, customers, evidence, follow_ups, leads
from models import Collision, CollisionAct, Complaint, Customer

AT = datetime(2026, 11, 2, 2, 0)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def customer(cast):
    customers.create(cast.seller, name="苏州恒立", at=AT)
    return Customer.with_people().get()


def test_a_complaint_alone_opens_a_case_with_what_was_done_lately(cast, customer):
    follow_ups.write(customer, cast.seller, "phone", "要三套", at=AT)
    complaints.file(customer, "你们两个人都打过电话", at=AT + DAY)
    case = Collision.get()
    assert [act.what for act in case.acts.order_by(CollisionAct.at)] == ["record", "follow_up", "complaint"]
    assert case.parties == [cast.seller]


def test_without_any_act_the_case_is_with_whoever_has_the_customer(cast, customer):
    complaints.file(customer, "谁都可以管管吗", at=AT + 60 * DAY)
    assert Collision.get().parties == [cast.seller]
    assert Collision.visible_to(cast.manager).count() == 1


def test_a_complaint_joins_the_case_that_is_open(cast, customer):
    leads.create(cast.rival, name="苏州恒立", at=AT + HOUR)
    complaints.file(customer, "又来一个", at=AT + DAY)
    assert Collision.select().count() == 1
    assert CollisionAct.get(CollisionAct.what == CollisionAct.COMPLAINT).later


def test_what_the_customer_wrote_is_read_by_those_who_see_him(cast, customer):
    leads.create(cast.rival, name="苏州恒立", at=AT + HOUR)
    complaints.file(customer, "又来一个", at=AT + DAY)
    told = {who: evidence.of(Collision.get(), getattr(cast, who))[1][0].body for who in ("seller", "manager", "rival")}
    assert told == {"seller": "又来一个", "manager": "又来一个", "rival": ""}


def test_three_complaints_a_day_through_one_link_and_no_more(cast, customer):
    for hour in range(3):
        complaints.file(customer, "又打了", at=AT + hour * HOUR)
    with pytest.raises(Refused):
        complaints.file(customer, "第四次", at=AT + 23 * HOUR)
    complaints.file(customer, "第二天", at=AT + 24 * HOUR)
    assert Complaint.select().count() == 4


def test_ten_complaints_an_hour_from_one_address_whatever_the_links(cast):
    for n in range(10):
        complaints.file(customers.create(cast.seller, name=f"公司 {n}", at=AT), "又打了", address="192.0.2.1", at=AT)
    with pytest.raises(Refused):
        complaints.file(customers.create(cast.seller, name="公司", at=AT), "又打了", address="192.0.2.1", at=AT + HOUR / 2)
    complaints.file(Customer.get(Customer.name == "公司"), "又打了", address="192.0.2.2", at=AT + HOUR / 2)


def test_a_link_cannot_be_guessed_and_a_new_one_ends_the_old(cast, customer):
    first = complaints.make_link(customer, by=cast.seller).token
    second = complaints.make_link(customer, by=cast.seller).token
    assert len(first) >= 43 and first != second
    assert complaints.customer_behind(first) is None
    assert complaints.customer_behind(second) == customer
