"""Assignment rules: which rule, which person and why; what waits is placed once, and survives a restart."""

from datetime import timedelta
from io import BytesIO
from random import Random

import pytest

from domain import Refused, arrivals, assignment, customers, duplicates, imports, leads, now, pool, web_forms
from models import (
    Arrival,
    AssignmentRule,
    Company,
    Customer,
    Department,
    Event,
    Lead,
    Notice,
    Pool,
    SellerProfile,
    User,
    WebFormPost,
)

AT = now()


@pytest.fixture
def rule(cast):
    """rule("round_robin", people, cities=["苏州"]) is a rule for leads that come in any way."""

    def make(method=AssignmentRule.ROUND_ROBIN, people=None, departments=(), **columns):
        people = [cast.seller, cast.rival] if people is None else people
        columns = {"name": method, "what": "lead", "on_drop": True, "method": method} | columns
        return assignment.save_rule(None, cast.admin, takers=people, departments=departments, **columns)

    return make


def lying(cast, number=1, **columns):
    here = Pool.of("lead").get()
    made = [leads.create(cast.admin, pool=here, name=f"扬州液压{n}有限公司", **columns) for n in range(number)]
    return [Lead.with_people().where(Lead.id == lead.id).get() for lead in made]


def file_of(number):
    return BytesIO("\n".join(["公司", *(f"扬州{n}液压有限公司" for n in range(number))]).encode())


def placed(cast, number=1, trigger=arrivals.FORM, **columns):
    """The logins of those who get so many leads, one after the other."""
    choices = [assignment.place(lead, trigger, AT) for lead in lying(cast, number, **columns)]
    return [choice.user.login if choice else None for choice in choices]


# ---- which rule ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lists, lead, fits",
    [
        ({}, {}, True), ({"provinces": ["江苏"]}, {"province": "江苏省"}, True), ({"provinces": ["江苏省"]}, {"province": "江苏"}, True),
        ({"cities": ["苏州", "无锡"]}, {"city": "无锡市"}, True), ({"cities": ["苏州"]}, {"city": ""}, False),
        ({"industries": ["energy"]}, {"industry": "food"}, False), ({"sources": ["website"]}, {"source": "website"}, True),
        ({"cities": ["苏州"], "industries": ["energy"]}, {"city": "苏州", "industry": "food"}, False),
    ],
)
def test_a_rule_fits_when_each_of_its_lists_names_what_the_record_says(cast, rule, lists, lead, fits):
    rule(people=[cast.seller], **lists)
    assert placed(cast, **lead) == ["seller" if fits else None]


def test_the_first_rule_that_fits_counts_and_the_last_may_be_the_default(cast, rule):
    rule(people=[cast.rival], industries=["energy"])
    default = rule(people=[cast.seller])
    assert placed(cast, industry="energy") + placed(cast, industry="food") == ["rival", "seller"]
    assignment.move_up(default, by=cast.admin)
    assert placed(cast, industry="energy") == ["seller"]


def test_a_rule_that_is_off_or_of_another_way_or_pool_places_nothing(cast, rule):
    elsewhere = Pool.create(name="华南")
    rule(active=False)
    rule(on_form=False)
    rule(pool=elsewhere)
    assert placed(cast) == [None]


def test_rules_of_leads_place_no_customers(cast, rule):
    rule()
    customer = customers.create(cast.outsider, name="扬州液压有限公司")
    pool.release(customer, by=cast.outsider, reason="no_need")
    assignment.settle(AT)
    assert Customer.get_by_id(customer.id).owner is None


def test_customers_are_placed_by_level(cast, rule):
    rule(people=[cast.seller], what="customer", levels=["key"])
    made = [customers.create(cast.outsider, name=name, level=level) for name, level in (("甲公司", "key"), ("乙公司", "trial"))]
    for customer in made:
        pool.release(customer, by=cast.outsider, reason="no_need")
    assignment.settle(AT)
    assert [Customer.get_by_id(customer.id).owner for customer in made] == [cast.seller, None]


# ---- which person ----------------------------------------------------------------------------------------------------


def test_in_turn_goes_round_and_remembers_across_restarts(cast, rule):
    made = rule(people=[cast.rival, cast.seller, cast.outsider])
    assert placed(cast, 4) == ["seller", "rival", "outsider", "seller"]
    assert AssignmentRule.get_by_id(made.id).last_user == cast.seller


def test_whoever_holds_least_is_next(cast, rule):
    for n in range(2):
        leads.create(cast.seller, name=f"已有{n}")
    rule(AssignmentRule.LEAST_LOADED)
    assert placed(cast, 4) == ["rival", "rival", "seller", "rival"]


def test_chance_reaches_everybody_and_nobody_else(cast, rule):
    rule(AssignmentRule.RANDOM)
    draw = Random(1).choice
    got = [assignment.place(lead, arrivals.FORM, AT, draw).user.login for lead in lying(cast, 20)]
    assert set(got) == {"seller", "rival"}


def test_named_in_order_the_first_with_room(cast, rule):
    Company.update(claim_capacity=2).execute()
    rule(AssignmentRule.PERSON, [cast.rival, cast.seller])
    assert placed(cast, 5) == ["rival", "rival", "seller", "seller", None]


