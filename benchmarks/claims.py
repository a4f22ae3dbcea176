"""Claims per second through the verb, against the same UPDATE and INSERTs on the bare driver, both synced to disk."""

from functools import partial
from itertools import cycle, islice
from secrets import token_hex

from benchmarks.floors import bare
from benchmarks.timing import seconds
from domain import now, pool
from models import Lead, User

BATCH, ROUNDS = 50, 6

UPDATE = ("UPDATE lead SET owner_id = ?, pool_id = NULL, home_pool_id = ?, status = 'pending', owned_since = ?, updated_at = ?"
          " WHERE id = ? AND owner_id IS NULL")
CLAIM = "INSERT INTO claim (record_kind, record_id, owner_id, how, by_id, at, day, end_reason) VALUES ('lead', ?, ?, 'claimed', ?, ?, ?, '')"
HEAD = "SELECT hash FROM event ORDER BY id DESC LIMIT 1"
EVENT = ("INSERT INTO event (at, actor_id, verb, record_kind, record_id, before, after, detail, previous_hash, hash)"
         " VALUES (?, ?, 'lead.claimed', 'lead', ?, '{}', '{}', '{}', ?, ?)")


def measure(places, report):
    report.table("Claims, one after another, each its own transaction", "leads", "claims/s", "bare driver", "bare ÷ verb")
    for place in places:
        place.enter()
        ours, theirs = compared(bare(place.path))
        number = BATCH * ROUNDS
        report.row(f"{place.leads:,}", f"{number / ours:,.0f}", f"{number / theirs:,.0f}", f"{ours / theirs:.2f}")


def compared(connection):
    """Seconds for so many claims: through the verb, and bare; in turns."""
    sellers = cycle(list(User.select().where(User.role == User.SELLER).order_by(User.id)))
    pairs = zip(unclaimed(2 * BATCH * ROUNDS), sellers)
    ours = theirs = 0
    for _round in range(ROUNDS):
        batch = list(islice(pairs, BATCH))
        ours += seconds(partial(claim_all, batch))
        batch = list(islice(pairs, BATCH))
        theirs += seconds(partial(write_all, connection, batch))
    connection.close()
    return ours, theirs


def unclaimed(number):
    """Spread over the pools, as people find them."""
    step = Lead.select().count() // number
    return list(Lead.with_people().where(Lead.owner.is_null(), Lead.id % max(step // 2, 1) == 0).limit(number))


def claim_all(batch):
    for lead, seller in batch:
        pool.claim(lead, by=seller)


def write_all(connection, batch, begin=("BEGIN IMMEDIATE",)):
    for lead, seller in batch:
        at = str(now())
        for statement in begin:
            connection.execute(statement)
        connection.execute(UPDATE, (seller.id, lead.pool_id, at, at, lead.id))
        connection.execute(CLAIM, (lead.id, seller.id, seller.id, at, at[:10]))
        (previous,) = connection.execute(HEAD).fetchone()
        connection.execute(EVENT, (at, seller.id, lead.id, previous, token_hex(32)))
        connection.execute("COMMIT")
