"""Assignment rules (分配规则): the first rule that fits a record in a pool gives it to one of its people who has room.

How the person is chosen: the first one named (person), by chance (random), in turn (round_robin), whoever holds least
(least_loaded), or by match: one point for each of the profile's lists (provinces, cities, industries, sources, levels)
that names the record's value; the most points win, then whoever holds least.
"""

import random
from dataclasses import dataclass, field

from peewee import fn

from domain import Refused, _, events, now, pool, pool_limits, positions, transaction
from models import (
    BY_KIND,
    Arrival,
    AssignmentRule,
    AssignmentTaker,
    Department,
    DepartmentMember,
    SellerProfile,
    User,
)

BATCH = 50


@dataclass
class Choice:
    """Who gets a record, by which rule, and why: what the timeline tells."""

    user: User
    rule: AssignmentRule
    held: int
    matched: list = field(default_factory=list)

    @property
    def told(self):
        return {"rule": self.rule.name, "placed_by": self.rule.method, "held": self.held, "matched": ", ".join(self.matched)}


# ---- choosing --------------------------------------------------------------------------------------------------------


def rules_for(what, trigger):
    """The rules in force for what comes this way, the first one first."""
    rules = AssignmentRule.select().where(AssignmentRule.what == what, AssignmentRule.active, AssignmentRule.comes_by(trigger))
    return list(rules.order_by(AssignmentRule.position, AssignmentRule.id))


def choose(record, trigger, draw=random.choice):
    """The Choice for a record that lies in a pool; None when no rule fits or nobody of it has room."""
    for rule in rules_for(record.kind(), trigger):
        if rule.fits(record):
            found = choose_by(rule, record, draw)
            if found:
                return found
    return None


def choose_by(rule, record, draw=random.choice):
    """The last owner does not get back what he gave up."""
    people = [user for user in takers(rule) if user.id != record.last_owner_id]
    held = loads(people, rule.what)
    room = pool_limits.company_limits(rule.what)[1]
    able = [user for user in people if held[user.id] < room]
    if not able:
        return None
    user, matched = PICK[rule.method](rule, record, able, held, draw)
    return Choice(user, rule, held[user.id], matched)


def takers(rule):
    """The people of a rule who still work here and on leads: those named first, in their order, then the departments'."""
    rows = list(AssignmentTaker.select().where(AssignmentTaker.rule == rule).order_by(AssignmentTaker.id))
    able = User.select().where(User.disabled_at.is_null(), User.who_may("lead.work"))
    named = {user.id: user for user in able.where(User.id.in_([row.user_id for row in rows if row.user_id]))}
    paths = [row.path for row in Department.select().where(Department.id.in_([row.department_id for row in rows if row.department_id]))]
    ordered = [named[row.user_id] for row in rows if row.user_id in named]
    for path in paths:
        below = Department.select(Department.id).where(Department.path.startswith(path))
        here = able.where(DepartmentMember.work_in(below)).order_by(User.id)
        ordered += [user for user in here if user not in ordered]
    return ordered


def loads(people, what):
    """{user id: how much he holds of what takes room}, in one query."""
    table = BY_KIND[what]
    counted = table.select(table.owner, fn.COUNT(table.id)).where(table.owner.in_(people), pool_limits.taking_room(table))
    return {user.id: 0 for user in people} | dict(counted.group_by(table.owner).tuples())


def first(rule, record, able, held, draw):
    return able[0], []


def by_chance(rule, record, able, held, draw):
    return draw(able), []


def in_turn(rule, record, able, held, draw):
    """Whoever comes after the one who had the last turn, by the order in which people joined."""
    ordered = sorted(able, key=lambda user: user.id)
    later = [user for user in ordered if user.id > (rule.last_user_id or 0)]
    return (later or ordered)[0], []


def least_loaded(rule, record, able, held, draw):
    return min(able, key=lambda user: (held[user.id], user.id)), []


def best_match(rule, record, able, held, draw):
    profiles = {profile.user_id: profile for profile in SellerProfile.select().where(SellerProfile.user.in_(able))}
    points = {user.id: profiles[user.id].matches(record) if user.id in profiles else [] for user in able}
    user = min(able, key=lambda user: (-len(points[user.id]), held[user.id], user.id))
    return user, points[user.id]