def test_the_profile_that_names_most_of_what_the_record_says_gets_it(cast, rule):
    assignment.save_profile(cast.seller, by=cast.admin, cities=["苏州"])
    assignment.save_profile(cast.rival, by=cast.admin, cities=["苏州市"], industries=["energy"])
    rule(AssignmentRule.MATCH)
    [lead] = lying(cast, city="苏州", industry="energy")
    choice = assignment.place(lead, arrivals.FORM, AT)
    assert (choice.user, choice.matched) == (cast.rival, ["苏州", "energy"])
    assert placed(cast, city="苏州") == ["seller"], "of equals whoever holds less"


def test_a_department_takes_part_with_all_below_it_and_without_those_who_left(cast, rule):
    rule(AssignmentRule.LEAST_LOADED, [], [Department.get(Department.name == "华东")])
    assert set(placed(cast, 6)) == {"manager", "seller", "rival"}
    User.update(disabled_at=AT).where(User.login != "rival").execute()
    assert placed(cast, 2) == ["rival", "rival"]


def test_the_timeline_tells_who_got_it_by_which_rule_and_why(cast, rule):
    made = rule(AssignmentRule.LEAST_LOADED, [cast.seller])
    placed(cast)
    event = Event.get(Event.verb == "lead.placed")
    assert (event.actor, event.after) == (None, {"owner": cast.seller.id})
    assert (event.detail["rule"], event.detail["placed_by"], event.detail["owner_name"]) == (made.name, "least_loaded", cast.seller.name)
    assert cast.seller.notices.get().verb == "lead.placed"


# ---- when ------------------------------------------------------------------------------------------------------------


def test_what_was_given_back_goes_to_another_never_to_the_one_who_gave_it_up(cast, rule):
    rule(AssignmentRule.PERSON, [cast.seller, cast.rival])
    lead = leads.create(cast.seller, name="扬州液压有限公司")
    pool.release(lead, by=cast.seller, reason="no_need")
    assignment.settle(AT)
    assert Lead.get_by_id(lead.id).owner == cast.rival and not Arrival.select().exists()


def test_an_undone_claim_is_nothing_that_came_back(cast, rule):
    rule(people=[cast.rival])
    [lead] = lying(cast)
    pool.claim(lead, by=cast.seller)
    pool.unclaim(lead, by=cast.seller)
    assert not Arrival.select().exists()


def test_what_was_claimed_before_its_turn_stays_with_whoever_claimed_it(cast, rule):
    rule(people=[cast.rival])
    lead = leads.create(cast.outsider, name="扬州液压有限公司")
    pool.release(lead, by=cast.outsider, reason="no_need")
    pool.claim(Lead.with_people().where(Lead.id == lead.id).get(), by=cast.seller)
    assignment.settle(AT)
    assert Lead.get_by_id(lead.id).owner == cast.seller and not Arrival.select().exists()


def test_what_is_imported_is_placed_afterwards(cast, rule, run):
    rule()
    job = run(file_of(6))
    assert (job.created, Arrival.select().count()) == (6, 6)
    assignment.settle(AT)
    assert Lead.select().where(Lead.owner == cast.seller).count() == Lead.select().where(Lead.owner == cast.rival).count() == 3


def test_without_a_rule_nothing_waits(cast, run):
    run(file_of(1))
    assert not Arrival.select().exists()


# ---- by hand ---------------------------------------------------------------------------------------------------------


def test_a_selection_is_spread_over_colleagues_in_turn(cast):
    given = assignment.spread(lying(cast, 5), [cast.seller, cast.rival], AssignmentRule.ROUND_ROBIN, by=cast.manager)
    assert [user.login for _lead, user in given] == ["seller", "rival", "seller", "rival", "seller"]


def test_a_selection_for_which_nobody_has_room_is_refused_as_a_whole(cast):
    Company.update(claim_capacity=2).execute()
    with pytest.raises(Refused):
        assignment.spread(lying(cast, 5), [cast.seller, cast.rival], AssignmentRule.LEAST_LOADED, by=cast.manager)
    assert not Lead.select().where(Lead.owner.is_null(False)).exists()


def test_a_saved_profile_is_one_row_however_often_it_is_saved(cast):
    for cities in (["苏州"], ["无锡"]):
        assignment.save_profile(cast.seller, by=cast.admin, cities=cities)
    assert [profile.cities for profile in SellerProfile.select()] == [["无锡"]]


# ---- web forms -------------------------------------------------------------------------------------------------------


@pytest.fixture
def form(cast):
    return web_forms.save(None, cast.admin, name="展会", title="留下联系方式", source="exhibition", pool=Pool.of("lead").get())


def test_what_a_visitor_sends_is_a_lead_placed_at_once(cast, rule, form):
    rule(people=[cast.seller])
    lead = web_forms.send(form, "10.0.0.9", AT, name="扬州液压有限公司", phone="13812905678", need="报价")
    lead = Lead.get_by_id(lead.id)
    assert (lead.owner, lead.source, lead.need, lead.created_by) == (cast.seller, "exhibition", "报价", None)
    assert Event.get(Event.verb == "lead.sent_in").detail["form"] == "展会"


