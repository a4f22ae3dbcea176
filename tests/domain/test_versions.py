"""Versions of a quote: one open at a time, the settled ones for good; a version that is nowhere worse keeps the approval."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from domain import Refused, approvals, customers, deals, orders, products, quotes, versions
from domain.flow_conditions import Condition
from models import Approval, Company, Event, Notice, Product, Quote, QuoteLine, db
from tests import routes
from tests.server import all_at_once

AT = datetime(2026, 11, 24, 2)
LATER = date(2026, 12, 20)


@pytest.fixture
def goods(cast):
    return [
        products.create(cast.admin, sku=f"S-{n}", name=f"传感器 {n}", unit="台", price=price, cost=cost, tax_rate=Decimal("0.13"))
        for n, (price, cost) in enumerate(((100_000, 60_000), (20_000, 12_000), (5_000, 4_500)))
    ]


def line(product, quantity, **terms):
    return {"product_id": product.id, "quantity": Decimal(quantity), **terms}


@pytest.fixture
def first(cast, goods):
    """V1 of a quote, approved: ten and twenty pieces, 5 % off the second, 100 元 off the whole."""
    deal = deals.create(cast.seller, customers.create(cast.seller, name="苏州恒立精密机械"), "产线改造", 100_00)
    quote = quotes.create(deal, cast.seller, at=AT)
    lines = [line(goods[0], 10), line(goods[1], 20, discount=500)]
    quotes.save(quote, cast.seller, 0, lines, 10_000, terms="预付 30%", valid_until=LATER, at=AT)
    return approved(quote)


def approved(quote):
    Quote.update(status=Quote.APPROVED, approved_at=AT, pdf=b"%PDF", pdf_sha256="0" * 64).where(Quote.id == quote.id).execute()
    return fresh(quote)


def fresh(quote):
    return Quote.get_by_id(quote.id)


def entries(quote):
    """The lines of a quote as a form would send them."""
    terms = ("discount", "discount_amount", "agreed", "free", "optional")
    return [
        {"product_id": each.product_id, "quantity": each.quantity} | {name: getattr(each, name) for name in terms}
        if each.is_product else {"what": each.what, "name": each.name}
        for each in quotes.lines_of(quote)
    ]


def rewritten(quote, by, lines=None, **columns):
    columns = {"order_discount": quote.order_discount, "contact": quote.contact} | columns
    quotes.save(quote, by, quote.revision, entries(quote) if lines is None else lines, at=AT, **columns)
    return fresh(quote)


def content(quote):
    columns = [field.name for field in QuoteLine._meta.sorted_fields if field.name not in ("id", "quote")]
    head = [name for name in Quote._meta.fields if name not in ("is_newest", "superseded_at", "updated_at")]
    return [quote.__data__[name] for name in head], [[each.__data__[name] for name in columns] for each in quotes.lines_of(quote)]


# ---- one number, one open version ------------------------------------------------------------------------------------


def test_a_new_version_has_the_number_and_the_lines_as_they_stand(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    assert (second.number, second.version, second.status, second.is_newest) == (first.number, 2, Quote.DRAFT, True)
    assert content(fresh(second))[1] == content(first)[1]
    assert versions.diff(first, second).is_none
    assert not fresh(first).is_newest


def test_it_is_valid_as_long_as_the_one_before_or_anew_where_that_is_over(cast, first):
    assert versions.renew(first, by=cast.seller, at=AT).valid_until == LATER
    versions.drop(Quote.get(Quote.version == 2), by=cast.seller)
    late = datetime(2027, 1, 10, 2)
    assert versions.renew(fresh(first), by=cast.seller, at=late).valid_until == date(2027, 2, 9)


def test_a_second_new_version_is_refused_with_the_name_of_who_has_it(cast, first):
    second = versions.renew(first, by=cast.manager, at=AT)
    with pytest.raises(Refused) as answer:
        versions.renew(fresh(first), by=cast.seller, at=AT)
    assert cast.seller.name in answer.value.message and second.title in answer.value.message


@pytest.mark.parametrize("status", Quote.OPEN)
def test_what_is_open_is_not_renewed(cast, first, status):
    Quote.update(status=status).execute()
    with pytest.raises(Refused):
        versions.renew(first, by=cast.seller)
    assert Quote.select().count() == 1


@pytest.mark.parametrize("what", ["sent_at", "declined_at", "expired_at"])
def test_sent_declined_and_expired_versions_are_renewed(cast, first, what):
    Quote.update({getattr(Quote, what): AT}).execute()
    assert versions.renew(fresh(first), by=cast.seller).version == 2


def test_what_became_an_order_is_not_renewed(cast, first):
    order = orders.create(first, by=cast.seller, at=AT)
    with pytest.raises(Refused, match=order.number):
        versions.renew(fresh(first), by=cast.seller)


def test_of_many_who_begin_a_version_at_once_one_does(cast, first):
    def attempt():
        with db.connection_context():
            try:
                return versions.renew(fresh(first), by=cast.seller)
            except Refused as refused:
                return refused.message
    answers = all_at_once([attempt] * 8)
    assert sum(isinstance(answer, Quote) for answer in answers) == 1
    assert Quote.select().where(Quote.number == first.number, Quote.is_newest).count() == 1
    assert Quote.select().count() == 2


@pytest.mark.parametrize("verb", ["save", "drop", "keep_approval"])
def test_an_approved_version_never_changes(cast, first, goods, verb):
    before = content(first)
    with pytest.raises(Refused):
        if verb == "save":
            quotes.save(first, cast.seller, first.revision, [line(goods[0], 1)])
        else:
            getattr(versions, verb)(first, by=cast.seller)
    assert content(fresh(first)) == before


def test_work_on_the_next_version_leaves_the_approved_one_as_it_was(cast, first, goods):
    before = content(first)
    second = versions.renew(first, by=cast.seller, at=AT)
    approved(rewritten(second, cast.seller, [line(goods[0], 12), line(goods[2], 3)], terms="预付 50%"))
    assert content(fresh(first)) == before


# ---- given up --------------------------------------------------------------------------------------------------------


def test_a_version_given_up_leaves_the_one_before_standing(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    versions.drop(second, by=cast.seller)
    assert fresh(first).is_newest and fresh(second).status == Quote.DROPPED
    assert versions.renew(fresh(first), by=cast.seller).version == 3
    assert versions.approved_before(Quote.get(Quote.version == 3)) == first


def test_a_version_given_up_does_not_change_any_more(cast, first, goods):
    second = versions.renew(first, by=cast.seller, at=AT)
    versions.drop(second, by=cast.seller)
    for attempt in (lambda: versions.drop(second, by=cast.seller), lambda: quotes.save(second, cast.seller, 0, []),
                    lambda: versions.renew(second, by=cast.seller), lambda: versions.keep_approval(second, by=cast.seller)):
        with pytest.raises(Refused):
            attempt()


def test_neither_the_first_nor_one_that_waits_is_given_up(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    Quote.update(status=Quote.PENDING).where(Quote.id == second.id).execute()
    with pytest.raises(Refused):
        versions.drop(second, by=cast.seller)
    alone = quotes.create(first.opportunity, cast.seller)
    with pytest.raises(Refused):
        versions.drop(alone, by=cast.seller)


# ---- the order -------------------------------------------------------------------------------------------------------


def test_while_a_version_is_in_work_no_order_is_taken_from_the_one_before(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    with pytest.raises(Refused, match=second.title):
        orders.create(fresh(first), by=cast.seller, at=AT)
    versions.drop(second, by=cast.seller)
    assert orders.create(fresh(first), by=cast.seller, at=AT).total == first.total


def test_only_the_newest_approved_version_becomes_an_order(cast, first):
    second = versions.keep_approval(versions.renew(first, by=cast.seller, at=AT), by=cast.seller, at=AT)
    with pytest.raises(Refused, match=second.title):
        orders.create(fresh(first), by=cast.seller, at=AT)
    order = orders.create(second, by=cast.seller, at=AT)
    assert fresh(second).ordered_at == AT
    with pytest.raises(Refused, match=order.number):
        orders.create(fresh(first), by=cast.seller, at=AT)


def test_an_order_and_a_new_version_at_once_are_one_of_both(cast, first):
    def attempt(verb):
        with db.connection_context():
            try:
                return verb(fresh(first), by=cast.seller, at=AT)
            except Refused:
                return None
    answers = all_at_once([lambda verb=verb: attempt(verb) for verb in (orders.create, versions.renew) * 3])
    assert sum(answer is not None for answer in answers) == 1


# ---- the approval kept -----------------------------------------------------------------------------------------------


def cheaper_line(goods):
    return [line(goods[0], 10), line(goods[1], 20, discount=600)]


CASES = {  # what the new version says, and what of it is worse
    "nothing": ({}, ()),
    "less taken off a line": ({"lines": lambda goods: [line(goods[0], 10), line(goods[1], 20, discount=400)]}, ()),
    "less taken off the whole": ({"order_discount": 9_999}, ()),
    "more pieces at the same price": ({"lines": lambda goods: [line(goods[0], 20), line(goods[1], 40, discount=500)]}, ()),
    "a shorter validity": ({"valid_until": LATER - timedelta(days=1)}, ()),
    "another order of the lines": ({"lines": lambda goods: [line(goods[1], 20, discount=500), line(goods[0], 10)]}, ()),
    "one line written as two": ({"lines": lambda goods: [line(goods[0], 4), line(goods[0], 6), line(goods[1], 20, discount=500)]}, ()),
    "terms with other blanks": ({"terms": "  预付  30% "}, ()),
    "a fen more off the whole": ({"order_discount": 10_001}, ("price", "discount", "margin")),
    "more off a line": ({"lines": cheaper_line}, ("price", "discount", "margin")),
    "a line more off, the rest less": (
        {"lines": cheaper_line, "order_discount": 0}, ("price",),
    ),
    "fewer pieces": ({"lines": lambda goods: [line(goods[0], 9), line(goods[1], 20, discount=500)]}, ("quantity", "discount", "price", "margin")),
    "a piece for free": (
        {"lines": lambda goods: [line(goods[0], 10), line(goods[1], 20, discount=500), line(goods[1], 1, free=True)]},
        ("price", "discount", "margin"),
    ),
    "another product": (
        {"lines": lambda goods: [line(goods[0], 10), line(goods[1], 20, discount=500), line(goods[2], 1)]}, ("lines", "margin"),
    ),
    "a product less": ({"lines": lambda goods: [line(goods[0], 10)]}, ("lines", "price", "margin")),
    "a product only as an option": (
        {"lines": lambda goods: [line(goods[0], 10), line(goods[1], 20, discount=500, optional=True)]},
        ("lines", "price", "margin"),
    ),
    "other terms": ({"terms": "货到 90 天付款"}, ("terms",)),
    "a note to the customer": (
        {"lines": lambda goods: [line(goods[0], 10), line(goods[1], 20, discount=500), {"what": "note", "name": "含三年质保"}]}, ("terms",),
    ),
    "a day longer": ({"valid_until": LATER + timedelta(days=1)}, ("valid_until",)),
    "prices without tax": ({"inclusive": False}, ("tax",)),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_worse_for_the_company_is_named(cast, first, goods, case):
    asked, expected = CASES[case]
    lines = asked["lines"](goods) if "lines" in asked else None
    second = rewritten(
        versions.renew(first, by=cast.seller, at=AT), cast.seller, lines, **{name: asked[name] for name in asked if name != "lines"},
    )
    found = versions.worse_than(first, second)
    assert found >= set(expected) if case == "prices without tax" else found == set(expected)
    assert versions.compared(second).keeps == (not expected)


def test_nothing_worse_is_approved_at_once_on_the_word_given_before(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    kept = versions.keep_approval(second, by=cast.seller, pdf=b"%PDF-2", at=AT)
    stored = fresh(kept)
    assert (stored.status, stored.kept_from, stored.approved_at, bytes(stored.pdf)) == (Quote.APPROVED, first, AT, b"%PDF-2")
    assert len(stored.pdf_sha256) == 64
    told = Event.get(Event.verb == "quote.approval_kept")
    assert (told.record_id, told.actor, told.detail["source"]) == (second.id, cast.seller, first.title)
    assert fresh(first).superseded_at == AT and Event.get(Event.verb == "quote.superseded").detail["later"] == second.title


def test_something_worse_is_not(cast, first):
    second = rewritten(versions.renew(first, by=cast.seller, at=AT), cast.seller, order_discount=10_001)
    with pytest.raises(Refused):
        versions.keep_approval(second, by=cast.seller, pdf=b"%PDF", at=AT)
    assert (fresh(second).status, fresh(first).superseded_at) == (Quote.DRAFT, None)


def test_an_approval_reaches_no_further_than_the_level_that_gave_it(cast, first, goods):
    """More pieces are nothing worse; beyond an amount that asks for another node they need its word."""
    routes.lead_through(routes.superior(), routes.role("finance", when=((Condition("amount", "above", first.total),),)))
    second = rewritten(
        versions.renew(first, by=cast.seller, at=AT), cast.seller, [line(goods[0], 20), line(goods[1], 40, discount=500)],
    )
    standing = versions.compared(second)
    assert not standing.worse and [node.key for node in standing.nodes] == ["n2"] and not standing.keeps


def test_what_costs_more_today_is_no_quiet_matter(cast, first, goods):
    Product.update(cost=60_001).where(Product.id == goods[0].id).execute()
    assert versions.compared(versions.renew(first, by=cast.seller, at=AT)).worse == {"margin"}


def test_the_first_version_has_nothing_to_keep(cast, first):
    alone = quotes.create(first.opportunity, cast.seller, at=AT)
    assert versions.compared(alone) is None
    with pytest.raises(Refused):
        versions.keep_approval(alone, by=cast.seller)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_refreshed_validity_keeps_the_approval_where_the_company_says_so(cast, first, allowed):
    Company.update(refresh_keeps_approval=allowed).execute()
    late = datetime(2027, 1, 10, 2)
    second = versions.refresh(first, by=cast.seller, at=late)
    assert second.valid_until == date(2027, 2, 9)
    assert versions.worse_than(first, second) == {"valid_until"}
    assert versions.compared(second).keeps == allowed
    Quote.update(valid_until=second.valid_until + timedelta(days=1)).where(Quote.id == second.id).execute()
    assert not versions.compared(fresh(second)).keeps


# ---- an approval of its own ------------------------------------------------------------------------------------------


def test_something_worse_starts_at_the_level_it_needs_and_replaces_the_old_once_it_is_approved(cast, first):
    """A fen more off is worse in its price: the node that asks for prices is needed, the one that asks for terms is not."""
    routes.lead_through(
        routes.superior(when=((Condition("changed", "in", ("price",)),),)), routes.role("finance", when=((Condition("changed", "in", ("terms",)),),)),
    )
    second = rewritten(versions.renew(first, by=cast.seller, at=AT), cast.seller, order_discount=10_001)
    approvals.submit(second, by=cast.seller, at=AT)
    assert [step.node for step in Approval.select().where(Approval.status == Approval.CURRENT)] == ["n1"]
    assert Approval.select().where(Approval.status == Approval.WAITING).count() == 0
    assert fresh(first).superseded_at is None
    approvals.approve(second, by=cast.manager, pdf=b"%PDF-2", at=AT)
    assert (fresh(second).status, fresh(second).kept_from_id, fresh(first).superseded_at) == (Quote.APPROVED, None, AT)
    assert fresh(first).pdf is not None


def test_an_expired_version_is_neither_submitted_nor_kept(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)
    late = datetime(2026, 12, 21, 2)
    with pytest.raises(Refused):
        versions.keep_approval(second, by=cast.seller, at=late)
    with pytest.raises(Refused):
        approvals.submit(second, by=cast.seller, at=late)
    assert fresh(second).status == Quote.DRAFT


@pytest.mark.parametrize("by, told", [("seller", 0), ("manager", 1)])
def test_the_owner_is_told_when_another_submits_what_keeps_its_approval(cast, first, by, told):
    versions.keep_approval(versions.renew(first, by=cast.seller, at=AT), by=getattr(cast, by), pdf=b"%PDF", at=AT)
    assert Notice.select().where(Notice.verb == "quote.approval_kept", Notice.user == cast.seller).count() == told


def test_of_many_who_submit_a_version_that_keeps_its_approval_one_does(cast, first):
    second = versions.renew(first, by=cast.seller, at=AT)

    def attempt():
        with db.connection_context():
            try:
                return versions.keep_approval(fresh(second), by=cast.seller, pdf=b"%PDF", at=AT)
            except Refused:
                return None

    assert sum(answer is not None for answer in all_at_once([attempt] * 6)) == 1
    assert Event.select().where(Event.verb == "quote.approval_kept").count() == 1


# ---- the difference --------------------------------------------------------------------------------------------------


def test_the_difference_names_head_lines_and_sums(cast, first, goods):
    second = rewritten(
        versions.renew(first, by=cast.seller, at=AT), cast.seller, [line(goods[0], 12, discount=300), line(goods[2], 5)], terms="预付 50%",
    )
    found = versions.diff(first, second, costs=True)
    assert found.words == [("-", "预付 30%"), ("+", "预付 50%")]
    assert [(each.what, each.line.sku) for each in found.lines] == [("changed", "S-0"), ("added", "S-2"), ("removed", "S-1")]
    assert {change.name: (change.before, change.after) for change in found.lines[0].changes if change.name == "quantity"} == {"quantity": (10, 12)}
    sums = {change.name: change for change in found.sums}
    assert (sums["total"].before, sums["total"].after) == (first.total, second.total)
    assert sums["profit"].by == (second.total - second.cost_total) - (first.total - first.cost_total)


def test_the_difference_says_nothing_of_cost_to_others(cast, first, goods):
    second = rewritten(versions.renew(first, by=cast.seller, at=AT), cast.seller, order_discount=50_000)
    found = versions.diff(first, second)
    assert not {"margin", "profit"} & {change.name for change in found.sums}
    assert "margin" not in found.worse and "margin" in versions.diff(first, second, costs=True).worse


def test_any_two_versions_are_compared_in_either_direction(cast, first):
    second = rewritten(versions.renew(first, by=cast.seller, at=AT), cast.seller, order_discount=9_000)
    third = versions.renew(versions.keep_approval(second, by=cast.seller, at=AT), by=cast.seller, at=AT)
    third = rewritten(third, cast.seller, order_discount=10_000)
    assert versions.diff(first, third).is_none and versions.diff(third, first).is_none
    assert [change.name for change in versions.diff(third, second).head] == ["order_discount"]


def test_keeping_an_approval_asks_nobody(cast, first):
    versions.keep_approval(versions.renew(first, by=cast.seller, at=AT), by=cast.seller, at=AT)
    assert not Notice.select().exists() and not Approval.select().exists()


# ---- by chance -------------------------------------------------------------------------------------------------------


def mixed(dice, goods):
    """A version of two or three lines and a discount on the whole, somewhere about that of `first`."""
    lines = [line(goods[0], dice.choice((10, 10, 10, 9, 12))), line(goods[1], dice.choice((20, 20, 21)), discount=dice.choice((500, 500, 400, 600)))]
    if dice.random() < 0.15:
        lines.append(line(goods[2], 1, free=dice.random() < 0.5, optional=dice.random() < 0.5))
    if dice.random() < 0.1:
        lines.reverse()
    return lines, {
        "order_discount": dice.choice((10_000, 10_000, 9_000, 0, 10_001)), "terms": dice.choice(("预付 30%",) * 6 + ("预付 20%",)),
        "valid_until": LATER + timedelta(days=dice.choice((0, 0, 0, -3, 2))),
    }


def figures(quote):
    """Per product (quantity, paid per unit), margin, discount: reckoned here from the stored lines alone."""
    paid, pieces, cost, gross = Counter(), Counter(), 0, 0
    for each in quotes.lines_of(quote):
        key = each.product_id, each.optional
        paid[key] += each.net
        pieces[key] += Fraction(each.quantity)
        if not each.optional:
            cost, gross = cost + each.cost * Fraction(each.quantity), gross + each.gross
    total = sum(fen for (_product, optional), fen in paid.items() if not optional)
    return {key: (pieces[key], Fraction(paid[key]) / pieces[key]) for key in paid}, (total - cost) / total, 1 - Fraction(total, gross), total - cost


def test_of_random_versions_only_those_nowhere_worse_keep_the_approval(cast, first, goods):
    dice, kept = Random(20261126), 0
    units, margin, discount, profit = figures(first)
    for _turn in range(60):
        lines, columns = mixed(dice, goods)
        second = rewritten(versions.renew(fresh(first), by=cast.seller, at=AT), cast.seller, lines, **columns)
        now_units, now_margin, now_discount, now_profit = figures(second)
        as_good = (
            units.keys() == now_units.keys() and now_margin >= margin and now_discount <= discount and now_profit >= profit
            and all(now_units[key][0] >= units[key][0] and now_units[key][1] >= units[key][1] for key in units)
            and second.terms == first.terms and second.valid_until <= first.valid_until
        )
        assert versions.compared(second).keeps == as_good, (lines, columns)
        kept += as_good
        versions.drop(second, by=cast.seller)
    assert 5 < kept < 55