PICK = dict(zip(AssignmentRule.METHODS, (first, by_chance, in_turn, least_loaded, best_match)))


# ---- placing ---------------------------------------------------------------------------------------------------------


def place(record, trigger, at=None, draw=random.choice):
    """Give a record that lies in a pool to whom the rules say; the Choice, or None when it stays there."""
    at = at or now()
    with transaction():
        choice = choose(record, trigger, draw)
        if choice:
            pool.assign(record, choice.user, by=None, at=at, verb="placed", **choice.told)
            AssignmentRule.update(last_user=choice.user).where(AssignmentRule.id == choice.rule.id).execute()
    return choice


def settle(at=None):
    """Place what waits, one record after the other; what was claimed meanwhile, or fits no rule, stays as it is."""
    while batch := list(Arrival.select().order_by(Arrival.id).limit(BATCH)):
        for arrival in batch:
            settle_one(arrival, at or now())


def settle_one(arrival, at):
    table = BY_KIND[arrival.record_kind]
    with transaction():
        lying = table.with_people().where(table.id == arrival.record_id, table.owner.is_null(), table.pool.is_null(False))
        record = lying.where(table.changes_hands()).first()
        if record:
            try:
                place(record, arrival.came_by, at)
            except Refused:  # somebody was faster, or left the company this very moment: the record lies where it lies
                pass
        arrival.delete_instance()


def spread(records, people, method, by, at=None, draw=random.choice):
    """A selection among colleagues by hand (随机, 轮流, 最空闲): [(record, user)]; refused as a whole when they have no room for it."""
    at, what = at or now(), records[0].kind()
    held, room = loads(people, what), pool_limits.company_limits(what)[1]
    rule, given = AssignmentRule(name="", what=what, method=method, last_user=None), []
    with transaction():
        for record in records:
            able = [user for user in people if held[user.id] < room and user.id != record.owner_id]
            if not able:
                raise Refused(_("None of these colleagues has room for more."), rule="claim_capacity", capacity=room)
            user, _matched = PICK[method](rule, record, able, held, draw)
            pool.assign(record, user, by, at)
            rule.last_user, held[user.id] = user, held[user.id] + 1
            given.append((record, user))
    return given


# ---- the rules themselves ---------------------------------------------------------------------------------------------


def save_rule(rule, by, takers=(), departments=(), **columns):
    """A new rule at the end of its list, or other columns and people for this one."""
    with transaction():
        created = rule is None
        if created:
            rule = AssignmentRule.create(position=AssignmentRule.select().count(), **columns)
        else:
            AssignmentRule.update(**columns).where(AssignmentRule.id == rule.id).execute()
            AssignmentTaker.delete().where(AssignmentTaker.rule == rule).execute()
        for row in [{"user": user} for user in takers] + [{"department": department} for department in departments]:
            AssignmentTaker.create(rule=rule, **row)
        told = {"takers": [user.id for user in takers], "departments": [department.id for department in departments]}
        plain = {name: value for name, value in columns.items() if name != "pool"}
        events.record("assignmentrule.created" if created else "assignmentrule.edited", rule, by, after=plain | told)
    return rule


def remove_rule(rule, by):
    with transaction():
        events.record("assignmentrule.removed", rule, by, before={"name": rule.name})
        rule.delete_instance()


def move_up(rule, by):
    """Change places with the rule above: the first one that fits is the one that counts."""
    with transaction():
        same = AssignmentRule.select().where(AssignmentRule.what == rule.what).order_by(AssignmentRule.position, AssignmentRule.id)
        if moved := positions.move(rule, list(same), -1):
            events.record("assignmentrule.moved", rule, by, after={"position": moved[1]})


def save_profile(user, by, **columns):
    """What somebody is good at: lists of provinces, cities, industries, sources and customer levels."""
    with transaction():
        if not SellerProfile.update(**columns).where(SellerProfile.user == user).execute():
            SellerProfile.create(user=user, **columns)
        events.record("user.profile_edited", user, by, after=columns)

