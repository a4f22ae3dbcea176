"""Collisions (撞单): two sellers on one company open one case, with what each of them did as evidence; a ruling settles it."""

from datetime import timedelta
from decimal import Decimal

from domain import Refused, _, deals, events, members, now, pool, shares, touches, transaction
from domain.days import day
from domain.money import format_quantity
from models import BY_KIND, Collision, CollisionAct, Company, Lead, Opportunity, Touch, User

LONGEST_LOCK = 365  # days


def days():
    return Company.current().collision_days


# ---- reactions: each is named in events.REACTIONS --------------------------------------------------------------------


def notice(event, record, by):
    """Somebody touched a customer: it joins the open case about the company, or opens one where another side stands."""
    noted = touches.note(event, record, by)
    if noted is None:
        return
    touch, places = noted
    case = open_case(places)
    if case:
        join(case, [piece(touch)], event.at)
        return
    standing = touches.standing(places, event.at - timedelta(days=days()))
    if any(opposed(touch, other, places) for other in standing):
        open_on(places[0], [piece(other) for other in standing], event.at)


def opposed(touch, other, places):
    """Two sides, unless a manager lately let them go on side by side (a dismissed case)."""
    return touch.side_id != other.side_id and not let_be(places, {touch.side_id, other.side_id}, touch.at)


def let_be(places, sides, at):
    lately = Collision.decided_at > at - timedelta(days=days())
    cases = Collision.select().where(Collision.about(places), Collision.status == Collision.DISMISSED, lately)
    return any(sides <= {user.id for user in case.parties} for case in cases)


def bring_along(event, lead, by):
    """A lead became a customer: what was done on it, ruled on it and is open about it goes along."""
    customer = BY_KIND["customer"].get_by_id(event.detail["customer_id"])
    touches.bring_along(lead, customer)
    shares.bring_along(lead, customer, event.at)
    about_lead = Collision.about([lead])
    if open_case([customer]):
        about_lead &= Collision.status != Collision.OPEN
    Collision.update(record_kind="customer", record_id=customer.id).where(about_lead).execute()


# ---- a case ----------------------------------------------------------------------------------------------------------


def open_case(places):
    return Collision.select().where(Collision.about(places), Collision.status == Collision.OPEN).order_by(Collision.id).first()


def piece(touch):
    """The row of evidence for a touch."""
    return {"what": touch.what, "side": touch.side_id, "actor": touch.actor_id, "event": touch.event_id, "at": touch.at}


def open_on(place, evidence, at):
    """One case, frozen as it stands; both sides and their superiors are told."""
    case = Collision.create(record_kind=place.kind(), record_id=place.id, name=place.name, days=days(), opened_at=at)
    CollisionAct.insert_many([row | {"case": case.id} for row in evidence]).execute()
    events.record("collision.opened", case, None, at=at, people=named(case.parties))
    return case


def join(case, evidence, at):
    """Further acts belong to the case that is open; a side that is new to it is told, and so is its superior."""
    before = {user.id for user in case.parties}
    CollisionAct.insert_many([row | {"case": case.id, "later": True} for row in evidence]).execute()
    del case.parties
    new = [user for user in case.parties if user.id not in before]
    if new:
        events.record("collision.joined", case, None, at=at, people=named(new), new=[user.id for user in new])


def named(people):
    return " · ".join(person.name for person in people)


def complained(event, customer, by):
    """The customer's own word: evidence in the open case, or reason enough to open one with what was done lately."""
    told = {"what": CollisionAct.COMPLAINT, "side": None, "actor": None, "event": event.id, "at": event.at}
    places = touches.same_company(customer)
    case = open_case(places)
    if case:
        join(case, [told], event.at)
        return
    standing = touches.standing(places, event.at - timedelta(days=days()))
    if not standing:
        told["side"] = customer.owner_id  # nothing of ours is on record: the case is with whoever has the customer
    open_on(customer, [*map(piece, standing), told], event.at)


# ---- ruling (裁决) ----------------------------------------------------------------------------------------------------


def rule(case, owner, parts, reason, by, lock_days=0, at=None):
    """One owner, shares in basis points that sum to 10,000, and for some days nobody else's quotes. All of it, or nothing.

    Whoever shares works on the customer with its owner; what others had of the company becomes the owner's.
    """
    at = at or now()
    shares.ensure_whole(parts)
    ensure_sells([owner, *(user for user, points in parts.items() if points)])
    with transaction():
        locked_until = at + timedelta(days=lock_days) if lock_days else None
        decide(case, by, at, status=Collision.RULED, reason=reason, owner=owner, locked_until=locked_until)
        place = record_of(case)
        for other in places_of(case):
            give(other, owner, by, at)
        give_deals(case, place, owner, parts, by, at)
        shares.settle(place, parts, case, at)
        for user, points in parts.items():
            if points and user.id != owner.id:
                let_work(place, user, by, at)
        told = {"owner_name": owner.name, "shares": spelled(parts), "reason": reason, "days": lock_days}
        event = events.record("collision.ruled", case, by, {"status": Collision.OPEN}, {"status": case.status}, at, **told)
        touches.write([place], place, owner, by, Touch.RULING, event)


