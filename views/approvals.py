"""The inbox of approvals, and what one does with a quote there: submit, approve, reject, withdraw."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

import documents
from documents.printer import RenderingFailed
from domain import Refused, approval_batch, approval_history, approvals, limits, now, quotes, versions
from domain.approval_acts import may_take_back
from domain.approval_route import rule_of, rules_of_versions
from domain.flow_conditions import tells_cost
from models import Approval, ApprovalCopy, Quote, capped_counts
from permissions import can_see_cost, sells, was_asked
from views import approval_words, judgement_words, paper
from views.fields import Line, longest
from views.helpers import company, get_or_404, go, page, page_of, require, toast, whole
from views.quote_rows import stored_row
from views.quote_sums import Sums
from views.roles import role_name

bp = Blueprint("approvals", __name__)
for name, words in (judgement_words.FILTERS | approval_words.FILTERS).items():
    bp.add_app_template_filter(words, name)

LONG_WAIT = timedelta(hours=3)
LONGEST_COMMENT = 500
BEFORE = 5  # earlier quotes to the customer beside the one that is read


class DecisionForm(FlaskForm):
    step = IntegerField(widget=HiddenInput(), validators=[Optional()])
    inbox = StringField(widget=HiddenInput())
    reason = Line(validators=[longest(LONGEST_COMMENT)])  # one of the quick ones, on a phone
    comment = TextAreaField(_l("Comment"), [longest(LONGEST_COMMENT)], filters=[lambda text: (text or "").strip()])


@dataclass
class Item:
    """A row of the inbox: a node, its quote, and how long it waits."""

    step: Approval
    quote: Quote
    judgements: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    batch: bool = False

    @property
    def missed(self):
        return [judgement for judgement in self.judgements if judgement.missed]

    @property
    def waits_long(self):
        return now() - self.step.current_since > LONG_WAIT

    @property
    def standing(self):
        """The node at which the round stands: the one asked now, or the one that ended it."""
        ended = (Approval.CURRENT, Approval.REJECTED)
        open_or_rejected = next((step for step in self.steps if step.status in ended), None)
        return open_or_rejected or max(self.steps, key=lambda step: (step.decided_at is not None, step.position))


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


def inbox(step=None, quote=None, form=None):
    """The list of a tab and the item that is read; without one the first of the list, which a phone shows only when asked."""
    tab = request.values.get("tab") if request.values.get("tab") in LISTED else "waiting"
    listed = LISTED[tab](g.user)
    ours, found = company(), visible_quotes(listed)
    rounds = approval_history.rounds_of("quote", found) if tab == "mine" else {}
    rules = rules_of_versions({each.flow_version_id for each in listed}) if tab == "waiting" else {}
    items = [item_of(each, found[each.record_id], rounds, tab, ours, rules) for each in listed if each.record_id in found]
    chosen = Item(step, quote) if step else (items[0] if items else None)
    return {
        "tab": tab, "counts": counts(), "items": items, "pages": listed, "asked": step is not None,
        "reading": reading(chosen, ours, form or DecisionForm(formdata=None)) if chosen else None,
        "last": last_decision() if tab == "waiting" else None, **neighbours(items, chosen),
    }


def waiting(user):
    return page_of(Approval.waiting_for(user), Approval.current_since, Approval.id, descending=False)


def mine(user):
    first = Approval.select().where(Approval.submitted_by == user.id, Approval.position == 1, Approval.seat == 1)
    return page_of(first, Approval.submitted_at, Approval.id)


def decided(user):
    return page_of(decisions_of(user), Approval.decided_at, Approval.id)


def copied(user):
    """抄送我: each node that let this person know."""
    sent = Approval.id.in_(ApprovalCopy.select(ApprovalCopy.approval).where(ApprovalCopy.user == user.id))
    return page_of(Approval.select().where(sent), Approval.id)


LISTED = {"waiting": waiting, "mine": mine, "decided": decided, "copied": copied}


def decisions_of(user):
    return Approval.select().where(Approval.decided_by == user.id, Approval.status << Approval.DECIDED)


def last_decision():
    """(node, quote) that this person decided last, for an inbox that is empty."""
    step = decisions_of(g.user).order_by(Approval.decided_at.desc()).first()
    quote = step and Quote.visible_to(g.user).where(Quote.id == step.record_id).first()
    return (step, quote) if quote else None


def counts():
    """Of what waits and of what is under way; what is decided is history and not counted."""
    under_way = Approval.select().where(Approval.submitted_by == g.user.id, Approval.status == Approval.CURRENT)
    return capped_counts({"waiting": Approval.waiting_for(g.user), "mine": under_way})


def visible_quotes(steps):
    ids = {step.record_id for step in steps}
    return {quote.id: quote for quote in Quote.visible_to(g.user).where(Quote.id.in_(ids))} if ids else {}


def item_of(step, quote, rounds, tab, ours, rules):
    """Only what waits here is judged in the list; whoever is asked may see the margin."""
    judgements = limits.judged(quote, ours) if tab == "waiting" else []
    batch = tab == "waiting" and rule_of(step, rules).batch
    return Item(step, quote, judgements, rounds.get((quote.id, step.round), [step]), batch)


def neighbours(items, chosen):
    """Where the item stands in its list, and the ones before and after it."""
    ids = [item.step.id for item in items]
    if chosen is None or chosen.step.id not in ids:
        return {"position": None, "previous": None, "following": None}
    place = ids.index(chosen.step.id)
    return {
        "position": place + 1,
        "previous": items[place - 1] if place else None,
        "following": items[place + 1] if place + 1 < len(items) else None,
    }


# ---- the reading pane ------------------------------------------------------------------------------------------------


def reading(item, ours, form):
    """Everything an approver asks: why it came to him, what is in it, who else decides."""
    step, quote = item.step, item.quote
    sees_cost = can_see_cost(g.user, quote)
    steps = approval_history.steps_of(quote, step.round)
    item.judgements = limits.judged(quote, ours, sees_cost)
    lines = [line for line in quotes.lines_of(quote) if line.is_product]
    mine = next(each for each in steps if each.id == step.id)
    can_decide = step.status == Approval.CURRENT and was_asked(g.user, step)
    totals = quotes.priced(lines, quotes.order_discount_of(quote), quote.inclusive)
    seats = [each for each in steps if not each.superseded]
    later = next((each for each in steps if each.status == Approval.WAITING and each.position > step.position), None)
    return {
        "item": item, "step": mine, "quote": quote, "form": form,
        "steps": steps, "earlier": approval_history.earlier_decisions(quote, step.round), "sees_cost": sees_cost,
        "lines": list(zip(lines, totals.lines, strict=True)),
        "difference": versions.against_approved(quote, sees_cost),
        "can_decide": can_decide, "ends": can_decide and approvals.would_end(step, g.user, seats), "following": later,
        "reasons": [each for each in step.reasons if sees_cost or not tells_cost(each[0], each[2])],
        "sums": Sums(totals, ours, sees_cost) if sees_cost else None, "history": quoted_before(quote),
        "sees_margins": g.user.may("quote.cost"),
        "can_take_back": step.decided_by_id == g.user.id and may_take_back(mine, seats),
        "can_withdraw": quote.status == Quote.PENDING and step.submitted_by_id == g.user.id,
    }


def quoted_before(quote):
    """The last quotes to the same customer, as far as this person sees them."""
    others = Quote.visible_to(g.user).where(Quote.customer == quote.customer_id, Quote.id != quote.id)
    return list(others.order_by(Quote.id.desc()).limit(BEFORE))


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


@bp.app_template_filter()
def waited(since):
    """40 min, 3 h 20 min, 2 d 3 h: how long something waits."""
    minutes = max(now() - since, timedelta(0)) // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{minutes:02}")
    return _("%(hours)s h", hours=hours) if hours else _("%(n)s min", n=minutes)


@bp.app_template_filter()
def taken_off(quote):
    """12.5%: what all discounts of a quote come to."""
    return f"{Decimal(quote.list_total - quote.order_amount) * 100 / quote.list_total:.1f}%" if quote.list_total else "—"


@bp.app_template_filter()
def quote_margin(quote):
    if quote.cost_total is None or not quote.total:
        return "—"
    return f"{Decimal(quote.total - quote.cost_total) * 100 / quote.total:.1f}%".replace("-", "−")


@bp.app_template_filter()
def line_margin(figures):
    """31.2%: of what is paid for the line after all discounts; a dash where the cost is not known."""
    if figures.cost is None or not figures.incl:
        return "—"
    return f"{Decimal(figures.incl - figures.cost) * 100 / figures.incl:.1f}%".replace("-", "−")


@bp.app_template_filter()
def line_loses(figures):
    return figures.loses_money


@bp.app_template_filter()
def line_paid(line):
    """95%, −100.00, ¥1,798.00 or free: what is taken off."""
    return stored_row(line).paid or "—"
