"""Opening records of the pools and having a number shown: counted once per record and day, limited, free again at midnight."""



import pytest

from domain import allowances, customers, disclosures, leads, now, pool, timeline
from domain.masking import Sight, mask_email, mask_text
from models import Allowance, Customer, Event, Lead, Pool, PoolAdministrator, RecordView, Reveal, User
from tests.cast import take

EVENING = now().replace(hour=15, minute=30, second=0, microsecond=0)  # 23:30 in China
MIDNIGHT = EVENING.replace(hour=16, minute=0)


def lying(cast, name="甲公司", **columns):
    made = leads.create(cast.admin, pool=Pool.of("lead").first(), name=name, phone="13812345678", **columns)
    return Lead.with_people().where(Lead.id == made.id).get()


def sunk(cast):
    customer = customers.create(cast.outsider, name="乙公司", phone="13812345678")
    pool.release(customer, cast.outsider, "no_need", pool=Pool.of("customer").first())
    return Customer.with_people().where(Customer.id == customer.id).get()


@pytest.fixture
def shows():
    """The pools let their members have numbers shown."""
    Pool.update(reveals=True).execute()


def limit(cast, **limits):
    allowances.change(User.SELLER, by=cast.admin, **limits)


def test_a_day_has_so_many_views_of_pool_records_and_the_next_day_as_many_again(cast):
    limit(cast, pool_views=2)
    records = [lying(cast, "甲公司"), sunk(cast), lying(cast, "丙公司")]
    for record in (records[0], records[0], records[1]):
        disclosures.note_view(record, by=cast.seller, at=EVENING)
    with pytest.raises(allowances.UsedUp, match="2") as refused:
        disclosures.note_view(records[2], by=cast.seller, at=EVENING)
    assert refused.value.until == MIDNIGHT and RecordView.select().count() == 2
    disclosures.note_view(records[2], by=cast.seller, at=MIDNIGHT)
    assert RecordView.select().count() == 3


def test_whoever_runs_the_pool_and_whoever_owns_the_record_is_not_limited(cast):
    limit(cast, pool_views=0)
    allowances.change(User.ADMINISTRATOR, by=cast.admin, pool_views=0)
    disclosures.note_view(leads.create(cast.seller, name="丁公司"), by=cast.seller)
    disclosures.note_view(lying(cast), by=cast.admin)
    PoolAdministrator.create(pool=Pool.of("lead").first(), user=cast.rival)
    disclosures.note_view(lying(cast), by=User.get_by_id(cast.rival.id))
    assert RecordView.select().where(~RecordView.from_pool).count() == 3


def test_what_one_opened_before_may_be_opened_again_when_the_day_is_spent(cast):
    limit(cast, pool_views=1)
    record = lying(cast)
    disclosures.note_view(record, by=cast.seller, at=EVENING)
    disclosures.note_view(record, by=cast.seller, at=EVENING)


def test_a_number_is_shown_until_midnight_and_counts_once(cast, shows):
    lead = lying(cast)
    assert Sight(cast.seller, EVENING).text(lead, "phone") == "138****5678"
    for _time in range(2):
        disclosures.reveal(lead, by=cast.seller, at=EVENING)
    assert Sight(cast.seller, EVENING).text(lead, "phone") == "13812345678"
    assert Sight(cast.rival, EVENING).text(lead, "phone") == "138****5678"
    assert Sight(cast.seller, MIDNIGHT).text(lead, "phone") == "138****5678"
    assert Reveal.select().count() == 1
    assert [event.actor for event in Event.select().where(Event.verb == "lead.revealed")] == [cast.seller]


def test_the_timeline_says_who_had_it_shown(cast, shows):
    lead = lying(cast)
    disclosures.reveal(lead, by=cast.seller)
    assert "lead.revealed" in [entry.verb for entry in timeline.of(lead, cast.admin)[0]]


def test_a_day_has_so_many_reveals_and_the_next_day_as_many_again(cast, shows):
    limit(cast, reveals=1)
    first, second = lying(cast, "甲公司"), sunk(cast)
    disclosures.reveal(first, by=cast.seller, at=EVENING)
    with pytest.raises(allowances.UsedUp, match="1") as refused:
        disclosures.reveal(second, by=cast.seller, at=EVENING)
    assert refused.value.until == MIDNIGHT and Reveal.select().count() == 1
    disclosures.reveal(second, by=cast.seller, at=refused.value.until)


def test_what_one_reads_anyway_is_neither_counted_nor_logged(cast):
    disclosures.reveal(leads.create(cast.seller, name="丁公司", phone="13812345678"), by=cast.seller)
    assert Reveal.select().count() == 0 and not Event.select().where(Event.verb == "lead.revealed")


def test_what_the_pool_hides_is_not_shown_even_masked_until_it_is_revealed(cast):
    Pool.update(reveals=True, hidden_fields=["phone", "contact_name", "need"]).execute()
    lead = lying(cast, contact_name="周总", need="找周总", budget="周总定")
    sight = Sight(cast.seller)
    assert [sight.text(lead, name) for name in ("phone", "contact_name", "need", "budget")] == ["***", "***", "***", "周***定"]
    disclosures.reveal(lead, by=cast.seller)
    assert Sight(cast.seller).text(lead, "contact_name") == "周总"


@pytest.mark.parametrize("owner, reads", [("manager", True), ("seller", False)])
def test_a_role_may_read_only_what_is_its_own(cast, owner, reads):
    take("contact.see_clear", User.MANAGER, by=cast.admin)
    lead = leads.create(getattr(cast, owner), name="丁公司", phone="13812345678")
    assert Sight(User.get_by_id(cast.manager.id)).reads(lead) == reads


@pytest.mark.parametrize("text, masked", [
    ("写到 zhang.san@example.com.cn 吧", "写到 z***@example.com.cn 吧"),
    ("加微信 zhangsan_88", "加微信 z***"),
    ("微信号：zhangsan-88，急", "微信号：z***，急"),
    ("WeChat: zhangsan88", "WeChat: z***"),
    ("打 138 1290 5678", "打 138****5678"),
    ("微信联系过，约了周三", "微信联系过，约了周三"),
    ("型号 LD-200 报 4800 元", "型号 LD-200 报 4800 元"),
])
def test_a_note_is_read_without_a_way_to_reach_anyone(text, masked):
    assert mask_text(text) == masked


def test_a_masked_address_keeps_its_domain():
    assert (mask_email("zhang@example.com"), mask_email("")) == ("z***@example.com", "")


def test_every_change_of_a_role_is_in_the_audit(cast):
    limit(cast, reveals=7)
    limit(cast, reveals=7)
    event = Event.get(Event.verb == "allowance.changed")
    assert (event.actor, event.after, event.detail["role"]) == (cast.admin, {"reveals": 7}, "seller")
    assert Event.select().where(Event.verb == "allowance.changed").count() == 1 and Allowance.of("seller").reveals == 7
