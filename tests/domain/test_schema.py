"""The database that the migrations make is the one the models describe; an engine that loses data is refused."""

from importlib import import_module
from threading import Thread

import pytest

from app import too_old_flask, unsafe_address
from domain import our_turn, schema, transaction
from models import TABLES, Notice, User, db

LAN = {"HOST": "0.0.0.0", "ENCRYPTED": False, "ALLOW_HTTP_LAN": False, "PROXIES": 0}  # noqa: S104


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_migrations_make_the_columns_that_the_models_have(cast, table):
    stored = {column.name: column.null for column in db.get_columns(table._meta.table_name)}
    assert stored == {field.column_name: field.null for field in table._meta.sorted_fields}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_migrations_make_the_indexes_and_keys_that_the_models_have(cast, table):
    stored = {(index.name, index.unique) for index in db.get_indexes(table._meta.table_name)}
    wanted = {(index._name, index._unique) for index in table._meta.fields_to_index()}
    assert wanted <= stored
    keys = {(key.column, key.dest_table) for key in db.get_foreign_keys(table._meta.table_name)}
    assert keys == {(field.column_name, field.rel_model._meta.table_name) for field in table._meta.refs}


def test_nothing_waits_to_be_run_after_the_upgrade(cast):
    assert schema.pending() == []
    assert schema.version() == schema.newest()


def test_an_upgrade_makes_a_copy_first_when_there_is_anything_to_lose(cast, monkeypatch):
    copies = []
    schema.upgrade(before=lambda: copies.append("copy"))
    assert copies == []
    monkeypatch.setattr(schema, "pending", lambda: ["0999_more"])
    schema.upgrade(before=lambda: copies.append("copy"))
    assert copies == ["copy"]


def test_every_connection_waits_keeps_foreign_keys_and_writes_through(cast):
    if schema.engine_name() != "SQLite":
        pytest.skip("settings of SQLite")
    settings = {name: db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert db.execute_sql("PRAGMA busy_timeout").fetchone()[0] >= 5_000


def test_what_fails_within_a_transaction_is_undone_by_itself_and_takes_no_statement_of_its_own(cast, monkeypatch):
    asked = []
    monkeypatch.setattr(db.obj, "query_hooks", [lambda event: asked.append(event.sql)])
    with transaction():
        rename(cast.seller, "外面")
        for name in ("里面", "再来"):
            with pytest.raises(ZeroDivisionError), transaction():
                rename(cast.seller, name)
                with transaction():
                    rename(cast.rival, name)
                raise ZeroDivisionError
        with transaction():
            rename(cast.rival, "留下")
    assert (User.get_by_id(cast.seller.id).name, User.get_by_id(cast.rival.id).name) == ("外面", "留下")
    assert len({sql for sql in asked if "SAVEPOINT" in sql}) == 3


def rename(user, name):
    User.update(name=name).where(User.id == user.id).execute()


@pytest.mark.parametrize("number, safe", [("3.40.1", False), ("3.51.2", False), ("3.52.1", False), ("3.53.0", True), ("3.53.4", True)])
def test_a_sqlite_that_can_lose_commits_is_refused_in_one_sentence(number, safe):
    complaint = schema.too_old(lambda: ("SQLite", number))
    assert (complaint is None) == safe
    assert safe or number in complaint and "3.53.0" in complaint


@pytest.mark.parametrize("number, safe", [("2.3.3", False), ("3.1.2", False), ("3.1.3", True), ("3.2.0", True)])
def test_a_flask_that_leaks_sessions_into_caches_is_refused_in_one_sentence(number, safe):
    assert (too_old_flask(number) is None) == safe


@pytest.mark.parametrize(
    "settings, safe",
    [
        ({}, False), ({"PROXIES": 1}, False), ({"HOST": "192.168.1.5"}, False), ({"HOST": "127.0.0.1"}, True),
        ({"HOST": "localhost"}, True), ({"ENCRYPTED": True}, True), ({"ALLOW_HTTP_LAN": True}, True),
    ],
)
def test_plain_http_on_a_network_needs_somebodys_word(settings, safe):
    complaint = unsafe_address(LAN | settings)
    assert (complaint is None) == safe
    assert safe or "HAITU_ALLOW_HTTP_LAN=1" in complaint


def test_a_connection_that_the_server_closed_is_opened_anew(cast):
    """PostgreSQL closes them all when it restarts; SQLite has nobody who could."""
    if schema.engine_name() == "PostgreSQL":
        db.connection().close()
    schema.open_connection()
    assert db.get_tables()


def test_a_statement_that_stands_alone_waits_for_its_turn_too(cast):
    """SQLite lets those who wait sleep and try again, so one could miss his turn for longer than he has patience."""
    if schema.engine_name() != "SQLite":
        pytest.skip("PostgreSQL has its own queue")

    def rename():
        User.update(name="王晓芳").where(User.id == cast.seller.id).execute()
        db.close()

    with our_turn:
        thread = Thread(target=rename)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive() and User.get_by_id(cast.seller.id).name == cast.seller.name
    thread.join(10)
    assert User.get_by_id(cast.seller.id).name == "王晓芳"


def test_reminders_from_before_migration_55_keep_since_when_the_approval_waits(cast):
    facts = {"number": "Q-1", "names": "李雷"}
    told = facts | {"since": "2026-11-30 12:00"}
    old = Notice.create(user=cast.manager, verb="quote.approval_reminded", record_kind="quote", record_id=1, facts=told)
    with transaction():
        import_module("migrations.0055_since_when_it_waits").up(None, db.obj)
    assert Notice.get_by_id(old.id).facts == facts | {"since_at": "2026-11-30T04:00:00"}
