"""Finding records by any part of a name: one, two or more characters, Chinese or not, by pinyin and its initials.

Each record's text is kept as words: every single character and every pair of neighbours. A query of three characters
asks for its two pairs; what comes back is then checked against the text itself. Pinyin initials are kept as pairs, too;
full pinyin needs no words of its own: "hengli" asks for the initials h l, some character read heng and some read li.
"""

import re
from functools import reduce
from operator import or_

from peewee import SqliteDatabase

from domain import pinyin
from domain.pinyin import initials_of
from models import Customer, Lead, Product, db, name_key

LONGEST = 100  # characters of a text that are searched for
CANDIDATES = 1_000  # rows looked up by the index before a list is scanned in its own order instead
LATIN = re.compile(r"[a-z]{2,}")
WORD = re.compile(r"[0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]")

TEXTS = {
    "lead": lambda lead: (lead.name, lead.contact_name, lead.phone, lead.credit_code),
    "customer": lambda customer: (customer.name, customer.short_name, customer.phone, customer.credit_code),
    "product": lambda product: (product.name, product.sku, product.spec),
}
COLUMNS = {
    "lead": (Lead.name_key, Lead.contact_name, Lead.phone, Lead.credit_code),
    "customer": (Customer.name_key, Customer.short_name, Customer.phone, Customer.credit_code),
    "product": (Product.name, Product.sku, Product.spec),
}


def grams(text):
    """The single characters and neighbouring pairs of a text, signs left out."""
    letters = [letter for letter in name_key(text) if WORD.match(letter)]
    return set(letters) | {first + second for first, second in zip(letters, letters[1:], strict=False)}


def initial_grams(text):
    """Pairs of pinyin initials, in every reading, marked so that they never meet Latin text."""
    letters = letters_of(text)
    return {f"py{a}{b}" for first, second in zip(letters, letters[1:], strict=False) for a in first for b in second}


def letters_of(text):
    """Of each character the letters it can begin with; a Latin one stands for itself."""
    return [initials_of(letter) if letter > "\u3400" else (letter,) for letter in name_key(text) if WORD.match(letter)]


def words_of(kind, record):
    texts = TEXTS[kind](record)
    found = initial_grams(texts[0])
    for text in texts:
        found |= grams(text)
    return " ".join(sorted(found))


def index(kind, *records):
    """(Re)write the words of records; call it in the verb that changed their text."""
    rows = [(record.id, words_of(kind, record)) for record in records]
    if isinstance(db.obj, SqliteDatabase):
        statement = f"INSERT OR REPLACE INTO {kind}_words (rowid, words) VALUES (?, ?)"
        db.connection().cursor().executemany(statement, rows)
    else:
        statement = (
            f"INSERT INTO {kind}_words (rowid, words) SELECT id, array_to_tsvector(string_to_array(words, ' ')) "
            "FROM unnest(%s::int[], %s::text[]) AS given (id, words) ON CONFLICT (rowid) DO UPDATE SET words = excluded.words"
        )
        db.execute_sql(statement, [list(column) for column in zip(*rows)] or [[], []])


def narrowed(query, kind, text, only_names=False):
    """`query` limited to records whose text contains `text`, or whose name is read so, in full or by its initials.

    `only_names` where phones are masked: a search must not be an oracle for what it does not show.

    Rare words are looked up in the index first. Frequent ones (有限公司) need no index: the list finds a page of them
    at once in its own order. Of names with frequent initials the newest are found.
    """
    text = text[:LONGEST]
    wanted = name_key(text)
    if not wanted:
        return query
    found = contains(kind, text.strip(), wanted, only_names)
    candidates = looked_up(kind, pairs_of(wanted))
    if candidates is not None and len(candidates) <= CANDIDATES:
        found &= query.model.id.in_(candidates)
    if LATIN.fullmatch(wanted):
        found |= query.model.id.in_(with_initials(kind, wanted))
    if pinyin.pattern(text):
        found |= query.model.id.in_(read_as(kind, text))
    return query.where(found)


