"""What happened to a record, newest first: follow-ups in full, system facts as one sentence, edits folded together."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from peewee import JOIN, fn

from domain import N_, _
from domain.masking import Sight
from models import Conversion, Event, FollowUp, Order, Pooled, Quote, User

ONE_SITTING = timedelta(hours=1)  # edits no further apart than this read as one


# verb -> (icon, what the actor did). Names in %(…)s are facts of the event: its `after` columns and its detail.
# A fact named like a dictionary field (drop_reason) is shown by that word, one ending in `_at` as a time, amounts as money.
SENTENCES = {
    "lead.created": ("plus", N_("added this lead")),
    "lead.sent_in": ("world", N_("came in through the web form %(form)s")),
    "lead.wrote_in": ("world", N_("took down a message through the web form %(form)s: %(name)s %(contact_name)s %(phone)s %(need)s")),
    "customer.wrote_in": ("world", N_("took down a message through the web form %(form)s: %(name)s %(contact_name)s %(phone)s %(need)s")),
    "lead.imported": ("upload", N_("imported this lead from %(file)s")),
    "lead.claimed": ("ripple", N_("claimed it from %(pool)s")),
    "lead.unclaimed": ("arrow-back-up", N_("took the claim back")),
    "lead.revealed": ("eye", N_("had the number shown")),
    "lead.released": ("ripple", N_("gave it back to %(pool)s: %(drop_reason)s")),
    "lead.recycled": ("refresh", N_("took it back to %(pool)s by the rule %(rule)s: %(days)s days were over, counted from %(since_at)s")),
    "lead.asked_owner": ("mail", N_("asked %(owner_name)s about it")),
    "lead.asked_manager": ("mail", N_("asked the manager about it")),
    "customer.asked_owner": ("mail", N_("asked %(owner_name)s about it")),
    "customer.asked_manager": ("mail", N_("asked the manager about it")),
    "lead.assigned": ("user-share", N_("assigned it to %(owner_name)s")),
    "lead.placed": ("user-share", N_("gave it to %(owner_name)s by the rule %(rule)s: %(placed_by)s %(matched)s")),
    "lead.moved": ("arrow-right", N_("moved it from %(left)s to %(pool)s")),
    "lead.locked": ("lock", N_("locked it: no rule recycles it")),
    "lead.unlocked": ("lock-open", N_("unlocked it")),
    "lead.member_added": ("user-plus", N_("put %(name)s on the team")),
    "lead.member_removed": ("users", N_("took %(name)s off the team")),
    "lead.member_left": ("users", N_("%(name)s left the team: the time was over")),
    "lead.planned": ("calendar", N_("planned the next step for %(next_at)s")),
    "lead.step_done": ("check", N_("ticked off the next step")),
    "lead.step_reopened": ("arrow-back-up", N_("put the next step back")),
    "lead.rescheduled": ("calendar", N_("moved the next step to %(next_at)s")),
    "lead.invalidated": ("x", N_("marked it as invalid")),
    "lead.revived": ("rotate-clockwise", N_("took it up again")),
    "lead.voided": ("trash", N_("voided it")),
    "lead.merged": ("arrows-join", N_("merged %(loser_name)s into it")),
    "lead.unmerged": ("arrow-back-up", N_("took the merge with %(loser_name)s back")),
    "customer.merged": ("arrows-join", N_("merged %(loser_name)s into it")),
    "customer.unmerged": ("arrow-back-up", N_("took the merge with %(loser_name)s back")),
    "lead.told_apart": ("arrows-split", N_("judged that %(name)s is another company")),
    "lead.told_alike": ("arrow-back-up", N_("took back that %(name)s is another company")),
    "customer.told_apart": ("arrows-split", N_("judged that %(name)s is another company")),
    "customer.told_alike": ("arrow-back-up", N_("took back that %(name)s is another company")),
    "lead.converted": ("building", N_("converted it into the customer %(customer_name)s")),
    "lead.work_started": ("eye", N_("was at work on it")),
    "customer.lead_linked": ("building", N_("linked a lead of %(owner_name)s with this name")),
    "customer.revealed": ("eye", N_("had the number shown")),
    "customer.created": ("plus", N_("added this customer")),
    "customer.contact_added": ("user-plus", N_("added the contact %(name)s")),
    "customer.contact_edited": ("user", N_("changed the contact %(name)s")),
    "customer.member_added": ("user-plus", N_("put %(name)s on the team")),
    "customer.member_removed": ("users", N_("took %(name)s off the team")),
    "customer.member_left": ("users", N_("%(name)s left the team: the time was over")),
    "customer.handed_over": ("user-share", N_("handed it over to %(owner_name)s")),
    "customer.claimed": ("ripple", N_("claimed it from %(pool)s")),
    "customer.unclaimed": ("arrow-back-up", N_("took the claim back")),
    "customer.released": ("ripple", N_("gave it back to %(pool)s: %(drop_reason)s")),
    "customer.recycled": ("refresh", N_("took it back to %(pool)s by the rule %(rule)s: %(days)s days were over, counted from %(since_at)s")),
    "customer.assigned": ("user-share", N_("assigned it to %(owner_name)s")),
    "customer.placed": ("user-share", N_("gave it to %(owner_name)s by the rule %(rule)s: %(placed_by)s %(matched)s")),
    "customer.moved": ("arrow-right", N_("moved it from %(left)s to %(pool)s")),
    "customer.locked": ("lock", N_("locked it: no rule recycles it")),
    "customer.unlocked": ("lock-open", N_("unlocked it")),
    "customer.planned": ("calendar", N_("planned the next step for %(next_at)s")),
    "customer.step_done": ("check", N_("ticked off the next step")),
    "customer.step_reopened": ("arrow-back-up", N_("put the next step back")),
    "customer.rescheduled": ("calendar", N_("moved the next step to %(next_at)s")),
    "customer.work_started": ("eye", N_("was at work on it")),
    "opportunity.created": ("plus", N_("added the deal %(name)s, ¥%(amount)s")),
    "opportunity.handed_over": ("user-share", N_("handed it over to %(owner_name)s")),
    "opportunity.member_added": ("user-plus", N_("put %(name)s on the team")),
    "opportunity.member_removed": ("users", N_("took %(name)s off the team")),
    "opportunity.member_left": ("users", N_("%(name)s left the team: the time was over")),
    "opportunity.moved": ("trending-up", N_("moved the deal from %(previous_stage)s to %(stage)s")),
    "opportunity.won": ("trophy", N_("won the deal, ¥%(amount)s")),
    "opportunity.lost": ("x", N_("closed the deal as lost: %(lost_reason)s. %(note)s")),
    "opportunity.reopened": ("rotate-clockwise", N_("opened the deal again in %(stage)s")),
    "opportunity.planned": ("calendar", N_("planned the next step for %(next_at)s")),
    "opportunity.step_done": ("check", N_("ticked off the next step")),
    "opportunity.step_reopened": ("arrow-back-up", N_("put the next step back")),
    "opportunity.rescheduled": ("calendar", N_("moved the next step to %(next_at)s")),
    "opportunity.work_started": ("eye", N_("was at work on it")),
    "quote.created": ("plus", N_("began the quote %(number)s")),
    "quote.submitted": ("writing-sign", N_("submitted the quote for approval")),
    "quote.node_approved": ("check", N_("approved the step %(node)s. %(comment)s")),
    "quote.approver_changed": ("user-share", N_("passed the step %(node)s on to %(approver_name)s")),
    "quote.administrators_asked": ("user-share", N_("passed the step %(node)s on to the administrators")),
    "quote.handed_over": ("user-share", N_("handed it over to %(owner_name)s")),
    "quote.approved": ("check", N_("approved the quote. %(comment)s")),
    "quote.renewed": ("copy", N_("began %(number)s from %(source)s")),
    "quote.dropped": ("x", N_("gave up %(number)s; %(stands)s stands again")),
    "quote.approval_kept": ("check", N_("submitted it; nowhere worse than %(source)s, it keeps that approval")),
    "quote.superseded": ("copy", N_("replaced %(number)s by %(later)s")),
    "quote.reminded": ("clock", N_("reminded that the quote is valid until %(valid_until)s only")),
    "quote.expired": ("clock", N_("told that the quote expired on %(valid_until)s")),
    "quote.rejected": ("x", N_("rejected the quote: %(comment)s")),
    "quote.seat_approved": ("check", N_("signed the step %(node)s. %(comment)s")),
    "quote.signer_added_before": ("user-plus", N_("asked %(names)s to sign before the step %(node)s. %(comment)s")),
    "quote.signer_added_after": ("user-plus", N_("asked %(names)s to sign after the step %(node)s. %(comment)s")),
    "quote.sent_back": ("arrow-back-up", N_("sent the quote back: %(comment)s")),
    "quote.sent_back_to_node": ("arrow-back-up", N_("sent the quote back to the step %(to)s: %(comment)s")),
    "quote.taken_back": ("arrow-back-up", N_("took the approval of the step %(node)s back")),
    "quote.copied": ("mail", N_("copied in %(names)s")),
    "quote.approval_reminded": ("bell", N_("reminded of the step %(node)s")),
    "quote.document_chosen": ("file-type-pdf", N_("chose how it is printed: %(name)s")),
    "quote.withdrawn": ("arrow-back-up", N_("withdrew the quote from approval")),
    "quote.shared": ("link", N_("made a link for the customer")),
    "quote.unshared": ("link-off", N_("closed the customer's links")),
    "quote.mailed": ("mail", N_("sent the quote by mail: %(subject)s")),
    "quote.mail_sent": ("mail", N_("handed the mail with the quote to the mail server")),
    "quote.mail_failed": ("alert-triangle", N_("gave up a mail with the quote")),
    "quote.mail_retried": ("mail", N_("had a mail with the quote tried again")),
    "quote.viewed": ("eye", N_("saw the customer open the quote for the first time")),
    "quote.accepted": ("circle-check", N_("took down that the customer accepts: %(name)s")),
    "quote.declined": ("x", N_("took down that the customer declines: %(comment)s")),
    "quote.questioned": ("message-circle", N_("took down a question of the customer: %(comment)s")),
    "quote.renewal_asked": ("refresh", N_("took down that the customer wants a new quote. %(comment)s")),
    "order.created": ("package", N_("took the order %(number)s")),
    "order.reviewed": ("check", N_("reviewed the order")),
    "order.started": ("arrow-right", N_("started carrying out the order")),
    "ticket.created": ("lifebuoy", N_("opened ticket %(number)s: %(title)s")),
    "ticket.dispatched": ("user-share", N_("dispatched it to %(owner_name)s")),
    "ticket.checked_in": ("map-pin", N_("checked in at the customer")),
    "ticket.checked_out": ("map-pin", N_("checked out after %(minutes)s min. %(note)s")),
    "ticket.completed": ("circle-check", N_("completed the ticket: %(resolution)s")),
    "ticket.called_back": ("phone", N_("called the customer back: satisfaction %(satisfaction)s of 5. %(note)s")),
    "order.handed_over": ("user-share", N_("handed it over to %(owner_name)s")),
    "ticket.handed_over": ("user-share", N_("handed it over to %(owner_name)s")),
    "order.completed": ("circle-check", N_("completed the order")),
    "customer.complaint_link_made": ("link", N_("made the link for the customer's complaints")),
    "customer.complained": ("alert-triangle", N_("took down a complaint of the customer")),
    "customer.review_asked": ("user-check", N_("asked for the review of this new customer")),
    "customer.review_passed": ("circle-check", N_("passed it as a new customer")),
    "customer.review_refused": ("x", N_("refused it as a new customer: %(reason)s")),
    "customer.licence_kept": ("paperclip", N_("uploaded the business licence")),
    "collision.opened": ("gavel", N_("opened a collision case: %(people)s")),
    "collision.joined": ("gavel", N_("added %(people)s to the collision case")),
    "collision.ruled": ("gavel", N_("ruled on the collision: %(owner_name)s has it. %(shares)s")),
    "collision.dismissed": ("gavel", N_("dismissed the collision case: %(reason)s")),
    "collision.reopened": ("gavel", N_("opened the collision case again")),
}

# What the columns of an edit are called.
FIELDS = {
    "name": N_("Company"),
    "short_name": N_("Short name"),
    "contact_name": N_("Contact"),
    "contact_title": N_("Job title"),
    "title": N_("Job title"),
    "phone": N_("Phone"),
    "wechat": N_("WeChat"),
    "email": N_("E-mail"),
    "credit_code": N_("Credit code"),
    "province": N_("Province"),
    "city": N_("City"),
    "address": N_("Address"),
    "website": N_("Website"),
    "industry": N_("Industry"),
    "source": N_("Source"),
    "budget": N_("Budget"),
    "need": N_("Need"),
    "registered_on": N_("Registered on"),
    "amount": N_("Amount"),
    "expected_on": N_("Expected on"),
    "level": N_("Level"),
    "remark": N_("Remark"),
    "lines": N_("Lines"),
    "order_discount": N_("Order discount"),
    "order_discount_rate": N_("Order discount in percent"),
    "inclusive": N_("Prices with tax"),
    "total": N_("Total"),
    "valid_until": N_("Valid until"),
    "terms": N_("Terms"),
}


@dataclass
class Entry:
    """One line of the timeline: a follow-up, a fact, or edits of one person folded together."""

    id: int
    verb: str
    at: datetime
    actor: User | None
    kind: str
    facts: dict
    follow_up: FollowUp | None = None
    changes: list = field(default_factory=list)  # (column, before, after)

    @property
    def is_edit(self):
        return self.verb.endswith(".edited")

    @property
    def icon(self):
        return SENTENCES.get(self.verb, ("adjustments-horizontal",))[0]

    def sentence(self, shown):
        """What the actor did, in the reader's language; `shown(name, value)` writes a fact for the screen."""
        if self.is_edit:
            return _("changed %(n)s fields", n=len(self.changes))
        text = SENTENCES[self.verb][1] if self.verb in SENTENCES else self.verb.replace(".", " ").replace("_", " ")
        said = _(text) % Shown({name: shown(name, value) for name, value in self.facts.items()})
        if "handover" not in self.facts:
            return said
        return _("%(said)s (handover undone)", said=said) if self.facts.get("undone") else _("%(said)s (handover)", said=said)


