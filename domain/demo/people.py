"""The demo's company, departments, colleagues and pools."""

from dataclasses import asdict, replace

from domain import accounts, flows, organisation, pools
from domain.flow_conditions import Condition
from domain.flows import CopyTo, Definition, Node, Who
from models import Company, Department, Flow, FlowVersion, Pool, User

PASSWORD = "haitu-demo"  # noqa: S105 — shown on the login page of a demo, nowhere else

DEPARTMENTS = {  # name: the one above
    "华东大区": "远帆自动化", "华东销售一部": "华东大区", "华东销售二部": "华东大区",
    "华南大区": "远帆自动化", "华南销售部": "华南大区", "西部大区": "远帆自动化",
    "客户服务部": "远帆自动化", "财务部": "远帆自动化",
}
PEOPLE = (  # login, name, department, role, data scope, heads it, title, phone
    ("manager", "赵敏", "华东大区", User.MANAGER, "below", True, "经理", "13916881001"),
    ("seller1", "李雷", "华东销售一部", User.SELLER, "self", False, "销售工程师", "13916882046"),
    ("seller2", "王芳", "华东销售一部", User.SELLER, "self", False, "销售工程师", "13916882047"),
    ("chenchen", "陈晨", "华东销售二部", User.SELLER, "self", False, "销售工程师", "13916882048"),
    ("xunuo", "许诺", "华东销售二部", User.SELLER, "self", False, "销售工程师", "13916882049"),
    ("zhenghang", "郑航", "华东销售二部", User.SELLER, "self", False, "销售工程师", "13916882050"),
    ("liuyang", "刘洋", "华东销售二部", User.SELLER, "self", False, "销售工程师", "13916882051"),
    ("outsider", "黄珊", "华南销售部", User.SELLER, "self", False, "销售工程师", "13926881101"),
    ("southhead", "林涛", "华南大区", User.MANAGER, "below", True, "经理", "13926881100"),
    ("finance", "孙会", "财务部", User.FINANCE, "all", True, "财务主管", "13916881201"),
    ("service", "周凯", "客户服务部", User.SERVICE, "all", True, "服务主管", "13916881301"),
    ("hechuan", "何川", "客户服务部", User.SERVICE, "all", False, "服务工程师", "13916881302"),
)
POOLS = {"华东": "华东大区", "华南": "华南大区", "西部": "西部大区", "无主线索": None}
VERY_LARGE_OR_WORSE = (
    (Condition("amount", "above", 1_000_000_00),), (Condition("changed", "in", ("price", "discount")),),
)
TERMS = (
    "付款：预付 30%，发货前付 60%，验收后 30 天内付 10%。\n"
    "交货：收到预付款后 30 天内，供方承担到客户所在地的运费。\n"
    "质保：自验收之日起 18 个月；安全光幕含一次现场安装与调试。\n"
    "本报价单双方盖章后视为订货合同，扫描件与原件同等有效。"
)


def engage(story):
    furnish_company(story.founder)
    hire(story.founder)
    dig_pools(story.founder)
    name_approvers(story)


def furnish_company(founder):
    organisation.edit_company(
        Company.current(), by=founder, address="上海市闵行区紫星路 588 号 2 幢 6 层", phone="021-5432 8800",
        website="www.yuanfan.example", tax_id="91310112MA1GB5R42T", quote_terms=TERMS, is_demo=True,
    )


def hire(founder):
    departments = {founder.department.name: founder.department, "远帆自动化": founder.department}
    for name, above in DEPARTMENTS.items():
        departments[name] = organisation.add_department(name, departments[above], by=founder)
    for login, name, department, role, scope, heads, title, phone in PEOPLE:
        accounts.create_user(
            by=founder, password=PASSWORD, login=login, name=name, department=departments[department], role=role,
            data_scope=scope, heads_department=heads, title=title, phone=phone, email=f"{login}@yuanfan.example",
        )


def dig_pools(founder):
    for position, (name, department) in enumerate(POOLS.items()):
        members = Department.select().where(Department.name == department) if department else ()
        pool = pools.save(Pool.get_or_none(Pool.name == name), by=founder, name=name, departments=members)
        Pool.update(position=position).where(Pool.id == pool.id).execute()


def name_approvers(story):
    """方案设计 by the head of engineering, 报价修正 by finance, 商务审批 by the seller's manager; 总经理特批 of what is very large, or worse
    than the version that was approved."""
    flow = Flow.get(Flow.what == "quote")
    design, revision, commercial = (replace(node, when=()) for node in organisation.QUOTE_FLOW.nodes)
    definition = Definition((
        replace(design, who=Who(Who.PERSON, users=(story.founder.id,)), batch=True),
        replace(revision, copy_to=CopyTo(users=(story["manager"].id,)), batch=True),
        replace(commercial, who=Who(Who.SUPERIOR), timeout_hours=8, remind=("approver", "superior"), batch=True),
        Node("n4", "总经理特批", Who(Who.PERSON, users=(story.founder.id,)), "General manager", when=VERY_LARGE_OR_WORSE),
    ))
    FlowVersion.update(definition=asdict(definition)).where(FlowVersion.flow == flow, FlowVersion.is_running).execute()
    flows.keep_approvers(flow, definition)
