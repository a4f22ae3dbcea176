"""The demo's customers and deals: the board of the pictures, and what was won and lost before."""

from domain import customers, deals, follow_ups, pool
from models import Opportunity, Stage

# customer, short name, province, city, deal, yuan, seller, days in the stage, next step (days from now, hour, method, what)
BOARD = {
    "线索收集": (
        ("绍兴越城染整机械有限公司", "绍兴越城染整", "浙江", "绍兴", "定型机测温", 46_300, "seller2", 3, (2, 10, "phone", "问定型机台数")),
        ("湖州织里智能缝制有限公司", "湖州织里缝制", "浙江", "湖州", "断线检测", 38_000, "chenchen", 5, (3, 14, "wechat", "发样册")),
        ("常熟海虞电缆有限公司", "常熟海虞电缆", "江苏", "常熟", "外径测量", 72_000, "xunuo", 6, (4, 9.5, "phone", "约现场")),
        ("滁州乌衣粮油机械有限公司", "滁州乌衣粮机", "安徽", "滁州", "料位开关", 58_000, "seller1", 2, (5, 10, "visit", "看料仓")),
    ),
    "首次沟通": (
        ("芜湖新兴铸管有限责任公司", "芜湖新兴铸管", "安徽", "芜湖", "离心机振动监测", 68_400, "seller2", 3, (0, 16, "phone", "电话")),
        ("温州瑞安汽车配件有限公司", "温州瑞安汽配", "浙江", "温州", "冲压线安全光幕", 126_500, "chenchen", 5, (1, 9.5, "wechat", "微信")),
        ("南昌洪都航空工业有限公司", "南昌洪都航空", "江西", "南昌", "试验台压力采集", 93_200, "seller1", 2, (3, 10, "visit", "拜访")),
        ("泉州石狮纺织有限公司", "泉州石狮纺织", "福建", "泉州", "验布机接近开关", 35_600, "seller2", 11, None),
        ("济南二机床配套有限公司", "济南二机床配套", "山东", "济南", "折弯机测距", 58_800, "chenchen", 1, (6, 10, "phone", "电话")),
    ),
    "需求分析": (
        ("天津泰达水务有限公司", "天津泰达水务", "天津", "天津", "二期泵站 48 台液位", 318_400, "seller1", 16, None),
        ("上海也兴网络科技有限公司", "上海也兴网络科技", "上海", "上海", "机房温湿度 120 点", 74_100, "seller1", 6, (0, 15, "wechat", "确认付款方式：3-6-1 还是 5-5")),
        ("合肥彩虹光伏玻璃有限公司", "合肥彩虹光伏玻璃", "安徽", "合肥", "窑炉测温", 152_800, "seller1", 4, (1, 14, "visit", "看窑炉测点")),
        ("青岛海润港口机械与物流设备有限公司", "青岛海润港口机械", "山东", "青岛", "岸桥防撞 12 套", 268_900, "seller1", 9, (-4, 10, "visit", "岸桥防撞现场复测，带 2 台样机")),
    ),
    "方案报价": (
        ("苏州恒立精密机械制造有限公司", "苏州恒立精密机械", "江苏", "苏州", "3 条产线改造", 148_400, "seller1", 6, (0, 16.5, "email", "审批过后把报价发给张经理")),
        ("宁波海曙中科自动化有限公司", "宁波海曙中科自动化", "浙江", "宁波", "接近开关框架", 42_600, "seller1", 19, None),
        ("江苏省宿迁市泗洪县洪泽湖水产冷链设备制造与技术服务有限公司", "", "江苏", "宿迁", "冷库温度", 1_086_300.5, "seller2", 8, (2, 10, "phone", "电话")),
        ("杭州瑞博智能装备股份有限公司", "杭州瑞博智能装备", "浙江", "杭州", "LD-200 替换进口", 206_300, "seller1", 7, (0, 15.5, "phone", "问沈工 LD-200 试用反馈")),
        ("嘉兴百川食品包装有限公司", "嘉兴百川食品包装", "浙江", "嘉兴", "光电开关 400 只", 67_200, "seller1", 5, (0, 17.5, "visit", "拜访屠工，光电开关对比测试")),
    ),
    "商务谈判": (
        ("重庆渝江压铸有限公司", "重庆渝江压铸", "重庆", "重庆", "压机安全改造", 386_500, "chenchen", 4, (1, 10, "phone", "谈价")),
        ("西安航发叶片有限公司", "西安航发叶片", "陕西", "西安", "三坐标测距", 129_700, "seller2", 12, (1, 14, "visit", "拜访")),
        ("无锡精工传动有限公司", "无锡精工传动", "江苏", "无锡", "振动在线监测", 212_300, "seller2", 3, (0, 17, "email", "合同")),
    ),
}
# customer, short name, city, deal, yuan, seller, days since it was won
WON = (
    ("南京宏力锻造有限公司", "南京宏力锻造", "南京", "锻压机安全光幕", 86_500, "seller2", 0),
    ("无锡众联减速机有限公司", "无锡众联减速机", "无锡", "装配线测距", 175_200, "seller1", 4),
    ("昆山华阳电子有限公司", "昆山华阳电子", "昆山", "贴片线光电开关", 138_600, "seller1", 9),
    ("无锡东港宏达金属有限公司", "无锡东港宏达金属", "无锡", "酸洗线液位", 96_800, "seller1", 12),
    ("武汉光谷激光装备有限公司", "武汉光谷激光装备", "武汉", "切割头测距", 131_400, "seller1", 15),
    ("厦门鹭岛冷链有限公司", "厦门鹭岛冷链", "厦门", "冷库温度 60 点", 118_000, "seller2", 22),
    ("南通启东船舶配件有限公司", "南通启东船配", "南通", "压力变送器年度框架", 204_000, "seller2", 26),
    ("扬州邗江液压有限公司", "扬州邗江液压", "扬州", "试验台改造", 152_300, "seller2", 31),
    ("苏州吴江纺机有限公司", "苏州吴江纺机", "苏州", "纱架断线检测", 88_700, "seller1", 34),
    ("宁波北仑模具有限公司", "宁波北仑模具", "宁波", "模内压力", 162_500, "seller1", 38),
    ("台州黄岩塑机有限公司", "台州黄岩塑机", "台州", "合模防护", 143_000, "seller2", 41),
    ("绍兴柯桥印染有限公司", "绍兴柯桥印染", "绍兴", "定型机温度", 171_000, "seller1", 45),
    ("常州武进轨道装备有限公司", "常州武进轨道", "常州", "转向架振动", 236_800, "seller2", 48),
    ("合肥经开电池有限公司", "合肥经开电池", "合肥", "卷绕机测距", 195_500, "chenchen", 51),
    ("徐州铜山工程机械有限公司", "徐州铜山工机", "徐州", "臂架测角", 128_900, "chenchen", 55),
    ("杭州萧山化纤有限公司", "杭州萧山化纤", "杭州", "纺丝箱温度", 109_800, "chenchen", 58),
    ("镇江大港物流设备有限公司", "镇江大港物流", "镇江", "堆垛机定位", 142_000, "seller1", 61),
    ("上海嘉定汽车零部件有限公司", "上海嘉定汽配", "上海", "总装线光幕", 178_100.5, "chenchen", 66),
    ("嘉兴海宁皮革机械有限公司", "嘉兴海宁皮机", "嘉兴", "接近开关补库", 60_200, "xunuo", 70),
    ("盐城阜宁风电有限公司", "盐城阜宁风电", "盐城", "叶片振动", 143_000, "xunuo", 73),
    ("金华义乌包装有限公司", "金华义乌包装", "金华", "色标检测", 101_200, "seller2", 80),
)
LOST = (
    ("泰州高港造船有限公司", "泰州高港造船", "泰州", "船台测距", 320_000, "seller2", 20, "competitor", "对方现货，交期早三周"),
    ("淮安清江机床有限公司", "淮安清江机床", "淮安", "导轨测距", 54_000, "chenchen", 33, "budget", "技改推到明年"),
    ("丽水缙云锯床有限公司", "丽水缙云锯床", "丽水", "进给检测", 38_500, "seller1", 47, "price", "比国产二线贵 18%"),
)
RETURNED = (  # to the customers' pool: company, short, province, city, seller, reason, what was said last, days ago
    ("泰州姜堰阀门制造有限公司", "泰州姜堰阀门", "江苏", "泰州", "seller2", "no_need", "设备换成整机采购，传感器归主机厂", 3),
    ("湖州长兴蓄电池有限公司", "湖州长兴蓄电池", "浙江", "湖州", "chenchen", "no_budget", "明年二季度再看产线改造", 6),
    ("马鞍山雨山冶金装备有限公司", "马鞍山雨山冶金", "安徽", "马鞍山", "seller1", "unreachable", "采购经理离职，新联系人未找到", 9),
    ("南通海门家纺机械有限公司", "南通海门家纺机", "江苏", "南通", "xunuo", "given_back", "只要 5 只，走经销商", 14),
    ("宿州灵璧轴承有限公司", "宿州灵璧轴承", "安徽", "宿州", "zhenghang", "no_need", "生产线停了一半", 21),
    ("衢州龙游造纸装备有限公司", "衢州龙游造纸", "浙江", "衢州", "seller2", "no_budget", "集团压缩技改，后年再说", 30),
)
SOUTH = (
    ("深圳宝安连接器有限公司", "深圳宝安连接器", "深圳", "插拔力检测", 96_000, "outsider", 4),
    ("东莞长安五金有限公司", "东莞长安五金", "东莞", "冲床光幕", 64_300, "outsider", 9),
)
CONTACTS = {  # short name: name, title, phone, decides
    "苏州恒立精密机械": ("张建国", "采购经理", "13812905678", True),
    "杭州瑞博智能装备": ("沈宏", "设备工程师", "13575718866", False),
    "青岛海润港口机械": ("孙立民", "机务主管", "13606421190", True),
}
DETAILS = {  # short name: what else its file says
    "苏州恒立精密机械": {
        "address": "江苏省苏州市吴中区越溪街道前珠路 18 号", "credit_code": "91320506MA1XK7Y83P", "level": "key",
        "industry": "machinery", "source": "exhibition",
    },
}
DAYS_PER_STAGE = 7


