"""The inbox of approvals: what waits, what one submitted, decided or was told of, and all about the quote that is read."""

from dataclasses import dataclass, field
from datetime import timedelta

from flask import g, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from domain import approval_history, approvals, limits, now, quotes, versions
from domain.approval_acts import may_take_back
from domain.approval_route import rule_of, rules_of_versions
from domain.flow_conditions import tells_cost
from models import Approval, ApprovalCopy, Quote, capped_counts
from permissions import can_see_cost, was_asked
from views.fields import Line, longest
from views.helpers import company, page_of
from views.quote_sums import Sums

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


# ---- the list --------------------------------------------------------------------------------------------------------


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
