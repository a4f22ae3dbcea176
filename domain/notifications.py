"""In-app messages (消息): one row per reader, written by reactions to events, put into words when read."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l

from domain import _, approval_timeouts, asks, collision_report, collisions, now, presence, transaction
from domain.days import day, month, when
from models import Approval, Company, Notice, Review, User

# verb -> what its reader is told; the names in it are the facts given to notify()
SENTENCES = {
    "quote.submitted": _l("%(actor)s asks for your approval of quote %(number)s, %(customer)s."),
    "quote.node_approved": _l("%(actor)s approved quote %(number)s, %(customer)s. It is your turn."),
    "quote.approver_changed": _l("%(actor)s passed the approval of quote %(number)s, %(customer)s, on to you."),
    "quote.administrators_asked": _l("%(actor)s passed the approval of quote %(number)s, %(customer)s, on to you."),
    "quote.approved": _l("%(actor)s approved your quote %(number)s, %(customer)s."),
    "quote.approval_kept": _l("%(actor)s submitted your quote %(number)s, %(customer)s: nowhere worse, it keeps its approval."),
    "quote.reminded": _l("Quote %(number)s, %(customer)s, is valid until %(day)s. No order has been taken yet."),
    "quote.expired": _l("Quote %(number)s, %(customer)s, expired on %(day)s. Refresh its validity to take an order."),
    "quote.rejected": _l("%(actor)s rejected your quote %(number)s: %(comment)s"),
    "quote.signer_added_before": _l("%(actor)s asks you to sign quote %(number)s, %(customer)s, first."),
    "quote.sent_back": _l("%(actor)s sent your quote %(number)s back: %(comment)s"),
    "quote.sent_back_to_node": _l("%(actor)s sent quote %(number)s, %(customer)s, back to you: %(comment)s"),
    "quote.copied": _l("For your information: %(actor)s approved quote %(number)s, %(customer)s."),
    "quote.approval_reminded": _l("Quote %(number)s, %(customer)s, has been waiting for %(names)s since %(since_at)s."),
    "user.stand_in_named": _l("%(actor)s is away from %(starts_on)s to %(ends_on)s: you decide on approvals meanwhile."),
    "quote.viewed": _l("The customer has opened quote %(number)s, %(customer)s."),
    "quote.accepted": _l("The customer accepted quote %(number)s, %(customer)s. %(name)s"),
    "quote.declined": _l("The customer declines quote %(number)s, %(customer)s: %(comment)s"),
    "quote.questioned": _l("The customer asks about quote %(number)s, %(customer)s: %(comment)s"),
    "quote.renewal_asked": _l("The customer wants a new quote instead of %(number)s, %(customer)s. %(comment)s"),
    "quote.mail_failed": _l("A mail with quote %(number)s, %(customer)s, could not be delivered. Open the quote to try again."),
    "handover.finished": _l("%(actor)s handed over to you what %(name)s had: %(number)s records. Please sign the sheet."),
    "handover.undone": _l("%(actor)s undid the handover of %(name)s: the %(number)s records go back, but for those that you passed on."),
    "ticket.dispatched": _l("%(actor)s dispatched ticket %(number)s to you: %(title)s, %(customer)s."),
    "lead.assigned": _l("%(actor)s assigned %(name)s to you."),
    "lead.placed": _l("A rule gave you the lead %(name)s."),
    "customer.placed": _l("A rule gave you the customer %(name)s."),
    "customer.assigned": _l("%(actor)s assigned the customer %(name)s to you."),
    "lead.merged": _l("%(actor)s merged your lead %(loser)s into %(name)s."),
    "customer.merged": _l("%(actor)s merged your customer %(loser)s into %(name)s."),
    "lead.member_added": _l("%(actor)s put you on the team of the lead %(name)s."),
    "customer.member_added": _l("%(actor)s put you on the team of the customer %(name)s."),
    "customer.lead_linked": _l("%(actor)s linked a lead of %(owner)s to your customer %(name)s."),
    "lead.wrote_in": _l("Your lead %(name)s wrote through the web form %(form)s."),
    "customer.wrote_in": _l("Your customer %(name)s wrote through the web form %(form)s."),
    "lead.asked_owner": _l("%(actor)s has met your lead %(name)s and asks about it."),
    "lead.asked_manager": _l("%(actor)s has met the lead %(name)s and asks who may work on it."),
    "customer.asked_owner": _l("%(actor)s has met your customer %(name)s and asks about it."),
    "customer.asked_manager": _l("%(actor)s has met the customer %(name)s and asks who may work on it."),
    "opportunity.member_added": _l("%(actor)s put you on the team of the deal %(name)s."),
    "lead.work_started": _l("%(actor)s is at work on your lead %(name)s."),
    "customer.work_started": _l("%(actor)s is at work on your customer %(name)s."),
    "opportunity.work_started": _l("%(actor)s is at work on your deal %(name)s."),
    "export.finished": _l("Your export %(title)s is ready: %(rows)s rows."),
    "user.leak_suspected": _l(
        "%(actor)s did far more than usual on %(day)s: %(views)s records opened, %(reveals)s numbers revealed, "
        "%(exports)s rows exported, %(releases)s records given back."
    ),
    "customer.review_asked": _l("%(actor)s entered the new customer %(name)s and asks for its review."),
    "customer.review_passed": _l("%(actor)s passed your new customer %(name)s: it can be quoted."),
    "customer.review_refused": _l("%(actor)s refused your new customer %(name)s: %(reason)s"),
    "collision.opened": _l("Several people are on one customer, %(name)s: %(people)s. A case is open."),
    "collision.joined": _l("%(people)s came into the collision case about %(name)s."),
    "collision.ruled": _l("%(actor)s ruled on %(name)s: %(owner)s has it. %(shares)s"),
    "collision.dismissed": _l("%(actor)s dismissed the collision case about %(name)s: %(reason)s"),
    "collision.reopened": _l("%(actor)s opened the collision case about %(name)s again."),
    "company.collisions_counted": _l("In %(month)s, %(number)s customers were followed by more than one person."),
    "recycling.due_owner": _l("%(name)s goes back to the pool after %(last_day)s by the rule %(rule)s; follow it up to keep it."),
    "recycling.due_owner_many": _l("%(number)s of your records go back to the pool soon by the rule %(rule)s, %(name)s first, after %(last_day)s."),
    "recycling.due_superior": _l("%(owner)s loses %(name)s after %(last_day)s by the rule %(rule)s."),
    "recycling.due_superior_many": _l("%(owner)s loses %(number)s records soon by the rule %(rule)s, %(name)s first, after %(last_day)s."),
    "recycling.due_administrator": _l("The rule %(rule)s cannot take %(name)s: no pool is open to %(owner)s."),
    "recycling.due_administrator_many": _l("The rule %(rule)s cannot take %(number)s records of %(owner)s, to whom no pool is open: %(name)s …."),
    "recycling.lost": _l("%(name)s went back to the pool by the rule %(rule)s."),
    "recycling.lost_many": _l("%(number)s of your records went back to the pool by the rule %(rule)s, %(name)s among them."),
}
ASKING = (
    "quote.submitted", "quote.node_approved", "quote.approver_changed", "quote.administrators_asked", "quote.signer_added_before",
    "quote.sent_back_to_node", "quote.approval_reminded",
)  # messages that end in a decision
WRITTEN = {
    **dict.fromkeys(("day", "starts_on", "ends_on", "last_day"), lambda fact: day(date.fromisoformat(fact))),
    "month": lambda fact: month(date.fromisoformat(f"{fact}-01")),
    "since_at": lambda fact: when(datetime.fromisoformat(fact), within=True),
}  # facts that are kept as dates and times


def notify(users, verb, record, at=None, **facts):
    """One message for each of these people who still works here; `facts` fill the verb's sentence."""
    message = {"verb": verb, "record_kind": record.kind(), "record_id": record.id, "facts": facts, "at": at or now()}
    rows = [message | {"user": reader} for reader in {user.id for user in users if user.active}]
    if rows:
        Notice.insert_many(rows).execute()


