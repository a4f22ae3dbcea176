"""Exports over HTTP: who may, the list as it is shown, the file for its maker alone, the day's rows, the background."""

from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from openpyxl import load_workbook

from domain import allowances, customers, export_runner, exports, leads, now, recycling, rehearsals
from models import Export, Pool, User
from tests.pages import PART


@pytest.fixture(autouse=True)
def data(application, tmp_path):
    application.config["DATA"] = tmp_path
    return tmp_path


def names(answer):
    return [row[0].value for row in load_workbook(BytesIO(answer.data)).active.iter_rows(min_row=2)]


@pytest.mark.parametrize(("name", "code"), [("admin", 200), ("manager", 200), ("seller", 403), ("finance", 403), ("service", 403)])
def test_who_may_export_leads(login, cast, name, code):
    browser = login(getattr(cast, name))
    assert browser.get("/exports/new/lead").status_code == code
    assert browser.post("/exports/new/lead").status_code == {200: 409}.get(code, code)  # an empty list is refused
    assert browser.get("/exports").status_code == (200 if name in ("admin", "manager", "finance") else 403)


@pytest.mark.parametrize(("name", "code"), [("admin", 200), ("manager", 200), ("seller", 403), ("finance", 200), ("service", 403)])
def test_whoever_may_export_quotes_may_export_their_lines(login, cast, name, code):
    browser = login(getattr(cast, name))
    assert [browser.get(f"/exports/new/{what}").status_code for what in ("quote", "quoteline")] == [code, code]


@pytest.mark.parametrize("what", ["lead", "customer", "contact", "opportunity", "quote", "quoteline", "order", "ticket"])
def test_every_list_has_an_export_that_says_how_many_rows_it_will_have(login, cast, what):
    from tests import world

    world.build(cast)
    browser = login(cast.admin)
    arguments = {"opportunity": "?status=open", "lead": "?who=team"}.get(what, "?tab=all&whose=team")
    shown = browser.get(f"/exports/new/{what}{arguments}", headers=PART).text
    number = len(names(browser.post(f"/exports/new/{what}{arguments}")))
    assert number and f"导出 {number} 条" in shown


def test_it_has_what_the_list_shows_under_its_filters(login, cast):
    for name, source in (("甲公司", "website"), ("乙公司", "exhibition")):
        leads.create(cast.manager, name=name, source=source)
    leads.create(cast.admin, pool=Pool.get(), name="丙公司", source="website")
    browser = login(cast.manager)
    assert "/exports/new/lead?source=website" in browser.get("/leads?source=website").text
    assert names(browser.post("/exports/new/lead?source=website")) == ["甲公司"]
    assert names(browser.post(f"/exports/new/lead?pool={Pool.get().id}&q=丙")) == ["丙公司"]


@pytest.mark.parametrize("what, address", [("lead", "lead?view=soon"), ("customer", "customer?tab=soon"), ("contact", "contact?tab=soon")])
def test_what_goes_soon_is_exported_in_the_order_of_its_tab(login, cast, what, address):
    make, kind = (leads.create, "lead") if what == "lead" else (partial(customers.create, owner=cast.manager), "customer")
    for name, days in (("后天", 13), ("今晚", 15), ("六天", 9)):
        record = make(cast.manager, name=name, at=now() - timedelta(days=days))
        if what == "contact":
            customers.add_contact(record, cast.manager, name=name)
    rule = recycling.create(kind, cast.admin, name="15 天未跟进", no_follow_up_days=15)
    recycling.switch_on(rehearsals.rehearse(rule, cast.admin), cast.admin)
    assert names(login(cast.manager).post(f"/exports/new/{address}")) == ["今晚", "后天", "六天"]


def test_the_file_is_its_makers_alone(login, cast):
    leads.create(cast.manager, name="甲公司")
    browser = login(cast.manager)
    assert browser.post("/exports/new/lead").status_code == 200
    address = f"/exports/{Export.get().id}.xlsx"
    answer = browser.get(address)
    assert names(answer) == ["甲公司"] and answer.headers["Cache-Control"] == "no-store"
    assert login(cast.admin).get(address).status_code == 404
    assert login(cast.admin).get(f"/exports/{Export.get().id}").status_code == 404


@pytest.mark.parametrize("headers", [{}, PART])
def test_beyond_the_days_rows_it_is_a_429_that_says_when(login, cast, headers):
    allowances.change(User.MANAGER, by=cast.admin, exported_rows=1)
    for name in ("甲公司", "乙公司"):
        leads.create(cast.manager, name=name)
    browser = login(cast.manager)
    assert "disabled" in browser.get("/exports/new/lead", headers=PART).text
    answer = browser.post("/exports/new/lead", headers=headers)
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 86_400 and "00:00" in answer.text
    assert Export.select().count() == 0


def test_a_large_one_is_written_in_the_background(login, cast, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    leads.create(cast.manager, name="甲公司")
    browser = login(cast.manager)
    answer = browser.post("/exports/new/lead")
    export_runner.wait()
    shown = browser.get(answer.location).text
    assert f"/exports/{Export.get().id}.xlsx" in shown and Export.get().sha256 in shown
    assert f'/exports/{Export.get().id}"' in browser.get("/exports").text
    assert "已生成" in browser.get("/notices").text
