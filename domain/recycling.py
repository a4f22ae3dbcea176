"""Recycling rules (回收规则): made, changed, switched on after a rehearsal was seen, switched off."""

from domain import Refused, _, calendar, due, events, now, positions, transaction
from models import RecycleRule

COLUMNS = (
    "name", "needs_all", "no_follow_up_days", "no_opportunity_days", "no_deal_days", "days_by_level", "working_days", "spares_locked",
    "spares_dealt", "spares_open_deals", "departments", "pool", "owner_notice_days", "superior_notice_days",
)


def create(what, by, at=None, **columns):
    """A new rule, switched off."""
    ensure_complete(what, columns)
    with transaction():
        rule = RecycleRule.create(what=what, position=RecycleRule.of(what).count(), created_at=at or now(), **columns)
        events.record("recyclerule.created", rule, by=by, after=columns | {"what": what}, at=at)
    return rule


def edit(rule, by, at=None, **columns):
    """The rule with these columns: itself while it is off, else the one that will replace it. What is on stays as it was rehearsed."""
    ensure_complete(rule.what, columns)
    with transaction():
        rule = replacement_of(rule, at or now()) if rule.is_on else RecycleRule.get_by_id(rule.id)
        before, after = events.changes(rule, **columns)
        if after:
            unchanged = (RecycleRule.id == rule.id) & (RecycleRule.state == RecycleRule.OFF)
            if not RecycleRule.update(revision=RecycleRule.revision + 1, **after).where(unchanged).execute():
                raise Refused(_("This rule was switched on meanwhile. Load the page again."))
            events.record("recyclerule.edited", rule, by=by, before=before, after=after, at=at)
    return RecycleRule.get_by_id(rule.id)


def replacement_of(rule, at):
    """The draft of a rule that is on: the one there is, else a copy."""
    waiting = rule.replacements.where(RecycleRule.state == RecycleRule.OFF).first()
    copied = {name: getattr(rule, name) for name in (*COLUMNS, "what", "position")}
    return waiting or RecycleRule.create(replaces=rule, created_at=at, **copied)


def ensure_complete(what, columns):
    days = {name: columns.get(f"{name}_days") for name in RecycleRule.CONDITIONS}
    if not any(number is not None for number in days.values()):
        raise Refused(_("Say after how many days without what."), field="no_follow_up_days")
    if what == "lead" and days[RecycleRule.NO_OPPORTUNITY] is not None:
        raise Refused(_("A lead has no deals."), field="no_opportunity_days")
    if columns.get("pool") and columns["pool"].what != what:
        raise Refused(_("%(pool)s is not a pool for this.", pool=columns["pool"].name), field="pool")


# ---- on and off ------------------------------------------------------------------------------------------------------


def switch_on(rehearsal, by, at=None):
    """From the coming night on. Only what was rehearsed: this very rule, by the calendar of now, for this very night."""
    at, rule = at or now(), RecycleRule.get_by_id(rehearsal.rule_id)
    with transaction():
        ensure_seen(rehearsal, rule, at)
        rehearsed = (RecycleRule.id == rule.id) & (RecycleRule.revision == rehearsal.revision) & (RecycleRule.state == RecycleRule.OFF)
        columns = {"state": RecycleRule.ON, "switched_on_at": at, "replaces": None}
        if rule.replaces_id:
            columns["position"] = rule.replaces.position
        if not RecycleRule.update(**columns).where(rehearsed).execute():
            raise stale()
        if rule.replaces_id:
            RecycleRule.update(state=RecycleRule.RETIRED).where(RecycleRule.id == rule.replaces_id).execute()
        tonight = sum(numbers[0] for numbers in rehearsal.owners.values())
        events.record("recyclerule.switched_on", rule, by=by, at=at, name=rule.name, revision=rule.revision, tonight=tonight)
    return RecycleRule.get_by_id(rule.id)


def ensure_of_this_rule(rehearsal, rule):
    if rehearsal.revision != rule.revision or rehearsal.calendar != mark_of(rule):
        raise stale()


def ensure_seen(rehearsal, rule, at):
    if rehearsal.finished_at is None:
        raise Refused(_("The rehearsal is still running."))
    ensure_of_this_rule(rehearsal, rule)
    if rehearsal.night != coming_night(at):
        raise Refused(_("This rehearsal was for another night. Rehearse once more."))


def stale():
    return Refused(_("The rule or the calendar has changed since it was rehearsed. Rehearse once more."))


def mark_of(rule):
    """What of the calendar the rule depends on: nothing, when it counts calendar days."""
    return calendar.load().mark if rule.working_days else ""


def coming_night(at):
    return due.last_night(at) + calendar.DAY


def switch_off(rule, by, at=None):
    """At once: nothing is taken any more, and nobody is warned."""
    with transaction():
        if not RecycleRule.update(state=RecycleRule.OFF).where(RecycleRule.id == rule.id, RecycleRule.state == RecycleRule.ON).execute():
            raise Refused(_("This rule is off already."))
        events.record("recyclerule.switched_off", rule, by=by, at=at, name=rule.name)


def retire(rule, by, at=None):
    """Out of the list, while it is off; kept for what it took."""
    with transaction():
        if not RecycleRule.update(state=RecycleRule.RETIRED).where(RecycleRule.id == rule.id, RecycleRule.state == RecycleRule.OFF).execute():
            raise Refused(_("Switch the rule off first."))
        events.record("recyclerule.retired", rule, by=by, at=at, name=rule.name)


def move_up(rule, by, at=None):
    """Of two rules that are due the upper one takes the record."""
    with transaction():
        rules = list(RecycleRule.of(rule.what).where(RecycleRule.replaces.is_null()))
        if positions.move(rule, rules, -1, along=RecycleRule.replaces):
            events.record("recyclerule.moved", rule, by=by, at=at, name=rule.name)
