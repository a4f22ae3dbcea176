"""What one does with a quote in the inbox of approvals: submit, approve, reject, withdraw."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

import documents
from documents.printer import RenderingFailed
from domain import Refused, approval_batch, approval_history, approvals, versions
from domain.approval_route import rule_of
from models import Approval, Quote
from permissions import sells, was_asked
from views import approval_words, judgement_words, paper
from views.approval_inbox import LONGEST_COMMENT, DecisionForm, inbox
from views.helpers import get_or_404, go, page, require, toast, whole
from views.roles import role_name

bp = Blueprint("approvals", __name__)
for name, words in (judgement_words.FILTERS | approval_words.FILTERS).items():
    bp.add_app_template_filter(words, name)


# ---- the inbox -------------------------------------------------------------------------------------------------------


@bp.get("/approvals")
def index():
    return page("approvals/index.html", "panes", **inbox())


@bp.get("/approvals/<int:id>")
def show(id):
    step = get_or_404(Approval.select(), id)
    quote = get_or_404(Quote.visible_to(g.user), step.record_id)
    return page("approvals/index.html", "panes", **inbox(step, quote))


@bp.get("/quotes/<int:id>/approval")
def of_quote(id):
    """Where a quote is decided: the node that is asked now, or that was decided last."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    step = approvals.seat_of(quote, g.user)
    return redirect(url_for("approvals.show", id=step.id) if step else url_for("quotes.show", id=id))


# ---- decisions -------------------------------------------------------------------------------------------------------


@bp.post("/quotes/<int:id>/approve")
def approve(id):
    quote, step, form = asked(id)
    if step.status != Approval.CURRENT:
        return too_late(quote, step)
    if not form.validate() or comment_missing(form, step):
        return again(quote, step, form)
    ends = approvals.would_end(step, g.user)
    pdf = document(quote) if ends else None
    approvals.approve(quote, by=g.user, comment=form.comment.data, pdf=pdf, step=step, ends=ends)
    toast(_("Quote %(number)s is approved.", number=quote.title) if pdf else _("Approved and passed on: %(number)s.", number=quote.title))
    return go(after(quote, step, form))


@bp.post("/quotes/<int:id>/reject")
def reject(id):
    quote, step, form = asked(id)
    if step.status != Approval.CURRENT:
        return too_late(quote, step)
    if not form.validate() or reason_missing(form):
        return again(quote, step, form)
    approvals.reject(quote, by=g.user, comment=form.comment.data, step=step)
    toast(_("Quote %(number)s is rejected. %(owner)s can change it.", number=quote.title, owner=quote.owner.name))
    return go(after(quote, step, form))


def asked(id):
    """The quote, the node that the form was about, the form: for whoever that node asks or asked. Whether it still waits
    is the verb's business, which tells who was faster."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    form = DecisionForm()
    about = Approval.select().where(Approval.record_kind == quote.kind(), Approval.record_id == quote.id)
    step = get_or_404(about, form.step.data) if form.step.data else approvals.seat_of(quote, g.user)
    require(step is not None and was_asked(g.user, step))
    return quote, step, form


def comment_missing(form, step):
    if form.comment.data or rule_of(step).comment != "always":
        return False
    form.comment.errors = [*form.comment.errors, _("This step asks for a comment.")]
    return True


def reason_missing(form):
    form.comment.data = form.comment.data or form.reason.data
    if form.comment.data:
        return False
    form.comment.errors = [*form.comment.errors, _("Say why you reject it.")]
    return True


def again(quote, step, form):
    return page("approvals/index.html", "panes", **inbox(step, quote, form)), 422


def too_late(quote, step):
    """409: somebody was faster. The item stays open, with who and when."""
    toast(approval_history.what_happened(step), kind="warn")
    return page("approvals/index.html", "panes", **inbox(step, quote)), 409


def document(quote):
    """The PDF that an approved quote keeps, made before anything is written."""
    try:
        return documents.quote_pdf(documents.document_of(quote, is_draft=False, check_url=paper.check_url(quote)), render_template)
    except RenderingFailed as error:
        raise Refused(_("The PDF could not be made, so nothing was approved. Try again, or tell an administrator.")) from error


def after(quote, step, form):
    """The next item of the inbox, or the quote for who decided there."""
    if not form.inbox.data:
        return url_for("quotes.show", id=quote.id)
    left = list(Approval.waiting_for(g.user).limit(50))
    later = [each for each in left if (each.current_since, each.id) > (step.current_since, step.id)]
    return url_for("approvals.show", id=(later or left)[0].id) if left else url_for("approvals.index")


@bp.post("/approvals/approved")
def approve_selection():
    """批量同意: what was ticked and still waits; the rest is skipped, and the answer says which and why."""
    ticked = [whole(id) for id in request.form.getlist("id") if id.isdecimal()][: approval_batch.MOST]
    steps = list(Approval.select().where(Approval.id.in_(ticked), Approval.asks(g.user))) if ticked else []
    done, skipped = approval_batch.approve_all(steps, g.user, make=document)
    if done:
        toast(ngettext("%(num)s approval given.", "%(num)s approvals given.", len(done)))
    for title, why in skipped:
        toast(_("%(number)s skipped: %(why)s", number=title, why=why), kind="warn")
    return go(url_for("approvals.index"))


# ---- the seller's side -----------------------------------------------------------------------------------------------


@bp.post("/quotes/<int:id>/submit")
def submit(id):
    quote = on_ones_side(id)
    quote.revision = request.form.get("revision", quote.revision, type=whole)
    note = request.form.get("note", "").strip()[:LONGEST_COMMENT]
    if kept(quote, note):
        return go(url_for("quotes.show", id=quote.id))
    pdf = document(quote) if approvals.passes_at_once(quote, g.user) else None
    approvals.submit(quote, by=g.user, note=note, pdf=pdf)
    first = Approval.current_of(quote)
    if first:
        who = first.approver.name if first.approver else role_name(first.role)
        toast(_("Quote %(number)s is submitted and waits for %(name)s.", number=quote.title, name=who))
    else:
        toast(_("Quote %(number)s needs nobody's approval and is approved.", number=quote.title))
    return go(url_for("quotes.show", id=quote.id))


def kept(quote, note=""):
    """Whether submitting this version approved it at once: it is nowhere worse than the one approved before."""
    standing = versions.compared(quote) if quote.is_editable else None
    if standing is None or not standing.keeps:
        return False
    versions.keep_approval(quote, by=g.user, pdf=document(quote), note=note)
    toast(_("%(quote)s keeps the approval of %(before)s and is approved.", quote=quote.title, before=standing.before.title))
    return True


@bp.post("/quotes/<int:id>/withdraw")
def withdraw(id):
    quote = on_ones_side(id)
    approvals.withdraw(quote, by=g.user)
    toast(_("Quote %(number)s is withdrawn. It is a draft again.", number=quote.title))
    return go(url_for("quotes.show", id=quote.id))


def on_ones_side(id):
    """The quote of one's own side; whether it can be submitted or withdrawn now is the verb's business."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(sells(g.user, quote))
    return quote
