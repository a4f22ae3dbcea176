"""What may become of a quote: a state machine over everything that changes one, asked over HTTP by people of every right.

Edit, submit, approve, reject, send back, sign besides, withdraw, stand in, expire, renew, refresh, give up, share, accept, decline,
order, in any order, by people who may or may not, some of them disabled half-way. After each step: no quote changed in a way that
the table does not name; what is approved says what it said when it was approved, and its document is the one that was printed
then; nobody decided on his own; one version of a number is the newest, at most one is open, and one order is taken.

HAITU_MACHINE=2000 runs so many times 50 steps; otherwise a few, always the same.
"""

from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

import documents
from domain import (
    Refused,
    approval_acts,
    approval_delegates,
    day_of,
    now,
    quote_links,
    time_zone,
    validity,
)
from models import Approval, Order, Product, Quote, QuoteLine, User
from tests import cast as people
from tests import databases, machine, offers

SELLERS = ("seller", "rival")
EVERYBODY = (*SELLERS, "outsider", "manager", "admin", "finance", "service")
SELLING = st.sampled_from(("owner",) * 14 + EVERYBODY)  # mostly the quote's owner
DECIDING = st.sampled_from(("asked",) * 14 + EVERYBODY)  # mostly somebody whom it asks now
QUOTES = st.integers(0, 5)
ACTS = st.sampled_from(("back", "back_to_node", "back_to_node", "before", "after", "hand_on", "take_back"))
PAID = st.sampled_from(("", "95", "70", "40", "0"))
EXPECTED = {200, 204, 303, 401, 403, 404, 409, 410, 422, 429}
REACHED = {"edited", "submitted", "approved", "node_approved", "rejected", "withdrawn", "renewed", "superseded", "sent_back"}
REACHED_IN_FULL = REACHED | {"dropped", "accepted", "declined", "sent_back_to_node", "signer_added_before", "signer_added_after"}

DRAFT, PENDING, APPROVED, REJECTED, DROPPED = Quote.STATUSES
TABLE = {  # from: what it may become in one step
    None: {DRAFT, APPROVED},  # the latter where a refreshed version is nowhere worse and keeps the approval
    DRAFT: {PENDING, APPROVED, DROPPED},
    PENDING: {DRAFT, APPROVED, REJECTED},
    REJECTED: {PENDING, APPROVED, DROPPED},
    APPROVED: set(),
    DROPPED: set(),
}
SET_ONCE = ("approved_at", "accepted_at", "declined_at", "superseded_at", "sent_at", "pdf_sha256")
SAID = ("number", "version", "order_discount", "list_total", "order_amount", "total", "tax_total", "cost_total", "terms", "inclusive")
OF_A_LINE = ("position", "what", "name", "price", "quantity", "discount", "discount_amount", "free", "optional", "net", "tax")


