"""The machine's clock is set back, or jumps ahead: nothing is done twice, nothing ends before it began, nobody is shut out for long."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from domain import (
    Refused,
    accounts,
    approval_timeouts,
    approvals,
    backup,
    collision_report,
    complaints,
    customers,
    doors,
    leads,
    leaks,
    merging,
    outbox,
    pool,
    quote_board,
    quote_links,
    quote_replies,
    quotes,
    recycling,
    recycling_runs,
    rehearsals,
    schedule,
    tickets,
    validity,
    web_forms,
)
from models import (
    Approval,
    Claim,
    Company,
    Event,
    Lead,
    Lease,
    LoginFailure,
    Mail,
    Notice,
    Pool,
    Quote,
    RecycleRun,
    Session,
    Visit,
)
from tests import books, offers, routes
from tests.cast import PASSWORD

AT = datetime(2026, 11, 26, 2, 0)  # ten in the morning
MINUTE, HOUR, DAY, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=365)

pytestmark = pytest.mark.parametrize("back", [HOUR, DAY])


# ---- what begins and ends ----------------------------------------------------------------------------------------------


def test_nothing_ends_before_it_began(cast, back):
    kept, given, merged, winner = (leads.create(cast.seller, name=f"公司 {number}", at=AT) for number in range(4))
    customer = customers.create(cast.seller, name="客户", at=AT)
    ticket = tickets.create(cast.seller, customer, "坏了", at=AT)
    tickets.assign(ticket, cast.service, by=cast.admin, at=AT)
    tickets.check_in(ticket, by=cast.service, at=AT)
    pool.release(kept, by=cast.seller, reason="no_need", at=AT - back)
    pool.assign(given, cast.rival, by=cast.manager, at=AT - back)
    merging.merge(winner, merged, by=cast.manager, at=AT - back)
    tickets.check_out(ticket, by=cast.service, at=AT - back)
    assert Claim.select().where(Claim.ended_at.is_null(False)).count() == 3
    assert not Claim.select().where(Claim.ended_at < Claim.at).exists()
    assert Visit.get().minutes == 0
    assert Event.get(Event.verb == "ticket.checked_out").detail["minutes"] == 0
    books.check()


def test_the_ledger_tells_owners_in_the_order_in_which_they_had_it(cast, back):
    lead = leads.create(cast.admin, pool=Pool.get(), name="公司", at=AT - DAY)
    pool.claim(lead, cast.seller, at=AT)
    pool.assign(lead, cast.rival, by=cast.manager, at=AT - back)
    pool.assign(lead, cast.manager, by=cast.manager, at=AT + HOUR)
    assert [claim.owner for claim in pool.ledger(lead)] == [cast.manager, cast.rival, cast.seller]
    assert pool.current_claim(lead).owner == Lead.get_by_id(lead.id).owner == cast.manager
    books.check()


def test_a_decision_never_took_less_than_no_time(cast, back):
    routes.lead_through(routes.superior())
    quote = approvals.submit(offers.quote(cast.seller), by=cast.seller, at=AT)
    approvals.approve(quote, by=cast.manager, pdf=b"%PDF", at=AT - back)
    assert Approval.select(quote_board.waited()).scalar() == 0


# ---- what is done once -------------------------------------------------------------------------------------------------


def test_numbers_go_on_and_none_is_given_twice(cast, back):
    deal = offers.deal(cast.seller)
    given = [quotes.create(deal, by=cast.seller, at=at).number for at in (AT, AT, AT - back, AT - back, AT, AT + DAY)]
    assert len(set(given)) == len(given)
    assert [given[0], given[1], given[4]] == ["Q20261126-001", "Q20261126-002", "Q20261126-003" if back > HOUR else "Q20261126-005"]


def test_a_days_claims_are_not_given_back_by_turning_the_clock_to_and_fro(cast, back):
    Company.update(daily_claim_limit=2).execute()
    lying = [leads.create(cast.admin, pool=Pool.get(), name=f"公司 {number}", at=AT - YEAR - DAY) for number in range(4)]
    for lead in lying[:2]:
        pool.claim(lead, cast.seller, at=AT)
    for lead in lying[2:] if back > HOUR else ():
        pool.claim(lead, cast.seller, at=AT - back)
    for at in (AT, AT + HOUR, AT - back):
        with pytest.raises(Refused):
            pool.claim(Lead.get_by_id(leads.create(cast.admin, pool=Pool.get(), name="公司", at=at).id), cast.seller, at=at)


def test_whatever_the_clock_tells_of_is_told_once(cast, back):
    routes.lead_through(routes.superior(timeout_hours=4, remind=("approver", "superior")))
    approvals.submit(offers.quote(cast.seller), by=cast.seller, at=AT - 5 * DAY)
    for number, days in enumerate((-1, 2)):
        offers.approved(cast.seller, number=f"Q-{number}", valid_days=days, today=AT.date())
    quote_links.note_visit(quote_links.behind(quote_links.make(Quote.get(Quote.number == "Q-1"), by=cast.seller, at=AT)), "10.0.0.1", at=AT)

    def sweep(at):
        for tell in (approval_timeouts.remind, validity.tell_of_expiry, collision_report.tell_of_last_month, leaks.sweep):
            tell(at)
        quote_links.tell_of_first_visits(at)
        return Event.select().count(), Notice.select().count()

    first = sweep(AT)
    assert first == sweep(AT - back) == sweep(AT)
    verbs = {event.verb for event in Event.select(Event.verb)}
    assert {"quote.approval_reminded", "quote.expired", "quote.reminded", "company.collisions_counted", "quote.viewed"} <= verbs


@pytest.fixture
def nightly(cast):
    """A rule that is on, and a lead that it takes tonight."""
    lead = leads.create(cast.seller, name="公司", at=AT - 15 * DAY)
    rule = recycling.create("lead", cast.admin, name="15 天未跟进", no_follow_up_days=15, at=AT - 15 * DAY)
    recycling.switch_on(rehearsals.rehearse(rule, cast.admin, AT), cast.admin, AT)
    recycling_runs.catch_up(AT, rest=0)
    return lead


def taken():
    return Event.select().where(Event.verb == "lead.recycled").count()


def test_a_night_that_comes_twice_takes_nothing_twice(cast, nightly, back):
    for at in (AT + DAY, AT + DAY - back, AT + DAY, AT + DAY + HOUR):
        recycling_runs.catch_up(at, rest=0)
        assert taken() == 1
    assert not RecycleRun.select().where(RecycleRun.finished_at < RecycleRun.started_at).exists()
    books.check()


def test_a_clock_that_jumps_ahead_takes_nothing_before_somebody_could_see_it(cast, nightly, back):
    mine = leads.create(cast.seller, name="新公司", at=AT)
    recycling_runs.catch_up(AT + DAY, rest=0)
    recycling_runs.catch_up(AT + DAY + YEAR + back, rest=0)
    assert Lead.get_by_id(mine.id).owner == cast.seller
    recycling_runs.catch_up(AT + 2 * DAY, rest=0)  # it was noticed, and set right
    assert Lead.get_by_id(mine.id).owner == cast.seller
    recycling_runs.catch_up(AT + 16 * DAY, rest=0)
    recycling_runs.catch_up(AT + 17 * DAY, rest=0)
    assert Lead.get_by_id(mine.id).owner is None


# ---- what lasts a while ------------------------------------------------------------------------------------------------


def test_a_session_goes_on_and_lasts_no_longer_than_any_other(cast, back):
    token = accounts.log_in("seller", PASSWORD, "10.0.0.1", at=AT)
    right = AT - back
    assert accounts.session_of(token, right)
    assert Session.get().expires_at <= right + accounts.LONGEST
    assert accounts.session_of(token, right + accounts.IDLE - HOUR)
    assert accounts.session_of(token, right + 2 * accounts.IDLE) is None


def test_guesses_of_the_future_shut_nobody_out(cast, back):
    for _turn in range(accounts.TRIES_PER_LOGIN):
        with pytest.raises(Refused):
            accounts.log_in("seller", "wrong", "10.0.0.1", at=AT)
    assert accounts.log_in("seller", PASSWORD, "10.0.0.1", at=AT - back)
    with pytest.raises(Refused):
        accounts.log_in("outsider", "wrong", "10.0.0.1", at=AT)
    accounts.forget_old_rows(AT - back)
    assert not LoginFailure.select().exists()


def test_a_job_is_not_kept_by_whoever_took_it_in_the_future(cast, back):
    length = timedelta(minutes=10)
    assert schedule.take_lease("backup", length, AT)
    Lease.update(holder="a process that is gone").execute()
    assert schedule.take_lease("backup", length, AT - back)


def test_a_door_that_was_shut_in_the_future_is_open(back):
    door = doors.Door(2)
    door.knock("10.0.0.1", AT)
    door.knock("10.0.0.1", AT)
    assert door.is_shut("10.0.0.1", AT) and not door.is_shut("10.0.0.1", AT - back)


def test_a_mail_does_not_wait_for_the_future(cast, back):
    quote = offers.approved(cast.seller)
    outbox.queue(quote, cast.seller, "a@example.com", "报价", "您好", "https://haitu.example/q/{}".format, "k" * 16, at=AT)
    assert outbox.due(AT) == [Mail.get().id]
    assert bool(outbox.due(AT - back)) is (back > outbox.PAUSES[-1])


def test_what_strangers_sent_in_the_future_shuts_no_address_out(cast, back):
    asked = [customers.create(cast.seller, name=f"客户 {number}", at=AT - DAY) for number in range(complaints.PER_ADDRESS + 1)]
    link = quote_links.behind(quote_links.make(offers.approved(cast.seller), by=cast.seller, at=AT - DAY))
    form = web_forms.save(None, cast.admin, name="展会", title="留下联系方式", source="exhibition", pool=Pool.of("lead").get())
    most = (
        (lambda n, at: complaints.file(asked[n], "坏了", address="10.0.0.1", at=at), complaints.PER_ADDRESS),
        (lambda n, at: quote_replies.ask(link, link.quote, f"{n}", address="10.0.0.1", at=at), quote_replies.PER_LINK),
        (lambda n, at: web_forms.send(form, "10.0.0.1", at, name=f"公司 {n}"), web_forms.PER_ADDRESS),
    )
    for send, number in most:
        for n in range(number):
            send(n, AT)
        with pytest.raises(Refused):
            send(number, AT)
    for send, number in most[::2] if back == HOUR else most:  # the link's limit is a day's
        send(number, AT - back)


# ---- backups and jobs --------------------------------------------------------------------------------------------------


def backup_of(data, at):
    path = backup.folder(data) / f"haitu-{at:%Y%m%d-%H%M%S}-nightly.tar.gz"
    path.touch()
    return path


def test_the_last_backup_is_none_of_the_future(tmp_path, back):
    right, _wrong = backup_of(tmp_path, AT - back), backup_of(tmp_path, AT)
    assert backup.newest(tmp_path, AT - back)[1] == right
    assert backup.newest(tmp_path, AT - back - DAY) is None


def test_backups_of_the_future_do_not_cost_the_one_just_written(tmp_path, back):
    for night in range(backup.KEPT):
        backup_of(tmp_path, AT + night * DAY)
    written = backup_of(tmp_path, AT - back)
    backup.forget_oldest(tmp_path, AT - back)
    assert written.exists() and len(list(backup.folder(tmp_path).iterdir())) == backup.KEPT


def test_jobs_do_not_wait_for_the_old_time_to_come_again(tmp_path, back):
    clock = BackgroundScheduler(timezone="UTC")
    plan = partial(schedule.add_jobs, clock, tmp_path, "")
    plan()
    clock.start(paused=True)
    planned = sorted(job.next_run_time for job in clock.get_jobs())
    for job in clock.get_jobs():
        job.modify(next_run_time=job.next_run_time + back)
    assert schedule.plan_anew_if_set_back(clock, plan, AT, AT + MINUTE) == AT + MINUTE
    assert min(job.next_run_time for job in clock.get_jobs()) >= planned[0] + back
    schedule.plan_anew_if_set_back(clock, plan, AT, AT - back)
    assert len(clock.get_jobs()) == len(planned)
    assert all(anew.next_run_time - before < MINUTE for before, anew in zip(planned, sorted(clock.get_jobs(), key=lambda job: job.next_run_time)))
    clock.shutdown()
