"""What every view needs: find, ask, show a page or the part of it that htmx asked for, pages of a list."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from json import dumps, loads
from urllib.parse import urlsplit

from flask import abort, current_app, flash, g, make_response, redirect, render_template, request, url_for
from peewee import Alias, EnclosedNodeList
from werkzeug.exceptions import HTTPException

from domain import live, search
from domain.masking import Sight
from models import Company, Customer, capped_counts
from permissions import can_administer

PAGE = 50
LARGEST = 2**31  # where the ids and numbers of a column end
LONGEST_CURSOR = 2_000
CURSOR_TYPES = {"DATETIME": datetime, "TEXT": str}  # any other column of an order holds whole numbers


def public(view):
    """Mark a view that answers without a session."""
    view.public = True
    return view


def unlisted(view):
    """Mark a public view whose address is a secret: told to no search engine, and to no page that one goes to from here."""
    view.unlisted = True
    return public(view)


def administrators_only():
    """The before_request of every blueprint of the settings."""
    require(can_administer(g.user))


def known(query, id):
    """The record with this id, a number or what a browser sent for one, among those the query allows; None without one."""
    try:
        return query.where(query.model.id == whole(id)).first()
    except (TypeError, ValueError):
        return None


def get_or_404(query, id):
    """The record with this id among those the query allows; 404 otherwise, so that existence is not told."""
    return known(query, id) or abort(404)


def whole(text):
    """The `type=` of an argument that is a number: one that a column can hold, any other counts as not given."""
    number = int(text)
    if not 0 <= number < LARGEST:
        raise ValueError(text)
    return number


def require(allowed):
    """403 unless permissions.py said yes."""
    if not allowed:
        abort(403)


def company():
    """Who we are, read once per request; None before the set-up."""
    g.company = g.get("company") or Company.current()
    return g.company


def news():
    """What is new, as new as the settings ask, and the same throughout a request."""
    if "news" not in g:
        g.news = live.lookout.look(current_app.config["NEWS_AGE"])
    return g.news


def sight():
    """How whoever asks reads records, asked of the database once per request."""
    if "sight" not in g:
        g.sight = Sight(g.user)
    return g.sight


def whole_address(endpoint, **values):
    """An address of ours as it is given out."""
    return (current_app.config["BASE_URL"] or request.url_root.rstrip("/")) + url_for(endpoint, **values)


# ---- messages --------------------------------------------------------------------------------------------------------


def toast(text, kind="ok", undo=None):
    """A message on the next answer. `undo` is (url, {field: value}): a button that posts it back."""
    flash({"text": str(text), "kind": kind, "undo": undo}, "toast")


def with_messages(body):
    """A fragment brings its messages along, out of band."""
    return body + render_template("messages.html", out_of_band=True)


# ---- pages and their parts -------------------------------------------------------------------------------------------


def render_block(template, block, **context):
    """One {% block %} of a template, rendered alone."""
    found = current_app.jinja_env.get_template(template)
    current_app.update_template_context(context)
    return "".join(found.blocks[block](found.new_context(context)))


def wants_part():
    """htmx asked for a part of the page, not for the whole of it (a boosted link or a history step)."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") != "full"


def page(template, block=None, **context):
    """The whole page, or for htmx the one block that it swaps."""
    if block and wants_part():
        return with_messages(render_block(template, block, **context))
    return render_template(template, **context)


def fragment_or_redirect(template, block, url, status=200, **context):
    """After a change: the changed part for htmx, a redirect for a plain form."""
    if wants_part():
        return with_messages(render_block(template, block, **context)), status
    return redirect(url, 303)


def go(url):
    """After a change that leads to another page: a redirect that htmx follows too."""
    if request.htmx:
        response = make_response("")
        response.headers["HX-Redirect"] = url
        return response
    return redirect(url, 303)


def form_again(template, block=None, **context):
    """422: the same form with its errors, what was typed kept."""
    if block and wants_part():
        return with_messages(render_block(template, block, **context)), 422
    return render_template(template, **context), 422


def part_shown():
    """Which part of a record a phone shows: stream, facts or related."""
    tab = request.args.get("tab")
    return tab if tab in ("facts", "related") else "stream"


# ---- where to go next ------------------------------------------------------------------------------------------------


