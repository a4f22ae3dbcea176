"""An export: what one sees, in its order, as texts and never formulas, counted against the day, logged, gone after a week."""

from datetime import timedelta

import pytest
from openpyxl import load_workbook

from domain import Refused, allowances, exports, leads, now
from models import Company, Customer, Event, Export, Notice, Pool, User
from tests import offers

PAYLOADS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\ufeff=1", "\xa0=1+1")


def lead(owner, name, **columns):
    return leads.create(owner, name=name, **columns)


def export(by, ids, data, what="lead", at=None, **options):
    job = exports.start(what, ids, by, data, "线索", at=at, **options)
    exports.run(job.id, data, at)
    return Export.get_by_id(job.id)


def cells(job, data):
    book = load_workbook(exports.folder_of(data) / job.stored_as)
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


def test_it_holds_the_records_in_the_order_of_the_list(cast, tmp_path):
    first, second = lead(cast.seller, "甲公司", phone="13812345678"), lead(cast.seller, "乙公司")
    rows = cells(export(cast.seller, [second.id, first.id], tmp_path), tmp_path)
    assert [row[0] for row in rows[1:]] == ["乙公司", "甲公司"]
    assert "13812345678" in rows[2] and cast.seller.name in rows[1]


def test_what_one_does_not_see_is_not_in_it_even_when_its_id_is_asked_for(cast, tmp_path):
    mine, foreign = lead(cast.seller, "甲公司"), lead(cast.outsider, "不是你的")
    job = export(cast.seller, [mine.id, foreign.id], tmp_path)
    assert [row[0] for row in cells(job, tmp_path)[1:]] == ["甲公司"] and job.written == 1


def test_what_lies_in_a_pool_is_masked_in_it(cast, tmp_path):
    lying = leads.create(
        cast.admin, pool=Pool.get(), name="甲公司", phone="13812345678", email="zhang@example.cn", wechat="wx-zhang",
        need="打 13812345678 或 zhang@example.cn，微信 wx-zhang",
    )
    text = str(cells(export(cast.seller, [lying.id], tmp_path), tmp_path))
    assert "138****5678" in text
    assert not [word for word in ("13812345678", "zhang@", "wx-zhang") if word in text]
    assert "13812345678" in str(cells(export(cast.admin, [lying.id], tmp_path), tmp_path))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_is_a_formula(cast, tmp_path, payload):
    job = export(cast.seller, [lead(cast.seller, f"甲{payload}", need=payload, contact_name=payload).id], tmp_path)
    sheet = load_workbook(exports.folder_of(tmp_path) / job.stored_as).active
    written = [cell for row in sheet.iter_rows() for cell in row if cell.value == payload]
    assert len(written) == 2 and {cell.data_type for cell in written} == {"s"} and all(cell.quotePrefix for cell in written)


def test_money_is_a_number_and_a_credit_code_a_text(cast, tmp_path):
    quote = offers.quote(cast.seller, number="Q-1")
    Customer.update(credit_code="91320505000000000X").where(Customer.id == quote.customer_id).execute()
    quotes = cells(export(cast.seller, [quote.id], tmp_path, "quote"), tmp_path)
    assert quote.total / 100 in quotes[1]
    assert "91320505000000000X" in cells(export(cast.seller, [quote.customer_id], tmp_path, "customer"), tmp_path)[1]


def test_a_day_has_so_many_rows_and_the_next_day_as_many_again(cast, tmp_path):
    evening = now().replace(hour=15, minute=59)  # 23:59 in China
    allowances.change(User.SELLER, by=cast.admin, exported_rows=2)
    ids = [lead(cast.seller, name).id for name in ("甲公司", "乙公司", "丙公司")]
    export(cast.seller, ids[:2], tmp_path, at=evening)
    with pytest.raises(allowances.UsedUp, match="2") as refused:
        exports.start("lead", ids[2:], cast.seller, tmp_path, "线索", at=evening)
    assert refused.value.until == evening.replace(hour=16, minute=0, second=0, microsecond=0)
    assert Export.select().count() == 1 and len(list(exports.folder_of(tmp_path).iterdir())) == 1
    export(cast.seller, ids[2:], tmp_path, at=refused.value.until)
    assert Export.select().count() == 2


def test_an_export_that_stopped_does_not_count(cast, tmp_path, monkeypatch):
    allowances.change(User.SELLER, by=cast.admin, exported_rows=1)
    ids = [lead(cast.seller, "甲公司").id]
    monkeypatch.setattr(exports, "rows_of", lambda job, ids: [][0])
    assert export(cast.seller, ids, tmp_path).status == Export.FAILED
    monkeypatch.undo()
    assert export(cast.seller, ids, tmp_path).status == Export.DONE


def test_it_is_logged_with_its_filters_its_rows_and_the_hash_of_its_file(cast, tmp_path):
    job = export(cast.seller, [lead(cast.seller, "甲公司").id], tmp_path, filters=[["source", "展会"]])
    asked, done = Event.select().where(Event.record_kind == "export").order_by(Event.id)
    assert (asked.verb, asked.actor, asked.detail["rows"], asked.detail["filters"]) == ("export.started", cast.seller, 1, [["source", "展会"]])
    assert (done.verb, done.detail["rows"], done.detail["sha256"]) == ("export.finished", 1, job.sha256) and len(job.sha256) == 64


def test_a_marked_copy_says_whose_it_is_and_goes_in_again(cast, tmp_path):
    Company.update(watermark=True).execute()
    rows = cells(export(cast.seller, [lead(cast.seller, "甲公司").id], tmp_path, at=now().replace(hour=4, minute=5)), tmp_path)
    assert "孙一 (seller)" in rows[0][0] and "12:05" in rows[0][0] and rows[2][0] == "甲公司"


def test_a_large_one_tells_its_maker_when_it_is_ready(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    job = export(cast.seller, [lead(cast.seller, name).id for name in ("甲公司", "乙公司")], tmp_path)
    assert job.in_background and Notice.get(Notice.verb == "export.finished").user == cast.seller


def test_what_was_cut_off_is_written_from_the_beginning(cast, tmp_path):
    job = exports.start("lead", [lead(cast.seller, "甲公司").id], cast.seller, tmp_path, "线索")
    (exports.folder_of(tmp_path) / job.stored_as).write_bytes(b"half")
    assert exports.unfinished() == [job.id]
    exports.run(job.id, tmp_path)
    assert cells(Export.get(), tmp_path)[1][0] == "甲公司" and exports.unfinished() == []


def test_its_file_goes_after_a_week_and_that_it_was_made_remains(cast, tmp_path):
    job = export(cast.seller, [lead(cast.seller, "甲公司").id], tmp_path)
    exports.forget_old_files(tmp_path, at=job.created_at + timedelta(days=6, hours=23))
    assert Export.get().is_kept
    exports.forget_old_files(tmp_path, at=job.created_at + timedelta(days=7, minutes=1))
    assert not Export.get().is_kept and list(exports.folder_of(tmp_path).iterdir()) == []


def test_nothing_is_no_export(cast, tmp_path):
    with pytest.raises(Refused):
        exports.start("lead", [], cast.seller, tmp_path, "线索")
