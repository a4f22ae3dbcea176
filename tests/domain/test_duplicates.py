"""Duplicates: found by every key of the rule, told with their reason, masked, refused where the rule says so, asked about."""

import pytest

from domain import Refused, asks, customers, duplicates, leads, match_keys, now
from models import DuplicateRule, MatchKey, Notice, Pool

NAME = "上海恒立液压科技有限公司"


@pytest.fixture
def customer(cast):
    return customers.create(cast.rival, name=NAME, phone="02158881234", email="Info@Hengli.cn", website="https://www.hengli.cn/a")


def reasons(viewer, what="lead", **facts):
    return [match.reason for match in duplicates.of(viewer, what, **facts)]


@pytest.mark.parametrize(("name", "reason"), [
    ("恒立液压科技（上海）有限公司", "name"), ("上海恆立液壓科技股份有限公司", "name"), ("恒立液压", "short_name"),
    ("shanghai hengli yeya keji", "pinyin"), ("hengli yeya keji (shanghai)", "pinyin"), ("hengli (shanghai) yeya keji", "pinyin"),
    ("上海恒力液压科技有限公司", "typo"), ("上海立液压科技有限公司", "typo"),
])
def test_a_name_is_found_by_the_index_and_says_why(cast, customer, name, reason):
    assert reasons(cast.seller, name=name) == [reason]


@pytest.mark.parametrize("spelt", [
    "Shanghai Hengli Yeya Keji", "shanghaishi hengli yeya keji youxian gongsi", "Hengli Yeya Keji Co., Ltd.", "Shanghai Hengli", "Hengli",
    "Hengli Yeya Keji (Shanghai)", "Hengli Yeya Keji Co., Ltd. (Shanghai)", "Hengli（Shanghai）Yeya Keji", "(Shanghai) Hengli Yeya Keji",
    "Hengli (Shanghai)",
])
def test_a_record_written_in_pinyin_is_found_by_its_chinese_name(cast, spelt):
    """As the pinyin finds a record in characters, with its places or without them."""
    customers.create(cast.rival, name=spelt)
    assert reasons(cast.seller, name=NAME) == reasons(cast.seller, name=f"上海市{NAME[2:]}") == ["pinyin"]
    assert reasons(cast.seller, name="恒立液压科技（上海）有限公司") == ["pinyin"]


@pytest.mark.parametrize("spelt", [
    "Jiangsu Hengli Yeya Keji (Suzhou)", "Suzhou Hengli Yeya Keji (Jiangsu)", "Hengli Yeya Keji (Suzhou, Jiangsu)", "Hengli (Suzhou) Yeya Keji",
])
def test_of_two_places_either_may_stand_in_brackets_or_both(cast, spelt):
    customers.create(cast.rival, name=spelt)
    assert reasons(cast.seller, name="江苏省苏州市恒立液压科技有限公司") == ["pinyin"]


@pytest.mark.parametrize("spelt", ["Suzhou Hengli Yeya Keji", "Shanghai Hengli Maoyi", "Shanghai Yeya Keji", "Heng",
                                   "Hengli Yeya Keji (Suzhou)", "Hengli (Suzhou) Yeya Keji", "Hengli (Shanghai) Maoyi"])
def test_another_company_written_in_pinyin_is_not_found(cast, spelt):
    customers.create(cast.rival, name=spelt)
    assert reasons(cast.seller, name=NAME) == []


def test_a_name_that_begins_with_many_places_is_asked_in_one_statement_all_the_same(cast):
    customers.create(cast.rival, name="Kunshan Hengli Yeya Keji")
    assert reasons(cast.seller, name="北京上海天津重庆江苏苏州昆山恒立液压科技有限公司") == ["pinyin"]


@pytest.mark.parametrize("name", ["苏州恒立液压科技有限公司", "上海恒立贸易有限公司", f"{NAME}苏州分公司"])
def test_another_company_is_not_found(cast, customer, name):
    assert reasons(cast.seller, name=name) == []


def test_only_the_keys_of_the_rule_are_compared(cast, customer):
    assert reasons(cast.seller, website="hengli.cn") == []
    duplicates.set_rule("lead", by=cast.admin, active=True, keys=["website", "email"], refuses=False)
    assert reasons(cast.seller, website="www.hengli.cn") == ["website"]
    assert reasons(cast.seller, email="info@hengli.cn") == ["email"]
    assert reasons(cast.seller, name=NAME) == []


def test_a_rule_that_is_off_finds_nothing(cast, customer):
    duplicates.set_rule("lead", by=cast.admin, active=False, keys=DuplicateRule.KEYS, refuses=True)
    assert reasons(cast.seller, name=NAME) == []


def test_a_changed_name_is_found_under_the_new_one_alone(cast, customer):
    customers.edit(customer, by=cast.rival, name="无锡众联减速机有限公司")
    assert reasons(cast.seller, name=NAME) == []
    assert reasons(cast.seller, name="无锡众联减速机") == ["name"]


def test_what_one_does_not_see_is_masked_unless_one_has_typed_it(cast, customer):
    [match] = duplicates.of(cast.outsider, "lead", name="恒立液压")
    assert (match.visible, match.name) == (False, "上海恒****有限公司")
    [match] = duplicates.of(cast.rival, "lead", name="恒立液压")
    assert match.name == NAME


def test_where_the_rule_refuses_a_seller_is_refused_and_a_manager_is_not(cast, customer):
    duplicates.set_rule("lead", by=cast.admin, active=True, keys=["name"], refuses=True)
    with pytest.raises(Refused, match=cast.rival.name):
        leads.create(cast.seller, name="上海恒立液压科技股份有限公司")
    assert leads.create(cast.manager, name=NAME).id
    assert leads.create(cast.seller, name="恒立液压").id  # likely is not sure


def test_keys_that_are_missing_are_written_afterwards(cast, customer):
    MatchKey.delete().execute()
    match_keys.catch_up()
    assert reasons(cast.seller, name="恒立液压") == ["short_name"]


def test_groups_tell_each_pair_once_at_its_oldest(cast, customer):
    other = customers.create(cast.seller, name="上海恒力液压科技有限公司")
    customers.create(cast.seller, name="无锡众联减速机有限公司")
    groups, last = duplicates.groups("customer")
    assert groups == [[customer.id, other.id]]
    assert duplicates.groups("customer", last) == ([], None)


def test_its_owner_is_asked_once_a_day_by_each(cast, customer):
    asks.ask_owner(customer, by=cast.seller)
    with pytest.raises(Refused):
        asks.ask_owner(customer, by=cast.seller)
    asks.ask_owner(customer, by=cast.outsider)
    assert [notice.user for notice in Notice.select()] == [cast.rival, cast.rival]


def test_the_manager_over_its_owner_is_asked_or_an_administrator(cast, customer):
    asks.ask_manager(customer, by=cast.outsider, at=now())
    lying = leads.create(cast.admin, pool=Pool.select().first(), name="甲公司")
    asks.ask_manager(lying, by=cast.outsider)
    assert [notice.user for notice in Notice.select().order_by(Notice.id)] == [cast.manager, cast.admin]
