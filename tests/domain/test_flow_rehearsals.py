"""The rehearsal of a flow says of every quote of the last 90 days whether it would have gone another way, and which."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import Refused, flow_rehearsals, flows, now
from domain.flow_conditions import Condition
from domain.flows import Node, Who
from models import Flow, FlowRehearsal, FlowVersion, Quote, User
from tests import offers

AT = now()


@pytest.fixture
def flow(cast):
    return Flow.get(Flow.what == "quote")


@pytest.fixture
def submitted(cast):
    """submitted(days, off): a quote that was submitted so many days ago, with so much off."""

    def make(days, off=0):
        made = offers.quote(cast.seller, number=f"Q-{days}-{off}", off=off)
        Quote.update(submitted_at=AT - timedelta(days=days), status=Quote.APPROVED).where(Quote.id == made.id).execute()
        return made

    return make


def draft_with(flow, by, **columns):
    """A draft whose second node has other rules."""
    draft = flows.draft(flow, by)
    second = flows.read(draft).nodes[1]
    flows.save(draft, draft.revision, flows.read(draft).with_node(replace(second, **columns)), by)
    return draft


def test_only_those_that_would_have_gone_elsewhere_are_listed_with_both_ways(flow, cast, submitted):
    plain, deep = submitted(3), submitted(2, off=60_000)
    found = flow_rehearsals.rehearse(draft_with(flow, cast.admin, when=((Condition("effective_discount", "above", 10_00),),)), cast.admin, AT)
    assert (found.judged, found.changed, found.finished_at is None) == (2, 1, False)
    assert found.first == [[plain.id, ["n1", "n2", "n3"], ["n1", "n3"]]]
    assert found.asked == {"before": {"n1": 2, "n2": 2, "n3": 2}, "after": {"n1": 2, "n2": 1, "n3": 2}}
    assert deep.id not in [id for id, _before, _after in found.first]


def test_what_was_submitted_more_than_ninety_days_ago_or_never_is_left_out(flow, cast, submitted):
    submitted(91)
    offers.quote(cast.seller, number="draft")
    inside = submitted(90)
    found = flow_rehearsals.rehearse(draft_with(flow, cast.admin, who=Who(Who.ROLE, role=User.MANAGER)), cast.admin, AT)
    assert [id for id, _before, _after in found.first] == [inside.id]


def test_another_name_is_no_other_way_but_another_person_or_another_mode_is(flow, cast, submitted):
    submitted(1)
    assert flow_rehearsals.rehearse(draft_with(flow, cast.admin, name="财务复核"), cast.admin, AT).changed == 0
    assert flow_rehearsals.rehearse(draft_with(flow, cast.admin, mode=Node.ALL), cast.admin, AT).changed == 1


def test_it_says_when_the_draft_was_rehearsed_and_only_a_draft_is(flow, cast, submitted):
    draft = draft_with(flow, cast.admin, name="财务复核")
    flow_rehearsals.rehearse(draft, cast.admin, AT)
    assert FlowVersion.get_by_id(draft.id).rehearsed_at
    with pytest.raises(Refused):
        flow_rehearsals.rehearse(flow.running, cast.admin, AT)


def test_many_quotes_are_judged_window_by_window_with_the_same_result(flow, cast, submitted, monkeypatch):
    made = [submitted(1, off=number) for number in range(7)]
    monkeypatch.setattr(flow_rehearsals, "WINDOW", 3)
    rehearsal = FlowRehearsal.create(
        version=draft_with(flow, cast.admin, mode=Node.ALL), revision=2, against=flow.running, by=cast.admin, at=AT, total=7,
    )
    flow_rehearsals.perform(rehearsal.id)
    found = FlowRehearsal.get_by_id(rehearsal.id)
    assert (found.looked_at, found.judged, found.changed) == (7, 7, 7)
    assert {id for id, _before, _after in found.first} == {each.id for each in made}


def test_a_rehearsal_that_is_not_finished_publishes_nothing(flow, cast):
    draft = flows.draft(flow, cast.admin)
    running = FlowRehearsal.create(version=draft, revision=1, against=flow.running, by=cast.admin, at=AT)
    with pytest.raises(Refused, match="still running"):
        flows.publish(running, cast.admin)


def test_a_rehearsal_against_a_version_that_runs_no_more_publishes_nothing(flow, cast):
    draft = flows.draft(flow, cast.admin)
    seen = flow_rehearsals.rehearse(draft, cast.admin, AT)
    FlowVersion.update(is_running=False).where(FlowVersion.flow == flow).execute()
    FlowVersion.create(flow=flow, number=5, definition=draft.definition, published_at=AT, is_running=True)
    with pytest.raises(Refused, match="Rehearse once more"):
        flows.publish(seen, cast.admin)
