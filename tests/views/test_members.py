"""The team over HTTP: the dialog, its answer, the list of what one helps with; the matrix says who may."""

from datetime import timedelta

import pytest

from domain import leads, members
from models import Lead, Member, Pool
from tests.pages import PART
from views.formats import today


@pytest.fixture
def lead(cast):
    leads.create(cast.seller, name="常州天衡新能源")
    return Lead.with_people().get()


def test_the_dialog_offers_whoever_could_join(cast, login, lead):
    members.add(lead, cast.manager, by=cast.seller)
    dialog = login(cast.seller).get(f"/leads/{lead.id}/members/new", headers=PART).text
    assert cast.rival.name in dialog
    assert not any(person.name in dialog for person in (cast.seller, cast.manager, cast.finance, cast.disabled))


def test_a_member_comes_into_the_page_and_the_timeline_out_of_band_and_can_be_undone(cast, login, lead):
    data = {"user": cast.rival.id, "may_edit": "y"}
    answer = login(cast.seller).post(f"/leads/{lead.id}/members", data=data, headers=PART)
    assert answer.status_code == 200
    assert 'id="team" hx-swap-oob' in answer.text and 'id="timeline" hx-swap-oob' in answer.text
    assert f'action="/leads/{lead.id}/members/{cast.rival.id}/remove"' in answer.text.split("toast")[-1]
    assert Member.get().may_edit


def test_without_javascript_one_is_led_back_to_the_record(cast, login, lead):
    browser = login(cast.seller)
    added = browser.post(f"/leads/{lead.id}/members", data={"user": cast.rival.id})
    removed = browser.post(f"/leads/{lead.id}/members/{cast.rival.id}/remove")
    assert [(answer.status_code, answer.location) for answer in (added, removed)] == [(303, f"/leads/{lead.id}")] * 2
    assert not Member.select().exists()


@pytest.mark.parametrize("user", ["", "0", "99999", "x"])
def test_whom_nobody_knows_comes_back_with_the_form(cast, login, lead, user):
    answer = login(cast.seller).post(f"/leads/{lead.id}/members", data={"user": user})
    assert answer.status_code == 422
    assert not Member.select().exists()


def test_taking_off_whoever_is_not_on_the_team_is_refused(cast, login, lead):
    assert login(cast.seller).post(f"/leads/{lead.id}/members/{cast.rival.id}/remove").status_code == 409


def test_a_member_finds_the_lead_among_those_he_helps_with_and_it_stays_out_of_his_own(cast, login, lead):
    browser = login(cast.rival)
    assert lead.name not in browser.get("/leads?view=helping").text
    members.add(lead, cast.rival, by=cast.seller)
    assert lead.name in browser.get("/leads?view=helping").text
    assert lead.name not in browser.get("/leads").text


def test_a_lead_in_the_pool_shows_no_team(cast, login):
    lying = leads.create(cast.admin, pool=Pool.get(), name="无锡众联")
    assert 'id="team"' not in login(cast.admin).get(f"/leads/{lying.id}").text


def test_the_team_says_until_when(cast, login, lead):
    browser, last = login(cast.seller), today() + timedelta(days=3)
    browser.post(f"/leads/{lead.id}/members", data={"user": cast.rival.id, "until": last.isoformat()})
    assert f"{last:%m-%d}" in browser.get(f"/leads/{lead.id}").text.split('id="team"')[1].split("</dd>")[0]


@pytest.mark.parametrize("until", ["2020-01-01", "9999-12-31", "tomorrow"])
def test_a_day_that_cannot_be_the_last_one_comes_back_with_the_form(cast, login, lead, until):
    answer = login(cast.seller).post(f"/leads/{lead.id}/members", data={"user": cast.rival.id, "until": until})
    assert answer.status_code == 422
    assert not Member.select().exists()
