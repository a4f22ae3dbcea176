"""The team of a record (相关团队成员): colleagues who read a lead, customer or deal along with its owner, or work on it too."""

from datetime import timedelta

from domain import Refused, _, day_of, events, now, start_of_day, transaction
from models import BY_KIND, Member, User

MOST_ENDED = 500  # in one turn of the clock


def add(record, user, by, may_edit=False, until=None, at=None):
    """Let a colleague read a record, or work on it too; until the end of a day, where one is given. He is told of it."""
    at = at or now()
    with transaction():
        ensure_may_join(record, user, until, at)
        strike(record, user)
        member = Member.create(
            record_kind=record.kind(), record_id=record.id, user=user, may_edit=may_edit, ends_at=end_of(until), added_by=by,
            added_at=at,
        )
        told = {"user_id": user.id, "name": user.name, "may_edit": may_edit} | ({"until": until} if until else {})
        events.record(f"{record.kind()}.member_added", record, by, at=at, **told)
    return member


def end_of(day):
    """The moment at which a company's day is over; None without a day."""
    return start_of_day(day + timedelta(days=1)) if day else None


def last_day_of(member):
    """The company's day on which somebody is on the team for the last time; None when there is no end."""
    return day_of(member.ends_at - timedelta(microseconds=1)) if member.ends_at else None


def end_expired(at=None):
    """Whoever's time on a team is over leaves it; he has seen nothing of it since. The timeline says so."""
    at = at or now()
    with transaction():
        for member in Member.select(Member, User).join(User, on=Member.user).where(~Member.lasting(at)).limit(MOST_ENDED):
            record = BY_KIND[member.record_kind].get_by_id(member.record_id)
            member.delete_instance()
            events.record(f"{record.kind()}.member_left", record, None, at=at, user_id=member.user_id, name=member.user.name)


def remove(record, user, by, at=None):
    with transaction():
        if not Member.delete().where(team_of(record), Member.user == user.id).execute():
            raise Refused(_("%(name)s is not on the team any more.", name=user.name))
        events.record(f"{record.kind()}.member_removed", record, by, at=at, user_id=user.id, name=user.name)


def ensure_may_join(record, user, until, at):
    """Asked inside the transaction, of the owner as he is by then: a lead may just have gone back to the pool."""
    table = type(record)
    owner_id = table.select(table.owner).where(table.id == record.id).scalar()
    if owner_id is None:
        raise Refused(_("Nobody has this record now, so it has no team."))
    if user.id == owner_id:
        raise Refused(_("%(name)s is the owner already.", name=user.name))
    if not user.active:
        raise Refused(_("%(name)s no longer works here.", name=user.name))
    if not user.may(f"{record.kind()}.see"):
        raise Refused(_("The role of %(name)s has no part in this.", name=user.name))
    if record.is_on_team(user):
        raise Refused(_("%(name)s is on the team already.", name=user.name))
    if until and end_of(until) <= at:
        raise Refused(_("This day is over. Choose a later one."), field="until")


# ---- what becomes of a team ------------------------------------------------------------------------------------------


def dissolve(record, by, at):
    """Nobody has the record any more, so nobody works on it with him: what lies in a pool has no team."""
    for member in Member.select(Member, User).join(User, on=Member.user).where(team_of(record)).order_by(Member.id):
        remove(record, member.user, by, at)


def bring_along(lead, customer, by, at):
    """Whoever helped with the lead helps with the customer it became."""
    for member in of(lead):
        if member.user.active and member.user_id != customer.owner_id:
            add(customer, member.user, by, member.may_edit, last_day_of(member), at)


def strike(record, user):
    """Nobody is on the team of what is his own."""
    Member.delete().where(team_of(record), Member.user == user.id).execute()


# ---- questions -------------------------------------------------------------------------------------------------------


def team_of(record):
    return (Member.record_kind == record.kind()) & (Member.record_id == record.id)


def of(record):
    """The Members of a record with their people, in the order in which they came."""
    here = Member.select(Member, User).join(User, on=Member.user).where(team_of(record), Member.lasting())
    return list(here.order_by(Member.id))


def candidates(record):
    """Whoever could join: the people whose role has to do with such records, but for the owner and those on the team."""
    taken = Member.select(Member.user).where(team_of(record), Member.lasting())
    able = User.select().where(User.disabled_at.is_null(), User.who_may(f"{record.kind()}.see"))
    return list(able.where(User.id != record.owner_id, User.id.not_in(taken)).order_by(User.name, User.id))
