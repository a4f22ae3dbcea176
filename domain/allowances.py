"""What somebody may open in the pools, reveal and export in a day, set per role (防泄露)."""

from datetime import timedelta

from domain import Refused, day_of, events, now, start_of_day, transaction
from models import Allowance


class UsedUp(Refused):
    """A day's allowance is spent. `until` is the first moment at which the same is allowed again."""

    def __init__(self, message, at, **facts):
        super().__init__(message, **facts)
        self.until = start_of_day(day_of(at) + timedelta(days=1))


def of(user):
    return Allowance.of(user.role)


def change(role, by, at=None, **limits):
    """Set what a role may do in a day; None is no limit."""
    allowance = Allowance.of(role)
    with transaction():
        before, after = events.changes(allowance, **limits)
        if not after:
            return allowance
        for name, value in after.items():
            setattr(allowance, name, value)
        allowance.save()
        events.record("allowance.changed", allowance, by, before, after, at or now(), role=role)
    return allowance
