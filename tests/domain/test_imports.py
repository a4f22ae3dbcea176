"""Imports: how rows are judged and written, and that every row of a file is accounted for."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from domain import Refused, customers, events, import_fields, import_reports, import_runner, imports, leads, products, search
from models import Choice, Event, Import, ImportProblem, Lead, Pool, Product
from tests import files

AT = datetime(2026, 11, 21, 2, 0)
HEADER = "企业名称,手机,统一社会信用代码,注册日期,邮箱,来源"
CODE = "91370500MA3PJL9L5J"


def rules(job, refused=True):
    """[(row, column, rule)] in the order of the file."""
    return [(p.row_number, p.column, p.rule) for p in import_reports.problems(job, refused)]


def adds_up(job):
    return job.status == Import.DONE and job.created + job.updated + job.skipped + job.failed == job.read == job.total


# ---- columns ---------------------------------------------------------------------------------------------------------


def test_a_needed_field_without_a_column_is_refused(take):
    job = take(files.csv("什么,手机", "甲,13812905678"))

    with pytest.raises(Refused):
        imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)

    assert Import.get_by_id(job.id).status == Import.UPLOADED


# ---- rows ------------------------------------------------------------------------------------------------------------


def test_leads_go_to_the_pool_with_audit_and_search_words(run, cast):
    job = run(files.csv(HEADER, f"苏州恒立有限公司,１３８ １２９０ ５６７８,{CODE},2026年1月5日,a@example.com,展会"))

    lead = Lead.get()
    assert adds_up(job) and job.created == 1
    assert (lead.pool, lead.home_pool, lead.owner, lead.status) == (job.pool, job.pool, None, Lead.UNASSIGNED)
    assert (lead.phone, lead.credit_code, lead.registered_on) == ("13812905678", CODE, date(2026, 1, 5))
    assert (lead.entered_pool_at, lead.created_by, lead.name_key) == (AT, cast.admin, "苏州恒立有限公司")
    assert Event.select().where(Event.verb == "lead.imported", Event.record_id == lead.id).get().detail["file"] == "file.csv"
    assert list(search.narrowed(Lead.select(), "lead", "恒立")) == [lead]
    assert events.broken_link() is None


def test_twelve_faults_give_twelve_reasons(run):
    job = run(files.csv(
        HEADER, "甲公司,1.38E+10,,,,", "乙公司,1381290567,,,,", ",13812905678,,,,", "丁公司,,91370500MA3PJL9L5K,,,", "戊公司,,123,,,",
        "己公司,,,2026-02-30,,", "庚公司,,,3/4/2026,,", "辛公司,,,,a@b,", f"{'长' * 201},,,,,", "壬公司,,,,,展会,多,余", "癸公司,电话,,,,",
        "\x01公司,,,,,", "好公司,13812905678,,,,",
    ))

    assert (job.created, job.failed, adds_up(job)) == (1, 12, True)
    assert rules(job) == [
        (2, "手机", "scientific:1.38E+10"), (3, "手机", "mobile_length:10"), (4, "企业名称", "required"),
        (5, "统一社会信用代码", "credit_code"), (6, "统一社会信用代码", "credit_code_length:3"), (7, "注册日期", "date"),
        (8, "注册日期", "date_order"), (9, "邮箱", "email"), (10, "企业名称", "too_long:200"), (11, "", "too_many_cells:8"),
        (12, "手机", "phone"), (13, "企业名称", "control_sign"),
    ]


def test_blank_rows_do_not_count_and_row_numbers_are_those_of_the_sheet(run):
    job = run(files.csv(HEADER, "", "甲公司,1381,,,,", ",,,,,", "乙公司,,,,,"))

    assert (job.total, job.created, job.failed) == (2, 1, 1)
    assert rules(job) == [(3, "手机", "mobile_length:4")]


def test_dashes_and_null_are_empty(run):
    job = run(files.csv(HEADER, "甲公司,-,NULL,--,N/A,—"))

    assert (job.created, job.failed) == (1, 0)
    assert Lead.get().phone == ""


def test_excel_dates_and_numbers_arrive_as_they_are(run):
    job = run(files.xlsx([["企业名称", "手机", "注册日期"], ["甲公司", 13812905678, date(2026, 1, 5)], ["乙公司", 1.38e17, None]]))

    assert (Lead.get().phone, Lead.get().registered_on) == ("13812905678", date(2026, 1, 5))
    assert rules(job) == [(3, "手机", "scientific:1.38000E+17")]


def test_signs_that_keep_excel_from_making_a_number_go(run):
    run(files.csv(HEADER, '甲公司,"=""13812905678""",,,,', "乙公司,'13812905679,,,,", "丙公司,13812905670\t,,,,"))

    assert [lead.phone for lead in Lead.select().order_by(Lead.id)] == ["13812905678", "13812905679", "13812905670"]


