"""The company of the benchmark: fifty people in three regions, four pools, and who does how much of the work."""

from itertools import accumulate

from benchmarks.names import REGIONS, Draw
from domain import accounts, organisation, pools
from models import Company, Department, Pool, User

PASSWORD = "haitu-bench-2026"  # noqa: S105 of a database that is thrown away
SELLERS = {"华东": 20, "华南": 12, "西部": 8}
OTHERS = {User.FINANCE: 3, User.SERVICE: 3}
BUSY = 5  # sellers whose hands are full
FULL, USUAL = 100, 28  # open leads each


def furnish():
    founder = organisation.found("周海", "admin", PASSWORD, "上海远帆自动化技术有限公司", "远帆自动化", pool_names=("无主线索", "客户公海"))
    Company.update(daily_claim_limit=10_000_000, claim_capacity=10_000_000).execute()  # limits are not what is measured
    draw, root = Draw(seed=7), founder.department
    people = Hiring(founder, draw)
    for region, number in SELLERS.items():
        department = organisation.add_department(f"{region}大区", root, by=founder)
        people.hire(f"manager{department.id}", department, User.MANAGER, "below", heads_department=True)
        for _place in range(number):
            people.hire(f"seller{len(people.hired)}", department, User.SELLER, "self")
    for role, number in OTHERS.items():
        for place in range(number):
            people.hire(f"{role}{place + 1}", root, role, "all")
    dig_pools(founder)


class Hiring:
    def __init__(self, founder, draw):
        self.founder, self.draw, self.hired = founder, draw, []

    def hire(self, login, department, role, scope, **columns):
        self.hired.append(login)
        return accounts.create_user(
            by=self.founder, password=PASSWORD, login=login, name=self.draw.person(), department=department, role=role,
            data_scope=scope, **columns,
        )


def dig_pools(founder):
    for position, name in enumerate(REGIONS):
        scope = list(Department.select().where(Department.name == f"{name}大区"))
        pool = pools.save(Pool.get_or_none(Pool.name == name), by=founder, name=name, departments=scope)
        Pool.update(position=position).where(Pool.id == pool.id).execute()


class Cast:
    """Ids of the people, and the seller of a piece of work: the first one has more of everything."""

    def __init__(self):
        by_role = {role: [user.id for user in User.select().where(User.role == role).order_by(User.id)] for role in User.ROLES}
        self.admin, self.manager = by_role[User.ADMINISTRATOR][0], by_role[User.MANAGER][0]
        self.sellers, self.service, self.finance = by_role[User.SELLER], by_role[User.SERVICE], by_role[User.FINANCE]
        self.shares = list(accumulate([2, *[1] * (len(self.sellers) - 1)]))
        self.pools = {pool.name: pool.id for pool in Pool.select()}

    def seller(self, draw):
        return draw.random.choices(self.sellers, cum_weights=self.shares)[0]

    @property
    def open_leads(self):
        """Owners of the leads that are worked on, one entry each."""
        busy, others = self.sellers[:BUSY], self.sellers[BUSY:]
        return [id for id in busy for _ in range(FULL)] + [id for id in others for _ in range(USUAL)]
