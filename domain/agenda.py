"""A person's day: the steps that are due, the deals without one, and four figures."""

from dataclasses import dataclass, field
from datetime import timedelta

from peewee import JOIN, Case, fn

from domain import day_of, local, start_of_day
from domain.masking import Sight, mask_text
from models import Approval, Company, Customer, Lead, Opportunity, Quote, StageChange, Task, Ticket, User

SHOWN, SHORT = 50, 4
FIRST_HOUR, LAST_HOUR = 8, 19  # the hours that the day's route shows


@dataclass
class Day:
    """The steps of one day in their groups; each list is capped at SHOWN."""

    overdue: list = field(default_factory=list)
    today: list = field(default_factory=list)
    done: list = field(default_factory=list)
    without_step: list = field(default_factory=list)

    @property
    def planned(self):
        return len(self.overdue) + len(self.today) + len(self.done)

    @property
    def is_empty(self):
        return not (self.overdue or self.today or self.without_step)


def of(user, at):
    begin, end = bounds(at)
    mine = Task.select().where(Task.owner == user.id)
    still_open = mine.where(Task.done_at.is_null()).order_by(Task.due_at, Task.id).limit(SHOWN)
    day = Day(
        overdue=list(still_open.where(Task.due_at < begin)),
        today=list(still_open.where(Task.due_at >= begin, Task.due_at < end)),
        done=list(mine.where(Task.done_at >= begin, Task.done_at < end).order_by(Task.done_at).limit(SHOWN)),
        without_step=deals_without_step(user),
    )
    veil([*day.overdue, *day.today, *day.done], user)
    return day


def veil(tasks, user):
    """What is to be done, without the number of a lead or customer that lies in a pool meanwhile."""
    sight, telling = Sight(user), [task for task in tasks if mask_text(task.what) != task.what]
    for table in (Lead, Customer, Opportunity):
        steps = [task for task in telling if task.record_kind == table.kind()]
        records = {record.id: record for record in table.with_people().where(table.id.in_([step.record_id for step in steps]))} if steps else {}
        for step in steps:
            step.what = sight.said(records[step.record_id], step.what)


def bounds(at):
    day = day_of(at)
    return start_of_day(day), start_of_day(day + timedelta(days=1))


def deals_without_step(user):
    query = Opportunity.with_people().where(
        Opportunity.owner == user.id, Opportunity.status == Opportunity.OPEN, Opportunity.next_at.is_null()
    )
    return list(query.order_by(Opportunity.stage_since, Opportunity.id).limit(10))


def figures(user, at):
    """What the head of the page counts, in 分 and pieces."""
    day = day_of(at)
    month = start_of_day(day.replace(day=1))
    won = Opportunity.select(fn.COALESCE(fn.SUM(Opportunity.amount), 0)).where(
        Opportunity.owner == user.id, Opportunity.status == Opportunity.WON, Opportunity.closed_at >= month
    )
    waiting = Approval.select(fn.COUNT(Approval.id), fn.MIN(Approval.current_since)).where(
        Approval.status == Approval.CURRENT, Approval.submitted_by == user.id
    )
    submitted, longest = waiting.tuples().get()
    new_leads = Lead.select(fn.COUNT(Lead.id)).where(Lead.owner == user.id, Lead.created_at >= month)
    to_approve = Approval.waiting_for(user).order_by().select(fn.COUNT(Approval.id))
    counted = Company.select(new_leads.alias("new_leads"), won.alias("won"), to_approve.alias("to_approve")).dicts().get()
    return counted | {"won": int(counted["won"]), "submitted": submitted, "waiting_since": longest}


def submitted(user):
    """[(quote, the step it waits for)] of one's own quotes under approval, longest wait first."""
    steps = Approval.select(Approval, User).join(User, JOIN.LEFT_OUTER, on=Approval.approver).where(
        Approval.status == Approval.CURRENT, Approval.submitted_by == user.id, Approval.record_kind == "quote"
    )
    steps = {step.record_id: step for step in steps.order_by(Approval.current_since).limit(SHORT)}
    quotes = {quote.id: quote for quote in Quote.visible_to(user).where(Quote.id.in_(list(steps)))}
    return [(quotes[id], step) for id, step in steps.items() if id in quotes]


def to_approve(user):
    """[(quote, the step)] that wait for this person's word, longest wait first."""
    steps = {step.record_id: step for step in Approval.waiting_for(user).where(Approval.record_kind == "quote").limit(SHORT)}
    quotes = {quote.id: quote for quote in Quote.visible_to(user).where(Quote.id.in_(list(steps)))}
    return [(quotes[id], step) for id, step in steps.items() if id in quotes]


def open_tickets(user):
    """The tickets that are not done: a service person's own, longest waiting first; else the newest of one's customers."""
    if user.may("ticket.serve"):
        mine = Ticket.visible_to(user).where(Ticket.owner == user.id, Ticket.status.in_(Ticket.UNFINISHED))
        return list(mine.order_by(Ticket.dispatched_at, Ticket.id).limit(SHOWN))
    query = Ticket.visible_to(user).where(Ticket.status.in_((Ticket.NEW, *Ticket.UNFINISHED)))
    return list(query.order_by(Ticket.id.desc()).limit(SHORT))


def desk(user):
    """How many tickets lie with this person, with nobody, and wait for a call back: one query."""
    mine = (Ticket.owner == user.id) & Ticket.status.in_(Ticket.UNFINISHED)
    conditions = {"mine": mine, "undispatched": Ticket.status == Ticket.NEW, "to_call_back": Ticket.status == Ticket.COMPLETED}
    columns = [fn.COALESCE(fn.SUM(Case(None, [(condition, 1)], 0)), 0).alias(name) for name, condition in conditions.items()]
    return Ticket.select(*columns).where(Ticket.seen_by(user)).dicts().get()


def news(user):
    """What the people of one's own department won lately: [StageChange] with deal, customer and person."""
    if not user.department_id:
        return []
    query = StageChange.select(StageChange, Opportunity, Customer, User).join(Opportunity).join(Customer)
    query = query.switch(StageChange).join(User, on=StageChange.by)
    won = query.where(StageChange.status == Opportunity.WON, User.department == user.department_id)
    return list(won.order_by(StageChange.id.desc()).limit(SHORT))


def share_of_route(at):
    """Where a time stands on the route of the day, 0 to 1; beyond its ends it stays at the end."""
    here = local(at)
    share = (here.hour + here.minute / 60 - FIRST_HOUR) / (LAST_HOUR - FIRST_HOUR)
    return min(max(share, 0), 1)
