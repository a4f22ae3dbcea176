"""Approval flows in words: each node as a sentence, its conditions, its rules."""

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from domain import flow_conditions as conditions
from domain.flow_conditions import BETWEEN, IN, LOSES_MONEY, RATES, SETS
from domain.flows import Empty, Node, Who
from domain.money import format_money
from models import Department, User
from views.fields import fixed_choices
from views.formats import choice, in_language
from views.quote_sums import percent
from views.roles import role_name

FIELDS = {
    "effective_discount": _l("effective discount"), "margin": _l("margin rate"), "discount_rate": _l("order discount rate"),
    "amount": _l("amount"), LOSES_MONEY: _l("the whole or a line loses money"), "level": _l("customer level"), "category": _l("product category"),
    "department": _l("department"), "province": _l("province"), "changed": _l("worse than the approved version"),
}
OPS = {
    "above": _l("is above"), "at_least": _l("is at least"), "below": _l("is below"), "at_most": _l("is at most"), BETWEEN: _l("is from … to"),
    "in": _l("is one of"), "not_in": _l("is none of"),
}
CHANGES = {
    "price": _l("price"), "quantity": _l("quantity"), "discount": _l("discount"), "terms": _l("terms"), "valid_until": _l("validity"),
    "lines": _l("lines"), "margin": _l("margin"), "tax": _l("tax"),
}
WHO = {
    Who.SUPERIOR: _l("The submitter's superior"), Who.SUPERIORS: _l("Several levels of superiors"),
    Who.HEAD: _l("The head of the submitter's department"), Who.HEADS: _l("The heads of several departments upwards"),
    Who.ROLE: _l("Everybody of a role"), Who.PERSON: _l("Named people"),
}
MODES = {Node.ANY: _l("Any one decides"), Node.ALL: _l("All must approve"), Node.IN_TURN: _l("One after the other")}
EMPTY = {
    Empty.ADMINISTRATORS: _l("the administrators are asked"), Empty.PASS: _l("the step is passed"), Empty.PERSON: _l("somebody else decides"),
}
OWN = {"superior": _l("their superior is asked"), "skip": _l("they are left out")}
REPEAT = {
    "each": _l("is asked each time"), "consecutive": _l("is not asked twice in a row"), "once": _l("is asked once only"),
}
GONE = {"superior": _l("their superior is asked"), "administrators": _l("the administrators are asked")}
COMMENT = {"on_reject": _l("A reason is needed to reject"), "optional": _l("A comment is welcome"), "always": _l("A comment is always needed")}
REMIND = {"approver": _l("Whoever is asked"), "superior": _l("Their superior")}
WITHDRAW = {
    "any_time": _l("until the last approval"), "before_first": _l("until the first approval"),
}


def pairs(words):
    """The choices of a field from {value: words}."""
    return fixed_choices(words.items())


class Names:
    """What people and departments of some definitions are called, read once."""

    def __init__(self, *definitions):
        nodes = [node for definition in definitions for node in definition.nodes]
        people = {id for node in nodes for id in (*node.people, *node.copy_to.users)}
        asked = [each for node in nodes for group in node.when for each in group if each.field == "department"]
        departments = {id for each in asked for id in each.value}
        self.people = {row.id: row for row in User.select().where(User.id.in_(people))} if people else {}
        found = Department.select().where(Department.id.in_(departments)) if departments else ()
        self.departments = {row.id: row.name for row in found}

    def of_people(self, ids):
        return listed(self.person(id) for id in ids)

    def person(self, id):
        found = self.people.get(id)
        if found is None:
            return _("somebody who is gone")
        return found.name if found.active else _("%(name)s (left)", name=found.name)

    def value(self, field, value):
        if field == "department":
            return self.departments.get(value, _("a department that is gone"))
        if field == "changed":
            return str(CHANGES.get(value, value))
        return str(choice(value, "level")) if field == "level" else value


def listed(words):
    return _(", ").join(words)