def with_initials(kind, wanted):
    """Ids of records, the newest first, whose name has these pinyin initials in a row; the index alone knows pairs."""
    ids = looked_up(kind, [f"py{pair}" for pair in pairs_of(wanted)], newest=True)[:CANDIDATES]
    if len(wanted) == 2:
        return ids
    return [id for id, name in names_of(kind, ids) if has_initials(name, wanted)]


def names_of(kind, ids):
    name = COLUMNS[kind][0]
    return name.model.select(name.model.id, name).where(name.model.id.in_(ids)).tuples()


def has_initials(name, wanted):
    letters = letters_of(name)
    starts = range(len(letters) - len(wanted) + 1)
    return any(all(letter in readings for letter, readings in zip(wanted, letters[n:], strict=False)) for n in starts)


def read_as(kind, text):
    """Ids of records, the newest first, whose name or a part of it is read as this text."""
    found = {id for way in pinyin.ways(text) for id in looked_up(kind, heard_in(way), newest=True)[:CANDIDATES]}
    return [id for id, name in names_of(kind, found) if pinyin.pattern(text).search(name)]


def heard_in(way):
    """The words of the index that a name read in this way has: its pairs of initials, a character for each syllable."""
    pairs = [f"py{first[0]}{second[0]}" for first, second in zip(way, way[1:], strict=False)]
    return pairs + [tuple(pinyin.characters()[syllable]) for syllable in way if syllable in pinyin.characters()]


def of_number_or_customer(query, text):
    """`query` limited to documents with this in their number, or in their customer's name."""
    if not text:
        return query
    customers = narrowed(Customer.select(Customer.id), "customer", text, only_names=True)
    return query.where(query.model.number.contains(text) | query.model.customer.in_(customers))


def contains(kind, text, wanted, only_names):
    """Some column holds the text as typed, or the folded name holds it folded."""
    columns = COLUMNS[kind][:1] if only_names else COLUMNS[kind]
    return reduce(or_, (column.contains(wanted if column.name == "name_key" else text) for column in columns))


def looked_up(kind, words, newest=False):
    """Ids of records that have all these words, one more than CANDIDATES at the most; None without words.

    A tuple stands for any one of its words.
    """
    if not words:
        return None
    order = "ORDER BY rowid DESC" if newest else ""
    if isinstance(db.obj, SqliteDatabase):
        matching, expression = f"{kind}_words MATCH ?", " AND ".join(joined(word, '"', " OR ") for word in words)
        limit = "?"
    else:
        matching, expression = "words @@ %s::tsquery", " & ".join(joined(word, "'", " | ") for word in words)
        limit = "%s"
    statement = f"SELECT rowid FROM {kind}_words WHERE {matching} {order} LIMIT {limit}"
    return [row[0] for row in db.execute_sql(statement, (expression, CANDIDATES + 1))]


def joined(word, quote, either):
    if isinstance(word, str):
        return f"{quote}{word}{quote}"
    return f"({either.join(joined(each, quote, either) for each in word)})"


def pairs_of(wanted):
    """The words of the index that a text asks for: its neighbouring pairs, or its only character."""
    letters = [letter for letter in wanted if WORD.match(letter)]
    return [first + second for first, second in zip(letters, letters[1:], strict=False)] or letters


def span(name, text):
    """(begin, end) of what a name was found by: the text as typed, or characters with these initials, or read so; or None."""
    wanted, shown = "".join(text.split()).casefold(), name.casefold()
    if not wanted or len(shown) != len(name):
        return None
    begin = shown.find(wanted)
    if begin < 0 and LATIN.fullmatch(wanted):
        length = range(len(wanted))
        starts = range(len(name) - len(wanted) + 1)
        begin = next((n for n in starts if all(wanted[i] in initials_of(name[n + i]) for i in length)), -1)
    if begin < 0 and pinyin.pattern(text):
        found = pinyin.pattern(text).search(name)
        return found and found.span()
    return None if begin < 0 else (begin, begin + len(wanted))
