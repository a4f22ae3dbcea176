"""The rehearsal of an approval flow (流程预演): which quotes of the last 90 days a draft would have sent elsewhere.

Conditions are judged by the quotes as they were saved last, and by the customers' levels and the departments of today.
"""

from collections import Counter
from datetime import timedelta

from domain import Refused, _, flow_facts, flows, now, transaction
from domain.background import Worker
from domain.flow_conditions import applies
from models import FlowRehearsal, FlowVersion, Quote

LOOKED_BACK = timedelta(days=90)
WINDOW = 200  # quotes read at a time, with their lines
LISTED = 200


def rehearse(version, by, at=None):
    """Begin a rehearsal of a draft; one over a few quotes is done at once, a longer one goes on in the background."""
    at = at or now()
    if not version.is_draft:
        raise Refused(_("Only a draft is rehearsed."))
    with transaction():
        rehearsal = FlowRehearsal.create(
            version=version, revision=version.revision, against=version.flow.running, by=by, at=at, total=len(submitted(at)),
        )
    if rehearsal.total <= WINDOW:
        perform(rehearsal.id)
    else:
        worker.enqueue(rehearsal.id)
    return FlowRehearsal.get_by_id(rehearsal.id)


def submitted(at):
    """Ids of what was submitted in the 90 days before, the latest first."""
    query = Quote.select(Quote.id).where(Quote.submitted_at.between(at - LOOKED_BACK, at))
    return [id for id, in query.order_by(Quote.submitted_at.desc(), Quote.id.desc()).tuples()]


def perform(id):
    """Judge one window of quotes after the other; the figures are written when the last one is done."""
    rehearsal = FlowRehearsal.get_by_id(id)
    found = Found(flows.read(rehearsal.against), flows.read(rehearsal.version))
    ids = submitted(rehearsal.at)
    for start in range(0, len(ids), WINDOW):
        found.look(ids[start : start + WINDOW])
        with transaction():
            FlowRehearsal.update(looked_at=found.judged).where(FlowRehearsal.id == id).execute()
    with transaction():
        finished = {"judged": found.judged, "changed": found.changed, "asked": found.asked, "first": found.first}
        FlowRehearsal.update(finished_at=now(), looked_at=rehearsal.total, **finished).where(FlowRehearsal.id == id).execute()
        as_rehearsed = (FlowVersion.id == rehearsal.version_id) & (FlowVersion.revision == rehearsal.revision)
        FlowVersion.update(rehearsed_at=now()).where(as_rehearsed, FlowVersion.published_at.is_null()).execute()


class Found:
    """What a rehearsal has seen so far."""

    def __init__(self, before, after):
        self.before, self.after = before, after
        self.judged, self.changed, self.first = 0, 0, []
        self.asked = {"before": Counter(), "after": Counter()}

    def look(self, ids):
        quotes = {quote.id: quote for quote in Quote.without_file().where(Quote.id.in_(ids))}
        facts = flow_facts.of_quotes(list(quotes.values()))
        for id in ids:
            if id in quotes:
                self.judge(id, facts[id])

    def judge(self, id, facts):
        before, after = route(self.before, facts), route(self.after, facts)
        self.judged += 1
        self.asked["before"].update(node.key for node in before)
        self.asked["after"].update(node.key for node in after)
        if deciders(before) == deciders(after):
            return
        self.changed += 1
        if len(self.first) < LISTED:
            self.first.append([id, [node.key for node in before], [node.key for node in after]])


def route(definition, facts):
    """The nodes that would be asked, in order."""
    return [node for node in definition.nodes if applies(node.when, facts)]


def deciders(nodes):
    """What makes a way another one: who decides, and whether one or all of them; not what a step is called."""
    return [(node.who, node.mode) for node in nodes]


worker = Worker("flow rehearsals", perform)


def resume():
    """Begin anew what a stopped process left in the middle."""
    for rehearsal in FlowRehearsal.select(FlowRehearsal.id).where(FlowRehearsal.finished_at.is_null()).order_by(FlowRehearsal.id):
        worker.enqueue(rehearsal.id)
