"""Transfer of one record: what comes along is chosen, every stage stays, the old owner may stay for a while."""

from datetime import timedelta

import pytest

from domain import Refused, customers, day_of, deals, follow_ups, leads, members, now, orders, transfers
from models import Company, Contact, Customer, FollowUp, Member, Opportunity, Order, Quote, Stage, Task
from permissions import can_follow_up
from tests import offers


@pytest.fixture
def customer(cast):
    """With a contact, an open deal in its third stage and its quote, a won deal with an order, and somebody else's deal."""
    found = customers.create(cast.seller, name="苏州恒立")
    customers.add_contact(found, cast.seller, name="李四")
    deal = deals.create(cast.seller, found, "产线改造", 100_000)
    deals.move(deal, Stage.in_order()[2], by=cast.seller)
    offers.quote(cast.seller, opportunity=deal, number="Q-1")
    won = deals.create(cast.seller, found, "一期", 100_000)
    quote = offers.quote(cast.seller, opportunity=won, number="Q-2")
    Quote.update(status=Quote.APPROVED).where(Quote.id == quote.id).execute()
    orders.create(Quote.get_by_id(quote.id), by=cast.seller)
    deals.win(won, by=cast.seller)
    deals.create(cast.outsider, found, "别人的商机", 100_000)
    return Customer.with_people().get()


def owners(table):
    return [row.owner.login for row in table.select().order_by(table.id)]


def test_the_open_work_of_its_owner_comes_along_and_what_is_closed_or_anothers_stays(cast, customer):
    transfers.transfer(customer, cast.rival, cast.manager, along=("opportunity", "quote", "order"))
    assert owners(Customer) == ["rival"]
    assert owners(Opportunity) == ["rival", "seller", "outsider"]
    assert owners(Quote) == ["rival", "seller"]
    assert owners(Order) == ["rival"]
    assert Contact.get().customer.owner == cast.rival


def test_what_was_not_chosen_stays(cast, customer):
    transfers.transfer(customer, cast.rival, cast.manager, along=("order",))
    assert owners(Opportunity) == ["seller", "seller", "outsider"] and owners(Order) == ["rival"]


def test_stage_follow_ups_and_authors_stay_and_the_next_step_goes_along(cast, customer):
    deal = Opportunity.get(Opportunity.name == "产线改造")
    follow_ups.write(deal, cast.seller, "phone", "谈了预算", next_at=now())
    said = FollowUp.get().__data__
    transfers.transfer(customer, cast.rival, cast.manager, along=("opportunity",))
    assert Opportunity.get_by_id(deal.id).stage == Stage.in_order()[2]
    assert FollowUp.get().__data__ == said
    assert Task.get(Task.done_at.is_null()).owner == cast.rival


def test_a_deal_takes_its_quote_along_and_leaves_the_customer(cast, customer):
    deal = Opportunity.with_people().where(Opportunity.name == "产线改造").get()
    transfers.transfer(deal, cast.rival, cast.manager, along=("quote",))
    assert owners(Customer) == ["seller"] and owners(Quote) == ["rival", "seller"]


@pytest.mark.parametrize("may_edit", [False, True])
def test_the_old_owner_may_stay_on_the_team_until_a_day(cast, customer, may_edit):
    last = day_of(now()) + timedelta(days=7)
    transfers.transfer(customer, cast.rival, cast.manager, may_edit=may_edit, until=last)
    assert members.last_day_of(Member.get(Member.user == cast.seller)) == last
    assert can_follow_up(cast.seller, Customer.get()) == may_edit


def test_without_room_nothing_moves(cast, customer):
    Company.update(customer_capacity=0, capacity_leaves_out_dealt=False).execute()
    with pytest.raises(Refused):
        transfers.transfer(customer, cast.rival, cast.manager, along=("opportunity",))
    assert owners(Customer) == ["seller"] and owners(Opportunity) == ["seller", "seller", "outsider"]


@pytest.mark.parametrize("who", ["seller", "disabled", "finance"])
def test_nobody_gets_it_who_has_it_has_left_or_does_not_sell(cast, who):
    lead = leads.create(cast.seller, name="线索")
    with pytest.raises(Refused):
        transfers.transfer(lead, getattr(cast, who), cast.manager)


def test_a_selection_moves_whole_or_not_at_all(cast):
    chosen = [customers.create(cast.seller, name=f"客户 {number}") for number in range(3)]
    Company.update(customer_capacity=2).execute()
    with pytest.raises(Refused):
        transfers.transfer_many(chosen, cast.rival, cast.manager)
    assert owners(Customer) == ["seller"] * 3
    transfers.transfer_many(chosen[:2], cast.rival, cast.manager)
    assert owners(Customer) == ["rival", "rival", "seller"]


def test_a_selection_takes_the_open_work_along_where_it_is_wanted(cast, customer):
    transfers.transfer_many([customer], cast.rival, cast.manager, along=("opportunity",))
    assert owners(Opportunity) == ["rival", "seller", "outsider"]
