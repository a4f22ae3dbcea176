"""What is wrong with a definition of an approval flow, each complaint beside the field that it is about."""

from domain import _
from domain.flow_conditions import BETWEEN, LOSES_MONEY, OPS, RATES, SETS
from domain.pricing import BASIS_POINTS
from models import Role, User

MOST_NODES, MOST_GROUPS, MOST_CONDITIONS, MOST_PEOPLE, MOST_LEVELS = 20, 10, 10, 20, 10
LONGEST_NAME, LONGEST_TIMEOUT = 30, 720  # characters; working hours
LARGEST_AMOUNT = 10**13  # 分


def complaints(definition, fields):
    """{path: sentence}; a path leads to a field: ("nodes",), (node key, "name"), (node key, "when", group, place) …"""
    found = {}
    if not definition.nodes:
        found["nodes",] = _("A flow has one step at least.")
    if len(definition.nodes) > MOST_NODES:
        found["nodes",] = _("A flow has %(most)s steps at the most.", most=MOST_NODES)
    names = [node.name for node in definition.nodes]
    for node in definition.nodes:
        theirs = of_node(node, fields)
        if names.count(node.name) > 1:
            theirs["name",] = _("Another step is called so already.")
        found |= {(node.key, *path): sentence for path, sentence in theirs.items()}
    return found | strangers(definition)


def of_node(node, fields):
    """{path below the node: sentence} of what can be seen without a database."""
    found = {}
    if not node.name.strip():
        found["name",] = _("Give the step a name.")
    for name in ("name", "name_en"):
        if len(getattr(node, name)) > LONGEST_NAME:
            found[name,] = _("%(max)d characters at the most.", max=LONGEST_NAME)
    found |= of_who(node.who)
    if node.empty.then == node.empty.PERSON and not node.empty.user:
        found["empty",] = _("Say who decides instead.")
    if node.timeout_hours is not None and not 1 <= node.timeout_hours <= LONGEST_TIMEOUT:
        found["timeout_hours",] = _("From 1 to %(most)s working hours.", most=LONGEST_TIMEOUT)
    if node.timeout_hours is None and node.remind:
        found["timeout_hours",] = _("Say after how many working hours to remind.")
    if node.timeout_hours is not None and not node.remind:
        found["remind",] = _("Say whom to remind.")
    return found | of_conditions(node.when, fields)


def of_who(who):
    if who.kind == who.PERSON and not who.users:
        return {("users",): _("Name at least one person.")}
    if who.kind == who.PERSON and len(who.users) > MOST_PEOPLE:
        return {("users",): _("%(most)s people at the most.", most=MOST_PEOPLE)}
    if who.kind == who.ROLE and not who.role:
        return {("role",): _("Choose a role.")}
    if who.kind in (who.SUPERIORS, who.HEADS) and not 1 <= who.levels <= MOST_LEVELS:
        return {("levels",): _("From 1 to %(most)s levels.", most=MOST_LEVELS)}
    return {}


def of_conditions(when, fields):
    if len(when) > MOST_GROUPS or any(len(group) > MOST_CONDITIONS for group in when):
        return {("when",): _("%(groups)s groups of %(most)s conditions at the most.", groups=MOST_GROUPS, most=MOST_CONDITIONS)}
    if not all(when):
        return {("when",): _("A group needs a condition.")}
    found = {}
    for number, group in enumerate(when):
        for place, condition in enumerate(group):
            complaint = of_condition(condition, fields)
            if complaint:
                found["when", number, place] = complaint
    return found


def of_condition(condition, fields):
    if condition.field not in fields or condition.op not in OPS[condition.field]:
        return _("Such a condition does not exist.")
    if condition.field == LOSES_MONEY:
        return None
    if condition.field in SETS:
        return None if condition.value else _("Choose at least one.")
    return of_numbers(condition)


def of_numbers(condition):
    numbers = condition.value if condition.op == BETWEEN else (condition.value,)
    if any(number is None for number in numbers):
        return _("Write both numbers.") if condition.op == BETWEEN else _("Write a number.")
    if condition.field in RATES and not all(0 <= number <= BASIS_POINTS for number in numbers):
        return _("A percentage from 0 to 100.")
    if condition.field not in RATES and not all(0 <= number <= LARGEST_AMOUNT for number in numbers):
        return _("This number is too large.")
    if condition.op == BETWEEN and numbers[0] > numbers[1]:
        return _("The first number is not more than the second.")
    return None


def strangers(definition):
    """People and roles that do not exist (any more)."""
    people = {user for node in definition.nodes for user in (*node.people, *node.copy_to.users)}
    known = {user.id for user in User.select(User.id).where(User.id.in_(people))}
    roles = {role.key for role in Role.select(Role.key)}
    found = {}
    for node in definition.nodes:
        if {*node.people, *node.copy_to.users} - known:
            found[node.key, "users"] = _("Somebody named here does not exist.")
        if set(node.roles) - roles - {""}:
            found[node.key, "role"] = _("This role does not exist.")
    return found