class Shown(dict):
    def __missing__(self, name):
        return ""


def of(record, viewer, before_id=None, size=20, only=None):
    """(entries, before_id of the next page or None). `only` is "follow_ups" or "system"."""
    rows = about(record, viewer).order_by(Event.id.desc()).limit(size + 1)
    if before_id:
        rows = rows.where(Event.id < before_id)
    if only:
        spoken = Event.verb.endswith(".followed_up")
        rows = rows.where(spoken if only == "follow_ups" else ~spoken)
    rows = list(rows)
    more, rows = len(rows) > size, rows[:size]
    return folded(entries(rows, record, Sight(viewer))), rows[-1].id if more else None


def counts(record, viewer):
    """(all, follow-ups) of a record's timeline."""
    spoken = fn.SUM(Event.verb.endswith(".followed_up").cast("integer"))
    total, follow_ups = about(record, viewer).select(fn.COUNT(Event.id), spoken).tuples().get()
    return total, follow_ups or 0


def about(record, viewer):
    """The events of a record and of what belongs to it, as far as the viewer's role reads them."""
    return (
        Event.select(Event, User)
        .join(User, JOIN.LEFT_OUTER, on=Event.actor)
        .where(grounds(record), Event.record_kind.in_(viewer.kinds_seen))
    )


