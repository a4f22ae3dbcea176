"""Imports: how files are recognised, how rows are judged, and that every row of a file is accounted for."""

import resource
import time
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from domain import (
    Refused,
    customers,
    events,
    import_fields,
    import_files,
    import_reports,
    import_runner,
    import_values,
    import_words,
    imports,
    leads,
    products,
    search,
)
from models import Choice, Event, Import, ImportProblem, Lead, Pool, Product
from tests import files

AT = datetime(2026, 11, 21, 2, 0)
HEADER = "企业名称,手机,统一社会信用代码,注册日期,邮箱,来源"
CODE = "91370500MA3PJL9L5J"


@pytest.fixture
def take(cast, tmp_path):
    """take(stream) uploads a file of leads as the administrator."""

    def upload(stream, what="lead", by=None, name="file.csv"):
        pool = Pool.select().first() if what == "lead" else None
        return imports.upload(stream, name, what, by or cast.admin, tmp_path, pool)

    return upload


@pytest.fixture
def run(take, tmp_path):
    """run(stream) uploads a file, takes the guessed columns and writes it; the finished import."""

    def whole(stream, what="lead", mapping=None, **options):
        job = take(stream, what)
        imports.start(job, by=job.user, mapping=job.mapping | (mapping or {}), pool=job.pool, at=AT, **options)
        imports.run(job.id, tmp_path, pause=0, at=AT)
        return Import.get_by_id(job.id)

    return whole


def rules(job, refused=True):
    """[(row, column, rule)] in the order of the file."""
    return [(p.row_number, p.column, p.rule) for p in imports.problems(job, refused)]


def adds_up(job):
    return job.status == Import.DONE and job.created + job.updated + job.skipped + job.failed == job.read == job.total


# ---- files -----------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("told", [None, 4_000])
def test_a_zip_bomb_is_refused_at_once_without_growing(take, told):
    content = files.bomb(1_000_000_000, told)
    before, since = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    with pytest.raises(import_files.Unreadable):
        take(content)

    assert len(content.getvalue()) < 2_000_000
    assert time.monotonic() - since < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


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


# ---- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("headers", "mapping"), [
    ("企业名称,统一社会信用代码,注册日期,所在省份,地区",
     {"name": 0, "credit_code": 1, "registered_on": 2, "province": 3, "city": 4}),
    ("公司名称（必填）,联系人,手机号码,来源", {"name": 0, "contact_name": 1, "phone": 2, "source": 3}),
    ("LEADID,Last Name,Company,Email,Mobile,Lead Source",  # Zoho
     {"name": 2, "contact_name": 1, "email": 3, "phone": 4, "source": 5}),
    ("Id,Name,Title,Company,Phone,MobilePhone,LeadSource",  # Salesforce
     {"name": 3, "contact_name": 1, "contact_title": 2, "phone": 5, "source": 6}),
    ("Company ID,Company Name,Phone Number,State/Region,City,Street Address",  # HubSpot
     {"name": 1, "phone": 2, "province": 3, "city": 4, "address": 5}),
])
def test_columns_are_guessed_from_their_headers(headers, mapping):
    assert import_fields.guess("lead", headers.split(",")) == mapping


def test_a_needed_field_without_a_column_is_refused(take):
    job = take(files.csv("什么,手机", "甲,13812905678"))

    with pytest.raises(Refused):
        imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool)

    assert Import.get_by_id(job.id).status == Import.UPLOADED


# ---- values ----------------------------------------------------------------------------------------------------------


def read(reader, text):
    """(value or rule, remarks)"""
    notes = []
    try:
        return reader(text, lambda rule, fact="": notes.append(rule)), notes
    except import_values.Bad as bad:
        return bad.rule, notes


@pytest.mark.parametrize(("text", "value"), [
    ("13812905678", "13812905678"), ("１３８ １２９０ ５６７８", "13812905678"), ("+86 138-1290-5678", "13812905678"),
    ("0512-65801234", "051265801234"), ("010 6580 1234转8012", "01065801234x8012"), ("+1 650 253 0000", "+16502530000"),
    ("1.38E+10", "scientific:1.38E+10"), ("1381290567", "mobile_length:10"), ("660-485-0224", "phone"), ("电话", "phone"),
])
def test_phones(text, value):
    assert read(import_values.phone, text)[0] == value


