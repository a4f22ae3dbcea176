"""Settings over HTTP: administrators only, every kind saved, every no said beside its field."""

import re
from io import BytesIO

import pytest

from domain import accounts, backup, leads
from models import Choice, Company, Department, DuplicateRule, Event, Pool, PoolScope, Session, User
from tests.cast import PASSWORD

PAGES = (
    "/settings", "/settings/people", "/settings/people/new", "/settings/departments", "/settings/pools", "/settings/pools/new",
    "/settings/words", "/settings/words/source", "/settings/system", "/design",
)
NEWCOMER = {
    "name": "何川", "login": "hechuan", "title": "工程师", "phone": "138 1290 5678", "email": "He@Maps.example", "department": "1",
    "role": "service", "data_scope": "self", "password": "eight blue ferries",
}
COMPANY = {
    "name": "海图测试有限公司", "short_name": "海图", "address": "上海", "phone": "021-5432", "website": "", "tax_id": "",
    "time_zone": "Asia/Shanghai", "daily_claim_limit": "7", "claim_capacity": "70", "customer_claim_limit": "5", "customer_capacity": "50",
    "collision_days": "30", "re_registered_days": "90",
    "lock_quota": "3", "quote_valid_days": "15", "quote_reminder_days": "5",
    "discount_floor": "92.5", "margin_floor": "28", "amount_limit": "30万", "quote_terms": "预付 30%",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def admin(login, cast):
    return login(cast.admin)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["manager", "seller", "finance", "service"])
def test_only_administrators_come_in(login, cast, path, who):
    assert login(getattr(cast, who)).get(path).status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_in_both_languages(login, cast, path, language):
    User.update(language=language).execute()
    answer = login(User.get_by_id(cast.admin.id)).get(path, follow_redirects=True)
    assert answer.status_code == 200


def test_a_seller_changes_nothing_here(login, cast):
    browser = login(cast.seller)
    for path, data in (
        ("/settings", COMPANY), ("/settings/people/new", NEWCOMER), (f"/settings/people/{cast.seller.id}", NEWCOMER | {"role": "administrator"}),
        (f"/settings/people/{cast.rival.id}/disable", {}), (f"/settings/people/{cast.admin.id}/password", {"new": "eight blue ferries"}),
        ("/settings/departments", {"name": "x", "parent": 1}), ("/settings/pools/new", {"name": "x"}), ("/settings/words/source", {"label": "x"}),
        ("/settings/system/backup", {}), ("/settings/system/audit", {}),
    ):
        assert browser.post(path, data=data).status_code == 403


# ---- the company -----------------------------------------------------------------------------------------------------


def test_what_the_company_says_of_itself_is_saved_in_fen_and_basis_points(admin, cast):
    assert admin.post("/settings", data=COMPANY | {"amount_limit": "300,000"}).status_code == 303
    company = Company.current()
    assert (company.daily_claim_limit, company.discount_floor, company.margin_floor, company.amount_limit) == (7, 9250, 2800, 30_000_000)
    assert company.links_customers_by_name is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"daily_claim_limit": "-1"}, {"daily_claim_limit": "many"}, {"margin_floor": "101"}, {"discount_floor": "NaN"},
        {"amount_limit": "-5"}, {"amount_limit": "1e400"}, {"time_zone": "Mars/Phobos"}, {"quote_terms": "x" * 5000},
    ],
)
def test_a_wrong_value_is_said_beside_its_field_and_nothing_is_saved(admin, cast, wrong):
    answer = admin.post("/settings", data=COMPANY | {"amount_limit": "300,000"} | wrong)
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert Company.current().daily_claim_limit == 20


@pytest.mark.parametrize(
    "name, body, status",
    [
        ("logo.png", PNG, 303), ("logo.svg", b"<svg onload=alert(1)>", 422), ("logo.png", b"<html>", 422),
        ("logo.png", PNG + b"0" * 600_000, 422),
    ],
)
def test_a_logo_is_a_small_png_or_jpeg_by_what_is_in_it(admin, cast, name, body, status):
    answer = admin.post("/settings", data=COMPANY | {"amount_limit": "300,000", "logo": (BytesIO(body), name)})
    assert answer.status_code == status
    assert bool(Company.current().logo) == (status == 303)


# ---- people ----------------------------------------------------------------------------------------------------------


