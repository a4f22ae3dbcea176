"""Exports (导出): the list one looks at as a workbook, at once or from the background; files are their maker's alone."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from peewee import SQL

from domain import allowances, day_of, export_columns, export_runner, exports, local, now
from models import BY_KIND, Contact, Customer, Export, Lead, Opportunity, Pool, Quote, QuoteLine, Stage
from permissions import can_export, can_export_anything
from views import board, customers, leads, orders, pools, quotes, tickets
from views.formats import dictionary, in_language
from views.helpers import address_arguments, bare, get_or_404, go, page, page_of, require
from views.imports import XLSX
from views.ticket_form import KINDS, PRIORITIES

bp = Blueprint("exports", __name__, url_prefix="/exports")

TITLES = {
    "lead": _l("Leads"), "customer": _l("Customers"), "contact": _l("Contacts"), "opportunity": _l("Deals"), "quote": _l("Quotes"),
    "quoteline": _l("Lines of quotes"),
    "order": _l("Orders"), "ticket": _l("Tickets"),
}
DEAL_STATUSES = {
    Opportunity.OPEN: lazy_pgettext("deal", "Open"), Opportunity.WON: lazy_pgettext("deal", "Won"), Opportunity.LOST: lazy_pgettext("deal", "Lost"),
}


# ---- what is exported ------------------------------------------------------------------------------------------------


def leads_listed():
    """A pool's list where the address names one, else one's own."""
    if "pool" not in request.args:
        return leads.listed()
    return of_pool(Lead)


def of_pool(table):
    here = get_or_404(Pool.open_to(g.user, table.kind()), request.args["pool"])
    return pools.narrowed(table.lying_in(here), here), (table.entered_pool_at, table.id), True


def customers_listed():
    return of_pool(Customer) if "pool" in request.args else customers.listed()


def contacts_listed():
    """The contacts of the customers that the address asks for, in the order of these."""
    query, columns, descending = customers_listed()
    return query.join_from(query.model, Contact), (*columns, Contact.id), descending


def quote_lines_listed():
    """The products on the quotes that the address asks for, each quote's from the first line on."""
    query, columns, descending = quotes.listed()
    lines = query.join_from(Quote, QuoteLine).where(QuoteLine.what == QuoteLine.PRODUCT)
    return lines, (*columns, -1 * QuoteLine.position), descending


LISTS = {
    "lead": leads_listed, "customer": customers_listed, "contact": contacts_listed, "quote": quotes.listed,
    "quoteline": quote_lines_listed, "order": orders.listed,
    "opportunity": lambda: board.in_order(board.Wanted.asked()), "ticket": tickets.listed,
}


def asked_for(what):
    """(query, table): the list of this kind that the address asks for, for whoever may export it."""
    if what not in LISTS:
        abort(404)
    require(can_export(g.user, what))
    query, columns, descending = LISTS[what]()
    return query.order_by(*[column.desc() if descending else column.asc() for column in bare(columns)]), BY_KIND[what]


def words_of(what):
    """{dictionary: {value: word}} in the reader's language, as far as the columns of this kind need it."""
    status = {"lead": leads.STATUS_WORDS, "deal": DEAL_STATUSES, "quote": quotes.STATUSES, "order": orders.STATUSES, "ticket": tickets.STATUSES}
    known = {f"{name}_status": {value: first(word) for value, word in words.items()} for name, words in status.items()}
    known |= {field: {value: in_language(word, "label") for value, word in words.items()} for field, words in dictionary().items()}
    known |= {
        "stage": {stage.name: in_language(stage) for stage in Stage.in_order()}, "yes": {"True": _("yes"), "False": ""},
        "ticket_kind": {value: str(word) for value, word in KINDS.items()},
        "priority": {value: first(word) for value, word in PRIORITIES.items()},
    }
    return {column.words: known.get(column.words, {}) for column in export_columns.COLUMNS[what] if column.words}


def first(word):
    """The words of a status, with or without its tone."""
    return str(word[0] if isinstance(word, tuple) else word)


@bp.get("/new/<what>")
def new(what):
    """What would leave: how many rows, how many one may still take today."""
    query, _table = asked_for(what)
    return page(
        "exports/new.html", "dialog", what=what, title=TITLES[what], number=query.order_by().select(SQL("1")).count(),
        left=exports.rows_left(g.user), limit=allowances.of(g.user).exported_rows, at_once=exports.AT_ONCE,
        arguments=address_arguments("what"),
    )


@bp.post("/new/<what>")
def create(what):
    """A small list is the answer itself; a large one is written in the background."""
    query, table = asked_for(what)
    ids = [id for (id,) in query.select(table.id).tuples()]
    filters = [[name, ", ".join(values)] for name, values in address_arguments("what", "after", "before").items()]
    job = exports.start(what, ids, g.user, data(), str(TITLES[what]), words_of(what), filters)
    if job.in_background:
        export_runner.enqueue(job.id, data())
        return go(url_for("exports.show", id=job.id))
    exports.run(job.id, data())
    return file_of(Export.get_by_id(job.id))


@bp.app_template_global()
def export_url(what, **arguments):
    """Where the list that is shown becomes a file."""
    return url_for("exports.new", what=what, **address_arguments("after", "before", "what") | arguments)


# ---- what was exported -----------------------------------------------------------------------------------------------


def data():
    return current_app.config["DATA"]


def find(id):
    return get_or_404(Export.visible_to(g.user), id)


@bp.get("")
def index():
    require(can_export_anything(g.user))
    jobs = page_of(Export.visible_to(g.user), Export.id)
    today = exports.rows_on(g.user, day_of(now()))
    return render_template("exports/index.html", jobs=jobs, titles=TITLES, today=today, limit=allowances.of(g.user).exported_rows)


@bp.get("/<int:id>")
def show(id):
    return render_template("exports/show.html", job=find(id))


@bp.get("/<int:id>/progress")
def progress(id):
    return page("exports/show.html", "state", job=find(id))


@bp.get("/<int:id>.xlsx")
def download(id):
    return file_of(find(id))


def file_of(job):
    path = exports.folder_of(data()) / job.stored_as
    if not job.is_kept or not path.exists():
        return redirect(url_for("exports.show", id=job.id), 303)
    name = f"{job.title}-{local(job.created_at):%Y%m%d-%H%M}.xlsx"
    return send_file(path, mimetype=XLSX, as_attachment=True, download_name=name)
