"""Queries that are spelt once: of a query that every claim asks, building the SQL with peewee costs more than its answer."""

from functools import cache

from peewee import Value

from models import db


class Spelled:
    """A query as a function of its values, all of which it is asked with.

    `Spelled(lambda owner, day: Claim.select().where(Claim.owner == owner, Claim.day == day))(3, today)` is the cursor. The
    function is called once per engine; what it decides on, other than its values, is decided then.
    """

    def __init__(self, build):
        self.build = build
        self.number = build.__code__.co_argcount
        self.spell = cache(self.spell)

    def __call__(self, *values):
        sql, parts = self.spell(type(db.obj))
        return db.execute_sql(sql, [values[part.place] if type(part) is Slot else part for part in parts])

    def spell(self, _engine):
        return self.build(*(Value(Slot(place), converter=False) for place in range(self.number))).sql()


class Slot:
    """Where a value is put when the query is asked."""

    def __init__(self, place):
        self.place = place
