"""The demo's products, and its quotes in every state: draft, under approval at each step, rejected, approved, ordered."""

from datetime import timedelta
from decimal import Decimal

from domain import approvals, document_templates, orders, price_lists, products, quote_links, quote_replies, quotes, versions
from domain.demo import drawings
from models import Counter, DocumentTemplate, Opportunity, Quote

# sku, name, spec, unit, list price and cost in 分, category
PRODUCTS = (
    ("LD-200", "激光测距传感器", "0.05–200 m · RS485", "台", 186_000, 110_400, "测距"),
    ("PX-18N", "光电开关", "NPN · M18 · 检测 10 m", "只", 16_800, 9_200, "开关"),
    ("PX-18P", "光电开关", "PNP · 检测 10 m", "只", 16_800, 9_300, "开关"),
    ("PX-30R", "光电开关 带反射板", "镜反射 · 检测 15 m", "只", 23_600, 13_900, "开关"),
    ("IX-M12", "接近开关", "PNP · M12 · IP67", "只", 8_650, 4_720, "开关"),
    ("PT-40", "压力变送器", "0–4 MPa · 4–20 mA", "台", 128_000, 81_500, "变送器"),
    ("TT-20", "温度变送器", "Pt100 · −50–200 ℃", "台", 62_000, 38_800, "变送器"),
    ("SG-1040", "安全光幕", "高 1040 mm · 间距 20 mm", "套", 435_000, 278_000, "安全"),
    ("VB-3A", "振动传感器", "三轴 · 16 g · 4–20 mA", "只", 159_000, 94_200, "监测"),
    ("UL-8", "超声液位计", "0.3–8 m · 4–20 mA", "台", 146_000, 91_000, "液位"),
    ("FM-50", "电磁流量计", "DN50 · 衬里 PTFE", "台", 528_000, None, "流量"),
)
HENGLI = (("LD-200", 24, 500), ("PX-18N", 120, None), ("IX-M12", 200, None), ("PT-40", 16, None), ("TT-20", 30, None),
          ("SG-1040", 6, 300), ("VB-3A", 12, None))
FORMAL_TERMS = "本报价单双方盖章后视为订货合同，扫描件与原件同等有效。"
BANK = "开户行：中国银行上海闵行支行\n账号：4421 6688 0099 1234"
YEXING = (
    {"what": "section", "name": "一、机房温湿度"},
    ("TT-20", 60, {"discount": 500}), ("PT-40", 12, {"agreed": 119_000}),
    {"what": "note", "name": "含安装支架；线缆按现场实际长度另计。"},
    {"what": "section", "name": "二、门禁与备件"},
    ("PX-30R", 60, {"discount_amount": 21_600}), ("IX-M12", 20, {"free": True}), ("UL-8", 2, {"optional": True}),
    {"what": "note", "name": "接近开关随货赠送；液位计为可选项，不计入合计。"},
)
HANGFA = (
    {"what": "section", "name": "三坐标测量间"},
    ("LD-200", 60, {}), ("PT-40", 16, {"discount": 300}),
    {"what": "note", "name": "含上门标定一次。"},
    {"what": "section", "name": "安全与赠品"},
    ("PX-18N", 10, {"free": True}), ("SG-1040", 2, {"optional": True}),
)
SEVENTH = 6  # so that the quote of the pictures is the seventh of the day
# won deals that were quoted, approved and ordered: short name, lines, how far the order has come
ORDERED = (
    ("南京宏力锻造", (("SG-1040", 20, None),), "generated"),
    ("无锡众联减速机", (("LD-200", 90, None), ("PX-18N", 60, None)), "reviewed"),
    ("昆山华阳电子", (("PX-18N", 600, None), ("IX-M12", 460, None)), "executing"),
    ("无锡东港宏达金属", (("UL-8", 67, None),), "executing"),
    ("武汉光谷激光装备", (("LD-200", 71, None),), "completed"),
    ("苏州吴江纺机", (("PX-30R", 380, None),), "completed"),
)


def offer(story, printed=None):
    """`printed(quote)` gives the bytes that the last approval keeps."""
    goods = stock(story)
    listed(story, goods)
    dress(story)
    for short, lines, state in ORDERED:
        order(story, goods, short, lines, state, printed)
    today = Counter.insert(name=f"quote:{story.day:%Y%m%d}", value=SEVENTH)
    today.on_conflict(conflict_target=[Counter.name], preserve=[Counter.value]).execute()
    hengli(story, goods)
    ruibo(story, goods)
    composed(story, goods, "上海也兴网络科技", YEXING, story.ago(0, story.hour - 1.8), 5_700_000)
    pictured(story, goods, printed)
    others(story, goods, printed)
    zhongke(story, goods, printed)


