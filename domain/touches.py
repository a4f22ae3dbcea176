"""Touches: who did what on whose lead or customer, and on whose side. By these, two sellers in each other's way are found (撞单).

A touch is an act on the customer that somebody who sells could have done in his own interest: he made a record of the company
(a lead, a customer, a deal, a lead linked to the customer), wrote a follow-up, began a quote or opened a ticket; or, where there
is another record of the company, took one out of a pool or was given it from there (what a file brings lies in a pool first).

It counts for a *side*, the seller in whose interest it was done:
- whoever is on the team of a record, or is a manager set over its owner, acts for the owner: that is help, not a collision.
  A colleague who merely sees the department's records is neither, and acts for himself;
- whoever had the customer, handed it on and kept a deal from that time goes on with it by leave of the new owner;
- finance and service do their work on everybody's customers and are on nobody's side, and so is Haitu itself;
- what is put into a pool is nobody's.

Two sides on one company within the company's days (30) collide. Leads and customers of one name, however it is spelt, of one
telephone or credit code are one company, but for those that somebody told apart. A touch no longer stands once its side has
given that record up (it was handed on, dropped or recycled: the successor is not in anybody's way), once a ruling has settled
what was before it, or when that person no longer works here.
"""

from peewee import SQL, fn

from domain import duplicates, match_keys
from models import Claim, Collision, Customer, Lead, Touch, User

ACTS = {
    "lead.created": Touch.RECORD, "customer.created": Touch.RECORD, "customer.lead_linked": Touch.RECORD,
    "opportunity.created": Touch.RECORD, "lead.followed_up": Touch.FOLLOW_UP, "customer.followed_up": Touch.FOLLOW_UP,
    "opportunity.followed_up": Touch.FOLLOW_UP, "quote.created": Touch.QUOTE, "ticket.created": Touch.TICKET,
    **{f"{kind}.{verb}": Touch.TAKEN for kind in ("lead", "customer") for verb in ("claimed", "placed", "assigned")},
}
MOST = 20  # records of one company that are looked at, of each kind


def note(event, record, by):
    """(touch, the records of the company), the touch written down; None where nobody's interest is in it."""
    place = place_of(record)
    side = side_of_event(event, record, place, by)
    what = ACTS[event.verb]
    if side is None or what == Touch.TAKEN and match_keys.stands_alone(place):
        return None
    places = same_company(place)
    return write(places, place, side, side if what == Touch.TAKEN else by, what, event), places


def write(places, place, side, actor, what, event):
    """One row; the first of the places is the company's customer, where it has one."""
    customer = place if place.kind() == "customer" else places[0] if places[0].kind() == "customer" else None
    return Touch.create(
        record_kind=place.kind(), record_id=place.id, customer=customer, side=side, actor=actor, what=what, event=event.id, at=event.at
    )


def place_of(record):
    """The lead, or the customer behind a deal, quote or ticket."""
    return record if record.kind() in ("lead", "customer") else record.customer


# ---- on whose side ---------------------------------------------------------------------------------------------------


def side_of_event(event, record, place, by):
    if event.verb == "customer.lead_linked":  # the lead's owner comes to the customer, whoever pressed the button
        return side_of(User.get_by_id(event.detail["owner_id"]), record, place)
    if event.verb.endswith(".created") and place.owner_id is None and record is place:
        return None
    if ACTS[event.verb] == Touch.TAKEN:  # from one owner to the next is no collision: the successor is in nobody's way
        return None if event.before["owner"] else place.owner
    return side_of(by, record, place)


def side_of(person, record, place):
    """The seller for whom this person acts on a record of this lead or customer; None when he sells nothing."""
    if person is None or not person.may("lead.work"):
        return None
    hand = person if record.kind() == "ticket" else principal(person, record)  # a ticket's owner is who serves it
    if keeps_his_deal(hand, record, place):
        return place.owner
    return principal(hand, place)


def principal(person, record):
    """The record's owner where this person acts for him, else the person himself."""
    if record.owner_id in (None, person.id):
        return person
    set_over = person.may("collision.rule") and person.oversees(record.owner_id)
    return record.owner if set_over or record.is_on_team(person) else person


def keeps_his_deal(person, record, place):
    """Whether he opened this deal while the customer was his, and handed the customer on without it."""
    if place.owner_id in (None, person.id):
        return False
    deal = record if record.kind() == "opportunity" else getattr(record, "opportunity", None)
    if deal is None or deal.owner_id != person.id:
        return False
    his_time = Claim.of(place), Claim.owner == person.id, Claim.at <= deal.created_at, Claim.ended_at >= deal.created_at
    return Claim.select().where(*his_time).exists()


# ---- one company, and what stands of its touches ---------------------------------------------------------------------


def same_company(place):
    """The customers and leads that are one company with this one, itself among them; customers first, then the oldest.

    No more than so many of each: a switchboard's number, or one that was made up, is shared by hundreds and tells nothing.
    """
    named = match_keys.of_the_same_name(place.name)
    customers = list(Customer.with_people().where(alike(Customer, place, named)).order_by(Customer.id).limit(MOST))
    leads = list(Lead.with_people().where(alike(Lead, place, named), Lead.status != Lead.VOIDED).order_by(Lead.id).limit(MOST))
    found = without_those_told_apart([*customers, *leads], place)
    if place in found:
        return found
    return [place, *found] if place.kind() == "customer" else [*found, place]


def without_those_told_apart(found, place):
    apart = duplicates.apart_from(place.kind(), place.id) if len(found) > 1 else ()
    return [other for other in found if (other.kind(), other.id) not in apart]


def alike(table, place, named):
    same = table.name_key == place.name_key
    if table.kind() in named:
        same |= table.id.in_(named[table.kind()])
    for column in ("phone", "credit_code"):
        if getattr(place, column):
            same |= getattr(table, column) == getattr(place, column)
    return same


def standing(places, since):
    """The touches on these places since then that still stand, in their order."""
    given_up = Claim.select(SQL("1")).where(
        Claim.record_kind == Touch.record_kind, Claim.record_id == Touch.record_id, Claim.owner == Touch.side,
        Claim.ended_at > Touch.at,
    )
    settled = Collision.select(SQL("1")).where(
        Collision.about(places), Collision.status != Collision.OPEN, Collision.decided_at >= Touch.at, Touch.what != Touch.RULING
    )
    here = of_places(places)
    return list(
        Touch.select(Touch, User).join(User, on=Touch.side)
        .where(here, Touch.at >= since, User.disabled_at.is_null(), ~fn.EXISTS(given_up), ~fn.EXISTS(settled))
        .order_by(Touch.at, Touch.id)
    )


def of_places(places):
    ids = {kind: [place.id for place in places if place.kind() == kind] for kind in ("customer", "lead")}
    return (
        (Touch.record_kind == "customer") & Touch.record_id.in_(ids["customer"])
        | (Touch.record_kind == "lead") & Touch.record_id.in_(ids["lead"])
    )


def bring_along(lead, customer):
    """What was done on a lead was done on the customer it became."""
    Touch.update(record_kind="customer", record_id=customer.id, customer=customer).where(
        Touch.record_kind == "lead", Touch.record_id == lead.id
    ).execute()
