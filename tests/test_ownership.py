"""Whose is it: a state machine over everything that moves a record, asked over HTTP by people of every right.

Claim, give back, assign, transfer, move, lock, void, merge and its undo, hand over and its undo, recycle, disable, changed limits and
passing days, in any order. After each step: a record is somebody's, in one pool, or gone for good; none was lost or doubled;
the ledger and the last fact about its owner name the same person; and whoever was given a record had room and claims for it.

HAITU_MACHINE=2000 runs so many times 50 steps; otherwise a few, always the same.
"""

from collections import namedtuple
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain import (
    Refused,
    assignment,
    customers,
    handover,
    leads,
    merging,
    now,
    pool,
    pool_limits,
    recycling,
    recycling_runs,
    rehearsals,
)
from models import (
    Claim,
    Company,
    Customer,
    Handover,
    Lead,
    Merge,
    Pool,
    RecycleRule,
    User,
)
from tests import books, machine
from tests import cast as people

TABLES = {"leads": Lead, "customers": Customer}
GONE = {"leads": Lead.merged_into.is_null(False) | (Lead.status == Lead.VOIDED), "customers": Customer.merged_into.is_null(False)}
Place = namedtuple("Place", "pool owner gone")
SELLERS = ("seller", "rival", "outsider")
EVERYBODY = (*SELLERS, "manager", "admin", "finance")
ANYBODY = st.sampled_from(("owner",) * 4 + EVERYBODY)  # "owner": whoever has the record
MOST = 20  # records of an example
EMPTY = dict.fromkeys((*leads.COLUMNS, *customers.COLUMNS), "")
VERBS = ("created", "claimed", "released", "assigned", "recycled", "locked")
VERBS_IN_FULL = (*VERBS, "unclaimed", "moved", "unlocked", "merged", "unmerged")
BESIDES = {"lead.converted", "lead.voided", "customer.placed", "handover.finished", "handover.undone", "user.disabled"}
REACHED, REACHED_IN_FULL = ({f"{kind}.{verb}" for kind in ("lead", "customer") for verb in verbs} | BESIDES for verbs in (VERBS, VERBS_IN_FULL))
PLURALS, RECORDS, DAYS = st.sampled_from(sorted(TABLES)), st.integers(0, 15), st.integers(1, 20)
SPREADS = st.sampled_from(("round_robin", "least_loaded"))


