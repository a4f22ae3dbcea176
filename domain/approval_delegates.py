"""Who decides for whom while he is away (代理审批): what is decided then says "X for Y"."""

from datetime import timedelta

from domain import Refused, _, day_of, events, now, start_of_day, transaction
from models import Delegation, User

DAY = timedelta(days=1)


def delegate(person, to, starts_on, ends_on, by, what="", at=None):
    """From the morning of one day to the end of another, `to` may decide what asks this person: of one kind or of all."""
    at = at or now()
    if to.id == person.id or not to.active:
        raise Refused(_("Choose a colleague who works here."))
    if ends_on < starts_on or ends_on < day_of(at):
        raise Refused(_("The last day is before the first one, or over already."))
    with transaction():
        span = Delegation.starts_on <= ends_on, Delegation.ends_on >= starts_on, Delegation.ends_at > at
        if Delegation.select().where(Delegation.person == person.id, Delegation.what.in_({"", what}), *span).exists():
            raise Refused(_("Somebody stands in for these days already. End that first."))
        made = Delegation.create(
            person=person, to=to, what=what, starts_on=starts_on, ends_on=ends_on, starts_at=start_of_day(starts_on),
            ends_at=start_of_day(ends_on + DAY), made_by=by, made_at=at,
        )
        days = {"starts_on": starts_on, "ends_on": ends_on}
        events.record("user.stand_in_named", person, by, at=at, name=to.name, user_id=to.id, what=what, **days)
    return made


def end(delegation, by, at=None):
    """Over from now on; what the stand-in decided stays."""
    at = at or now()
    with transaction():
        open_still = (Delegation.id == delegation.id) & (Delegation.ends_at > at)
        if not Delegation.update(ends_at=at).where(open_still).execute():
            raise Refused(_("This is over already."))
        events.record("user.stand_in_ended", delegation.person, by, at=at, name=delegation.to.name, user_id=delegation.to_id)


def current(user, at=None):
    """What is under way or to come, of whom this person stands in for and who for him."""
    person, to = User.alias(), User.alias()
    query = Delegation.select(Delegation, person, to).join(person, on=Delegation.person).switch(Delegation).join(to, on=Delegation.to)
    theirs = (Delegation.person == user.id) | (Delegation.to == user.id)
    return list(query.where(theirs, Delegation.ends_at > (at or now())).order_by(Delegation.starts_on, Delegation.id))
