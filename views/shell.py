"""Who is asking, in which language, and what surrounds every page: navigation with its counts."""

from functools import cached_property, lru_cache
from typing import NamedTuple
from urllib.parse import quote

from flask import current_app, g, has_request_context, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import pgettext

import permissions
from domain import accounts, now, watermark
from domain.spelled import Spelled
from models import Approval, Collision, Lead, Notice, Opportunity, Review, Task, Ticket, capped_count, in_one
from views import live
from views.helpers import company, page_url, sight

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
ELSEWHERE = {"price-lists": "products", "handovers": "settings"}  # pages whose address does not say to which place of the menu they belong


def init_app(app):
    app.before_request_funcs.setdefault(None, []).insert(1, load_user)
    app.context_processor(surroundings)


def load_user():
    """g.user and g.session from the token in the signed cookie."""
    g.session = g.user = None
    token = session.get("token")
    if token and request.endpoint == "live.changes":
        g.user = live.whoever_looks(token)
    elif token and request.endpoint != "static":
        g.session = accounts.session_of(token)
        g.user = g.session.user if g.session else None


def language():
    """zh or en: the person's choice, else this browser's, else what it asks for. Outside a request: zh, as documents are."""
    if not has_request_context():
        return "zh"
    user = g.get("user")
    chosen = user.language if user else session.get("language")
    if chosen in LANGUAGES:
        return chosen
    best = request.accept_languages.best_match(("zh", "zh-CN", "zh-Hans", "zh-TW", "en"), "zh")
    return "en" if best == "en" else "zh"


def language_tag():
    return LANGUAGES[language()]


def time_zone_name():
    ours = company()
    return ours.time_zone if ours else "Asia/Shanghai"


def surroundings():
    return {
        "shell": Shell(),
        "user": g.get("user"),
        "sight": sight(),
        "can": permissions,
        "page_url": page_url,
        "language": language(),
        "theme": (g.user.theme if g.get("user") else "") or session.get("theme", ""),
        "over_plain_http": current_app.config["ALLOW_HTTP_LAN"] and not current_app.config["ENCRYPTED"],
    }


