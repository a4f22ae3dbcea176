"""Orders over HTTP: taken from a quote, reviewed by somebody else, found again."""

import pytest

from domain import approvals, orders
from models import Order, User
from tests import offers, routes


@pytest.fixture
def approved(cast):
    routes.lead_through(routes.superior())
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller)
    return approvals.approve(quote, by=cast.manager, pdf=b"%PDF")


@pytest.fixture
def order(cast, approved):
    return orders.create(approved, by=cast.seller)


def status(order):
    return Order.get_by_id(order.id).status


def test_the_seller_takes_the_order_from_the_quote(login, cast, approved):
    answer = login(cast.seller).post(f"/quotes/{approved.id}/orders")
    assert (answer.status_code, answer.location) == (303, f"/orders/{Order.get().id}")


def test_a_second_order_is_refused_by_the_number_of_the_first(login, cast, approved, order):
    answer = login(cast.seller).post(f"/quotes/{approved.id}/orders")
    assert answer.status_code == 409 and order.number in answer.text


@pytest.mark.parametrize(("name", "code"), [("finance", 403), ("rival", 404), ("outsider", 404), ("service", 404)])
def test_only_the_sellers_side_takes_the_order(login, cast, approved, name, code):
    assert login(getattr(cast, name)).post(f"/quotes/{approved.id}/orders").status_code == code


def test_the_page_shows_what_was_ordered(login, cast, order):
    page = login(cast.seller).get(f"/orders/{order.id}").text
    for words in (order.number, "苏州恒立精密机械制造有限公司", "3,199.99", "传感器 1", "Q20261122-001", "产线改造", "生成了订单"):
        assert words in page


@pytest.mark.parametrize("name", ["rival", "outsider"])
def test_others_are_not_told_of_it(login, cast, order, name):
    client = login(getattr(cast, name))
    assert client.get(f"/orders/{order.id}").status_code == 404
    assert order.number not in client.get("/orders").text
    assert {client.post(f"/orders/{order.id}/{verb}").status_code for verb in ("review", "start", "complete")} == {404}


@pytest.mark.parametrize("name", ["manager", "finance", "admin"])
def test_somebody_else_reviews_it(login, cast, order, name):
    assert login(getattr(cast, name)).post(f"/orders/{order.id}/review").status_code == 303
    assert status(order) == Order.REVIEWED


def test_nobody_reviews_his_own(login, cast, approved, order):
    User.update(role=User.MANAGER).where(User.id == cast.seller).execute()
    assert login(User.get_by_id(cast.seller.id)).post(f"/orders/{order.id}/review").status_code == 403


def test_a_seller_does_not_review(login, cast, order):
    assert login(cast.seller).post(f"/orders/{order.id}/review").status_code == 403


def test_reviewing_twice_says_who_did(login, cast, order):
    orders.review(order, by=cast.finance)
    answer = login(cast.manager).post(f"/orders/{order.id}/review")
    assert answer.status_code == 409 and "吴财务" in answer.text


def test_the_seller_carries_it_out_and_completes_it(login, cast, order):
    orders.review(order, by=cast.finance)
    client = login(cast.seller)
    for verb in ("start", "complete"):
        assert client.post(f"/orders/{order.id}/{verb}").status_code == 303
    assert status(order) == Order.COMPLETED
    assert f"/orders/{order.id}/complete" not in client.get(f"/orders/{order.id}").text


def test_the_open_deal_can_be_won_from_the_order(login, cast, order):
    assert f"/opportunities/{order.opportunity_id}/win" in login(cast.seller).get(f"/orders/{order.id}").text


@pytest.mark.parametrize(("query", "found"), [("q=SO", True), ("q=恒立", True), ("q=nothing", False), ("status=generated", True),
                                              ("status=completed", False), ("status=nonsense", True)])
def test_orders_are_found_by_number_customer_and_status(login, cast, order, query, found):
    assert (f"/orders/{order.id}\"" in login(cast.seller).get(f"/orders?{query}").text) is found


def test_service_sees_an_order_of_a_customer_only_where_it_may(login, cast, order):
    assert login(cast.service).get("/orders").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_list(login, cast, order, queries):
    client, seen = login(cast.seller), []
    for numbers in (range(2), range(2, 12)):
        for n in numbers:
            quote = approvals.submit(offers.quote(cast.seller, order.opportunity, f"Q-{n}"), by=cast.seller)
            orders.create(approvals.approve(quote, by=cast.manager), by=cast.seller)
        with queries() as ran:
            client.get("/orders")
        seen.append(len(ran))
    assert seen[0] == seen[1], seen
