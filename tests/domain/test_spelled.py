"""A query that is spelt once answers as peewee's own does, with other values each time."""

import pytest

from domain import now
from domain.spelled import Spelled
from models import Choice, User, db


@pytest.fixture
def named(cast):
    return Spelled(lambda login, role: User.select().where(User.login == login, User.role.in_([role, User.FINANCE])).order_by(User.id))


def test_each_asking_has_its_own_values(named, cast):
    for login in ("seller", "finance"):
        assert [row[0] for row in named(login, User.SELLER)] == [getattr(cast, login).id]
    assert named("seller", User.MANAGER).fetchall() == []


def test_it_is_spelt_once(named, cast, monkeypatch):
    named("seller", User.SELLER)
    monkeypatch.setattr(db.obj, "get_sql_context", None)
    assert named("rival", User.SELLER).fetchone()[0] == cast.rival.id


def test_what_is_the_same_each_time_stands_in_the_text(cast):
    User.update(name="O'Brien 100?").where(User.id == cast.rival.id).execute()
    named = (User.name == "O'Brien 100", User.id > 0, User.disabled_at.is_null())
    found = Spelled(lambda login: User.select(User.id).where(User.login == login, *named))
    assert found("rival").fetchall() == []
    User.update(name="O'Brien 100").where(User.id == cast.rival.id).execute()
    assert found("rival").fetchone()[0] == cast.rival.id


def test_a_row_is_inserted_with_its_defaults_and_tells_its_number(cast):
    make = Spelled.insert(Choice, "field", "value", "label", "position")
    (id,) = make("source", "fair", "展会'24", 7).fetchone()
    made = Choice.get_by_id(id)
    assert (made.field, made.label, made.position) == ("source", "展会'24", 7)
    assert made.active is Choice.active.default


def test_a_write_tells_how_many_rows_it_wrote(cast):
    rename = Spelled(lambda user, name: User.update(name=name).where(User.id == user))
    assert (rename(cast.seller.id, "改名").rowcount, rename(0, "谁").rowcount) == (1, 0)
    assert User.get_by_id(cast.seller.id).name == "改名"


def test_a_time_in_the_text_of_a_query_would_stand_still_and_is_refused(cast):
    with pytest.raises(TypeError):
        Spelled(lambda login: User.select().where(User.login == login, User.created_at < now()))("seller")
