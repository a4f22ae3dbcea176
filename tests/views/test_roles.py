"""Roles over HTTP: the matrix is saved as ticked; a role with one function less loses exactly what that function opens."""

import re

import pytest

from domain import accounts, events, flows, functions, roles
from models import Allowance, Customer, Event, Flow, Lead, Pool, Role, User
from tests import world


@pytest.fixture
def admin(login, cast):
    return login(cast.admin)


@pytest.fixture
def assistant(cast):
    """A seller in all but the name of his role: the rival."""
    role = roles.add("销售助理", Role.get(Role.key == User.SELLER), by=cast.admin)
    accounts.edit_user(cast.rival, by=cast.admin, role=role.key)
    return role


@pytest.fixture
def made(cast):
    return world.build(cast)


def ticked(html, key):
    return set(re.findall(rf'name="{key}" value="([a-z_.]+)" checked', html))


def columns():
    return {"column": [role.key for role in Role.in_order()]} | {role.key: role.functions for role in Role.in_order()}


def test_the_matrix_shows_what_each_role_may(admin):
    html = admin.get("/settings/roles").text
    for key in User.ROLES:
        assert ticked(html, key) == set(functions.of_standing(key))


def test_what_is_ticked_is_saved_and_nothing_else_changes(admin, assistant):
    before = {role.key: role.functions for role in Role.in_order()}
    wanted = [one for one in assistant.functions if one != "customer.create"]
    assert admin.post("/settings/roles", data=columns() | {assistant.key: wanted}).status_code == 303
    assert {role.key: role.functions for role in Role.in_order()} == before | {assistant.key: wanted}


def test_a_role_added_while_the_page_stood_open_is_left_alone(admin, cast):
    stale = columns()
    late = roles.add("渠道", Role.get(Role.key == User.SELLER), by=cast.admin)
    admin.post("/settings/roles", data=stale)
    assert Role.get_by_id(late.id).functions == late.functions


def stamp(html):
    return re.search(r'name="seen" value="(\d+)"', html)[1]


def test_of_two_administrators_the_later_is_told_what_the_first_changed_and_his_ticks_stand(admin, assistant, cast):
    """His page was read before; the answer's own stamp lets him save after all."""
    stale = columns() | {"seen": stamp(admin.get("/settings/roles").text), "service": ["ticket.see"]}
    roles.decide({assistant: [one for one in assistant.functions if one != "lead.create"]}, by=cast.admin)
    answer = admin.post("/settings/roles", data=stale)
    assert answer.status_code == 409 and f"{cast.admin.name}取消了「销售助理」的：新建线索" in answer.text
    assert ticked(answer.text, "service") == {"ticket.see"} != set(Role.get(Role.key == "service").functions)
    assert admin.post("/settings/roles", data=stale | {"seen": stamp(answer.text)}).status_code == 303
    assert Role.get(Role.key == "service").functions == ["ticket.see"]


def test_so_is_whoever_saves_one_role(admin, assistant, cast):
    path = f"/settings/roles/{assistant.id}"
    form = {"name": "助理", "seen": stamp(admin.get(path).text), assistant.key: ["lead.see"]}
    roles.decide({assistant: ["lead.see", "order.see"]}, by=cast.admin)
    answer = admin.post(path, data=form)
    assert answer.status_code == 409 and ticked(answer.text, assistant.key) == {"lead.see"}
    assert (Role.get_by_id(assistant.id).name, Role.get_by_id(assistant.id).functions) == ("销售助理", ["lead.see", "order.see"])


def test_an_empty_column_takes_everything_but_from_the_administrators(admin):
    admin.post("/settings/roles", data={"column": list(User.ROLES)})
    assert Role.get(Role.key == User.SELLER).functions == []
    assert admin.get("/settings/roles").status_code == 200


@pytest.mark.parametrize("function, method, path", [
    ("lead.see", "get", "/leads"), ("lead.create", "get", "/leads/new"), ("lead.work", "get", "/leads/{lead}/edit"),
    ("customer.see", "get", "/customers"), ("customer.create", "get", "/customers/new"), ("customer.work", "get", "/customers/{customer}/edit"),
    ("opportunity.see", "get", "/opportunities"), ("opportunity.create", "get", "/opportunities/new?customer={customer}"),
    ("opportunity.work", "get", "/opportunities/{opportunity}/edit"), ("quote.see", "get", "/quotes"),
    ("quote.work", "post", "/opportunities/{opportunity}/quotes"), ("order.see", "get", "/orders"),
    ("pool.see", "get", "/pools"), ("pool.claim", "post", "/leads/{pool}/claim"), ("pool.release", "get", "/leads/{lead}/release"),
    ("ticket.create", "get", "/tickets/new?customer={customer}"), ("collision.see", "get", "/collisions"),
])
def test_a_function_less_closes_its_door(admin, assistant, login, cast, made, function, method, path):
    browser = login(User.get_by_id(cast.rival.id))
    ids = {kind: made[kind]["team"] for kind in ("lead", "customer", "opportunity")} | {"pool": made["lead"]["pool"]}
    roles.decide({assistant: [one for one in functions.of_standing(User.SELLER) if one != function]}, by=cast.admin)
    assert getattr(browser, method)(path.format(**ids)).status_code in (403, 404), "without it he is let in"
    roles.decide({assistant: functions.of_standing(User.SELLER)}, by=cast.admin)
    assert getattr(browser, method)(path.format(**ids)).status_code in (200, 303), "with it he is not"


