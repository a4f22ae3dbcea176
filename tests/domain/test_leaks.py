"""Alerts: a leaver's last evening raises exactly one, an ordinary month none; and what is counted at all."""

from datetime import timedelta

import pytest

from domain import day_of, exports, leads, leaks, now, pool
from models import Event, Export, LeakAlert, Notice, RecordView, Reveal

VIEWS, REVEALS, EXPORTS, RELEASES = LeakAlert.KINDS
NOON = now().replace(hour=4, minute=0, second=0, microsecond=0)  # 12:00 in China


def viewed(person, at, number, first=1):
    day = day_of(at)
    rows = [{"user": person.id, "day": day, "from_pool": True, "record_kind": "lead", "record_id": first + n, "at": at} for n in range(number)]
    RecordView.insert_many(rows).execute()


def exported(person, at, number):
    Export.create(what="lead", user=person, day=day_of(at), title="线索", stored_as="x", status=Export.DONE, total=number, created_at=at)


def month_of(person, numbers=(38, 51, 44, 47, 40)):
    """Thirty days of work at the desk, weekends off."""
    for days in range(30, 0, -1):
        if (NOON - timedelta(days=days)).weekday() < 5:
            viewed(person, NOON - timedelta(days=days), numbers[days % len(numbers)])


def alerts():
    return [(alert.user.login, alert.what, alert.number) for alert in LeakAlert.select().order_by(LeakAlert.id)]


def test_a_leavers_last_evening_raises_exactly_one_alert(cast):
    month_of(cast.seller)
    viewed(cast.seller, NOON, 140)
    for hours in range(24):
        leaks.sweep(NOON + timedelta(hours=hours))
    assert alerts() == [("seller", VIEWS, 140)]
    told = Notice.select().where(Notice.verb == "user.leak_suspected")
    assert {notice.user.login for notice in told} == {"admin", "manager"} and told.count() == 2
    assert Event.select().where(Event.verb == "user.leak_suspected").count() == 1


def test_an_ordinary_month_raises_none(cast):
    for person in (cast.seller, cast.rival):
        month_of(person)
        viewed(person, NOON, 55)
    exported(cast.seller, NOON, 400)
    for days in range(31):
        leaks.sweep(NOON - timedelta(days=days))
    assert alerts() == []


def test_whoever_takes_everything_in_one_evening_is_told_of_once(cast):
    month_of(cast.seller)
    viewed(cast.seller, NOON, 200)
    exported(cast.seller, NOON, 3_000)
    shown = {"user": cast.seller.id, "day": day_of(NOON), "record_kind": "lead", "at": NOON}
    Reveal.insert_many([shown | {"record_id": n} for n in range(45)]).execute()
    leaks.check(NOON)
    assert sorted(what for _who, what, _number in alerts()) == [EXPORTS, REVEALS, VIEWS]
    facts = Notice.get(Notice.verb == "user.leak_suspected", Notice.user == cast.admin).facts
    assert (facts["views"], facts["reveals"], facts["exports"], facts["releases"]) == (200, 45, 3_000, 0)
    assert Notice.select().where(Notice.verb == "user.leak_suspected", Notice.user == cast.admin).count() == 1


@pytest.mark.parametrize(("earlier", "expected"), [([], 60), ([40] * 20, 60), ([100] * 20, 100), ([80, 120] * 10, 160)])
def test_the_norm_is_the_mean_and_three_standard_deviations_and_a_floor(earlier, expected):
    assert leaks.norm(earlier, 60) == expected


def test_one_more_than_the_norm_is_told_and_the_norm_itself_is_not(cast):
    month_of(cast.seller, (100,))
    viewed(cast.seller, NOON, 100)
    leaks.check(NOON)
    assert alerts() == []
    viewed(cast.seller, NOON, 1, first=1_000)
    leaks.check(NOON)
    assert alerts() == [("seller", VIEWS, 101)]


def test_everybody_is_measured_by_himself(cast):
    month_of(cast.seller, (200,))
    viewed(cast.seller, NOON, 150)
    viewed(cast.rival, NOON, 150)
    leaks.check(NOON)
    assert alerts() == [("rival", VIEWS, 150)]


def test_what_is_given_back_counts_and_what_is_converted_or_undone_does_not(cast):
    made = [leads.create(cast.seller, name=f"公司 {n}", at=NOON) for n in range(3)]
    pool.release(made[0], cast.seller, "no_need", at=NOON)
    leads.convert(made[1], cast.seller, at=NOON)
    assert leaks.of_day(day_of(NOON))[cast.seller.id][RELEASES][0] == 1


def test_an_export_is_looked_at_as_soon_as_it_is_written(cast, tmp_path, monkeypatch):
    monkeypatch.setitem(leaks.FLOORS, EXPORTS, 1)
    ids = [leads.create(cast.manager, name=name).id for name in ("甲公司", "乙公司")]
    exports.run(exports.start("lead", ids, cast.manager, tmp_path, "线索").id, tmp_path)
    assert alerts() == [("manager", EXPORTS, 2)]
    assert {notice.user.login for notice in Notice.select().where(Notice.verb == "user.leak_suspected")} == {"admin"}


def test_a_view_is_forgotten_after_half_a_year(cast):
    viewed(cast.seller, NOON - timedelta(days=181), 1)
    viewed(cast.seller, NOON - timedelta(days=179), 1)
    leaks.sweep(NOON)
    assert RecordView.select().count() == 1
