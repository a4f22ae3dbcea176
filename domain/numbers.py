"""Numbers given out once, without gaps or doubles: the counter row rises in the transaction that uses it."""

from models import Counter


def next_value(series):
    """The next number of a series, from 1. Call it inside the verb's transaction."""
    Counter.insert(name=series, value=0).on_conflict_ignore().execute()
    Counter.update(value=Counter.value + 1).where(Counter.name == series).execute()
    return Counter.get(Counter.name == series).value


def next_number(prefix, day):
    """Q20261124-007: the seventh of its kind that day."""
    return f"{prefix}{day:%Y%m%d}-{next_value(f'{prefix}{day:%Y%m%d}'):03}"
