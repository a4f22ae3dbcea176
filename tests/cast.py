"""The fixed cast: who plays in every test. Engaged once by the verbs themselves, then copied. Their quotes pass every step."""

from dataclasses import replace
from types import SimpleNamespace

from domain import accounts, organisation, roles
from models import Department, Role, User
from tests import routes

PASSWORD = "seven green maps"

DEPARTMENTS = ("华东", "华南", "服务", "财务")
PEOPLE = {  # login: (name, role, data scope, department, heads it)
    "manager": ("钱经理", User.MANAGER, "below", "华东", True),
    "seller": ("孙一", User.SELLER, "self", "华东", False),
    "rival": ("李二", User.SELLER, "self", "华东", False),
    "outsider": ("周三", User.SELLER, "self", "华南", False),
    "finance": ("吴财务", User.FINANCE, "all", "财务", False),
    "service": ("郑服务", User.SERVICE, "self", "服务", False),
    "disabled": ("王离职", User.SELLER, "self", "华东", False),
}


def build():
    admin = organisation.found("赵行政", "admin", PASSWORD, "海图测试有限公司", "海图测试")
    routes.lead_through(*(replace(node, when=()) for node in organisation.QUOTE_FLOW.nodes))
    for name in DEPARTMENTS:
        organisation.add_department(name, admin.department, by=admin)
    for login, (name, role, scope, department, heads) in PEOPLE.items():
        accounts.create_user(
            admin, PASSWORD, login=login, name=name, role=role, data_scope=scope, heads_department=heads,
            department=Department.get(Department.name == department),
        )
    accounts.disable(User.get(User.login == "disabled"), by=admin)


def take(function, role, by):
    """A role without one of its functions."""
    held = Role.get(Role.key == role)
    roles.decide({held: [each for each in held.functions if each != function]}, by=by)


def load():
    """The cast as fresh records: cast.admin, cast.manager, cast.seller, cast.rival, cast.outsider …"""
    return SimpleNamespace(**{user.login: user for user in User.select().order_by(User.id)})
