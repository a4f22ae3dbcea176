"""Every page at both sizes: the larger must not be slower. And the pool page against the least it could cost."""

from urllib.parse import quote, urlencode

from benchmarks.seed_leads import RARE, SHOWN
from benchmarks.timing import medians
from models import Lead
from views.helpers import encoded

AIM = 1.2
DEEP = 0.83  # of the pool: 400,000 rows of 480,000
SELLER, MANAGER = "seller1", "manager2"

BIG, OTHER = "华东", "无主线索"


def pool_at(place, name=BIG, **arguments):
    (id,) = place.one("SELECT id FROM pool WHERE name = ?", name)
    return f"/pools/{id}" + (f"?{urlencode(arguments)}" if arguments else "")


def deep(place):
    """The address of a page far down the pool, as its own links would lead there."""
    here = "FROM lead JOIN pool ON pool.id = pool_id WHERE owner_id IS NULL AND pool.name = ?"
    (size,) = place.one(f"SELECT count(*) {here}", BIG)
    order = "ORDER BY entered_pool_at DESC, lead.id DESC LIMIT 1 OFFSET ?"
    (id,) = place.one(f"SELECT lead.id {here} {order}", BIG, int(size * DEEP))
    return pool_at(place, after=encoded(Lead.get_by_id(id), (Lead.entered_pool_at, Lead.id)))


def found(place, text):
    return pool_at(place, q=text)


PAGES = [  # (what, who looks, the address, asked as a part)
    ("pool, first page", SELLER, pool_at, False),
    ("pool, as a part for htmx", SELLER, pool_at, True),
    ("pool, 5/6 of the way down", SELLER, deep, False),
    ("pool, a frequent source", SELLER, lambda place: pool_at(place, source="exhibition"), False),
    ("pool, the rarest source", SELLER, lambda place: pool_at(place, source="flyer"), False),
    ("pool, a source nobody has", SELLER, lambda place: pool_at(place, source="none"), False),
    ("pool, the biggest city", SELLER, lambda place: pool_at(place, city="上海"), False),
    ("pool, a smaller city", SELLER, lambda place: pool_at(place, city="合肥"), False),
    ("pool, city and source", SELLER, lambda place: pool_at(place, city="苏州", source="referral"), False),
    ("pool, entered within 90 days", SELLER, lambda place: pool_at(place, within=90), False),
    ("pool, 1 character (恒)", SELLER, lambda place: found(place, "恒"), False),
    ("pool, 2 characters (恒达)", SELLER, lambda place: found(place, "恒达"), False),
    ("pool, 4 characters (精密机械)", SELLER, lambda place: found(place, "精密机械"), False),
    ("pool, 4 rare characters", SELLER, lambda place: found(place, RARE), False),
    ("pool, 2 characters of another pool", SELLER, lambda place: found(place, "深圳"), False),
    ("pool, what no company is called", SELLER, lambda place: found(place, "龘龘龘龘"), False),
    ("pool, pinyin initials (hrjm)", SELLER, lambda place: found(place, "hrjm"), False),
    ("my leads", SELLER, lambda place: "/leads", False),
    ("leads of the team", MANAGER, lambda place: "/leads?who=team", False),
    ("one lead, 60 follow-ups", SELLER, lambda place: f"/leads/{SHOWN}", False),
    ("board, a seller's", SELLER, lambda place: "/opportunities", False),
    ("board, a manager's", MANAGER, lambda place: "/opportunities", False),
    ("deals as a list", MANAGER, lambda place: "/opportunities?view=list", False),
    ("one deal", SELLER, lambda place: "/opportunities/1", False),
    ("my customers", SELLER, lambda place: "/customers", False),
    ("customers of the team", MANAGER, lambda place: "/customers?tab=all", False),
    ("one customer", SELLER, lambda place: "/customers/1", False),
    ("quotes", SELLER, lambda place: "/quotes", False),
    ("orders", MANAGER, lambda place: "/orders", False),
    ("tickets", "service1", lambda place: "/tickets", False),
    ("today", SELLER, lambda place: "/", False),
    ("palette, 1 character", SELLER, lambda place: f"/search?q={quote('恒')}", True),
    ("palette, 2 characters", SELLER, lambda place: f"/search?q={quote('恒达')}", True),
    ("palette, 4 rare characters", SELLER, lambda place: f"/search?q={quote(RARE)}", True),
]


def measure(places, report):
    """Both sizes take turns at each page."""
    small, large = places
    report.table("Pages, whole, in process through WSGI", "page", f"{small.leads:,}", f"{large.leads:,}", "ratio", "aim")
    for what, who, address, part in PAGES:
        jobs = {}
        for place in places:
            place.enter()
            jobs[place.leads] = place.enter, visiting(place, who, address(place), part)
        taken = medians(jobs)
        ratio = taken[large.leads] / taken[small.leads]
        report.row(what, ms(taken[small.leads]), ms(taken[large.leads]), f"{ratio:.2f}", report.verdict(ratio, AIM))


def visiting(place, who, path, part):
    return lambda: place.visit(who, path, part)


def ms(seconds):
    return f"{seconds * 1000:.1f} ms"
