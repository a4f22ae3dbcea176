"""Roles (角色): which functions each has, as a matrix that administrators fill in; the five standing ones come with the company."""

import secrets

from peewee import JOIN

from domain import Refused, _, edits, events, flows, functions, transaction
from models import Allowance, Approval, Event, Pool, PoolScope, Role, User

STANDING = (  # key, name, English name
    (User.ADMINISTRATOR, "管理员", "Administrator"), (User.MANAGER, "经理", "Manager"), (User.SELLER, "销售", "Seller"),
    (User.FINANCE, "财务", "Finance"), (User.SERVICE, "服务", "Service"),
)


class Overtaken(Refused):
    """Somebody else settled a role since it was read: the sentence says what he changed."""


def found():
    """The five roles that a company starts with."""
    for position, (key, name, name_en) in enumerate(STANDING):
        Role.create(
            key=key, name=name, name_en=name_en, position=position, origin=key, functions=functions.of_standing(key),
            decided=functions.ALL,
        )


def learn():
    """What Haitu can do since the last start is given to the roles whose standing role has it; decisions of old stay."""
    with transaction():
        for role in Role.in_order():
            new = [function for function in functions.ALL if function not in role.decided]
            if new:
                usual = functions.of_standing(role.origin)
                settle(role, [*role.functions, *(function for function in new if function in usual)], by=None)


def settle(role, having, by):
    """Write down what a role may; whoever is logged in with it may so from his next request on."""
    having = [function for function in functions.ALL if function in having]
    before, after = events.changes(role, functions=having)
    Role.update(functions=having, decided=functions.ALL).where(Role.id == role.id).execute()
    if after:
        was, told = set(before["functions"]), set(having)
        events.record("role.edited", role, by, before, after, name=role.name, given=sorted(told - was), taken=sorted(was - told))


def decide(matrix, by, seen=None):
    """{Role: its functions}: what each role may from now on. The administrators' role loses nothing.

    Overtaken when one of them was settled after the event `seen`, the newest one when the roles were read.
    """
    with transaction():
        if seen is not None:
            ensure_as_seen(matrix, seen)
        for role, having in matrix.items():
            if role.key == User.ADMINISTRATOR:
                having = [*having, *functions.of_standing(role.key)]
            settle(role, having, by)


def ensure_as_seen(several, seen):
    here = Event.record_kind == Role.kind(), Event.record_id.in_([role.id for role in several]), Event.id > seen
    since = Event.select(Event, User).join(User, JOIN.LEFT_OUTER, on=Event.actor).where(*here, Event.verb == "role.edited")
    changes = [words for event in since.order_by(Event.id) for words in told(event)]
    if changes:
        raise Overtaken(_("Nothing was saved: %(changes)s. Your ticks are kept; save again if they are still right.", changes="; ".join(changes)))


def told(event):
    """What an administrator gave to a role, and what he took from it."""
    facts = {"name": event.actor.name if event.actor else _("Haitu"), "role": event.detail["name"]}
    if given := worded(event.detail["given"]):
        yield _("%(name)s gave %(role)s: %(functions)s", functions=given, **facts)
    if taken := worded(event.detail["taken"]):
        yield _("%(name)s took from %(role)s: %(functions)s", functions=taken, **facts)


def worded(several):
    return _(", ").join(_(functions.WORDS[function]) for function in several if function in functions.WORDS)


def add(name, like, by, name_en=""):
    """A new role that may what another one may, and as much a day."""
    with transaction():
        ensure_unused(name)
        last = Role.select(Role.position).order_by(Role.position.desc()).scalar()
        role = Role.create(
            key=f"role_{secrets.token_hex(4)}", name=name, name_en=name_en, position=last + 1, origin=like.origin,
            functions=like.functions, decided=like.decided,
        )
        limits = {limit: getattr(Allowance.of(like.key), limit) for limit in Allowance.LIMITS}
        Allowance.create(role=role.key, **limits)
        events.record("role.added", role, by, after={"name": name, "functions": role.functions}, like=like.name)
    return role


def edit(role, by, having, seen=None, **names):
    """What one role may, and what it is called: all of it, or nothing."""
    with transaction():
        rename(role, by, **names)
        decide({role: having}, by, seen)


def rename(role, by, name, name_en=""):
    with transaction():
        ensure_unused(name, except_for=role)
        edits.write(role, "role.renamed", by, name=name, name_en=name_en)


def ensure_unused(name, except_for=None):
    if Role.select().where(Role.name == name, Role.id != (except_for.id if except_for else 0)).exists():
        raise Refused(_("There is a role %(name)s already.", name=name), field="name")


def remove(role, by):
    """Only one that nobody has and that no approval asks. The five standing ones stay."""
    with transaction():
        ensure_removable(role)
        Allowance.delete().where(Allowance.role == role.key).execute()
        events.record("role.removed", role, by, before={"name": role.name, "functions": role.functions})
        role.delete_instance()


def ensure_removable(role):
    if role.is_standing:
        raise Refused(_("%(name)s is one of the roles that every company has. It stays.", name=role.name))
    if User.select().where(User.role == role.key).exists():
        raise Refused(_("Somebody still has the role %(name)s. Give them another one first.", name=role.name))
    node = flows.asking_role(role.key)
    if node:
        raise Refused(_("The approval step %(node)s asks %(name)s. Change the step first.", node=node.name, name=role.name))
    if Approval.select().where(Approval.role == role.key, Approval.status.in_((Approval.CURRENT, Approval.WAITING))).exists():
        raise Refused(_("A quote still waits for the word of %(name)s.", name=role.name))
    scope = PoolScope.select(PoolScope, Pool).join(Pool).where(PoolScope.role == role.key).first()
    if scope:
        raise Refused(_("The pool %(pool)s is open to %(name)s. Change the pool first.", pool=scope.pool.name, name=role.name))
