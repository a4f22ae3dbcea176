"""Quotes: the list, the editor that prices while one types, the page of a finished one, its preview and its PDF."""

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_pgettext, ngettext

import documents
from documents.glyphs import missing_glyphs
from domain import approval_history, approval_of_quotes, approval_preview, masking, quote_links, quotes, search
from models import Approval, Opportunity, Order, Quote, QuoteLine
from permissions import can_edit_quote, can_quote, can_see_cost, can_submit_quote, sees
from views import paper, quote_form
from views.helpers import (
    company,
    counts_by_status,
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    of_customer,
    page,
    page_of,
    render_block,
    require,
    text_asked_for,
    toast,
    wants_part,
    with_messages,
)
from views.printing import answer_of
from views.quote_differences import differences
from views.quote_lines import OFFERED, last_prices_of, offered, to_edit
from views.quote_rows import WAYS, blank_rows
from views.quote_sums import Sums

bp = Blueprint("quotes", __name__)

STATUSES = {
    Quote.DRAFT: (lazy_pgettext("quote", "Draft"), ""),
    Quote.PENDING: (lazy_pgettext("quote", "Waiting for approval"), "warn"),
    Quote.APPROVED: (lazy_pgettext("quote", "Approved"), "ok"),
    Quote.REJECTED: (lazy_pgettext("quote", "Rejected"), "bad"),
    Quote.DROPPED: (lazy_pgettext("quote", "Given up"), ""),
}
LINE_BUTTONS = {
    "remove": quote_form.Draft.drop, "copy": quote_form.Draft.copy,
    "up": lambda draft, key: draft.move(key, -1), "down": lambda draft, key: draft.move(key, 1),
}
LISTED = {status: words for status, words in STATUSES.items() if status != Quote.DROPPED}  # a list has the newest of each number


@bp.app_template_global()
def quote_status(quote):
    """(words, tone) for a chip."""
    return STATUSES[quote.status]


# ---- the list --------------------------------------------------------------------------------------------------------


@bp.get("/quotes")
def index():
    require(sees(g.user, "quote"))
    query, columns, descending = listed()
    shown, customer = of_customer(mine_or_all())
    return page(
        "quotes/index.html", "rows", quotes=page_of(query, *columns, descending=descending), mine=is_mine(),
        status=request.args.get("status"), text=text_asked_for(), customer=customer, counts=counts_by_status(shown, LISTED),
        statuses=LISTED,
    )


def listed():
    """(query, columns, newest first): the list that the address asks for, on the page and as an export."""
    (shown, _customer), status = of_customer(mine_or_all()), request.args.get("status")
    if status in LISTED:
        shown = shown.where(Quote.status == status)
    return search.of_number_or_customer(shown, text_asked_for()), (Quote.id,), True


def is_mine():
    return request.args.get("whose", "mine" if g.user.may("quote.work") else "team") == "mine"


def mine_or_all():
    shown = Quote.listed_to(g.user)
    return shown.where(Quote.owner == g.user.id) if is_mine() else shown


# ---- the editor ------------------------------------------------------------------------------------------------------


@bp.post("/opportunities/<int:id>/quotes")
def create(id):
    opportunity = get_or_404(Opportunity.visible_to(g.user), id)
    require(can_quote(g.user, opportunity))
    quote = quotes.create(opportunity, by=g.user)
    return go(url_for("quotes.show", id=quote.id))


