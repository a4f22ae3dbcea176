"""What the board and the list of deals show: the filters as the address carries them, columns, cards, rows."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from flask import g, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from domain import board, now
from models import Customer, Member, Opportunity, Stage, capped_counts
from views.fields import salespeople
from views.formats import today
from views.helpers import came_from, known, page_of, whole

PERIODS = {"month": _l("this month"), "quarter": _l("this quarter"), "next_quarter": _l("next quarter")}
ORDERS = {"next": _l("Next step"), "amount": _l("Amount"), "waiting": _l("Days in stage")}
SORTS = {"new": (Opportunity.id,), "amount": (Opportunity.amount, Opportunity.id)}


@dataclass
class Wanted:
    """The filters, order and folds that an address asks for; whatever else it says is left out."""

    owners: list = field(default_factory=list)
    expected: str = ""
    text: str = ""
    order: str = "next"
    unfolded: set = field(default_factory=set)
    customer: int | None = None

    @classmethod
    def asked(cls, arguments=None):
        arguments = request.args if arguments is None else arguments
        expected, order = arguments.get("expected", ""), arguments.get("order", "next")
        return cls(
            arguments.getlist("owner", type=whole)[:50],
            expected if expected in PERIODS else "",
            arguments.get("q", "").strip()[:100],
            order if order in ORDERS else "next",
            set(arguments.getlist("unfold", type=whole)),
            arguments.get("customer", type=whole),
        )

    @property
    def filtered(self):
        return bool(self.owners or self.expected or self.text or self.customer)

    @property
    def period(self):
        """(first day, day after the last), or None."""
        quarter = board.quarter_of(today())
        periods = {"month": board.month_of(today()), "quarter": quarter, "next_quarter": board.quarter_of(quarter[1])}
        return periods.get(self.expected)

    def narrowing(self):
        """Conditions of the filters, apart from the period."""
        if self.owners:
            yield Opportunity.owner.in_(self.owners)
        if self.text:
            yield board.named(self.text)
        if self.customer:
            yield Opportunity.customer == self.customer

    def arguments(self):
        """The same again as arguments of an address."""
        return {
            "owner": self.owners, "expected": self.expected or None, "q": self.text or None,
            "order": None if self.order == "next" else self.order, "customer": self.customer,
        }

    def board(self, unfold=None, fold=None):
        """The address of this board with one column more, or one less, unfolded."""
        unfolded = (self.unfolded | {unfold}) - {fold, None}
        return url_for("opportunities.index", unfold=sorted(unfolded), **self.arguments())


@dataclass
class Shown:
    """A column as it is drawn; depth is its place on the colour ramp, from 1."""

    column: board.Column
    depth: int
    folded: bool
    deals: list
    more: bool

    @property
    def stage(self):
        return self.column.stage


# ---- the board -------------------------------------------------------------------------------------------------------


def drawn(wanted, only=None):
    """Everything the board's templates need; `only` limits the cards to these stages (the sums are those of all)."""
    conditions = [board.on_board(wanted.period), *wanted.narrowing()]
    columns = board.columns(Opportunity.seen_by(g.user), *conditions)
    query = Opportunity.visible_to(g.user).where(*conditions)
    shown = []
    for depth, column in enumerate(columns, 1):
        if only is not None and column.stage.id not in only:
            continue
        folded = depth in (1, len(columns)) and column.stage.id not in wanted.unfolded
        shown.append(Shown(column, depth, folded, *board.cards(query, column.stage, wanted.order)))
    return {
        "wanted": wanted,
        "columns": columns,
        "shown": shown,
        "first_shown": next((column.stage.id for column in columns if column.count), None),
        **narrowed_to(wanted),
        **about([deal for column in shown for deal in column.deals]),
    }


def narrowed_to(wanted):
    """The people one may filter by, and the customer that the address names."""
    return {"people": salespeople(), "customer": known(Customer.visible_to(g.user), wanted.customer)}


def about(deals):
    """What the cards say beside the deals themselves: next steps, days, and which ones this person may move."""
    shared = Member.select(Member.record_id).where(
        Member.record_kind == "opportunity", Member.user == g.user.id, Member.may_edit, Member.lasting()
    )
    shared = {row.record_id for row in shared}
    return {
        "steps": board.next_steps(deals),
        "now": now(),
        "movable": {deal.id for deal in deals if deal.is_open and (g.user.oversees(deal.owner_id) or deal.id in shared)},
        "periods": PERIODS,
        "orders": ORDERS,
    }


def more_cards(wanted, stage, after):
    conditions = [board.on_board(wanted.period), *wanted.narrowing()]
    query = Opportunity.visible_to(g.user).where(*conditions)
    deals, more = board.cards(query, stage, wanted.order, after)
    return {"wanted": wanted, "stage": stage, "deals": deals, "more": more, **about(deals)}


def is_shown():
    """Whether the request came from the board."""
    where = came_from()
    return where.path == url_for("opportunities.index") and "list" not in parse_qs(where.query).get("view", ())


def after_move(opportunity, left):
    """The board's columns that changed, under the filters of the page on which it happened."""
    wanted = Wanted.asked(MultiDict(parse_qs(came_from().query)))
    return drawn(wanted, only={left.id, opportunity.stage_id})


# ---- the list --------------------------------------------------------------------------------------------------------


def listed(wanted):
    """A page of rows of one status, with the counts of all three."""
    query, columns, descending = in_order(wanted)
    every, stage = of_every_status(wanted), request.args.get("stage", type=whole)
    rows = page_of(query, *columns, descending=descending)
    return {
        "wanted": wanted,
        "rows": rows,
        "counts": capped_counts({name: every.where(Opportunity.status == name) for name in Opportunity.STATUSES}),
        "status": status_shown(),
        "sort": request.args.get("sort", "new"),
        "stage": stage and Stage.get_or_none(Stage.id == stage),
        **narrowed_to(wanted),
        **about(rows.rows),
    }


def in_order(wanted):
    """(query, columns, newest first): the list that the address asks for, on the page and as an export."""
    columns = SORTS.get(request.args.get("sort"), SORTS["new"])
    return of_every_status(wanted).where(Opportunity.status == status_shown()), columns, True


def of_every_status(wanted):
    query = Opportunity.visible_to(g.user).where(*wanted.narrowing(), *dated(wanted.period))
    stage = request.args.get("stage", type=whole)
    return query.where(Opportunity.stage == stage) if stage else query


def status_shown():
    status = request.args.get("status", Opportunity.OPEN)
    return status if status in Opportunity.STATUSES else Opportunity.OPEN


def dated(period):
    if period:
        yield Opportunity.expected_on >= period[0]
        yield Opportunity.expected_on < period[1]
