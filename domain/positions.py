"""Lists that people put in order: stages follow each other, of rules and price lists the first that fits counts."""


def move(record, ordered, step, along=None):
    """Change places with the one `step` further on; (from, to), or None where there is no such place.

    `along` is the column of rows that keep the position of the one they name in it.
    """
    table, here = type(record), ordered.index(record) if record in ordered else None
    if here is None or not 0 <= here + step < len(ordered):
        return None
    there = here + step
    ordered[here], ordered[there] = ordered[there], ordered[here]
    for position, each in enumerate(ordered):
        there_too = table.id == each.id if along is None else (table.id == each.id) | (along == each.id)
        table.update(position=position).where(there_too).execute()
    return here, there
