"""The search index: one row of words per record, words being single characters and pairs of them.

Words are made by domain/search.py; the same query works on both engines for one, two or more characters.
"""

from peewee import SqliteDatabase

KINDS = ("lead", "customer", "product")


def up(migrator, db):
    for kind in KINDS:
        if isinstance(db, SqliteDatabase):
            db.execute_sql(
                f"CREATE VIRTUAL TABLE {kind}_words USING fts5"
                "(words, content='', contentless_delete=1, detail=none, tokenize=\"unicode61 remove_diacritics 0\")"
            )
        else:
            db.execute_sql(f"CREATE TABLE {kind}_words (rowid INTEGER PRIMARY KEY, words tsvector NOT NULL)")
            db.execute_sql(f"CREATE INDEX {kind}_words_index ON {kind}_words USING gin (words) WITH (gin_pending_list_limit = 512)")
