"""Quotes without HTTP: how one begins, what a line remembers, what a save writes and refuses."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from domain import Refused, approvals, customers, deals, quotes
from domain.money import PricingError
from models import Company, Customer, DocumentTemplate, Event, Opportunity, Product, Quote, QuoteLine
from tests import offers

NOON = datetime(2026, 11, 24, 4)
LATE = datetime(2026, 11, 24, 17)  # already the 25th in Shanghai


def entry(product, quantity=1, discount=None):
    return {"product_id": product.id, "quantity": Decimal(quantity), "discount": discount}


def save(quote, by, *lines, revision=None, at=NOON, **columns):
    asked = {"valid_until": quote.valid_until, "terms": quote.terms} | columns
    return quotes.save(quote, by, quote.revision if revision is None else revision, lines, at=at, **asked)


def edits(quote):
    return list(Event.select().where(Event.verb == "quote.edited", Event.record_id == quote.id).order_by(Event.id))


# ---- how a quote begins ----------------------------------------------------------------------------------------------


def test_a_quote_begins_with_the_company_s_terms_and_validity(cast):
    Company.update(quote_valid_days=20, quote_terms="预付 30%").execute()
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller, at=NOON)
    assert (quote.number, quote.version, quote.status) == ("Q20261124-001", 1, Quote.DRAFT)
    assert (quote.issued_on, quote.valid_until, quote.terms) == (date(2026, 11, 24), date(2026, 12, 14), "预付 30%")


def test_the_day_of_a_quote_is_the_company_s_day(cast):
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller, at=LATE)
    assert quote.issued_on == date(2026, 11, 25) and quote.number == "Q20261125-001"


def test_numbers_run_on_without_gaps(cast):
    deal = offers.deal(cast.seller)
    assert [quotes.create(deal, by=cast.seller, at=NOON).number[-3:] for _n in range(3)] == ["001", "002", "003"]


def test_the_contact_of_the_deal_comes_along(cast):
    customer = customers.create(by=cast.seller, name="无锡微研股份有限公司")
    contact = customers.add_contact(customer, by=cast.seller, name="张建国")
    deal = deals.create(by=cast.seller, customer=customer, name="产线改造", amount=1, contact=contact)
    assert quotes.create(deal, by=cast.seller).contact == contact


def test_a_manager_s_quote_on_a_seller_s_deal_is_the_seller_s(cast):
    assert quotes.create(offers.deal(cast.seller), by=cast.manager).owner == cast.seller


def test_a_team_member_s_quote_is_his_own(cast):
    assert quotes.create(offers.deal(cast.seller), by=cast.rival).owner == cast.rival


def test_a_closed_deal_takes_no_quote(cast):
    deal = offers.deal(cast.seller)
    Opportunity.update(status=Opportunity.LOST).execute()
    with pytest.raises(Refused):
        quotes.create(deal, by=cast.seller)
    assert Quote.select().count() == 0


# ---- saving ----------------------------------------------------------------------------------------------------------


def test_what_is_stored_is_what_pricing_says(cast, draft, sensors):
    totals = save(draft, cast.seller, entry(sensors[0], 24, 500), entry(sensors[1], "12.5"), order_discount=77_777)
    stored = Quote.get_by_id(draft.id)
    assert (stored.list_total, stored.total) == (totals.list_total, totals.total) == (4_674_000, 4_674_000 - 223_200 - 77_777)
    assert (stored.tax_total, stored.cost_total) == (totals.tax_total, 24 * 112_345 + 123_388)
    assert quotes.totals_of(stored) == totals
    for line, priced in zip(quotes.lines_of(stored), totals.lines, strict=True):
        for name in ("gross", "amount", "share", "net", "excl", "tax", "quantity", "tax_rate"):
            assert getattr(line, name) == getattr(priced, name)
    assert sum(line.net for line in quotes.lines_of(stored)) == stored.total


def test_a_line_keeps_what_its_product_said_when_it_was_added(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0], 2))
    Product.update(price=999_900, cost=1, name="别的名字", tax_rate=Decimal("0.09")).where(Product.id == sensors[0].id).execute()
    save(draft, cast.seller, entry(sensors[0], 3))
    line = quotes.lines_of(draft)[0]
    assert (line.price, line.cost, line.name, line.tax_rate, line.quantity) == (186_000, 112_345, "激光测距传感器", Decimal("0.13"), 3)


def test_a_line_taken_out_and_put_back_says_what_the_product_says_today(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0]))
    save(draft, cast.seller)
    Product.update(price=200_000).where(Product.id == sensors[0].id).execute()
    save(draft, cast.seller, entry(sensors[0]))
    assert quotes.lines_of(draft)[0].price == 200_000


def test_a_product_no_longer_sold_stays_on_its_quote_but_joins_no_other(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0]))
    Product.update(active=False).execute()
    save(draft, cast.seller, entry(sensors[0], 5))
    with pytest.raises(Refused):
        save(draft, cast.seller, entry(sensors[0]), entry(sensors[1]))
    assert [line.quantity for line in quotes.lines_of(draft)] == [5]


def test_lines_stand_in_the_order_of_the_form(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0]), entry(sensors[1]))
    save(draft, cast.seller, entry(sensors[1]), entry(sensors[0]))
    assert [(line.position, line.sku) for line in quotes.lines_of(draft)] == [(1, "PX-18N"), (2, "LD-200")]


def test_a_product_may_stand_on_two_lines(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0], 5), entry(sensors[0], 1, 10_000))
    assert [line.amount for line in quotes.lines_of(draft)] == [930_000, 0]


def test_an_older_form_overwrites_nothing(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0], 7))
    with pytest.raises(Refused) as refusal:
        save(draft, cast.manager, entry(sensors[0], 9), revision=0)
    assert "孙一" in refusal.value.message and "12:00" in refusal.value.message
    assert [line.quantity for line in quotes.lines_of(draft)] == [7] and len(edits(draft)) == 1


def test_a_save_that_changes_nothing_leaves_no_trace(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0]))
    save(draft, cast.seller, entry(sensors[0]), at=NOON + timedelta(hours=1))
    stored = Quote.get_by_id(draft.id)
    assert (stored.revision, stored.updated_at, len(edits(draft))) == (1, NOON, 1)


def test_a_discount_beyond_the_lines_is_refused(cast, draft, sensors):
    with pytest.raises(Refused):
        save(draft, cast.seller, entry(sensors[1]), order_discount=16_801)
    assert quotes.lines_of(draft) == [] and save(draft, cast.seller, entry(sensors[1]), order_discount=16_800).total == 0


def test_what_pricing_refuses_is_told_by_its_code(draft, sensors):
    lines = quotes.drafted(draft, [entry(sensors[0], 0)])
    with pytest.raises(PricingError) as refusal:
        quotes.priced(lines, 0)
    assert (refusal.value.code, refusal.value.key) == ("zero", 0)


def test_a_quote_has_no_more_lines_than_can_be_handled(cast, draft, sensors):
    with pytest.raises(Refused):
        save(draft, cast.seller, *[entry(sensors[0])] * (quotes.MOST_LINES + 1))


def test_a_stranger_is_no_contact_of_this_customer(cast, draft, sensors):
    other = customers.create(by=cast.seller, name="常州光洋轴承股份有限公司")
    stranger = customers.add_contact(other, by=cast.seller, name="王芳")
    with pytest.raises(Refused):
        save(draft, cast.seller, entry(sensors[0]), contact=stranger)


@pytest.mark.parametrize("status", [Quote.PENDING, Quote.APPROVED])
def test_only_a_draft_can_be_written(cast, draft, sensors, status):
    Quote.update(status=status).execute()
    with pytest.raises(Refused):
        save(draft, cast.seller, entry(sensors[0]))


def test_a_rejected_quote_is_written_again_and_stays_rejected_until_submitted(cast, draft, sensors):
    Quote.update(status=Quote.REJECTED).execute()
    save(draft, cast.seller, entry(sensors[0]))
    assert Quote.get_by_id(draft.id).status == Quote.REJECTED


def test_a_save_between_look_and_submit_is_not_submitted_unseen(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0]))
    as_seen = Quote.get_by_id(draft.id)
    save(draft, cast.seller, entry(sensors[0], 2))
    with pytest.raises(Refused):
        approvals.submit(as_seen, by=cast.seller, at=NOON)


# ---- the audit -------------------------------------------------------------------------------------------------------


def test_the_audit_names_the_lines_that_changed_and_no_cost(cast, draft, sensors):
    save(draft, cast.seller, entry(sensors[0], 24), entry(sensors[1], 10))
    save(draft, cast.seller, entry(sensors[0], 24, 500), entry(sensors[1], 10), order_discount=1_000)
    event = edits(draft)[-1]
    assert (event.before["lines"], event.after["lines"]) == ("LD-200 × 24", "LD-200 × 24 · 95%")
    assert (event.before["order_discount"], event.after["order_discount"]) == (0, 1_000)
    assert "cost" not in str(event.before) + str(event.after) and "112345" not in str(event.after)


def test_the_audit_names_the_new_contact(cast, draft):
    contact = customers.add_contact(draft.customer, by=cast.seller, name="张建国")
    save(draft, cast.seller, contact=contact)
    assert edits(draft)[-1].after == {"contact_name": "张建国"}


# ---- looking back ----------------------------------------------------------------------------------------------------


def test_there_is_no_pdf_before_approval(cast, draft):
    Quote.update(pdf=b"%PDF").execute()
    with pytest.raises(Refused):
        quotes.printed(draft)
    Quote.update(status=Quote.APPROVED).execute()
    assert quotes.printed(draft) == b"%PDF"


def test_an_approved_quote_of_which_no_pdf_was_kept_says_so(cast, draft):
    with pytest.raises(Refused, match="approved") as before:
        quotes.printed(draft)
    Quote.update(status=Quote.APPROVED, pdf=None).execute()
    with pytest.raises(Refused, match="No PDF was kept") as after:
        quotes.printed(draft)
    assert str(before.value) != str(after.value)


def test_lines_of_a_quote_go_only_with_their_own_quote(cast, draft, sensors):
    other = quotes.create(draft.opportunity, by=cast.seller, at=NOON)
    save(other, cast.seller, entry(sensors[0]))
    save(draft, cast.seller, entry(sensors[1]))
    save(draft, cast.seller)
    assert [line.quote_id for line in QuoteLine.select()] == [other.id]


def test_a_file_name_says_what_is_inside_in_the_language_it_is_printed_in(draft):
    def named():
        return quotes.file_name(Quote.get_by_id(draft.id))

    Customer.update(short_name="", name='../../etc/passwd\r\nX: "y"?*' + "长" * 170).execute()
    assert re.fullmatch(rf"报价-{draft.number}-[^/\\\s\"?*:<>|]{{1,60}}\.pdf", named())
    Customer.update(name="苏州恒立").execute()
    DocumentTemplate.update(language=DocumentTemplate.ENGLISH).where(DocumentTemplate.is_default).execute()
    assert named() == f"Quote-{draft.number}-苏州恒立.pdf"
    Quote.update(language=DocumentTemplate.BOTH).execute()
    assert named() == f"报价-{draft.number}-苏州恒立.pdf"
