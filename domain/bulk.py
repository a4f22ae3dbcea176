"""Many rows of one table in one statement, without the cost of building an expression for each cell."""

import json

from peewee import JSONField, SqliteDatabase

from models import db


def insert(table, rows, same=None, returning=("id",)):
    """Insert dicts that all have the same keys; tuples of `returning`, in their order.

    `same` holds what is alike in all rows; columns that nobody names get their defaults.
    """
    if not rows:
        return []
    fields = table._meta.fields
    alike = {name: value for name, value in table._meta.get_default_dict().items() if name not in rows[0]} | (same or {})
    differing, constant = [fields[name] for name in rows[0]], [fields[name] for name in alike]
    names = ", ".join(f'"{field.column_name}"' for field in (*differing, *constant))
    unfold = as_values if isinstance(db.obj, SqliteDatabase) else as_json
    source, parameters = unfold(table, differing, rows, {fields[name]: value for name, value in alike.items()})
    statement = f'INSERT INTO "{table._meta.table_name}" ({names}) {source} RETURNING {", ".join(returning)}'  # noqa: S608
    return db.execute_sql(statement, parameters).fetchall()


def as_values(table, fields, rows, alike):
    """SQLite: one list of bound values, and those that are alike bound once."""
    one = f"({', '.join('?' * len(fields))})"
    columns = [*(f"column{place}" for place in range(1, len(fields) + 1)), *("?" * len(alike))]
    bound = [in_column(field, value) for field, value in alike.items()]
    bound += [in_column(field, row[field.name]) for row in rows for field in fields]
    return f"SELECT {', '.join(columns)} FROM (VALUES {', '.join([one] * len(rows))}) WHERE true", bound  # noqa: S608


def in_column(field, value):
    if type(value) is str or value is None:
        return value
    return field._dumps(value) if isinstance(field, JSONField) else field.db_value(value)


def as_json(table, fields, rows, alike):
    """PostgreSQL: a parameter that it unfolds by itself; thousands of placeholders cost it more than the rows."""
    name = table._meta.table_name
    columns = ", ".join(f'"{field.column_name}"' for field in (*fields, *alike))
    given = [{field.column_name: unfolded(field, row[field.name]) for field in fields} for row in rows]
    base = {field.column_name: unfolded(field, value) for field, value in alike.items()}
    source = f'json_populate_recordset(json_populate_record(NULL::"{name}", %s::json), %s::json)'
    return f"SELECT {columns} FROM {source}", (spelled(base), spelled(given))  # noqa: S608 names are ours


def unfolded(field, value):
    return value if type(value) is str or isinstance(field, JSONField) else field.db_value(value)


def spelled(value):
    return json.dumps(value, ensure_ascii=False, default=str)
