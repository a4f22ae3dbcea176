"""Why a node of a flow is asked, who decides there and why nobody has to, and what it is about, in words and figures."""

from datetime import timedelta
from decimal import Decimal

from flask import g
from flask_babel import gettext as _

from domain import now
from domain.money import format_money, format_quantity
from models import Choice, Department
from views.formats import speaks_chinese
from views.quote_rows import stored_row
from views.roles import role_name

RATES = ("effective_discount", "margin", "discount_rate")
CHANGED = ("price", "quantity", "discount", "terms", "valid_until", "lines")


def reason(condition):
    """One condition, as a Condition or as it is stored: Discount above 10%."""
    field, op, value = condition if isinstance(condition, list) else (condition.field, condition.op, condition.value)
    if field == "loses_money":
        return _("Sold below cost")
    if field == "changed":
        return _("Worse than the approved version")
    if field in RATES or field == "amount":
        return compared(subject(field), op, value, as_rate if field in RATES else as_amount)
    sentence = _("%(what)s: %(words)s") if op == "in" else _("%(what)s not: %(words)s")
    return sentence % {"what": subject(field), "words": ", ".join(named(field, each) for each in value)}


def subject(field):
    return {
        "effective_discount": _("Discount in all"), "margin": _("Margin rate"), "discount_rate": _("Order discount rate"),
        "amount": _("Amount"), "level": _("Customer level"), "category": _("Category"), "department": _("Department"),
        "province": _("Province"),
    }[field]


def compared(what, op, value, shown):
    if op == "between":
        return _("%(what)s between %(low)s and %(high)s", what=what, low=shown(value[0]), high=shown(value[1]))
    sentence = {
        "above": _("%(what)s above %(limit)s"), "at_least": _("%(what)s at least %(limit)s"),
        "below": _("%(what)s below %(limit)s"), "at_most": _("%(what)s at most %(limit)s"),
    }[op]
    return sentence % {"what": what, "limit": shown(value)}


def as_rate(basis_points):
    return f"{format_quantity(Decimal(basis_points) / 100)}%"


def as_amount(fen):
    return f"¥{format_money(fen)}"


def named(field, value):
    if field == "department":
        found = Department.get_or_none(Department.id == value)
        return found.name if found else "—"
    if field == "level":
        return level_names().get(value, value)
    return str(value)


def level_names():
    if "level_names" not in g:
        g.level_names = {row.value: row.label if speaks_chinese() else row.label_en for row in Choice.select().where(Choice.field == "level")}
    return g.level_names


def reasons(conditions):
    """Several, each once, in a line."""
    return ("；" if speaks_chinese() else "; ").join(dict.fromkeys(reason(each) for each in conditions))


def passed(why):
    return {
        "empty": _("passes: nobody to ask"), "own": _("passes: your own step"), "repeat": _("passes: the same person has approved"),
    }[why]


def asked(step):
    """Who decides at a node to come, and whether one or all of them."""
    names = ("、" if speaks_chinese() else ", ").join(seat.approver.name if seat.approver else role_name(seat.role) for seat in step.seats)
    if len(step.seats) == 1:
        return names
    return {"any": _("one of: %(names)s"), "all": _("all of: %(names)s"), "in_turn": _("in turn: %(names)s")}[step.step.node.mode] % {"names": names}


def waited(since):
    """40 min, 3 h 20 min, 2 d 3 h: how long something waits."""
    minutes = max(now() - since, timedelta(0)) // timedelta(minutes=1)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=f"{minutes:02}")
    return _("%(hours)s h", hours=hours) if hours else _("%(n)s min", n=minutes)


def taken_off(quote):
    """12.5%: what all discounts of a quote come to."""
    return percent(quote.list_total - quote.order_amount, quote.list_total)


def quote_margin(quote):
    return margin(quote.total, quote.cost_total)


def line_margin(figures):
    return margin(figures.incl, figures.cost)


def margin(paid, cost):
    """31.2%, −4.0%: of what is paid after all discounts; a dash where the cost is not known."""
    return "—" if cost is None else percent(paid - cost, paid).replace("-", "−")


def percent(part, whole):
    return f"{Decimal(part) * 100 / whole:.1f}%" if whole else "—"


def line_paid(line):
    """95%, −100.00, ¥1,798.00 or free: what is taken off."""
    return stored_row(line).paid or "—"


FILTERS = {
    "reason_words": reason, "reasons_words": reasons, "passed_words": passed, "asked_words": asked, "waited": waited,
    "taken_off": taken_off, "quote_margin": quote_margin, "line_margin": line_margin, "line_paid": line_paid,
}