def pursue(story):
    stages = {stage.name: stage for stage in Stage.in_order()}
    for name, rows in BOARD.items():
        for full, short, province, city, title, yuan, login, days, step in rows:
            deal = open_deal(story, stages, name, (full, short, province, city, title, yuan, login), days)
            plan(story, deal, step)
    for full, short, city, title, yuan, login, days in reversed(WON):
        facts = (full, short, "", city, title, yuan, login)
        deal = open_deal(story, stages, "商务谈判", facts, days + 5)
        deals.win(deal, by=story[login], at=story.ago(days, 10.7))
        story.deals[short] = deal
    for full, short, city, title, yuan, login, days, reason, note in LOST:
        deal = open_deal(story, stages, "需求分析", (full, short, "", city, title, yuan, login), days + 9)
        deals.lose(deal, by=story[login], reason=reason, note=note, at=story.ago(days, 16))
    give_back(story)
    for full, short, city, title, yuan, login, days in SOUTH:
        plan(story, open_deal(story, stages, "首次沟通", (full, short, "广东", city, title, yuan, login), days), (2, 10, "phone", "电话"))
    speak(story)


def give_back(story):
    """Customers for whom nobody had anything left to do."""
    for full, short, province, city, login, reason, note, days in RETURNED:
        seller = story[login]
        customer = customers.create(
            seller, at=story.ago(days + 60, 9), name=full, short_name=short, province=province, city=city, phone=story.phone(),
            source="exhibition", industry="machinery", level="standard",
        )
        customers.add_contact(customer, seller, at=story.ago(days + 60, 9.1), name=story.contact(), title="采购", phone=story.phone())
        follow_ups.write(customer, seller, "phone", note, "connected", at=story.ago(days + 20, 15))
        pool.release(customer, by=seller, reason=reason, at=story.ago(days, 16))