class Quoting(machine.Machine):
    """Every step is a request of somebody who may or may not be allowed to; what is refused changes nothing (tests/oracle.py)."""

    @initialize()
    def begin(self):
        databases.begin(self.engine, "cast")
        time_zone.cache_clear()
        self.cast = people.load()
        self.clients = {name: self.log_in(name) for name in EVERYBODY}
        self.visitor = self.application.test_client().carry_token()
        self.tokens, self.before = [], {}
        for number, owner in enumerate((*SELLERS, "seller"), 1):  # one is approved, one waits, one is written
            offers.quote(getattr(self.cast, owner), number=f"Q20261122-{number:03}")
            self.nothing_changes_beyond_the_table()
            if number < 3:
                self.go_through(0, (3, 1)[number - 1])
        first = Quote.without_file().order_by(Quote.id).get()
        self.tokens.append(quote_links.make(first, by=first.owner))

    def pick(self, number, who, status=None):
        """(a quote, mostly one of this status, and the name of who asks about it)"""
        rows = list(Quote.select(Quote.id, Quote.status).order_by(Quote.id).tuples())
        fitting = [id for id, its in rows if its == status] if number % 4 else []
        ids = fitting or [id for id, _its in rows]
        quote = Quote.without_file().where(Quote.id == ids[-1 - number % len(ids)]).get()
        if who == "owner":
            return quote, self.named(quote.owner_id)
        if who == "asked":
            step = Approval.current_of(quote)
            return quote, self.named(step.deciders[0].id) if step and step.deciders else "finance"
        return quote, who

    def named(self, user_id):
        login = User.get_by_id(user_id).login
        return login if login in self.clients else "admin"

    def post(self, who, path, **data):
        client = self.visitor if who == "visitor" else self.clients[who]
        answer = client.post(path, data=data, headers={"HX-Request": "true"})
        assert answer.status_code in EXPECTED, f"{path} answers {answer.status_code}"
        return answer

    # ---- written and submitted ---------------------------------------------------------------------------------------

    @rule(who=SELLING, number=QUOTES, quantity=st.integers(1, 9), paid=PAID, off=st.sampled_from((0, 100, 5_000)), days=st.integers(0, 40))
    def edit(self, who, number, quantity, paid, off, days):
        quote, who = self.pick(number, who)
        product = Product.select(Product.id).order_by(Product.id).limit(1).scalar()
        self.post(
            who, f"/quotes/{quote.id}", revision=quote.revision, contact=0, valid_until=day_of(now()) + timedelta(days=days), inclusive=1,
            order_discount=off or "", order_way="amount", terms=quote.terms, key="1", what="product", product=product, name="",
            quantity=quantity, rate=paid, way="percent",
        )

    @rule(who=SELLING, number=QUOTES, verb=st.sampled_from(("submit", "submit", "withdraw", "versions", "versions", "refresh", "drop")))
    def do(self, who, number, verb):
        quote, who = self.pick(number, who, {"withdraw": PENDING, "versions": APPROVED, "refresh": APPROVED, "drop": DRAFT}.get(verb))
        self.post(who, f"/quotes/{quote.id}/{verb}")

    # ---- decided -----------------------------------------------------------------------------------------------------

    @rule(who=DECIDING, number=QUOTES)
    def approve(self, who, number):
        quote, who = self.pick(number, who, PENDING)
        self.post(who, f"/quotes/{quote.id}/approve", comment="可以")

    @rule(number=QUOTES, nodes=st.integers(1, 3))
    def go_through_some(self, number, nodes):
        self.go_through(number, nodes)

    def go_through(self, number, nodes):
        """Submitted by its owner and approved at so many nodes by whoever is asked, as most quotes are."""
        quote, owner = self.pick(number, "owner", DRAFT)
        self.post(owner, f"/quotes/{quote.id}/submit")
        for _node in range(nodes):
            _quote, asked = self.pick(number, "asked")
            self.post(asked, f"/quotes/{quote.id}/approve", comment="可以")

    @rule(who=DECIDING, number=QUOTES, reason=st.sampled_from(("价格太低", "价格太低", "")))
    def reject(self, who, number, reason):
        quote, who = self.pick(number, who, PENDING)
        self.post(who, f"/quotes/{quote.id}/reject", comment=reason)

    @rule(who=DECIDING, number=QUOTES, act=ACTS, whom=st.sampled_from(EVERYBODY))
    def act(self, who, number, act, whom):
        """What an approver may do besides."""
        quote, who = self.pick(number, who, PENDING)
        by, whom, step = getattr(self.cast, who), getattr(self.cast, whom), Approval.current_of(quote)
        try:
            if act == "take_back":
                mine = Approval.select().where(Approval.record_id == quote.id, Approval.decided_by == by).order_by(Approval.id.desc()).first()
                return mine and approval_acts.take_back(mine, by)
            if step is None:
                return None
            if act == "back":
                approval_acts.send_back(quote, by, "请补充方案", step=step)
            elif act == "back_to_node":
                earlier = approval_acts.targets(step)
                earlier and approval_acts.send_back(quote, by, "请再看一次", to=earlier[0], step=step)
            elif act == "hand_on":
                approval_acts.hand_on(step, whom, by)
            else:
                approval_acts.add_signers(step, [whom], by, before=act == "before")
        except Refused:
            pass

    @rule(who=st.sampled_from(("manager", "finance", "admin")), to=st.sampled_from(EVERYBODY), days=st.integers(0, 3))
    def stand_in(self, who, to, days):
        today = day_of(now())
        try:
            approval_delegates.delegate(getattr(self.cast, who), getattr(self.cast, to), today, today + timedelta(days=days), getattr(self.cast, who))
        except Refused:
            pass

    # ---- with the customer -------------------------------------------------------------------------------------------

    @rule(who=SELLING, number=QUOTES)
    def share(self, who, number):
        quote, who = self.pick(number, who, APPROVED)
        self.post(who, f"/quotes/{quote.id}/share")
        try:
            self.tokens.append(quote_links.make(quote, by=quote.owner))
        except Refused:
            pass

    @rule(number=QUOTES, answer=st.sampled_from(("accept", "decline", "question", "renewal")))
    def answer(self, number, answer):
        if self.tokens:
            page = {"question": "questions"}.get(answer, answer)
            said = {f"{answer}-name": "张经理", f"{answer}-phone": "13812905678", f"{answer}-body": "再便宜一点"}
            self.post("visitor", f"/q/{self.tokens[-1 - number % len(self.tokens)]}/{page}", **said)

    @rule(who=SELLING, number=QUOTES)
    def order(self, who, number):
        quote, who = self.pick(number, who, APPROVED)
        self.post(who, f"/quotes/{quote.id}/orders")

    # ---- people come and go, days pass -------------------------------------------------------------------------------

    @rule(who=st.sampled_from(("rival", "outsider", "manager", "finance")), verb=st.sampled_from(("disable", "enable")))
    def let_in_or_out(self, who, verb):
        self.post("admin", f"/settings/people/{getattr(self.cast, who).id}/{verb}")
        if verb == "enable":
            self.clients[who] = self.log_in(who)

    @rule(days=st.sampled_from((1, 2, 20)))
    def days_pass(self, days):
        """As if everything had been written so many days earlier; the morning's jobs run."""
        for quote in Quote.select(Quote.id, Quote.issued_on, Quote.valid_until):
            earlier = {"issued_on": quote.issued_on - timedelta(days=days), "valid_until": quote.valid_until - timedelta(days=days)}
            Quote.update(**earlier).where(Quote.id == quote.id).execute()
        validity.tell_of_expiry()

    # ---- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_changes_beyond_the_table(self):
        if not hasattr(self, "cast"):
            return
        lines = self.lines()
        for quote in Quote.select():
            now_is = {name: quote.__data__[name] for name in (*SAID, *SET_ONCE, "status")} | {"lines": lines.get(quote.id, [])}
            was = self.before.get(quote.id)
            self.ensure_allowed(quote, was, now_is)
            self.before[quote.id] = now_is
        assert Quote.select().count() == len(self.before), "a version is gone"

    def ensure_allowed(self, quote, was, now_is):
        status = was and was["status"]
        assert now_is["status"] == status or now_is["status"] in TABLE[status], f"{quote.title}: {status} became {now_is['status']}"
        assert status or quote.status == DRAFT or quote.kept_from_id, f"{quote.title} began as {quote.status}"
        if quote.status == APPROVED:
            assert quote.pdf is not None and sha256(bytes(quote.pdf)).hexdigest() == quote.pdf_sha256, f"{quote.title} is not what was printed"
        if status == APPROVED:
            changed = [name for name in (*SAID, "lines") if was[name] != now_is[name]]
            assert not changed, f"{quote.title} was approved, and its {changed} changed"
        rewritten = [name for name in SET_ONCE if was and was[name] and was[name] != now_is[name]]
        assert not rewritten, f"{quote.title}: {rewritten} was written twice"
        assert not (quote.accepted_at and quote.declined_at), f"{quote.title} is accepted and declined"
        assert quote.status == APPROVED or not (quote.accepted_at or quote.declined_at or quote.sent_at), f"{quote.title} went out unapproved"

    def lines(self):
        found = {}
        for line in QuoteLine.select().order_by(QuoteLine.position):
            found.setdefault(line.quote_id, []).append(tuple(line.__data__[name] for name in OF_A_LINE))
        return found

    @invariant()
    def nobody_decides_on_his_own(self):
        if hasattr(self, "cast"):
            owners = dict(Quote.select(Quote.id, Quote.owner).tuples())
            for step in Approval.select().where(Approval.status.in_((Approval.APPROVED, Approval.REJECTED))):
                assert step.decided_by_id not in (step.submitted_by_id, owners[step.record_id]), f"{step.id} was decided by its own people"

    @invariant()
    def one_version_is_the_newest_and_at_most_one_open(self):
        if not hasattr(self, "cast"):
            return
        numbers = {}
        for quote in Quote.select(Quote.number, Quote.status, Quote.is_newest, Quote.superseded_at):
            numbers.setdefault(quote.number, []).append(quote)
        for number, versions in numbers.items():
            assert sum(each.is_newest for each in versions) == 1, f"{number} has no one newest version"
            assert sum(each.status in Quote.OPEN for each in versions) <= 1, f"{number} is open twice"
            standing = [each for each in versions if each.status == APPROVED and each.superseded_at is None]
            assert len(standing) <= 1, f"{number} is offered twice"

    @invariant()
    def what_is_ordered_was_approved_and_is_what_was_quoted(self):
        if not hasattr(self, "cast"):
            return
        orders = list(Order.select(Order, Quote).join(Quote))
        assert len({order.quote.number for order in orders}) == len(orders), "two orders of one number"
        for order in orders:
            assert order.quote.status == APPROVED and (order.total, order.tax_total) == (order.quote.total, order.quote.tax_total)

    @invariant()
    def a_round_that_runs_asks_somebody(self):
        if not hasattr(self, "cast"):
            return
        for quote in Quote.select():
            asked = Approval.select().where(Approval.record_id == quote.id, Approval.status == Approval.CURRENT).count()
            assert bool(asked) == (quote.status == PENDING), f"{quote.title} is {quote.status} and asks {asked}"


@pytest.fixture
def printer(monkeypatch):
    """A document is quick to make here, and says everything that the real one says."""
    monkeypatch.setattr(documents, "quote_pdf", lambda document, render: b"%PDF-1.7 " + repr(document).encode())


def test_a_quote_changes_only_as_the_table_says(engine, application, printer):
    machine.run(Quoting, engine, application, (30, 40), REACHED_IN_FULL if machine.ASKED else REACHED)