def condition_words(condition, names):
    """实际折扣 大于 10%"""
    label = FIELDS[condition.field]
    if condition.field == LOSES_MONEY:
        return str(label)
    if condition.field == "changed":
        return _("worse than the approved version in %(what)s", what=listed(names.value("changed", each) for each in condition.value))
    if condition.field in SETS:
        values = listed(names.value(condition.field, each) for each in condition.value)
        if condition.op == IN:
            return _("%(field)s is %(values)s", field=label, values=values)
        return _("%(field)s is not %(values)s", field=label, values=values)
    if condition.op == BETWEEN:
        low, high = (number_words(condition.field, number) for number in condition.value)
        return _("%(field)s is from %(low)s to %(high)s", field=label, low=low, high=high)
    return _("%(field)s %(compared)s %(value)s", field=label, compared=OPS[condition.op], value=number_words(condition.field, condition.value))


def number_words(field, number):
    return percent(number) if field in RATES else f"¥{format_money(number)}"


def when_words(when, names):
    groups = [_(" and ").join(condition_words(each, names) for each in group) for group in when]
    if len(groups) > 1:
        groups = [_("(%(words)s)", words=words) if len(group) > 1 else words for words, group in zip(groups, when, strict=True)]
    return _(" or ").join(groups)


def who_words(node, names):
    """由 财务 任意一人审批"""
    who = node.who
    if who.kind == Who.SUPERIOR:
        return _("the submitter's superior approves")
    if who.kind == Who.HEAD:
        return _("the head of the submitter's department approves")
    if who.kind == Who.SUPERIORS:
        return upwards(ngettext("%(num)s level of superiors", "%(num)s levels of superiors", who.levels), who)
    if who.kind == Who.HEADS:
        return upwards(ngettext("the heads of %(num)s department upwards", "the heads of %(num)s departments upwards", who.levels), who)
    people = role_name(who.role) if who.kind == Who.ROLE else names.of_people(who.users)
    if who.kind == Who.PERSON and len(who.users) == 1:
        return _("%(who)s approves", who=people)
    return {
        Node.ANY: _("anyone of %(who)s approves", who=people), Node.ALL: _("all of %(who)s approve", who=people),
        Node.IN_TURN: _("%(who)s approve one after the other", who=people),
    }[node.mode]


def upwards(levels, who):
    if who.top_down:
        return _("%(levels)s approve, from the top down", levels=levels)
    return _("%(levels)s approve, from the nearest up", levels=levels)


def sentence(node, names):
    """当 实际折扣 大于 10% 或 毛利率 小于 30% 时，由 财务 任意一人审批"""
    if not node.when:
        return _("Every time, %(who)s.", who=who_words(node, names))
    return _("When %(conditions)s, %(who)s.", conditions=when_words(node.when, names), who=who_words(node, names))


def rules_words(node, names):
    """What else holds at a node, where it is not what one would expect."""
    found = []
    if node.empty.then == Empty.PERSON:
        found.append(_("Nobody found: %(name)s decides", name=names.person(node.empty.user)))
    elif node.empty.then == Empty.PASS:
        found.append(_("Nobody found: passed"))
    if node.own == "skip":
        found.append(_("The submitter is left out"))
    if node.repeat != "each":
        found.append(_("The same person %(rule)s", rule=REPEAT[node.repeat]))
    if node.gone == "administrators":
        found.append(_("For whoever left the administrators are asked"))
    if node.comment != "on_reject":
        found.append(str(COMMENT[node.comment]))
    if node.timeout_hours:
        told = listed(str(REMIND[each]) for each in node.remind)
        found.append(_("Reminded after %(hours)s working hours: %(who)s", hours=node.timeout_hours, who=told))
    copied = [*(names.person(id) for id in node.copy_to.users), *(str(role_name(key)) for key in node.copy_to.roles)]
    if copied:
        found.append(_("Copy to %(who)s", who=listed(copied)))
    if node.batch:
        found.append(_("May be approved in a batch"))
    return " · ".join(found)


def node_name(definitions, key):
    """What a node is called in the first of some definitions that has it."""
    node = next((found for found in (each.node(key) for each in definitions) if found), None)
    return in_language(node) if node else key


def field_choices(fields):
    """[(field, words)] for the list from which a condition is added; cost is in the words only of those who may see it."""
    return [(field, FIELDS[field]) for field in fields if field not in conditions.FROM_COST or g.user.may("quote.cost")]
