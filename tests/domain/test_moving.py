"""Moving from SQLite to PostgreSQL: every row arrives, ids go on counting, search and audit hold."""

import pytest
from peewee import SqliteDatabase

from domain import Refused, events, leads, moving, schema, search
from models import TABLES, Department, Lead, Pool, User, db
from tests import cast as people


@pytest.fixture
def old_file(tmp_path, empty_target):
    """A SQLite file with a company, a lead and a department that was moved below a younger one."""
    path = tmp_path / "old.db"
    target = db.obj
    db.initialize(SqliteDatabase(str(path)))
    try:
        schema.upgrade()
        people.build()
        leads.create(User.get(User.login == "admin"), pool=Pool.get(), name="苏州恒立精密机械制造有限公司")
        db.close()
    finally:
        db.initialize(target)
    return path


@pytest.fixture
def empty_target(database):
    return database


@pytest.mark.empty_database
def test_every_row_arrives_and_can_be_found(old_file):
    if schema.engine()[0] != "PostgreSQL":
        with pytest.raises(Refused):
            moving.from_sqlite(old_file)
        return
    copied = moving.from_sqlite(old_file)
    assert copied["users"] == len(people.PEOPLE) + 1
    assert all(table.select().count() == copied[table._meta.table_name] for table in TABLES)
    assert [lead.name for lead in search.narrowed(Lead.select(), "lead", "恒立")] == ["苏州恒立精密机械制造有限公司"]
    assert events.broken_link() is None
    assert Department.create(name="新部门", path="/99/").id > copied["department"]


def test_a_database_in_use_is_not_overwritten(cast, tmp_path):
    if schema.engine()[0] == "PostgreSQL":
        with pytest.raises(Refused):
            moving.from_sqlite(tmp_path / "any.db")