def test_a_new_colleague_can_log_in(admin, cast):
    assert admin.post("/settings/people/new", data=NEWCOMER).status_code == 303
    person = User.get(User.login == "hechuan")
    assert (person.phone, person.email, person.role) == ("13812905678", "he@maps.example", "service")
    assert accounts.log_in("13812905678", "eight blue ferries")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"login": "a"}, {"login": "Seller"}, {"phone": "1381290567"}, {"email": "nowhere"}, {"role": "emperor"},
        {"data_scope": "everything"}, {"department": "99"}, {"password": "short"}, {"password": "12345678"},
    ],
)
def test_a_wrong_colleague_is_not_made(admin, cast, wrong):
    answer = admin.post("/settings/people/new", data=NEWCOMER | wrong)
    assert answer.status_code == 422
    assert f'id="{next(iter(wrong))}-error"' in answer.text
    assert User.get_or_none(User.name == "何川") is None


def test_the_form_shows_the_department_one_is_in(admin, cast):
    page = admin.get(f"/settings/people/{cast.seller.id}").text
    assert re.search(rf'<option selected value="{cast.seller.department_id}"', page)


def test_saving_a_person_unchanged_changes_nothing(admin, cast):
    number = Event.select().count()
    person = {"name": "孙一", "login": "seller", "department": cast.seller.department_id, "role": "seller", "data_scope": "self"}
    assert admin.post(f"/settings/people/{cast.seller.id}", data=person).status_code == 303
    assert Event.select().count() == number


def test_only_the_fields_of_the_form_are_saved(admin, cast):
    person = {"name": "孙一", "login": "seller", "department": cast.seller.department_id, "role": "seller", "data_scope": "self"}
    sneaked = {"id": "99", "password_hash": "x", "disabled_at": "2020-01-01", "language": "en", "created_at": "2020-01-01"}
    before = User.get_by_id(cast.seller.id).__data__
    admin.post(f"/settings/people/{cast.seller.id}", data=person | sneaked | {"title": "销售"})
    assert User.get_by_id(cast.seller.id).__data__ == before | {"title": "销售"}


def test_another_role_logs_the_person_out(admin, login, cast):
    browser = login(cast.seller)
    person = {"name": "孙一", "login": "seller", "department": cast.seller.department_id, "role": "finance", "data_scope": "self"}
    admin.post(f"/settings/people/{cast.seller.id}", data=person)
    assert browser.get("/").status_code == 303


def test_disabling_is_undone_from_the_message(admin, login, cast):
    browser = login(cast.seller)
    admin.post(f"/settings/people/{cast.seller.id}/disable")
    assert browser.get("/").status_code == 303
    assert f'action="/settings/people/{cast.seller.id}/enable"' in admin.get("/settings/people").text
    admin.post(f"/settings/people/{cast.seller.id}/enable")
    assert User.get_by_id(cast.seller.id).active


def test_nobody_disables_or_resets_himself(admin, cast):
    assert admin.post(f"/settings/people/{cast.admin.id}/disable").status_code == 409
    assert admin.post(f"/settings/people/{cast.admin.id}/password", data={"new": "eight blue ferries"}).status_code == 409
    assert "/disable" not in admin.get(f"/settings/people/{cast.admin.id}").text


def test_a_reset_password_works_and_ends_all_sessions(admin, login, cast):
    login(cast.seller)
    admin.post(f"/settings/people/{cast.seller.id}/password", data={"new": "eight blue ferries"})
    assert not Session.select().where(Session.user == cast.seller).exists()
    assert accounts.log_in("seller", "eight blue ferries")


@pytest.mark.parametrize("new", ["", "short", "12345678"])
def test_a_weak_reset_is_said_beside_its_field(admin, cast, new):
    answer = admin.post(f"/settings/people/{cast.seller.id}/password", data={"new": new})
    assert answer.status_code == 422
    assert 'id="new-error"' in answer.text
    assert accounts.matches(User.get_by_id(cast.seller.id), PASSWORD)


# ---- departments, pools, words ---------------------------------------------------------------------------------------


def department(name):
    return Department.get(Department.name == name)


def test_a_department_is_added_renamed_moved_and_removed(admin, cast):
    east, south = department("华东"), department("华南")
    admin.post("/settings/departments", data={"name": "苏州", "parent": east.id})
    suzhou = department("苏州")
    assert re.search(rf'<option selected value="{east.id}"', admin.get(f"/settings/departments/{suzhou.id}").text)
    admin.post(f"/settings/departments/{suzhou.id}", data={"name": "苏锡常", "parent": south.id})
    assert department("苏锡常").path == f"{south.path}{suzhou.id}/"
    admin.post(f"/settings/departments/{suzhou.id}/remove")
    assert Department.get_or_none(Department.id == suzhou.id) is None


