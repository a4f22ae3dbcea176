"""The company, its departments and its pools: founded once, reshaped at any time."""

import pytest

from domain import Refused, accounts, due, events, flows, organisation, pools
from models import Choice, Company, Department, DepartmentMember, Event, Pool, PoolScope, Stage, User, db
from tests.cast import PASSWORD
from tests.server import all_at_once


def department(name):
    return Department.get(Department.name == name)


def found(name="admin"):
    return organisation.found("赵行政", name, PASSWORD, "海图测试有限公司")


@pytest.mark.empty_database
def test_a_founded_company_has_what_one_begins_with(database):
    founder = found()
    assert (founder.role, founder.data_scope, founder.department.parent) == (User.ADMINISTRATOR, "all", None)
    assert Company.current().short_name == "海图测试有限"
    assert [stage.win_rate for stage in Stage.in_order()] == [10, 20, 40, 60, 80, 100]
    assert [node.name for node in flows.running("quote")[1]] == ["方案设计", "报价修正", "商务审批"]
    assert {word.field for word in Choice.select()} == {"source", "drop_reason", "lost_reason", "industry", "level"}
    assert [(pool.name, pool.what) for pool in Pool.select()] == [("公海", "lead"), ("客户公海", "customer")]


@pytest.mark.empty_database
def test_of_two_who_found_at_the_same_moment_one_wins(database):
    def attempt(name):
        try:
            return found(name).login
        except Refused:
            return None
        finally:
            db.close()

    logins = all_at_once([lambda n=n: attempt(f"admin{n}") for n in range(8)])
    assert sum(map(bool, logins)) == 1
    assert [user.login for user in User.select()] == [login for login in logins if login]
    assert Stage.select().count() == len(organisation.STAGES)


@pytest.mark.empty_database
def test_a_company_that_could_not_be_founded_leaves_nothing_behind(database):
    with pytest.raises(Refused):
        organisation.found("赵行政", "admin", "12345678", "海图测试有限公司")
    assert Company.current() is None
    assert not Event.select().exists()


def test_the_audit_holds_what_changed_in_the_company_and_not_its_picture(cast):
    company = Company.current()
    organisation.edit_company(company, by=cast.admin, name=company.name, phone="021-5432", logo=b"picture", logo_type="image/png")
    event = Event.select().order_by(Event.id.desc()).first()
    assert event.after == {"phone": "021-5432", "logo_type": "image/png"}


# ---- departments -----------------------------------------------------------------------------------------------------


def test_departments_lie_below_each_other_to_any_depth(cast):
    above = department("华东")
    for name in ("江苏", "苏州", "工业园区", "一组"):
        above = organisation.add_department(name, above, by=cast.admin)
    assert above.path.count("/") == 7


