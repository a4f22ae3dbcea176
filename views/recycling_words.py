"""Recycling rules in words: the rule as a sentence, its conditions, why a record stays or goes."""

from datetime import timedelta

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext

from domain import day_of, due
from models import Department, RecycleRule
from views.formats import choice, day, today

DAY = timedelta(days=1)
FEW = 4  # rows of the day's page
SOON = 7  # days in which a record counts as about to go (快掉保)


def kind_words(what):
    return _("Leads") if what == "lead" else _("Customers")


def days_words(number, working):
    if working:
        return ngettext("%(num)s working day", "%(num)s working days", number)
    return ngettext("%(num)s day", "%(num)s days", number)


def condition_words(what, condition, days, working):
    """15 天未跟进"""
    words = days_words(days, working)
    if condition == RecycleRule.NO_FOLLOW_UP:
        return _("no follow-up for %(days)s", days=words)
    if condition == RecycleRule.NO_OPPORTUNITY:
        return _("no new deal for %(days)s", days=words)
    return _("not converted for %(days)s", days=words) if what == "lead" else _("nothing bought for %(days)s", days=words)


def with_levels(rule, condition, days, by_level):
    words = condition_words(rule.what, condition, days, rule.working_days)
    if not by_level:
        return words
    levels = _(", ").join(f"{choice(level, 'level')} {days_words(number, rule.working_days)}" for level, number in by_level.items())
    return _("%(words)s (%(levels)s)", words=words, levels=levels)


def rule_words(rule):
    """线索 15 天未跟进 → 退回原公海；提前 3 天提醒负责人。"""
    joint = _(" and ") if rule.needs_all else _(" or ")
    conditions = joint.join(with_levels(rule, *condition) for condition in rule.conditions)
    where = _("to %(pool)s", pool=rule.pool.name) if rule.pool_id else _("back to its own pool")
    parts = [_("%(what)s: %(conditions)s → %(where)s", what=kind_words(rule.what), conditions=conditions, where=where)]
    if rule.owner_notice_days:
        parts.append(_("the owner is warned %(days)s ahead", days=days_words(rule.owner_notice_days, rule.working_days)))
    if rule.superior_notice_days:
        parts.append(_("the superior %(days)s ahead", days=days_words(rule.superior_notice_days, rule.working_days)))
    return _("; ").join(parts)


def spares_words(rule):
    """锁定、已成交、有进行中商机的不回收"""
    spared = [(rule.spares_locked, _("locked"))]
    if rule.what == "customer":
        spared += [(rule.spares_dealt, _("has bought")), (rule.spares_open_deals, _("has an open deal"))]
    words = _(", ").join(word for is_so, word in spared if is_so)
    return _("Spared: %(words)s", words=words) if words else _("Spares nothing")


def scope_words(rule, names):
    """Whose records; `names` are {department id: name}."""
    found = [names.get(id, _("a department that is gone")) for id in rule.departments]
    return _("Of %(departments)s", departments=_(", ").join(found)) if found else _("Of everybody")


def department_names(rules):
    ids = {id for rule in rules for id in rule.departments}
    return {row.id: row.name for row in Department.select().where(Department.id.in_(ids))} if ids else {}


# ---- of a record -----------------------------------------------------------------------------------------------------


def reckoning(what):
    """Rules, calendar and people, read once per request."""
    if "reckonings" not in g:
        g.reckonings = due.of_both()
    return g.reckonings[what]


class Shown:
    """A Protection as a page shows it."""

    def __init__(self, protection, ours):
        self.protection, self.rule, self.clock = protection, protection.rule, protection.clock
        self.spared = protection.spared
        self.left = ours.days_between(today(), protection.last_day, self.rule.working_days)

    @property
    def total(self):
        return max(self.clock.days, 1)

    @property
    def is_soon(self):
        """Whether it is time to do something: from the first warning on."""
        return not self.spared and self.left <= (self.rule.owner_notice_days or 0)

    @property
    def left_words(self):
        if self.protection.is_due(today() + DAY):
            return _("Goes tonight")
        return _("%(days)s left", days=days_words(self.left, self.rule.working_days))

    @property
    def condition_words(self):
        return condition_words(self.rule.what, self.clock.condition, self.clock.days, self.rule.working_days)

    @property
    def counted_words(self):
        """By which rule, and what its days are counted from; a rule named by its condition does not say it twice."""
        words, since = self.condition_words, day(day_of(self.clock.since))
        if self.rule.name == words:
            return _("%(words)s, counted from %(day)s.", words=words, day=since)
        return _("%(rule)s: %(words)s, counted from %(day)s.", rule=self.rule.name, words=words, day=since)

    @property
    def reset_words(self):
        """What begins the days anew."""
        return {
            RecycleRule.NO_FOLLOW_UP: _("A follow-up begins them anew."),
            RecycleRule.NO_OPPORTUNITY: _("A new deal begins them anew."),
            RecycleRule.NO_DEAL: _("Converting it ends them.") if self.rule.what == "lead" else _("A deal won or an order ends them."),
        }[self.clock.condition]

    @property
    def spared_words(self):
        return {
            "locked": _("Locked: the rule does not take it."), "dealt": _("Has bought: the rule does not take it."),
            "open_deal": _("A deal is open: the rule does not take it."),
            "no_pool": _("No pool is open to its owner, so it stays; the administrators know."),
        }[self.spared]


def protections(what, records):
    """{record id: Shown} of a page of records, as far as a rule concerns them."""
    ours = reckoning(what)
    found = ours.protections(records) if has_rules(what) and records else {}
    return {id: Shown(each[0], ours.calendar) for id, each in found.items() if each}


def has_rules(what):
    return bool(reckoning(what).rules)


def soon(what, query):
    """Of these records those that go within a week (快掉保); None where no rule is on."""
    return query.where(reckoning(what).within(SOON)) if has_rules(what) else None


def nearest(what, going):
    """(query, columns, newest first) of their list: the first to go in front."""
    nearness = reckoning(what).nearness(SOON).alias("nearness")
    return going.select_extend(nearness), (nearness, reckoning(what).table.id), False


def about_to_go(user):
    """[(kind, record, Shown)] of what this person loses first, of both kinds."""
    found = []
    for what, table in due.TABLES.items():
        query = soon(what, table.select().where(table.owner == user.id))
        if query is not None:
            rows = list(query.order_by(reckoning(what).nearness(SOON), table.id).limit(FEW))
            kept = protections(what, rows)
            found += [(what, row, kept[row.id]) for row in rows if row.id in kept]
    return sorted(found, key=lambda each: each[2].protection.last_day)[:FEW]