@bp.get("/quotes/<int:id>")
def show(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    if can_edit_quote(g.user, quote):
        return render_template("quotes/editor.html", **editor(quote_form.stored(quote)))
    return render_template("quotes/show.html", **reading(quote))


@bp.post("/quotes/<int:id>")
def save(id):
    quote = to_edit(id)
    draft = quote_form.typed(quote)
    adjust(draft)
    if draft.revision != quote.revision:
        return conflict(draft)
    if draft.faults:
        return faulty(draft)
    repriced = draft.repriced
    quotes.save(quote, by=g.user, revision=draft.revision, lines=draft.entries, **draft.form.columns)
    if repriced is not None:
        changed = ngettext("%(num)s price changed with the price list.", "%(num)s prices changed with the price list.", repriced)
        toast(changed if repriced else _("No price changed with the price list."))
    if not wants_part():
        toast(_("Quote %(number)s is saved.", number=quote.number))
    return fragment_or_redirect("quotes/editor.html", "figures", url_for("quotes.show", id=id), **editor(draft, saved=True))


@bp.post("/quotes/<int:id>/totals")
def totals(id):
    """What the lines come to as they are typed, and where the side of tax was turned, their last prices on it. Nothing is saved."""
    draft = quote_form.typed(to_edit(id))
    context = editor(draft, turned="turned" in request.form)
    return render_block("quotes/editor.html", "figures", **context), 422 if draft.faults else 200


def adjust(draft):
    """What the buttons of a plain form ask for: a line out, up, down or twice, a product, heading or note in."""
    verb, _colon, key = request.form.get("line", "").partition(":")
    if verb in LINE_BUTTONS:
        LINE_BUTTONS[verb](draft, key)
    adding, wanted = request.form.get("adding"), text_asked_for()
    if adding in (QuoteLine.SECTION, QuoteLine.NOTE):
        draft.take({"what": adding, "name": ""})
    elif adding and wanted:
        add_called(draft, wanted)


def add_called(draft, wanted):
    found = list(offered(wanted).limit(OFFERED))
    exact = [product for product in found if product.sku.casefold() == wanted.casefold()] or found
    if len(exact) == 1:
        draft.take({"product_id": exact[0].id})
    else:
        draft.search_error = too_vague(exact)


def too_vague(found):
    if not found:
        return _("No product is called that.")
    return _("Several products fit; give one code: %(codes)s", codes=", ".join(product.sku for product in found))


def faulty(draft):
    """422: what was typed stays, each complaint beside its field."""
    if wants_part():
        return with_messages(render_block("quotes/editor.html", "figures", **editor(draft))), 422
    return form_again("quotes/editor.html", **editor(draft))


def conflict(draft):
    """409: both versions side by side, nothing overwritten."""
    theirs = quote_form.stored(draft.quote)
    who, at = quotes.last_saved(draft.quote)
    context = editor(draft) | {"differences": differences(theirs, draft), "who": who, "at": at}
    if wants_part():
        return with_messages(render_block("quotes/editor.html", "conflict", **context)), 409
    return render_template("quotes/editor.html", **context), 409


def editor(draft, saved=False, turned=False):
    """What the editor shows; the cost goes no further than to those who may see it. The rows of a part stand in the page with
    their last prices, and get them anew only where these are `turned` to the other side of tax."""
    quote, with_tax = draft.quote, draft.form.with_tax
    sums = Sums(draft.totals, company(), can_see_cost(g.user, quote)) if draft.totals else None
    return {
        "quote": quote, "draft": draft, "form": draft.form, "rows": draft.rows, "sums": sums, "saved": saved,
        "editing": True, "ways": WAYS, "blank": blank_rows(), "most_lines": quotes.MOST_LINES, "sees_cost": can_see_cost(g.user, quote),
        "route": foreseen(quote, draft.totals), "oob": wants_part(),
        "with_tax": with_tax, "turned": turned,
        "last_prices": last_prices_of(quote, draft.rows, with_tax) if turned or not wants_part() else {},
    }


@bp.app_template_filter()
def figures(draft, sees_cost):
    """key, price, amount, net unit price, a mark where it is below cost, wrong fields, complaint, breaks: a line of text for each row."""
    return "\n".join("\t".join(row.shown(sees_cost)) for row in draft.rows)


def foreseen(quote, totals=None):
    """Which approvals it would need: as it is stored, or with the totals of what is typed."""
    facts = approval_of_quotes.facts_with(quote, totals) if totals else None
    return approval_preview.preview(quote, g.user, facts, can_see_cost(g.user, quote))


# ---- reading, submitting, printing -----------------------------------------------------------------------------------


def reading(quote):
    draft = quote_form.stored(quote)
    sums = Sums(draft.totals, company(), can_see_cost(g.user, quote))
    order = Order.visible_to(g.user).where(Order.quote == quote.id).first()
    steps = approval_history.steps_of(quote)
    return {
        "quote": quote, "rows": draft.rows, "tax_rates": draft.tax_rates, "sums": sums, "steps": steps, "order": order,
        "asked": next((step for step in steps if step.status == Approval.CURRENT), None),
        "last_prices": last_prices_of(quote, draft.rows), "story": quote_links.story(quote),
    }


@bp.get("/quotes/<int:id>/submit")
def submitting(id):
    """The question before 提交审批: what happens then, who is asked, what the approver should know."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_submit_quote(g.user, quote))
    draft = quote_form.stored(quote)
    sums = Sums(draft.totals, company(), can_see_cost(g.user, quote))
    route = foreseen(quote)
    return page("quotes/submit.html", "dialog", quote=quote, rows=draft.rows, sums=sums, route=route, missing=missing(quote))


@bp.get("/quotes/<int:id>/glyphs")
def glyphs(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    return render_template("quotes/glyphs.html", missing=missing(quote))


def missing(quote):
    """The characters of the document that no font can print."""
    return missing_glyphs(documents.document_of(quote).text)


@bp.get("/quotes/<int:id>/preview")
def preview(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    return paper.on_screen(paper.internal_copy(quote))


@bp.get("/quotes/<int:id>.pdf")
def pdf(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    masking.ensure_reads(quote, g.user)
    return pdf_answer(quote, quotes.printed(quote))


def pdf_answer(quote, content):
    return answer_of(content, quotes.file_name(quote))
