"""A working company to look around in: a maker of sensors, with the people, customers and figures of the design pictures.

Always the same but for the day it is built on: every time is counted from `Story.at`.
"""

from domain import now, organisation, transaction
from domain.demo import approvals, collisions, deals, leads, people, quotes, recycling, service, tidying
from domain.demo.story import Story
from models import Notice

PASSWORD = people.PASSWORD


def build(printed=None, at=None):
    """The demo company with its administrator, for a database that is empty.

    `printed(quote)` gives the bytes of an approved quote's document; without it none are stored.
    """
    founder = organisation.found("周海", "admin", PASSWORD, "上海远帆自动化技术有限公司", "远帆自动化", pool_names=("无主线索", "客户公海"))
    fill(founder, printed, at)


def fill(founder, printed=None, at=None):
    """People, customers and deals, as if the founder had worked here for a year."""
    story = Story(founder, at or now())
    with transaction():
        people.engage(story)
        leads.scatter(story)
        deals.pursue(story)
        service.help_customers(story)
        collisions.collide(story)
    quotes.offer(story, printed)
    approvals.consider(story)
    recycling.guard(story)
    tidying.leave(story)
    read_old_messages(story)


def read_old_messages(story):
    """Whatever was told before today has been read."""
    Notice.update(read_at=story.at).where(Notice.at < story.to_come(0, 0)).execute()
