"""Whose a record is: handed over as it stands, to one person, once."""

import pytest

from domain import Refused, deals, follow_ups, members, now, orders, owners, tickets
from models import Event, FollowUp, Member, Opportunity, Quote, StageChange, Task
from tests import offers


@pytest.fixture
def deal(cast):
    return offers.deal(cast.seller)


def fresh(record):
    return type(record).get_by_id(record.id)


@pytest.mark.parametrize("end", [lambda deal, by: deals.win(deal, by=by), lambda deal, by: deals.lose(deal, by=by, reason="price")])
def test_a_closed_deal_is_handed_over_and_stays_closed(cast, deal, end):
    end(deal, cast.seller)
    before = fresh(deal).__data__
    deals.hand_over(deal, cast.rival, by=cast.manager)
    after = fresh(deal).__data__
    assert {name for name in before if before[name] != after[name]} == {"owner", "updated_at"}
    assert StageChange.select().where(StageChange.by == cast.rival).count() == 0


def test_stage_follow_ups_and_their_authors_stay_and_the_next_step_goes_along(cast, deal):
    follow_ups.write(deal, cast.seller, "phone", "谈了预算", next_at=now())
    before = FollowUp.get().__data__
    deals.hand_over(fresh(deal), cast.rival, by=cast.manager)
    assert FollowUp.get().__data__ == before
    assert fresh(deal).stage == deal.stage and fresh(deal).expected_on == deal.expected_on
    assert Task.get(Task.done_at.is_null()).owner == cast.rival


def test_an_order_and_a_ticket_keep_their_state_and_the_event_names_both(cast, deal):
    quote = offers.quote(cast.seller, opportunity=deal)
    Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
    order = orders.create(fresh(quote), by=cast.seller)
    ticket = tickets.create(cast.seller, deal.customer, "坏了")
    tickets.assign(ticket, cast.service, by=cast.admin)
    for record in (order, ticket):
        owners.give(record, cast.rival, by=cast.admin, handover=7)
        assert (fresh(record).owner, fresh(record).status) == (cast.rival, record.status)
        event = Event.get(Event.verb == f"{record.kind()}.handed_over")
        assert event.after == {"owner": cast.rival.id} and event.detail == {"handover": 7, "owner_name": cast.rival.name}


def test_of_two_who_give_it_away_the_second_is_told(cast, deal):
    seen = fresh(deal)
    owners.give(deal, cast.rival, by=cast.manager)
    with pytest.raises(Refused):
        owners.give(seen, cast.outsider, by=cast.admin)
    assert Opportunity.get().owner == cast.rival


def test_who_becomes_the_owner_leaves_the_team(cast, deal):
    members.add(deal, cast.rival, by=cast.seller)
    owners.give(deal, cast.rival, by=cast.manager)
    assert not Member.select().exists()
