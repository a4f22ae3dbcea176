"""What may happen: one module per process, one function per verb. Never imports flask."""

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from peewee import SqliteDatabase

from models import Company, db, utcnow

ONE_WRITER = 4_841  # the advisory lock that makes PostgreSQL write one transaction at a time, as SQLite does

our_turn = Lock()


class Refused(Exception):
    """A business rule said no. `message` is a sentence for the person who asked; `facts` go with the answer."""

    def __init__(self, message, **facts):
        super().__init__(message)
        self.message = message
        self.facts = facts


@contextmanager
def transaction():
    """All or nothing, one writer at a time: the audit is a hash chain, so its order must be the order of commits.

    BEGIN IMMEDIATE on SQLite (a deferred one loses the race for the write lock with "database is locked"), an advisory
    lock for the length of the transaction on PostgreSQL. The threads of one process wait for each other before they ask
    SQLite, which lets those who wait sleep and try again: of eight one could miss his turn for ten seconds.
    """
    if db.in_transaction():
        with within():
            yield
        return
    if isinstance(db.obj, SqliteDatabase):
        with our_turn, db.obj.transaction("IMMEDIATE"):
            yield
        return
    with db.obj.transaction():
        db.execute_sql("SELECT pg_advisory_xact_lock(%s)", (ONE_WRITER,))
        yield


@contextmanager
def within():
    """A savepoint, always of the same name: each name is a statement that SQLite's driver keeps ready instead of a useful one."""
    db.execute_sql("SAVEPOINT within")
    try:
        yield
    except BaseException:
        db.execute_sql("ROLLBACK TO SAVEPOINT within")
        raise
    db.execute_sql("RELEASE SAVEPOINT within")


def N_(text):
    """Mark a text for the catalogue; it is translated when it is shown."""
    return text


def now():
    """Naive UTC. The default of every `at=` argument."""
    return utcnow()


@cache
def time_zone():
    """The company's zone; whoever changes it calls time_zone.cache_clear()."""
    company = Company.current()
    return ZoneInfo(company.time_zone if company else "Asia/Shanghai")


def local(at):
    """A naive UTC time as an aware one in the company's time zone."""
    return at.replace(tzinfo=UTC).astimezone(time_zone())


def day_of(at):
    """The company's calendar day on which a UTC time falls."""
    return local(at).date()


def to_utc(here):
    """The naive UTC time at which the company's clocks show this."""
    return here.replace(tzinfo=time_zone()).astimezone(UTC).replace(tzinfo=None)


def lately(column, at, period):
    """The WHERE of what counts still; what comes from far in the future was noted before the machine's clock was set back."""
    return (column > at - period) & (column < at + period)


def start_of_day(day):
    """The UTC time at which a company's calendar day begins."""
    return to_utc(datetime(day.year, day.month, day.day))


__all__ = ["N_", "Refused", "_", "day_of", "lately", "local", "now", "start_of_day", "time_zone", "to_utc", "transaction"]
