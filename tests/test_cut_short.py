"""Whichever write of an act fails, the answer is 503 and nothing of the act is left (trust.md, atomic-k and disk-full-ro)."""

import resource
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
from peewee import OperationalError, SqliteDatabase
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

import documents
from domain import accounts, approvals, customers, deals, handover, imports, leads, merging, now, quote_links
from models import Customer, HandoverItem, Import, Lead, Pool, Quote, QuoteVisit, RecordView, Session, User, db
from tests import files, offers, quick_press, quote_forms, routes, test_crawl

DONE, BUSY = 303, 503
WRITES = ("INSERT", "UPDATE", "DELETE")


class FullDisk:
    """Stands before execute_sql: the write that `room` counts down to fails, those after it find room again."""

    def __init__(self):
        self.execute, self.room = db.obj.execute_sql, 0

    def __call__(self, sql, *rest, **options):
        if sql.startswith(WRITES):
            self.room -= 1
            if self.room == 0:
                error = OperationalError("database or disk is full")
                error.sqlite_errorcode = 13
                raise error
        return self.execute(sql, *rest, **options)


@pytest.fixture
def disk(app, monkeypatch):
    made = FullDisk()
    monkeypatch.setattr(db.obj, "execute_sql", made)
    monkeypatch.setattr(documents, "quote_pdf", quick_press.quote_pdf)
    return made


# ---- acts: (who, path, form) -------------------------------------------------------------------------------------------


def customer_with_work(cast, name):
    customer = customers.create(cast.seller, name=name)
    customers.add_contact(customer, cast.seller, name="张三")
    return offers.quote(cast.seller, deals.create(cast.seller, customer, "商机", 100_00), number=f"Q-{name}")


def claiming(cast):
    lead = leads.create(cast.admin, pool=Pool.get(), name="公海公司")
    return cast.seller, f"/leads/{lead.id}/claim", {}


def converting(cast):
    lead = leads.create(cast.seller, name="新公司", contact_name="张三", phone="13812905678")
    return cast.seller, f"/leads/{lead.id}/convert", {"with_contact": "y", "with_opportunity": "y", "name": "产线改造", "amount": "100"}


def transferring(cast):
    customer = customer_with_work(cast, "甲公司").customer
    return cast.seller, f"/customers/{customer.id}/transfer", {"to": cast.rival.id, "opportunity": "y", "quote": "y", "stays": "reads"}


def merging_two(cast):
    winner, loser = (Customer.get_by_id(customer_with_work(cast, name).customer_id) for name in ("甲公司", "乙公司"))
    return cast.seller, f"/customers/{winner.id}/merge", {"other": loser.id, "mark": merging.preview(winner, loser, by=cast.seller).mark}


def saving(cast):
    quote = customer_with_work(cast, "甲公司")
    return cast.seller, f"/quotes/{quote.id}", quote_forms.form(quote, (quote.lines.get().product, "9", ""), terms="改过")


def submitting(cast):
    return cast.seller, f"/quotes/{customer_with_work(cast, '甲公司').id}/submit", {}


def approving(cast):
    routes.lead_through(routes.role(User.MANAGER))
    quote = approvals.submit(customer_with_work(cast, "甲公司"), by=cast.seller)
    return cast.manager, f"/quotes/{quote.id}/approve", {"comment": "可以"}


def ordering(cast):
    _manager, _path, _form = approving(cast)
    quote = approvals.approve(Quote.get(), by=cast.manager, pdf=b"%PDF")
    return cast.seller, f"/quotes/{quote.id}/orders", {}


ACTS = [claiming, converting, transferring, merging_two, saving, submitting, approving, ordering]


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_done_whole_or_not_at_all(cast, login, disk, act):
    who, path, form = act(cast)
    browser = login(who)
    for write in count(1):
        disk.room = write
        answer = browser.post(path, data=form)  # the client asserts that a refusal has changed nothing
        if answer.status_code != BUSY:
            break
        assert answer.headers["Retry-After"] and "什么都没改" in answer.text
    assert (answer.status_code, disk.room > 0) == (DONE, True) and write > 3, f"write {write} of {path} answers {answer.status_code}"


@pytest.mark.once
def test_a_database_that_another_program_holds_is_said_in_time_and_works_again_when_it_is_free(cast, login, database):
    who, path, form = claiming(cast)
    browser = login(who)
    db.execute_sql("PRAGMA busy_timeout = 100")
    with SqliteDatabase(database.current).atomic("IMMEDIATE"):
        assert browser.post(path, data=form).status_code == BUSY
    db.execute_sql("PRAGMA busy_timeout = 10000")
    assert browser.post(path, data=form).status_code == DONE


# ---- a disk that is really full ----------------------------------------------------------------------------------------


@contextmanager
def full_disk():
    """No file takes another byte from this process, whoever it runs as; a database in another one only reads."""
    _room, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    elsewhere = not isinstance(db.obj, SqliteDatabase)
    if elsewhere:
        db.execute_sql("SET default_transaction_read_only = on")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        if elsewhere:
            db.execute_sql("SET default_transaction_read_only = off")


