"""What a query costs to spell, and that it still says what peewee would say."""

from peewee import Field

import models
from models import Approval, Department, DepartmentMember, Lead, User


def test_a_query_nested_twenty_times_is_spelled_once_at_each_level(database):
    """Twice at each level would be a million times."""
    query = Department.select(Department.id)
    for _level in range(20):
        query = Department.select(Department.id).where(Department.id.in_(query))
    sql, _parameters = query.sql()
    assert sql.count(" IN ") == 20
    assert list(query)


def test_in_nothing_is_false_and_not_in_nothing_is_true(cast):
    assert not User.select().where(User.id.in_([])).exists()
    assert User.select().where(User.id.not_in(())).count() == User.select().count()


def test_a_column_is_spelled_in_one_piece_as_peewee_spells_it_in_four(cast, monkeypatch):
    written = [
        User.with_role().order_by(User.name),
        DepartmentMember.with_below(cast.manager),
        User.alias().select(),
        Approval.waiting_for(cast.manager),
        Lead.select(Lead.id, User.name.alias("who")).join(User, on=(Lead.owner == User.id)).group_by(Lead.id, User.name),
        User.update(name=User.login).where(User.id == cast.seller.id),
        Lead.insert(name="x").returning(Lead.id),
        Lead.delete().where(Lead.owner.is_null()),
    ]
    ours = [query.sql()[0] for query in written]
    monkeypatch.setattr(Field, "__sql__", models.spell.__defaults__[0])
    assert ours == [query.sql()[0] for query in written]
