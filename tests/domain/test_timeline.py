"""The timeline: newest first, edits folded, nothing told that the reader may not know."""

import re
from pathlib import Path

import pytest

from domain import customers, follow_ups, leads, pool, timeline
from models import Customer, Lead, Pool

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def lead(cast):
    east = Pool.create(name="华东")
    made = leads.create(cast.admin, pool=east, name="镇江丹徒", phone="13705194410")
    pool.claim(fresh(made), cast.seller)
    return fresh(made)


def fresh(lead):
    return Lead.with_people().where(Lead.id == lead.id).get()


def verbs(record, viewer, **options):
    return [entry.verb for entry in timeline.of(record, viewer, **options)[0]]


def test_the_newest_stands_first(cast, lead):
    follow_ups.write(lead, cast.seller, "phone", "聊过")
    assert verbs(lead, cast.seller) == ["lead.followed_up", "lead.claimed", "lead.created"]


def test_it_can_be_narrowed_to_what_was_said_or_to_the_rest(cast, lead):
    follow_ups.write(lead, cast.seller, "phone", "聊过")
    assert verbs(lead, cast.seller, only="follow_ups") == ["lead.followed_up"]
    assert verbs(lead, cast.seller, only="system") == ["lead.claimed", "lead.created"]
    assert timeline.counts(lead, cast.seller) == (3, 1)


def test_edits_of_one_sitting_become_one_line(cast, lead):
    leads.edit(lead, cast.seller, city="镇江")
    leads.edit(lead, cast.seller, need="32 路温度巡检", source="fair")
    [edited, *_] = timeline.of(lead, cast.seller)[0]
    assert [name for name, before, after in edited.changes] == ["city", "need", "source"]


def test_older_entries_come_page_by_page_without_gap_or_double(cast, lead):
    for n in range(30):
        follow_ups.write(lead, cast.seller, "note", f"第 {n} 次")
    first, before = timeline.of(lead, cast.seller, size=20)
    second, end = timeline.of(lead, cast.seller, before_id=before, size=20)
    ids = [entry.id for entry in first + second]
    assert len(ids) == 32 and ids == sorted(ids, reverse=True) and end is None


def test_numbers_are_masked_while_the_lead_lies_in_the_pool(cast, lead):
    leads.edit(lead, cast.seller, phone="13800001111")
    follow_ups.write(lead, cast.seller, "phone", "改打 13812905678")
    pool.release(fresh(lead), cast.seller, "no_budget")
    told = timeline.of(fresh(lead), cast.rival)[0]
    text = repr([(entry.changes, entry.follow_up and entry.follow_up.body) for entry in told])
    assert "13812905678" not in text and "13800001111" not in text
    assert "138****5678" in text


def test_a_customers_timeline_begins_with_the_lead_it_was(cast, lead):
    follow_ups.write(lead, cast.seller, "phone", "聊过")
    customer = leads.convert(fresh(lead), cast.seller).customer
    told = verbs(Customer.get_by_id(customer.id), cast.seller)
    assert told[-1] == "lead.created" and "customer.created" in told and "lead.followed_up" in told


def test_a_role_that_reads_no_leads_is_not_told_of_them(cast, lead):
    customer = leads.convert(lead, cast.seller).customer
    assert {verb.split(".")[0] for verb in verbs(customer, cast.finance)} == {"customer"}


def test_every_verb_on_record_has_a_sentence():
    """A verb without one would be shown as its bare name."""
    records = r"(lead|customer|opportunity|quote|order|ticket)"
    code = "".join(path.read_text() for path in (ROOT / "domain").glob("*.py"))
    used = {found[0] for found in re.finditer(rf'(?<=events\.record\()\s*"{records}\.[a-z_]+"', code)}
    used = {verb.strip().strip('"') for verb in used}
    told = {verb for verb in used if not verb.endswith(("_edited", ".edited"))}
    assert told - set(timeline.SENTENCES) == set()


def test_a_sentence_bears_a_fact_that_is_missing(cast):
    customer = customers.create(cast.seller, name="宏力")
    [created] = timeline.of(customer, cast.seller)[0]
    created.facts.clear()
    assert created.sentence(lambda name, value: value)
