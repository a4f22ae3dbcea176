"""New customers: reviewed where the company wants it, quoted once they have passed, and told when they look registered again."""

from datetime import datetime, timedelta

import pytest

from domain import Refused, customers, deals, duplicates, leads, orders, pool, quotes, re_registered, reviews
from models import Company, Customer, Licence, Notice, Quote, Review, address_key
from tests import offers

AT = datetime(2026, 11, 2, 2, 0)
DAY = timedelta(days=1)
NAME = "苏州恒立精密机械制造有限公司"
ADDRESS = "苏州市越溪街道前珠路 18 号"
PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n" + b"0" * 20, b"\xff\xd8\xff" + b"0" * 20, b"%PDF-1.7" + b"0" * 20


@pytest.fixture
def reviewing(cast):
    Company.update(reviews_new_customers=True).execute()


@pytest.fixture
def new(cast, reviewing):
    return customers.create(cast.seller, name=NAME, at=AT)


def states(customer):
    return {check.name: check.state for check in reviews.checks(customer)}


# ---- the review ------------------------------------------------------------------------------------------------------


def test_it_is_off_until_the_company_wants_it(cast):
    customers.create(cast.seller, name=NAME)
    assert not Review.select().exists()


def test_a_sellers_new_customer_is_not_quoted_before_it_has_passed(cast, new):
    deal = deals.create(cast.seller, new, "光幕", 100_00, at=AT)
    with pytest.raises(Refused):
        quotes.create(deal, by=cast.seller, at=AT)
    reviews.approve(Review.get(), by=cast.manager, at=AT + DAY)
    quotes.create(deal, by=cast.seller, at=AT + DAY)


def test_nor_is_an_approved_quote_ordered(cast):
    quote = offers.quote(cast.seller)
    Quote.update(status=Quote.APPROVED).execute()
    Company.update(reviews_new_customers=True).execute()
    Review.create(customer=quote.customer, asked_by=cast.seller)
    with pytest.raises(Refused):
        orders.create(Quote.get(), by=cast.seller)


def test_a_conversion_is_reviewed_like_any_new_customer(cast, reviewing):
    lead = leads.create(cast.seller, name=NAME, at=AT)
    conversion = leads.convert(lead, cast.seller, at=AT)
    assert Review.get().customer_id == conversion.customer_id


def test_what_a_reviewer_enters_himself_needs_no_review(cast, reviewing):
    customers.create(cast.manager, owner=cast.seller, name=NAME)
    assert not Review.select().exists()


def test_the_owners_superior_is_asked(cast, new):
    assert [notice.user for notice in Notice.select().where(Notice.verb == "customer.review_asked")] == [cast.manager]


def test_a_refused_customer_goes_back_with_the_reason_and_is_asked_for_again(cast, new):
    reviews.refuse(Review.get(), cast.manager, "缺营业执照", at=AT + DAY)
    assert Notice.get(Notice.verb == "customer.review_refused").user == cast.seller
    with pytest.raises(Refused) as refusal:
        reviews.ensure_passed(new)
    assert "缺营业执照" in refusal.value.message
    reviews.resubmit(Review.get(), by=cast.seller, at=AT + 2 * DAY)
    assert Review.get().status == Review.IN_REVIEW
    reviews.approve(Review.get(), by=cast.manager)
    reviews.ensure_passed(new)


def test_of_two_decisions_the_first_counts(cast, new):
    slower = Review.get()
    reviews.approve(Review.get(), by=cast.manager)
    with pytest.raises(Refused):
        reviews.refuse(slower, cast.admin, "晚了")
    assert Review.get().is_passed


def test_where_the_company_stops_reviewing_nothing_waits_any_more(cast, new):
    Company.update(reviews_new_customers=False).execute()
    reviews.ensure_passed(new)


# ---- what is checked -------------------------------------------------------------------------------------------------


def test_nothing_given_is_missing(cast, new):
    assert states(new) == {"credit_code": "missing", "licence": "missing", "name": "fine", "address": "missing", "phone": "missing"}


def test_repetitions_at_other_customers_are_named(cast, new):
    facts = {"phone": "13812905678", "province": "江苏", "city": "苏州", "credit_code": "91320506MA1XK7Y836"}
    customers.edit(new, cast.seller, address="江苏省苏州市越溪街道前珠路18号", **facts)
    other = customers.create(cast.admin, owner=cast.outsider, name="恒立二厂", address="越溪街道 前珠路 １８ 号", **facts)
    found = {check.name: [match.record for match in check.others] for check in reviews.checks(new)}
    assert found == {"credit_code": [other], "licence": [], "name": [], "address": [other], "phone": [other]}


@pytest.mark.parametrize("name, reason", [
    ("蘇州恒立精密機械製造股份有限公司", "name"), ("恒立精密", "short_name"), ("苏州恒力精密机械制造有限公司", "typo"),
    ("henglijingmijixiezhizao", "pinyin"),
])
def test_a_name_is_repeated_in_another_spelling_too_and_why_is_told(cast, new, name, reason):
    other = customers.create(cast.admin, owner=cast.outsider, name=name, at=AT - 200 * DAY)
    [match] = next(check.others for check in reviews.checks(new) if check.name == "name")
    assert (match.record, match.reason) == (other, reason)
    again = customers.create(cast.seller, name=NAME + "无锡分公司", at=AT)
    assert states(again)["name"] == "fine"