def ensure_sells(people):
    for person in people:
        pool.ensure_may_own(person)


def decide(case, by, at, **columns):
    """One UPDATE decides between two who rule at the same moment; the slower one is told who was faster."""
    columns |= {"decided_by": by, "decided_at": at}
    if not Collision.update(**columns).where(Collision.id == case.id, Collision.status == Collision.OPEN).execute():
        now_is = Collision.select(Collision, User).join(User, on=Collision.decided_by).where(Collision.id == case.id).get()
        raise Refused(_("%(name)s has decided this case already.", name=now_is.decided_by.name))
    for name, value in columns.items():
        setattr(case, name, value)


def give(place, owner, by, at):
    """The lead or customer becomes the owner's; his room counts as for any assignment."""
    if place.owner_id != owner.id:
        pool.assign(place, owner, by, at)


def give_deals(case, place, owner, parts, by, at):
    """Open deals of a party that does not share go to the owner; whoever shares goes on with his own."""
    losers = [user.id for user in case.parties if user.id != owner.id and not parts.get(user)]
    if place.kind() != "customer" or not losers:
        return
    theirs = Opportunity.customer == place.id, Opportunity.status == Opportunity.OPEN, Opportunity.owner.in_(losers)
    for deal in Opportunity.with_people().where(*theirs):
        deals.hand_over(deal, owner, by, at)


def let_work(place, user, by, at):
    """On the team, and able to work: whoever only read until now is put there anew."""
    if place.is_on_team(user, editing=True):
        return
    if place.is_on_team(user):
        members.remove(place, user, by, at)
    members.add(place, user, by, may_edit=True, at=at)


def spelled(parts):
    """李雷 70% · 王芳 30%"""
    return " · ".join(f"{user.name} {format_quantity(Decimal(points) / 100)}%" for user, points in parts.items() if points)


def dismiss(case, by, reason, at=None):
    """No collision (驳回): both go on as they did, and for as many days as a collision counts they are let be."""
    at = at or now()
    with transaction():
        decide(case, by, at, status=Collision.DISMISSED, reason=reason)
        events.record("collision.dismissed", case, by, {"status": Collision.OPEN}, {"status": case.status}, at, reason=reason)


def reopen(case, by, at=None):
    """Taken up again, what was ruled staying in force until the next word. Refused while another case on it is open."""
    with transaction():
        old, other = case.status, open_case([record_of(case)])
        if other:
            raise Refused(_("This case is open already.") if other.id == case.id else _("Another case about %(name)s is open.", name=case.name))
        Collision.update(status=Collision.OPEN).where(Collision.id == case.id).execute()
        case.status = Collision.OPEN
        events.record("collision.reopened", case, by, {"status": old}, {"status": case.status}, at)


# ---- questions -------------------------------------------------------------------------------------------------------


def record_of(case):
    """The customer or lead that the case is about, as it is now."""
    table = BY_KIND[case.record_kind]
    return table.with_people().where(table.id == case.record_id).get()


def places_of(case):
    """What the ruling gives away: the record itself, and the open leads and customers of the company in the parties' hands."""
    parties = {user.id for user in case.parties}
    place = record_of(case)
    others = [other for other in touches.same_company(place) if other.owner_id in parties and other != place]
    return [other for other in (place, *others) if not isinstance(other, Lead) or other.is_open]


def ensure_may_quote(customer, by, at):
    """While a ruling locks the customer, only its owner's side quotes."""
    case = (
        Collision.select(Collision, User).join(User, on=Collision.owner)
        .where(Collision.about([customer]), Collision.locked_until > at).order_by(Collision.id.desc()).first()
    )
    if case and case.owner_id != by.id and touches.principal(by, customer).id != customer.owner_id:
        told = {"name": customer.name, "owner": case.owner.name, "day": day(case.locked_until)}
        raise Refused(_("%(name)s is kept for %(owner)s by a ruling: nobody else quotes before %(day)s.", **told), until=case.locked_until)


def readers(case, people):
    """These people and their superiors; where none of them may rule on it, the administrators too."""
    found = {person.id: person for person in people}
    found |= {boss.id: boss for boss in (person.superior for person in people) if boss}
    if not any(case.is_ruled_by(person) for person in found.values()):
        found |= {user.id: user for user in User.with_role().where(User.who_may("company.administer"))}
    return [person for person in found.values() if person.may("collision.see")]
