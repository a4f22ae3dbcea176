"""The board of quotes (报价看板): how much was quoted to whom, what came of it, at which margin, and how long approval took."""

from dataclasses import dataclass

from peewee import SQL, Case, SqliteDatabase, fn

from domain import quote_history
from domain.quote_history import NONE, Figures, QuoteLine, as_figures, joined
from models import Approval, Customer, Department, Product, Quote, User, db

HOUR = 3_600
MOST_ROWS = 30  # of sellers, products: those with the largest amounts


@dataclass(frozen=True)
class Group:
    """A month, seller, department, level or product: what names it in a selection, its words, its figures."""

    key: object
    label: str
    figures: Figures


@dataclass(frozen=True)
class Step:
    """A node of the approval: how many decisions, and hours from asked to decided on average."""

    name: str
    decisions: int
    hours: float


class Board:
    """Everything on the board for one viewer and selection: seven questions, however many quotes."""

    def __init__(self, viewer, selection, today):
        self.viewer, self.today = viewer, today
        self.selection = selection.but(quoted=True)
        self.figures = quote_history.figures(viewer, self.selection, today)

    @property
    def where(self):
        return quote_history.where(self.viewer, self.selection, self.today)

    def quotes_by(self, *keys):
        sums = quote_history.quote_sums(self.today)
        places = [SQL(str(place)) for place, _key in enumerate(keys, 1)]
        return joined(Quote.select(*keys, *sums)).where(self.where).group_by(*places).tuples()

    def months(self):
        month = fn.SUBSTR(Quote.issued_on.cast("text"), 1, 7)
        return [Group(key, key, as_figures(sums)) for key, *sums in self.quotes_by(month).order_by(SQL("1"))]

    def sellers(self):
        rows = self.quotes_by(User.id, User.name).order_by(fn.SUM(Quote.total).desc(), User.id).limit(MOST_ROWS)
        return [Group(id, name, as_figures(sums)) for id, name, *sums in rows]

    def departments(self):
        name = Department.select(Department.name).where(Department.id == User.department)
        rows = self.quotes_by(User.department, name).order_by(fn.SUM(Quote.total).desc())
        return [Group(str(id or NONE), name or "", as_figures(sums)) for id, name, *sums in rows]

    def levels(self):
        return [Group(level or NONE, level, as_figures(sums)) for level, *sums in self.quotes_by(Customer.level).order_by(Customer.level)]

    def products(self):
        sums = quote_history.line_sums(self.today)
        query = joined(QuoteLine.select(Product.id, Product.name, Product.sku, *sums).join(Product).switch(QuoteLine).join(Quote))
        rows = query.where(quote_history.sold(self.selection), self.where).group_by(Product.id, Product.name, Product.sku)
        largest = rows.order_by(fn.SUM(QuoteLine.excl + QuoteLine.tax).desc(), Product.id).limit(MOST_ROWS).tuples()
        return [Group(id, f"{name} {sku}", as_figures(sums)) for id, name, sku, *sums in largest]

    def steps(self):
        quotes = joined(Quote.select(Quote.id)).where(self.where)
        decided = quote_history.decisions().where(Approval.record_id.in_(quotes))
        rows = decided.select(Approval.name, fn.COUNT(Approval.id), fn.AVG(waited())).group_by(Approval.name)
        in_order = rows.order_by(fn.MIN(Approval.position), Approval.name).tuples()
        return [Step(name, number, float(seconds) / HOUR) for name, number, seconds in in_order]


def waited():
    """Seconds from asked to decided, in the words of the engine; none where the machine's clock was set back in between."""
    return Case(None, [(Approval.decided_at > Approval.current_since, difference())], SQL("0.0"))


def difference():
    if isinstance(db.obj, SqliteDatabase):
        return (fn.JULIANDAY(Approval.decided_at) - fn.JULIANDAY(Approval.current_since)) * SQL("86400")
    return fn.DATE_PART("epoch", Approval.decided_at - Approval.current_since)
