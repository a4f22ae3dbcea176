"""Approval flows (审批流程): per kind of document the nodes that may be asked, when, and who decides there.

A definition is a draft until it is published after its rehearsal, and never changes again; what is under way keeps the version
it started with.
"""

from dataclasses import asdict, dataclass, replace

from peewee import fn

from domain import N_, Refused, _, edits, events, flow_checks, now, transaction
from domain.days import clock
from domain.flow_conditions import FIELDS, Condition
from models import Event, Flow, FlowApprover, FlowRehearsal, FlowVersion, User

# Which documents have a flow: {what: (words, the fields that their conditions may ask)}
KINDS = {"quote": (N_("Quotes"), FIELDS)}
ANY_TIME, BEFORE_FIRST = WITHDRAWALS = ("any_time", "before_first")


@dataclass(frozen=True)
class Who:
    """Who decides: named people, anyone of a role, the submitter's superior or several levels of them, the head of his
    department or of several departments upwards."""

    PERSON, ROLE, SUPERIOR, SUPERIORS, HEAD, HEADS = KINDS = ("person", "role", "superior", "superiors", "head", "heads")

    kind: str
    users: tuple = ()
    role: str = ""
    levels: int = 1
    top_down: bool = False


@dataclass(frozen=True)
class Empty:
    """What follows when nobody is found to decide."""

    PASS, PERSON, ADMINISTRATORS = THEN = ("pass", "person", "administrators")

    then: str = ADMINISTRATORS
    user: int | None = None


@dataclass(frozen=True)
class CopyTo:
    users: tuple = ()
    roles: tuple = ()


@dataclass(frozen=True)
class Node:
    """One step. `when` holds groups of conditions: all of any one group; without groups it is asked every time."""

    ANY, ALL, IN_TURN = MODES = ("any", "all", "in_turn")
    OWN = ("superior", "skip")
    REPEAT = ("each", "consecutive", "once")
    GONE = ("superior", "administrators")
    COMMENT = ("on_reject", "optional", "always")
    REMIND = ("approver", "superior")

    key: str
    name: str
    who: Who
    name_en: str = ""
    when: tuple = ()
    mode: str = ANY
    empty: Empty = Empty()
    own: str = "superior"
    repeat: str = "each"
    gone: str = "superior"
    comment: str = "on_reject"
    timeout_hours: int | None = None
    remind: tuple = ()
    copy_to: CopyTo = CopyTo()
    batch: bool = False

    @property
    def people(self):
        """Ids of everybody it names to decide."""
        named = self.who.users if self.who.kind == Who.PERSON else ()
        stand_in = (self.empty.user,) if self.empty.then == Empty.PERSON and self.empty.user else ()
        return tuple(dict.fromkeys((*named, *stand_in)))

    def with_somebody_else(self, one, other):
        """With another person wherever it names this one to decide; without another the superior or the administrators decide."""
        users = tuple(dict.fromkeys(other if user == one else user for user in self.who.users if user != one or other))
        who = Who(Who.SUPERIOR) if self.who.users and not users else replace(self.who, users=users)
        stand_in = self.empty if self.empty.user != one else Empty(Empty.PERSON, other) if other else Empty()
        return replace(self, who=who, empty=stand_in)

    @property
    def roles(self):
        return ((self.who.role,) if self.who.kind == Who.ROLE else ()) + self.copy_to.roles


@dataclass(frozen=True)
class Definition:
    nodes: tuple
    withdraw: str = ANY_TIME  # may the submitter withdraw once somebody has approved?

    def node(self, key):
        return next((node for node in self.nodes if node.key == key), None)

    @property
    def approvers(self):
        """{(node key, user id)} of everybody named."""
        return {(node.key, user) for node in self.nodes for user in node.people}

    def with_node(self, node):
        """With this node instead of the one with its key, or else at the end."""
        nodes = [node if each.key == node.key else each for each in self.nodes]
        return replace(self, nodes=tuple(nodes if self.node(node.key) else [*nodes, node]))

    def without(self, key):
        return replace(self, nodes=tuple(node for node in self.nodes if node.key != key))

    def moved(self, key, up):
        """With a node one place further up or down; at the end of the list it stays."""
        nodes = list(self.nodes)
        place = nodes.index(self.node(key))
        other = place - 1 if up else place + 1
        if 0 <= other < len(nodes):
            nodes[place], nodes[other] = nodes[other], nodes[place]
        return replace(self, nodes=tuple(nodes))


