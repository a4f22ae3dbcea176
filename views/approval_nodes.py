"""Settings of the approval: which steps a quote passes, in which order, and who decides at each."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import DataRequired

from domain import approval_nodes
from models import ApprovalNode, User
from views.fields import Line, longest
from views.helpers import administrators_only, get_or_404, go, toast
from views.roles import role_choices

bp = Blueprint("approval_nodes", __name__, url_prefix="/settings/approvals")
bp.before_request(administrators_only)


class NodeForm(FlaskForm):
    name = Line(_l("Chinese"), [DataRequired(), longest(30)])
    name_en = Line(_l("English"), [longest(40)])
    approver = SelectField(_l("Who decides"))

    def __init__(self, node=None):
        super().__init__(data={"name": node.name, "name_en": node.name_en, "approver": chosen(node)} if node else None)
        self.approver.choices = choices(node)

    @property
    def columns(self):
        """The approver as the three columns of a node."""
        kind, _colon, which = self.approver.data.partition(":")
        return {
            "name": self.name.data, "name_en": self.name_en.data, "approver_kind": kind,
            "user": int(which) if kind == ApprovalNode.PERSON else None, "role": which if kind == ApprovalNode.ROLE else "",
        }


def chosen(node):
    which = {ApprovalNode.PERSON: node.user_id, ApprovalNode.ROLE: node.role}.get(node.approver_kind)
    return f"{node.approver_kind}:{which}" if which else node.approver_kind


def choices(node):
    """The superior, the roles and the people that can read a quote; somebody who left stays choosable where he is chosen."""
    people = User.select().where(User.who_may("quote.see"), User.disabled_at.is_null()).order_by(User.id)
    found = [(person.id, person.name) for person in people]
    if node and node.user_id and node.user_id not in dict(found):
        found.append((node.user_id, node.user.name))
    return {
        _("By position"): [(ApprovalNode.SUPERIOR, _("The submitter's superior"))],
        _("Anyone of a role"): [(f"{ApprovalNode.ROLE}:{role}", name) for role, name in role_choices(which_may="quote.see")],
        _("A person"): [(f"{ApprovalNode.PERSON}:{id}", name) for id, name in found],
    }


@bp.get("")
def index():
    return nodes_page(NodeForm())


def nodes_page(form, status=200):
    return render_template("approvals/nodes.html", nodes=ApprovalNode.in_order(), form=form), status


@bp.post("")
def add():
    form = NodeForm()
    if not form.validate_on_submit():
        return nodes_page(form, 422)
    approval_nodes.add(by=g.user, **form.columns)
    return saved()


@bp.get("/<int:id>")
def edit(id):
    node = get_or_404(ApprovalNode.select(), id)
    return render_template("approvals/node.html", node=node, form=NodeForm(node))


@bp.post("/<int:id>")
def save(id):
    node = get_or_404(ApprovalNode.select(), id)
    form = NodeForm(node)
    if not form.validate_on_submit():
        return render_template("approvals/node.html", node=node, form=form), 422
    approval_nodes.edit(node, by=g.user, **form.columns)
    return saved()


@bp.post("/<int:id>/move")
def move(id):
    approval_nodes.move(get_or_404(ApprovalNode.select(), id), by=g.user, up="up" in request.form)
    return saved()


@bp.post("/<int:id>/remove")
def remove(id):
    node = get_or_404(ApprovalNode.select(), id)
    approval_nodes.remove(node, by=g.user)
    toast(_("%(name)s is gone.", name=node.name))
    return go(url_for("approval_nodes.index"))


def saved():
    toast(_("Saved."))
    return go(url_for("approval_nodes.index"))
