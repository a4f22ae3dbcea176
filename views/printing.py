"""Printing a quote: in which template and language, for whom, and the page on which one waits for it."""

import re
from urllib.parse import quote as url_quote

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

import documents
from documents.printer import RenderingFailed, colour_sheet
from domain import Refused, document_templates, masking, quotes
from models import DocumentTemplate, Quote
from permissions import can_edit_quote
from views import paper
from views.helpers import get_or_404, go, known, page, public, require, toast

bp = Blueprint("printing", __name__)

AT_ONCE = 2.0  # seconds that a request waits for a document before it shows how far it is
LANGUAGES = {DocumentTemplate.CHINESE: _l("Chinese"), DocumentTemplate.ENGLISH: _l("English"), DocumentTemplate.BOTH: _l("Chinese and English")}
FAILURES = {
    "full": _l("Many documents are being made right now. Try again in a moment."),
    "busy": _l("Many documents are being made right now. Try again in a moment."),
    "timeout": _l("Making this document took too long and was stopped. Try again, or tell an administrator."),
    "died": _l("The program that makes documents stopped; a new one has taken its place. Try again."),
}
bp.add_app_template_global(LANGUAGES, "document_languages")


@bp.get("/documents/colours/<colour>.css")
@public
def colour(colour):
    """The colour of a template as a style sheet: no style stands in a page of ours."""
    if not re.fullmatch("[0-9a-f]{6}", colour):
        abort(404)
    return colour_sheet(colour), {"Content-Type": "text/css; charset=utf-8"}


@bp.get("/quotes/<int:id>/document")
def choose(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    return page(
        "prints/choose.html", "dialog", quote=quote, templates=list(DocumentTemplate.offered()),
        standard=DocumentTemplate.standard(),
    )


@bp.post("/quotes/<int:id>/document")
def keep(id):
    """The template and language in which this quote will be printed."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_edit_quote(g.user, quote))
    template = known(DocumentTemplate.offered(), request.form.get("template"))
    language = request.form.get("language", "")
    document_templates.choose(quote, g.user, template, language if language in LANGUAGES else "")
    toast(_("The quote will be printed like this."))
    return go(url_for("quotes.show", id=id))


@bp.get("/quotes/<int:id>/copy.pdf")
def copy(id):
    """An approved quote once more: in another template or language, or without prices for the warehouse."""
    quote = get_or_404(Quote.visible_to(g.user), id)
    masking.ensure_reads(quote, g.user)
    quotes.ensure_printed(quote)
    document = documents.document_of(quote, check_url=paper.check_url(quote), **paper.asked_for())
    name = quotes.file_name(quote, documents.kind_of(document))
    try:
        job = documents.JOBS.add(documents.quote_html(document, render_template), name, g.user.id, request.full_path)
    except RenderingFailed as error:
        raise Refused(str(words_for(error.reason))) from error
    job.done.wait(AT_ONCE)
    return redirect(url_for(".fetch" if job.pdf else ".wait", token=job.token), 303)


@bp.get("/prints/<token>")
def wait(token):
    """How far it is. With htmx it asks once a second, without it the page loads itself again."""
    job = mine(token)
    if job.pdf:
        return go(url_for(".fetch", token=token))
    failure, ahead = job.failed and words_for(job.failed), documents.JOBS.ahead_of(job)
    answer = make_response(page("prints/show.html", "state", job=job, ahead=ahead, failure=failure))
    if not job.failed and not request.htmx:
        answer.headers["Refresh"] = "2"
    return answer


@bp.get("/prints/<token>.pdf")
def fetch(token):
    job = mine(token)
    return answer_of(job.pdf or abort(404), job.name)


def mine(token):
    return documents.JOBS.get(token, g.user.id) or abort(404)


def words_for(reason):
    return FAILURES.get(reason) or _("This document could not be made. Tell an administrator.")


def answer_of(pdf, name):
    answer = make_response(pdf)
    answer.mimetype = "application/pdf"
    plain = re.sub(r"[^A-Za-z0-9.-]+", "", name).strip("-").replace("-.pdf", ".pdf")
    answer.headers["Content-Disposition"] = f"inline; filename=\"{plain}\"; filename*=UTF-8''{url_quote(name)}"
    return answer
