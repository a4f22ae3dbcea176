"""Queries that are spelt once: of a query that every claim asks, building the SQL with peewee costs more than its answer."""

from functools import cache

from peewee import Value

from models import db


class Spelled:
    """A query as a function of its values, all of which it is asked with.

    `Spelled(lambda owner, day: Claim.select().where(Claim.owner == owner, Claim.day == day))(3, today)` is the cursor. The
    function is called once per engine; what it decides on, other than its values, is decided then.
    """

    def __init__(self, build, number=None):
        self.build = build
        self.number = number or build.__code__.co_argcount
        self.spell = cache(self.spell)

    @classmethod
    def insert(cls, table, *names):
        """(a value for each of these columns, as the column keeps it) -> a cursor with the id of the new row."""
        return cls(lambda *values: table.insert(dict(zip(names, values))).returning(table.id), len(names))

    def __call__(self, *values):
        sql, places = self.spell(type(db.obj))
        return db.obj.execute_sql(sql, [values[place] for place in places])

    def spell(self, _engine):
        """What is the same each time stands in the text: SQLite plans a statement anew when a value it planned by is bound."""
        sql, parts = self.build(*(Value(Slot(place), converter=False) for place in range(self.number))).sql()
        pieces, slots = sql.split(db.param), []
        for place, part in enumerate(parts):
            if type(part) is Slot:
                slots.append(part.place)
            pieces[place] += db.param if type(part) is Slot else literal(part)
        return "".join(pieces), slots


class Slot:
    """Where a value is put when the query is asked."""

    def __init__(self, place):
        self.place = place


def literal(value):
    """A text, a whole number, yes, no or nothing, as SQL writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    return int.__format__(value, "d")  # a time that slipped in would stand still: it is refused
