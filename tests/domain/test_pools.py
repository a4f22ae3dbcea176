"""The pools themselves: who is a member, what rules they have, and when one may go."""

import pytest

from domain import Refused, leads, organisation, pool, pools
from models import Department, Lead, Pool, PoolScope, User


def department(name):
    return Department.get(Department.name == name)


def test_a_pool_is_open_to_its_departments_with_all_below_and_its_people(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    User.update(department=suzhou).where(User.id == cast.seller.id).execute()
    pools.save(None, by=cast.admin, name="江苏", departments=[department("华东")], users=[cast.outsider])
    inside = [person.login for person in User.select() if "江苏" in [row.name for row in Pool.open_to(person, "lead")]]
    assert set(inside) == {"admin", "manager", "seller", "rival", "outsider", "disabled"}


def test_two_pools_never_share_a_name(cast):
    pools.save(None, by=cast.admin, name="华东")
    with pytest.raises(Refused):
        pools.save(None, by=cast.admin, name="华东")


def test_a_saved_pool_has_the_members_that_were_ticked_last(cast):
    made = pools.save(None, by=cast.admin, name="华东", departments=[department("华东")], users=[cast.outsider])
    pools.save(made, by=cast.admin, name="华东", users=[cast.seller])
    assert [(scope.department_id, scope.user_id) for scope in PoolScope.select().where(PoolScope.pool == made)] == [(None, cast.seller.id)]


def test_a_pool_with_leads_and_the_last_pool_stay(cast):
    only = Pool.get()
    with pytest.raises(Refused):
        pools.remove(only, by=cast.admin)
    second = pools.save(None, by=cast.admin, name="华东")
    leads.create(cast.admin, pool=second, name="扬州液压有限公司")
    with pytest.raises(Refused):
        pools.remove(second, by=cast.admin)


def test_a_lead_whose_pool_is_gone_can_still_be_given_back(cast):
    second = pools.save(None, by=cast.admin, name="华东")
    lead = leads.create(cast.admin, pool=second, name="扬州液压有限公司")
    pool.claim(Lead.with_people().where(Lead.id == lead.id).get(), by=cast.seller)
    pools.remove(second, by=cast.admin)
    pool.release(Lead.with_people().where(Lead.id == lead.id).get(), by=cast.seller, reason="no_need")
    assert Lead.get_by_id(lead.id).pool == Pool.get()


def members_of(name):
    return {person.login for person in User.select() if name in [row.name for row in Pool.open_to(person)]}


def test_a_department_may_be_a_member_without_those_below(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    User.update(department=suzhou).where(User.id == cast.seller.id).execute()
    pools.save(None, by=cast.admin, name="大区", alone=[department("华东")])
    assert members_of("大区") == {"admin", "manager", "rival", "disabled"}


def test_a_role_may_be_a_member(cast):
    pools.save(None, by=cast.admin, name="经理", roles=[User.MANAGER])
    assert members_of("经理") == {"admin", "manager"}


def test_who_runs_a_pool_sees_it_though_he_is_no_member(cast):
    made = pools.save(None, by=cast.admin, name="华南", departments=[department("华南")], administrators=[cast.rival])
    assert members_of("华南") == {"admin", "outsider", "rival"}
    assert made.is_run_by(User.get_by_id(cast.rival.id)) and not made.is_run_by(cast.outsider)


def test_whoever_is_in_no_pool_is_named_not_skipped(cast):
    for what in Pool.WHAT:
        pools.save(Pool.of(what).get(), by=cast.admin, name=what, departments=[department("华东")])
        assert [person.login for person in pools.left_out(what)] == ["outsider"]
    pools.save(None, by=cast.admin, name="全公司")
    assert (pools.left_out("lead"), len(pools.left_out("customer"))) == ([], 1)


def test_a_pool_of_leads_does_not_become_one_of_customers(cast):
    with pytest.raises(Refused):
        pools.save(Pool.of("lead").get(), by=cast.admin, name="公海", what="customer")
