"""The demo's after-sales desk: the tickets of the picture, and some that are done."""

from domain import tickets

# title, customer, priority, kind, state, person, days and hours ago it was opened
DESK = (
    ("安全光幕误报警，停线两次", "青岛海润港口机械", "urgent", "repair", "in_service", "service", 0, 2),
    ("PT-40 零点漂移", "合肥彩虹光伏玻璃", "high", "repair", "dispatched", "service", 0, 3),
    ("LD-200 读数跳变", "杭州瑞博智能装备", "high", "support", "new", None, 0, 4),
    ("RS485 通讯丢包", "天津泰达水务", "high", "support", "dispatched", "service", 0, 5),
    ("接近开关批次灵敏度不一致", "宁波海曙中科自动化", "normal", "support", "new", None, 0, 6),
    ("新装 6 套光幕，预约安装", "苏州恒立精密机械", "normal", "installation", "dispatched", "service", 1, 2),
    ("TT-20 选型：185 ℃ 长期能不能用", "无锡众联减速机", "normal", "support", "dispatched", "hechuan", 1, 3),
    ("UL-8 液位显示 0", "嘉兴百川食品包装", "normal", "repair", "served", "service", 1, 4),
    ("发票抬头开错", "上海也兴网络科技", "low", "support", "completed", "hechuan", 2, 1),
    ("振动传感器安装扭矩", "无锡精工传动", "normal", "support", "completed", "hechuan", 2, 3),
    ("年度校准 48 台", "天津泰达水务", "low", "support", "dispatched", "service", 3, 1),
    ("备件清单更新", "重庆渝江压铸", "low", "support", "new", None, 3, 2),
)
DONE = (
    ("光幕对射角度调整", "南京宏力锻造", "service", 5, 5, True, "反应快，当天到场"),
    ("冷库接近开关更换 5 只", "厦门鹭岛冷链", "hechuan", 8, 4, True, ""),
    ("压力变送器安装 12 台", "南通启东船配", "service", 11, 5, True, "安装规范"),
    ("断线检测误报", "苏州吴江纺机", "service", 14, 3, False, "一周后又误报一次"),
    ("堆垛机定位调试", "镇江大港物流", "hechuan", 19, 5, True, ""),
)


def help_customers(story):
    for title, short, login, days, satisfaction, solved, words in DONE:
        ticket = opened(story, title, short, "normal", "repair", days, 0)
        serve(story, ticket, login, days, "现场处理完，观察 2 小时正常。")
        tickets.call_back(ticket, story["manager"], satisfaction, solved, words, at=story.ago(days - 2, 10))
    for title, short, priority, kind, state, login, days, hours in reversed(DESK):
        hour = story.hour - hours if days == 0 else 17 - hours
        ticket = opened(story, title, short, priority, kind, days, hour)
        bring(story, ticket, state, login, days, hour)


def opened(story, title, short, priority, kind, days, hour):
    customer = story.customers[short]
    contact = customer.contacts.first()
    body = f"{customer.label} 来电：{title}。"
    at = story.ago(days, hour or 9)
    return tickets.create(story["service"], customer, title, body, kind, priority, contact, at=at)


def bring(story, ticket, state, login, days, hour):
    """As far as its state says."""
    if state == "new":
        return
    person = story[login]
    tickets.assign(ticket, person, by=story["service"], at=story.ago(days, hour + 0.3))
    if state in ("in_service", "served"):
        tickets.check_in(ticket, by=person, at=story.ago(days, hour + 1))
    if state == "served":
        tickets.check_out(ticket, by=person, note="重启后正常，还要观察。", at=story.ago(days, hour + 1.8))
    if state == "completed":
        tickets.complete(ticket, person, "电话里说清楚了。", at=story.ago(days, hour + 2))


def serve(story, ticket, login, days, resolution):
    person = story[login]
    tickets.assign(ticket, person, by=story["service"], at=story.ago(days, 9.5))
    tickets.check_in(ticket, by=person, at=story.ago(days, 13))
    tickets.check_out(ticket, by=person, note="", at=story.ago(days, 14.6))
    tickets.complete(ticket, person, resolution, at=story.ago(days, 14.8))
