"""The fixed cast: who plays in every test. Built once by the verbs, then copied."""

from datetime import datetime
from types import SimpleNamespace

from domain import accounts
from models import Company, Department, User

PASSWORD = "seven green maps"
HIRED = datetime(2026, 1, 5, 1, 0)

DEPARTMENTS = {  # name: (parent, heads come from the people below)
    "Haitu": None,
    "East": "Haitu",
    "South": "Haitu",
    "Service": "Haitu",
    "Finance": "Haitu",
}
PEOPLE = {  # login: (name, role, data scope, department, heads it)
    "admin": ("赵行政", User.ADMINISTRATOR, "all", "Haitu", False),
    "manager": ("钱经理", User.MANAGER, "below", "East", True),
    "seller": ("孙一", User.SELLER, "self", "East", False),
    "rival": ("李二", User.SELLER, "self", "East", False),
    "outsider": ("周三", User.SELLER, "self", "South", False),
    "finance": ("吴财务", User.FINANCE, "all", "Finance", False),
    "service": ("郑服务", User.SERVICE, "self", "Service", False),
    "disabled": ("王离职", User.SELLER, "self", "East", False),
}


def build():
    Company.create(id=1, name="海图测试有限公司", short_name="海图测试", created_at=HIRED)
    departments = build_departments()
    password_hash = accounts.hasher.hash(PASSWORD)  # once: argon2 is slow on purpose
    for login, (name, role, scope, department, heads) in PEOPLE.items():
        User.create(
            login=login, name=name, role=role, data_scope=scope, department=departments[department],
            heads_department=heads, password_hash=password_hash, created_at=HIRED,
        )
    accounts.disable(User.get(User.login == "disabled"), by=User.get(User.login == "admin"), at=HIRED)


def build_departments():
    made = {}
    for name, parent in DEPARTMENTS.items():
        made[name] = Department.create(name=name, parent=made.get(parent), path="")
        above = made[parent].path if parent else "/"
        made[name].path = f"{above}{made[name].id}/"
        made[name].save()
    return made


def load():
    """The cast as fresh records: cast.seller, cast.rival, cast.manager …"""
    return SimpleNamespace(**{user.login: user for user in User.select().where(User.login.in_(list(PEOPLE)))})
