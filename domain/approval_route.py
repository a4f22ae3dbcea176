"""The route (审批路线) of a record: which nodes of the running flow it needs and why, and who decides at each.

Nobody decides on his own: neither who submits nor who owns the record is ever given a seat.
"""

from dataclasses import dataclass

from domain import Refused, _, flow_conditions, flows
from domain.approval_kinds import kind_of
from domain.flows import Empty, Node, Who
from models import Approval, Department, FlowVersion, User


@dataclass(frozen=True)
class Seat:
    """Who decides: a person, or else anyone of a role."""

    approver: User | None
    role: str = ""

    @property
    def approver_id(self):
        return self.approver.id if self.approver else None


ADMINISTRATORS = Seat(None, User.ADMINISTRATOR)


@dataclass(frozen=True)
class Step:
    """A node of a route to come: its seats and the conditions that ask for it; `passed` says why nobody has to decide."""

    node: Node
    seats: tuple
    reasons: tuple = ()
    passed: str = ""


def route(record, by, facts=None):
    """(the running FlowVersion, [Step]) as submitting now would ask; `facts` of what is not saved yet."""
    version, nodes = flows.running(record.kind())
    facts = facts or kind_of(record).facts(record)
    finder = Finder(by, record.owner)
    needed = [node for node in nodes if flow_conditions.applies(node.when, facts)]
    return version, foreseen([finder.step(node, flow_conditions.reasons(node.when, facts)) for node in needed])


def ensure_decidable(steps, own):
    if any(ADMINISTRATORS in step.seats for step in steps) and not someone_is(User.ADMINISTRATOR, own):
        raise Refused(_("Nobody but you could approve this. Ask an administrator to name an approver."))


def foreseen(steps):
    """The steps with those marked that will pass because the same person has decided before."""
    found, before = [], []
    for step in steps:
        again = step.seats and not step.passed and all(repeats(seat, step.node.repeat, before) for seat in step.seats)
        found.append(Step(step.node, step.seats, step.reasons, "repeat") if again else step)
        certain = len(step.seats) == 1 or step.node.mode != Node.ANY
        people = {seat.approver.id: seat.approver.role for seat in step.seats if seat.approver}
        if people and certain and not again:
            before.append(people)
    return found


def repeats(seat, rule, before):
    """Whether a seat need not decide again; `before` are {person id: role} of the nodes decided till now, in order."""
    counted = {"each": [], "consecutive": before[-1:], "once": before}[rule]
    if seat.approver_id:
        return any(seat.approver_id in people for people in counted)
    return any(seat.role in people.values() for people in counted)


class Finder:
    """Who decides what one person submits."""

    def __init__(self, submitter, owner=None):
        self.submitter = submitter
        self.own = {submitter.id, owner.id if owner else submitter.id}

    def step(self, node, reasons=()):
        seats, passed = self.seats(node)
        return Step(node, tuple(dict.fromkeys(seats)), tuple(reasons), passed)

    def seats(self, node):
        """(seats, why nobody has to decide)"""
        if node.who.kind == Who.ROLE and node.mode == Node.ANY and someone_is(node.who.role, self.own):
            return [Seat(None, node.who.role)], ""
        people = self.people(node.who)
        found = [seat for seat in (self.seat(person, node) for person in people) if seat]
        if found:
            return found, ""
        if people:
            return [], "own"
        if node.empty.then == Empty.PASS:
            return [], "empty"
        return [self.instead(node)], ""

    def people(self, who):
        """Everybody the node means, also who has left or has a hand in the record."""
        if who.kind == Who.PERSON:
            named = {user.id: user for user in User.select().where(User.id.in_(who.users))}
            return [named[id] for id in who.users if id in named]
        if who.kind == Who.ROLE:
            return list(User.select().where(User.role == who.role, User.disabled_at.is_null()).order_by(User.id))
        levels = 1 if who.kind in (Who.SUPERIOR, Who.HEAD) else who.levels
        found = self.superiors(levels) if who.kind in (Who.SUPERIOR, Who.SUPERIORS) else self.heads(levels)
        return found[::-1] if who.top_down else found

    def superiors(self, levels):
        """The superior, his superior, and so on upwards."""
        found, person = [], self.submitter
        while len(found) < levels and (person := person.superior) and person not in found:
            found.append(person)
        return found

    def heads(self, levels):
        """The heads of the submitter's department and of those above it, as many departments upwards."""
        if not self.submitter.department_id:
            return []
        upwards = [int(part) for part in self.submitter.department.path.strip("/").split("/")][::-1][:levels]
        heads = User.select().join(Department).where(User.department.in_(upwards), User.heads_department, User.disabled_at.is_null())
        return sorted(heads, key=lambda head: (upwards.index(head.department_id), head.id))

    def seat(self, person, node):
        """His own seat, or his superior's where he cannot decide; None where the node is skipped for his sake."""
        if person.id in self.own:
            return self.above(person) if node.own == "superior" else None
        if not person.active:
            return self.above(person) if node.gone == "superior" else ADMINISTRATORS
        return Seat(person)

    def above(self, person):
        fit = first_fit(person, self.own)
        return Seat(fit) if fit else ADMINISTRATORS

    def instead(self, node):
        """Nobody was found: a person named for that, or the administrators."""
        person = node.empty.then == Empty.PERSON and User.get_or_none(User.id == node.empty.user)
        return self.above(person) if person else ADMINISTRATORS


def first_fit(person, own):
    """This person or the nearest superior who works here and has no hand in the record; None when there is none."""
    passed = set()
    while person and person.id not in passed:
        if person.active and person.id not in own:
            return person
        passed.add(person.id)
        person = person.superior
    return None


def someone_is(role, own):
    return User.select().where(User.role == role, User.disabled_at.is_null(), User.id.not_in(own)).exists()


# ---- the rules of a seat ---------------------------------------------------------------------------------------------

PLAIN = Node("", "", Who(Who.PERSON))  # the rules of whoever was added, and of what was submitted before there were flows


def rules_of_versions(ids):
    """{flow version id: its Definition}, in one query."""
    return {version.id: flows.read(version) for version in FlowVersion.select().where(FlowVersion.id.in_(ids))}


def rule_of(step, definitions=None):
    """The Node that a seat belongs to, as its own version of the flow has it."""
    if not step.flow_version_id:
        return PLAIN
    definition = definitions[step.flow_version_id] if definitions else flows.read(step.flow_version)
    return definition.node(step.node) or PLAIN


def may_withdraw(steps):
    """Whether the flow lets the submitter withdraw a round as it stands now."""
    begun = any(step.status == Approval.APPROVED and not step.superseded for step in steps)
    version = next((step.flow_version for step in steps if step.flow_version_id), None)
    return not (begun and version and flows.read(version).withdraw == flows.BEFORE_FIRST)
