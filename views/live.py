"""What an open page is told while one looks at it: who else is at work on what it shows, and what left or entered its pool."""

from collections import defaultdict
from functools import partial
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from flask import Blueprint, abort, g, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from domain import accounts, live, now, presence
from domain.pool_limits import Quota, quota
from models import BY_KIND, Pool, Presence, capped_counts
from permissions import sees
from views.follow_ups import KINDS, find
from views.formats import capped as count_words
from views.helpers import news, whole
from views.pools import narrowed

bp = Blueprint("live", __name__)

MOST = 500  # records that one page asks about, and arrivals that it is told of
SINCE = "Haitu-Since"
QUESTION, UNCHANGED = "haitu.question", "haitu.unchanged"  # what the environment of a request says of it
DOINGS = {
    Presence.FOLLOW_UP: _l("writing a follow-up"),
    Presence.CALL: _l("on the phone"),
    Presence.QUOTE: _l("writing a quote"),
    Presence.TICKET: _l("opening a ticket"),
}
NAMED = 2  # of several who are at work at once


# ---- who asks --------------------------------------------------------------------------------------------------------


def init_app(app):
    app.wsgi_app = Unchanged(app.wsgi_app, app.config["NEWS_AGE"])


class Unchanged:
    """Answers before Flask a page that asks over again what it was told is not new, as long as nothing is.

    What is known to be unchanged is forgotten with the next fact, whatever it is about, and every minute.
    """

    def __init__(self, app, age):
        self.app, self.age = app, age

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"] != "/changes":
            return self.app(environ, start_response)
        question = environ[QUESTION] = digest_of(environ)
        news = live.lookout.young(self.age)
        headers = news and news.known.get(question)
        if headers:
            start_response("204 NO CONTENT", headers)
            return []
        return self.app(environ, partial(self.remembering, environ, start_response))

    @staticmethod
    def remembering(environ, start_response, status, headers, *error):
        if UNCHANGED in environ:
            environ[UNCHANGED].known[environ[QUESTION]] = headers
        return start_response(status, headers, *error)


def digest_of(environ):
    """A question and who asks it, in 32 bytes."""
    asked = (environ.get(name, "") for name in ("REQUEST_METHOD", "HTTP_HOST", "HTTP_COOKIE", "QUERY_STRING"))
    return sha256("\n".join(asked).encode()).digest()


def whoever_looks(token):
    """The person at an open page, asked of the database anew when anything about people has changed, and every minute.

    A page that asks by itself does not keep a session alive.
    """
    session = news().right(("session", token), lambda: accounts.living(token, now()))
    return session.user if session else None


# ---- the questions of a page -----------------------------------------------------------------------------------------


@bp.get("/changes")
def changes():
    """204 as long as nothing is new for this page; else what is, in parts that live.js puts in their places."""
    shown, (since, mark) = shown_records(), told_before()
    people = at_work_on(shown)
    new_mark = f"{crc32(repr(sorted(people.items())).encode()):x}" if people else ""
    pool = news_of_pool(since, shown)
    headers = {SINCE: f"{news().head}.{new_mark}"}
    if new_mark == mark and not pool:
        request.environ[UNCHANGED] = news()
        return "", 204, headers
    return told(people, pool), 200, headers


def told(people, pool):
    """The parts of an answer; where nothing in it is whoever asks's own, written once for all who read the same."""
    moment = now().replace(microsecond=0)
    write = partial(render_template, "live/changes.html", people=people, pool=pool, now=moment)
    if people or pool and pool.quota:
        return write()
    return news().once(("told", get_locale(), pool, moment), write)


def told_before():
    """(the newest fact, the mark of who was at work) of the last answer, as the page gives them back."""
    head, _dot, mark = request.args.get("since", "").partition(".")
    try:
        return whole(head), mark
    except ValueError:
        return news().head, mark


def shown_records():
    """{kind: ids} of ?on=lead.12.15: what the page shows."""
    shown = defaultdict(set)
    for text in request.args.getlist("on"):
        kind, *ids = text.split(".")
        if kind not in KINDS.values():
            abort(400)
        try:
            shown[kind].update(whole(id) for id in ids[:MOST])
        except ValueError:
            abort(400)
    return shown


