"""Stages of the sales process (商机阶段): named, ordered and weighted by administrators; the won stage is one and the last."""

from domain import Refused, _, edits, events, positions, transaction
from models import Opportunity, Stage, StageChange

MOST = 15  # more columns than this no board shows


def add(by, **columns):
    """A new stage, just before the won one; columns are name, name_en, win_rate in percent, norm_days."""
    with unique_name(columns["name"]), transaction():
        stages = Stage.in_order()
        if len(stages) >= MOST:
            raise Refused(_("%(n)s stages are the most a board can show.", n=MOST))
        won = stages[-1]
        stage = Stage.create(position=won.position, **columns)
        Stage.update(position=stage.position + 1).where(Stage.id == won.id).execute()
        events.record("stage.added", stage, by, after=columns)
    return stage


def edit(stage, by, **columns):
    """Write what really changes. What is won is won to 100 %, whatever the form says."""
    if stage.is_won:
        columns.pop("win_rate", None)
    with unique_name(columns.get("name")):
        edits.write(stage, "stage.edited", by, **columns)


def unique_name(name):
    return edits.unique(_("There is a stage called %(name)s already.", name=name))


def move_up(stage, by):
    """Change places with the stage before it."""
    exchange(stage, -1, by)


def move_down(stage, by):
    exchange(stage, +1, by)


def exchange(stage, step, by):
    with transaction():
        open_ones = [other for other in Stage.in_order() if not other.is_won]
        moved = positions.move(stage, open_ones, step)
        if moved is None:
            raise Refused(_("The stage of won deals stays the last."))
        here, there = moved
        events.record("stage.moved", stage, by, {"position": here}, {"position": there})


def remove(stage, by):
    """Only one that no deal has ever stood in: the history of deals names it."""
    with transaction():
        if stage.is_won:
            raise Refused(_("A process needs a stage for won deals."))
        if Stage.select().where(~Stage.is_won).count() == 1:
            raise Refused(_("A process needs at least one open stage."))
        if Opportunity.select().where(Opportunity.stage == stage).exists():
            raise Refused(_("There are deals in %(name)s. Move them first.", name=stage.name))
        if StageChange.select().where(StageChange.stage == stage).exists():
            raise Refused(_("Deals have passed through %(name)s, and their history names it. Rename it instead.", name=stage.name))
        events.record("stage.removed", stage, by, before={"name": stage.name})
        stage.delete_instance()
