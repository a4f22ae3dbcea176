"""Importing over HTTP: who may, what a file that is none answers, whose imports are shown to whom, and the way through."""

import pytest
from python_calamine import CalamineWorkbook

from domain import import_runner, imports
from models import Import, Lead, Pool, Product
from tests import files
from tests.pages import PART

CHANGED = {"column_name": "0", "column_phone": "", "column_wechat": "1"}


@pytest.fixture
def pool(cast):
    return Pool.select().first()


def upload(client, stream, what="lead", pool=None, name="客户.csv"):
    form = {"what": what, "file": (stream, name)} | ({"pool": pool.id} if pool else {})
    return client.post("/imports", data=form, content_type="multipart/form-data")


def run(client, job, **changes):
    """Post the form as the page shows it, then wait until the rows are written."""
    shown = {f"column_{name}": place for name, place in job.mapping.items()}
    form = shown | {"bad_cells": "refuse"} | ({"pool": job.pool_id, "existing": "skip"} if job.pool_id else {}) | changes
    answer = client.post(f"/imports/{job.id}/run", data=form)
    import_runner.wait()
    return answer


@pytest.fixture
def job(login, cast, pool):
    """A file of two leads, one of them bad, that the manager has uploaded."""
    upload(login(cast.manager), files.csv("公司名称,手机", "甲公司,13812905678", "乙公司,1.38E+10"), pool=pool)
    return Import.get()


@pytest.mark.parametrize(("name", "code"), [
    ("admin", 200), ("manager", 200), ("finance", 200), ("seller", 403), ("service", 403), ("outsider", 403),
])
def test_who_may_import(login, cast, name, code):
    assert login(getattr(cast, name)).get("/imports").status_code == code


def test_a_seller_cannot_upload_by_hand(login, cast, pool):
    assert upload(login(cast.seller), files.csv("公司名称", "甲"), pool=pool).status_code == 403


def test_finance_imports_products_and_no_leads(login, cast, pool):
    client = login(cast.finance)

    assert upload(client, files.csv("公司名称", "甲"), pool=pool).status_code == 403
    assert upload(client, files.csv("产品编码,产品名称,单价", "A1,光幕,10"), what="product").status_code == 303


def test_the_whole_way(login, cast, pool, job):
    client = login(cast.manager)
    page = client.get(f"/imports/{job.id}").text
    assert "甲公司" in page and "公司名称" in page and "UTF-8" in page

    assert run(client, job).status_code == 303

    page = client.get(f"/imports/{job.id}").text
    assert "1.38E+10" in page and f"/imports/{job.id}/failed.xlsx" in page
    assert Lead.get().name == "甲公司" and Lead.get().pool == pool
    job = Import.get()
    assert (job.status, job.created, job.failed) == (Import.DONE, 1, 1)


def test_progress_is_a_part_of_the_page_and_stops_asking_when_done(login, cast, job):
    client = login(cast.manager)
    imports.start(job, by=cast.manager, mapping=job.mapping, pool=job.pool)
    running = client.get(f"/imports/{job.id}/progress", headers=PART).text
    run_now(client, job)
    done = client.get(f"/imports/{job.id}/progress", headers=PART).text

    assert "every 1s" in running and "<html" not in running
    assert "every 1s" not in done and "failed.xlsx" in done


def run_now(client, job):
    imports.run(job.id, client.application.config["DATA"], pause=0)


def test_a_changed_column_shows_its_examples_and_what_is_left_over(login, cast, job):
    answer = login(cast.manager).post(f"/imports/{job.id}/mapping", data=CHANGED, headers=PART)

    assert answer.status_code == 200 and "<html" not in answer.text
    assert Import.get().mapping == {"name": 0, "wechat": 1}


@pytest.mark.parametrize("column", ["99", "-1", "x"])
def test_a_column_that_is_not_there_is_refused(login, cast, job, column):
    client = login(cast.manager)

    assert client.post(f"/imports/{job.id}/mapping", data={"column_name": column}).status_code == 422
    assert run(client, job, column_name=column).status_code == 422
    assert Import.get().status == Import.UPLOADED


def test_a_needed_column_is_asked_for(login, cast, job):
    answer = run(login(cast.manager), job, column_name="")

    assert answer.status_code == 422 and "请选择一列" in answer.text