def open_deal(story, stages, stage, facts, days):
    """A customer, a contact and a deal that went stage by stage to where it has stood for `days`."""
    full, short, province, city, title, yuan, login = facts
    seller, way = story[login], [row for row in stages.values() if row.position <= stages[stage].position]
    begun = days + DAYS_PER_STAGE * (len(way) - 1)
    customer = customers.create(
        seller, at=story.ago(begun + 1, 9), name=full, short_name=short, province=province, city=city, phone=story.phone(),
        **{"source": story.random.choice(("exhibition", "website", "referral", "phone"))} | DETAILS.get(short, {}),
    )
    contact = befriend(story, customer, seller, begun)
    expected = story.day + (story.to_come(20, 9) - story.to_come(0, 9)) if stage in ("方案报价", "商务谈判") else None
    deal = deals.create(
        seller, customer, title, round(yuan * 100), contact=contact, stage=way[0], source=customer.source,
        expected_on=expected, at=story.ago(begun, 9.5),
    )
    for number, row in enumerate(way[1:], 1):
        deals.move(deal, row, by=seller, at=story.ago(begun - DAYS_PER_STAGE * number, 9.6))
    story.customers[short or full] = customer
    story.deals[short or full] = deal
    return deal


def befriend(story, customer, seller, days):
    name, title, phone, decides = CONTACTS.get(customer.short_name) or (story.contact(), "设备主管", story.phone(), True)
    return customers.add_contact(
        customer, seller, at=story.ago(days + 1, 9.2), name=name, title=title, phone=phone, decides=decides
    )


