"""Approval flows: read as they were written, saved by one at a time, published after their rehearsal, never changed again."""

from dataclasses import replace

import pytest

from domain import Refused, flow_checks, flow_facts, flow_rehearsals, flows, organisation, quotes
from domain.flow_conditions import Condition, applies
from domain.flows import CopyTo, Definition, Empty, Node, Who
from models import Customer, Event, Flow, FlowApprover, FlowVersion, Quote, User
from tests import offers, routes

FULL = Node(
    "n7", "财务复核", Who(Who.PERSON, users=(2, 3)), "Finance",
    when=((Condition("margin", "between", (0, 20_00)), Condition("level", "in", ("key",))),), mode=Node.IN_TURN,
    empty=Empty(Empty.PERSON, 2), own="skip", repeat="once", gone="administrators", comment="always", timeout_hours=8,
    remind=("approver", "superior"), copy_to=CopyTo((4,), (User.FINANCE,)), batch=True,
)


@pytest.fixture
def flow(cast):
    return Flow.get(Flow.what == "quote")


def changed(draft, **columns):
    """The draft's definition with other rules at its first node."""
    first = flows.read(draft).nodes[0]
    return flows.read(draft).with_node(replace(first, **columns))


def publish(draft, by):
    return flows.publish(flow_rehearsals.rehearse(draft, by), by)


def test_a_definition_is_read_as_it_was_written(flow, cast):
    draft = flows.draft(flow, cast.admin)
    written = flows.read(draft).with_node(FULL)
    flows.save(draft, draft.revision, written, cast.admin)
    assert flows.read(FlowVersion.get_by_id(draft.id)) == written


def test_a_new_company_asks_the_superior_always_finance_and_the_managers_when_it_matters():
    names = [(node.name, node.who.kind, bool(node.when)) for node in organisation.QUOTE_FLOW.nodes]
    assert names == [("方案设计", "superior", False), ("报价修正", "role", True), ("商务审批", "role", True)]
    assert flow_checks.of_conditions(organisation.QUOTE_FLOW.nodes[2].when, flows.KINDS["quote"][1]) == {}


def test_the_running_version_has_its_nodes_in_order(flow):
    version, nodes = flows.running("quote")
    assert (version.number, [node.name for node in nodes]) == (1, ["方案设计", "报价修正", "商务审批"])
    assert not any(node.when for node in nodes)


# ---- drafts ----------------------------------------------------------------------------------------------------------


def test_there_is_one_draft_and_whoever_asks_for_it_gets_the_same(flow, cast):
    draft = flows.draft(flow, cast.admin)
    assert flows.draft(flow, cast.admin) == draft
    assert flows.read(draft) == flows.read(flow.running)


def test_of_two_who_save_the_second_is_told_who_was_faster(flow, cast):
    draft = flows.draft(flow, cast.admin)
    flows.save(draft, 1, changed(draft, name="方案"), cast.manager)
    with pytest.raises(Refused, match=cast.manager.name):
        flows.save(FlowVersion.get_by_id(draft.id), 1, changed(draft, name="技术"), cast.admin)
    assert flows.read(FlowVersion.get_by_id(draft.id)).nodes[0].name == "方案"


def test_nodes_move_come_and_go(flow, cast):
    draft = flows.draft(flow, cast.admin)
    told = flows.read(draft).moved("n3", up=True).without("n1").with_node(replace(FULL, when=()))
    flows.save(draft, 1, told, cast.admin)
    assert [node.key for node in flows.read(draft).nodes] == ["n3", "n2", "n7"]
    assert flows.read(draft).moved("n3", up=True) == flows.read(draft)