def test_products_without_a_price_column_say_so(login, cast):
    client = login(cast.finance)
    upload(client, files.csv("Product Code,Product Name,Cost", "A1,光幕,$10.50"), what="product")
    job = Import.get()

    assert "没有售价" in client.get(f"/imports/{job.id}").text
    assert run(client, job).status_code == 422
    assert run(client, job, column_price="2").status_code == 303
    assert (Product.get().price, Product.get().cost) == (1_050, 1_050)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04no zip"])
def test_a_file_that_is_none_answers_with_the_form_and_the_reason(login, cast, pool, content):
    answer = upload(login(cast.admin), files.BytesIO(content), pool=pool)

    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert Import.select().count() == 0


def test_leads_need_a_pool_that_is_open_to_one(login, cast):
    assert upload(login(cast.manager), files.csv("公司名称", "甲")).status_code == 422


@pytest.mark.parametrize("path", ["", "/progress", "/failed.xlsx"])
def test_imports_of_others_are_not_there(login, cast, job, path):
    run(login(cast.manager), job)

    assert login(cast.manager).get(f"/imports/{job.id}{path}").status_code == 200
    assert login(cast.admin).get(f"/imports/{job.id}{path}").status_code == 200
    for other in (cast.finance, cast.seller, cast.service):
        assert login(other).get(f"/imports/{job.id}{path}").status_code == 404


@pytest.mark.parametrize("verb", ["run", "mapping", "encoding", "discard"])
def test_imports_of_others_cannot_be_touched(login, cast, job, verb):
    assert login(cast.finance).post(f"/imports/{job.id}/{verb}", data={"encoding": "big5"}).status_code == 404
    assert Import.get().status == Import.UPLOADED


def test_a_started_import_refuses_everything_else(login, cast, job):
    client = login(cast.manager)
    run(client, job)

    assert run(client, job).status_code == 409
    assert client.post(f"/imports/{job.id}/discard").status_code == 409
    assert client.post(f"/imports/{job.id}/encoding", data={"encoding": "big5"}).status_code == 409


def test_an_upload_whose_file_is_lost_says_so(login, cast, job, application):
    (application.config["DATA"] / "imports" / job.stored_as).unlink()
    client = login(cast.manager)

    assert client.get(f"/imports/{job.id}").status_code == 409
    assert run(client, job).status_code == 409
    assert client.post(f"/imports/{job.id}/discard").status_code == 303


def test_an_upload_can_be_thrown_away(login, cast, job):
    assert login(cast.manager).post(f"/imports/{job.id}/discard").status_code == 303
    assert Import.select().count() == 0


def test_the_same_file_again_is_warned_of(login, cast, pool, job):
    client = login(cast.manager)
    run(client, job)
    answer = upload(client, files.csv("公司名称,手机", "甲公司,13812905678", "乙公司,1.38E+10"), pool=pool)

    assert "同一个文件已经导入过" in client.get(answer.location).text


def test_failed_rows_are_an_attachment(login, cast, job):
    client = login(cast.manager)
    run(client, job)
    answer = client.get(f"/imports/{job.id}/failed.xlsx")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = CalamineWorkbook.from_filelike(files.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][2:] == ["公司名称", "手机"]
    assert rows[1][0] == "3" and "1.38E+10" in rows[1][1]


@pytest.mark.parametrize(("what", "name", "code"), [
    ("lead", "manager", 200), ("product", "finance", 200), ("lead", "finance", 403), ("nothing", "admin", 404),
])
def test_templates(login, cast, what, name, code):
    assert login(getattr(cast, name)).get(f"/imports/templates/{what}.xlsx").status_code == code


def test_hostile_headers_and_names_stay_text(login, cast, pool):
    client = login(cast.admin)
    hostile = "'><svg/onload=x>{{7*191}}"
    answer = upload(client, files.csv(f"公司名称,{hostile}", f"{hostile},1"), pool=pool, name=f"{hostile}.csv")

    page = client.get(answer.location).text
    assert "&lt;svg/onload" in page and "<svg/onload" not in page and "1337" not in page


def test_the_list_costs_the_same_for_one_and_for_many(login, cast, pool, queries):
    client = login(cast.admin)
    for number in range(3):
        upload(client, files.csv("公司名称", f"甲{number}"), pool=pool)
    client.get("/imports")
    with queries() as few:
        client.get("/imports")
    for number in range(20):
        upload(client, files.csv("公司名称", f"乙{number}"), pool=pool)
    with queries() as many:
        client.get("/imports")

    assert len(few) == len(many)
