"""The demo's leads: those that lie in the pools, and those that people work on."""

from domain import follow_ups, leads, members, pool
from models import Pool

CITIES = {
    "华东": (("江苏", ("苏州", "无锡", "常州", "南京", "扬州", "镇江", "南通", "盐城", "徐州", "昆山")),
             ("浙江", ("杭州", "宁波", "嘉兴", "绍兴", "金华", "台州", "温州", "舟山")), ("安徽", ("合肥", "芜湖"))),
    "华南": (("广东", ("深圳", "东莞", "佛山", "中山", "珠海", "惠州")), ("福建", ("厦门", "泉州"))),
    "西部": (("四川", ("成都", "绵阳")), ("重庆", ("重庆",)), ("陕西", ("西安", "宝鸡"))),
    "无主线索": (("山东", ("青岛", "济南")), ("湖北", ("武汉",)), ("河南", ("郑州",))),
}
HEADS = ["恒锐", "联创", "鼎盛", "华阳", "天衡", "宏力", "晶瑞", "东港", "海润", "德邦", "精工", "瑞安", "立群", "大丰", "云龙", "新兴", "中科", "航叶", "美家", "广陵", "丰泽", "启元", "博远", "科林", "泰和", "众联", "百川", "易达", "正阳", "华澜"]
TRADES = (
    ("精密机械制造", "machinery"), ("液压成套设备", "machinery"), ("光伏玻璃", "energy"), ("电子科技", "electronics"),
    ("新能源材料", "energy"), ("金属制品", "materials"), ("食品包装", "food"), ("冷链物流设备", "logistics"),
    ("化工装备", "chemicals"), ("智能装备", "machinery"), ("压铸", "machinery"), ("纺织机械", "machinery"),
)
SOURCES = ("exhibition", "exhibition", "exhibition", "website", "website", "phone", "referral", "campaign")
REASONS = ("quiet", "quiet", "quiet", "unreachable", "given_back", "no_budget", "unassigned")
NOTES = (
    "样品已寄，客户说等年后再测", "问过液位计防爆等级", "要 32 路温度巡检方案，已发资料", "连续 4 次未接", "在比较 LD-200 与进口型号",
    "单价要求低于 60，做不了", "今年预算冻结，明年 3 月再联系", "要免费样品 5 只", "等防爆证书更新", "归集团统一采购",
)
SELLERS = ("seller2", "seller1", "chenchen")

# The first page of 华东: company, contact, phone, city, source, reason, last owner, last note, days and hours ago
SHOWN = (
    ("扬州广陵液压成套设备有限公司", "张经理", "13811225678", "扬州", "exhibition", "quiet", "seller2", "样品已寄，客户说等年后再测", 0, 2),
    ("宁波镇海东方化工装备工程有限公司", "周工", "15988342071", "宁波", "website", "given_back", "chenchen", "现用进口型号，暂无替换计划", 0, 3),
    ("江苏省宿迁市泗洪县洪泽湖水产冷链设备制造与技术服务有限公司", "巴经理", "18652109034", "宿迁", "referral", "unassigned", None, "", 0, 5),
    ("镇江丹徒新能源电池材料科技有限公司", "李工", "13752334410", "镇江", "exhibition", "quiet", "seller1", "要 32 路温度巡检方案，已发资料", 1, 0),
    ("无锡滨湖鼎盛金属制品有限公司", "钱总", "13961550862", "无锡", "phone", "unreachable", "seller2", "连续 4 次未接", 1, 1),
    ("芜湖晶瑞光伏玻璃有限公司", "宋主任", "15055307723", "芜湖", "website", "quiet", "chenchen", "问过液位计防爆等级", 1, 2),
    ("太仓联创电子精密模具有限公司", "何小姐", "18112513369", "苏州", "campaign", "no_budget", "seller2", "今年预算冻结，明年 3 月再联系", 1, 3),
    ("绍兴柯桥纺织智能装备股份有限公司", "沈工", "13575376648", "绍兴", "referral", "quiet", "seller1", "在比较 LD-200 与进口型号", 2, 0),
    ("连云港海润港口机械与物流设备有限公司", "孙工", "15651831190", "连云港", "exhibition", "handover", "liuyang", "岸桥防撞测距，3 台试用", 2, 1),
    ("台州椒江美家厨房电器制造有限公司", "梁先生", "13757665521", "台州", "phone", "given_back", "chenchen", "单价要求低于 60，做不了", 2, 2),
    ("南通启东立群五金塑胶制品有限公司", "黄经理", "13451388807", "南通", "website", "quiet", "seller2", "要免费样品 5 只", 3, 0),
    ("盐城大丰石油装备智能制造有限公司", "罗工", "18905154472", "盐城", "exhibition", "quiet", "seller1", "等防爆证书更新", 3, 1),
    ("徐州云龙压铸有限公司", "冉总", "13852169915", "徐州", "referral", "unreachable", "chenchen", "号码停机，换座机再试", 3, 2),
    ("南京江宁激光装备制造有限公司", "吴博士", "13305146206", "南京", "campaign", "unassigned", None, "", 4, 0),
    ("舟山普陀远洋冷链仓储设备有限公司", "林小姐", "18058807138", "舟山", "website", "quiet", "seller2", "冷库 -35 ℃ 接近开关", 4, 1),
    ("金华婺城航叶精密铸造有限公司", "赵工", "13605792254", "金华", "phone", "given_back", "seller1", "归集团统一采购", 5, 0),
)
SIZES = {"华东": 86, "华南": 41, "西部": 23, "无主线索": 7}