def dress(story):
    """The seal on what is printed, and the standing lines of the formal template."""
    seal = drawings.seal("上海远帆自动化技术有限公司")
    for template in list(DocumentTemplate.select()):
        texts = {"terms": FORMAL_TERMS, "bank": BANK} if template.base == DocumentTemplate.FORMAL else {}
        document_templates.edit(template, story.founder, seal=seal, **texts)


def stock(story):
    goods = {
        sku: products.create(
            story.founder, sku=sku, name=name, spec=spec, unit=unit, price=price, cost=cost, category=category,
            tax_rate=Decimal("0.13"),
        )
        for sku, name, spec, unit, price, cost, category in PRODUCTS
    }
    for sku, shape in drawings.SHAPES.items():
        products.show(goods[sku], drawings.product(shape), story.founder)
    return goods


def listed(story, goods):
    """What key accounts pay, from how many on it is less, and a campaign of the coming month."""
    best = price_lists.add(story.founder, name="重点客户价", levels=["key"])
    price_lists.put(best, [(goods["PX-30R"].id, Decimal(0), 22_400), (goods["IX-M12"].id, Decimal(500), 8_200)], story.founder)
    trade = price_lists.add(story.founder, name="批量价")
    price_lists.put(trade, [(goods["PX-18N"].id, Decimal(1_000), 15_200), (goods["PX-18N"].id, Decimal(2_000), 14_500)], story.founder)
    coming = story.day + timedelta(days=10)
    days = {"starts_on": coming, "ends_on": coming + timedelta(days=30)}
    sale = price_lists.add(story.founder, name="华东年终", provinces=["江苏", "浙江", "上海"], campaign="年终促销", **days)
    price_lists.put(sale, [(goods["UL-8"].id, Decimal(0), 132_000), (goods["UL-8"].id, Decimal(20), 126_000)], story.founder)


def drafted(story, goods, short, lines, at, target=None, discount=0, note=""):
    """A quote for the deal of this customer; `target` fen are reached by the order discount."""
    deal = Opportunity.get_by_id(story.deals[short].id)
    quote = quotes.create(deal, by=deal.owner, at=at)
    rows = [{"product_id": goods[sku].id, "quantity": Decimal(number), "discount": off} for sku, number, off in lines]
    if target is not None:
        whole = quotes.save(quote, deal.owner, quote.revision, rows, contact=deal.contact, at=at)
        quote, discount = Quote.get_by_id(quote.id), max(whole.order_amount - target, 0)
    quotes.save(quote, deal.owner, quote.revision, rows, discount, contact=deal.contact, note=note, at=at)
    return Quote.get_by_id(quote.id)


def composed(story, goods, short, lines, at, target):
    """A quote of headings, notes, options and gifts, with `target` fen reached by the order discount."""
    deal = Opportunity.get_by_id(story.deals[short].id)
    quote = quotes.create(deal, by=deal.owner, at=at)
    rows = [
        line if isinstance(line, dict) else {"product_id": goods[line[0]].id, "quantity": Decimal(line[1]), **line[2]} for line in lines
    ]
    whole = quotes.save(quote, deal.owner, 0, rows, contact=deal.contact, at=at)
    quotes.save(quote, deal.owner, 1, rows, whole.order_amount - target, contact=deal.contact, at=at)
    return Quote.get_by_id(quote.id)


def pictured(story, goods, printed):
    """Printed with pictures in both languages, and given to the customer."""
    quote = composed(story, goods, "西安航发叶片", HANGFA, story.ago(3, 9), 12_970_000)
    pictures = DocumentTemplate.get(DocumentTemplate.base == DocumentTemplate.PICTURES)
    document_templates.choose(quote, quote.owner, pictures, DocumentTemplate.BOTH)
    quote = approved(story, Quote.get_by_id(quote.id), 3, printed)
    quote_links.make(quote, by=quote.owner, at=story.ago(2, 10))


def hengli(story, goods):
    """The quote of the pictures: two steps approved, the manager's word is missing."""
    note = "客户拿进口报价压价，光幕和测距捆绑，拿下后面还有 5 条线。"
    quote = drafted(story, goods, "苏州恒立精密机械", HENGLI, story.ago(0, story.hour - 4), discount=1_494_500, note=note)
    approvals.submit(quote, by=quote.owner, at=story.ago(0, story.hour - 3.4))
    approvals.approve(quote, story.founder, "选型没有问题。", at=story.ago(0, story.hour - 3))
    approvals.approve(quote, story["finance"], "", at=story.ago(0, story.hour - 2.7))


def zhongke(story, goods, printed):
    """V1 was approved and sent; the customer wants more of it and another term, and V2 is in work."""
    lines = (("IX-M12", 480, 200), ("PX-18N", 20, None))
    first = approved(story, drafted(story, goods, "宁波海曙中科自动化", lines, story.ago(5, 9), 4_260_000), 5, printed)
    Quote.update(sent_at=story.ago(5, 14)).where(Quote.id == first.id).execute()
    second = versions.renew(Quote.get_by_id(first.id), by=first.owner, at=story.ago(0, story.hour - 2.4))
    rows = [
        {"product_id": goods["IX-M12"].id, "quantity": Decimal(600), "discount": 500},
        {"product_id": goods["PX-30R"].id, "quantity": Decimal(20)},
    ]
    terms = first.terms + "\n质保期两年。"
    quotes.save(second, first.owner, 0, rows, 90_000, contact=first.contact, terms=terms, at=story.ago(0, story.hour - 2.2))


