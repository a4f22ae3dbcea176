"""Logging in and out over HTTP, and what one does with oneself."""

from datetime import timedelta

import pytest

from domain import accounts, now
from models import Event, LoginFailure, Session, User
from tests.cast import PASSWORD

WRONG = {"login": "seller", "password": "not this one"}


def log_in(browser, login="seller", password=PASSWORD, **more):
    return browser.post("/login", data={"login": login, "password": password, **more})


def cookie(browser):
    return browser.get_cookie("haitu").value


def test_the_login_page_says_what_a_stranger_needs_and_no_more(stranger, cast):
    page = stranger.get("/login").text
    assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page and 'type="password"' in page
    assert cast.admin.name in page
    assert "haitu-demo" not in page


def test_the_logins_of_the_demo_are_shown_in_a_demo_only(stranger, cast, app, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)
    page = stranger.get("/login").text
    assert "haitu-demo" in page and "outsider" in page


def test_right_words_lead_to_today(stranger, cast):
    answer = log_in(stranger)
    assert (answer.status_code, answer.location) == (303, "/")
    assert stranger.get("/").status_code == 200


def test_wrong_words_keep_the_name_and_say_nothing_more(stranger, cast):
    answer = stranger.post("/login", data=WRONG)
    assert answer.status_code == 422
    assert 'value="seller"' in answer.text and "not this one" not in answer.text
    assert answer.text.count('class="error"') == 1


def test_an_unknown_name_gets_the_same_page_as_a_wrong_password(stranger, cast, app):
    known = stranger.post("/login", data=WRONG)
    unknown = app.test_client().carry_token().post("/login", data=WRONG | {"login": "nobody"})
    disabled = app.test_client().carry_token().post("/login", data={"login": "disabled", "password": PASSWORD})
    pages = {answer.text.replace("nobody", "seller").replace("disabled", "seller") for answer in (known, unknown)}
    assert {answer.status_code for answer in (known, unknown, disabled)} == {422}
    assert len({without_tokens(page) for page in pages}) == 1


def without_tokens(page):
    return "\n".join(line for line in page.splitlines() if "csrf" not in line and "CSRF" not in line)


def test_the_tries_that_are_left_are_said_from_the_third_on(stranger, cast):
    said = [f"{accounts.TRIES_PER_LOGIN - n} 次" in stranger.post("/login", data=WRONG).text for n in (1, 2, 3)]
    assert said == [False, False, True]


def test_the_eleventh_guess_waits_even_with_the_right_words(stranger, cast):
    for _n in range(accounts.TRIES_PER_LOGIN):
        stranger.post("/login", data=WRONG)
    assert log_in(stranger).status_code == 429
    assert LoginFailure.select().count() == accounts.TRIES_PER_LOGIN


@pytest.mark.parametrize(
    "data",
    [{}, {"login": "seller"}, {"password": PASSWORD}, {"login": "seller", "password": "x" * 129}, {"login": "x" * 201, "password": "x"}],
)
def test_half_a_form_is_not_even_a_try(stranger, cast, data):
    assert stranger.post("/login", data=data).status_code == 422
    assert LoginFailure.select().count() == 0


def test_a_login_begins_a_session_of_its_own_whatever_the_browser_held(stranger, cast):
    stranger.get("/login")
    before = cookie(stranger)
    log_in(stranger)
    first = token_of(stranger)
    assert cookie(stranger) != before
    log_in(stranger.carry_token())
    assert token_of(stranger) != first


def token_of(browser):
    with browser.session_transaction() as session:
        return session["token"]


def test_a_token_that_somebody_planted_is_nobodys(stranger, cast):
    with stranger.session_transaction() as session:
        session["token"] = "planted"
    assert stranger.get("/").status_code == 303
    log_in(stranger)
    assert token_of(stranger) != "planted"


def test_the_token_is_nowhere_on_the_page(stranger, cast):
    log_in(stranger)
    assert token_of(stranger) not in stranger.get("/profile").text


def test_a_cookie_that_was_copied_is_worth_nothing_after_the_logout(login, cast, app):
    browser = login(cast.seller)
    browser.get("/")
    copied = cookie(browser)
    answer = browser.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "cache" in answer.headers["Clear-Site-Data"]
    thief = app.test_client()
    thief.set_cookie("haitu", copied)
    assert thief.get("/").status_code == 303


def test_the_page_one_was_on_is_remembered_when_the_session_has_ended(login, cast):
    browser = login(cast.seller)
    Session.update(last_seen_at=now() - timedelta(hours=3)).execute()
    answer = browser.get("/leads?tab=today")
    assert answer.location == "/login?next=/leads?tab%3Dtoday"
    page = browser.get(answer.location).text
    assert 'value="/leads?tab=today"' in page
    assert 'class="callout info"' in page


