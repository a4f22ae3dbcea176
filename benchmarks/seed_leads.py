"""The leads: four of five in a pool, the others held by somebody; with their ledger, follow-ups, plans and audit."""

from datetime import timedelta
from itertools import count

from benchmarks import bulk
from models import Claim, Event, FollowUp, Lead, Task, db, name_key

OWNED_EVERY = 5  # every fifth lead is or was somebody's own work; the rest lies in a pool
EVER_OWNED = 0.15  # of those in a pool: given back by somebody
YEARS = 2 * 365
REASONS = ("quiet", "quiet", "quiet", "unreachable", "given_back", "no_budget")
WITH_PHONE, WITH_CODE = 0.7, 0.25
SHOWN, SPOKEN = 1, 60  # the lead whose page is measured, and how often somebody spoke to it
RARE = "鲲鹏玖曜"  # three companies in each pool, at any size: what a search for something rare finds
RARE_EACH = 3

COLUMNS = (
    "id", "name", "name_key", "contact_name", "phone", "credit_code", "province", "city", "source", "industry", "status", "pool",
    "home_pool", "owner", "owned_since", "entered_pool_at", "drop_reason", "last_owner", "last_note", "last_follow_up_at", "next_at", "created_at",
    "updated_at",
)


def pour(leads, cast, draw, today):
    bulk.pour(Lead, COLUMNS, rows(leads, cast, draw, today), created_by=cast.admin)
    texts = ("name", "contact_name", "phone", "credit_code")
    bulk.pour_words("lead", texts, each(f"SELECT id, {', '.join(texts)} FROM lead ORDER BY id"))
    pour_ledger(draw, cast)
    pour_follow_ups(draw, cast, today)
    pour_plans(today)
    bulk.pour_events(audit(cast))


def each(query):
    """Rows of a query, read while others are written."""
    return db.connection().execute(query)


def rows(leads, cast, draw, today):
    owners = {SHOWN: (cast.sellers[0], Lead.FOLLOWING)} | dict(held(leads, cast, draw))
    rare = dict(zip((id for id in count(SHOWN + 1) if id % OWNED_EVERY), rare_names(cast)))
    for id in range(1, leads + 1):
        pool = draw.pool()
        city = draw.city(pool)
        name = draw.company(city)
        pool, name = rare.get(id, (pool, name))
        owner, status = owners.get(id, (None, Lead.UNASSIGNED))
        yield row(id, name, city, pool, owner, status, cast, draw, today)


def rare_names(cast):
    for pool in cast.pools:
        for number in range(RARE_EACH):
            yield pool, f"{'甲乙丙'[number]}{RARE}设备有限公司"


def held(leads, cast, draw):
    """(id, (owner, status)): the open ones spread evenly among those that are done with."""
    ids = range(OWNED_EVERY, leads + 1, OWNED_EVERY)
    still_open = cast.open_leads
    step = max(len(ids) // len(still_open), 1)
    for place, id in enumerate(ids):
        slot, rest = divmod(place, step)
        if rest == 0 and slot < len(still_open):
            yield id, (still_open[slot], Lead.PENDING if slot % 3 == 0 else Lead.FOLLOWING)
        else:
            yield id, (cast.seller(draw), Lead.VOIDED if place % 7 == 3 else Lead.CONVERTED)


def row(id, name, city, pool, owner, status, cast, draw, today):
    random = draw.random
    created = today - timedelta(days=random.random() * YEARS + 30)
    changed = created + (today - created) * random.random()
    returned = not owner and random.random() < EVER_OWNED
    spoken = returned or owner and status != Lead.PENDING
    return (
        id, name, name_key(name), draw.contact(), draw.phone() if random.random() < WITH_PHONE else "",
        code(random) if random.random() < WITH_CODE else "", "", city, draw.source(), "machinery", status,
        None if owner else cast.pools[pool], cast.pools[pool], owner, str(created) if owner else None, str(changed if returned else created),
        random.choice(REASONS) if returned else "" if owner else "unassigned", cast.seller(draw) if returned else None,
        draw.note() if spoken else "", str(changed) if spoken else None,
        str(today + timedelta(days=random.randrange(-9, 20), hours=9)) if status == Lead.FOLLOWING else None,
        str(created), str(changed),
    )


def code(random):
    return f"9131{random.randrange(10**13):013}X"


# ---- what happened to them -------------------------------------------------------------------------------------------


def pour_ledger(draw, cast):
    """One open claim for each that is held, one that is over for each that was given back."""
    taken = each("SELECT id, coalesce(owner_id, last_owner_id), created_at, updated_at, drop_reason, pool_id FROM lead"
                 " WHERE owner_id IS NOT NULL OR last_owner_id IS NOT NULL")
    ledger = (
        (id, owner, at, at[:10], changed if pool else None, owner if pool else None, reason)
        for id, owner, at, changed, reason, pool in taken
    )
    columns = ("record_id", "owner", "at", "day", "ended_at", "ended_by", "end_reason")
    bulk.pour(Claim, columns, ledger, record_kind="lead", how=Claim.CLAIMED, by=cast.admin)


def pour_follow_ups(draw, cast, today):
    """A long tail: most were spoken to once or twice, few often, one sixty times."""
    spoken = each("SELECT id, coalesce(owner_id, last_owner_id), last_follow_up_at FROM lead WHERE last_follow_up_at IS NOT NULL")
    said = (
        (id, author, f"{draw.note()}。{draw.note()}。", str(at))
        for id, author, at in spoken
        for _time in range(SPOKEN if id == SHOWN else 1 + min(draw.tail(0.8), 200))
    )
    bulk.pour(FollowUp, ("record_id", "author", "body", "at"), said, record_kind="lead", method="phone", outcome="connected")


def pour_plans(today):
    planned = each("SELECT owner_id, id, name, next_at FROM lead WHERE owner_id IS NOT NULL AND next_at IS NOT NULL")
    bulk.pour(Task, ("owner", "record_id", "title", "due_at"), planned, record_kind="lead", what="再约一次")


def audit(cast):
    """As an import, claims and follow-ups would have written it."""
    day = Event.at.python_value
    for id, name, at in each("SELECT id, name, created_at FROM lead"):
        yield day(at), cast.admin, "lead.imported", "lead", id, None, {"name": name}, {"file": "companies.csv", "import": 1}
    claims = "SELECT record_id, claim.owner_id, at, lead.pool_id FROM claim JOIN lead ON lead.id = record_id WHERE record_kind = 'lead'"
    for id, owner, at, pool in each(claims):
        yield day(at), owner, "lead.claimed", "lead", id, None, {"owner": owner}, {"pool": "华东", "last_owner_name": ""}
        if pool:
            yield day(at), owner, "lead.released", "lead", id, None, {"owner": None}, {"pool": "华东", "drop_reason": "quiet"}
    for id, lead, author, at in each("SELECT id, record_id, author_id, at FROM follow_up"):
        detail = {"follow_up": id, "method": "phone", "outcome": "connected", "next_at": None, "next_what": ""}
        yield day(at), author, "lead.followed_up", "lead", lead, None, None, detail
