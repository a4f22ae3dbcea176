"""Roles: what each may do; new functions reach those whose standing role has them; nobody is left without an administrator."""

import re
from pathlib import Path

import pytest

from domain import Refused, accounts, events, functions, roles
from models import Allowance, Event, Pool, PoolScope, Role, User
from tests import routes

ROOT = Path(__file__).parents[2]
KINDS = ("lead", "customer", "contact", "opportunity", "quote", "order", "ticket", "collision")


def role(key):
    return Role.get(Role.key == key)


@pytest.fixture
def assistant(cast):
    return roles.add("销售助理", role(User.SELLER), by=cast.admin)


def fresh(user):
    return User.get_by_id(user.id)


@pytest.mark.once
def test_every_function_that_is_asked_for_is_in_the_table():
    asked = set()
    for path in (*ROOT.glob("*.py"), *ROOT.glob("domain/**/*.py"), *ROOT.glob("views/*.py"), *ROOT.glob("templates/**/*.html")):
        asked |= set(re.findall(r"""(?:may|which_may)\(\s*(?:which_may=)?"([a-z_.]+)\"""", path.read_text(encoding="utf-8")))
    assert asked <= set(functions.ALL), asked - set(functions.ALL)
    of_a_kind = {function for function in functions.ALL if function.split(".")[0] in KINDS and function.split(".")[1] in ("see", "work", "export")}
    assert set(functions.ALL) <= asked | of_a_kind | {"pool.see"}, "a function that nothing asks for promises what is not so"


def test_the_standing_roles_have_what_the_table_says(cast):
    for standing in Role.in_order():
        assert standing.functions == functions.of_standing(standing.key)
        assert standing.decided == list(functions.ALL)


def test_a_role_that_is_copied_may_what_the_first_may_and_as_much_a_day(cast, assistant):
    assert assistant.functions == role(User.SELLER).functions
    boss = roles.add("副总", role(User.ADMINISTRATOR), by=cast.admin)
    assert Allowance.of(boss.key).exported_rows is None


def test_what_a_role_loses_its_people_may_no_longer(cast, assistant):
    accounts.edit_user(cast.rival, by=cast.admin, role=assistant.key)
    assert fresh(cast.rival).may("pool.claim")
    roles.decide({assistant: [one for one in assistant.functions if one != "pool.claim"]}, by=cast.admin)
    assert not fresh(cast.rival).may("pool.claim")
    assert fresh(cast.seller).may("pool.claim")
    assert cast.rival not in User.select().where(User.who_may("pool.claim"))
    told = Event.select().where(Event.verb == "role.edited").get()
    assert (told.detail["taken"], told.detail["given"]) == (["pool.claim"], [])


def test_the_administrators_lose_nothing(cast):
    administrator = role(User.ADMINISTRATOR)
    roles.decide({administrator: []}, by=cast.admin)
    assert role(User.ADMINISTRATOR).functions == administrator.functions
    roles.decide({administrator: ["ticket.serve"]}, by=cast.admin)
    assert set(role(User.ADMINISTRATOR).functions) == {*administrator.functions, "ticket.serve"}


def test_what_did_not_change_is_no_event(cast):
    before = events.head()
    roles.decide({seller: seller.functions for seller in Role.in_order()}, by=cast.admin)
    assert events.head() == before


def test_a_function_that_is_no_function_is_not_written_down(cast, assistant):
    roles.decide({assistant: ["lead.see", "company.sell"]}, by=cast.admin)
    assert role(assistant.key).functions == ["lead.see"]


def test_what_haitu_learns_goes_to_the_roles_whose_standing_role_has_it_and_decisions_stay(cast, assistant):
    roles.decide({assistant: ["lead.see"]}, by=cast.admin)
    known = [one for one in functions.ALL if one != "pool.lock"]  # as if the last start had not known it
    for each in Role.in_order():
        Role.update(decided=known, functions=[one for one in each.functions if one != "pool.lock"]).where(Role.id == each.id).execute()
    roles.learn()
    assert role(assistant.key).functions == ["lead.see", "pool.lock"]
    assert "pool.lock" in role(User.SELLER).functions
    assert "pool.lock" not in role(User.FINANCE).functions
    roles.decide({assistant: []}, by=cast.admin)
    roles.learn()
    assert role(assistant.key).functions == []


def test_an_upgrade_fills_the_roles_that_the_migration_made(cast):
    Role.update(functions=[], decided=[]).execute()
    roles.learn()
    assert all(each.functions == functions.of_standing(each.key) for each in Role.in_order())


def test_two_roles_do_not_have_one_name(cast, assistant):
    with pytest.raises(Refused):
        roles.add("销售助理", role(User.MANAGER), by=cast.admin)
    with pytest.raises(Refused):
        roles.rename(role(User.SELLER), by=cast.admin, name="销售助理")
    roles.rename(assistant, by=cast.admin, name="内勤", name_en="Back office")
    assert role(assistant.key).name_en == "Back office"


def test_a_role_goes_only_when_nobody_has_it(cast, assistant):
    accounts.edit_user(cast.rival, by=cast.admin, role=assistant.key)
    with pytest.raises(Refused, match="销售助理"):
        roles.remove(assistant, by=cast.admin)
    accounts.edit_user(fresh(cast.rival), by=cast.admin, role=User.SELLER)
    roles.remove(assistant, by=cast.admin)
    assert not Role.select().where(Role.key == assistant.key).exists()
    assert not Allowance.select().where(Allowance.role == assistant.key).exists()


def test_a_role_that_an_approval_or_a_pool_names_stays(cast, assistant):
    routes.lead_through(routes.role(assistant.key))
    with pytest.raises(Refused, match="节点1"):
        roles.remove(assistant, by=cast.admin)
    routes.lead_through(routes.superior())
    scope = PoolScope.create(pool=Pool.get(), role=assistant.key)
    with pytest.raises(Refused, match=scope.pool.name):
        roles.remove(assistant, by=cast.admin)


def test_the_five_standing_roles_stay(cast):
    User.update(role=User.SELLER).where(User.login == "finance").execute()
    with pytest.raises(Refused):
        roles.remove(role(User.FINANCE), by=cast.admin)


def test_nobody_gets_a_role_that_there_is_not(cast):
    with pytest.raises(Refused):
        accounts.edit_user(cast.rival, by=cast.admin, role="role_none")
    with pytest.raises(Refused):
        accounts.create_user(cast.admin, "seven green maps", login="new", name="新人", role="role_none")