@pytest.mark.parametrize(("text", "value"), [
    (CODE, CODE), (CODE.lower(), CODE), ("９１３７０５００ＭＡ３ＰＪＬ９Ｌ５Ｊ", CODE), ("9.13705E+17", "scientific:9.13705E+17"),
    (CODE[:-1] + "K", "credit_code"), ("370500123", "credit_code_length:9"),
])
def test_credit_codes(text, value):
    assert read(import_values.credit_code, text)[0] == value


@pytest.mark.parametrize("text", ["2026/1/5", "2026-01-05", "2026.1.5", "2026年1月5日", "20260105", "2026-01-05 00:00:00",
                                  "05 Jan, 2026 09:13:43", "２０２６/１/５"])
def test_dates(text):
    assert read(import_values.day_reader(), text)[0] == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["2026-02-30", "46027", "26-1-5", "soon"])
def test_what_is_no_date_is_not_guessed(text):
    assert read(import_values.day_reader(), text)[0] == "date"


@pytest.mark.parametrize(("column", "order"), [
    (["3/4/2026", "13/4/2026"], import_values.DAY_FIRST), (["3/4/2026", "3/14/2026"], import_values.MONTH_FIRST),
    (["3/4/2026"], None), (["13/4/2026", "3/14/2026"], None),
])
def test_day_or_month_first_only_where_the_column_proves_it(column, order):
    assert import_values.proven_order(column) == order
    assert read(import_values.day_reader(order), "3/4/2026")[0] == {
        import_values.DAY_FIRST: date(2026, 4, 3), import_values.MONTH_FIRST: date(2026, 3, 4), None: "date_order",
    }[order]


@pytest.mark.parametrize(("text", "fen", "remarks"), [
    ("1234.5", 123_450, []), ("¥1,234.50", 123_450, []), ("￥１２元", 1_200, []), ("$1,773.85", 177_385, ["currency"]),
    ("$1,117.10K", 111_710_000, ["currency", "unit"]), ("3.5万", 3_500_000, ["unit"]), ("12.345", 1_235, ["rounded"]),
    ("1.117,10", "money", []), ("1,2", "money", []), ("-5", "money", []), ("NaN", "money", []), ("1e400", "money", []),
    ("9" * 30, "money", []),
])
def test_money(text, fen, remarks):
    assert read(import_values.money, text) == (fen, remarks)


@pytest.mark.parametrize(("text", "rate"), [
    ("13%", "0.13"), ("13", "0.13"), ("0.13", "0.13"), ("1", "0.01"), ("0.5%", "0.005"), ("免税", "0"), ("No", "0"), ("Yes", "0.13"),
])
def test_tax_rates(text, rate):
    assert read(import_values.tax_rate, text)[0] == Decimal(rate)


@pytest.mark.parametrize("text", ["130%", "-1", "很多", "21"])
def test_what_is_no_tax_rate_is_refused(text):
    assert read(import_values.tax_rate, text)[0] == "tax_rate"


def test_every_rule_has_a_sentence(run):
    told = import_words.reasons("x") | import_words.remarks("x")

    assert all(isinstance(text, str) and text for text in told.values())


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


def test_or_created_all_the_same_when_asked(run, cast):
    leads.create(by=cast.admin, pool=Pool.select().first(), name="甲公司")

    job = run(files.csv("企业名称", "甲公司", "甲公司"), existing=Import.CREATE)

    assert (job.created, job.skipped) == (2, 0)


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


def test_what_is_thrown_away_leaves_nothing_behind(take, tmp_path):
    job = take(files.csv("企业名称", "甲公司"))
    imports.discard(job, by=job.user, data=tmp_path)

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
    found = {(problem.column, problem.rule.partition(":")[0]): number for problem, number in imports.problems_by_rule(job)}
    assert (job.created, job.failed, adds_up(job)) == (2_000, 0, True)
    assert (first.name, first.price, first.cost, first.tax_rate, first.active) == (
        "A/C COOLER", 177_385, 177_385, Decimal(0), False,
    )
    assert found == {
        ("Cost", "currency"): 2_000, ("Taxable", "usual_rate"): 1_013, ("Product Name", "gaps"): 29,
        ("Product Name", "double_name"): 23, ("Cost", "price_is_cost"): 1,
    }


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


def test_rows_whose_commas_were_not_quoted_are_refused(run):
    job = run(files.real("import_torture/northwind_orders.csv").open("rb"), mapping={"name": 8})

    wide = ImportProblem.select().where(ImportProblem.job == job.id, ImportProblem.rule.startswith("too_many_cells"))
    assert (wide.count(), job.failed, adds_up(job)) == (176, 176, True)
