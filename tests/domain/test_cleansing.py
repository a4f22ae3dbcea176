"""Cleansing (数据清洗): what a look through the base finds, that it can stop anywhere, and what is remembered of it."""

from datetime import datetime

import pytest

from domain import Refused, cleansing, customers, duplicates, leads, merging
from models import Apart, CleansingFinding, CleansingRun, Contact, Customer, Event, Lead, Merge, Pool

AT = datetime(2026, 11, 21, 2, 0)
ALL = CleansingRun.NEEDS


def look(cast, needs=(), **options):
    run = cleansing.start(cast.admin, needs, at=AT)
    cleansing.look(run.id, pause=0, at=AT, **options)
    return CleansingRun.get_by_id(run.id)


def found(run, sort):
    return list(CleansingFinding.select().where(CleansingFinding.run == run.id, CleansingFinding.sort == sort).order_by(CleansingFinding.id))


def test_it_finds_two_that_may_be_one(cast):
    one, two = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    three = leads.create(cast.rival, name="苏州明德", phone="13800000001")
    four = leads.create(cast.seller, name="明德自动化", phone="13800000001")
    pairs = {(row.record_kind, row.record_id, row.other_id) for row in found(look(cast), "duplicate")}
    assert pairs == {("customer", one.id, two.id), ("lead", three.id, four.id)}


def test_it_finds_what_nobody_can_put_right_but_who_asks_the_customer(cast):
    customer = customers.create(cast.seller, name="甲公司", phone="1380000", email="a@b", credit_code="91320412MA1XXXXXX0")
    contact = customers.add_contact(customer, cast.seller, name="李四", phone="1380000")
    rows = {(row.record_kind, row.record_id, row.fields[0]): row.suggestion for row in found(look(cast), "format")}
    of_the_customer = {("customer", customer.id, name): "" for name in ("phone", "email", "credit_code")}
    assert rows == of_the_customer | {("contact", contact.id, "phone"): ""}


PHONES = [("１３８００００００００", "13800000000"), ("0519-85802231", "051985802231"), ("138 0000 0000", "13800000000")]


@pytest.mark.parametrize("written, tidy", PHONES)
def test_a_value_with_one_way_to_write_it_is_put_right_at_once_and_told(cast, written, tidy):
    lead = leads.create(cast.seller, name="乙公司")
    Lead.update(phone=written).where(Lead.id == lead.id).execute()
    row = found(look(cast), "format")[0]
    assert (row.value, row.suggestion) == (written, tidy)
    cleansing.fix(row, Lead.get_by_id(lead.id), by=cast.seller, at=AT)
    assert Lead.get_by_id(lead.id).phone == tidy
    assert Event.select().where(Event.verb == "lead.edited").get().after == {"phone": tidy}
    assert CleansingFinding.get_by_id(row.id).settled_at == AT
    with pytest.raises(Refused, match="meanwhile"):
        cleansing.fix(row, Lead.get_by_id(lead.id), by=cast.seller, at=AT)


def test_it_finds_what_a_record_lacks_of_what_was_asked_for(cast):
    bare = customers.create(cast.seller, name="丙公司", city="常州")
    known = customers.create(cast.seller, name="丁公司", city="常州", industry="machinery")
    customers.add_contact(known, cast.seller, name="李四")
    rows = {row.record_id: row.fields for row in found(look(cast, ALL), "missing") if row.record_kind == "customer"}
    assert rows == {bare.id: ["reach", "contact", "industry"]}
    assert [row for row in found(look(cast, ["city"]), "missing") if row.record_kind == "customer"] == []


def test_a_contact_is_asked_for_a_way_to_reach_him_alone(cast):
    customer = customers.create(cast.seller, name="丙公司")
    contact = customers.add_contact(customer, cast.seller, name="李四")
    rows = [(row.record_id, row.holder_id, row.fields) for row in found(look(cast, ALL), "missing") if row.record_kind == "contact"]
    assert rows == [(contact.id, customer.id, ["reach"])]


def test_what_is_closed_or_a_part_of_another_is_left_out(cast):
    junk = leads.create(cast.seller, name="废", phone="1")
    leads.void(junk, by=cast.manager)
    one, two = (customers.create(cast.seller, name="常州恒力", email="x") for _n in range(2))
    merging.merge(one, two, by=cast.seller)
    assert [(row.record_kind, row.record_id) for row in found(look(cast), "format")] == [("customer", one.id)]