def test_a_known_name_is_skipped_and_said_so(run, cast):
    leads.create(by=cast.admin, pool=Pool.select().first(), name="甲（苏州）有限公司")
    customers.create(by=cast.seller, name="乙有限公司")

    job = run(files.csv("企业名称", "甲(苏州)有限公司", "乙有限公司", "丙有限公司", "丙 有限公司"))

    assert (job.created, job.skipped, adds_up(job)) == (1, 3, True)
    assert rules(job, refused=False) == [(2, "", "known_lead"), (3, "", "known_customer"), (5, "", "double:4")]


def test_a_name_in_characters_meets_the_same_one_in_pinyin(run, cast):
    for name in ("Xinghe Jixie (Changzhou)", "Changzhou Mingde Maoyi", "Hongtu Keji"):
        customers.create(cast.seller, name=name)

    job = run(files.csv("企业名称", "常州星河机械有限公司", "明德（常州）贸易有限公司", "常州宏图科技有限公司", "苏州星河机械有限公司"))

    assert (job.created, job.skipped, adds_up(job)) == (2, 2, True)
    assert rules(job, refused=False) == [(2, "", "known_pinyin"), (3, "", "known_pinyin")]  # 宏图 may be another: no place is told


def test_a_name_in_pinyin_meets_the_same_one_in_characters(run, cast):
    leads.create(by=cast.admin, pool=Pool.select().first(), name="常州星河机械有限公司")

    job = run(files.csv(
        "企业名称", "Changzhou Xinghe Jixie", "Xinghe Jixie (Changzhou)", "Xinghe (Changzhou) Jixie", "Xinghe Jixie (Suzhou)", "Xinghe Jixie",
    ))

    assert (job.created, job.skipped) == (2, 3)
    assert rules(job, refused=False) == [(row, "", "known_pinyin") for row in (2, 3, 4)]


def test_a_voided_lead_in_pinyin_stands_in_nobodys_way(run, cast):
    lead = leads.create(by=cast.admin, pool=Pool.select().first(), name="Xinghe Jixie (Changzhou)")
    Lead.update(status=Lead.VOIDED).where(Lead.id == lead.id).execute()

    assert run(files.csv("企业名称", "常州星河机械有限公司")).created == 1


def test_two_rows_of_one_name_in_characters_and_in_pinyin_are_one(run):
    job = run(files.csv("企业名称", "常州星河机械有限公司", "Xinghe Jixie (Changzhou)", "Suzhou Mingde Maoyi", "明德贸易（苏州）有限公司"))

    assert (job.created, job.skipped) == (2, 2)
    assert rules(job, refused=False) == [(3, "", "double:2"), (5, "", "double:4")]


def test_or_created_all_the_same_when_asked(run, cast):
    leads.create(by=cast.admin, pool=Pool.select().first(), name="甲公司")

    job = run(files.csv("企业名称", "甲公司", "甲公司"), existing=Import.CREATE)

    assert (job.created, job.skipped) == (2, 0)
    assert rules(job, refused=False) == [(2, "", "taken:known_lead"), (3, "", "taken:double:2")]


def test_a_bad_optional_cell_can_be_left_out_with_a_remark(run):
    job = run(files.csv(HEADER, "甲公司,1381290567,,,,", ",13812905678,,,,"), drops_bad_cells=True)

    assert (job.created, job.failed, Lead.get().phone) == (1, 1, "")
    assert rules(job, refused=False) == [(2, "手机", "mobile_length:10")]


def test_a_word_of_the_dictionary_is_known_by_its_label(run, empty_words):
    run(files.csv(HEADER, "甲公司,,,,,展会", "乙公司,,,,,朋友圈", "丙公司,,,,,"))

    assert [lead.source for lead in Lead.select().order_by(Lead.id)] == ["exhibition", "朋友圈", "import"]


@pytest.fixture
def empty_words(cast):
    """展会 is a word of the dictionary, whatever the cast brought along."""
    Choice.get_or_create(field="source", value="exhibition", defaults={"label": "展会", "label_en": "Trade fair"})


