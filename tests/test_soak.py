"""Many mixed requests leave the server as big as it was: its memory, its open files, its threads (trust.md, soak).

HAITU_SOAK=9000 is a long one; with -s it says what it measured.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from domain import customers, deals, leads, quotes, tickets, transaction
from models import Company, Pool, Product
from tests import books, quote_forms
from tests import cast as people
from tests.crowd import browser, rows_of
from tests.server import Visitor

pytestmark = [
    pytest.mark.once, pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells how big a process is"),
]
STEPS = int(os.environ.get("HAITU_SOAK", "300"))  # one and a half requests each
TURNS = 3  # equal parts; in the first one everything is made that is made once
SLACK, MOST_PER_STEP = 5_000, 1  # kB: what caches still take after the first turn, and rows that SQLite keeps at hand
FILES, THREADS = 4, 4  # connections that are just being closed; what the clock starts for its jobs
ROOM = 1_000_000
LOOKS = ("/", "/leads", "/customers", "/opportunities", "/quotes", "/tickets", "/products", "/search?q=%E5%85%AC", "/notices", "/profile", "/changes")
FINE = {200, 204, 303}


class Size(NamedTuple):
    memory: int  # resident, in kB
    files: int
    threads: int

    @classmethod
    def of(cls, process):
        told = dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
        return cls(int(told["VmRSS"].split()[0]), len(os.listdir(f"/proc/{process.pid}/fd")), int(told["Threads"]))


class Day:
    """What one person does all day, over and over: lists, pages, refusals, claims, follow-ups, saves, a new browser now and then."""

    def __init__(self, server, person, lying, quote):
        self.server, self.person, self.lying, (self.quote, self.form) = server, person, lying, quote
        self.browser, self.number, self.saved = browser(server, person), count(), 0

    def work(self, steps):
        for _step in range(steps):
            number = next(self.number)
            (self.look, self.look_at_a_part, self.claim, self.save, self.stray, self.look, self.guess)[number % 7](number)

    def get(self, path, expected=FINE, **headers):
        answer = self.browser.get(path, **headers)
        assert answer.status in expected, f"{path} answered {answer.status}"

    def post(self, path, form=None, expected=FINE):
        answer = self.browser.post(path, form)
        assert answer.status in expected, f"{path} answered {answer.status}: {answer.text[-500:]}"

    def look(self, number):
        self.get(LOOKS[number // 7 % len(LOOKS)])

    def look_at_a_part(self, number):
        self.get(f"/leads/{self.lying[0]}" if number % 2 else "/pools/1", HX_Request="true", HX_Request_Type="partial")

    def claim(self, number):
        if number % 2:
            self.post(f"/leads/{self.lying[0]}/follow-ups", {"method": "phone", "body": f"第 {number} 次跟进"})
        else:
            self.post(f"/leads/{self.lying[1 + number // 14]}/claim")

    def save(self, number):
        self.post(f"/quotes/{self.quote}", self.form | {"revision": self.saved, "quantity": [self.saved + 1] * 2})
        self.saved += 1

    def stray(self, number):
        """What is not there, not allowed, not well formed, not possible."""
        self.get(f"/leads/{10**6 + number}", {404})
        self.get("/settings", {403})
        self.post("/customers", {"name": ""}, {422})
        self.post(f"/leads/{self.lying[0]}/claim", None, {403, 404, 409})

    def guess(self, number):
        """Somebody who is not logged in, on a connection of his own; then a new browser of one's own."""
        stranger = Visitor(self.server)
        assert stranger.get("/leads").status == 303 and stranger.get("/login").status == 200
        stranger.connection.close()
        self.browser.connection.close()


def days(server):
    """Three people's days, with enough in the pool for all of them."""
    people.build()
    cast = people.load()
    Company.update(daily_claim_limit=ROOM, claim_capacity=ROOM).execute()
    with transaction():
        product = [Product.create(sku=f"P{number}", name="传感器", unit="台", price=12_345, cost=9_999) for number in (1, 2)]
        for person in (cast.seller, cast.rival, cast.outsider):
            mine = leads.create(person, name=f"{person.name}的公司").id
            lying = [mine, *(leads.create(cast.admin, pool=Pool.get(), name=f"公海公司 {number}").id for number in range(STEPS // 14))]
            customer = customers.create(person, name=f"{person.name}的客户")
            tickets.create(person, customer, "坏了")
            quote = quotes.create(deals.create(person, customer, "商机", 100_00), by=person)
            yield person, lying, (quote.id, quote_forms.form(quote, *[(each, 1, "") for each in product]))


def test_a_long_day_leaves_the_server_as_big_as_it_was(serve):
    server = serve("tests.quick_press")
    with rows_of(server):
        workers = [Day(server, *day) for day in list(days(server))]
        sizes = []
        for _turn in range(TURNS):
            with ThreadPoolExecutor(len(workers)) as threads:
                list(threads.map(partial(Day.work, steps=STEPS // TURNS // len(workers)), workers))
            sizes.append(Size.of(server.process))
        books.check()
    print(*sizes, sep="\n")  # noqa: T201
    warm, *_others, last = sizes
    assert last.memory - warm.memory < SLACK + STEPS * MOST_PER_STEP, sizes
    assert last.files <= warm.files + FILES and last.threads <= warm.threads + THREADS, sizes
    assert "Traceback" not in server.log()
