"""The demo's recycling rules: leads after fifteen days of silence, customers after seventy-five; and a draft to rehearse."""

from domain import recycling, rehearsals
from models import RecycleRule

RULES = (
    ("lead", "15 天未跟进", {"no_follow_up_days": 15, "owner_notice_days": 3, "superior_notice_days": 1}),
    ("customer", "75 天未跟进", {
        "no_follow_up_days": 75, "no_deal_days": 180, "days_by_level": {"no_follow_up": {"key": 90}}, "owner_notice_days": 7,
        "superior_notice_days": 2,
    }),
)


def guard(story):
    """Switched on yesterday; at the first start what was due last night goes."""
    yesterday = story.ago(1, 9)
    for what, name, columns in RULES:
        rule = recycling.create(what, story.founder, name=name, at=yesterday, **columns)
        recycling.switch_on(rehearsals.rehearse(rule, story.founder, yesterday), story.founder, yesterday)
    stricter = RecycleRule.get(RecycleRule.what == "customer")
    changed = {"name": "50 个工作日未跟进", "no_follow_up_days": 50, "working_days": True}
    draft = recycling.edit(stricter, story.founder, story.at, **columns_of(stricter) | changed)
    rehearsals.rehearse(draft, story.founder, story.at)


def columns_of(rule):
    return {name: getattr(rule, name) for name in recycling.COLUMNS}


