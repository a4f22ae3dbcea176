"""Many rows of one table in one statement, without the cost of building an expression for each cell."""

import json

from peewee import JSONField, SqliteDatabase

from models import db


def insert(table, rows, returning=("id",)):
    """Insert dicts that all have the same keys; columns left out get their defaults. Tuples of `returning`, in their order."""
    if not rows:
        return []
    defaults = {name: value for name, value in table._meta.get_default_dict().items() if name not in rows[0]}
    fields = {table._meta.fields[name]: defaults.get(name) for name in [*rows[0], *defaults]}
    send = as_values if isinstance(db.obj, SqliteDatabase) else as_json
    source, parameters = send(table, fields, rows)
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    statement = f'INSERT INTO "{table._meta.table_name}" ({columns}) {source} RETURNING {", ".join(returning)}'  # noqa: S608
    return db.execute_sql(statement, parameters).fetchall()


def as_values(table, fields, rows):
    """SQLite: one list of bound values."""
    one = f"({', '.join('?' * len(fields))})"
    values = [in_column(field, row.get(field.name, default)) for row in rows for field, default in fields.items()]
    return f"VALUES {', '.join([one] * len(rows))}", values


def in_column(field, value):
    return field._dumps(value) if isinstance(field, JSONField) and value is not None else field.db_value(value)


def as_json(table, fields, rows):
    """PostgreSQL: one parameter that it unfolds by itself; thousands of placeholders cost it more than the rows."""
    name = table._meta.table_name
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    given = [
        {field.column_name: unfolded(field, row.get(field.name, default)) for field, default in fields.items()}
        for row in rows
    ]
    text = json.dumps(given, ensure_ascii=False, default=str)
    return f'SELECT {columns} FROM json_populate_recordset(NULL::"{name}", %s::json)', (text,)  # noqa: S608 names are ours


def unfolded(field, value):
    return value if isinstance(field, JSONField) else field.db_value(value)
