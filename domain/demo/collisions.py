"""The demo's collisions: one that waits for its ruling, with a complaint of the customer, and one that was ruled on."""

from domain import collisions, complaints, follow_ups, leads
from models import Collision, Customer

WAITING = (  # short name of the customer, who came to it second, (days ago, hour, method, what was said)
    "无锡精工传动", "chenchen",
    ((6, 10, "phone", "采购说我们已有人在谈，技术部仍希望我发一份选型表"), (3, 15, "visit", "到厂看了减速机测试台，要 12 点振动方案")),
)
RULED = ("常州武进轨道", "xunuo", ((21, 9.5, "phone", "展会留的名片，问转向架测点报价"), (20, 16, "wechat", "发了样本和案例")))
COMPLAINT = "一周内贵司两位销售都来谈振动监测，报价还不一样，请定一个人对接。"


def collide(story):
    case = second_seller(story, *WAITING)
    customer = collisions.record_of(case)
    complaints.make_link(customer, by=customer.owner, at=story.ago(4, 9))
    complaints.file(customer, COMPLAINT, "设备科 周工", at=story.ago(1, 11))
    case = second_seller(story, *RULED)
    owner, other = case.parties
    reason = "客户一直由前者维护，项目线索由后者在展会带来，按 70/30 分成。"
    collisions.rule(case, owner, {owner: 7000, other: 3000}, reason, by=story["manager"], lock_days=60, at=story.ago(18, 10))


def second_seller(story, short, login, calls):
    """Its owner spoke to the customer a day before; then a colleague writes the company down as his lead and follows up."""
    customer = Customer.with_people().where(Customer.id == story.customers[short].id).get()
    days, hour, *_said = calls[0]
    follow_ups.write(customer, customer.owner, "phone", "例行回访，问了二期的时间", at=story.ago(days + 1, 10))
    lead = leads.create(story[login], name=customer.name, contact_name=story.contact(), city=customer.city, at=story.ago(days, hour - 0.5))
    for days, hour, method, said in calls:
        follow_ups.write(lead, story[login], method, said, at=story.ago(days, hour))
    return Collision.select().where(Collision.about([customer])).order_by(Collision.id.desc()).get()
