"""Approval flows: per kind of document as sentences, a draft and its nodes, its rehearsal, the versions there have been."""

from dataclasses import replace

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from peewee import JOIN
from wtforms import RadioField
from wtforms.validators import DataRequired

from domain import Refused, flow_checks, flow_rehearsals, flows
from models import Flow, FlowRehearsal, FlowVersion, Quote, User
from views import flow_words
from views.fields import Line, longest
from views.flow_form import NodeForm
from views.flow_words import Names, node_name, pairs, rules_words, sentence, who_words
from views.formats import speaks_chinese
from views.helpers import administrators_only, get_or_404, go, page, toast, whole

bp = Blueprint("flows", __name__, url_prefix="/settings/flows")
bp.before_request(administrators_only)

NEW = "new"  # the key of a node that is not there yet


class FlowForm(FlaskForm):
    name = Line(_l("Name in Chinese"), [DataRequired(), longest(30)])
    name_en = Line(_l("Name in English"), [longest(40)])
    remark = Line(lazy_pgettext("flow", "Remark"), [longest(200)])


class RulesForm(FlaskForm):
    withdraw = RadioField(_l("The submitter may withdraw"), choices=pairs(flow_words.WITHDRAW))


def drawn(definition):
    """What a template needs to draw a definition as sentences."""
    names = Names(definition)
    return {
        "definition": definition, "sentences": [(node, sentence(node, names), rules_words(node, names)) for node in definition.nodes],
        "withdraw_words": flow_words.WITHDRAW[definition.withdraw],
    }


@bp.get("")
def index():
    rows = FlowVersion.select(FlowVersion, Flow).join(Flow).where(FlowVersion.is_running | FlowVersion.published_at.is_null())
    found = {}
    for row in rows.order_by(Flow.id):
        found.setdefault(row.flow, {})["draft" if row.is_draft else "running"] = row
    shown = [(flow, versions["running"], versions.get("draft"), drawn(flows.read(versions["running"]))) for flow, versions in found.items()]
    return render_template("flows/index.html", flows=shown, kinds={what: _(words) for what, (words, _fields) in flows.KINDS.items()})


@bp.get("/<int:id>")
def show(id):
    flow = get_or_404(Flow.select(), id)
    return flow_page(flow, FlowForm(obj=flow))


def flow_page(flow, form, status=200):
    maker, publisher = User.alias(), User.alias()
    query = FlowVersion.select(FlowVersion, maker, publisher).join(maker, JOIN.LEFT_OUTER, on=FlowVersion.made_by)
    query = query.switch(FlowVersion).join(publisher, JOIN.LEFT_OUTER, on=FlowVersion.published_by)
    published = query.where(FlowVersion.flow == flow, FlowVersion.published_at.is_null(False)).order_by(FlowVersion.number.desc())
    return render_template("flows/show.html", flow=flow, form=form, versions=list(published.limit(100)), draft=flow.draft), status


@bp.post("/<int:id>")
def rename(id):
    flow = get_or_404(Flow.select(), id)
    form = FlowForm()
    if not form.validate_on_submit():
        return flow_page(flow, form, 422)
    flows.rename(flow, g.user, name=form.name.data, name_en=form.name_en.data, remark=form.remark.data)
    toast(_("Saved."))
    return go(url_for("flows.show", id=id))


@bp.get("/<int:id>/versions/<int:number>")
def version(id, number):
    flow = get_or_404(Flow.select(), id)
    found = flow.versions.where(FlowVersion.number == number).first() or abort(404)
    return render_template("flows/version.html", flow=flow, version=found, draft=flow.draft, **drawn(flows.read(found)))


# ---- the draft -------------------------------------------------------------------------------------------------------


@bp.post("/<int:id>/draft")
def start(id):
    """Begin a draft, from the version that runs or from an older one."""
    flow = get_or_404(Flow.select(), id)
    number = request.form.get("number", type=whole)
    source = flow.versions.where(FlowVersion.number == number).first() or abort(404) if number else None
    flows.draft(flow, g.user, source)
    return go(url_for("flows.draft", id=id))


@bp.get("/<int:id>/draft")
def draft(id):
    flow = get_or_404(Flow.select(), id)
    if flow.draft is None:
        return go(url_for("flows.show", id=id))
    return draft_page(flow, flow.draft)


def draft_page(flow, waiting, status=200):
    definition = flows.read(waiting)
    form = RulesForm(data={"withdraw": definition.withdraw})
    same = waiting.definition == flow.running.definition
    body = page("flows/draft.html", "draft", flow=flow, draft=waiting, form=form, same=same, state=state_of(waiting), **drawn(definition))
    return body, status


def state_of(waiting):
    """Which draft a page was made from, as a form sends it back."""
    return f"{waiting.id}.{waiting.revision}"


def draft_as_seen(id):
    """(the draft of a flow, the revision that this page showed); whoever saw another draft is told what happened to it."""
    flow = get_or_404(Flow.select(), id)
    seen, _dot, revision = request.form.get("state", "").partition(".")
    waiting = flow.draft
    if waiting is None or str(waiting.id) != seen:
        raise Refused(flows.who_was_faster(waiting or flow.running))
    return waiting, int(revision) if revision.isdecimal() and len(revision) < 9 else 0


def saved(id, waiting, revision, definition):
    flows.save(waiting, revision, definition, g.user)
    if request.htmx:
        return draft_page(waiting.flow, waiting)
    return go(url_for("flows.draft", id=id))