# ---- between a definition and its JSON -------------------------------------------------------------------------------


def read(version):
    """The Definition of a stored version."""
    return loaded(version.definition)


def loaded(stored):
    return Definition(nodes=tuple(node_from(each) for each in stored["nodes"]), withdraw=stored["withdraw"])


def node_from(stored):
    who, copy_to = stored["who"], stored["copy_to"]
    nested = {
        "when": tuple(tuple(Condition(each["field"], each["op"], frozen(each["value"])) for each in group) for group in stored["when"]),
        "who": Who(**who | {"users": tuple(who["users"])}),
        "empty": Empty(**stored["empty"]),
        "remind": tuple(stored["remind"]),
        "copy_to": CopyTo(tuple(copy_to["users"]), tuple(copy_to["roles"])),
    }
    return Node(**stored | nested)


def frozen(value):
    return tuple(value) if isinstance(value, list) else value


def running(what):
    """(the version that runs for this kind of document, [Node] in order)"""
    version = FlowVersion.select(FlowVersion, Flow).join(Flow).where(Flow.what == what, FlowVersion.is_running).get()
    return version, list(read(version).nodes)


# ---- drafts ----------------------------------------------------------------------------------------------------------


def found(what, name, name_en, definition, at=None):
    """The flow that a company starts with, running from the first day."""
    at = at or now()
    flow = Flow.create(what=what, name=name, name_en=name_en)
    FlowVersion.create(
        flow=flow, number=1, definition=asdict(definition), made_at=at, rehearsed_at=at, published_at=at, is_running=True,
    )
    keep_approvers(flow, definition)
    return flow


def rename(flow, by, **columns):
    """What the flow is called, and a remark on it: no part of a version."""
    edits.write(flow, "flow.renamed", by, **columns)


def draft(flow, by, source=None, at=None):
    """The draft of a flow: the one there is, else a copy of the running version, or of the one given."""
    at = at or now()
    with transaction():
        waiting = flow.draft
        if waiting and source:
            raise Refused(_("There is a draft already. Publish or discard it first."))
        if waiting:
            return waiting
        source = source or flow.running
        made = FlowVersion.create(flow=flow, definition=source.definition, made_by=by, made_at=at)
        events.record("flow.drafted", flow, by, at=at, source=source.number)
    return made


def save(version, revision, definition, by, at=None):
    """A draft says this from now on, as long as nobody has saved it since this person read it."""
    stored = asdict(definition)
    if stored == asdict(read(version)) and revision == version.revision:
        return
    for complaint in flow_checks.complaints(definition, KINDS[version.flow.what][1]).values():
        raise Refused(complaint)
    with transaction():
        unseen = (FlowVersion.id == version.id) & (FlowVersion.revision == revision) & FlowVersion.published_at.is_null()
        if not FlowVersion.update(definition=stored, revision=revision + 1, rehearsed_at=None).where(unseen).execute():
            raise Refused(who_was_faster(version))
        events.record("flow.edited", version.flow, by, {"nodes": version.definition["nodes"]}, {"nodes": stored["nodes"]}, at)
    version.definition, version.revision, version.rehearsed_at = stored, revision + 1, None


def discard(version, revision, by, at=None):
    with transaction():
        unseen = (FlowVersion.id == version.id) & (FlowVersion.revision == revision) & FlowVersion.published_at.is_null()
        FlowRehearsal.delete().where(FlowRehearsal.version == version.id).execute()
        if not FlowVersion.delete().where(unseen).execute():
            raise Refused(who_was_faster(version))
        events.record("flow.discarded", version.flow, by, at=at)


def who_was_faster(version):
    """Who saved, published or discarded the draft meanwhile."""
    words = {
        "flow.published": _("%(name)s published this draft at %(time)s. Nothing was overwritten."),
        "flow.discarded": _("%(name)s discarded this draft at %(time)s. Nothing was overwritten."),
    }
    theirs = Event.record_kind == "flow", Event.record_id == version.flow_id
    event = Event.select(Event.verb, Event.at, User.name).join(User).where(*theirs).order_by(Event.id.desc()).first()
    sentence = words.get(event.verb, _("%(name)s changed this draft at %(time)s. Nothing was overwritten."))
    return sentence % {"name": event.actor.name, "time": clock(event.at)}


