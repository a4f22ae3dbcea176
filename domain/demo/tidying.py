"""The demo's untidy corner: a company written down twice, a look through the base that found it, a new customer in review, a web form."""

from domain import cleansing, customers, web_forms
from models import CleansingRun, Company, Pool

TWIN = {  # of 苏州恒立精密机械制造有限公司
    "name": "恒立精密机械制造（苏州）股份有限公司", "short_name": "恒立机械", "province": "江苏", "city": "苏州", "website": "www.hengli.example",
    "phone": "0512-6288 4410",
}
NEW_CUSTOMER = {"name": "扬州运河电气有限公司", "short_name": "扬州运河电气", "province": "江苏", "city": "扬州", "phone": "13852700416"}
FORM = {"name": "官网咨询", "title": "留下电话，工程师一小时内回复", "thanks": "已收到，我们很快给您打电话。"}
VISITOR = {"name": "南通海门纺机有限公司", "contact_name": "施工", "phone": "13862900731", "need": "细纱机断纱检测，先要 2 台试用"}


def leave(story):
    customers.create(by=story["seller1"], at=story.ago(2, 11), **TWIN)
    ask_for_review(story)
    form = web_forms.save(None, story.founder, at=story.ago(9, 9), pool=Pool.get(Pool.name == "华东"), source="website", active=True, **FORM)
    web_forms.send(form, at=story.ago(0, story.hour - 1), **VISITOR)
    run = cleansing.start(story["manager"], CleansingRun.NEEDS, at=story.ago(0, story.hour - 0.5))
    cleansing.look(run.id, pause=0, at=story.at)


def ask_for_review(story):
    """As if the company had wanted new customers reviewed on that day."""
    Company.update(reviews_new_customers=True).execute()
    customers.create(by=story["seller1"], at=story.ago(1, 16), **NEW_CUSTOMER)
    Company.update(reviews_new_customers=False).execute()
