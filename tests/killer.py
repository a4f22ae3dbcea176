"""kill -9 while three people write: cycles of start, write over HTTP, kill, start again, and a look at the books."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from statistics import median
from threading import Event

from domain import customers, deals, leads, quotes, transaction
from models import Company, FollowUp, Lead, Pool, Product, Quote
from tests import books, quote_forms
from tests import cast as people
from tests.crowd import browser, rows_of

ROOM = 1_000_000
SOONEST, LATEST = 0.05, 0.2  # seconds of writing until the kill, once each has had an answer
DONE = 303


@dataclass
class Report:
    """What a run came to: acknowledged writes by kind, the seconds of each start."""

    cycles: int = 0
    acknowledged: dict = field(default_factory=lambda: {"follow-ups": 0, "claims": 0, "quote saves": 0})
    starts: list = field(default_factory=list)

    def __str__(self):
        told = ", ".join(f"{number} {kind}" for kind, number in self.acknowledged.items())
        return (
            f"{self.cycles} kills; acknowledged {told}; lost 0, half-written 0; "
            f"start-up median {median(self.starts):.2f} s, longest {max(self.starts):.2f} s"
        )


class Writers:
    """Three browsers that write until the line goes dead. What was acknowledged is in `spoken`, `claimed` and `saved`."""

    def __init__(self, server, pool_of):
        cast = people.load()
        self.pool = iter(fill_pool(cast.admin, pool_of))
        self.lead = leads.create(cast.seller, name="跟进中的公司").id
        self.quote, self.form = draft(cast.seller)
        self.speaker, self.claimer, self.quoter = (browser(server, who) for who in (cast.seller, cast.rival, cast.seller))
        self.answered = {visitor: Event() for visitor in (self.speaker, self.claimer, self.quoter)}
        self.spoken, self.claimed, self.said, self.saved, self.saves = [], [], 0, 0, 0

    def write(self, threads):
        """Begin to write in three threads of an executor; their futures, which end when nobody answers any more."""
        for visitor, answered in self.answered.items():
            visitor.connection.close()
            answered.clear()
        return [threads.submit(until_dead, step) for step in (self.speak, self.claim, self.save)]

    def speak(self):
        self.said += 1
        body = f"第 {self.said} 次跟进"
        self.post(self.speaker, f"/leads/{self.lead}/follow-ups", {"method": "phone", "body": body})
        self.spoken.append(body)

    def claim(self):
        lead = next(self.pool)
        self.post(self.claimer, f"/leads/{lead}/claim")
        self.claimed.append(lead)

    def save(self):
        """The quantity is the number of the revision that the save makes."""
        self.post(self.quoter, f"/quotes/{self.quote}", self.form | {"revision": self.saved, "quantity": [self.saved + 1] * 3})
        self.saved += 1
        self.saves += 1

    def post(self, visitor, path, form=None):
        """Comes back when the server said that it is done; the line going dead is another matter."""
        answer = visitor.post(path, form)
        if answer.status != DONE:
            raise AssertionError(f"{path} answered {answer.status}: {answer.text[:500]}")
        self.answered[visitor].set()

    def check(self):
        """Everything acknowledged is there; of what was not, all or nothing."""
        kept = {row.body for row in FollowUp.select().where(FollowUp.record_id == self.lead)}
        assert kept >= set(self.spoken), "a follow-up is lost"
        mine = {row.id for row in Lead.select(Lead.id).where(Lead.owner == self.claimer.person)}
        assert mine >= set(self.claimed), "a claim is lost"
        quote = Quote.get_by_id(self.quote)
        assert self.saved <= quote.revision <= self.saved + 1, "a save of the quote is lost"
        assert {line.quantity for line in quote.lines} == ({quote.revision} if quote.revision else set())
        self.saved = quote.revision
        books.check()


def fill_pool(by, number):
    with transaction():
        return [leads.create(by, pool=Pool.get(), name=f"公海公司 {n}").id for n in range(number)]


def draft(seller):
    """(id, form) of an empty draft with three products to put on it."""
    quote = quotes.create(deals.create(seller, customers.create(seller, name="报价公司"), "商机", 100_00), by=seller)
    products = [Product.create(sku=f"P{n}", name=f"传感器 {n}", unit="台", price=12_345 * n, cost=9_999) for n in (1, 2, 3)]
    rows = [(product, 1, rate) for product, rate in zip(products, ("", "95", ""))]
    return quote.id, quote_forms.form(quote, *rows, order_discount="0.77")


def until_dead(step):
    try:
        while True:
            step()
    except (OSError, HTTPException):
        pass


def run(server, cycles, seed=1):
    """Kill the running server so many times while it writes; the Report. Raises when anything acknowledged is gone."""
    chance, report = random.Random(seed), Report()
    with rows_of(server):
        people.build()
        Company.update(daily_claim_limit=ROOM, claim_capacity=ROOM).execute()
        writers = Writers(server, pool_of=cycles * 60)
    for _cycle in range(cycles):
        report.starts.append(write_and_kill(server, writers, chance.uniform(SOONEST, LATEST)))
        with rows_of(server):
            writers.check()
    report.cycles = cycles
    report.acknowledged = {"follow-ups": len(writers.spoken), "claims": len(writers.claimed), "quote saves": writers.saves}
    return report


def write_and_kill(server, writers, after):
    """Let them write so many seconds from when each has had an answer, kill, start again; how long the start took."""
    with ThreadPoolExecutor(3) as threads:
        writing = writers.write(threads)
        for answered in writers.answered.values():
            answered.wait(timeout=10)
        time.sleep(after)
        server.kill()
    for each in writing:
        each.result()
    return server.start()