def sentence(notice):
    """What the message says, in the language of the request."""
    return str(SENTENCES[notice.verb]) % {name: WRITTEN[name](fact) if name in WRITTEN else fact for name, fact in notice.facts.items()}


def read(notice, at=None):
    """Opened once is read; the first time counts."""
    with transaction():
        Notice.update(read_at=at or now()).where(Notice.id == notice.id, Notice.read_at.is_null()).execute()


def read_all(user, up_to, at=None):
    """All unread messages of this person up to the id he has seen; those that came since stay unread."""
    with transaction():
        unread = (Notice.user == user.id) & Notice.read_at.is_null() & (Notice.id <= up_to)
        return Notice.update(read_at=at or now()).where(unread).execute()


# ---- reactions: each is named in events.REACTIONS --------------------------------------------------------------------


def ask_approvers(event, quote, by):
    """Whoever may decide the seats that have become current."""
    people = {person.id: person for seat in Approval.select().where(Approval.id.in_(event.detail["asked"])) for person in seat.deciders}
    told = {"comment": event.detail.get("comment", "")}
    notify(people.values(), event.verb, quote, event.at, **told, **facts_of(quote, by))


def ask_instead(event, quote, by):
    """A node asks somebody else: if it is the current one, he is told, and nobody else needs to open the question."""
    if event.detail["asked_now"]:
        settle_asks(event, quote, by)
        ask_approvers(event, quote, by)