def test_a_moved_department_takes_all_below_it_along(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    park = organisation.add_department("工业园区", suzhou, by=cast.admin)
    organisation.move_department(suzhou, department("华南"), by=cast.admin)
    assert Department.get_by_id(park.id).path == f"{department('华南').path}{suzhou.id}/{park.id}/"
    assert department("华东").path.count("/") == 3


def test_who_sees_whom_follows_the_move(cast):
    assert cast.manager.oversees(cast.seller.id)
    organisation.move_department(department("华南"), department("华东"), by=cast.admin)
    assert User.get_by_id(cast.manager.id).oversees(cast.outsider.id)


def test_a_department_never_moves_below_itself(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    for place in (department("华东"), suzhou):
        with pytest.raises(Refused):
            organisation.move_department(department("华东"), place, by=cast.admin)


def test_two_moves_at_the_same_moment_make_no_circle(cast):
    first, second = department("华东"), department("华南")

    def move(what, where):
        try:
            organisation.move_department(what, where, by=cast.admin)
        except Refused:
            pass
        finally:
            db.close()

    all_at_once([lambda: move(first, second), lambda: move(second, first)])
    root = Department.get(Department.parent.is_null())
    assert all(row.path.startswith(root.path) for row in Department.select())
    assert sum(row.parent_id == root.id for row in (department("华东"), department("华南"))) == 1


def test_the_company_itself_neither_moves_nor_goes(cast):
    root = Department.get(Department.parent.is_null())
    with pytest.raises(Refused):
        organisation.move_department(root, department("华东"), by=cast.admin)
    with pytest.raises(Refused):
        organisation.remove_department(root, by=cast.admin)


def test_only_an_empty_department_goes(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    with pytest.raises(Refused, match="people|人"):
        organisation.remove_department(department("华南"), by=cast.admin)
    park = organisation.add_department("工业园区", suzhou, by=cast.admin)
    with pytest.raises(Refused, match="below|下面"):
        organisation.remove_department(suzhou, by=cast.admin)
    organisation.remove_department(park, by=cast.admin)
    organisation.remove_department(suzhou, by=cast.admin)
    assert Department.get_or_none(Department.name == "苏州") is None


def test_a_pool_does_not_open_to_everybody_because_its_department_goes(cast):
    suzhou = organisation.add_department("苏州", department("华东"), by=cast.admin)
    pools.save(None, by=cast.admin, name="苏州", departments=[suzhou])
    with pytest.raises(Refused):
        organisation.remove_department(suzhou, by=cast.admin)
    assert "苏州" not in [row.name for row in Pool.open_to(cast.outsider)]


def test_a_new_name_is_a_fact_of_the_audit(cast):
    organisation.rename_department(department("华南"), "华南大区", by=cast.admin)
    event = Event.select().order_by(Event.id.desc()).first()
    assert (event.verb, event.before, event.after) == ("department.renamed", {"name": "华南"}, {"name": "华南大区"})


# ---- several departments ---------------------------------------------------------------------------------------------


def anew(user):
    return User.get_by_id(user.id)


def test_whoever_works_in_a_second_department_is_seen_there_and_sees_there(cast):
    organisation.place(cast.outsider, [department("华东")], by=cast.admin)
    assert cast.outsider.id in anew(cast.manager).overseen
    accounts.edit_user(cast.outsider, by=cast.admin, data_scope="department")
    assert {cast.seller.id, cast.rival.id, cast.outsider.id} <= set(anew(cast.outsider).overseen)
    assert cast.finance.id not in anew(cast.outsider).overseen
    organisation.place(anew(cast.outsider), [], by=cast.admin)
    assert cast.outsider.id not in anew(cast.manager).overseen
    assert anew(cast.outsider).overseen == (cast.outsider.id,)


def test_a_scope_with_all_below_counts_what_lies_below_the_second_department(cast):
    group = organisation.add_department("华东一组", department("华东"), by=cast.admin)
    accounts.edit_user(cast.rival, by=cast.admin, department=group)
    accounts.edit_user(cast.outsider, by=cast.admin, data_scope="below")
    organisation.place(anew(cast.outsider), [department("华东")], by=cast.admin)
    assert cast.rival.id in anew(cast.outsider).overseen
    accounts.edit_user(anew(cast.outsider), by=cast.admin, data_scope="department")
    assert cast.rival.id not in anew(cast.outsider).overseen


@pytest.mark.parametrize("with_below", [True, False])
def test_a_pool_is_open_to_whoever_works_in_its_department_besides(cast, with_below):
    east = department("华东")
    group = organisation.add_department("华东一组", east, by=cast.admin)
    pool = Pool.create(name="华东公海")
    PoolScope.create(pool=pool, department=east, with_below=with_below)
    assert pool not in Pool.open_to(cast.outsider)
    organisation.place(cast.outsider, [group], by=cast.admin)
    assert (pool in Pool.open_to(anew(cast.outsider))) is with_below
    assert (cast.outsider.id in {row.id for row in due.let_in("lead").where(User.id == cast.outsider.id)}) is True
    organisation.place(anew(cast.outsider), [east], by=cast.admin)
    assert pool in Pool.open_to(anew(cast.outsider))
    Pool.delete().where(Pool.id != pool.id).execute()
    assert {row.id for row in due.let_in("lead")} == {user.id for user in User.select() if pool in Pool.open_to(user)}
    assert set(due.Reckoning("lead").homes) == {user.id for user in User.select() if pool in Pool.open_to(user)}
    assert cast.outsider not in pools.left_out("lead")


def test_ones_own_department_is_no_second_place_and_nothing_new_is_no_event(cast):
    before = events.head()
    organisation.place(cast.seller, [cast.seller.department], by=cast.admin)
    assert events.head() == before
    assert not DepartmentMember.select().exists()


def test_a_department_in_which_somebody_works_besides_stays(cast):
    empty = organisation.add_department("空", cast.admin.department, by=cast.admin)
    organisation.place(cast.seller, [empty], by=cast.admin)
    with pytest.raises(Refused):
        organisation.remove_department(empty, by=cast.admin)


def test_the_superior_is_the_one_of_ones_own_department(cast):
    organisation.place(cast.outsider, [department("华东")], by=cast.admin)
    assert anew(cast.outsider).superior != cast.manager