def test_the_next_look_tells_what_is_new_and_what_is_gone(cast):
    customers.create(cast.seller, name="甲", email="x")
    gone = customers.create(cast.seller, name="乙", email="y")
    first = look(cast)
    assert [row.is_new for row in found(first, "format")] == [False, False]  # of the first look nothing is new
    customers.edit(gone, cast.seller, email="y@example.com")
    customers.create(cast.seller, name="丙", email="z")
    second = look(cast)
    assert [(row.value, row.is_new) for row in found(second, "format")] == [("x", False), ("z", True)]
    assert second.gone == 1


def test_two_that_were_told_apart_are_not_found_again_until_that_is_taken_back(cast):
    one, two = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    row = found(look(cast), "duplicate")[0]
    cleansing.tell_apart(two, one, by=cast.seller, at=AT)
    cleansing.tell_apart(one, two, by=cast.seller, at=AT)
    assert Apart.select().count() == 1 and CleansingFinding.get_by_id(row.id).settled_at == AT
    assert found(look(cast), "duplicate") == []
    cleansing.tell_alike(one, two, by=cast.seller, at=AT)
    assert len(found(look(cast), "duplicate")) == 1
    with pytest.raises(Refused):
        cleansing.tell_alike(one, two, by=cast.seller, at=AT)


def test_a_page_warns_no_more_of_what_was_told_apart(cast):
    one, two, three = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(3))
    cleansing.tell_apart(two, one, by=cast.seller, at=AT)
    assert [match.record for match in duplicates.of_record(cast.seller, one)] == [three]
    assert [match.record for match in duplicates.of_record(cast.seller, two)] == [three]


def test_a_merge_settles_what_was_found_until_it_is_taken_back(cast):
    one, two = (customers.create(cast.seller, name="常州恒力机械有限公司") for _n in range(2))
    row = found(look(cast), "duplicate")[0]
    merging.merge(one, two, by=cast.seller, at=AT)
    assert CleansingFinding.get_by_id(row.id).settled_at == AT
    merging.undo(Merge.get(), by=cast.seller, at=AT)
    assert CleansingFinding.get_by_id(row.id).settled_at is None


def test_a_look_that_was_stopped_anywhere_goes_on_without_skipping_or_repeating(cast):
    for number in range(7):
        customers.create(cast.seller, name=f"公司{number // 2}", email="x")
        leads.create(cast.admin, pool=Pool.of("lead").first(), name=f"线索{number}", email="x")
    whole = {row.key for row in look(cast, ALL).findings}
    run = cleansing.start(cast.admin, ALL, at=AT)
    while (run := CleansingRun.get_by_id(run.id)).step < len(cleansing.STEPS):
        assert cleansing.go_on(run, 2)
        assert not cleansing.go_on(run, 2)  # another process with the same page does nothing
    cleansing.look(run.id, pause=0, at=AT)
    assert {row.key for row in run.findings} == whole
    assert CleansingRun.get_by_id(run.id).status == CleansingRun.DONE


def test_there_is_one_look_at_a_time_and_the_last_five_are_kept(cast):
    cleansing.start(cast.admin, (), at=AT)
    with pytest.raises(Refused, match="under way"):
        cleansing.start(cast.manager, (), at=AT)
    cleansing.look(CleansingRun.get().id, pause=0, at=AT)
    for _n in range(6):
        look(cast)
    assert CleansingRun.select().count() == 5


def test_a_look_reads_each_batch_with_as_many_questions_whatever_is_in_it(cast, queries):
    def asked(number):
        for n in range(number):
            customers.create(cast.seller, name=f"公司 {Customer.select().count()} {n}", email="x")
        run = CleansingRun.create(by=cast.admin, needs=list(ALL))
        with queries() as seen:
            cleansing.go_on(run, 100)
        CleansingRun.update(status=CleansingRun.DONE).execute()
        return len(seen)

    CleansingRun.create(by=cast.admin, status=CleansingRun.DONE)
    assert asked(5) == asked(50)
    assert Contact.select().count() == 0
