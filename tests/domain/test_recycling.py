"""Recycling rules: nothing goes before its rehearsal was seen, what goes goes once, and whoever loses it was warned."""

from contextlib import nullcontext
from datetime import date, datetime, timedelta
from threading import Thread

import pytest

from domain import (
    Refused,
    calendar,
    due,
    follow_ups,
    leads,
    members,
    pool,
    pools,
    recycling,
    recycling_runs,
    rehearsals,
    transaction,
)
from models import (
    Claim,
    Customer,
    Event,
    Lead,
    Member,
    Notice,
    Pool,
    PoolScope,
    RecycleRule,
    RecycleRun,
    RecycleWarning,
    Rehearsal,
    Task,
    User,
    db,
)

CLAIMED = datetime(2026, 11, 2, 2, 0)
AT = datetime(2026, 11, 17, 2, 0)  # fifteen days later, ten o'clock
THAT_NIGHT = datetime(2026, 11, 17, 19, 0)  # 03:00 of the 18th: the 17th was the last day
DAY = timedelta(days=1)


def lead_of(owner, name="也兴网络", at=CLAIMED):
    lead = leads.create(owner, at=at, name=name)
    return Lead.with_people().where(Lead.id == lead.id).get()


@pytest.fixture
def make(cast):
    def rule(what="lead", name="15 天未跟进", **columns):
        return recycling.create(what, cast.admin, name=name, at=CLAIMED, **({"no_follow_up_days": 15} | columns))

    return rule


@pytest.fixture
def switch_on(cast):
    def on(rule, at=AT):
        return recycling.switch_on(rehearsals.rehearse(rule, cast.admin, at), cast.admin, at)

    return on


def is_owned(record):
    return type(record).get_by_id(record.id).owner_id is not None


# ---- what goes, and how ----------------------------------------------------------------------------------------------


def test_what_nobody_followed_up_for_fifteen_days_goes_back_in_the_night_after_them(cast, make, switch_on):
    lead = lead_of(cast.seller)
    switch_on(make(), AT - 3 * DAY)
    recycling_runs.catch_up(THAT_NIGHT - DAY, rest=0)
    assert is_owned(lead)
    recycling_runs.catch_up(THAT_NIGHT - timedelta(minutes=1), rest=0)
    assert is_owned(lead)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    lead = Lead.get_by_id(lead.id)
    assert (lead.owner_id, lead.pool_id, lead.status) == (None, Pool.of("lead").get().id, Lead.UNASSIGNED)
    assert (lead.last_owner_id, lead.drop_reason, lead.owned_since) == (cast.seller.id, "15 天未跟进", None)


@pytest.mark.once
def test_the_night_goes_on_although_somebody_writes_while_it_goes_through_the_rules(cast, make, switch_on, monkeypatch):
    """On SQLite whoever has an open question cannot write any more as soon as somebody else did."""
    rules = [switch_on(make(name=f"规则 {number}")) for number in range(3)]
    done = []

    def run(rule, *_night):
        thread = Thread(target=rename)
        thread.start()
        thread.join(10)
        with transaction():
            done.append(rule)

    def rename():
        User.update(name=f"王晓芳 {len(done)}").where(User.id == cast.seller.id).execute()
        db.close()

    monkeypatch.setattr(recycling_runs, "run", run)
    recycling_runs.catch_up(AT)
    assert done == rules


def test_a_follow_up_begins_the_days_anew(cast, make, switch_on):
    lead = lead_of(cast.seller)
    switch_on(make(), AT - 3 * DAY)
    follow_ups.write(lead, cast.seller, "phone", "聊过", at=AT)
    for night in (0, 14):
        recycling_runs.catch_up(THAT_NIGHT + night * DAY, rest=0)
        assert is_owned(lead)
    recycling_runs.catch_up(THAT_NIGHT + 15 * DAY, rest=0)
    assert not is_owned(lead)


def test_what_was_claimed_today_stays_however_old_its_last_follow_up_is(cast, make, switch_on):
    lead = lead_of(cast.seller)
    follow_ups.write(lead, cast.seller, "phone", "聊过", at=CLAIMED)
    pool.release(lead, cast.seller, "quiet", at=CLAIMED + DAY)
    pool.claim(Lead.with_people().where(Lead.id == lead.id).get(), cast.rival, at=AT)
    switch_on(make(), AT)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert is_owned(lead)


