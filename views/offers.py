"""What a customer opens from his link: the quote, its PDF, and his answer. Looking changes nothing; only what he sends decides."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired

import documents
from domain import Refused, doors, now, quote_links, quote_replies, quotes, signatures, storage
from views.fields import Line, PhoneField, longest
from views.helpers import go, unlisted
from views.quotes import pdf_answer

bp = Blueprint("offers", __name__, url_prefix="/q/<token>")

GONE = (quote_links.EXPIRED, quote_links.SUPERSEDED)


class VisitorForm(FlaskForm):
    """Fields of one form among several on the page; its name stands before each of theirs."""

    website = StringField(_l("Leave this empty"))  # people do not see it; what fills it in is a machine

    def __init__(self, **options):
        super().__init__(prefix=f"{self.NAME}-", **options)


class AcceptForm(VisitorForm):
    NAME = "accept"
    name = Line(lazy_pgettext("customer", "Your name"), [DataRequired(_l("Write your name.")), longest(60)])
    phone = PhoneField(_l("Phone"), [DataRequired(_l("Write a number at which we reach you.")), longest(40)])
    signature = HiddenField()


class DeclineForm(VisitorForm):
    NAME = "decline"
    body = TextAreaField(_l("Why not?"), [DataRequired(_l("A few words help us to do better.")), longest(1000)])
    name = Line(lazy_pgettext("customer", "Your name"), [longest(60)])


class QuestionForm(VisitorForm):
    NAME = "question"
    body = TextAreaField(_l("Your question"), [DataRequired(_l("Write your question.")), longest(1000)])
    name = Line(lazy_pgettext("customer", "Your name"), [longest(60)])
    phone = PhoneField(_l("Phone, if we may call you back"), [longest(40)])


class RenewalForm(VisitorForm):
    NAME = "renewal"
    body = TextAreaField(_l("What has changed?"), [longest(1000)])
    name = Line(lazy_pgettext("customer", "Your name"), [longest(60)])
    phone = PhoneField(_l("Phone, if we may call you back"), [longest(40)])


FORMS = {form.NAME: form for form in (AcceptForm, DeclineForm, QuestionForm, RenewalForm)}


def find(token):
    """(the link behind the token, the quote that the address asks for); whoever guesses is shut out after a while."""
    at, visitor = now(), request.remote_addr or ""
    if doors.MISSES.is_shut(visitor, at) or doors.READS.is_shut(visitor, at):
        abort(429)
    link = quote_links.behind(token)
    quote = quote_links.shown(link, request.args.get("v", type=int)) if link else None
    if quote is None:
        doors.MISSES.knock(visitor, at)
        abort(404)
    if doors.LINK_READS.is_shut(link.id, at):
        abort(429)
    doors.READS.knock(visitor, at)
    doors.LINK_READS.knock(link.id, at)
    return link, quote


@bp.get("")
@unlisted
def show(token):
    link, quote = find(token)
    if g.user is None and request.method == "GET":
        with storage.in_passing():
            quote_links.note_visit(link, request.remote_addr or "", request.headers.get("User-Agent", ""))
    return offer_page(link, quote, token)


def offer_page(link, quote, token, form=None, refused="", code=None):
    state = quote_links.state_of(quote)
    is_gone = state in GONE
    forms = {name: form if form and name == form.NAME else kind(formdata=None) for name, kind in FORMS.items()}
    context = {
        "quote": quote, "token": token, "state": state, "forms": forms, "open_form": form.NAME if form else "", "refused": refused,
        "sent": request.args.get("sent"), "newer": quote_links.newer(quote) if state == quote_links.SUPERSEDED else None,
        "version": request.args.get("v", type=int), "bare": True, "here": address(link, quote, token),
    }
    if is_gone:
        return render_template("offers/gone.html", **context), code or 410
    return render_template("offers/show.html", document=documents.document_of(quote), **context), code or 200


def address(link, quote, token, **more):
    """The page on which one is; of another version than the link's own, with its number."""
    version = {} if quote.id == link.quote_id else {"v": quote.version}
    return url_for("offers.show", token=token, **version, **more)


@bp.get("/pdf")
@unlisted
def pdf(token):
    link, quote = find(token)
    if quote_links.state_of(quote) in GONE:
        abort(410)
    return pdf_answer(quote, quotes.printed(quote))


@bp.post("/accept")
@unlisted
def accept(token):
    def take(link, quote, form):
        signature = signatures.drawn(form.signature.data)
        quote_replies.accept(link, quote, form.name.data, form.phone.data, signature, request.remote_addr or "")

    return answered(token, AcceptForm, take)


@bp.post("/decline")
@unlisted
def decline(token):
    return answered(token, DeclineForm, lambda link, quote, form: quote_replies.decline(
        link, quote, form.body.data.strip(), form.name.data, request.remote_addr or ""
    ))


@bp.post("/questions")
@unlisted
def ask(token):
    return answered(token, QuestionForm, lambda link, quote, form: quote_replies.ask(
        link, quote, form.body.data.strip(), form.name.data, form.phone.data, request.remote_addr or ""
    ))


@bp.post("/renewal")
@unlisted
def renew(token):
    return answered(token, RenewalForm, lambda link, quote, form: quote_replies.ask_for_renewal(
        link, quote, (form.body.data or "").strip(), form.name.data, form.phone.data, request.remote_addr or ""
    ))


def answered(token, kind, take):
    """What the visitor sent is taken down; a fault is said beside its field, a rule that says no above the page."""
    link, quote = find(token)
    form = kind()
    if not form.validate_on_submit():
        return offer_page(link, quote, token, form, code=422)
    if not form.website.data:
        try:
            take(link, quote, form)
        except Refused as no:
            return offer_page(link, quote, token, form, no.message, 409)
    return go(address(link, quote, token, sent=kind.NAME))
