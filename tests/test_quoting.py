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
from hypothesis.stateful import rule

import documents
from domain import (
    Refused,
    approval_acts,
    approval_delegates,
    approvals,
    day_of,
    now,
    quote_links,
    validity,
)
from models import Approval, Order, Product, Quote, QuoteLine
from tests import cast as people
from tests import machine, offers, quick_press

SELLERS = ("seller", "rival")
EVERYBODY = (*SELLERS, "outsider", "manager", "admin", "finance", "service")
SELLING = st.sampled_from(("owner",) * 14 + EVERYBODY)  # mostly the quote's owner
DECIDING = st.sampled_from(("asked",) * 14 + EVERYBODY)  # mostly somebody whom it asks now
QUOTES = st.integers(0, 5)
ACTS = st.sampled_from(("back", "back_to_node", "back_to_node", "before", "after", "hand_on", "take_back"))
LATEST = st.integers(0, 1)  # of the links: an older one hardly ever still asks
PAID = st.sampled_from(("", "95", "70", "40", "0"))
VERBS = ("edited", "submitted", "approved", "node_approved", "rejected", "withdrawn", "renewed", "superseded", "sent_back")
VERBS_IN_FULL = (*VERBS, "dropped", "accepted", "sent_back_to_node", "signer_added_before", "signer_added_after")  # declined: by luck
REACHED, REACHED_IN_FULL = ({f"quote.{verb}" for verb in verbs} for verbs in (VERBS, VERBS_IN_FULL))

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
READ = ("id", "owner", "status", "is_newest", "kept_from", "pdf", *SAID, *SET_ONCE)
OF_A_LINE = ("position", "what", "name", "price", "quantity", "discount", "discount_amount", "free", "optional", "net", "tax")