def grounds(record):
    """Its own events, and of what was merged into it; a customer's are those of all it has and of the leads it was; a deal's include its quotes."""
    ids = record.identities if isinstance(record, Pooled) else [record.id]
    own = (Event.record_kind == record.kind()) & Event.record_id.in_(ids)
    if record.kind() == "customer":
        leads = Conversion.select(Conversion.lead).where(Conversion.customer == record.id)
        return Event.customer_id.in_(ids) | (Event.record_kind == "lead") & Event.record_id.in_(leads)
    if record.kind() == "opportunity":
        quotes = Quote.select(Quote.id).where(Quote.opportunity == record.id)
        orders = Order.select(Order.id).where(Order.opportunity == record.id)
        related = (Event.record_kind == "quote") & Event.record_id.in_(quotes)
        return own | related | (Event.record_kind == "order") & Event.record_id.in_(orders)
    return own


def entries(rows, record, sight):
    ids = [event.detail["follow_up"] for event in rows if event.detail and "follow_up" in event.detail]
    spoken = {row.id: row for row in FollowUp.select().where(FollowUp.id.in_(ids))} if ids else {}
    for event in rows:
        facts = sight.facts(record, (event.after or {}) | (event.detail or {}))
        entry = Entry(event.id, event.verb, event.at, event.actor, event.record_kind, facts)
        entry.follow_up = spoken.get(entry.facts.get("follow_up"))
        entry.changes = changes_of(event, record, sight)
        if entry.follow_up:
            entry.follow_up.body = sight.said(record, entry.follow_up.body)
        yield entry


def changes_of(event, record, sight):
    """(column, before, after) of an edit, as far as this person reads them."""
    before, after = sight.facts(record, event.before or {}), sight.facts(record, event.after or {})
    return [(name, before.get(name), after[name]) for name in after if name in FIELDS]


def folded(found):
    """Edits that follow each other, by one person in one sitting, become one line."""
    lines = []
    for entry in found:
        last = lines[-1] if lines else None
        if last and last.is_edit and entry.is_edit and last.actor == entry.actor and last.at - entry.at < ONE_SITTING:
            last.changes = entry.changes + last.changes
        else:
            lines.append(entry)
    return lines