# ---- products --------------------------------------------------------------------------------------------------------

PRODUCTS = "产品编码,产品名称,含税单价,成本,税率,在售,分类"


def test_products_are_created_and_a_known_code_is_updated(run, cast):
    products.create(by=cast.admin, sku="A1", name="旧名", price=100, cost=None, spec="保留")

    job = run(files.csv(PRODUCTS, "A1,液位计,4800,3120,13%,是,仪表", "A2,光幕,2000,,,,"), what="product")

    old, new = Product.get(Product.sku == "A1"), Product.get(Product.sku == "A2")
    assert (job.created, job.updated, adds_up(job)) == (1, 1, True)
    assert (old.name, old.price, old.cost, old.tax_rate, old.spec) == ("液位计", 480_000, 312_000, Decimal("0.13"), "保留")
    assert (new.price, new.cost, new.active) == (200_000, None, True)
    assert Event.get(Event.verb == "product.edited").before["price"] == 100


def test_the_same_products_again_change_nothing(run):
    content = (PRODUCTS, "A1,液位计,4800,3120,13%,是,仪表")
    run(files.csv(*content), what="product")
    job = run(files.csv(*content), what="product")

    assert (job.created, job.updated, job.skipped) == (0, 0, 1)


def test_a_product_needs_code_name_and_price(run):
    job = run(files.csv(PRODUCTS, ",液位计,1,,,,", "A2,,1,,,,", "A3,光幕,,,,,", "A4,好,1,,,,", "A4,又,2,,,,"), what="product")

    assert rules(job) == [(2, "产品编码", "required"), (3, "产品名称", "required"), (4, "含税单价", "required"),
                          (6, "产品编码", "double_code:5")]
    assert Product.get().name == "好"


# ---- the run ---------------------------------------------------------------------------------------------------------


def test_an_interrupted_run_goes_on_where_it_stopped(take, tmp_path, monkeypatch):
    job = take(files.csv("企业名称,手机", *(f"公司{n},{'' if n % 3 else 'x'}" for n in range(10)), "公司1,"))
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)
    batches = imports.import_rows.Judge.batches
    monkeypatch.setattr(imports.import_rows.Judge, "batches", lambda judge, size: stop_after(2, batches(judge, size)))
    with pytest.raises(KeyboardInterrupt):
        imports.run(job.id, tmp_path, batch=3, pause=0)
    monkeypatch.undo()
    assert Import.get_by_id(job.id).read == 6
    assert imports.unfinished() == [job.id]

    import_runner.resume(tmp_path)
    import_runner.wait()

    job = Import.get_by_id(job.id)
    assert (job.created, job.skipped, job.failed, adds_up(job)) == (6, 1, 4, True)
    assert sorted(lead.name for lead in Lead.select()) == [f"公司{n}" for n in range(10) if n % 3]
    assert events.broken_link() is None


def stop_after(number, batches):
    for turn, rows in enumerate(batches):
        if turn == number:
            raise KeyboardInterrupt
        yield rows


def test_two_that_write_the_same_rows_write_them_once(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司", "乙公司"))
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)
    slower = Import.get_by_id(job.id)
    imports.run(job.id, tmp_path, pause=0)

    with pytest.raises(imports.Overtaken):
        imports.write(slower, list(imports.import_rows.Judge(slower, written_again(tmp_path)).batches(10))[0], AT)

    assert Lead.select().count() == 2


def written_again(folder):
    path = folder / "copy.csv"
    path.write_text("企业名称\n甲公司\n乙公司\n")
    return path


def test_a_run_that_cannot_go_on_says_so_and_keeps_what_it_wrote(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)
    (tmp_path / "imports" / job.stored_as).unlink()
    imports.run(job.id, tmp_path, pause=0)

    job = Import.get_by_id(job.id)
    assert (job.status, job.created, bool(job.error)) == (Import.FAILED, 0, True)


def test_the_file_goes_once_it_is_written(run, tmp_path):
    run(files.csv("企业名称", "甲公司"))

    assert list((tmp_path / "imports").iterdir()) == []


def test_a_started_import_is_not_started_twice_nor_thrown_away(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))
    again = Import.get_by_id(job.id)
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)

    with pytest.raises(Refused):
        imports.start(again, by=job.user, mapping=job.mapping, pool=job.pool)
    with pytest.raises(Refused):
        imports.discard(job, by=job.user, data=tmp_path)


