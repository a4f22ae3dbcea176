"""When and by whom the demo's story happens."""

import random
from datetime import timedelta

from domain import day_of, local, start_of_day
from models import User

SURNAMES = "张王李赵陈刘杨黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷侯龙史陶黎贺顾毛郝龚邵万覃武钱戚钟"
CALLED = ("经理", "工", "总", "主任", "先生", "女士", "厂长")


class Story:
    """The cast by login, and the clock: `ago(days, hour)` is a UTC time before the day of the story."""

    def __init__(self, founder, at):
        self.at, self.day = at, day_of(at)
        self.founder = founder
        self.random = random.Random(2026)
        self.people = {"admin": founder}
        self.customers, self.deals = {}, {}

    def __getitem__(self, login):
        if login not in self.people:
            self.people[login] = User.get(User.login == login)
        return self.people[login]

    @property
    def hour(self):
        """The company's clock now: 14.5 is half past two."""
        here = local(self.at)
        return here.hour + here.minute / 60

    def ago(self, days, hour=10.0):
        """`hour` of the company's clock, `days` before today; never later than now."""
        return min(self.to_come(-days, hour), self.at)

    def to_come(self, days, hour=10.0):
        return start_of_day(self.day + timedelta(days=days)) + timedelta(minutes=round(hour * 60))

    def phone(self):
        head = self.random.choice(("138", "139", "137", "135", "186", "159", "150", "181", "189", "133"))
        return f"{head}{self.random.randrange(10**8):08}"

    def contact(self):
        return self.random.choice(SURNAMES) + self.random.choice(CALLED)
