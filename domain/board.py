"""The board (商机看板): what lies in each column, summed by the database, and the cards a page at a time."""

from dataclasses import dataclass
from datetime import date

from peewee import fn

from domain import day_of, now, search, start_of_day
from domain.money import half_up
from models import Customer, Opportunity, Stage, Task

CARDS = 25  # per column, then as many again on demand

ORDERS = {  # name: (column, highest first)
    "next": (Opportunity.next_at, False),
    "amount": (Opportunity.amount, True),
    "waiting": (Opportunity.stage_since, False),
}
LATEST_FIRST = (Opportunity.closed_at, True)


@dataclass
class Column:
    """A stage with what lies in it: number of deals, their amount and what it is worth by the win rate, in fen."""

    stage: Stage
    count: int = 0
    amount: int = 0
    weighted: int = 0


# ---- which deals -----------------------------------------------------------------------------------------------------


def on_board(expected=None, at=None):
    """Open deals and those won this quarter; `expected` (first day, day after the last) narrows both to a period."""
    first, end = expected or (quarter_of(day_of(at or now()))[0], None)
    won = (Opportunity.status == Opportunity.WON) & (Opportunity.closed_at >= start_of_day(first))
    still_open = Opportunity.status == Opportunity.OPEN
    if end:
        won &= Opportunity.closed_at < start_of_day(end)
        still_open &= (Opportunity.expected_on >= first) & (Opportunity.expected_on < end)
    return still_open | won


def quarter_of(day):
    """(its first day, the first day of the next one)."""
    month = (day.month - 1) // 3 * 3 + 1
    return date(day.year, month, 1), date(day.year + month // 10, (month + 2) % 12 + 1, 1)


def month_of(day):
    return day.replace(day=1), date(day.year + day.month // 12, day.month % 12 + 1, 1)


def named(text):
    """Deals whose own name or whose customer's name holds the text."""
    customers = search.narrowed(Customer.select(Customer.id), "customer", text, only_names=True)
    return Opportunity.name.contains(text) | Opportunity.customer.in_(customers)


# ---- columns ---------------------------------------------------------------------------------------------------------


def columns(seen, *wanted):
    """Every stage in order, each with its sums over the deals that are `seen` and `wanted`: one grouped query."""
    amount, weight = fn.SUM(Opportunity.amount), fn.SUM(Opportunity.amount * Stage.win_rate)
    sums = (
        Opportunity.select(Stage.id, fn.COUNT(Opportunity.id), amount.cast("bigint"), weight.cast("bigint"))
        .join(Stage)
        .where(seen, *wanted)
        .group_by(Stage.id)
        .tuples()
    )
    found = {stage: (count, total, half_up(weighted, 100)) for stage, count, total, weighted in sums}
    return [Column(stage, *found.get(stage.id, ())) for stage in Stage.in_order()]


def cards(query, stage, order="next", after=None):
    """(deals of a column, whether more follow); `after` is the last deal shown so far."""
    column, descending = LATEST_FIRST if stage.is_won else ORDERS[order]
    status = Opportunity.WON if stage.is_won else Opportunity.OPEN  # so that the index passes by what was lost here
    query = query.where(Opportunity.stage == stage, Opportunity.status == status)
    if after:
        query = query.where(beyond(column, descending, after))
    sort = column.desc(nulls="last") if descending else column.asc(nulls="last")
    found = list(query.order_by(sort, Opportunity.id).limit(CARDS + 1))
    return found[:CARDS], len(found) > CARDS


def beyond(column, descending, last):
    """What comes after a deal in this order; deals without a value stand at the end."""
    value, later = getattr(last, column.name), Opportunity.id > last.id
    if value is None:
        return column.is_null() & later
    return (column < value if descending else column > value) | (column == value) & later | column.is_null()


def next_steps(deals):
    """{id of the deal: its open Task}."""
    ids = [deal.id for deal in deals]
    tasks = Task.select().where(Task.record_kind == "opportunity", Task.record_id.in_(ids), Task.done_at.is_null())
    return {task.record_id: task for task in tasks}