def test_who_throws_away_what_somebody_started_just_before_is_refused(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))
    as_seen = Import.get_by_id(job.id)
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)

    with pytest.raises(Refused):
        imports.discard(as_seen, by=job.user, data=tmp_path)
    assert len(list((tmp_path / "imports").iterdir())) == 1
    assert not Event.select().where(Event.verb == "import.discarded").exists()


def test_what_is_thrown_away_leaves_nothing_behind(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))
    imports.discard(job, by=job.user, data=tmp_path)

    assert Import.select().count() == 0
    assert list((tmp_path / "imports").iterdir()) == []


def test_an_upload_that_nobody_runs_goes_after_a_week(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))

    imports.forget_old_uploads(tmp_path, at=job.created_at + timedelta(days=6))
    assert Import.select().count() == 1
    imports.forget_old_uploads(tmp_path, at=job.created_at + timedelta(days=8))
    assert Import.select().count() == 0
    assert list((tmp_path / "imports").iterdir()) == []


# ---- what is handed out ----------------------------------------------------------------------------------------------


def sheet_of(content):
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_failed_rows_come_back_with_row_number_reason_and_every_cell(run):
    job = run(files.csv(HEADER, "好公司,,,,,", "甲公司,1381290567,123,,,展会", "壬公司,,,,,展会,多,余"))

    header, first, second = sheet_of(import_reports.failed_rows(job))
    assert header[2:8] == HEADER.split(",")
    assert first[0] == "3"
    assert "1381290567" in first[1] and "18" in first[1]
    assert first[2:8] == ["甲公司", "1381290567", "123", "", "", "展会"]
    assert second[2:] == ["壬公司", "", "", "", "", "展会", "多", "余"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", " ="])
def test_failed_rows_hold_no_formula(run, start):
    job = run(files.csv("企业名称,手机", f'"{start}HYPERLINK(""http://x"")",1'))

    content = import_reports.failed_rows(job)
    sheet = ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert job.failed == 1
    assert b"<f>" not in sheet and b"<hyperlink" not in sheet


def test_a_mended_file_of_failed_rows_imports_without_doubles(run):
    job = run(files.csv(HEADER, "好公司,,,,,", "甲公司,1381290567,,,,"))
    rows = sheet_of(import_reports.failed_rows(job))
    rows[1][3] = "13812905678"

    again = run(files.xlsx(rows))

    assert (again.created, again.failed) == (1, 0)
    assert Lead.select().count() == 2


@pytest.mark.parametrize("what", import_fields.KINDS)
def test_the_template_is_recognised_column_by_column(cast, what):
    headers = sheet_of(import_reports.template(what))[0]

    assert len(import_fields.guess(what, headers)) == len(import_fields.fields_of(what))


# ---- real files ------------------------------------------------------------------------------------------------------


def test_twenty_thousand_companies_come_in_whole(run):
    job = run(files.real("companies/company_names_20k_gb18030.csv").open("rb"))

    assert (job.created, job.failed, job.encoding, adds_up(job)) == (20_000, 0, "gb18030", True)


def test_products_of_zoho_with_their_oddities_told(run):
    path = files.real("zoho_crm/Products.csv")
    job = run(path.open("rb"), what="product", mapping={"price": 9})

    first = Product.get(Product.sku == "P1")
    found = {(problem.column, problem.rule.partition(":")[0]): number for problem, number in import_reports.problems_by_rule(job)}
    assert (job.created, job.failed, adds_up(job)) == (2_000, 0, True)
    assert (first.name, first.price, first.cost, first.tax_rate, first.active) == (
        "A/C COOLER", 177_385, 177_385, Decimal(0), False,
    )
    assert found == {
        ("Cost", "currency"): 2_000, ("Taxable", "usual_rate"): 1_013, ("Product Name", "gaps"): 29,
        ("Product Name", "double_name"): 23, ("Cost", "price_is_cost"): 1,
    }


def test_rows_whose_commas_were_not_quoted_are_refused(run):
    job = run(files.real("import_torture/northwind_orders.csv").open("rb"), mapping={"name": 8})

    wide = ImportProblem.select().where(ImportProblem.job == job.id, ImportProblem.rule.startswith("too_many_cells"))
    assert (wide.count(), job.failed, adds_up(job)) == (176, 176, True)