def test_the_ledger_the_plan_and_the_team_end_with_it_and_the_timeline_says_why(cast, make, switch_on):
    lead = lead_of(cast.seller)
    follow_ups.plan(lead, cast.seller, AT + 9 * DAY, at=CLAIMED)
    members.add(lead, cast.rival, cast.seller, at=CLAIMED)
    switch_on(make(), AT - DAY)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    claim = Claim.get(Claim.record_id == lead.id)
    assert (claim.ended_at, claim.ended_by_id, claim.end_reason) == (THAT_NIGHT, None, "15 天未跟进")
    assert not Task.select().where(Task.done_at.is_null()).exists() and not Member.select().exists()
    event = Event.get(Event.verb == "lead.recycled")
    assert event.actor_id is None and (event.before, event.after) == ({"owner": cast.seller.id}, {"owner": None})
    assert (event.detail["rule"], event.detail["days"], event.detail["since_at"]) == ("15 天未跟进", 15, CLAIMED.isoformat())


@pytest.mark.parametrize("exemption", ["locked_at", "dealt_at"])
def test_what_is_locked_or_dealt_stays_as_long_as_the_rule_spares_it(cast, make, switch_on, exemption):
    customer = Customer.create(name="x", name_key="x", owner=cast.seller, owned_since=CLAIMED, **{exemption: CLAIMED})
    switch_on(make("customer"), AT - DAY)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert is_owned(customer)
    switch_on(make("customer", "全部", spares_locked=False, spares_dealt=False), AT - DAY)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert not is_owned(customer)


def test_it_goes_to_the_pool_of_the_rule_else_to_its_own_else_to_the_first_of_its_owner(cast, make, switch_on):
    first, home, chosen = Pool.of("lead").get(), *(Pool.create(name=name, position=9) for name in ("老家", "指定"))
    leads_ = {name: lead_of(cast.seller, name) for name in ("有老家", "没有")}
    Lead.update(home_pool=home).where(Lead.id == leads_["有老家"].id).execute()
    switch_on(make(), AT - DAY)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert {name: Lead.get_by_id(lead.id).pool_id for name, lead in leads_.items()} == {"有老家": home.id, "没有": first.id}
    third = lead_of(cast.seller, "指定的")
    recycling.switch_off(RecycleRule.get(), cast.admin)
    switch_on(make(name="指定", pool=chosen), AT - DAY)
    recycling_runs.catch_up(THAT_NIGHT + DAY, rest=0)
    assert Lead.get_by_id(third.id).pool_id == chosen.id


def test_a_person_whom_no_pool_lets_in_is_named_to_the_administrators_and_keeps_what_he_has(cast, make, switch_on):
    PoolScope.create(pool=Pool.of("lead").get(), user=cast.rival)
    lead = lead_of(cast.seller)
    rehearsal = rehearsals.rehearse(make(), cast.admin, AT - DAY)
    assert rehearsal.stranded == {str(cast.seller.id): 1} and rehearsal.owners == {}
    recycling.switch_on(rehearsal, cast.admin, AT - DAY)
    for night in (THAT_NIGHT, THAT_NIGHT + DAY):
        recycling_runs.catch_up(night, rest=0)
    assert is_owned(lead)
    notice = Notice.get(Notice.verb == "recycling.due_administrator")
    assert notice.user == cast.admin and notice.facts["owner"] == cast.seller.name


def test_a_pool_into_which_a_rule_leads_is_not_removed(cast, make):
    chosen = Pool.create(name="指定", position=9)
    rule = make(pool=chosen)
    with pytest.raises(Refused):
        pools.remove(chosen, cast.admin)
    recycling.retire(rule, cast.admin)
    pools.remove(chosen, cast.admin)


# ---- not before its rehearsal was seen -------------------------------------------------------------------------------


def test_a_rule_that_was_switched_on_takes_nothing_before_the_coming_night(cast, make, switch_on):
    lead = lead_of(cast.seller, at=CLAIMED - 9 * DAY)
    switch_on(make(), AT)
    recycling_runs.catch_up(AT + timedelta(hours=1), rest=0)
    assert is_owned(lead)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert not is_owned(lead)


def test_a_rule_that_changed_since_its_rehearsal_is_not_switched_on(cast, make):
    rule = make()
    rehearsal = rehearsals.rehearse(rule, cast.admin, AT)
    recycling.edit(rule, cast.admin, no_follow_up_days=1)
    with pytest.raises(Refused):
        recycling.switch_on(rehearsal, cast.admin, AT)
    assert not RecycleRule.get_by_id(rule.id).is_on