def test_a_department_with_people_or_below_itself_is_refused(admin, cast):
    east = department("华东")
    admin.post("/settings/departments", data={"name": "苏州", "parent": east.id})
    assert admin.post(f"/settings/departments/{east.id}/remove").status_code == 409
    assert admin.post(f"/settings/departments/{east.id}", data={"name": "华东", "parent": department("苏州").id}).status_code == 422


def test_the_company_is_renamed_but_not_moved(admin, cast):
    root = Department.get(Department.parent.is_null())
    assert 'name="parent"' not in admin.get(f"/settings/departments/{root.id}").text
    admin.post(f"/settings/departments/{root.id}", data={"name": "总部", "parent": department("华东").id})
    assert Department.get_by_id(root.id).path == f"/{root.id}/"


def test_a_pool_is_made_opened_to_some_and_removed(admin, cast):
    east = department("华东")
    admin.post("/settings/pools/new", data={"name": "华东", "departments": [east.id], "users": [cast.outsider.id]})
    made = Pool.get(Pool.name == "华东")
    assert PoolScope.select().where(PoolScope.pool == made).count() == 2
    assert "checked" in admin.get(f"/settings/pools/{made.id}").text
    admin.post(f"/settings/pools/{made.id}", data={"name": "华东", "departments": [east.id]})
    assert PoolScope.select().where(PoolScope.pool == made).count() == 1
    admin.post(f"/settings/pools/{made.id}/remove")
    assert Pool.get_or_none(Pool.name == "华东") is None


def test_a_pool_with_leads_or_anothers_name_is_refused(admin, cast):
    first = Pool.get()
    leads.create(cast.admin, pool=first, name="扬州液压有限公司")
    assert admin.post(f"/settings/pools/{first.id}/remove").status_code == 409
    answer = admin.post("/settings/pools/new", data={"name": first.name})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_a_word_is_added_renamed_and_switched_off_but_never_removed(admin, cast):
    admin.post("/settings/words/source", data={"label": "老乡会", "label_en": "Home club", "active": "y"})
    word = Choice.get(Choice.label == "老乡会")
    assert "老乡会" in admin.get("/leads/new").text
    admin.post(f"/settings/words/word/{word.id}", data={"label": "同乡会", "label_en": "Home club"})
    word = Choice.get_by_id(word.id)
    assert (word.label, word.value, word.active) == ("同乡会", "老乡会", False)
    assert "同乡会" not in admin.get("/leads/new").text


def test_a_word_that_is_there_is_not_added_again(admin, cast):
    answer = admin.post("/settings/words/source", data={"label": "展会"})
    assert answer.status_code == 422
    assert 'id="label-error"' in answer.text


def test_there_are_no_other_lists_of_words(admin, cast):
    assert admin.get("/settings/words/passwords").status_code == 404
    assert admin.post("/settings/words/passwords", data={"label": "x"}).status_code == 404


# ---- the system ------------------------------------------------------------------------------------------------------


def test_a_backup_is_written_at_the_push_of_a_button(admin, cast, app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "DATA", tmp_path)
    monkeypatch.setattr(backup, "copy_database", lambda room: write(room / "haitu.db"))
    assert admin.post("/settings/system/backup").status_code == 303
    assert backup.newest(tmp_path)[1].name in admin.get("/settings/system").text


def write(path):
    path.write_bytes(b"a database")
    return path


def test_the_audit_is_checked_at_the_push_of_a_button(admin, cast):
    admin.post("/settings/system/audit")
    assert 'class="toast ok"' in admin.get("/settings/system").text


def test_the_rules_of_duplicates_are_kept_for_leads_and_customers(admin, cast):
    answer = admin.post("/settings/duplicates", data={
        "lead-active": "y", "lead-keys": ["name", "email"], "lead-refuses": "1", "customer-keys": ["phone"], "customer-refuses": "",
    })
    assert answer.status_code == 303
    lead, customer = DuplicateRule.of("lead"), DuplicateRule.of("customer")
    assert (lead.active, lead.keys, lead.refuses) == (True, ["name", "email"], True)
    assert (customer.active, customer.keys, customer.refuses) == (False, ["phone"], False)
    assert 'value="email"' in admin.get("/settings/duplicates").text