@bp.post("/<int:id>/draft/rules")
def save_rules(id):
    waiting, revision = draft_as_seen(id)
    form = RulesForm()
    if not form.validate_on_submit():
        abort(422)
    toast(_("Saved."))
    return saved(id, waiting, revision, replace(flows.read(waiting), withdraw=form.withdraw.data))


@bp.post("/<int:id>/draft/discard")
def discard(id):
    waiting, revision = draft_as_seen(id)
    flows.discard(waiting, revision, g.user)
    toast(_("The draft is gone."))
    return go(url_for("flows.show", id=id))


# ---- its nodes -------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/draft/nodes/<key>")
def node(id, key):
    flow = get_or_404(Flow.select(), id)
    if flow.draft is None:
        return go(url_for("flows.show", id=id))
    found = node_of(flow.draft, key)
    return node_page(flow, flow.draft, key, NodeForm(fields_of(flow), found), state_of(flow.draft))


def node_of(waiting, key):
    """The node of this key, None for a new one."""
    return None if key == NEW else flows.read(waiting).node(key) or abort(404)


def fields_of(flow):
    return flows.KINDS[flow.what][1]


def node_page(flow, waiting, key, form, state, status=200):
    shown = {"flow": flow, "key": key, "form": form, "state": state, "is_new": key == NEW, "field_choices": flow_words.field_choices(form.fields)}
    return page("flows/node.html", "node", **shown, title=called(form, key)), status


def called(form, key):
    """What the node is called while it is written, in the reader's language."""
    typed = form.name.data if speaks_chinese() else form.name_en.data or form.name.data
    return typed or (_("New step") if key == NEW else _("Step"))


@bp.post("/<int:id>/draft/nodes/<key>")
def save_node(id, key):
    flow = get_or_404(Flow.select(), id)
    form = NodeForm(fields_of(flow))
    if "edit" in request.form:
        return node_page(flow, flow.draft, key, form, request.form.get("state", ""))
    waiting, revision = draft_as_seen(id)
    definition = flows.read(waiting)
    node_of(waiting, key)
    own = flows.next_key(flow) if key == NEW else key
    complete = form.validate()
    wanted = definition.with_node(form.definition_of(own)) if complete else definition
    if not complete or form.complain(flow_checks.complaints(wanted, form.fields), own):
        return node_page(flow, waiting, key, form, request.form["state"], 422)
    flows.save(waiting, revision, wanted, g.user)
    toast(_("Saved."))
    return go(url_for("flows.draft", id=id))


@bp.post("/<int:id>/draft/nodes/<key>/move")
def move(id, key):
    waiting, revision = draft_as_seen(id)
    node_of(waiting, key)
    return saved(id, waiting, revision, flows.read(waiting).moved(key, up="up" in request.form))


@bp.post("/<int:id>/draft/nodes/<key>/remove")
def remove(id, key):
    waiting, revision = draft_as_seen(id)
    gone = node_of(waiting, key)
    toast(_("%(name)s is gone.", name=gone.name))
    return saved(id, waiting, revision, flows.read(waiting).without(key))


# ---- the rehearsal ---------------------------------------------------------------------------------------------------


@bp.post("/<int:id>/draft/rehearsal")
def rehearse(id):
    waiting, _revision = draft_as_seen(id)
    flow_rehearsals.rehearse(waiting, g.user)
    return go(url_for("flows.rehearsal", id=id))


@bp.get("/<int:id>/draft/rehearsal")
def rehearsal(id):
    """The latest rehearsal of the draft."""
    flow = get_or_404(Flow.select(), id)
    rehearsals = FlowRehearsal.select(FlowRehearsal, FlowVersion).join(FlowVersion, on=FlowRehearsal.version)
    found = rehearsals.where(FlowVersion.flow == flow, FlowVersion.published_at.is_null()).order_by(FlowRehearsal.id.desc()).first()
    if found is None:
        return go(url_for("flows.draft", id=id))
    return page("flows/rehearsal.html", "state", **rehearsed(flow, found))


def rehearsed(flow, found):
    before, after = flows.read(found.against), flows.read(found.version)
    quotes = {quote.id: quote for quote in Quote.with_people().where(Quote.id.in_([row[0] for row in found.first]))} if found.first else {}
    names = Names(before, after)
    deciders = {
        side: {node.key: who_words(node, names) for node in definition.nodes} for side, definition in (("before", before), ("after", after))
    }
    keys = list(dict.fromkeys(node.key for definition in (after, before) for node in definition.nodes))
    return {
        "flow": flow, "rehearsal": found, "state": state_of(found.version), "deciders": deciders,
        "rows": [(quotes[id], was, is_now) for id, was, is_now in found.first if id in quotes],
        "was_called": {key: node_name((before, after), key) for key in keys}, "is_called": {key: node_name((after, before), key) for key in keys},
        "loads": [(key, found.asked.get("before", {}).get(key, 0), found.asked.get("after", {}).get(key, 0)) for key in keys],
        "is_stale": found.revision != found.version.revision or found.against_id != flow.running.id,
    }


@bp.post("/<int:id>/rehearsals/<int:rehearsal>/publish")
def publish(id, rehearsal):
    flow = get_or_404(Flow.select(), id)
    rehearsals = FlowRehearsal.select().join(FlowVersion, on=FlowRehearsal.version).where(FlowVersion.flow == flow)
    published = flows.publish(get_or_404(rehearsals, rehearsal), g.user)
    toast(_("Version %(number)s runs from now on. What is under way keeps its own.", number=published.number))
    return go(url_for("flows.index"))
