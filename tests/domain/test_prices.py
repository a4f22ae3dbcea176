"""Which price a quote starts from: the first list that fits customer and day and knows the product, its breaks, or the product's own."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import Refused, customers, prices, quotes
from domain.pricing import price_at
from models import Customer, Event, PriceList, PriceListItem, Product, Quote, QuoteLine
from tests import offers

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 4)


@pytest.fixture
def customer(cast):
    return customers.create(by=cast.seller, name="苏州恒立", level="A", province="江苏省")


@pytest.fixture
def sensor(cast):
    return Product.create(sku="LD-200", name="激光测距传感器", price=186_000)


def price_list(name="价目表", *steps, product=None, **columns):
    """A list, with (least, price in fen) of a product."""
    made = PriceList.create(name=name, **columns)
    for least, price in steps:
        PriceListItem.create(price_list=made, product=product, least=Decimal(least), price=price)
    return made


def offered(customer, product, day=DAY, chosen=None):
    return prices.offer_to(customer, [product.id], day, chosen)[product.id]


def test_without_a_list_it_is_the_products_own_price(customer, sensor):
    assert offered(customer, sensor) == (186_000, None, None)


def test_a_product_that_is_no_longer_sold_is_not_offered(customer, sensor):
    Product.update(active=False).execute()
    assert prices.offer_to(customer, [sensor.id], DAY) == {}


@pytest.mark.parametrize(("starts_on", "ends_on", "fits"), [
    (None, None, True),
    (date(2026, 11, 24), None, True), (date(2026, 11, 25), None, False), (date(2026, 11, 23), None, True),
    (None, date(2026, 11, 24), True), (None, date(2026, 11, 23), False), (None, date(2026, 11, 25), True),
    (date(2026, 11, 24), date(2026, 11, 24), True), (date(2026, 11, 22), date(2026, 11, 23), False),
])
def test_both_ends_of_its_days_are_inside(customer, sensor, starts_on, ends_on, fits):
    price_list("双十一", (0, 150_000), product=sensor, starts_on=starts_on, ends_on=ends_on)
    assert (offered(customer, sensor).price == 150_000) == fits


@pytest.mark.parametrize(("columns", "fits"), [
    ({"levels": ["A"]}, True), ({"levels": ["B", "A"]}, True), ({"levels": ["B"]}, False), ({"levels": []}, True),
    ({"provinces": ["江苏"]}, True), ({"provinces": ["浙江省", "江苏省"]}, True), ({"provinces": ["浙江"]}, False),
    ({"levels": ["A"], "provinces": ["浙江"]}, False), ({"levels": ["B"], "provinces": ["江苏"]}, False),
    ({"active": False}, False),
])
def test_level_and_province_must_both_fit(customer, sensor, columns, fits):
    price_list("VIP", (0, 150_000), product=sensor, **columns)
    assert (offered(customer, sensor).price == 150_000) == fits


def test_a_customer_without_level_or_province_is_on_no_list_that_names_some(customer, sensor):
    price_list("VIP", (0, 150_000), product=sensor, levels=["A"])
    price_list("华东", (0, 140_000), product=sensor, provinces=["江苏"])
    Customer.update(level="", province="").execute()
    assert offered(Customer.get(), sensor).price == 186_000


def test_the_first_list_that_knows_the_product_gives_its_price(customer, sensor):
    price_list("空的", position=1)
    second = price_list("渠道", (0, 150_000), product=sensor, position=2)
    price_list("便宜", (0, 100_000), product=sensor, position=3)
    assert offered(customer, sensor) == (150_000, None, second.id)


def test_a_list_chosen_by_hand_comes_first_whatever_its_level_but_not_after_its_days(customer, sensor):
    price_list("渠道", (0, 150_000), product=sensor, position=1)
    chosen = price_list("战略", (0, 120_000), product=sensor, position=2, levels=["S"], ends_on=DAY)
    assert offered(customer, sensor).price == 150_000
    assert offered(customer, sensor, chosen=chosen.id) == (120_000, None, chosen.id)
    assert offered(customer, sensor, date(2026, 11, 25), chosen.id).price == 150_000
    PriceList.update(active=False).where(PriceList.id == chosen.id).execute()
    assert offered(customer, sensor, chosen=chosen.id).price == 150_000


def test_a_product_that_the_chosen_list_does_not_know_is_priced_by_the_next(customer, sensor):
    price_list("渠道", (0, 150_000), product=sensor)
    assert offered(customer, sensor, chosen=price_list("战略").id).price == 150_000


@pytest.mark.parametrize(("quantity", "price"), [
    ("0.01", 180_000), ("9.99", 180_000), ("10", 165_000), ("10.01", 165_000), ("99.99", 165_000), ("100", 150_000), ("100.01", 150_000),
])
def test_a_break_begins_at_its_quantity_to_the_hundredth(customer, sensor, quantity, price):
    price_list("阶梯", (100, 150_000), (0, 180_000), (10, 165_000), product=sensor)
    found = offered(customer, sensor)
    assert found.breaks == [["10", 165_000], ["100", 150_000]]
    assert price_at([["0", found.price], *found.breaks], found.price, Decimal(quantity)) == price


def test_below_a_list_that_begins_at_a_quantity_the_product_costs_its_own_price(customer, sensor):
    price_list("批量", ("0.5", 170_000), (1_000, 150_000), product=sensor)
    assert offered(customer, sensor)[:2] == (186_000, [["0.5", 170_000], ["1000", 150_000]])


SPANS = st.tuples(st.none() | st.integers(-2, 2), st.none() | st.integers(-2, 2), st.booleans(), st.sampled_from(["", "A", "B"]))


@given(st.lists(SPANS, max_size=6))
def test_the_choice_is_the_first_that_a_plain_look_at_the_rules_finds(spans):
    lists = [
        PriceList(
            id=number, active=active, levels=[level] if level else [],
            starts_on=None if start is None else DAY.replace(day=24 + start), ends_on=None if end is None else DAY.replace(day=24 + end),
        )
        for number, (start, end, active, level) in enumerate(spans, 1)
    ]
    wanted = [
        number for number, (start, end, active, level) in enumerate(spans, 1)
        if active and (start is None or start <= 0) and (end is None or end >= 0) and level in ("", "A")
    ]
    at_hand = Customer(level="A", province="")
    assert [each.id for each in lists if prices.is_open(each, DAY) and prices.suits(each, at_hand)] == wanted


def test_a_line_keeps_price_breaks_and_list_of_the_day_it_was_added(cast, sensor):
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
    vip = price_list("VIP", (0, 180_000), (10, 165_000), product=sensor)
    quotes.save(quote, cast.seller, 0, [{"product_id": sensor.id, "quantity": Decimal(10)}], at=NOON)
    PriceListItem.update(price=1).execute()
    quotes.save(Quote.get(), cast.seller, 1, [{"product_id": sensor.id, "quantity": Decimal("9.99")}], at=NOON)
    kept = QuoteLine.get()
    assert (kept.price, kept.breaks, kept.price_list_id) == (180_000, [["0", 180_000], ["10", 165_000]], vip.id)


# ---- a list chosen by hand -------------------------------------------------------------------------------------------


@pytest.fixture
def quote(cast, customer, sensor):
    made = quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
    Quote.update(customer=customer).where(Quote.id == made.id).execute()
    return Quote.get_by_id(made.id)


def saved(quote, by, lines, **columns):
    quotes.save(Quote.get_by_id(quote.id), by, Quote.get_by_id(quote.id).revision, lines, at=NOON, **columns)
    return [(line.price, line.amount, line.price_list_id) for line in quotes.lines_of(quote)]


def test_another_list_changes_what_was_listed_and_leaves_what_was_agreed(cast, quote, sensor):
    switch = Product.create(sku="PX", name="光电开关", price=20_000)
    usual, project = price_list("常用", (0, 180_000), product=sensor), price_list("项目", (0, 170_000), product=sensor, position=1)
    for each, price in ((usual, 19_500), (project, 19_000)):
        PriceListItem.create(price_list=each, product=switch, price=price)
    lines = [{"product_id": sensor.id, "quantity": Decimal(2)}, {"product_id": switch.id, "quantity": Decimal(1), "agreed": 15_000}]
    assert saved(quote, cast.seller, lines) == [(180_000, 360_000, usual.id), (19_500, 15_000, usual.id)]
    under_project = quotes.drafted(Quote.get_by_id(quote.id), lines, price_list=project.id)
    assert quotes.repriced(Quote.get_by_id(quote.id), under_project, True) == 1
    assert saved(quote, cast.seller, lines, price_list=project.id) == [(170_000, 340_000, project.id), (19_000, 15_000, project.id)]
    told = Event.select().order_by(Event.id.desc()).first()
    assert (told.before["price_list_name"], told.after["price_list_name"]) == ("", "项目")
    assert saved(quote, cast.seller, lines) == [(170_000, 340_000, project.id), (19_000, 15_000, project.id)]
    assert saved(quote, cast.seller, lines, price_list=0) == [(180_000, 360_000, usual.id), (19_500, 15_000, usual.id)]


def test_another_list_and_the_other_side_of_tax_at_once(cast, quote, sensor):
    project = price_list("项目", (0, 113_000), (10, 56_500), product=sensor, position=1)
    lines = [{"product_id": sensor.id, "quantity": Decimal(10)}]
    assert saved(quote, cast.seller, lines, price_list=project.id, inclusive=False) == [(50_000, 500_000, project.id)]


def test_what_is_no_longer_sold_keeps_its_price_under_another_list(cast, quote, sensor):
    project = price_list("项目", (0, 170_000), product=sensor)
    lines = [{"product_id": sensor.id, "quantity": Decimal(1)}]
    saved(quote, cast.seller, lines)
    PriceListItem.update(price=1).execute()
    Product.update(active=False).execute()
    assert saved(quote, cast.seller, lines, price_list=project.id) == [(170_000, 170_000, project.id)]


@pytest.mark.parametrize("columns", [{"levels": ["B"]}, {"provinces": ["浙江"]}, {"active": False}, {"ends_on": date(2026, 11, 23)}])
def test_only_a_list_that_holds_for_the_customer_that_day_is_chosen(cast, quote, sensor, columns):
    other = price_list("别的", (0, 1), product=sensor, **columns)
    assert other not in prices.choosable(quote.customer, DAY) and other in prices.choosable(quote.customer, DAY, other.id)
    with pytest.raises(Refused):
        saved(quote, cast.seller, [], price_list=other.id)
    assert (Quote.get().revision, Quote.get().price_list_id) == (0, None)


def test_many_products_on_many_lists_take_three_questions(customer, sensor, queries):
    others = [Product.create(sku=f"X-{n}", name="光电开关", price=100) for n in range(30)]
    for n in range(5):
        for product in others:
            PriceListItem.create(price_list=PriceList.get_or_create(name=f"表 {n}")[0], product=product, price=n)
    with queries() as asked:
        prices.offer_to(customer, [product.id for product in others], DAY)
    assert len(asked) == 3