class Ownership(machine.Machine):
    players, expected = EVERYBODY, {200, 204, 401, 403, 404, 409, 422}

    @staticmethod
    def build():
        people.build()
        cast = people.load()
        Company.update(daily_claim_limit=4, claim_capacity=5, customer_claim_limit=3, customer_capacity=4, lock_quota=2).execute()
        Pool.create(name="老客户", what="customer")
        Pool.create(name="华东", daily_claim_limit=2, capacity=3, cool_down_days=1)
        assignment.save_rule(None, cast.admin, takers=[cast.rival], name="退回即分配", what="customer", method="person", on_drop=True)
        for n, owner in enumerate((cast.seller, cast.rival, cast.outsider)):
            leads.create(cast.admin, pool=Pool.of("lead").get(), name=f"公海线索{n}")
            leads.create(owner, name=f"线索{n}")
            customers.create(owner, name=f"客户{n}")
            pool.release(customers.create(owner, name=f"公海客户{n}"), by=owner, reason="no_need")

    def __init__(self):
        self.made, self.nights = {"leads": 6, "customers": 6}, 0
        self.facts = {}  # whose a record is, by the last fact about its owner
        super().__init__()

    def pick(self, plural, number, who, owned=None):
        """(id, name of the person): a record, mostly one that is somebody's or lies in a pool, as asked, and who asks about it."""
        records = self.records[plural]
        fitting = [id for id, place in records.items() if not place.gone and (place.owner is not None) == owned] if number % 4 else []
        ids = fitting or list(records)
        id = ids[number % len(ids)]
        owner = self.logins.get(records[id].owner)
        return id, (owner if owner in EVERYBODY else "seller") if who == "owner" else who

    # ---- new records ---------------------------------------------------------------------------------------------------

    @rule(who=st.sampled_from(SELLERS), plural=PLURALS)
    def create(self, who, plural):
        if sum(self.made.values()) == MOST:
            return
        self.made[plural] += 1
        path = "/leads/new" if plural == "leads" else "/customers"
        written = {"name": f"{plural}{self.made[plural]}号", "owner": getattr(self.cast, who).id}
        done = self.post(who, path, **EMPTY | written)
        self.made[plural] -= not done
        if done:
            self.within_room(who, plural)

    # ---- in and out of pools ---------------------------------------------------------------------------------------------

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, regrets=st.booleans())
    def claim(self, who, plural, id, regrets):
        id, who = self.pick(plural, id, who, owned=False)
        before = self.records[plural][id].owner
        done = self.post(who, f"/{plural}/{id}/claim")
        if done and before is None and self.owner_of(plural, id) == getattr(self.cast, who).id:
            self.within_claims(who, plural)
            self.within_room(who, plural)
        if regrets:
            self.post(who, f"/{plural}/{id}/unclaim")

    @rule(who=ANYBODY, plural=PLURALS, ids=st.lists(RECORDS, min_size=1, max_size=5))
    def claim_selection(self, who, plural, ids):
        who = "seller" if who == "owner" else who
        ids = [self.pick(plural, id, who, owned=False)[0] for id in ids]
        if self.post(who, f"/{plural}/claim", id=ids):
            self.within_claims(who, plural)
            self.within_room(who, plural)

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, verbs=st.lists(st.sampled_from(("unclaim", "lock", "unlock")), min_size=1, max_size=3))
    def do(self, who, plural, id, verbs):
        id, who = self.pick(plural, id, who, owned=True)
        for verb in verbs:
            self.post(who, f"/{plural}/{id}/{verb}")

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, into=st.integers(0, 4))
    def release(self, who, plural, id, into):
        id, who = self.pick(plural, id, who, owned=True)
        self.post(who, f"/{plural}/{id}/release", reason="no_need", pool=into or "")

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, to=st.sampled_from((*SELLERS, "disabled")))
    def assign(self, who, plural, id, to):
        id, who = self.pick(plural, id, who)
        before = self.records[plural][id].owner
        self.post(who, f"/{plural}/{id}/assign", to=getattr(self.cast, to).id)
        if before != self.owner_of(plural, id) == getattr(self.cast, to).id:
            self.within_room(to, plural)

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, to=st.sampled_from((*SELLERS, "disabled")), stays=st.sampled_from(("", "reads", "works")))
    def transfer(self, who, plural, id, to, stays):
        id, who = self.pick(plural, id, who, owned=True)
        if self.post(who, f"/{plural}/{id}/transfer", to=getattr(self.cast, to).id, stays=stays):
            self.within_room(to, plural)

    @rule(who=ANYBODY, plural=PLURALS, ids=st.lists(RECORDS, min_size=1, max_size=4), how=SPREADS)
    def spread(self, who, plural, ids, how):
        who = "manager" if who == "owner" else who
        ids = [self.pick(plural, id, who)[0] for id in ids]
        self.post(who, f"/{plural}/assign", id=ids, to=how)

    @rule(who=st.sampled_from(("manager", "admin", "rival")), plural=PLURALS, id=RECORDS, into=st.integers(0, 1))
    def move(self, who, plural, id, into):
        id, who = self.pick(plural, id, who)
        self.post(who, f"/{plural}/{id}/pool", pool=list(Pool.of(plural[:-1]))[into].id)

    @rule()
    def rules_place_what_came_back(self):
        assignment.settle()

    # ---- gone for good, or two become one -------------------------------------------------------------------------------

    @rule(who=st.sampled_from(("manager", "seller")), id=RECORDS)
    def void(self, who, id):
        id, who = self.pick("leads", id, who, owned=True)
        self.post(who, f"/leads/{id}/void")

    @rule(who=ANYBODY, plural=PLURALS, id=RECORDS, other=RECORDS)
    def merge(self, who, plural, id, other):
        """Mostly with another of the same owner."""
        id, who = self.pick(plural, id, who, owned=True)
        records = self.records[plural]
        beside = [each for each, place in records.items() if place.owner == records[id].owner and each != id] if other % 4 else []
        others = beside or list(records)
        other = others[other % len(others)]
        self.post(who, f"/{plural}/{id}/merge", other=other, mark=self.mark_of(TABLES[plural], id, other, who))

    def mark_of(self, table, winner, loser, who):
        """What the page of a merge shows, comes back with it."""
        try:
            return merging.preview(table.get_by_id(winner), table.get_by_id(loser), getattr(self.cast, who)).mark
        except Refused:
            return ""

    @rule(who=st.sampled_from(("admin", "manager")), number=st.integers(0, 3))
    def undo_merge(self, who, number):
        if self.merges:
            id, *_both = self.merges[-1 - number % len(self.merges)]
            self.post(who, f"/merges/{id}/undo")

    @rule(who=ANYBODY, id=RECORDS)
    def convert(self, who, id):
        id, who = self.pick("leads", id, who, owned=True)
        self.post(who, f"/leads/{id}/convert", with_contact="y")
        self.made["customers"] += Customer.select().count() - self.made["customers"]

    # ---- people come and go, rules change, days pass -----------------------------------------------------------------

    @rule(leaver=st.sampled_from(SELLERS))
    def hand_over(self, leaver):
        successors = [getattr(self.cast, name) for name in SELLERS if name != leaver and self.active(name)]
        try:
            plan = handover.plan(getattr(self.cast, leaver), self.cast.admin, successors, fills_pools=True, disables=False)
            handover.start(plan, self.cast.admin)
        except Refused:  # he has nothing, or nobody is there to take it
            return
        handover.run(plan.id, pause=0)
        done = Handover.get_by_id(plan.id)
        assert done.status == Handover.DONE
        assert not Claim.select().where(Claim.owner == done.leaver_id, Claim.ended_at.is_null()).exists()

    @rule()
    def undo_the_last_hand_over(self):
        last = Handover.select().order_by(Handover.id.desc()).first()
        try:
            last and handover.undo(last, by=self.cast.admin)
        except Refused:  # it is undone already
            return
        if last:
            handover.run(last.id, pause=0)
            assert Handover.get_by_id(last.id).status == Handover.UNDONE

    @rule(who=st.sampled_from(SELLERS), verb=st.sampled_from(("disable", "enable")))
    def let_in_or_out(self, who, verb):
        self.post("admin", f"/settings/people/{getattr(self.cast, who).id}/{verb}")
        if verb == "enable":
            self.clients[who] = self.log_in(who)

    @rule(claims=st.integers(0, 6), room=st.integers(1, 8))
    def change_limits(self, claims, room):
        Company.update(daily_claim_limit=claims, customer_claim_limit=claims, claim_capacity=room, customer_capacity=room).execute()

    @rule(days=DAYS, what=st.sampled_from(("lead", "customer")))
    def days_pass_and_what_is_due_goes_back(self, days, what):
        """The coming night, as many days on: rules are asked for that night, as nobody waits for it."""
        self.nights += days
        found = RecycleRule.select().where(RecycleRule.what == what, RecycleRule.state == RecycleRule.ON).first() or self.switched_on(what)
        night = recycling.coming_night(now()) + timedelta(days=self.nights)
        recycling_runs.run(found, night, rest=0)

    def switched_on(self, what):
        made = recycling.create(what, self.cast.admin, name=f"{what} 10 天未跟进", no_follow_up_days=10)
        return recycling.switch_on(rehearsals.rehearse(made, self.cast.admin), self.cast.admin)

    # ---- what must hold --------------------------------------------------------------------------------------------------

    def owner_of(self, plural, id):
        return TABLES[plural].select(TABLES[plural].owner).where(TABLES[plural].id == id).scalar()

    def active(self, name):
        return User.get_by_id(getattr(self.cast, name).id).active

    def within_claims(self, who, plural):
        user, what = getattr(self.cast, who), plural[:-1]
        used = pool_limits.quota(user, what)
        assert used.claimed_today <= used.limit, f"{who} has claimed {used.claimed_today} of {used.limit} {plural}"

    def within_room(self, who, plural):
        used = pool_limits.quota(getattr(self.cast, who), plural[:-1])
        assert used.held <= used.capacity, f"{who} holds {used.held} of {used.capacity} {plural}"

    def read(self):
        super().read()
        self.records = {}
        for plural, table in TABLES.items():
            rows = table.select(table.id, table.pool, table.owner, GONE[plural]).order_by(table.id).tuples()
            self.records[plural] = {id: Place(*lies) for id, *lies in rows}
        self.merges = list(Merge.select(Merge.id, Merge.record_kind, Merge.winner_id, Merge.loser_id).order_by(Merge.id).tuples())
        for event in self.news:
            place = event.record_kind, event.record_id
            if event.verb in ("lead.created", "customer.created"):
                self.facts[place] = self.creator(event)
            if event.after and "owner" in event.after:
                self.facts[place] = event.after["owner"]

    def check(self):
        self.nothing_is_lost_doubled_or_in_two_places()
        self.the_last_fact_about_an_owner_names_him()
        books.check_ledger()

    def nothing_is_lost_doubled_or_in_two_places(self):
        for plural, records in self.records.items():
            assert len(records) == self.made[plural]
            for id, (in_pool, owner, gone) in records.items():
                places = [in_pool is not None, owner is not None and not gone, bool(gone)]
                assert sum(places) == 1, f"{plural} {id}: in a pool, somebody's, gone: {places}"

    def the_last_fact_about_an_owner_names_him(self):
        merged = {(kind, id) for _merge, kind, *both in self.merges for id in both}
        for plural, records in self.records.items():
            for id, (_pool, owner, gone) in records.items():
                place = plural[:-1], id
                if place not in merged and not gone:
                    assert self.facts[place] == owner, f"{place}: the facts say {self.facts[place]}, the record {owner}"

    def creator(self, event):
        """Whose a record was when it came: the ledger's first row, if it was anybody's."""
        first = Claim.select().where(Claim.record_kind == event.record_kind, Claim.record_id == event.record_id).order_by(Claim.id).first()
        return first.owner_id if first and first.how == Claim.CREATED else None


def test_a_record_is_always_somebodys_or_in_one_pool_or_gone(engine, application):
    machine.run(Ownership, engine, application, (25, 40), REACHED_IN_FULL if machine.ASKED >= machine.MANY else REACHED)
