"""The life of a lead: its six states, and the conversion into a customer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from peewee import IntegrityError

from domain import Refused, customers, duplicates, follow_ups, leads, now, pool_limits
from models import Claim, Company, Contact, Conversion, Customer, Event, Lead, Opportunity, Pool, Task, db

TOMORROW = now() + timedelta(days=1)


@pytest.fixture
def lead(cast):
    made = leads.create(
        cast.seller, name="常州天衡新能源材料科技有限公司", contact_name="李国栋", contact_title="设备经理", phone="13705194410",
        city="常州", source="exhibition",
    )
    return fresh(made)


def fresh(lead):
    return Lead.with_people().where(Lead.id == lead.id).get()


def test_a_lead_that_a_seller_creates_is_his_and_pending_at_once(cast, lead):
    assert (lead.owner, lead.status) == (cast.seller, Lead.PENDING)
    assert Claim.get().how == Claim.CREATED


def test_a_lead_created_in_a_pool_is_unassigned(cast):
    east = Pool.create(name="华东")
    lead = leads.create(cast.manager, pool=east, name="无锡众联")
    assert (lead.owner_id, lead.status, lead.home_pool) == (None, Lead.UNASSIGNED, east)
    assert lead.entered_pool_at is not None


def test_the_first_follow_up_makes_it_followed(cast, lead):
    follow_ups.write(lead, cast.seller, "phone", "第一次联系")
    assert fresh(lead).status == Lead.FOLLOWING


def test_an_invalid_lead_can_be_followed_again_and_converted(cast, lead):
    leads.invalidate(lead, cast.seller)
    assert fresh(lead).status == Lead.INVALID
    follow_ups.write(fresh(lead), cast.seller, "phone", "又联系上了")
    leads.convert(fresh(lead), cast.seller)
    assert fresh(lead).status == Lead.CONVERTED


@pytest.mark.parametrize(("spoken", "state"), [(True, Lead.FOLLOWING), (False, Lead.PENDING)])
def test_a_revived_lead_stands_where_it_stood(cast, lead, spoken, state):
    if spoken:
        follow_ups.write(lead, cast.seller, "phone", "聊过")
    leads.invalidate(fresh(lead), cast.seller)
    leads.revive(fresh(lead), cast.seller)
    assert fresh(lead).status == state


def test_a_voided_lead_is_kept_but_takes_no_room(cast, lead):
    leads.void(lead, cast.manager)
    assert fresh(lead).status == Lead.VOIDED
    assert pool_limits.quota(cast.seller).held == 0
    with pytest.raises(Refused):
        follow_ups.write(fresh(lead), cast.seller, "phone", "还想写")


def test_an_edit_records_what_really_changed(cast, lead):
    leads.edit(lead, cast.seller, city="苏州", phone=lead.phone)
    event = Event.select().order_by(Event.id.desc()).get()
    assert (event.verb, event.before, event.after) == ("lead.edited", {"city": "常州"}, {"city": "苏州"})


def test_an_edit_without_a_change_records_nothing(cast, lead):
    before = Event.select().count()
    leads.edit(lead, cast.seller, city="常州")
    assert Event.select().count() == before


def test_a_conversion_makes_customer_contact_and_opportunity_at_once(cast, lead):
    conversion = leads.convert(lead, cast.seller, opportunity={"name": "温度巡检改造", "amount": 15_000_000})
    assert (conversion.customer.name, conversion.customer.owner, conversion.linked) == (lead.name, cast.seller, False)
    assert (conversion.contact.name, conversion.contact.phone) == ("李国栋", "13705194410")
    assert (conversion.opportunity.amount, conversion.opportunity.contact, conversion.opportunity.source) == (
        15_000_000, conversion.contact, "exhibition",
    )
    assert fresh(lead).status == Lead.CONVERTED


def test_contact_and_opportunity_are_optional(cast, lead):
    conversion = leads.convert(lead, cast.seller, with_contact=False)
    assert (conversion.contact, conversion.opportunity) == (None, None)
    assert (Contact.select().count(), Opportunity.select().count()) == (0, 0)


def test_with_the_rule_on_a_customer_of_the_same_name_is_linked(cast, lead):
    known = customers.create(cast.rival, name="常州天衡 新能源材料科技有限公司")
    conversion = leads.convert(lead, cast.seller)
    assert (conversion.customer, conversion.linked) == (known, True)
    assert Customer.select().count() == 1


def test_a_link_gives_no_sight_of_somebody_elses_customer(cast, lead):
    known = customers.create(cast.rival, name=lead.name)
    leads.convert(lead, cast.seller)
    assert not Customer.visible_to(cast.seller).where(Customer.id == known.id).exists()


def test_with_the_rule_off_a_new_customer_is_made_every_time(cast, lead):
    Company.update(links_customers_by_name=False).execute()
    customers.create(cast.rival, name=lead.name)
    assert leads.convert(lead, cast.seller).linked is False
    assert Customer.select().count() == 2


def test_a_person_whom_the_customer_has_already_is_not_added_twice(cast, lead):
    known = customers.create(cast.seller, name=lead.name)
    person = customers.add_contact(known, cast.seller, name=lead.contact_name, phone=lead.phone)
    assert leads.convert(lead, cast.seller).contact == person


def test_a_lead_is_converted_once(cast, lead):
    seen_before = fresh(lead)
    leads.convert(lead, cast.seller)
    with pytest.raises(Refused, match=cast.seller.name):
        leads.convert(seen_before, cast.seller)
    assert Conversion.select().count() == 1


def test_a_conversion_that_fails_midway_leaves_nothing(cast, lead):
    with pytest.raises(IntegrityError):
        leads.convert(lead, cast.seller, opportunity={"name": None, "amount": 1})
    assert fresh(lead).status == Lead.PENDING
    assert Customer.select().count() == 0


def test_the_planned_step_goes_along_to_the_customer(cast, lead):
    follow_ups.plan(lead, cast.seller, TOMORROW, what="送样品")
    customer = leads.convert(fresh(lead), cast.seller).customer
    task = Task.get()
    assert (task.record_kind, task.record_id, task.what) == ("customer", customer.id, "送样品")
    assert Customer.get_by_id(customer.id).next_at == TOMORROW


def test_leads_of_one_name_converted_at_once_meet_in_one_customer(cast):
    made = [fresh(leads.create(cast.seller, name="南京宏力锻造有限公司")) for _ in range(6)]

    def convert(lead):
        with db.connection_context():
            return leads.convert(lead, cast.seller).linked

    with ThreadPoolExecutor(6) as threads:
        linked = list(threads.map(convert, made))
    assert sorted(linked) == [False] + [True] * 5
    assert Customer.select().count() == 1


def test_a_duplicate_is_found_by_name_phone_or_credit_code_and_says_why(cast, lead):
    for wanted, reason in (({"name": "常州天衡新能源材料 科技有限公司"}, "name"), ({"phone": "13705194410"}, "phone")):
        [match] = duplicates.of(cast.outsider, "lead", **wanted)
        assert (match.record, match.reason, match.visible) == (lead, reason, False)
    assert duplicates.of(cast.seller, "lead", name=lead.name)[0].visible is True


def test_a_record_is_not_its_own_duplicate(cast, lead):
    assert duplicates.of(cast.seller, "lead", but=("lead", lead.id), name=lead.name, phone=lead.phone) == []