class Shell:
    """The navigation; what it counts is read in one query, and only when a whole page is drawn."""

    @property
    def company(self):
        return company()

    @cached_property
    def watermark(self):
        """A picture that says across the page who looks at it, and when; None where the company does not mark its pages."""
        mark = watermark.of(g.user, company=company())
        return f"data:image/svg+xml,{quote(render_template('shell/watermark.svg', mark=mark))}" if mark else None

    @property
    def user(self):
        return g.user

    @cached_property
    def counts(self):
        """{item: number}, each counted no further than 1,001."""
        names, asked = counting(Onlooker(g.user.id, g.user.role, frozenset(g.user.role_held.functions), g.user.overseen))
        counts = dict(zip(names, asked(now()).fetchone()))
        if self.shows_reviews:
            counts["reviews"] = capped_count(Review.visible_to(g.user).where(Review.status == Review.IN_REVIEW))
        return counts

    @property
    def shows_reviews(self):
        return permissions.sees_leads(g.user) and company().reviews_new_customers

    @cached_property
    def place(self):
        """Whose pages one is on, by the beginning of their address: /quotes/board is of "quotes"."""
        beginning = request.path.split("/")[1]
        return ELSEWHERE.get(beginning, beginning) or "home"

    @cached_property
    def groups(self):
        """[(label, [Item])] of the side bar, without what this role has no use for."""
        shown = [(label, [item for item in items if item.visible]) for label, items in self.everything()]
        return [(label, items) for label, items in shown if items]

    def everything(self):
        user, sees = g.user, permissions.sees
        yield "", [
            Item(self, "home", "home.index", pgettext("menu", "Today"), "sun", "tasks"),
            Item(self, "notices", "notices.index", _("Notices"), "bell", "notices"),
            Item(self, "approvals", "approvals.index", _("Approvals"), "writing-sign", "approvals"),
        ]
        yield _("Sales"), [
            Item(self, "pools", "pools.index", _("Pool"), "ripple", visible=sees(user, "pool")),
            Item(self, "leads", "leads.index", _("My leads"), "compass", "leads", visible=sees(user, "lead")),
            Item(self, "customers", "customers.index", _("Customers"), "building", visible=sees(user, "customer")),
            Item(self, "opportunities", "opportunities.index", _("Deals"), "layout-kanban", "opportunities", visible=sees(user, "opportunity")),
            Item(self, "quotes", "quotes.index", _("Quotes"), "file-dollar", visible=sees(user, "quote")),
            Item(self, "orders", "orders.index", _("Orders"), "package", visible=sees(user, "order")),
            Item(self, "products", "products.index", _("Products"), "tags"),
            Item(self, "collisions", "collisions.index", _("Collisions"), "gavel", "collisions", visible=sees(user, "collision")),
            Item(self, "reviews", "reviews.index", _("New customers"), "user-check", "reviews",
                 visible=self.shows_reviews),
        ]
        yield _("Service"), [
            Item(self, "tickets", "tickets.index", _("Tickets"), "lifebuoy", "tickets", visible=sees(user, "ticket")),
        ]
        yield _("Manage"), [
            Item(self, "imports", "imports.index", _("Imports"), "upload",
                 visible=permissions.can_import_leads(user) or permissions.can_import_products(user)),
            Item(self, "cleansing", "cleansing.index", _("Cleansing"), "sparkles", visible=permissions.can_cleanse(user)),
            Item(self, "exports", "exports.index", _("Exports"), "download", visible=permissions.can_export_anything(user)),
            Item(self, "settings", "settings.index", _("Settings"), "adjustments-horizontal",
                 visible=permissions.can_administer(user)),
        ]

    @cached_property
    def items(self):
        return {item.name: item for label, items in self.groups for item in items}

    @cached_property
    def tabs(self):
        """The four places of the phone's tab bar; the rest is under 更多."""
        wanted = ("home", "leads", "opportunities", "tickets") if "leads" in self.items else (
            "home", "approvals", "orders", "tickets")
        return [self.items[name] for name in wanted if name in self.items]

    @cached_property
    def rest(self):
        return [item for item in self.items.values() if item not in self.tabs]


class Onlooker(NamedTuple):
    """A person, as far as it decides what his navigation counts: it is spelled once for all who are equal in this."""

    id: int
    role: str
    functions: frozenset
    overseen: tuple | None
    active = True  # whoever is shown a page

    def may(self, function):
        return function in self.functions

    def is_a(self, *roles):
        return self.role in roles


@lru_cache(maxsize=500)
def counting(who):
    """(names, Spelled at a time): what the navigation counts for such a person."""
    queries = dict(counted(who, None))
    return tuple(queries), Spelled(lambda at: in_one(dict(counted(who, at))))


def counted(who, at):
    yield "tasks", Task.select().where(Task.owner == who.id, Task.done_at.is_null(), Task.due_at < at)
    yield "notices", Notice.select().where(Notice.user == who.id, Notice.read_at.is_null())
    yield "approvals", Approval.waiting_for(who, at)
    if permissions.sees_leads(who):
        yield "leads", Lead.select().where(Lead.owner == who.id, Lead.status << Lead.WORKED_ON)
        yield "collisions", Collision.visible_to(who).where(Collision.status == Collision.OPEN)
        yield "opportunities", Opportunity.select().where(Opportunity.status == Opportunity.OPEN, Opportunity.owner == who.id)
    yield "tickets", Ticket.select().where(Ticket.owner == who.id, Ticket.status << Ticket.UNFINISHED)


class Item:
    """One place in the navigation."""

    def __init__(self, shell, name, endpoint, label, icon, counted=None, visible=True):
        self.name, self.label, self.icon, self.visible = name, label, icon, visible
        self.url = url_for(endpoint)
        self.current = name == shell.place
        self.shell, self.counted = shell, counted

    @property
    def count(self):
        return self.shell.counts.get(self.counted) or 0