def remember_where():
    """The page on which the person is, as a local path: for `next=` and for the way back."""
    if request.method == "GET" and not request.htmx:
        return request.full_path.rstrip("?")
    parts = came_from()
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else "")) or url_for("home.index")


def came_from():
    """The address of the page on which something was pressed, in its parts; empty ones for what is no address."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    except ValueError:
        return urlsplit("")


def safe_path(target):
    """`target` when it is a page of ours, else None: nothing that leads a browser elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(letter) < 33 or letter == "\\" for letter in target):
        return None
    try:
        current_app.url_map.bind("").match(urlsplit(target).path, method="GET")
    except (HTTPException, ValueError):
        return None
    return target


# ---- what a list is asked for -----------------------------------------------------------------------------------------


def text_asked_for():
    """What was typed to be searched for, in the address or in a form."""
    return request.values.get("q", "").strip()[:search.LONGEST]


def of_customer(query):
    """(the query, limited to the customer whom the address names; this customer or None)."""
    customer = known(Customer.visible_to(g.user), request.args.get("customer"))
    return (query.where(query.model.customer == customer.id) if customer else query), customer


# ---- pages of a list -------------------------------------------------------------------------------------------------


def counts_by_status(query, statuses):
    """{status: number, None: all}, each counted no further than 1,001, in one query."""
    counts = capped_counts({"every": query} | {status: query.where(query.model.status == status) for status in statuses})
    return {None if name == "every" else name: number for name, number in counts.items()}


@dataclass
class Page:
    """A page of a list and the cursors of its neighbours; None where there is none."""

    rows: list
    previous: str | None = None
    next: str | None = None

    def __iter__(self):
        return iter(self.rows)

    def __len__(self):
        return len(self.rows)


def page_of(query, *columns, size=PAGE, descending=True):
    """One page by keyset: one row more than shown is read, none is counted or skipped.

    `columns` are never null and end with the id; all run in one direction; an expression is among them under the alias by
    which the query selects it. The cursor is `?after=` or `?before=`.
    """
    after, before = request.args.get("after"), request.args.get("before")
    backwards = bool(before) and not after
    downwards = descending != backwards
    cursor = decoded(before if backwards else after, columns)
    if cursor:
        here, there = EnclosedNodeList(bare(columns)), EnclosedNodeList(cursor)
        query = query.where(here < there if downwards else here > there)
    rows = list(query.order_by(*[column.desc() if downwards else column.asc() for column in columns]).limit(size + 1))
    more = len(rows) > size
    rows = rows[:size][::-1] if backwards else rows[:size]
    if not rows:
        return Page([])
    has_previous = more if backwards else bool(cursor)
    has_next = True if backwards else more
    return Page(rows, encoded(rows[0], columns) if has_previous else None, encoded(rows[-1], columns) if has_next else None)


def bare(columns):
    """The columns of an order as a condition names them, and a query that does not select them: without an alias."""
    return [column.unalias() if isinstance(column, Alias) else column for column in columns]


def encoded(row, columns):
    values = [getattr(row, column.name) if isinstance(column, Alias) else row.__data__[column.name] for column in columns]
    plain = [{"at": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def decoded(text, columns):
    """The values of a cursor, each of its column's type; None for one that was tampered with."""
    if not text or len(text) > LONGEST_CURSOR:
        return None
    try:
        values = loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in values]
    except (ValueError, KeyError, TypeError):
        return None
    types = [CURSOR_TYPES.get(getattr(column, "field_type", "INT"), int) for column in columns]
    sane = len(values) == len(columns) and all(map(isinstance, values, types)) and all(map(fits, values))
    return values if sane else None


def fits(value):
    """Whether a database can compare with it: whole numbers of 64 bits, and characters that are characters."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, str) or not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value)


def page_url(**changes):
    """This page's address with some arguments changed; None takes one out. Cursors go whenever a filter changes."""
    arguments = address_arguments("after", "before") | changes
    return url_for(request.endpoint, **(request.view_args or {}), **arguments)


def address_arguments(*left_out):
    """This address's arguments, for another one: {name: values}, without those that url_for() would take for its own."""
    left_out = {*left_out, "id", "endpoint", *(request.view_args or {})}
    return {name: values for name, values in request.args.lists() if name not in left_out and not name.startswith("_")}
