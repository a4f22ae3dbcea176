"""Many people, one moment, over HTTP: one wins, the others are told, and the books are right afterwards (trust.md S5).

HAITU_RACE=full lets all 64 contend for each of 200 leads, and runs 1,000 rounds of each pair of acts; otherwise four of both.
"""

import os
from collections import Counter
from datetime import timedelta
from functools import partial
from time import sleep

import pytest
from peewee import fn

from domain import accounts, customers, day_of, deals, handover, leads, merging, now, tickets, transaction
from models import (
    Approval,
    Claim,
    Collision,
    Company,
    Contact,
    Conversion,
    Customer,
    Event,
    Handover,
    Lead,
    Merge,
    Notice,
    Opportunity,
    Order,
    Pool,
    Quote,
    QuoteLine,
    Share,
    Stage,
    User,
    Visit,
    db,
)
from tests import books, offers, quote_forms, routes
from tests import cast as people
from tests.crowd import browser, browsers, hire, race, rows_of
from tests.server import Visitor, all_at_once

CROWD = 64
LEADS = 200
SHARED_BY = CROWD if os.environ.get("HAITU_RACE") == "full" else 4  # how many contend for one lead
DONE, REFUSED = 303, 409
AT_ONCE = 4  # quotes over which two meet at the same moment: all eight threads of the server are at work
ROUNDS = 1_000 if os.environ.get("HAITU_RACE") == "full" else AT_ONCE  # of each pair
ROOM = 1_000_000
FAULTS = ("Traceback", "locked", "nothing could be written", "deadlock", "unexpected error")


@pytest.fixture(scope="module")
def house(serve):
    """The cast's company, with room for everybody, one approval node that any manager decides, and documents made in no time."""
    server = serve("tests.quick_press")
    with rows_of(server):
        people.build()
        Company.update(daily_claim_limit=ROOM, claim_capacity=ROOM).execute()
        routes.lead_through(routes.role(User.MANAGER))
        hire(15, people.load().manager)
    return server


@pytest.fixture
def cast(house):
    """The cast, on the rows of the running house; afterwards its log holds nothing that a user would call a fault."""
    read = len(house.log())
    with rows_of(house):
        yield people.load()
    log = house.log()[read:]
    assert not [fault for fault in FAULTS if fault in log], log[-3_000:]


def in_the_pool(cast, number):
    with transaction():
        return [leads.create(cast.admin, pool=Pool.get(), name=f"公海公司 {n}").id for n in range(number)]


