"""Numbers of quotes, orders and tickets by a pattern (编号规则), given out once, without gaps or doubles: the counter row rises in
the transaction that uses it."""

from domain import Refused, _, events, transaction
from models import Counter, NumberPattern, Order, Quote, Ticket

NUMBERED = {"quote": Quote, "order": Order, "ticket": Ticket}
USUAL = {
    "quote": {"prefix": "Q", "dated": "%Y%m%d", "separator": "-", "width": 3, "resets": NumberPattern.DAILY},
    "order": {"prefix": "SO", "dated": "%Y%m%d", "separator": "-", "width": 3, "resets": NumberPattern.DAILY},
    "ticket": {"width": 4, "first": 1001},  # tickets are spoken of by number; three digits look like none
}
PERIODS = {NumberPattern.NEVER: "", NumberPattern.YEARLY: "%Y", NumberPattern.MONTHLY: "%Y%m", NumberPattern.DAILY: "%Y%m%d"}
LONGEST_PREFIX = 8
WIDTHS = range(2, 9)


def pattern_of(what):
    """The company's pattern of a kind, or the usual one, unsaved."""
    return NumberPattern.get_or_none(NumberPattern.what == what) or NumberPattern(what=what, **USUAL[what])


def next_number(what, day):
    """Q20261124-007: the seventh quote that day. Call it inside the verb's transaction."""
    pattern, table = pattern_of(what), NUMBERED[what]
    while True:
        number = written(pattern, day, next_value(series(pattern, day), pattern.first))
        if not table.select(table.id).where(table.number == number).exists():  # as an earlier pattern may have given it
            return number


def next_value(series, first=1):
    """The next number of a series."""
    Counter.insert(name=series, value=first - 1).on_conflict_ignore().execute()
    Counter.update(value=Counter.value + 1).where(Counter.name == series).execute()
    return Counter.get(Counter.name == series).value


def series(pattern, day):
    """The counter of a kind in a period: "quote:20261124" where it begins anew each day, "quote:" where it never does."""
    return f"{pattern.what}:{day.strftime(PERIODS[pattern.resets])}"


def written(pattern, day, value):
    return f"{pattern.prefix}{day.strftime(pattern.dated)}{pattern.separator}{value:0{pattern.width}}"


def upcoming(pattern, day):
    """The number that comes next, as far as nobody is faster; nothing is taken."""
    last = Counter.select(Counter.value).where(Counter.name == series(pattern, day)).scalar()
    return written(pattern, day, pattern.first if last is None else last + 1)


def complaint(pattern):
    """Why numbers by this pattern could not be told apart, or None."""
    if len(PERIODS[pattern.resets]) > len(pattern.dated.replace("%y", "%Y")):
        return _("The counter begins anew more often than the date in the number changes: two documents would have one number.")
    if not (pattern.prefix + pattern.dated) and pattern.separator:
        return _("A dash needs something before it.")
    return None


def change(what, by, at=None, **columns):
    """Numbers of this kind follow another pattern from the next one on; those that are given stay."""
    with transaction():
        pattern = pattern_of(what)
        before, after = events.changes(pattern, **columns)
        if not after:
            return pattern
        for name, value in columns.items():
            setattr(pattern, name, value)
        if words := complaint(pattern):
            raise Refused(words)
        pattern.save()
        events.record("numberpattern.changed", pattern, by, before, after, at, what=what)
    return pattern
