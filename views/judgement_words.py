"""A quote's judgements in words: why it needs an approver, in a line of the inbox and in its table."""

from decimal import Decimal

from flask_babel import gettext as _

from domain.money import format_money, format_quantity
from views.formats import speaks_chinese, wan


def label(judgement):
    return {"discount": _("Discount rate"), "margin": _("Margin rate"), "amount": _("Order amount")}[judgement.name]


def standard(judgement):
    """≥ 90.00% or ≤ 500,000.00."""
    if judgement.name == "amount":
        return f"≤ {format_money(judgement.limit)}"
    return f"≥ {Decimal(judgement.limit) / 100:.2f}%"


def actual(judgement):
    if judgement.name == "amount":
        return format_money(judgement.shown)
    return judgement.shown if judgement.points is None else f"{judgement.shown}%"


def reason(judgement):
    """Why a missed limit asks for an approver, in a few words."""
    floor = f"{format_quantity(Decimal(judgement.limit) / 100)}%"
    if judgement.name == "amount":
        return _("Amount above %(limit)s", limit=wan(judgement.limit))
    if judgement.points is None:
        return _("Margin not known")
    if judgement.name == "discount":
        return _("Discount rate %(rate)s, below %(floor)s", rate=actual(judgement), floor=floor)
    return _("Margin rate %(rate)s, below %(floor)s", rate=actual(judgement), floor=floor)


def verdict(judgement):
    """How far from its limit, and what that is in money."""
    if judgement.name == "amount":
        return _("¥%(amount)s above", amount=format_money(judgement.short)) if judgement.missed else _("Within the limit")
    if judgement.points is None:
        return _("A product's cost is not known")
    points = f"{judgement.points:.2f}"
    if not judgement.missed:
        return _("%(points)s points above", points=points)
    if judgement.short is None:
        return _("%(points)s points below", points=points)
    return _("%(points)s points below, ¥%(amount)s", points=points, amount=format_money(judgement.short))


def summary(judgements):
    """What a phone says under the headline: how far the first miss is, and how the rest stands."""
    missed = [each for each in judgements if each.missed]
    said = [_("%(verdict)s.", verdict=verdict(missed[0]))] if missed else []
    for each in judgements:
        if each.missed and each is not missed[0]:
            said.append(_("%(reason)s.", reason=reason(each)))
        elif not each.missed and each.name == "margin":
            said.append(_("Margin rate %(rate)s, above the floor.", rate=actual(each)))
    return ("" if speaks_chinese() else " ").join(said)


FILTERS = {"judged_label": label, "judged_standard": standard, "judged_actual": actual, "judged_reason": reason,
           "judged_verdict": verdict, "judged_summary": summary}