def scatter(story):
    pools = {row.name: row for row in Pool.select()}
    names = unused_names(story)
    for name, size in SIZES.items():
        fillers = size - (len(SHOWN) if name == "华东" else 0)
        for number in range(fillers):
            drop(story, pools[name], somebody(story, name, names), 6 + number / 4)
    for company, contact, phone, city, source, reason, owner, note, days, hours in reversed(SHOWN):
        facts = {"name": company, "contact_name": contact, "phone": phone, "city": city, "source": source}
        ever_owned(story, pools["华东"], facts, owner, note, reason, days, story.hour - hours if days == 0 else 17 - hours)
    work(story, pools["华东"], names)


def unused_names(story):
    """Company names that differ, drawn as long as they are asked for."""
    seen = set()

    def draw(pool):
        while True:
            province, cities = story.random.choice(CITIES[pool])
            city, (trade, industry) = story.random.choice(cities), story.random.choice(TRADES)
            name = f"{city}{story.random.choice(HEADS)}{trade}有限公司"
            if name not in seen:
                seen.add(name)
                return {"name": name, "province": province, "city": city, "industry": industry}

    return draw


def somebody(story, pool, draw):
    return draw(pool) | {
        "contact_name": story.contact(), "phone": story.phone(), "source": story.random.choice(SOURCES),
    }


def drop(story, into, facts, days):
    """A lead that some seller had and gave back, or that nobody ever took."""
    reason = story.random.choice(REASONS)
    owner = story.random.choice(SELLERS) if into.name == "华东" and reason != "unassigned" else None
    note = story.random.choice(NOTES) if owner else ""
    ever_owned(story, into, facts, owner, note, reason if owner else "unassigned", int(days), 9 + days % 1 * 8)


def ever_owned(story, into, facts, owner, note, reason, days, hour):
    """Created long ago, claimed, spoken to once, and back in the pool `days` ago."""
    if owner is None:
        return leads.create(story.founder, pool=into, at=story.ago(days, hour), drop_reason=reason, **facts)
    seller = story[owner]
    lead = leads.create(story.founder, pool=into, at=story.ago(days + 30, 9), **facts)
    lead.pool = into
    pool.assign(lead, seller, by=story["manager"], at=story.ago(days + 20, 9.5))
    follow_ups.write(lead, seller, "phone", note, "connected", at=story.ago(days + 16, 14))
    pool.release(lead, by=seller, reason=reason, pool=into, at=story.ago(days, hour))
    return lead


# ---- what people work on ---------------------------------------------------------------------------------------------


def work(story, east, draw):
    """李雷 holds 83 leads, six of them claimed today; his colleagues a few each."""
    for number in range(76):
        lead = leads.create(story["seller1"], at=story.ago(3 + number // 6, 9 + number % 8), **somebody(story, "华东", draw))
        if number % 3:
            note = NOTES[number % len(NOTES)]
            due = story.to_come(2 + number % 9, 10 + number % 6) if number % 2 else None
            said = story.ago(1 + number // 6, 15)
            follow_ups.write(lead, story["seller1"], "phone", note, "connected", due, "再约一次", at=said)
    tianheng(story, east)
    for login, size in {"seller2": 34, "chenchen": 21, "xunuo": 12, "zhenghang": 4}.items():
        for number in range(size):
            leads.create(story[login], at=story.ago(2 + number % 13, 10), **somebody(story, "华东", draw))
    for number in range(9):
        leads.create(story["outsider"], at=story.ago(2 + number, 10), **somebody(story, "华南", draw))
    for number in range(6):
        lead = leads.create(story.founder, pool=east, at=story.ago(9, 9), **somebody(story, "华东", draw))
        pool.claim(lead, by=story["seller1"], at=story.ago(0, 9 + number / 10))


def tianheng(story, east):
    """The lead of the record picture: claimed from the pool, visited, promised an answer for yesterday."""
    seller, former = story["seller1"], story["seller2"]
    lead = leads.create(
        story.founder, pool=east, at=story.ago(40, 9), name="常州天衡新能源材料科技有限公司", contact_name="李国栋",
        contact_title="设备经理", phone="13705194410", province="江苏", city="常州", address="武进区", source="exhibition",
        industry="energy", budget="15 万到 20 万", need="2 条烘烤线改造，32 路温度巡检，年前到货",
    )
    pool.assign(lead, former, by=story["manager"], at=story.ago(30, 9))
    follow_ups.write(lead, former, "phone", "第三次未接，前台说负责人出差，月中再打。", "no_answer", at=story.ago(22, 16.1))
    pool.release(lead, by=former, reason="unreachable", pool=east, at=story.ago(20, 18))
    pool.claim(lead, by=seller, at=story.ago(6, 9.2))
    members.add(lead, former, by=seller, at=story.ago(6, 9.5))
    visited = "看了 2 号烘烤线，最高 185 ℃，现有热电偶漂移明显。柜子离变频器不到 30 cm。"
    follow_ups.write(
        lead, seller, "visit", visited, "interested", story.to_come(-1, 16), "确认 32 路温度巡检的供电方式", "phone",
        at=story.ago(2, 15.5),
    )