def plan(story, deal, step):
    if step:
        days, hour, method, what = step
        follow_ups.plan(deal, deal.owner, story.to_come(days, hour), what, method, at=story.ago(max(2, 1 - days), 17))


def speak(story):
    """What was said lately, and the steps that 李雷 has done today."""
    seller = story["seller1"]
    said = {
        "苏州恒立精密机械": ("visit", "看了 3 条产线，光幕和测距一起报，拿下后面还有 5 条线。"),
        "杭州瑞博智能装备": ("phone", "两台 LD-200 试用两周，沈工说读数稳定。"),
        "合肥彩虹光伏玻璃": ("wechat", "窑炉测点图发来了，一共 26 点。"),
    }
    for short, (method, body) in said.items():
        deal = Opportunity.get_by_id(story.deals[short].id)
        step = follow_ups.open_task(deal)
        follow_ups.write(deal, seller, method, body, "connected", step.due_at, step.what, step.method, at=story.ago(1, 15))
    kunshan = story.customers["昆山华阳电子"]
    follow_ups.plan(kunshan, seller, story.to_come(-1, 17.5), "发 LD-200 与进口型号对比表", "email", at=story.ago(3, 11))
    for short, hour, what in (
        ("无锡众联减速机", 9, "问装配线验收时间"), ("武汉光谷激光装备", 9.5, "确认发票抬头"), ("苏州吴江纺机", 10.5, "约年后巡检"),
        ("宁波北仑模具", 11, "催尾款"), ("无锡东港宏达金属", 13.5, "回访样品测试结果"),
    ):
        if story.to_come(0, hour) < story.at:
            step = follow_ups.plan(story.customers[short], seller, story.to_come(0, hour), what, "phone", at=story.ago(2, 16))
            follow_ups.finish(step, by=seller, at=story.to_come(0, hour))