# ---- publishing ------------------------------------------------------------------------------------------------------


def publish(rehearsal, by, at=None):
    """The draft runs from now on. Only what was rehearsed: this very definition, against the version that runs."""
    at = at or now()
    with transaction():
        version = FlowVersion.get_by_id(rehearsal.version_id)
        ensure_seen(rehearsal, version)
        put_in_force(version, by, at)
        events.record("flow.published", version.flow, by, {"version": rehearsal.against.number}, {"version": version.number}, at)
    return version


def ensure_seen(rehearsal, version):
    if not version.is_draft:
        raise Refused(who_was_faster(version))
    if rehearsal.finished_at is None:
        raise Refused(_("The rehearsal is still running."))
    if rehearsal.revision != version.revision or rehearsal.against_id != version.flow.running.id:
        raise Refused(_("The flow has changed since it was rehearsed. Rehearse once more."))


def put_in_force(version, by, at):
    FlowVersion.update(is_running=False).where(FlowVersion.flow == version.flow_id, FlowVersion.is_running).execute()
    last = version.flow.versions.select(fn.MAX(FlowVersion.number)).scalar()
    published = {"number": last + 1, "is_running": True, "published_at": at, "published_by": by}
    FlowVersion.update(**published).where(FlowVersion.id == version.id).execute()
    version.number = last + 1
    keep_approvers(version.flow, read(version))


def hand_on(flow, key, one, other, by, at=None, **told):
    """A node asks somebody else (None: whoever its rules name) from the next document on, in a version of its own; so does the
    draft. (the Node as it was, as it is)"""
    was = read(flow.running).node(key)
    made = was.with_somebody_else(one.id, other and other.id)
    with transaction():
        if flow.draft and read(flow.draft).node(key):
            exchange(flow.draft, read(flow.draft).node(key).with_somebody_else(one.id, other and other.id))
        run_with(flow, made, by, at or now(), **told)
    return was, made


def take_back(flow, was, made, by, at=None, **told):
    """The other way round, as long as the node is as it was made; whether it was."""
    with transaction():
        if read(flow.running).node(made.key) != made:
            return False
        if flow.draft and read(flow.draft).node(made.key) == made:
            exchange(flow.draft, was)
        run_with(flow, was, by, at or now(), **told)
    return True


def run_with(flow, node, by, at, **told):
    definition = asdict(read(flow.running).with_node(node))
    version = FlowVersion.create(flow=flow, definition=definition, made_by=by, made_at=at, rehearsed_at=at, published_at=at)
    put_in_force(version, by, at)
    events.record("flow.handed_on", flow, by, after={"version": version.number, "node": node.name}, at=at, **told)


def exchange(version, node):
    """Another node in a draft: whoever has it open is told."""
    definition = asdict(read(version).with_node(node))
    FlowVersion.update(definition=definition, revision=version.revision + 1, rehearsed_at=None).where(FlowVersion.id == version.id).execute()


def next_key(flow):
    """A key that no node of any of its versions has had, so that a key always means the same step."""
    keys = {node["key"] for version in flow.versions for node in version.definition["nodes"]}
    return f"n{max(int(key.removeprefix('n')) for key in keys) + 1}"


def asking_role(key):
    """The first node, of a version that runs or of a draft, that names a role; None where none does."""
    versions = FlowVersion.select().where(FlowVersion.is_running | FlowVersion.published_at.is_null())
    return next((node for version in versions for node in read(version).nodes if key in node.roles), None)


def keep_approvers(flow, definition):
    """The rows of those whom the running version names. Who stays keeps his row; who takes another's place at a node takes his
    row over, so that a handover which is undone leaves the rows as they were."""
    rows = {(row.node, row.user_id): row for row in FlowApprover.select().where(FlowApprover.flow == flow.id)}
    left = [row for named, row in sorted(rows.items()) if named not in definition.approvers]
    for node, user in sorted(definition.approvers - rows.keys()):
        free = next((row for row in left if row.node == node), None)
        if free is None:
            FlowApprover.create(flow=flow, node=node, user=user)
        else:
            left.remove(free)
            FlowApprover.update(user=user).where(FlowApprover.id == free.id).execute()
    for row in left:
        row.delete_instance()