def test_the_navigation_loses_what_the_role_does_not_see(assistant, login, cast):
    roles.decide({assistant: [one for one in assistant.functions if one != "quote.see"]}, by=cast.admin)
    html = login(User.get_by_id(cast.rival.id)).get("/").text
    assert 'href="/customers"' in html
    assert 'href="/quotes"' not in html


def test_who_is_logged_in_feels_it_at_the_next_click(admin, assistant, login, cast):
    browser = login(User.get_by_id(cast.rival.id))
    assert browser.get("/customers/new").status_code == 200
    admin.post(f"/settings/roles/{assistant.id}", data={"name": "销售助理", assistant.key: ["customer.see"]})
    assert browser.get("/customers/new").status_code == 403
    assert browser.get("/customers").status_code == 200


def test_a_new_role_is_a_copy_that_has_a_page_of_its_own(admin):
    answer = admin.post("/settings/roles/new", data={"name": "内勤", "name_en": "Back office", "like": "finance"})
    role = Role.get(Role.name == "内勤")
    assert answer.location == f"/settings/roles/{role.id}"
    assert role.functions == functions.of_standing(User.FINANCE)
    assert Allowance.select().where(Allowance.role == role.key).exists()
    assert "内勤" in admin.get("/settings/people/new").text
    assert "内勤" in admin.get("/settings/leaks").text
    assert Event.select().where(Event.verb == "role.added").exists()


def test_a_name_that_is_taken_is_said_beside_the_name(admin, assistant):
    for path in ("/settings/roles/new", f"/settings/roles/{assistant.id}"):
        answer = admin.post(path, data={"name": "销售", "like": "finance"})
        assert answer.status_code == 422
        assert "已有角色" in answer.text


def test_a_role_that_somebody_has_stays_and_one_that_nobody_has_goes(admin, assistant, cast):
    path = f"/settings/roles/{assistant.id}/remove"
    assert admin.post(path).status_code == 409
    accounts.edit_user(User.get_by_id(cast.rival.id), by=cast.admin, role=User.SELLER)
    assert admin.post(path).status_code == 303
    assert not Role.select().where(Role.id == assistant.id).exists()


def test_a_custom_role_works_on_its_own_and_can_be_dispatched_assigned_and_asked(assistant, cast, login, admin):
    """What lists people by what they may finds those of a role that was made here."""
    flows.draft(Flow.get(), cast.admin)
    assert "李二" in admin.get("/settings/flows/1/draft/nodes/n1").text
    pool = Pool.get()
    assert "李二" in admin.get(f"/settings/pools/{pool.id}").text


# ---- the person's page -----------------------------------------------------------------------------------------------


def outlook(admin, person, **chosen):
    answer = admin.get("/settings/people/outlook", query_string={
        "person": person.id, "department": person.department_id, "role": person.role, "data_scope": person.data_scope, **chosen,
    })
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", " ", answer.text)


def test_what_somebody_would_see_is_counted_while_one_chooses(admin, cast, made):
    before = events.head()
    his, all_there_are = (Customer.visible_to(who).count() for who in (cast.outsider, cast.admin))
    assert his < all_there_are
    assert f"能看到 {his} 个客户" in outlook(admin, cast.outsider)
    assert f"能看到 {all_there_are} 个客户" in outlook(admin, cast.outsider, data_scope="all")
    assert f"能看到 {all_there_are} 个客户" in outlook(admin, cast.outsider, data_scope="department", others=[cast.seller.department_id])
    assert events.head() == before


def test_what_is_foretold_is_what_is_seen_afterwards(admin, cast, made):
    east = cast.seller.department_id
    foretold = outlook(admin, cast.outsider, data_scope="department", others=[east])
    form = {
        "name": "周三", "login": "outsider", "department": cast.outsider.department_id, "role": "seller", "data_scope": "department",
        "others": [east],
    }
    assert admin.post(f"/settings/people/{cast.outsider.id}", data=form).status_code == 303
    person = User.get_by_id(cast.outsider.id)
    assert f"{Customer.visible_to(person).count()} 个客户" in foretold
    assert f"{Lead.visible_to(person).count()} 条线索" in foretold
    assert "兼" in admin.get(f"/settings/departments/{east}").text


def test_the_functions_of_a_role_are_told_in_words(admin, cast):
    said = outlook(admin, cast.seller, role="finance")
    assert "查看成本和毛利" in said
    assert "从公海领取" not in said


@pytest.mark.parametrize("chosen", [{"role": "none"}, {"department": "999"}, {"department": "x"}, {"data_scope": "world"}])
def test_a_choice_that_there_is_not_foretells_nothing(admin, cast, chosen):
    assert "能看到" not in outlook(admin, cast.seller, **chosen)