@pytest.mark.parametrize("working_days", [True, False])
def test_another_calendar_asks_for_another_rehearsal_where_working_days_count(cast, make, working_days):
    rehearsal = rehearsals.rehearse(make(working_days=working_days), cast.admin, AT)
    calendar.decide(date(2026, 11, 20), works=False, by=cast.admin)
    with pytest.raises(Refused) if working_days else nullcontext():
        recycling.switch_on(rehearsal, cast.admin, AT)
    assert RecycleRule.get().is_on is not working_days


def test_a_rehearsal_of_another_night_is_no_rehearsal(cast, make):
    rehearsal = rehearsals.rehearse(make(), cast.admin, AT)
    with pytest.raises(Refused):
        recycling.switch_on(rehearsal, cast.admin, AT + DAY)


def test_a_rule_that_is_on_stays_as_it_is_until_what_replaces_it_is_switched_on(cast, make, switch_on):
    lead = lead_of(cast.seller, at=AT - 3 * DAY)
    rule = switch_on(make(), AT - DAY)
    draft = recycling.edit(rule, cast.admin, name="2 天未跟进", no_follow_up_days=2)
    assert recycling.edit(rule, cast.admin, name="3 天未跟进", no_follow_up_days=2).id == draft.id != rule.id
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert is_owned(lead) and RecycleRule.get_by_id(rule.id).no_follow_up_days == 15
    switch_on(RecycleRule.get_by_id(draft.id), AT + DAY)
    assert [(row.name, row.state) for row in RecycleRule.of("lead")] == [("3 天未跟进", RecycleRule.ON)]
    recycling_runs.catch_up(THAT_NIGHT + DAY, rest=0)
    assert not is_owned(lead)


def test_switched_off_it_takes_and_warns_no_more(cast, make, switch_on):
    lead = lead_of(cast.seller)
    recycling.switch_off(switch_on(make(owner_notice_days=3), AT - DAY), cast.admin)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert is_owned(lead) and not Notice.select().exists()


def test_a_rule_says_after_how_many_days_and_of_what_it_can_have(cast, make):
    for wrong in ({"no_follow_up_days": None}, {"no_opportunity_days": 3}, {"pool": Pool.of("customer").get()}):
        with pytest.raises(Refused):
            make(**wrong)


def test_a_rehearsal_in_the_background_comes_to_the_same(cast, make, monkeypatch):
    for number in range(7):
        lead_of(cast.seller, f"公司 {number}")
    rule = make()
    whole = rehearsals.rehearse(rule, cast.admin, AT + DAY)
    unfinished = Rehearsal.create(rule=rule, revision=1, calendar="", night=recycling.coming_night(AT + DAY), by=cast.admin)
    monkeypatch.setattr(rehearsals, "WINDOW", 2)
    rehearsals.perform(unfinished.id)
    again = Rehearsal.get_by_id(unfinished.id)
    assert (again.owners, again.first, again.finished_at is None) == (whole.owners, whole.first, False)
    assert whole.owners == {str(cast.seller.id): [7, 7, 7]}


# ---- warnings --------------------------------------------------------------------------------------------------------


def warned(verb):
    return [(notice.user_id, notice.facts["last_day"]) for notice in Notice.select().where(Notice.verb == verb).order_by(Notice.id)]


def test_the_owner_is_warned_three_days_ahead_and_his_superior_one_day_each_once(cast, make, switch_on):
    lead_of(cast.seller)
    switch_on(make(owner_notice_days=3, superior_notice_days=1), CLAIMED)
    for days in range(16):
        recycling_runs.catch_up(CLAIMED + timedelta(hours=18) + days * DAY, rest=0)
        expected = [(cast.seller.id, "2026-11-17")] if days >= 11 else []
        assert warned("recycling.due_owner") == expected, days
        assert warned("recycling.due_superior") == ([(cast.manager.id, "2026-11-17")] if days >= 13 else []), days
    assert RecycleWarning.select().count() == 2
    assert [notice.user_id for notice in Notice.select().where(Notice.verb == "recycling.lost")] == [cast.seller.id]


def test_after_a_follow_up_the_next_end_is_warned_of_anew(cast, make, switch_on):
    lead = lead_of(cast.seller)
    switch_on(make(owner_notice_days=3), AT - 2 * DAY)
    recycling_runs.catch_up(AT - DAY, rest=0)
    follow_ups.write(lead, cast.seller, "phone", "聊过", at=AT)
    recycling_runs.catch_up(AT + 13 * DAY, rest=0)
    assert [day for _reader, day in warned("recycling.due_owner")] == ["2026-11-17", "2026-12-02"]


