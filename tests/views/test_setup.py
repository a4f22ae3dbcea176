"""The first visit, and that there is no second one."""

import pytest
from flask.testing import FlaskClient

from models import Company, Event, User, db
from tests.cast import PASSWORD
from tests.pages import PART
from tests.server import all_at_once

FOUNDER = {"company": "海图测试有限公司", "short_name": "", "name": "赵行政", "login": "admin", "password": PASSWORD, "content": "empty"}
TRICKS = [
    {}, {"HX-Request": "true"}, PART, {"X-Requested-With": "XMLHttpRequest"},
    {"X-HTTP-Method-Override": "GET"}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Original-URL": "/setup"}, {"Accept": "application/json"},
    {"Content-Type": "application/json"}, {"Host": "localhost"}, {"Referer": "/setup"},
]


@pytest.mark.empty_database
@pytest.mark.parametrize("path", ["/", "/leads", "/settings"])
def test_an_empty_database_leads_to_the_set_up(stranger, path):
    assert stranger.get(path).location == "/setup"


@pytest.mark.empty_database
def test_setting_up_makes_the_company_and_logs_its_administrator_in(stranger):
    answer = stranger.post("/setup", data=FOUNDER)
    assert (answer.status_code, answer.location) == (303, "/")
    assert Company.current().name == FOUNDER["company"]
    [admin] = User.select()
    assert (admin.role, admin.language) == (User.ADMINISTRATOR, "zh")
    assert stranger.get("/").status_code == 200
    assert [event.verb for event in Event.select().order_by(Event.id)] == ["user.created", "company.founded", "user.logged_in"]


@pytest.mark.empty_database
@pytest.mark.parametrize(
    "wrong",
    [
        {"company": ""}, {"name": ""}, {"login": "a"}, {"login": ""}, {"password": "short"}, {"password": "12345678"},
        {"password": "admin123"}, {"content": "other"},
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(stranger, wrong):
    answer = stranger.post("/setup", data=FOUNDER | wrong)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert wrong == {"company": ""} or FOUNDER["company"] in answer.text
    assert PASSWORD not in answer.text
    assert Company.current() is None


@pytest.mark.empty_database
def test_wrong_guesses_before_the_set_up_do_not_shut_the_founder_out(stranger):
    for _n in range(12):
        stranger.post("/login", data={"login": "admin", "password": "guess"})
    assert stranger.post("/setup", data=FOUNDER).status_code == 303
    assert stranger.get("/").status_code == 200


@pytest.mark.empty_database
@pytest.mark.parametrize("language, lang", [("zh", "zh-Hans"), ("en", "en")])
def test_the_set_up_speaks_both_languages_and_the_administrator_keeps_it(stranger, language, lang):
    stranger.post("/appearance", data={"language": language})
    assert f'<html lang="{lang}"' in stranger.get("/setup").text
    stranger.post("/setup", data=FOUNDER)
    assert User.get().language == language


@pytest.mark.parametrize("headers", TRICKS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/setup", "/setup?next=/", "/setup?force=1"])
def test_afterwards_there_is_no_set_up_for_anybody(stranger, login, cast, path, method, headers):
    for browser in (stranger, login(cast.admin)):
        answer = browser.open(path, method=method, headers=headers, data=None if "Content-Type" in headers else FOUNDER)
        assert answer.status_code == 404


@pytest.mark.empty_database
def test_of_many_who_set_up_at_the_same_moment_one_becomes_administrator(app):
    def set_up(number):
        try:
            browser = app.test_client_class.carry_token(FlaskClient(app, app.response_class))  # unwatched: others write meanwhile
            return browser.post("/setup", data=FOUNDER | {"login": f"admin{number}"}).status_code
        finally:
            db.close()

    answers = all_at_once([lambda n=n: set_up(n) for n in range(8)])
    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 409}
    assert User.select().count() == 1
