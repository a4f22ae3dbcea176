"""The company, its departments and its people: founded once, reshaped at any time (P13, P14)."""

from peewee import IntegrityError, Value, fn

from domain import Refused, _, accounts, document_templates, events, flows, roles, time_zone, transaction
from domain.flow_conditions import Condition
from models import Choice, Company, Department, DepartmentMember, Pool, PoolScope, Stage, User

# (name, English name, win rate %, days a deal usually stays)
STAGES = (
    ("线索收集", "Lead collection", 10, 14),
    ("首次沟通", "First contact", 20, 10),
    ("需求分析", "Needs analysis", 40, 14),
    ("方案报价", "Proposal", 60, 14),
    ("商务谈判", "Negotiation", 80, 10),
    ("成交/回款", "Won and paid", 100, 30),
)
QUOTE_FLOW = flows.Definition((
    flows.Node("n1", "方案设计", flows.Who(flows.Who.SUPERIOR), "Solution design"),
    flows.Node(
        "n2", "报价修正", flows.Who(flows.Who.ROLE, role=User.FINANCE), "Quote revision", when=(
            (Condition("effective_discount", "above", 10_00),), (Condition("margin", "below", 30_00),),
            (Condition("loses_money", "is", True),),
        ),
    ),
    flows.Node(
        "n3", "商务审批", flows.Who(flows.Who.ROLE, role=User.MANAGER), "Commercial approval", when=(
            (Condition("amount", "above", 500_000_00),),
            (Condition("level", "in", ("key",)), Condition("effective_discount", "above", 5_00)),
            (Condition("effective_discount", "above", 20_00),), (Condition("loses_money", "is", True),),
        ),
    ),
))
WORDS = {
    "source": (
        ("exhibition", "展会", "Trade fair"), ("website", "官网", "Website"), ("phone", "电话", "Phone"),
        ("referral", "转介绍", "Referral"), ("campaign", "市场活动", "Campaign"), ("flyer", "传单", "Flyer"),
        ("import", "导入", "Import"),
    ),
    "drop_reason": (
        ("unreachable", "联系不上", "Unreachable"), ("no_budget", "预算取消", "Budget cut"),
        ("no_need", "没有需求", "No need"), ("given_back", "主动退回", "Given back"),
        ("handover", "离职交接", "Owner left"), ("unassigned", "无人负责", "Never assigned"),
        ("quiet", "15 天未跟进", "Quiet for 15 days"),
    ),
    "lost_reason": (
        ("competitor", "客户选择竞争对手", "Chose a competitor"), ("budget", "预算限制", "Budget"),
        ("need_gone", "需求取消", "Need went away"), ("price", "价格太高", "Price"),
        ("timing", "交期不合适", "Delivery time"), ("other", "其他", "Other"),
    ),
    "industry": (
        ("machinery", "机械设备", "Machinery"), ("electronics", "电子", "Electronics"),
        ("energy", "新能源", "New energy"), ("materials", "新材料", "New materials"),
        ("logistics", "物流", "Logistics"), ("chemicals", "化工", "Chemicals"), ("food", "食品", "Food"),
        ("other", "其他", "Other"),
    ),
    "level": (("key", "重点客户", "Key account"), ("standard", "普通客户", "Standard"), ("trial", "试用客户", "Trial")),
}


def found(by_name, login, password, company_name, short_name="", language="zh", pool_names=("公海", "客户公海")):
    """The first act: company, first administrator, and the words, stages and approval steps one can start with.

    Of two who try at the same moment one wins; the other is Refused. Returns the administrator.
    """
    try:
        with transaction():
            company = Company.create(id=1, name=company_name, short_name=short_name or company_name[:6])
            root = add_department(company.short_name, None, by=None)
            fill_dictionaries()
            roles.found()
            document_templates.found()
            for position, (what, name) in enumerate(zip(Pool.WHAT, pool_names)):
                Pool.create(name=name, what=what, position=position)
            founder = accounts.create_user(
                by=None, password=password, name=by_name, login=login, role=User.ADMINISTRATOR, data_scope="all",
                department=root, language=language,
            )
            events.record("company.founded", company, by=founder)
    except IntegrityError as error:
        raise Refused(_("This company has been set up already.")) from error
    time_zone.cache_clear()
    return founder