def test_many_that_are_due_are_one_message(cast, make, switch_on):
    for number in range(5):
        lead_of(cast.seller, f"公司 {number}")
    switch_on(make(owner_notice_days=3), AT)
    recycling_runs.catch_up(AT, rest=0)
    assert Notice.get(Notice.verb == "recycling.due_owner_many").facts["number"] == 5
    assert not Notice.select().where(Notice.verb == "recycling.due_owner").exists()


# ---- stopped in the middle -------------------------------------------------------------------------------------------


def test_a_run_that_was_stopped_goes_on_and_takes_nothing_twice(cast, make, switch_on, monkeypatch):
    for number in range(9):
        lead_of(cast.seller, f"公司 {number}")
    switch_on(make(), AT - DAY)
    monkeypatch.setattr(recycling_runs, "BATCH", 2)
    monkeypatch.setattr(recycling_runs, "WINDOW", 4)
    take, taken = recycling_runs.take, []

    def stop_after_three(*arguments):
        if len(taken) == 3:
            raise KeyboardInterrupt
        taken.append(take(*arguments))

    monkeypatch.setattr(recycling_runs, "take", stop_after_three)
    with pytest.raises(KeyboardInterrupt):
        recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert (RecycleRun.get(RecycleRun.night == date(2026, 11, 18)).taken, Lead.select().where(Lead.owner == cast.seller).count()) == (6, 3)
    monkeypatch.setattr(recycling_runs, "take", take)
    for _again in range(2):
        recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert Event.select().where(Event.verb == "lead.recycled").count() == 9
    assert not Lead.select().where(Lead.owner == cast.seller).exists()
    assert RecycleRun.get(RecycleRun.night == date(2026, 11, 18)).taken == 9
    assert Notice.get(Notice.verb == "recycling.lost_many").facts["number"] == 9


def test_a_batch_takes_only_what_is_due_still(cast, make, switch_on):
    """What was followed up between the look and the UPDATE stays."""
    lead, other = lead_of(cast.seller, "甲"), lead_of(cast.seller, "乙")
    rule = switch_on(make(), AT - DAY)
    this = RecycleRun.create(rule=rule, night=date(2026, 11, 18))
    reckoning = due.Reckoning("lead", [rule], THAT_NIGHT)
    of_leads = {row.id: row for row in Pool.of("lead")}
    follow_ups.write(lead, cast.seller, "phone", "聊过", at=THAT_NIGHT)
    recycling_runs.take(reckoning, rule, this, [lead.id, other.id], reckoning.due(rule, this.night), of_leads, THAT_NIGHT)
    assert is_owned(lead) and not is_owned(other)


def test_a_rule_that_is_switched_off_in_the_middle_of_its_night_takes_nothing_more(cast, make, switch_on, monkeypatch):
    for number in range(4):
        lead_of(cast.seller, f"公司 {number}")
    rule, take = switch_on(make(), AT - DAY), recycling_runs.take
    monkeypatch.setattr(recycling_runs, "BATCH", 2)

    def take_and_switch_off(*arguments):
        take(*arguments)
        if RecycleRule.get_by_id(rule.id).is_on:
            recycling.switch_off(rule, cast.admin)

    monkeypatch.setattr(recycling_runs, "take", take_and_switch_off)
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert (Lead.select().where(Lead.owner == cast.seller).count(), RecycleRun.get().taken) == (2, 2)


def test_the_upper_of_two_rules_takes_what_both_would(cast, make, switch_on):
    lead_of(cast.seller, at=CLAIMED - 9 * DAY)
    for name in ("甲", "乙"):
        switch_on(make(name=name), AT)
    recycling.move_up(RecycleRule.get(RecycleRule.name == "乙"), cast.admin)
    assert due.Reckoning("lead", at=AT).protections(list(Lead.select()))[Lead.get().id][0].rule.name == "乙"
    recycling_runs.catch_up(THAT_NIGHT, rest=0)
    assert Event.get(Event.verb == "lead.recycled").detail["rule"] == "乙"


def test_the_superior_of_nobody_is_nobody(cast, make, switch_on):
    User.update(heads_department=False).execute()
    lead_of(cast.seller)
    switch_on(make(superior_notice_days=1), AT - DAY)
    recycling_runs.catch_up(AT, rest=0)
    assert not Notice.select().exists()