def test_a_disabled_person_is_out_at_the_next_request(login, cast):
    browser = login(cast.seller)
    assert browser.get("/").status_code == 200
    accounts.disable(cast.seller, by=cast.admin)
    assert browser.get("/").status_code == 303


def test_whoever_is_logged_in_needs_no_login_page(login, cast):
    assert login(cast.seller).get("/login").location == "/"


# ---- oneself ---------------------------------------------------------------------------------------------------------


def change(browser, old=PASSWORD, new="eight blue ferries"):
    return browser.post("/profile/password", data={"old": old, "new": new})


def test_a_new_password_ends_the_other_sessions_and_renews_this_one(login, cast):
    here, elsewhere = login(cast.seller), login(cast.seller)
    before = token_of(here)
    answer = change(here)
    assert answer.status_code == 303
    assert token_of(here) != before
    assert here.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 303


def test_one_is_told_that_the_password_is_changed(login, cast):
    browser = login(cast.seller)
    change(browser)
    assert 'class="toast ok"' in browser.get("/profile").text


@pytest.mark.parametrize("old, new", [("not this one", "eight blue ferries"), (PASSWORD, "short"), (PASSWORD, "12345678"), (PASSWORD, "")])
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(login, cast, old, new):
    answer = change(login(cast.seller), old, new)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert accounts.matches(User.get_by_id(cast.seller.id), PASSWORD)


def test_one_ends_ones_own_sessions_one_or_all_and_nobody_elses(login, cast):
    here, other, third, rivals = login(cast.seller), login(cast.seller), login(cast.seller), login(cast.rival)
    ids = [session.id for session in Session.select().where(Session.user == cast.seller).order_by(Session.id)]
    theirs = Session.get(Session.user == cast.rival)
    assert here.post(f"/profile/sessions/{theirs.id}/end").status_code == 404
    here.post(f"/profile/sessions/{ids[1]}/end")
    assert (other.get("/").status_code, third.get("/").status_code) == (303, 200)
    here.post("/profile/sessions/end")
    assert [browser.get("/").status_code for browser in (here, third, rivals)] == [200, 303, 200]


def test_language_and_theme_are_a_persons_for_good(login, cast):
    login(cast.seller).post("/appearance", data={"language": "en", "theme": "dark"})
    page = login(User.get_by_id(cast.seller.id)).get("/").text
    assert '<html lang="en" data-theme="dark">' in page


def test_a_strangers_language_is_this_browsers_and_stays_after_a_logout(stranger, cast):
    stranger.post("/appearance", data={"language": "en"})
    assert "Log in" in stranger.get("/login").text
    User.update(language="en").execute()
    log_in(stranger)
    stranger.carry_token().post("/logout")
    assert "Log in" in stranger.get("/login").text


@pytest.mark.parametrize("asked, lang", [("en-US,en;q=0.9", "en"), ("zh-CN,zh;q=0.9", "zh-Hans"), ("fr", "zh-Hans"), ("", "zh-Hans")])
def test_a_stranger_is_answered_in_what_the_browser_asks_for_chinese_first(stranger, cast, asked, lang):
    assert f'<html lang="{lang}"' in stranger.get("/login", headers={"Accept-Language": asked}).text


@pytest.mark.parametrize("data", [{"language": "fr"}, {"theme": "pink"}])
def test_no_other_language_or_theme_is_taken(login, cast, data):
    assert login(cast.seller).post("/appearance", data=data).status_code == 422


def test_shortcuts_can_be_switched_off_and_on(login, cast):
    browser = login(cast.seller)
    browser.post("/profile/shortcuts")
    assert "data-no-shortcuts" in browser.get("/").text
    browser.post("/profile/shortcuts")
    assert "data-no-shortcuts" not in browser.get("/").text


def test_taste_is_no_matter_of_the_audit(login, cast):
    number = Event.select().count()
    login(cast.seller).post("/appearance", data={"theme": "dark"})
    assert Event.select().count() == number


def test_plain_http_on_a_network_says_so(stranger, login, cast, app, monkeypatch):
    quiet = stranger.get("/login").text, login(cast.admin).get("/").text
    monkeypatch.setitem(app.config, "ALLOW_HTTP_LAN", True)
    loud = stranger.get("/login").text, login(cast.admin).get("/").text, login(cast.admin).get("/settings/system").text
    assert not any('class="callout warn"' in page for page in quiet)
    assert all('class="callout warn"' in page for page in loud)