def settle_asks(event, quote, by):
    """What was asked is answered: nobody needs to open the question any more."""
    about = (Notice.record_kind == quote.kind()) & (Notice.record_id == quote.id) & Notice.verb.in_(ASKING)
    Notice.update(read_at=event.at).where(about, Notice.read_at.is_null()).execute()


def settle_own_asks(event, quote, by):
    """One of several has decided: he need not open the question any more, the others still do."""
    about = (Notice.record_kind == quote.kind()) & (Notice.record_id == quote.id) & Notice.verb.in_(ASKING)
    Notice.update(read_at=event.at).where(about, Notice.user == by.id, Notice.read_at.is_null()).execute()


def tell_quote_owner(event, quote, by):
    """The owner of the quote, unless he did it himself."""
    readers = [quote.owner] if by is None or quote.owner_id != by.id else []
    notify(readers, event.verb, quote, event.at, comment=event.detail.get("comment", ""), **facts_of(quote, by))


def tell_of_validity(event, quote, by):
    """The owner of a quote that expires, and his superior where the company wants him to know."""
    superior = quote.owner.superior if Company.current().quote_reminds_superior else None
    people = [quote.owner, superior] if superior else [quote.owner]
    facts = {"number": quote.title, "customer": quote.customer.name, "day": event.detail["valid_until"]}
    notify(people, event.verb, quote, event.at, **facts, **actor_of(by))


def tell_copied(event, quote, by):
    notify(User.select().where(User.id.in_(event.detail["readers"])), event.verb, quote, event.at, **facts_of(quote, by))


def remind_approvers(event, quote, by):
    """Whoever keeps a quote waiting, or his superior."""
    seat = Approval.get_by_id(event.detail["seat"])
    told = {"names": ", ".join(person.name for person in seat.deciders), "since_at": seat.current_since.isoformat()}
    notify(approval_timeouts.readers(seat, event.detail["whom"]), event.verb, quote, event.at, **told, **facts_of(quote, by))


def tell_stand_in(event, person, by):
    days = {name: event.detail[name] for name in ("starts_on", "ends_on")}
    readers = User.select().where(User.id == event.detail["user_id"])
    notify(readers, event.verb, person, event.at, actor=person.name, actor_id=person.id, **days)


def facts_of(quote, by):
    return actor_of(by) | of_quote(quote)


def tell_of_customer(event, quote, by):
    """The seller, what the customer did with his quote."""
    detail = event.detail or {}
    facts = {"name": detail.get("name", ""), "comment": detail.get("comment", "")}
    notify([quote.owner], event.verb, quote, event.at, **of_quote(quote), **actor_of(by), **facts)


def tell_sender(event, quote, by):
    """Whoever sent the mail that did not arrive."""
    sender = User.select().where(User.id == event.detail["sender_id"])
    notify(sender, event.verb, quote, event.at, **of_quote(quote), **actor_of(by))


def of_quote(quote):
    return {"number": quote.title, "customer": quote.customer.name, "amount": quote.total}


def tell_new_owner(event, record, by):
    """The person to whom a record was given; what a handover gives him is told in one message at its end."""
    if "handover" in event.detail:
        return
    readers = [record.owner] if by is None or record.owner_id != by.id else []
    actor, actor_id = (by.name, by.id) if by else (_("Haitu"), None)
    notify(readers, event.verb, record, event.at, actor=actor, actor_id=actor_id, name=record.name)


def tell_member(event, record, by):
    """Whoever was put on a team, unless he did it himself."""
    readers = User.select().where(User.id == event.detail["user_id"], User.id != by.id)
    notify(readers, event.verb, record, event.at, actor=by.name, actor_id=by.id, name=record.name)


def tell_customer_owner(event, customer, by):
    """A lead of somebody else turned out to be this customer."""
    readers = [customer.owner] if customer.owner_id not in (None, by.id, event.detail["owner_id"]) else []
    facts = {"actor": by.name, "actor_id": by.id, "owner": event.detail["owner_name"], "name": customer.name}
    notify(readers, event.verb, customer, event.at, **facts)


def tell_owner_of_visitor(event, record, by):
    """Whoever has the record that a visitor of a web form turned out to be."""
    readers = [record.owner] if record.owner_id else []
    notify(readers, event.verb, record, event.at, name=record.name, form=event.detail["form"], **actor_of(by))