def at_work_on(shown):
    """{(kind, id): [AtWork]}: the others who are at work on what is shown and what this person may see of it."""
    found = defaultdict(list)
    for who in news().present:
        for kind, id in who.places:
            if who.user_id != g.user.id and id in shown.get(kind, ()):
                found[kind, id].append(who)
    seen = {kind: seen_of(kind, frozenset(id for other, id in found if other == kind)) for kind, _id in found}
    return {place: people for place, people in found.items() if place[1] in seen[place[0]]}


def seen_of(kind, ids):
    """Those of these ids that this person may see."""
    table, user = BY_KIND[kind], g.user
    visible = table.visible_to(user).where(table.id.in_(ids))
    return news().once((user.id, kind, ids), lambda: {id for (id,) in visible.select(table.id).tuples()})


@bp.app_template_global()
def at_work_words(people):
    """王芳; 王芳、李雷; 王芳等 3 人."""
    names = list(dict.fromkeys(who.name for who in people))
    if len(names) > NAMED:
        return _("%(name)s and others, %(n)s in all", name=names[0], n=len(names))
    return _(", ").join(names)


@bp.app_template_global()
def doing_words(who):
    """What somebody does; to a role that does not see the deal, only that he is at work."""
    return DOINGS[who.doing if sees(g.user, who.kind) else Presence.FOLLOW_UP]


# ---- an open page of a pool ------------------------------------------------------------------------------------------


class PoolNews(NamedTuple):
    """What an open page of a pool is told."""

    kind: str
    gone: tuple  # facts
    come: tuple  # ids
    slept: bool  # more has happened than is kept
    counts: tuple
    quota: Quota | None  # where something of it concerns whoever asks


def news_of_pool(since, shown):
    """What left and entered the pool of ?pool=3&what=lead since then; None when it is as it was, or not this person's to see."""
    kind, id = request.args.get("what", ""), request.args.get("pool", type=whole)
    if kind not in live.POOLED or id is None:
        return None
    slept = since < news().floor
    moved = {fact.record_id: fact for fact in news().after(since) if fact.moves and fact.kind == kind}
    gone = [fact for fact in moved.values() if fact.record_id in shown[kind] and fact.pool_id != id]
    come = {fact.record_id for fact in moved.values() if fact.record_id not in shown[kind] and fact.pool_id == id}
    mine = any(g.user.id in (fact.actor_id, fact.owner_id) for fact in moved.values())
    here = open_pools().get(id) if gone or come or mine or slept else None
    if here is None:
        return None
    return PoolNews(
        kind, tuple(gone), tuple(fitting(here, come)), slept, counts(kind), quota(g.user, kind, here) if mine or slept else None
    )


def open_pools():
    """{id: Pool} of those that this person may open."""
    return news().right(("pools", g.user.id), lambda: {pool.id: pool for pool in Pool.open_to(g.user)})


def counts(what):
    """((pool, how many lie in it, in words), …) of those of this kind; all pools are counted once, for everybody."""
    numbers = news().once(("counts", what), lambda: capped_counts(lying_in(Pool.of(what))))
    return tuple((id, count_words(numbers[f"pool_{id}"])) for id, pool in open_pools().items() if pool.what == what)


def lying_in(pools):
    return {f"pool_{pool.id}": BY_KIND[pool.what].pooled_in(pool) for pool in pools}


def fitting(here, ids):
    """Those of the new ones that the page's filters let through."""
    if not ids or not any(request.args.get(name) for name in ("source", "city", "within", "q")):
        return sorted(ids)[:MOST]
    table = BY_KIND[here.what]
    found = narrowed(table.lying_in(here), here).where(table.id.in_(sorted(ids)[:MOST]))
    return [id for (id,) in found.select(table.id).tuples()]


# ---- 正在跟进 -----------------------------------------------------------------------------------------------------------


@bp.post("/<any(leads, customers, opportunities):plural>/<int:id>/presence")
def start(plural, id):
    """The browser of whoever sees the record says that he is at work on it, and says so again every minute."""
    doing = request.form.get("doing")
    record = find(plural, id)
    if doing not in Presence.DOINGS:
        abort(422)
    presence.start(record, g.user, doing)
    return "", 204


@bp.post("/<any(leads, customers, opportunities):plural>/<int:id>/presence/end")
def stop(plural, id):
    presence.stop(find(plural, id), g.user)
    return "", 204
