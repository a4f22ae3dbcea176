"""Two promises held over every request of every test: a refusal changes nothing, and looking changes nothing."""

import models
from tests import databases

SEEN = {"session": {"last_seen_at"}}  # a visit is noted; that is all that looking may write
NOTED = {
    "loginfailure",  # a refused login counts towards the throttle
    "recordview",  # the access log: that a record was opened, for the day's allowance and the alert, and nothing of the record
    "quotevisit",  # that a customer opened his quote; what follows from it is the clock's doing
}

READING = ("GET", "HEAD", "OPTIONS")


def watched():
    """Every table but for those in NOTED."""
    return [model for model in models.TABLES if model.kind() not in NOTED]


def columns(model):
    return [f'"{field.column_name}"' for field in model._meta.sorted_fields if field.name not in SEEN.get(model.kind(), ())]


TABLES = {model._meta.table_name: columns(model) for model in watched()}


class Oracle:
    def __init__(self, engine):
        self.engine = engine
        self.mark = self.prints = None

    def look(self):
        """{table: fingerprint of its rows}; read again only when somebody may have written."""
        mark = self.engine.write_mark()
        if mark != self.mark:
            self.prints = {table: self.fingerprint(table, columns) for table, columns in TABLES.items()}
            self.mark = mark
        return self.prints

    def fingerprint(self, table, columns):
        rows = databases.quietly(f'SELECT {", ".join(columns)} FROM "{table}"')
        return len(rows), hash(tuple(sorted(map(repr, rows))))

    def check(self, before, method, path, status):
        """Call with look() of before the request, once it is answered."""
        if status < 400 and method not in READING:
            return
        after = self.look()
        changed = [table for table in TABLES if before[table] != after[table]]
        assert not changed, f"{method} {path} answered {status} and yet wrote to {', '.join(changed)}"
