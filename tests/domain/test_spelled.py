"""A query that is spelt once answers as peewee's own does, with other values each time."""

import pytest

from domain.spelled import Spelled
from models import User, db


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


def test_a_write_tells_how_many_rows_it_wrote(cast):
    rename = Spelled(lambda user, name: User.update(name=name).where(User.id == user))
    assert (rename(cast.seller.id, "改名").rowcount, rename(0, "谁").rowcount) == (1, 0)
    assert User.get_by_id(cast.seller.id).name == "改名"
