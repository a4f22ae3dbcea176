"""The board of quotes: each number equals the list that proves it, and an independent sum over a register taken over as it stands."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from domain import quote_history, quotes
from domain.quote_board import Board
from domain.quote_history import Selection
from models import Approval, Opportunity, Product, Quote, QuoteLine
from tests import offers, zoho_quotes

TODAY = date(2026, 11, 24)
APRIL = date(2021, 4, 21)


def quoted(by, number, **columns):
    made = offers.quote(by, offers.deal(by, name=f"客户 {number}"), number, today=TODAY)
    Quote.update(status=Quote.APPROVED, **columns).where(Quote.id == made.id).execute()
    return Quote.get_by_id(made.id)


def close(quote, status):
    Opportunity.update(status=status).where(Opportunity.id == quote.opportunity_id).execute()


def board(viewer, **selection):
    return Board(viewer, Selection(**selection), TODAY)


# ---- what counts -----------------------------------------------------------------------------------------------------


def test_a_quote_counts_once_however_many_versions_it_has_and_not_before_it_is_approved(cast):
    offers.quote(cast.seller, number="Q-draft")
    old = quoted(cast.seller, "Q-1", superseded_at=datetime(2026, 11, 24), is_newest=False)
    new = quoted(cast.seller, "Q-1b")
    figures = board(cast.admin).figures
    assert (figures.quotes, figures.customers, figures.amount) == (1, 1, new.total)
    assert quote_history.quotes(cast.admin, Selection(outcome="superseded"), TODAY).get() == old


@pytest.mark.parametrize(("deal", "columns", "became"), [
    (Opportunity.OPEN, {}, "open"), (Opportunity.WON, {}, "won"), (Opportunity.LOST, {}, "lost"),
    (Opportunity.OPEN, {"accepted_at": datetime(2026, 11, 24)}, "won"), (Opportunity.OPEN, {"declined_at": datetime(2026, 11, 24)}, "lost"),
    (Opportunity.OPEN, {"valid_until": TODAY}, "open"), (Opportunity.OPEN, {"valid_until": TODAY - timedelta(days=1)}, "expired"),
    (Opportunity.WON, {"valid_until": TODAY - timedelta(days=1)}, "won"), (Opportunity.LOST, {"ordered_at": datetime(2026, 11, 24)}, "won"),
])
def test_what_became_of_a_quote(cast, deal, columns, became):
    close(quoted(cast.seller, "Q-1", **columns), deal)
    assert quote_history.quotes(cast.admin, Selection(), TODAY).get().outcome == became
    assert quote_history.quotes(cast.admin, Selection(outcome=became), TODAY).count() == 1


def test_who_sees_less_counts_less(cast):
    for person, number in ((cast.seller, "Q-1"), (cast.rival, "Q-2"), (cast.outsider, "Q-3")):
        quoted(person, number)
    assert [board(person).figures.quotes for person in (cast.seller, cast.manager, cast.admin)] == [1, 2, 3]


@pytest.mark.parametrize(("since", "until", "count"), [
    (TODAY, TODAY, 1), (TODAY + timedelta(days=1), None, 0), (None, TODAY - timedelta(days=1), 0), (None, None, 1),
])
def test_both_ends_of_the_period_are_inside(cast, since, until, count):
    quoted(cast.seller, "Q-1")
    assert board(cast.admin, since=since, until=until).figures.quotes == count


# ---- margin and discount ---------------------------------------------------------------------------------------------


def test_a_teams_margin_is_profit_by_amount_over_the_quotes_whose_cost_is_known(cast):
    quoted(cast.seller, "Q-1", total=100, cost_total=60)
    quoted(cast.seller, "Q-2", total=300, cost_total=300)
    quoted(cast.seller, "Q-3", total=900, cost_total=None)
    figures = board(cast.admin).figures
    assert (figures.margin, figures.costed, figures.amount) == (Fraction(40, 400), 400, 1_300)


def test_without_a_quote_nothing_is_divided(cast):
    figures = board(cast.admin).figures
    assert (figures.amount, figures.margin, figures.discount, figures.win_rate) == (0, None, None, None)


def test_the_cost_of_lines_is_rounded_as_pricing_rounds_it(cast):
    sensor = Product.create(sku="LD", name="测距", price=10_000, cost=3_333)
    quote = quotes.create(offers.deal(cast.seller), by=cast.seller)
    entries = [{"product_id": sensor.id, "quantity": Decimal(number)} for number in ("0.5", "1.5", "0.0001", "33.3333")]
    totals = quotes.save(quote, cast.seller, 0, entries)
    Quote.update(status=Quote.APPROVED).execute()
    found = board(cast.admin).products()[0].figures
    assert (found.cost, found.costed, found.amount) == (totals.cost_total, totals.total, totals.total)


def test_every_number_of_the_board_is_the_sum_of_the_list_that_it_leads_to(cast):
    for number in range(6):
        made = quoted((cast.seller, cast.rival, cast.outsider)[number % 3], f"Q-{number}")
        close(made, (Opportunity.WON, Opportunity.LOST, Opportunity.OPEN)[number % 3])
    at_hand = board(cast.admin)
    for name, groups in (
        ("seller", at_hand.sellers()), ("unit", at_hand.departments()), ("level", at_hand.levels()), ("product", at_hand.products()),
    ):
        assert groups
        for group in groups:
            selection = at_hand.selection.but(**{name: group.key})
            assert quote_history.figures(cast.admin, selection, TODAY) == group.figures
            if name != "product":
                assert sum(row.total for row in quote_history.quotes(cast.admin, selection, TODAY)) == group.figures.amount
    won = quote_history.quotes(cast.admin, at_hand.selection.but(outcome="won"), TODAY).count()
    assert (won, at_hand.figures.won, at_hand.figures.win_rate) == (2, 2, Fraction(1, 2))


# ---- approval --------------------------------------------------------------------------------------------------------


def test_time_in_approval_is_from_asked_to_decided_per_node(cast):
    quote = quoted(cast.seller, "Q-1")
    began = datetime(2026, 11, 24, 1)
    for place, (name, hours) in enumerate((("商务审批", 3), ("商务审批", 1.5), ("方案设计", 2)), 1):
        Approval.create(
            record_id=quote.id, round=1, position=place, name=name, status=Approval.APPROVED, submitted_by=cast.seller,
            current_since=began, decided_at=began + timedelta(hours=hours), decided_by=cast.manager,
        )
    Approval.create(record_id=quote.id, round=2, position=1, name="商务审批", status=Approval.CURRENT, submitted_by=cast.seller, current_since=began)
    found = {step.name: (step.decisions, round(step.hours, 4)) for step in board(cast.admin).steps()}
    assert found == {"商务审批": (2, 2.25), "方案设计": (1, 2.0)}
    assert quote_history.figures(cast.admin, Selection(node="方案设计"), TODAY).quotes == 1


# ---- history ---------------------------------------------------------------------------------------------------------


def test_the_history_of_a_product_shows_each_line_and_leaves_options_out(cast):
    made = quoted(cast.seller, "Q-1")
    line = QuoteLine.select().where(QuoteLine.quote == made.id).order_by(QuoteLine.position).first()
    selection = Selection(product=line.product_id)
    found = quote_history.lines(cast.manager, selection, TODAY).get()
    assert (found.net, found.quote.number, found.quote.customer.name, found.outcome) == (line.net, "Q-1", "客户 Q-1", "open")
    QuoteLine.update(optional=True).where(QuoteLine.id == line.id).execute()
    assert not quote_history.lines(cast.manager, selection, TODAY).exists()
    assert quote_history.lines(cast.outsider, selection, TODAY).count() == 0


# ---- a register ------------------------------------------------------------------------------------------------------


def test_the_numbers_over_the_zoho_register_equal_plain_sums_over_its_file(cast):
    sellers = zoho_quotes.take_over(cast.manager)
    rows = zoho_quotes.rows()
    board = Board(cast.admin, Selection(), APRIL)
    amount, net, listed = (sum(zoho_quotes.fen(row[name]) for row in rows) for name in ("Grand Total", "Discount", "Sub Total"))
    became = Counter(row["Sales Status"] for row in rows)
    figures = board.figures
    assert (figures.quotes, figures.amount, figures.listed) == (3_000, amount, listed)
    assert figures.discount == Fraction(net, listed)
    assert (figures.won, figures.lost) == (became["Won"], became["Lost"])
    assert figures.win_rate == Fraction(became["Won"], became["Won"] + became["Lost"])
    by_seller, by_month = defaultdict(int), defaultdict(int)
    for row in rows:
        by_seller[sellers[row["Quote Owner"]]] += zoho_quotes.fen(row["Grand Total"])
        by_month[datetime.strptime(row["Created Time"], zoho_quotes.TIME).strftime("%Y-%m")] += zoho_quotes.fen(row["Grand Total"])
    assert {group.key: group.figures.amount for group in board.sellers()} == by_seller
    assert {group.key: group.figures.amount for group in board.months()} == by_month