@pytest.mark.parametrize("wrong, where", [
    ({"name": " "}, "name"), ({"name": "报价修正"}, "name"), ({"name": "名" * 31}, "name"),
    ({"who": Who(Who.PERSON)}, "users"), ({"who": Who(Who.PERSON, users=(9_999,))}, "users"), ({"who": Who(Who.ROLE)}, "role"),
    ({"who": Who(Who.ROLE, role="nobody")}, "role"), ({"who": Who(Who.SUPERIORS, levels=11)}, "levels"),
    ({"who": Who(Who.HEADS, levels=0)}, "levels"), ({"empty": Empty(Empty.PERSON)}, "empty"),
    ({"timeout_hours": 0, "remind": ("approver",)}, "timeout_hours"), ({"timeout_hours": 4}, "remind"), ({"remind": ("approver",)}, "timeout_hours"),
    ({"when": ((),)}, "when"), ({"when": ((Condition("amount", "above", None),),)}, "when"),
    ({"when": ((Condition("margin", "below", 100_01),),)}, "when"), ({"when": ((Condition("margin", "between", (20_00, 10_00)),),)}, "when"),
    ({"when": ((Condition("level", "in", ()),),)}, "when"), ({"when": ((Condition("level", "above", 3),),)}, "when"),
    ({"when": ((Condition("weather", "in", ("rain",)),),)}, "when"), ({"when": ((Condition("amount", "above", 1),),) * 11}, "when"),
])
def test_a_bad_definition_is_refused_and_the_complaint_names_its_field(flow, cast, wrong, where):
    draft = flows.draft(flow, cast.admin)
    definition = changed(draft, **wrong)
    found = flow_checks.complaints(definition, flows.KINDS["quote"][1])
    assert [path[1] for path in found if path[0] == definition.nodes[0].key] == [where]
    with pytest.raises(Refused):
        flows.save(draft, 1, definition, cast.admin)
    assert FlowVersion.get_by_id(draft.id).revision == 1


def test_a_flow_keeps_one_node_at_least(flow, cast):
    draft = flows.draft(flow, cast.admin)
    with pytest.raises(Refused, match="one step"):
        flows.save(draft, 1, Definition(()), cast.admin)


def test_a_discarded_draft_is_gone_and_another_can_be_begun(flow, cast):
    draft = flows.draft(flow, cast.admin)
    flow_rehearsals.rehearse(draft, cast.admin)
    flows.discard(draft, 1, cast.admin)
    assert flow.draft is None and flow.running.number == 1
    with pytest.raises(Refused, match="discarded"):
        flows.save(draft, 1, changed(draft, name="方案"), cast.admin)
    assert flows.draft(flow, cast.admin)


# ---- publishing ------------------------------------------------------------------------------------------------------


def test_a_published_draft_runs_under_the_next_number_and_the_one_before_stays_as_it_was(flow, cast):
    draft, before = flows.draft(flow, cast.admin), flow.running
    flows.save(draft, 1, changed(draft, name="方案"), cast.admin)
    publish(FlowVersion.get_by_id(draft.id), cast.admin)
    version, nodes = flows.running("quote")
    assert (version.id, version.number, nodes[0].name) == (draft.id, 2, "方案")
    kept = FlowVersion.get_by_id(before.id)
    assert (kept.is_running, flows.read(kept).nodes[0].name) == (False, "方案设计")
    assert Event.select().where(Event.verb == "flow.published").get().actor == cast.admin


def test_what_was_changed_after_its_rehearsal_is_not_published(flow, cast):
    draft = flows.draft(flow, cast.admin)
    seen = flow_rehearsals.rehearse(draft, cast.admin)
    flows.save(draft, 1, changed(draft, name="方案"), cast.admin)
    with pytest.raises(Refused, match="Rehearse once more"):
        flows.publish(seen, cast.admin)
    assert FlowVersion.get_by_id(draft.id).rehearsed_at is None


def test_a_published_version_is_neither_changed_nor_rehearsed_nor_published_again(flow, cast):
    draft = flows.draft(flow, cast.admin)
    seen = flow_rehearsals.rehearse(draft, cast.admin)
    version = flows.publish(seen, cast.admin)
    for deed in (
        lambda: flows.save(version, 1, changed(version, name="方案"), cast.admin), lambda: flows.discard(version, 1, cast.admin),
        lambda: flow_rehearsals.rehearse(FlowVersion.get_by_id(version.id), cast.admin), lambda: flows.publish(seen, cast.admin),
    ):
        with pytest.raises(Refused):
            deed()


def test_an_older_version_is_taken_as_a_new_draft_unless_there_is_one(flow, cast):
    first = flow.running
    draft = flows.draft(flow, cast.admin)
    flows.save(draft, 1, changed(draft, name="方案"), cast.admin)
    with pytest.raises(Refused, match="draft already"):
        flows.draft(flow, cast.admin, source=first)
    publish(FlowVersion.get_by_id(draft.id), cast.admin)
    assert flows.read(flows.draft(flow, cast.admin, source=first)).nodes[0].name == "方案设计"


# ---- people and roles ------------------------------------------------------------------------------------------------