def sellers(house, cast, number, each=1):
    """So many browsers of eight sellers, or of as many as there are browsers."""
    return browsers(house, hire(number // each, cast.seller), each)


def post_all(visitor, paths, form=None):
    return [visitor.post(path, form) for path in paths]


def outcomes(answers):
    """How many were done and how many refused; any other answer is a fault."""
    counted = Counter(answer.status for answer in answers)
    assert set(counted) <= {DONE, REFUSED}, counted
    return counted[DONE], counted[REFUSED]


def facts(record, *verbs):
    return Event.select().where(Event.record_kind == record.kind(), Event.record_id == record.id, Event.verb.in_(verbs)).count()


# ---- the pool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 16, CROWD])
def test_of_all_who_claim_one_lead_one_has_it(house, cast, number):
    lead = in_the_pool(cast, 1)[0]
    crowd = sellers(house, cast, number)
    answers = race(crowd, f"/leads/{lead}/claim")
    assert outcomes(answers) == (1, number - 1)
    winner = crowd[[answer.status for answer in answers].index(DONE)].person
    assert Lead.get_by_id(lead).owner_id == winner.id
    assert all(winner.name in answer.text for answer in answers if answer.status == REFUSED)
    books.check()


def test_who_was_slower_sees_the_row_fade_with_the_name(house, cast):
    lead = in_the_pool(cast, 1)[0]
    crowd = sellers(house, cast, 2)
    answers = race(crowd, f"/leads/{lead}/claim", HX_Request="true", HX_Request_Type="partial")
    lost = next(answer for answer in answers if answer.status == REFUSED)
    assert Lead.get_by_id(lead).owner.name in lost.text and "<tr" in lost.text and "<html" not in lost.text


def test_a_crowd_over_many_leads_leaves_each_with_one_owner(house, cast):
    pool = in_the_pool(cast, LEADS)
    attempts = [f"/leads/{lead}/claim" for lead in pool for _turn in range(SHARED_BY)]
    crowd = sellers(house, cast, CROWD, each=8)
    jobs = [partial(post_all, visitor, attempts[place::CROWD]) for place, visitor in enumerate(crowd)]
    answers = [answer for row in all_at_once(jobs) for answer in row]
    assert outcomes(answers) == (LEADS, LEADS * SHARED_BY - LEADS)
    assert Claim.select().where(Claim.record_id.in_(pool)).count() == LEADS
    assert Lead.select().where(Lead.id.in_(pool), Lead.owner.is_null(False), Lead.pool.is_null()).count() == LEADS
    books.check()


@pytest.mark.parametrize(("rule", "allowed"), [("daily_claim_limit", 3), ("claim_capacity", 5)])
def test_no_crowd_of_ones_own_browsers_gets_past_a_limit(house, cast, rule, allowed):
    pool = in_the_pool(cast, CROWD)
    crowd = sellers(house, cast, CROWD, each=8)
    Company.update(**{rule: allowed}).execute()
    answers = race(crowd, [f"/leads/{lead}/claim" for lead in pool])
    Company.update(**{rule: ROOM}).execute()
    assert outcomes(answers) == (8 * allowed, CROWD - 8 * allowed)
    got = Claim.select(Claim.owner, fn.COUNT(Claim.id).alias("n")).where(Claim.record_id.in_(pool)).group_by(Claim.owner)
    assert [row.n for row in got] == [allowed] * 8
    books.check()


def test_selections_that_overlap_give_no_lead_twice(house, cast):
    pool = in_the_pool(cast, 30)
    crowd = sellers(house, cast, 4)
    chosen = [{"id": pool[:20]}, {"id": pool[10:]}, {"id": pool[5:25]}, {"id": pool}]
    assert outcomes(race(crowd, "/leads/claim", chosen)) == (4, 0)
    assert Claim.select().where(Claim.record_id.in_(pool)).count() == 30
    books.check()


def test_claim_assign_give_back_and_void_at_once_leave_the_ledger_whole(house, cast):
    pool = in_the_pool(cast, 12)
    crowd, boss = sellers(house, cast, 8, each=4), [browser(house, cast.admin) for _turn in range(4)]
    form = {"to": cast.rival.id, "reason": "no_need"}

    def work(visitor, *verbs):
        return partial(post_all, visitor, [f"/leads/{lead}/{verb}" for lead in pool for verb in verbs], form)

    jobs = [work(each, "claim", "release") for each in crowd]
    jobs += [work(each, verb) for each, verb in zip(boss, ["assign", "release", "void", "assign"])]
    statuses = {answer.status for row in all_at_once(jobs) for answer in row}
    assert statuses <= {DONE, REFUSED, 403, 404}  # 404: it went to somebody in whose hands one does not see it
    books.check()


# ---- decisions ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def submitted(house, cast):
    """(quote, browser of its seller) of a quote that waits for any of sixteen managers."""
    seller = browser(house, cast.seller)
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    quote = offers.quote(cast.seller, opportunity=deal, number=f"Q-{deal.id}")
    assert seller.post(f"/quotes/{quote.id}/submit").status == DONE
    return quote, seller


def managers(house):
    return browsers(house, list(User.select().where(User.role == User.MANAGER)))


@pytest.mark.parametrize("verbs", [
    ("approve", "approve"), ("approve", "reject"), ("reject", "reject"), ("approve", "withdraw"), ("reject", "withdraw"),
    ("approve", "reject") * 8, ("approve", "reject", "withdraw", "reject") * 4,
])
def test_of_all_decisions_on_one_quote_one_counts(house, cast, submitted, verbs):
    quote, seller = submitted
    step = Approval.current_of(quote).id
    deciders = managers(house)
    crowd = [browser(house, cast.seller) if verb == "withdraw" else deciders[n] for n, verb in enumerate(verbs)]
    form = {"step": step, "comment": "看过了"}
    answers = race(crowd, [f"/quotes/{quote.id}/{verb}" for verb in verbs], form)
    assert outcomes(answers) == (1, len(verbs) - 1)
    won = verbs[[answer.status for answer in answers].index(DONE)]
    check_decision(Quote.get_by_id(quote.id), won)


def meeting(rival, quote, deciders, seller):
    """The two who meet over one quote: an approval, and what comes at the same moment."""
    at, form = f"/quotes/{quote.id}", {"step": Approval.current_of(quote).id, "comment": "看过了"}
    typed = quote_forms.form(quote, (quote.lines.get().product, "9", ""), terms="改过")
    others = {
        "approve": partial(deciders[1].post, f"{at}/approve", form), "withdraw": partial(seller.post, f"{at}/withdraw"),
        "edit": partial(seller.post, at, typed), "expire": partial(expire, quote.id),
    }
    return [partial(deciders[0].post, f"{at}/approve", form), others[rival]]


@pytest.mark.parametrize("rival", ["approve", "withdraw", "edit", "expire"])
def test_round_after_round_one_outcome_and_one_message(house, cast, rival):
    """Two managers, an approval and a withdrawal, an edit, or the end of the validity: whatever comes first, only that counts."""
    sellers, deciders = browsers(house, [cast.seller], AT_ONCE), managers(house)
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    for turn in range(0, ROUNDS, AT_ONCE):
        drafts = [offers.quote(cast.seller, opportunity=deal, number=f"Q-{deal.id}-{turn + n}") for n in range(AT_ONCE)]
        submitted = [submit(seller, draft) for seller, draft in zip(sellers, drafts)]
        pairs = [meeting(rival, quote, deciders[2 * n:], sellers[n]) for n, quote in enumerate(submitted)]
        answers = all_at_once([job for pair in pairs for job in pair])
        for quote, *both in zip(submitted, answers[::2], answers[1::2]):
            check_round(quote, rival, [answer.status for answer in both if answer is not None])


def submit(seller, quote):
    assert seller.post(f"/quotes/{quote.id}/submit").status == DONE
    return Quote.get_by_id(quote.id)


def expire(id):
    """The clock strikes: the validity is over, at the same moment."""
    try:
        with transaction():
            Quote.update(valid_until=day_of(now()) - timedelta(days=1)).where(Quote.id == id, Quote.status == Quote.PENDING).execute()
    finally:
        db.close()


def check_round(quote, rival, statuses):
    after = Quote.get_by_id(quote.id)
    assert set(statuses) <= {DONE, REFUSED} and statuses.count(DONE) == (rival != "expire" or after.status == Quote.APPROVED), statuses
    assert facts(quote, "quote.approved", "quote.rejected", "quote.withdrawn") == (after.status != Quote.PENDING)
    assert after.status in {"approve": (Quote.APPROVED,), "withdraw": (Quote.APPROVED, Quote.DRAFT), "edit": (Quote.APPROVED,),
                            "expire": (Quote.APPROVED, Quote.PENDING)}[rival]
    told = Notice.select().where(Notice.record_kind == "quote", Notice.record_id == quote.id, Notice.user == quote.owner_id)
    assert told.count() == (after.status == Quote.APPROVED) == bool(after.pdf_sha256)
    assert after.revision == quote.revision and after.terms == quote.terms


def check_decision(quote, won):
    """One state, one fact, one message, and a document exactly when it was approved."""
    assert quote.status == {"approve": Quote.APPROVED, "reject": Quote.REJECTED, "withdraw": Quote.DRAFT}[won]
    assert facts(quote, "quote.approved", "quote.rejected", "quote.withdrawn") == 1
    told = Notice.select().where(Notice.record_kind == "quote", Notice.record_id == quote.id, Notice.user == quote.owner_id)
    assert told.count() == (0 if won == "withdraw" else 1)
    assert (quote.pdf is not None) == bool(quote.pdf_sha256) == (won == "approve")
    assert not Approval.select().where(Approval.record_id == quote.id, Approval.status == Approval.CURRENT).exists()
    assert Approval.select().where(Approval.record_id == quote.id, Approval.decided_by.is_null(False)).count() == 1


@pytest.mark.parametrize("number", [2, 16])
def test_of_all_rulings_on_one_case_one_counts(house, cast, number):
    name = f"撞单公司 {now()}"
    customer = customers.create(cast.seller, name=name)
    leads.create(cast.rival, name=name)
    case = Collision.get(Collision.record_kind == "customer", Collision.record_id == customer.id)
    forms = [{"owner": owner.id, "reason": "看过了"} for owner in (cast.seller, cast.rival)] * (number // 2)
    answers = race(managers(house)[:number], f"/collisions/{case.id}/rule", forms)
    assert outcomes(answers) == (1, number - 1)
    won = forms[[answer.status for answer in answers].index(DONE)]["owner"]
    assert Customer.get_by_id(customer.id).owner_id == won
    assert [(share.user_id, share.basis_points) for share in Share.current(customer)] == [(won, 10_000)]
    assert facts(case, "collision.ruled") == 1


@pytest.mark.parametrize("number", [2, 16])
def test_a_quote_is_submitted_once(house, cast, number):
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    quote = offers.quote(cast.seller, opportunity=deal, number=f"Q-{deal.id}")
    assert outcomes(race(browsers(house, [cast.seller], number), f"/quotes/{quote.id}/submit")) == (1, number - 1)
    assert facts(quote, "quote.submitted") == 1
    assert Approval.select().where(Approval.record_id == quote.id).count() == 1


@pytest.mark.parametrize("number", [2, 16])
def test_a_quote_becomes_one_order(house, cast, submitted, number):
    quote, _seller = submitted
    Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
    assert outcomes(race(browsers(house, [cast.seller], number), f"/quotes/{quote.id}/orders")) == (1, number - 1)
    order = Order.get(Order.quote == quote.id)
    assert order.lines.count() == QuoteLine.select().where(QuoteLine.quote == quote.id).count()
    assert facts(order, "order.created") == 1


@pytest.mark.parametrize("number", [2, 16])
def test_of_two_who_save_one_draft_the_second_is_told(house, cast, number):
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    quote = offers.quote(cast.seller, opportunity=deal, number=f"Q-{deal.id}", off=0)
    product = quote.lines.get().product
    forms = [quote_forms.form(quote, (product, n + 5, "")) for n in range(number)]
    answers = race(browsers(house, [cast.seller], number), f"/quotes/{quote.id}", forms)
    assert outcomes(answers) == (1, number - 1)
    kept = [answer.status for answer in answers].index(DONE)
    assert [line.quantity for line in quote.lines] == [kept + 5]
    assert Quote.get_by_id(quote.id).total == (kept + 5) * product.price


# ---- two that are one --------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(cast):
    """Two customers of one seller's, each with a contact and a deal."""
    return a_pair(cast.seller)


def a_pair(owner):
    pair = [customers.create(owner, name=f"{side} {now()}") for side in ("甲方机械", "乙方电子")]
    for each in pair:
        customers.add_contact(each, owner, name=f"{each.name} 的人")
        deals.create(owner, each, "商机", 100_00)
    return pair


def merge_of(winner, loser, by):
    """(path, form) of a merge whose page is open."""
    shown = merging.preview(Customer.get_by_id(winner.id), Customer.get_by_id(loser.id), by=by)
    return f"/customers/{winner.id}/merge", {"other": loser.id, "mark": shown.mark}


def merged(answers):
    """How many were done and how many refused; 404: that record is a part of the other already, or another's."""
    counted = Counter(answer.status for answer in answers)
    assert set(counted) <= {DONE, REFUSED, 404}, counted
    return counted[DONE], counted[REFUSED] + counted[404]


def check_pair(pair, merges):
    """Contacts and deals of both are there, each at a customer that is there."""
    pair = [Customer.get_by_id(each.id) for each in pair]
    there = [each for each in pair if not each.merged_into_id]
    assert len(there) == 2 - merges == 2 - sum(facts(each, "customer.merged") for each in pair)
    assert Merge.select().where(Merge.winner_id.in_([each.id for each in pair])).count() == merges
    for table in (Contact, Opportunity):
        rows = list(table.select().where(table.customer.in_(there)))
        assert len(rows) == 2, f"{len(rows)} of 2 of {table.kind()}"
    books.check_ledger()
    return there


@pytest.mark.parametrize("number", [2, 16])
def test_of_merges_in_opposite_directions_one_is_done(house, cast, pair, number):
    crowd = managers(house)[:number]
    ways = [merge_of(*pair, cast.manager), merge_of(*reversed(pair), cast.manager)] * (number // 2)
    answers = race(crowd, [path for path, _form in ways], [form for _path, form in ways])
    assert merged(answers) == (1, number - 1)
    there, = check_pair(pair, merges=1)
    assert there.id == pair[[answer.status for answer in answers].index(DONE) % 2].id


@pytest.mark.parametrize("given", [0, 1])
def test_a_merge_meets_a_transfer_of_one_of_the_two(house, cast, given):
    """What is merged away is not given away besides; what remains may change hands before or after, with all that is its own."""
    boss, seller = browser(house, cast.manager), browser(house, cast.seller)
    for _turn in range(ROUNDS):
        pair = a_pair(cast.seller)
        path, form = merge_of(*pair, cast.manager)
        gift = {"to": cast.rival.id, "opportunity": "y", "stays": ""}
        answers = all_at_once([partial(boss.post, path, form), partial(seller.post, f"/customers/{pair[given].id}/transfer", gift)])
        merged(answers)
        is_merged, is_given = (answer.status == DONE for answer in answers)
        assert is_merged != is_given or (given == 0 and is_merged), (is_merged, is_given)
        there = check_pair(pair, merges=int(is_merged))
        assert [each.owner_id for each in there if each.id == pair[given].id] == [cast.rival.id] * is_given


def test_a_merge_meets_the_handover_of_all_that_is_its_owners(house, cast):
    admin = browser(house, cast.admin)
    for leaver in hire(ROUNDS, cast.seller):
        pair = a_pair(leaver)
        plan = handover.plan(leaver, cast.admin, [cast.rival], disables=False)
        path, form = merge_of(*pair, cast.manager)
        answers = race([browser(house, cast.manager), admin], [path, f"/handovers/{plan.id}/start"], [form, None])
        assert answers[1].status == DONE
        while Handover.get_by_id(plan.id).status == Handover.RUNNING:
            sleep(0.05)
        assert Handover.get_by_id(plan.id).status == Handover.DONE
        there = check_pair(pair, merges=merged(answers[:1])[0])
        assert {each.owner_id for each in there} == {cast.rival.id}


# ---- what is made ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 16])
def test_leads_of_one_name_become_one_customer(house, cast, number):
    name = f"同名公司 {now()}"
    phone = f"138{number:08}"  # of nobody else: a known number would be refused
    own = [leads.create(cast.seller, name=name, contact_name="张三", phone=phone) for _turn in range(number)]
    form = {"with_contact": "y", "with_opportunity": "y", "name": "产线改造", "amount": "100"}
    answers = race(browsers(house, [cast.seller], number), [f"/leads/{lead.id}/convert" for lead in own], form)
    assert outcomes(answers) == (number, 0)
    customer = Customer.get(Customer.name == name)
    assert Conversion.select().where(Conversion.customer == customer).count() == number
    assert Opportunity.select().where(Opportunity.customer == customer).count() == number
    assert Contact.select().where(Contact.customer == customer).count() == 1
    assert Conversion.select().where(Conversion.customer == customer, Conversion.linked == False).count() == 1  # noqa: E712
    books.check()


def test_a_lead_is_converted_once(house, cast):
    lead = leads.create(cast.seller, name=f"只转一次 {now()}")
    answers = race(browsers(house, [cast.seller], 8), f"/leads/{lead.id}/convert", {"with_opportunity": "y", "name": "商机", "amount": "1"})
    counted = Counter(answer.status for answer in answers)
    assert counted[DONE] == 1 and set(counted) <= {DONE, REFUSED, 403}  # 403: whoever came when it was a customer already
    assert Conversion.select().where(Conversion.lead == lead.id).count() == 1


def test_numbers_have_neither_gaps_nor_doubles(house, cast):
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    answers = race(browsers(house, [cast.seller], 32), f"/opportunities/{deal.id}/quotes")
    assert outcomes(answers) == (32, 0)
    given = sorted(int(quote.number.rsplit("-", 1)[1]) for quote in Quote.select().where(Quote.opportunity == deal.id))
    assert given == list(range(given[0], given[0] + 32))


def test_one_person_is_at_one_customer_at_a_time(house, cast):
    customer = customers.create(cast.seller, name=f"客户 {now()}")
    work = [tickets.create(cast.seller, customer, "坏了") for _turn in range(8)]
    for ticket in work:
        tickets.assign(ticket, cast.service, by=cast.admin)
    answers = race(browsers(house, [cast.service], 16), [f"/tickets/{ticket.id}/check-in" for ticket in work * 2])
    assert outcomes(answers) == (1, 15)
    assert Visit.select().where(Visit.user == cast.service.id, Visit.checked_out_at.is_null()).count() == 1


def test_a_deal_moved_by_many_stands_in_one_place(house, cast):
    deal = deals.create(cast.seller, customers.create(cast.seller, name=f"客户 {now()}"), "商机", 100_00)
    stages = [stage.id for stage in Stage.in_order()[1:4]]
    answers = race(browsers(house, [cast.seller], 12), f"/opportunities/{deal.id}/move", [{"stage": each} for each in stages * 4])
    assert {answer.status for answer in answers} <= {DONE, REFUSED}
    moves = Event.select().where(Event.record_kind == "opportunity", Event.record_id == deal.id, Event.verb == "opportunity.moved")
    assert moves.order_by(Event.id.desc()).get().after["stage"] == Opportunity.get_by_id(deal.id).stage_id


# ---- the door ----------------------------------------------------------------------------------------------------------


def test_a_whole_company_logs_in_at_nine(house, cast):
    answers = all_at_once([lambda: Visitor(house).login("rival", people.PASSWORD).get("/profile") for _turn in range(CROWD)])
    assert {answer.status for answer in answers} == {200}
    assert cast.rival.sessions.count() >= CROWD


def test_guesses_sent_at_the_same_moment_are_all_counted(house, cast):
    guessers = [Visitor(house) for _turn in range(CROWD)]
    for guesser in guessers:
        guesser.get("/login")
    counted = Counter(answer.status for answer in race(guessers, "/login", {"login": "outsider", "password": "wrong"}))
    assert counted == {422: accounts.TRIES_PER_LOGIN, 429: CROWD - accounts.TRIES_PER_LOGIN}