def test_a_credit_code_whose_check_character_does_not_fit_is_wrong(cast, new):
    Customer.update(credit_code="91320506MA1XK7Y83A").execute()
    assert states(Customer.get())["credit_code"] == "wrong"


@pytest.mark.parametrize("content, kind", [(PNG, "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf")])
def test_a_licence_is_a_picture_or_a_pdf_by_what_is_in_it(cast, new, content, kind):
    reviews.keep_licence(new, content, by=cast.seller)
    reviews.keep_licence(new, content + b"1", by=cast.seller)
    assert (Licence.get().type, Licence.get().size, Licence.select().count()) == (kind, len(content) + 1, 1)
    assert states(new)["licence"] == "fine"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"MZ", PNG + b"0" * reviews.LARGEST_LICENCE])
def test_anything_else_or_a_huge_one_is_refused(cast, new, content):
    with pytest.raises(Refused):
        reviews.keep_licence(new, content, by=cast.seller)
    assert not Licence.select().exists()


@pytest.mark.parametrize("one, other", [
    (("江苏", "苏州", "江苏省苏州市吴中区越溪街道18号"), ("江苏省", "苏州市", "吴中区 越溪街道１８号")),
    (("", "苏州", "苏州市前珠路 18 号"), ("江苏", "苏州", "前珠路18号")),
])
def test_two_spellings_of_one_address_are_equal(one, other):
    assert address_key(*one) == address_key(*other) != ""


@pytest.mark.parametrize("place", [("江苏", "苏州", ""), ("江苏", "苏州", "江苏省苏州市"), ("", "", " - ")])
def test_a_mere_place_is_no_address(place):
    assert address_key(*place) == ""


# ---- registered again ------------------------------------------------------------------------------------------------


def traces(customer):
    _matches, like_it = duplicates.with_names(None, customer)
    found = re_registered.traces(Customer.get_by_id(customer.id), like_it)
    return [(trace.other.name, trace.keys, trace.why) for trace in found]


def test_the_same_person_who_enters_a_customer_again_is_seen(cast):
    customers.create(cast.seller, name="恒立", address=ADDRESS, at=AT)
    again = customers.create(cast.seller, name="新公司", address=ADDRESS, at=AT + 10 * DAY)
    assert traces(again) == [("恒立", ["address_key"], re_registered.AGAIN)]


def test_an_old_customer_of_ours_is_not_new_whoever_enters_it(cast):
    customers.create(cast.seller, name="恒立", credit_code="91320506MA1XK7Y836", at=AT)
    again = customers.create(cast.admin, name="新公司", credit_code="91320506MA1XK7Y836", at=AT + 91 * DAY)
    assert traces(again) == [("恒立", ["credit_code"], re_registered.OLD)]


def test_one_that_was_lost_or_given_up_is_told_as_such(cast):
    lost = customers.create(cast.outsider, name="输掉的", address=ADDRESS, at=AT)
    deal = deals.create(cast.outsider, lost, "光幕", 100_00, at=AT)
    deals.lose(deal, cast.outsider, "price", at=AT)
    given_up = customers.create(cast.outsider, name="放弃的", address=ADDRESS, at=AT)
    pool.release(given_up, cast.outsider, "no_need", at=AT)
    again = customers.create(cast.seller, name="新的", address=ADDRESS, at=AT + DAY)
    assert [(name, why) for name, _keys, why in traces(again)] == [("输掉的", re_registered.LOST), ("放弃的", re_registered.DROPPED)]


def test_what_a_colleague_entered_lately_is_a_collision_and_no_trace(cast):
    customers.create(cast.rival, name="恒立", address=ADDRESS, at=AT)
    assert traces(customers.create(cast.seller, name="新公司", address=ADDRESS, at=AT + DAY)) == []


@pytest.mark.parametrize("name, reason", [("恒立液压股份", "name"), ("苏州恒力液压有限公司", "typo")])
def test_a_name_changed_a_little_is_seen(cast, name, reason):
    customers.create(cast.seller, name="苏州恒立液压有限公司", at=AT)
    assert traces(customers.create(cast.seller, name=name, at=AT + DAY)) == [("苏州恒立液压有限公司", [reason], re_registered.AGAIN)]


def test_a_like_name_is_seen_though_the_duplicate_rule_finds_the_two_by_something_else(cast):
    duplicates.set_rule("customer", cast.admin, active=True, keys=["email"], refuses=False)
    customers.create(cast.seller, name="苏州恒立液压有限公司", email="info@hengli.cn", at=AT)
    again = customers.create(cast.seller, name="苏州恒力液压有限公司", email="info@hengli.cn", at=AT + DAY)
    assert traces(again) == [("苏州恒立液压有限公司", ["typo"], re_registered.AGAIN)]


def test_the_first_of_its_kind_has_no_traces(cast):
    first = customers.create(cast.seller, name="恒立", address=ADDRESS, at=AT)
    customers.create(cast.seller, name="新公司", address=ADDRESS, at=AT + DAY)
    assert traces(first) == []
