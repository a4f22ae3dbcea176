"""Files as they come: recognised by content, refused with a reason, never trusted."""

import resource
import time
from io import BytesIO

import pytest

from domain import import_files, imports
from models import Import
from tests import files


@pytest.mark.parametrize(("written", "named"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16"),
])
def test_an_encoding_is_found_by_trying_it_strictly(take, written, named):
    job = take(files.csv("企业名称,城市", "苏州恒立有限公司,苏州", encoding=written))

    assert (job.encoding, job.total) == (named, 1)
    assert job.layout["headers"] == ["企业名称", "城市"]


def test_text_in_no_known_encoding_is_refused(take):
    with pytest.raises(import_files.Unreadable, match="UTF-8"):
        take(BytesIO(b"name,city\nCaf\xe9\xff\x80,x\n"))


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_cuts_evenly(take, sign):
    job = take(files.csv(sign.join(["企业名称", "地址"]), sign.join(["甲", '"东路 1, 2; 3 号"'])))

    assert job.layout["headers"] == ["企业名称", "地址"]


def test_content_and_not_the_name_says_what_a_file_is(take):
    job = take(files.xlsx([["企业名称", "电话"], ["甲", 13812905678]]), name="leads.csv")

    assert (job.encoding, job.total, job.mapping) == ("xlsx", 1, {"name": 0, "phone": 1})


def test_inner_gaps_of_headers_go_and_the_header_row_is_found(take):
    job = take(files.csv("客户名单,,", ",,", "企 业  名 称,省    份,Lead   Source", "甲,江苏,展会"))

    assert job.layout["headers"] == ["企业名称", "省份", "Lead Source"]
    assert job.mapping == {"name": 0, "province": 1, "source": 2}
    assert (job.layout["header_row"], job.total) == (3, 1)


@pytest.mark.parametrize(("content", "told"), [
    (b"", "empty"), (b"\x00\x01\x02" * 50, "neither"), (b"PK\x03\x04broken", "damaged"), (import_files.OLE + b"x" * 600, "damaged"),
    ("企业名称\n".encode(), "no rows"), ('企业名称\n"甲\n'.encode() + b"x" * 200_000, "row 2"),
])
def test_a_file_that_is_none_is_refused_with_a_reason_and_not_kept(take, tmp_path, content, told):
    with pytest.raises(import_files.Unreadable, match=told):
        take(BytesIO(content))

    assert list((tmp_path / "imports").iterdir()) == []
    assert Import.select().count() == 0


def test_a_file_is_stored_under_a_random_name_for_its_owner_alone(take, tmp_path):
    job = take(files.csv("企业名称", "甲"), name="../../etc/passwd\x00.csv")

    stored = tmp_path / "imports" / job.stored_as
    assert len(job.stored_as) == 32
    assert stored.stat().st_mode & 0o077 == 0
    assert job.file_name == "passwd.csv"


@pytest.mark.once
@pytest.mark.parametrize("told", [None, 4_000])
def test_a_zip_bomb_is_refused_at_once_without_growing(take, told):
    content = files.bomb(1_000_000_000, told)
    before, since = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    with pytest.raises(import_files.Unreadable):
        take(content)

    assert len(content.getvalue()) < 2_000_000
    assert time.monotonic() - since < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_a_nul_far_down_makes_it_no_text(take):
    with pytest.raises(import_files.Unreadable):
        take(files.csv("企业名称", *["甲公司"] * 500, "乙\0公司"))


def test_a_header_without_end_is_cut_and_soon_read(take):
    job = take(files.csv(f"企业名称,{'(' * 100_000}", "甲公司,x"))
    assert job.layout["headers"] == ["企业名称", "(" * import_files.LONGEST_HEADER]


def test_too_many_columns_are_refused(take):
    with pytest.raises(import_files.Unreadable, match="200 columns"):
        take(files.csv(",".join(["企业名称"] * 201), ",".join(["甲"] * 201)))


def test_too_many_rows_are_refused(take, monkeypatch):
    monkeypatch.setattr(import_files, "MOST_ROWS", 3)

    with pytest.raises(import_files.Unreadable, match="rows"):
        take(files.csv("企业名称", *"甲乙丙丁"))


def test_an_encoding_can_be_switched_before_the_run(take, tmp_path):
    job = take(files.csv("公司,City", "臺北公司,臺北", encoding="big5"))
    assert job.encoding == "gb18030"

    imports.switch_encoding(job, "big5", by=job.user, data=tmp_path)

    assert Import.get_by_id(job.id).mapping == {"name": 0, "city": 1}
    assert imports.preview(job, tmp_path)[0] == (2, ["臺北公司", "臺北"])


def test_an_encoding_that_does_not_fit_changes_nothing(take, tmp_path):
    job = take(files.csv("企业名称", "甲", encoding="gb18030"))

    with pytest.raises(import_files.Unreadable):
        imports.switch_encoding(job, "utf-8-sig", by=job.user, data=tmp_path)

    assert Import.get_by_id(job.id).encoding == "gb18030"


def test_the_same_file_is_recognised_by_its_content(run, take):
    first = run(files.csv("企业名称", "甲"))
    second = take(files.csv("企业名称", "甲"), name="other.csv")

    assert imports.earlier_twin(second) == first


@pytest.mark.parametrize(("name", "kind", "rows"), [
    ("xeducation_leads_xlsx_named.csv", "xlsx", 9_240), ("stock_basic_2021_GBK.csv", "gb18030", 4_347),
    ("sse_GPLIST.xls", "xls", 1_700), ("szse_list.xlsx", "xlsx", 2_880), ("superstore.csv", "utf-8-sig", 9_994),
])
def test_files_as_they_were_found(take, name, kind, rows):
    job = take(files.real(f"import_torture/{name}").open("rb"))

    assert (job.encoding, job.total) == (kind, rows)


def test_headers_with_inner_gaps_of_a_real_workbook(take):
    job = take(files.real("import_torture/szse_list.xlsx").open("rb"))

    chosen = {name: job.layout["headers"][place] for name, place in job.mapping.items()}
    assert chosen | {"province": "省份", "city": "城市", "name": "公司全称"} == chosen