def test_whoever_takes_over_is_named_in_a_new_version_and_in_the_draft(flow, cast):
    routes.lead_through(routes.person(cast.finance, empty=Empty(Empty.PERSON, cast.finance.id)), routes.superior())
    draft = flows.draft(flow, cast.admin)
    row = FlowApprover.get(FlowApprover.user == cast.finance)
    was, made = flows.hand_on(flow, row.node, cast.finance, cast.manager, cast.admin)
    version, nodes = flows.running("quote")
    assert version.number == 2 and nodes[0].people == (cast.manager.id,)
    assert flows.read(FlowVersion.get_by_id(draft.id)).nodes[0].people == (cast.manager.id,)
    assert [each.user for each in FlowApprover.select()] == [cast.manager]
    assert flows.take_back(flow, was, made, cast.admin)
    assert flows.running("quote")[1][0] == was == flows.read(FlowVersion.get_by_id(draft.id)).nodes[0]
    assert not flows.take_back(flow, was, made, cast.admin)


def test_without_a_successor_the_others_decide_and_at_last_the_superior(flow, cast):
    routes.lead_through(routes.person(cast.finance, cast.manager), routes.person(cast.finance, empty=Empty(Empty.PERSON, cast.finance.id)))
    for key in ("n1", "n2"):
        flows.hand_on(flow, key, cast.finance, None, cast.admin)
    first, second = flows.running("quote")[1]
    assert (first.who.users, second.who.kind, second.empty) == ((cast.manager.id,), Who.SUPERIOR, Empty())
    assert flows.running("quote")[0].number == 3


def test_a_role_that_a_node_asks_or_tells_is_found(flow, cast):
    assert flows.asking_role(User.FINANCE).name == "报价修正"
    routes.lead_through(routes.superior(copy_to=CopyTo(roles=(User.SERVICE,))))
    assert flows.asking_role(User.SERVICE) and not flows.asking_role(User.FINANCE)


# ---- what is asked of a quote ----------------------------------------------------------------------------------------


def test_the_facts_of_a_stored_quote_are_those_of_its_price(cast):
    quote = offers.quote(cast.seller)
    facts, priced = flow_facts.of_quote(quote), quotes.totals_of(quote)
    for figure in ("list_total", "subtotal", "order_amount", "total", "excl_total", "cost_total", "effective_discount", "margin", "discount_rate"):
        assert getattr(facts.totals, figure) == getattr(priced, figure)
    assert facts.department == {cast.seller.department_id, cast.admin.department_id}


def test_what_the_quote_is_about_reaches_the_conditions(cast):
    quote = offers.quote(cast.seller)
    Customer.update(level="key", province="江苏").where(Customer.id == quote.customer_id).execute()
    line = quote.lines.first()
    type(line.product).update(category="sensor").where(type(line.product).id == line.product_id).execute()
    facts = flow_facts.of_quote(quote)
    assert (facts.level, facts.province, facts.category, facts.loses_money) == ({"key"}, {"江苏"}, {"sensor"}, False)


def test_an_unchanged_second_version_is_no_worse_and_a_changed_one_may_be(cast):
    first = offers.quote(cast.seller)
    Quote.update(status=Quote.APPROVED, approved_at=first.created_at, is_newest=False).where(Quote.id == first.id).execute()
    second = offers.quote(cast.seller, opportunity=first.opportunity, number="Q-2")
    same = {"number": first.number, "version": 2}
    Quote.update(**same).where(Quote.id == second.id).execute()
    worse = (Condition("changed", "in", ("terms",)),)
    assert not applies((worse,), flow_facts.of_quote(first))
    second = Quote.get_by_id(second.id)
    products = [(line.product_id, line.name) for line in first.lines.order_by()]
    for line, (product, name) in zip(second.lines.order_by(), products, strict=True):
        type(line).update(product=product, name=name).where(type(line).id == line.id).execute()
    assert not applies((worse,), flow_facts.of_quote(second))
    Quote.update(terms="款到发货").where(Quote.id == second.id).execute()
    assert applies((worse,), flow_facts.of_quote(Quote.get_by_id(second.id)))


def test_many_quotes_are_read_in_as_many_queries_as_one(cast, queries):
    made = [offers.quote(cast.seller, number=f"Q-{number}") for number in range(4)]
    with queries() as one:
        flow_facts.of_quotes(made[:1])
    with queries() as four:
        flow_facts.of_quotes(made)
    assert len(one) == len(four)
