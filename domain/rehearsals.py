"""The rehearsal of a rule (规则预演): by the WHERE of the real run, whom it would take what tonight, in 7 and in 30 days."""

from datetime import timedelta

from peewee import Case, fn

from domain import due, now, recycling, transaction
from domain.background import Worker
from models import RecycleRule, Rehearsal

HORIZONS = (0, 7, 30)  # days from the coming night
WINDOW = 20_000  # records read at a time: nobody waits, and the page can tell how far it is
LISTED = 200


def rehearse(rule, by, at=None):
    """Begin a rehearsal; one of a small company is over at once, a large one goes on in the background."""
    at = at or now()
    table = due.TABLES[rule.what]
    with transaction():
        rehearsal = Rehearsal.create(
            rule=rule, revision=rule.revision, calendar=recycling.mark_of(rule), night=recycling.coming_night(at), by=by, at=at,
            total=table.select(fn.MAX(table.id)).scalar() or 0,
        )
    if rehearsal.total <= WINDOW:
        perform(rehearsal.id)
    else:
        worker.enqueue(rehearsal.id)
    return Rehearsal.get_by_id(rehearsal.id)


def perform(id):
    """Look at all records, one window after the other; the figures are written when the last one is done."""
    rehearsal = Rehearsal.get_by_id(id)
    rule = RecycleRule.get_by_id(rehearsal.rule_id)
    reckoning, found = due.Reckoning(rule.what, [rule]), Found()
    for first, last in due.windows(reckoning.table, WINDOW):
        found.look(reckoning, rule, rehearsal.night, first, last)
        with transaction():
            Rehearsal.update(looked_at=last).where(Rehearsal.id == id).execute()
    with transaction():
        Rehearsal.update(
            owners=found.owners, first=found.first, stranded=found.stranded, finished_at=now(), looked_at=rehearsal.total,
        ).where(Rehearsal.id == id).execute()


def taken(rehearsal, days, owner=None):
    """The records behind a figure, as they stand by now: what goes up to so many days after that night, of all or of one owner."""
    rule = RecycleRule.get_by_id(rehearsal.rule_id)
    recycling.ensure_of_this_rule(rehearsal, rule)
    reckoning = due.Reckoning(rule.what, [rule])
    going = reckoning.table.with_people().where(reckoning.due(rule, rehearsal.night + timedelta(days=days)))
    return going.where(reckoning.table.owner == owner) if owner else going


class Found:
    """What a rehearsal has seen so far."""

    def __init__(self):
        self.owners, self.first, self.stranded = {}, [], {}

    def look(self, reckoning, rule, night, first, last):
        """One window: everything that is due tonight is due later, too, so that one scan counts all three."""
        table = reckoning.table
        inside = (table.id > first) & (table.id <= last)
        whens = [reckoning.due(rule, night + timedelta(days=days)) for days in HORIZONS]
        sums = [fn.SUM(Case(None, [(when, 1)], 0)) for when in whens]
        for owner, *numbers in table.select(table.owner, *sums).where(inside, whens[-1]).group_by(table.owner).tuples():
            before = self.owners.get(str(owner), (0,) * len(HORIZONS))
            self.owners[str(owner)] = [old + int(new) for old, new in zip(before, numbers, strict=True)]
        if len(self.first) < LISTED and any(numbers[0] for numbers in self.owners.values()):
            rows = table.select(table.id).where(inside, whens[0]).order_by(table.id).limit(LISTED - len(self.first))
            self.first += [row.id for row in rows]
        for owner, number in counted(table, inside & reckoning.stranded(rule, night + timedelta(days=HORIZONS[-1]))):
            self.stranded[str(owner)] = self.stranded.get(str(owner), 0) + number


def counted(table, condition):
    return table.select(table.owner, fn.COUNT(table.id)).where(condition).group_by(table.owner).tuples()


worker = Worker("rehearsals", perform)


def resume():
    """Begin anew what a stopped process left in the middle."""
    for rehearsal in Rehearsal.select(Rehearsal.id).where(Rehearsal.finished_at.is_null()).order_by(Rehearsal.id):
        worker.enqueue(rehearsal.id)