SAID = {"zh": "服务器的磁盘已满或不可写，什么都没改", "en": "disk is full or write-protected. Nothing was changed"}


@pytest.mark.parametrize("act", ACTS)
def test_a_full_disk_is_said_and_the_act_succeeds_as_soon_as_there_is_room(cast, login, monkeypatch, act):
    monkeypatch.setattr(documents, "quote_pdf", quick_press.quote_pdf)
    who, path, form = act(cast)
    browser = login(who)
    for language, words in SAID.items():
        accounts.set_preference(who, language=language)
        with full_disk():
            answer = browser.post(path, data=form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (BUSY, "60") and words in answer.text
    assert browser.post(path, data=form).status_code == DONE


@pytest.mark.once
@pytest.mark.one_of_each
def test_on_a_full_disk_reading_goes_on_and_what_was_looked_at_is_not_noted(cast, login, monkeypatch):
    monkeypatch.setattr(test_crawl, "OF_A_KIND", 1)
    browser = login(cast.admin)
    long_ago = now().replace(microsecond=0) - timedelta(minutes=30)
    Session.update(last_seen_at=long_ago).execute()
    with full_disk():
        opened, faults = test_crawl.crawl(browser)
    assert all(".xlsx, which answers 503" in fault for fault in faults), "\n".join(faults)  # a workbook is written to be read
    assert opened.total() > 60
    assert [session.last_seen_at for session in Session.select()] == [long_ago]
    assert not RecordView.select().exists()


def test_what_is_limited_is_not_shown_where_it_cannot_be_counted(cast, login):
    lead = leads.create(cast.admin, pool=Pool.get(), name="公海公司", phone="13812905678")
    browser = login(cast.seller)
    with full_disk():
        answer = browser.get(f"/leads/{lead.id}")
    assert answer.status_code == BUSY and "公海公司" not in answer.text
    assert browser.get(f"/leads/{lead.id}").status_code == 200


def test_a_customer_reads_his_quote_on_a_full_disk(cast, stranger):
    token = quote_links.make(offers.approved(cast.seller, number="Q-1"), by=cast.seller)
    with full_disk():
        assert stranger.get(f"/q/{token}").status_code == 200
    assert not QuoteVisit.select().exists()
    assert stranger.get(f"/q/{token}").status_code == 200
    assert QuoteVisit.select().count() == 1


@pytest.fixture
def data(app, tmp_path, monkeypatch):
    """A folder of this test's own, with its key."""
    monkeypatch.setitem(app.config, "DATA", tmp_path)
    (tmp_path / "secret_key").write_text("k" * 64)
    return tmp_path


def uploading(cast):
    rows = [f"公司 {number},138{number:08}" for number in range(40_000)]  # more than a request keeps in memory
    form = {"what": "lead", "pool": str(Pool.get().id), "file": FileStorage(files.csv("公司名称,手机", *rows), "客户.csv")}
    stream, _length, boundary = stream_encode_multipart(form, use_tempfile=False)
    return cast.manager, "/imports", {"data": stream.read(), "content_type": f'multipart/form-data; boundary="{boundary}"'}


def exporting(cast):
    customers.create(cast.seller, name="甲公司")
    return cast.manager, "/exports/new/customer?tab=all&whose=team", {}


def backing_up(cast):
    return cast.admin, "/settings/system/backup", {}


@pytest.mark.once
@pytest.mark.parametrize("act", [uploading, exporting, backing_up])
def test_no_file_is_left_half_written(cast, login, data, act):
    who, path, sent = act(cast)
    browser = login(who)
    with full_disk():
        answer = browser.post(path, **sent)
    assert answer.status_code == BUSY and SAID["zh"] in answer.text
    assert [path.name for path in data.rglob("*") if path.is_file()] == ["secret_key"]
    assert browser.post(path, **sent).status_code in (200, DONE)


# ---- long work ---------------------------------------------------------------------------------------------------------


def handing_over(cast, login):
    for number in range(3):
        leads.create(cast.seller, name=f"公司 {number}")
    plan = handover.plan(cast.seller, cast.admin, [cast.rival])
    handover.start(plan, cast.admin)
    return lambda: handover.run(plan.id), lambda: [item.status for item in HandoverItem.select()] == [HandoverItem.MOVED] * 3


def importing(cast, login):
    form = {"what": "lead", "pool": Pool.get().id, "file": (files.csv("公司名称", "甲公司", "乙公司", "丙公司"), "客户.csv")}
    browser = login(cast.manager)
    browser.post("/imports", data=form)
    job, data = Import.get(), browser.application.config["DATA"]
    imports.start(job, by=cast.manager, mapping=job.mapping, pool=job.pool)
    return lambda: imports.run(job.id, data), lambda: (Import.get().status, Import.get().created, Lead.select().count()) == (Import.DONE, 3, 3)


@pytest.mark.parametrize("work", [handing_over, importing])
def test_long_work_that_meets_a_full_disk_leaves_nothing_out_and_goes_on_later(cast, login, disk, data, work):
    begin, is_done = work(cast, login)
    for write in count(1):
        disk.room = write
        try:
            begin()
        except OperationalError:
            continue
        break
    assert is_done() and write > 3
