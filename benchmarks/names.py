"""What Chinese companies, their people and their telephone numbers are called, drawn from one seeded source, skewed as life is."""

from itertools import accumulate
from random import Random


def words(text):
    return text.split()


REGIONS = {  # pool: (share of the leads, cities from the busiest to the quietest)
    "华东": (60, words("上海 苏州 杭州 无锡 南京 宁波 合肥 常州 嘉兴 温州 南通 绍兴 扬州 盐城 芜湖 台州")),
    "华南": (20, words("深圳 广州 东莞 佛山 厦门 惠州 中山 泉州 珠海")),
    "西部": (12, words("成都 重庆 西安 昆明 贵阳 绵阳 宝鸡")),
    "无主线索": (8, words("武汉 郑州 青岛 济南 长沙 大连 烟台")),
}
SOURCES = (("exhibition", 40), ("website", 25), ("phone", 15), ("referral", 10), ("campaign", 7), ("import", 2), ("flyer", 1))
TRADES = words(
    "精密机械 电子科技 自动化设备 新能源材料 金属制品 智能装备 食品包装 液压设备 化工装备 环保科技 模具 光电技术 "
    "压铸 纺织机械 冷链物流 仪器仪表 医疗器械 轴承 激光装备 半导体材料"
)
FORMS = ("有限公司", "有限公司", "有限公司", "科技有限公司", "制造有限公司", "股份有限公司", "集团有限公司")
FIRST = "恒华宏鼎瑞天东中金海德盛联创新永嘉泰博信正科百力精飞立安和云大万汇凯奥启远众易群航丰润晶亿同富美佳诚"
SECOND = "锐达力源盛阳通宇丰泰隆川元鑫威成利诺邦康博昌亚腾辉捷恒易特美宝益顺兴铭科海华安杰凌晟硕图朗卓越信"
SURNAMES = "张王李赵陈刘杨黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英国栋建华文志海波雪梅晓红宇航欣怡"
CALLED = ("经理", "工", "总", "主任", "先生", "女士", "厂长")
HEADS = ("138", "139", "137", "135", "186", "159", "150", "181", "189", "133")
NOTES = (
    "样品已寄，客户说等年后再测", "问过液位计防爆等级", "要 32 路温度巡检方案，已发资料", "连续 4 次未接", "在比较 LD-200 与进口型号",
    "单价要求低于 60，做不了", "今年预算冻结，明年 3 月再联系", "要免费样品 5 只", "等防爆证书更新", "归集团统一采购",
)


def zipf(words):
    """(words, cumulative weights): the n-th is drawn n times as rarely as the first."""
    return words, list(accumulate(1 / place for place in range(1, len(words) + 1)))


class Draw:
    """One random source and what is drawn from it."""

    def __init__(self, seed=2026):
        self.random = Random(seed)
        self.cities = {pool: zipf(cities) for pool, (share, cities) in REGIONS.items()}
        self.brands = [zipf(FIRST), zipf(SECOND)]
        self.trades = zipf(TRADES)
        self.sources = [word for word, _ in SOURCES], list(accumulate(share for _, share in SOURCES))
        self.pools = list(REGIONS), list(accumulate(share for share, _ in REGIONS.values()))

    def one(self, words_and_weights):
        words, weights = words_and_weights
        return self.random.choices(words, cum_weights=weights)[0]

    def pool(self):
        return self.one(self.pools)

    def city(self, pool):
        return self.one(self.cities[pool])

    def company(self, city):
        brand = "".join(map(self.one, self.brands))
        return f"{city}{brand}{self.one(self.trades)}{self.random.choice(FORMS)}"

    def source(self):
        return self.one(self.sources)

    def contact(self):
        return self.random.choice(SURNAMES) + self.random.choice(CALLED)

    def person(self):
        return self.random.choice(SURNAMES) + "".join(self.random.choices(GIVEN, k=2))

    def phone(self):
        return f"{self.random.choice(HEADS)}{self.random.randrange(10**8):08}"

    def note(self):
        return self.random.choice(NOTES)

    def tail(self, mean):
        """A count from 0, mostly small, rarely large: what is left of an exponential after rounding down."""
        return int(self.random.expovariate(1 / mean))
