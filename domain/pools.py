"""The pools themselves: their members, administrators and rules; made, changed, and removed when empty."""

from peewee import JOIN, SQL, fn

from domain import Refused, _, events, transaction
from models import (
    Customer,
    Department,
    DepartmentMember,
    Import,
    Lead,
    Pool,
    PoolAdministrator,
    PoolScope,
    RecycleRule,
    User,
)

HOLDS = {"lead": Lead, "customer": Customer}


def save(pool, by, name, departments=(), alone=(), users=(), roles=(), administrators=(), **rules):
    """A new pool, or another name, other members and rules for this one. `alone` are departments without those below.

    `rules` are columns of Pool; `what` is given once and stays. Returns the Pool.
    """
    with transaction():
        if Pool.select().where(Pool.name == name, Pool.id != (pool.id if pool else 0)).exists():
            raise Refused(_("There is a pool %(name)s already.", name=name), field="name")
        created = pool is None
        if created:
            pool = Pool.create(name=name, position=Pool.select().count(), **rules)
        else:
            ensure_same_kind(pool, rules)
            Pool.update(name=name, **rules).where(Pool.id == pool.id).execute()
        admit(pool, departments, alone, users, roles)
        appoint(pool, administrators)
        after = {"name": name, **rules} | ids_of(departments=departments, alone=alone, users=users, administrators=administrators)
        events.record("pool.created" if created else "pool.edited", pool, by=by, after=after | {"roles": list(roles)})
    return Pool.get_by_id(pool.id)


def ensure_same_kind(pool, rules):
    if rules.get("what", pool.what) != pool.what:
        raise Refused(_("A pool of leads stays one of leads, and one of customers of customers."), field="what")


def ids_of(**people):
    return {name: [row.id for row in rows] for name, rows in people.items()}


def admit(pool, departments, alone, users, roles):
    PoolScope.delete().where(PoolScope.pool == pool).execute()
    rows = [{"department": row, "with_below": True} for row in departments]
    rows += [{"department": row, "with_below": False} for row in alone]
    rows += [{"user": row} for row in users] + [{"role": role} for role in roles]
    for row in rows:
        PoolScope.create(pool=pool, **row)


def appoint(pool, people):
    PoolAdministrator.delete().where(PoolAdministrator.pool == pool).execute()
    for person in people:
        PoolAdministrator.create(pool=pool, user=person)


def remove(pool, by):
    """Only an empty one; what came from it goes to another pool when it is given back."""
    table = HOLDS[pool.what]
    with transaction():
        if table.select().where(table.pool == pool).exists():
            raise Refused(_("%(name)s still holds records. Assign or move them first.", name=pool.name))
        if Pool.of(pool.what).count() == 1:
            raise Refused(_("The last pool stays: what is given back needs a place."))
        ensure_no_rule_leads_to(pool)
        table.update(home_pool=None).where(table.home_pool == pool).execute()
        Import.update(pool=None).where(Import.pool == pool).execute()
        events.record("pool.removed", pool, by=by, before={"name": pool.name})
        pool.delete_instance()


def ensure_no_rule_leads_to(pool):
    """What a rule takes would suddenly go elsewhere. Rules that are out of use forget the pool."""
    rule = RecycleRule.select().where(RecycleRule.pool == pool, RecycleRule.state != RecycleRule.RETIRED).first()
    if rule:
        raise Refused(_("The rule %(rule)s sends records to %(name)s. Change the rule first.", rule=rule.name, name=pool.name))
    RecycleRule.update(pool=None).where(RecycleRule.pool == pool).execute()


def left_out(what):
    """The people who work on leads and whom no pool of this kind takes in: what they give up has no home of its own."""
    here, above = Department.alias(), Department.alias()
    inside = (above.id == here.id) | PoolScope.with_below & here.path.startswith(above.path)
    other = Department.alias()
    there = (above.id == other.id) | PoolScope.with_below & other.path.startswith(above.path)
    others = DepartmentMember.select(SQL("1")).join(other, on=DepartmentMember.department == other.id)
    inside |= fn.EXISTS(others.where(DepartmentMember.user == User.id, there))
    member = (PoolScope.user == User.id) | (PoolScope.role == User.role) | (PoolScope.department.is_null(False) & inside)
    scopes = PoolScope.select(SQL("1")).join(above, JOIN.LEFT_OUTER, on=PoolScope.department).where(PoolScope.pool.in_(Pool.of(what)))
    if Pool.of(what).where(Pool.id.not_in(PoolScope.select(PoolScope.pool))).exists():
        return []  # one of them is open to everybody
    people = User.select().join(here, JOIN.LEFT_OUTER, on=User.department)
    able = User.who_may("lead.work") & ~User.who_may("company.administer")  # every pool is open to them
    people = people.where(User.disabled_at.is_null(), able, ~fn.EXISTS(scopes.where(member)))
    return list(people.order_by(User.id))
