"""Many rows of one table in one statement, written or looked for, without the cost of building an expression for each cell."""

import json
from functools import lru_cache

from peewee import SQL, JSONField, SqliteDatabase

from models import db


def insert(table, rows, same=None, returning=("id",)):
    """Insert dicts that all have the same keys; tuples of `returning`, in their order.

    `same` holds what is alike in all rows; columns that nobody names get their defaults.
    """
    if not rows:
        return []
    fields = table._meta.fields
    alike = {name: value for name, value in table._meta.get_default_dict().items() if name not in rows[0]} | (same or {})
    alike = {fields[name]: value for name, value in alike.items()}
    differing = [fields[name] for name in rows[0]]
    spell, bind = (as_values, each_cell) if isinstance(db.obj, SqliteDatabase) else (as_json, in_one_piece)
    columns = tuple(field.column_name for field in differing), tuple(field.column_name for field in alike)
    source = spell(table._meta.table_name, *columns, len(rows))
    return db.execute_sql(f"{source} RETURNING {', '.join(returning)}", bind(differing, rows, alike)).fetchall()


@lru_cache
def as_values(table, differing, alike, number):
    """SQLite: one list of bound values, and those that are alike bound once."""
    one = f"({', '.join('?' * len(differing))})"
    columns = [*(f"column{place}" for place in range(1, len(differing) + 1)), *("?" * len(alike))]
    return f"{into(table, differing, alike)} SELECT {', '.join(columns)} FROM (VALUES {', '.join([one] * number)}) WHERE true"  # noqa: S608


def each_cell(fields, rows, alike):
    bound = [in_column(field, value) for field, value in alike.items()]
    return bound + [in_column(field, row[field.name]) for row in rows for field in fields]


def in_column(field, value):
    if type(value) is str or value is None:
        return value
    return field._dumps(value) if isinstance(field, JSONField) else field.db_value(value)


def as_json(table, differing, alike, _number):
    """PostgreSQL: a parameter that it unfolds by itself; thousands of placeholders cost it more than the rows."""
    source = f'json_populate_recordset(json_populate_record(NULL::"{table}", %s::json), %s::json)'
    return f"{into(table, differing, alike)} SELECT {quoted(differing, alike)} FROM {source}"  # noqa: S608 names are ours


def in_one_piece(fields, rows, alike):
    base = {field.column_name: unfolded(field, value) for field, value in alike.items()}
    given = [{field.column_name: unfolded(field, row[field.name]) for field in fields} for row in rows]
    return spelled(base), spelled(given)


def into(table, differing, alike):
    return f'INSERT INTO "{table}" ({quoted(differing, alike)})'


def quoted(*names):
    return ", ".join(f'"{name}"' for some in names for name in some)


def unfolded(field, value):
    return value if type(value) is str or isinstance(field, JSONField) else field.db_value(value)


def spelled(value):
    return json.dumps(value, ensure_ascii=False, default=str)


def among(column, values):
    """Whether a column holds one of very many values; they are bound in one piece."""
    if isinstance(db.obj, SqliteDatabase):
        return column.in_(SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values), ensure_ascii=False)]))
    return column == SQL("ANY(%s)", [list(values)])
