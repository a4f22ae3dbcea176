"""Who gets what of a leaver's: split by rule among the successors, as far as each has room."""

from collections import Counter, defaultdict

from peewee import fn

from domain import approval_route, holdings, pool_limits
from models import BY_KIND, Approval, Customer, DepartmentMember, Handover, Lead, Pool, PoolScope, User

ENDS = ("member",)  # what nobody takes over
RIGHTS = ("pool_scope", "pool_administrator", "assignment_taker")  # end too, but for the last one: a pool would open to all


class Plan:
    """The rule of one handover, applied to one thing after the other. Pass customers first, and rows() gives the items."""

    def __init__(self, handover):
        self.handover, self.leaver = handover, handover.leaver
        people = {user.id: user for user in User.with_role().where(User.disabled_at.is_null())}
        self.people = [people[id] for id in handover.successors if id in people]
        self.instead = {what: people[id] for what, id in handover.instead.items() if id in people}
        self.room = {what: {id: room.room for id, room in rooms(what).items()} for what in ("customer", "lead")}
        self.given = Counter()
        self.homes = {what: home_of(self.leaver, what) for what in ("customer", "lead")}
        self.areas = known_areas(self.people) if handover.split == Handover.AREA else {}
        self.colleagues = colleagues(self.leaver, self.people) if handover.split == Handover.DEPARTMENT else {}
        self.of_customer = defaultdict(dict)  # customer -> {what kind of work: who has it}

    def rows(self, held):
        """The columns of the items, in their order."""
        return [self.row(each, *self.place(each)) for each in held]

    def row(self, held, to, pool, placed):
        facts = held.facts | ({"takes_room": True} if held.takes_room and to else {})
        return {
            "what": held.what, "record_id": held.id, "name": held.name, "facts": facts, "to": to.id if to else None,
            "pool": pool, "placed": placed,
        }

    def place(self, held):
        """(successor, pool, whether anybody or anything was found)"""
        if held.what in ENDS:
            return None, None, True
        if held.what in RIGHTS:
            return self.right(held)
        if held.what == "head":
            return next((user for user in self.people if user.department_id == held.facts["department"]), None), None, True
        if held.what == "approval":
            return self.asked(held)
        person = self.person_for(held)
        if person:
            return person, None, True
        pool = (held.home_pool or self.homes[held.what]) if self.handover.fills_pools and held.droppable else None
        return None, pool, pool is not None

    def right(self, held):
        if not held.facts["last"]:
            return None, None, True
        person = self.first_fit(held.what)
        return person, None, person is not None

    def asked(self, held):
        """Whoever takes the approvals, or his superior where he has a hand in the record; at last the administrators."""
        person = self.instead.get("approval") or self.first_fit("approval")
        if person is None:
            return None, None, False
        step = Approval.get_by_id(held.id)
        owner = BY_KIND[step.record_kind].get_by_id(step.record_id).owner_id
        return approval_route.first_fit(person, {step.submitted_by_id, owner, self.leaver.id}), None, True

    def first_fit(self, what):
        return next((user for user in self.people if holdings.fits(what, user)), None)

    def person_for(self, held):
        if held.what in ("step", "step_done"):
            held = held._replace(what=held.facts["on"][0])
        if held.what in self.instead:
            return self.take(held, [self.instead[held.what]])
        theirs = self.of_customer[held.customer]
        group = "ticket" if held.what == "ticket" else "sales"
        if held.customer and group in theirs and not held.takes_room:
            return theirs[group]
        person = self.take(held, [user for user in self.people if holdings.fits(held.what, user)])
        if held.customer and person:
            theirs[group] = person
        return person

    def take(self, held, people):
        """One of these by the rule, among those with room; his room is one less then."""
        if held.takes_room:
            people = [user for user in people if self.room[held.what][user.id] > 0]
        if not people:
            return None
        person = self.chosen(held, people)
        self.given[person.id] += 1
        if held.takes_room:
            self.room[held.what][person.id] -= 1
        return person

    def chosen(self, held, people):
        """All to the first as long as there is room; or whoever knows the area, is of the department, or was given least."""
        if self.handover.split == Handover.TOGETHER:
            return people[0]
        known = self.areas.get(held.area, {})
        local = [user for user in people if known.get(user.id)]
        if local:
            return max(local, key=lambda user: known[user.id])
        near = self.colleagues.get(held.home_pool, ()) or self.colleagues.get(None, ())
        return min([user for user in people if user.id in near] or people, key=lambda user: self.given[user.id])


def rooms(what):
    """{user id: Quota} of everybody who works here, in two queries; the day's claims do not matter here."""
    table = {"customer": Customer, "lead": Lead}[what]
    counted = table.select(table.owner, fn.COUNT(table.id)).where(table.owner.is_null(False), pool_limits.taking_room(table))
    held = dict(counted.group_by(table.owner).tuples())
    capacity = pool_limits.company_limits(what)[1]
    active = User.select(User.id).where(User.disabled_at.is_null())
    return {user.id: pool_limits.Quota(0, 0, held.get(user.id, 0), capacity) for user in active}


def home_of(leaver, what):
    """The pool into which something goes that never lay in one."""
    pool = Pool.open_to(leaver, what).first() or Pool.of(what).first()
    return pool and pool.id


def colleagues(leaver, people):
    """{pool: ids of those in a department whose pool it is; None: of those in one of the leaver's departments}"""
    own = {department.id for department in DepartmentMember.departments_of(leaver)}
    found = defaultdict(set)
    for user in people:
        if own & {department.id for department in DepartmentMember.departments_of(user)}:
            found[None].add(user.id)
        for scope in PoolScope.select(PoolScope.pool).where(PoolScope.takes_in(user), PoolScope.department.is_null(False)):
            found[scope.pool_id].add(user.id)
    return found


def known_areas(people):
    """{province: {user id: number of his customers there}}"""
    query = Customer.select(Customer.province, Customer.owner, fn.COUNT(Customer.id)).where(
        Customer.owner.in_(people), Customer.province != ""
    )
    areas = defaultdict(dict)
    for province, owner, number in query.group_by(Customer.province, Customer.owner).tuples():
        areas[province][owner] = number
    return areas