class Quoting(machine.Machine):
    players, expected = EVERYBODY, {200, 204, 401, 403, 404, 409, 410, 422, 429}

    @staticmethod
    def build():
        """One quote is approved, one waits for its second node, one is written."""
        people.build()
        cast = people.load()
        for number, (owner, nodes) in enumerate(((cast.seller, 3), (cast.rival, 1), (cast.seller, 0)), 1):
            quote = offers.quote(owner, number=f"Q20261122-{number:03}")
            if nodes:
                approvals.submit(quote, by=owner)
            for _node in range(nodes):
                step = Approval.current_of(quote)
                approvals.approve(quote, by=step.deciders[0], step=step, pdf=b"%PDF-1.7")

    def __init__(self):
        self.quotes = {}
        super().__init__()
        self.clients["visitor"] = self.application.test_client().carry_token()
        first = Quote.without_file().order_by(Quote.id).get()
        self.tokens = [quote_links.make(first, by=first.owner)]

    def pick(self, number, who, status=None):
        """(a quote, mostly one of this status, and the name of who asks about it)"""
        fitting = [id for id, quote in self.quotes.items() if quote["status"] == status] if number % 4 else []
        ids = fitting or list(self.quotes)
        quote = Quote.without_file().where(Quote.id == ids[-1 - number % len(ids)]).get()
        return quote, self.named(who, quote)

    def named(self, who, quote):
        if who == "asked":
            step = Approval.current_of(quote)
            return self.player(step.deciders[0].id) if step and step.deciders else "finance"
        return self.player(quote.owner_id) if who == "owner" else who

    def player(self, user_id):
        login = self.logins[user_id]
        return login if login in EVERYBODY else "admin"

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
    def go_through(self, number, nodes):
        """Submitted by its owner and approved at so many nodes by whoever is asked, as most quotes are."""
        quote, owner = self.pick(number, "owner", DRAFT)
        self.post(owner, f"/quotes/{quote.id}/submit")
        for _node in range(nodes):
            self.post(self.named("asked", quote), f"/quotes/{quote.id}/approve", comment="可以")

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

    @rule(number=LATEST, answer=st.sampled_from(("accept", "decline", "question", "renewal")))
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

    def read(self):
        super().read()
        self.before, self.quotes = self.quotes, {}
        lines = {}
        for quote_id, *line in QuoteLine.select(QuoteLine.quote, *columns(QuoteLine, OF_A_LINE)).order_by(QuoteLine.position).tuples():
            lines.setdefault(quote_id, []).append(line)
        for quote in Quote.select(*columns(Quote, READ)).order_by(Quote.id).dicts():
            self.quotes[quote["id"]] = quote | {"lines": lines.get(quote["id"]), "title": f"{quote['number']} {quote['version']}"}
        about = (Approval.record_id, Approval.status, Approval.submitted_by, Approval.decided_by)
        self.steps = list(Approval.select(*about).tuples())

    def check(self):
        self.nothing_changes_beyond_the_table()
        self.nobody_decides_on_his_own_and_a_round_that_runs_asks_somebody()
        self.one_version_is_the_newest_and_at_most_one_open()
        self.what_is_ordered_was_approved_and_is_what_was_quoted()

    def nothing_changes_beyond_the_table(self):
        assert self.before.keys() <= self.quotes.keys(), "a version is gone"
        for id, quote in self.quotes.items():
            self.ensure_allowed(quote, self.before.get(id))

    def ensure_allowed(self, quote, was):
        title, status, before = quote["title"], quote["status"], was and was["status"]
        assert status == before or status in TABLE[before], f"{title}: {before} became {status}"
        assert was or status == DRAFT or quote["kept_from"], f"{title} began as {status}"
        if status == APPROVED:
            assert sha256(bytes(quote["pdf"])).hexdigest() == quote["pdf_sha256"], f"{title} is not what was printed"
        if before == APPROVED:
            changed = [name for name in (*SAID, "lines") if was[name] != quote[name]]
            assert not changed, f"{title} was approved, and its {changed} changed"
        rewritten = [name for name in SET_ONCE if was and was[name] and was[name] != quote[name]]
        assert not rewritten, f"{title}: {rewritten} was written twice"
        assert not (quote["accepted_at"] and quote["declined_at"]), f"{title} is accepted and declined"
        out = quote["accepted_at"] or quote["declined_at"] or quote["sent_at"]
        assert status == APPROVED or not out, f"{title} went out unapproved"

    def nobody_decides_on_his_own_and_a_round_that_runs_asks_somebody(self):
        asking = set()
        for record_id, status, submitted_by, decided_by in self.steps:
            if status in (Approval.APPROVED, Approval.REJECTED):
                assert decided_by not in (submitted_by, self.quotes[record_id]["owner"]), "a step was decided by its own people"
            if status == Approval.CURRENT:
                asking.add(record_id)
        for id, quote in self.quotes.items():
            assert (id in asking) == (quote["status"] == PENDING), f"{quote['title']} is {quote['status']}; asks somebody: {id in asking}"

    def one_version_is_the_newest_and_at_most_one_open(self):
        numbers = {}
        for quote in self.quotes.values():
            numbers.setdefault(quote["number"], []).append(quote)
        for number, versions in numbers.items():
            assert sum(each["is_newest"] for each in versions) == 1, f"{number} has no one newest version"
            assert sum(each["status"] in Quote.OPEN for each in versions) <= 1, f"{number} is open twice"
            standing = [each for each in versions if each["status"] == APPROVED and each["superseded_at"] is None]
            assert len(standing) <= 1, f"{number} is offered twice"

    def what_is_ordered_was_approved_and_is_what_was_quoted(self):
        orders = list(Order.select(Order.quote, Order.total, Order.tax_total).tuples())
        assert len({self.quotes[id]["number"] for id, *_sums in orders}) == len(orders), "two orders of one number"
        for id, *sums in orders:
            quote = self.quotes[id]
            assert quote["status"] == APPROVED and sums == [quote["total"], quote["tax_total"]]


def columns(table, names):
    return [getattr(table, name) for name in names]


@pytest.fixture
def printer(monkeypatch):
    monkeypatch.setattr(documents, "quote_pdf", quick_press.quote_pdf)


def test_a_quote_changes_only_as_the_table_says(engine, application, printer):
    machine.run(Quoting, engine, application, (20, 40), REACHED_IN_FULL if machine.ASKED >= machine.MANY else REACHED)