def fill_dictionaries():
    for field, words in WORDS.items():
        for position, (value, label, label_en) in enumerate(words):
            Choice.create(field=field, value=value, label=label, label_en=label_en, position=position)
    for position, (name, name_en, win_rate, days) in enumerate(STAGES):
        Stage.create(
            name=name, name_en=name_en, position=position, win_rate=win_rate, norm_days=days, is_won=win_rate == 100
        )
    flows.found("quote", "报价审批", "Quote approval", QUOTE_FLOW)


def edit_company(company, by, **columns):
    before, after = events.changes(company, **columns)
    if not after:
        return
    audited = {name: value for name, value in after.items() if name != "logo"}
    with transaction():
        Company.update(**after).where(Company.id == company.id).execute()
        events.record("company.edited", company, by=by, before={name: before[name] for name in audited}, after=audited)
    time_zone.cache_clear()


# ---- departments -----------------------------------------------------------------------------------------------------


def add_department(name, parent, by):
    with transaction():
        department = Department.create(name=name, parent=parent, path="")
        department.path = f"{parent.path if parent else '/'}{department.id}/"
        department.save(only=["path"])
        if by:
            events.record("department.added", department, by=by, after={"name": name})
    return department


def rename_department(department, name, by):
    with transaction():
        Department.update(name=name).where(Department.id == department.id).execute()
        events.record("department.renamed", department, by=by, before={"name": department.name}, after={"name": name})


def move_department(department, parent, by):
    """Hang a department, with all below it, under another one. Never under itself, and the company stays on top."""
    with transaction():
        department, parent = Department.get_by_id(department.id), Department.get_by_id(parent.id)
        if department.parent_id is None or parent.path.startswith(department.path):
            raise Refused(_("%(name)s cannot be moved below itself.", name=department.name))
        old, new = department.path, f"{parent.path}{department.id}/"
        Department.update(parent=parent).where(Department.id == department.id).execute()
        moved = Value(new).concat(fn.SUBSTR(Department.path, len(old) + 1))
        Department.update(path=moved).where(Department.path.startswith(old)).execute()
        events.record("department.moved", department, by=by, before={"path": old}, after={"path": new})


def place(user, departments, by):
    """The departments in which somebody works besides his own (兼任); his own needs no second place."""
    wanted = {department.id for department in departments} - {user.department_id}
    with transaction():
        here = DepartmentMember.select().where(DepartmentMember.user == user.id)
        was = {row.department_id for row in here}
        if wanted == was:
            return
        DepartmentMember.delete().where(DepartmentMember.user == user.id, DepartmentMember.department.not_in(wanted)).execute()
        for id in sorted(wanted - was):
            DepartmentMember.create(user=user, department=id)
        events.record("user.placed", user, by, {"departments": sorted(was)}, {"departments": sorted(wanted)})


def remove_department(department, by):
    """Only an empty one: never a silent success, and never a pool that opens to everybody because of it."""
    with transaction():
        if department.parent_id is None:
            raise Refused(_("The company itself stays."))
        if User.select().where(DepartmentMember.work_in([department.id])).exists():
            raise Refused(_("%(name)s still has people. Move them first.", name=department.name))
        if Department.select().where(Department.parent == department).exists():
            raise Refused(_("%(name)s still has departments below it. Move them first.", name=department.name))
        scope = PoolScope.select(PoolScope, Pool).join(Pool).where(PoolScope.department == department).first()
        if scope:
            raise Refused(_("The pool %(pool)s is open to %(name)s. Change the pool first.", pool=scope.pool.name, name=department.name))
        events.record("department.removed", department, by=by, before={"name": department.name})
        department.delete_instance()
