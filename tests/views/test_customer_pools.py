"""The pool of customers over HTTP, and what an administrator sets for a pool."""

import pytest

from domain import customers, pool, pools
from models import Company, Customer, Pool, PoolScope, User
from tests.pages import PART

PHONE, OTHER = "13812905678", "13912905679"


@pytest.fixture
def here(cast):
    return Pool.of("customer").get()


@pytest.fixture
def lying(cast, here):
    """A customer with a contact, given back by somebody of another region."""
    customer = customers.create(cast.outsider, name="扬州液压成套设备有限公司", phone=PHONE, email="a@example.com", remark=f"打 {PHONE}")
    customers.add_contact(customer, cast.outsider, name="张三", phone=OTHER, wechat="zhang-888")
    pool.release(customer, by=cast.outsider, reason="no_need")
    return fresh(customer)


def fresh(customer):
    return Customer.with_people().where(Customer.id == customer.id).get()


def test_the_list_and_the_page_tell_no_way_to_reach_it(cast, login, here, lying):
    for address in (f"/pools/{here.id}", f"/customers/{lying.id}", "/search?q=液压"):
        page = login(cast.seller).get(address).text
        assert lying.name in page
        assert not [secret for secret in (PHONE, OTHER, "a@example.com", "zhang-888") if secret in page]


def test_a_search_by_the_number_does_not_find_it(cast, login, here, lying):
    assert lying.name not in login(cast.seller).get(f"/search?q={PHONE}").text
    assert lying.name not in login(cast.seller).get(f"/pools/{here.id}?q={PHONE}").text


def test_who_runs_the_pool_reads_it_whole(cast, login, here, lying):
    pools.save(here, by=cast.admin, name=here.name, administrators=[cast.seller])
    page = login(cast.seller).get(f"/customers/{lying.id}").text
    assert PHONE in page.replace(" ", "")
    assert PHONE not in login(cast.rival).get(f"/customers/{lying.id}").text


def test_a_claimed_customer_shows_its_numbers_to_the_new_owner(cast, login, here, lying):
    client = login(cast.seller)
    answer = client.post(f"/customers/{lying.id}/claim", headers=PART)
    assert answer.status_code == 200 and f'id="customer-{lying.id}"' in answer.text and "<b>1</b> / 10" in answer.text
    assert PHONE in client.get(f"/customers/{lying.id}").text


def test_the_slower_one_is_told_who_was_faster(cast, login, lying):
    pool.claim(lying, by=cast.rival)
    answer = login(cast.seller).post(f"/customers/{lying.id}/claim", headers=PART)
    assert answer.status_code == 409 and cast.rival.name in answer.text and 'class="taken' in answer.text


def test_it_is_in_nobodys_list_of_customers_nor_offered_for_a_new_deal(cast, login, lying):
    for address in ("/customers?tab=all", "/customers/options?q=液压"):
        assert lying.name not in login(cast.admin).get(address).text


def test_a_customer_of_that_name_is_not_made_twice(cast, login, here, lying):
    answer = login(cast.seller).post("/customers", data={"name": lying.name})
    assert answer.status_code == 422 and 'class="error"' in answer.text and lying.name in answer.text
    assert Customer.select().count() == 1


def test_a_reason_that_the_pool_does_not_take_stands_beside_the_field(cast, login, here):
    pools.save(here, by=cast.admin, name=here.name, drop_reasons=["no_budget"])
    mine = customers.create(cast.seller, name="我的客户")
    answer = login(cast.seller).post(f"/customers/{mine.id}/release", data={"reason": "no_need", "pool": here.id})
    assert answer.status_code == 422 and "预算取消" in answer.text
    assert fresh(mine).owner == cast.seller


def test_locked_and_unlocked_again_from_its_page(cast, login):
    mine = customers.create(cast.seller, name="我的客户")
    client = login(cast.seller)
    assert client.post(f"/customers/{mine.id}/lock").status_code == 303
    assert fresh(mine).is_locked and "已锁定" in client.get(f"/customers/{mine.id}").text
    assert client.post(f"/customers/{mine.id}/unlock").status_code == 303 and not fresh(mine).is_locked


def test_a_selection_moves_to_another_pool(cast, login, lying):
    there = pools.save(None, by=cast.admin, name="华南客户", what="customer")
    answer = login(cast.manager).post("/customers/pool", data={"id": lying.id, "pool": there.id})
    assert answer.status_code == 303 and fresh(lying).pool == there


# ---- what an administrator sets --------------------------------------------------------------------------------------


def test_a_pool_is_saved_with_its_members_and_rules(cast, login):
    form = {
        "name": "大区", "what": "customer", "mode": "assign", "departments": cast.seller.department_id, "alone": "y",
        "roles": User.MANAGER, "administrators": cast.rival.id, "daily_claim_limit": "3", "hold_days": "2",
        "hidden_fields": ["phone", "address"], "drop_reasons": "no_need",
    }
    assert login(cast.admin).post("/settings/pools/new", data=form).status_code == 303
    made = Pool.get(Pool.name == "大区")
    assert (made.what, made.mode, made.daily_claim_limit, made.capacity, made.cool_down_days, made.hold_days) == (
        "customer", "assign", 3, None, 0, 2)
    assert (made.hidden_fields, made.drop_reasons) == (["phone", "address"], ["no_need"])
    scopes = [(row.department_id, row.with_below, row.role) for row in PoolScope.select().where(PoolScope.pool == made)]
    assert scopes == [(cast.seller.department_id, False, ""), (None, True, User.MANAGER)]
    page = login(cast.admin).get(f"/settings/pools/{made.id}").text
    assert 'value="3"' in page and "李二" in page


@pytest.mark.parametrize("column, wrong", [("daily_claim_limit", "-1"), ("hold_days", "x"), ("mode", "both"), ("name", "")])
def test_a_wrong_rule_comes_back_beside_its_field(cast, login, here, column, wrong):
    form = {"name": here.name, "what": "customer", "mode": "claim"} | {column: wrong}
    answer = login(cast.admin).post(f"/settings/pools/{here.id}", data=form)
    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert Pool.get_by_id(here.id).mode == Pool.CLAIM


def test_the_administrator_is_told_who_is_in_no_pool(cast, login, here):
    pools.save(here, by=cast.admin, name=here.name, departments=[cast.seller.department])
    assert cast.outsider.name in login(cast.admin).get("/settings/pools").text


def test_a_full_hand_is_told_before_it_reaches_for_more(cast, login, here, lying):
    Company.update(customer_claim_limit=0).execute()
    page = login(cast.seller).get(f"/pools/{here.id}").text
    assert "disabled>领取" in page