VISITOR = {"name": "扬州液压有限公司", "phone": "13812905678"}


def test_who_presses_twice_does_not_become_two_leads(cast, form):
    lead, nothing = (web_forms.send(form, "10.0.0.9", AT, **VISITOR) for _turn in range(2))
    assert nothing is None and Lead.get() == lead and WebFormPost.select().count() == 1
    assert not Event.select().where(Event.verb == "lead.wrote_in").exists()


def test_a_known_customer_who_presses_twice_has_written_once(cast, form):
    customers.create(cast.seller, at=AT, **VISITOR)
    for minutes in (0, 1, 59):
        web_forms.send(form, "10.0.0.9", AT + timedelta(minutes=minutes), **VISITOR)
    wrote = Event.select().where(Event.verb == "customer.wrote_in")
    assert wrote.count() == Notice.select().where(Notice.verb == "customer.wrote_in").count() == WebFormPost.select().count() == 1
    web_forms.send(form, "10.0.0.9", AT + timedelta(minutes=59), **VISITOR | {"need": "再要两台"})
    web_forms.send(form, "10.0.0.9", AT + timedelta(hours=1), **VISITOR)
    assert wrote.count() == 3


def test_who_has_sent_as_often_as_he_may_can_press_twice(cast, form):
    for _turn in range(2):
        for n in range(web_forms.PER_ADDRESS):
            web_forms.send(form, "10.0.0.9", AT, name=f"公司{n}", phone="13812905678")
    assert WebFormPost.select().count() == web_forms.PER_ADDRESS


@pytest.mark.parametrize("wrote", [{"name": "揚州液壓有限公司"}, {"name": "扬州液压（股份）有限公司", "phone": ""}, {"name": "某某公司"}])
def test_a_lead_that_is_surely_the_same_company_is_joined_and_its_owner_told(cast, form, wrote):
    lead = leads.create(cast.seller, at=AT, **VISITOR)
    assert web_forms.send(form, at=AT, **VISITOR | {"need": "再要两台"} | wrote) == lead
    assert Lead.select().count() == 1
    assert Event.get(Event.verb == "lead.wrote_in").detail["need"] == "再要两台"
    assert [notice.user for notice in Notice.select().where(Notice.verb == "lead.wrote_in")] == [cast.seller]


def test_a_customer_is_joined_and_no_lead_made(cast, form):
    customer = customers.create(cast.seller, at=AT, **VISITOR)
    assert web_forms.send(form, at=AT, name="扬州液压有限责任公司", phone="0514-87654321") == customer
    assert not Lead.select().exists()
    assert [notice.user for notice in Notice.select().where(Notice.verb == "customer.wrote_in")] == [cast.seller]


def test_what_is_only_like_it_or_lies_beyond_the_rule_is_a_lead_of_its_own(cast, form):
    customers.create(cast.seller, at=AT, **VISITOR | {"name": "扬州恒立液压有限公司"})
    web_forms.send(form, at=AT, name="恒立液压", phone="13812900000")
    duplicates.set_rule("lead", cast.admin, True, ["credit_code"], refuses=False)
    web_forms.send(form, at=AT, **VISITOR)
    duplicates.set_rule("lead", cast.admin, False, ["name", "phone"], refuses=False)
    web_forms.send(form, at=AT, name="扬州液压有限公司", phone="13812900001")
    assert Lead.select().count() == 3


def test_what_lies_in_a_pool_is_placed_when_its_company_writes(cast, rule, form):
    lead = leads.create(cast.admin, pool=Pool.of("lead").get(), at=AT, **VISITOR)
    rule(people=[cast.seller])
    web_forms.send(form, at=AT, **VISITOR | {"need": "有人吗"})
    assert Lead.get_by_id(lead.id).owner == cast.seller


def test_so_many_an_hour_from_one_address_and_again_an_hour_later(cast, form):
    for n in range(web_forms.PER_ADDRESS):
        web_forms.send(form, "10.0.0.9", AT, name=f"公司{n}", phone="13812905678")
    with pytest.raises(Refused):
        web_forms.send(form, "10.0.0.9", AT, name="又一家", phone="13812905678")
    web_forms.send(form, "10.0.0.8", AT, name="别人", phone="13812905678")
    web_forms.send(form, "10.0.0.9", AT + timedelta(hours=1), name="又一家", phone="13812905678")


def test_an_address_is_not_to_be_guessed_and_a_closed_form_is_not_there(cast, form):
    assert len(form.token) >= 22 and web_forms.behind(form.token) == form
    web_forms.save(form, cast.admin, active=False)
    assert web_forms.behind(form.token) is None


def test_imports_are_written_once_though_something_waits(cast, rule, take, tmp_path):
    rule()
    job = take(file_of(1))
    imports.start(job, by=job.user, mapping=job.mapping, pool=job.pool, at=AT)
    imports.run(job.id, tmp_path, pause=0, at=AT)
    imports.run(job.id, tmp_path, pause=0, at=AT)
    assert (Lead.select().count(), Arrival.select().count()) == (1, 1)
