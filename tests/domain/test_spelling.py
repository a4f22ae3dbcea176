"""What a query in a query in a query costs to spell."""

from models import Department, User


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
