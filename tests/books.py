"""What must hold of the rows at any moment, whatever happened: after a race, after a kill -9, after anything."""

from collections import Counter

from peewee import SqliteDatabase, fn

from domain import events, quotes
from models import EVERYTHING, Claim, Customer, Event, FollowUp, Lead, Quote, QuoteLine, db


def check():
    """Assert all of it; a database of a test is small enough to read whole."""
    check_ledger()
    check_facts()
    check_quotes()
    check_engine()


def check_ledger():
    """Each record lies in a pool or with one owner, what was merged away in neither; the ledger names that owner and nobody else."""
    held = list(Claim.select(Claim.record_kind, Claim.record_id, Claim.owner).where(Claim.ended_at.is_null()).tuples())
    owners = {(kind, id): owner for kind, id, owner in held}
    assert len(owners) == len(held), "a record has two open claims"
    for table, kept in ((Lead, Lead.status.in_(Lead.OPEN)), (Customer, EVERYTHING)):
        for id, pool, owner, merged_into in table.select(table.id, table.pool, table.owner, table.merged_into).where(kept).tuples():
            places = (pool is not None) + (owner is not None)
            assert places == (merged_into is None), f"{table.kind()} {id} is nowhere, or in two places"
            told = owners.get((table.kind(), id))
            assert told == owner, f"{table.kind()} {id}: the ledger says {told}"


def check_facts():
    """Every claim and every follow-up has exactly one audit row, and the chain of all rows is whole."""
    for kind in ("lead", "customer"):
        claims = Claim.select().where(Claim.how == Claim.CLAIMED, Claim.record_kind == kind)
        assert counted(f"{kind}.claimed") == Counter(claim.record_id for claim in claims)
    spoken = [(row.record_kind, row.record_id) for row in FollowUp.select()]
    told = [(row.record_kind, row.record_id) for row in Event.select().where(Event.verb.endswith(".followed_up"))]
    assert Counter(spoken) == Counter(told)
    assert events.broken_link() is None


def counted(verb):
    return Counter(event.record_id for event in Event.select().where(Event.verb == verb))


def check_quotes():
    """A quote's columns say what its lines come to, and it was saved as often as its revision counts."""
    sold = QuoteLine.select(QuoteLine.quote, fn.SUM(QuoteLine.net).alias("net")).where(QuoteLine.what == QuoteLine.PRODUCT, ~QuoteLine.optional)
    net = {row.quote_id: row.net for row in sold.group_by(QuoteLine.quote)}
    saved = counted("quote.edited")
    for quote in Quote.select():
        totals = quotes.totals_of(quote)
        assert (quote.total, quote.tax_total, quote.list_total) == (totals.total, totals.tax_total, totals.list_total)
        assert quote.total == (net.get(quote.id) or 0), f"quote {quote.number} is half-written"
        assert quote.revision == saved[quote.id]


def check_engine():
    if isinstance(db.obj, SqliteDatabase):
        assert db.execute_sql("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute_sql("PRAGMA foreign_key_check").fetchall() == []
