"""The flow that a test's quotes go through: nodes written as they are needed, running at once."""

from dataclasses import asdict, replace

from domain import flows
from domain.flows import CopyTo, Definition, Node, Who
from models import Flow, FlowVersion

__all__ = ["CopyTo", "lead_through", "person", "role", "superior"]


def person(*users, key="", **rules):
    return Node(key, "", Who(Who.PERSON, users=tuple(user.id for user in users)), **rules)


def role(name, key="", **rules):
    return Node(key, "", Who(Who.ROLE, role=name), **rules)


def superior(key="", **rules):
    return Node(key, "", Who(Who.SUPERIOR), **rules)


def lead_through(*nodes, withdraw="any_time"):
    """Let the running version of the quotes' flow have these nodes; a Node without a key or names gets n1, 节点1, Node 1."""
    named = [
        replace(node, key=node.key or f"n{place}", name=node.name or f"节点{place}", name_en=node.name_en or f"Node {place}")
        for place, node in enumerate(nodes, 1)
    ]
    definition, flow = Definition(tuple(named), withdraw), Flow.get(Flow.what == "quote")
    FlowVersion.update(definition=asdict(definition)).where(FlowVersion.flow == flow, FlowVersion.is_running).execute()
    flows.keep_approvers(flow, definition)
    return flow.running
