"""The ground that every other test stands on does what it says."""

import socket

import pytest

from domain import accounts, now
from models import Event, Session, User
from tests import pages
from tests.oracle import Oracle


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_from_the_same_rows(turn, cast):
    assert User.select().count() == len(vars(cast))
    newcomer = User.create(name="新人", login="newcomer", password_hash="", role=User.SELLER)
    assert newcomer.id == max(person.id for person in vars(cast).values()) + 1
    accounts.enable(cast.disabled, by=cast.admin)


@pytest.mark.empty_database
def test_a_database_can_be_empty(database):
    assert User.select().count() == 0


def test_rows_without_a_database_are_refused():
    with pytest.raises(AttributeError):
        User.select().count()


def test_the_audit_cannot_be_deleted_by_a_test_either(cast):
    accounts.enable(cast.disabled, by=cast.admin)
    with pytest.raises(Exception, match="append-only"):
        Event.delete().execute()


@pytest.fixture
def oracle(cast, database):
    return Oracle(database)


def test_a_write_behind_a_refusal_is_caught(oracle, cast):
    before = oracle.look()
    accounts.enable(cast.disabled, by=cast.admin)
    with pytest.raises(AssertionError, match="answered 403 and yet wrote to users, event"):
        oracle.check(before, "POST", "/users/8/enable", 403)


def test_a_write_behind_a_look_is_caught(oracle, cast):
    before = oracle.look()
    accounts.open_session(cast.seller, "", "", False, now())
    with pytest.raises(AssertionError, match="session"):
        oracle.check(before, "GET", "/leads", 200)


def test_a_verb_that_succeeds_may_write(oracle, cast):
    before = oracle.look()
    accounts.enable(cast.disabled, by=cast.admin)
    oracle.check(before, "POST", "/users/8/enable", 303)


def test_noting_a_visit_is_not_a_change(oracle, cast):
    accounts.open_session(cast.seller, "", "", False, now())
    before = oracle.look()
    Session.update(last_seen_at=now()).execute()
    oracle.check(before, "GET", "/leads", 200)


def test_queries_are_counted_and_the_oracle_is_not_among_them(queries, login, cast):
    client = login(cast.seller)
    with queries() as seen:
        list(User.select())
    assert len(seen) == 1
    with queries() as seen:
        client.get("/health")
    assert not any("loginfailure" in sql or "orderline" in sql for sql in seen)


@pytest.mark.parametrize("speak", [
    lambda: socket.socket().connect_ex(("127.0.0.1", 9)), lambda: socket.getaddrinfo("127.0.0.1", 9),
    lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9)),
])
def test_a_word_to_another_machine_is_heard(stranger, app, monkeypatch, speak):
    monkeypatch.setitem(app.view_functions, "health.show", lambda: str(speak()))
    app.view_functions["health.show"].public = True
    with pytest.raises(AssertionError, match="GET /health spoke to .*127.0.0.1"):
        stranger.get("/health")


@pytest.mark.parametrize("part", [
    '<script src="https://cdn.example/x.js"></script>', '<img alt="" src="//cdn.example/x.png">', '<form method=post action="http://example/">',
    '<link rel=stylesheet href="HTTPS://cdn.example/x.css">', '<div hx-get=" //example/part">',
])
def test_a_page_that_asks_another_server_is_caught(part):
    with pytest.raises(AssertionError, match="another server"):
        pages.check("/", part)


def test_a_page_may_ask_ours_and_lead_anywhere():
    pages.check("/", '<script src="/static/js/app.js"></script><img src="data:image/png;base64,//8="><a href="https://example/">')
