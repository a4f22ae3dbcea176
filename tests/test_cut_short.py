"""Whichever write of an act the database fails at, the answer is 503 and nothing of the act is left (trust.md, atomic-k)."""

from itertools import count

import pytest
from peewee import OperationalError, SqliteDatabase

import documents
from domain import approvals, customers, deals, leads, merging
from models import Customer, Pool, Quote, User, db
from tests import offers, quick_press, quote_forms, routes

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
                raise OperationalError("database or disk is full")
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


@pytest.mark.parametrize("act", [claiming, converting, transferring, merging_two, saving, submitting, approving, ordering])
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