def tell_successors(event, handover, by):
    """Each who was given something, and how much."""
    for person, number in handover.received():
        notify([person], event.verb, handover, event.at, actor=by.name, actor_id=by.id, name=handover.leaver.name, number=number)


def tell_owner_of_merged(event, record, by):
    """Whoever had what is a part of another record now."""
    readers = User.select().where(User.id == event.detail["loser_owner"], User.id != by.id)
    facts = {"actor": by.name, "actor_id": by.id, "loser": event.detail["loser_name"], "name": record.name}
    notify(readers, event.verb, record, event.at, **facts)


def tell_owner_asked(event, record, by):
    notify([record.owner], event.verb, record, event.at, actor=by.name, actor_id=by.id, name=record.name)


def tell_deciders(event, record, by):
    notify(asks.deciders(record, by), event.verb, record, event.at, actor=by.name, actor_id=by.id, name=record.name)


def tell_service_person(event, ticket, by):
    """Whoever was dispatched, unless he took it himself."""
    readers = [ticket.owner] if ticket.owner_id != by.id else []
    facts = {"actor": by.name, "actor_id": by.id, "number": ticket.number, "title": ticket.title, "customer": ticket.customer.label}
    notify(readers, event.verb, ticket, event.at, **facts)


def tell_those_concerned(event, record, by):
    """Whose it is learns that somebody else works on it (正在跟进)."""
    readers = User.select().where(User.id.in_(presence.concerned(record, by)))
    notify(readers, event.verb, record, event.at, actor=by.name, actor_id=by.id, name=record.name)


def tell_collided(event, case, by):
    """Both sides and their superiors, once, when a case opens; afterwards those who are new to it."""
    people = [person for person in case.parties if person.id in event.detail.get("new", [party.id for party in case.parties])]
    first = people[0] if people else None
    facts = {"actor": first.name if first else "", "actor_id": first.id if first else None, "name": case.name}
    notify(collisions.readers(case, people), event.verb, case, event.at, people=event.detail["people"], **facts)


def tell_parties(event, case, by):
    """What became of the case, to all its parties."""
    facts = {"actor": by.name, "actor_id": by.id, "name": case.name, "reason": case.reason}
    ruling = event.detail or {}
    told = {"owner": ruling.get("owner_name", ""), "shares": ruling.get("shares", "")}
    notify([person for person in case.parties if person.id != by.id], event.verb, case, event.at, **facts, **told)


def tell_how_many_collided(event, company, by):
    """Each manager, how many of the customers he sees several people followed in the month."""
    first, end = (date.fromisoformat(event.detail[name]) for name in ("first", "end"))
    for manager, number in collision_report.numbers(first, end):
        notify([manager], event.verb, company, event.at, month=event.detail["month"], number=number)


def ask_reviewers(event, customer, by):
    """The superior of whoever has the new customer, and without one the administrators."""
    superior = customer.owner.superior if customer.owner_id else None
    able = superior if superior and superior.may("customer.review") else None
    readers = [able] if able else User.select().where(User.role == User.ADMINISTRATOR)
    notify(readers, event.verb, customer, event.at, name=customer.name, **actor_of(by))


def tell_reviewed(event, customer, by):
    """Whoever has the new customer, and whoever asked."""
    asked = Review.select(Review.asked_by).where(Review.customer == customer.id)
    readers = User.select().where((User.id == customer.owner_id) | User.id.in_(asked), User.id != by.id)
    notify(readers, event.verb, customer, event.at, name=customer.name, reason=event.detail["reason"], **actor_of(by))


def actor_of(by):
    return {"actor": by.name if by else _("Haitu"), "actor_id": by.id if by else None}


# ---- recycling (自动回收) ----------------------------------------------------------------------------------------------


def tell_due(reader, people, owner, records, why, at):
    """What goes back soon, or cannot; `records` by their last day."""
    facts = {"owner": owner.name, "rule": why.rule.name, "last_day": why.last_day.isoformat()}
    tell_of_many(f"recycling.due_{reader}", people, records[0], len(records), at, **facts)


def tell_loss(rule, owner, record, number, at):
    tell_of_many("recycling.lost", [owner], record, number, at, rule=rule.name)


def tell_of_many(verb, people, record, number, at, **facts):
    """One message that names the first record and says how many there are."""
    many = "_many" if number > 1 else ""
    notify(people, verb + many, record, at, actor=_("Haitu"), actor_id=None, name=record.name, number=number, **facts)