def ruibo(story, goods):
    """Waits for finance."""
    lines = (("LD-200", 100, None), ("TT-20", 60, None))
    quote = drafted(story, goods, "杭州瑞博智能装备", lines, story.ago(0, story.hour - 2), 20_630_000, note="替换进口，第一批。")
    approvals.submit(quote, by=quote.owner, at=story.ago(0, story.hour - 1))
    approvals.approve(quote, story.founder, at=story.ago(0, story.hour - 0.7))


def others(story, goods, printed):
    """One big one before the manager, a draft, one that was rejected, one approved and waiting for the customer."""
    big = "江苏省宿迁市泗洪县洪泽湖水产冷链设备制造与技术服务有限公司"
    quote = drafted(story, goods, big, (("TT-20", 1500, None), ("FM-50", 60, None)), story.ago(1, 14), 108_630_050, note="冷库一期。")
    approvals.submit(quote, by=quote.owner, at=story.ago(1, 15))
    approvals.approve(quote, story.founder, "流量计成本还没定。", at=story.ago(1, 16))
    approvals.approve(quote, story["finance"], at=story.ago(0, story.hour - 2.1))
    drafted(story, goods, "嘉兴百川食品包装", (("PX-18N", 400, None),), story.ago(0, story.hour - 1), 6_720_000)
    quote = drafted(story, goods, "重庆渝江压铸", (("SG-1040", 100, None),), story.ago(2, 10), 38_650_000, note="年底冲量。")
    approvals.submit(quote, by=quote.owner, at=story.ago(2, 11))
    approvals.reject(quote, story.founder, "急停回路没有算进去，重报。", at=story.ago(2, 14))
    offered(story, approved(story, drafted(story, goods, "无锡精工传动", (("VB-3A", 140, None),), story.ago(4, 9), 21_230_000), 4, printed))


def approved(story, quote, days, printed):
    approvals.submit(quote, by=quote.owner, at=story.ago(days, 9.5))
    approvals.approve(quote, story.founder, at=story.ago(days, 10))
    approvals.approve(quote, story["finance"], at=story.ago(days, 11))
    pdf = printed(Quote.get_by_id(quote.id)) if printed else None
    approvals.approve(quote, story["manager"], pdf=pdf, at=story.ago(days, 12))
    return Quote.get_by_id(quote.id)


def offered(story, quote):
    """The customer has the link, has looked twice and asks something."""
    link = quote_links.behind(quote_links.make(quote, by=quote.owner, at=story.ago(3, 9)))
    for days, hour in ((3, 10), (2, 15)):
        quote_links.note_visit(link, "203.0.113.7", "WeChat", story.ago(days, hour))
        quote_links.tell_of_first_visits(story.ago(days, hour))
    quote_replies.ask(link, quote, "振动传感器能否分两批交货，第一批 40 只本月到？", "陆经理", "13912340021", "203.0.113.7", story.ago(2, 15.2))


def accepted(story, quote, days):
    """Accepted through the link, the evening before it is ordered."""
    link = quote_links.behind(quote_links.make(quote, by=quote.owner, at=story.ago(days + 1, 14)))
    quote_links.note_visit(link, "203.0.113.9", "WeChat", story.ago(days + 1, 16))
    quote_links.tell_of_first_visits(story.ago(days + 1, 16))
    quote_replies.accept(link, quote, "华工", "13912340022", address="203.0.113.9", at=story.ago(days + 1, 17))
    return quote


def order(story, goods, short, lines, state, printed):
    """Quoted and approved before it was won: the deal is opened for the telling, not in the story."""
    deal = Opportunity.get_by_id(story.deals[short].id)
    days = (story.at - deal.closed_at).days
    Opportunity.update(status=Opportunity.OPEN).where(Opportunity.id == deal.id).execute()
    quote = drafted(story, goods, short, lines, story.ago(days + 2, 10), deal.amount)
    Opportunity.update(status=Opportunity.WON).where(Opportunity.id == deal.id).execute()
    taken = orders.create(accepted(story, approved(story, quote, days + 1, printed), days), by=quote.owner, at=story.ago(days, 11))
    for step, verb, who in (("reviewed", orders.review, story["finance"]), ("executing", orders.start, quote.owner),
                            ("completed", orders.complete, quote.owner)):
        if taken.status != state:
            verb(taken, by=who, at=story.ago(max(days - 1, 0), 15))
            taken.status = step
