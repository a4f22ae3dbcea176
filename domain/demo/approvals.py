"""The demo's draft of another approval flow, rehearsed and not published: small quotes would need fewer words."""

from dataclasses import replace

from domain import flow_rehearsals, flows
from domain.flow_conditions import Condition
from models import Flow

CONDITIONS = {  # key of the node: when it would be asked
    "n2": ((Condition("effective_discount", "above", 8_00),), (Condition("margin", "below", 35_00),), (Condition("loses_money", "is", True),)),
    "n3": ((Condition("amount", "above", 100_000_00),), (Condition("level", "in", ("key",)), Condition("effective_discount", "above", 5_00))),
}


def consider(story):
    draft = flows.draft(Flow.get(Flow.what == "quote"), by=story.founder)
    definition = flows.read(draft)
    for key, when in CONDITIONS.items():
        definition = definition.with_node(replace(definition.node(key), when=when))
    flows.save(draft, draft.revision, definition, by=story.founder)
    flow_rehearsals.rehearse(draft, by=story.founder)
