"""A quote by mail: the letter that one writes, and another try for one that did not arrive."""

import secrets

from flask import Blueprint, current_app, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from domain import Refused, mail_runner, outbox
from models import Mail, Quote
from permissions import can_share_quote
from views.fields import EmailField, Line, longest
from views.helpers import company, form_again, get_or_404, go, page, require, sight, toast
from views.quote_links import address_of

bp = Blueprint("mails", __name__, url_prefix="/quotes/<int:id>/mails")


class MailForm(FlaskForm):
    recipient = EmailField(lazy_pgettext("mail", "To"), [DataRequired(_l("Write the customer's e-mail address.")), longest(200)])
    subject = Line(_l("Subject"), [DataRequired(_l("Write a subject.")), longest(150)])
    body = TextAreaField(
        _l("Text"), [DataRequired(_l("Write a few words.")), longest(5000)],
        description=_l("{link} becomes the customer's link; without it the link stands at the end."),
    )
    with_pdf = BooleanField(_l("Attach the PDF"), default=True)
    key = HiddenField(validators=[Length(min=16, max=64)])


def find(id):
    quote = get_or_404(Quote.visible_to(g.user), id)
    require(can_share_quote(g.user, quote))
    return quote


@bp.get("/new")
def new(id):
    quote = find(id)
    subject = _("Quote %(number)s from %(company)s", number=quote.title, company=company().name)
    body = render_template("mail/quote.txt.html", quote=quote, contact=contact_name(quote), link=outbox.LINK)
    form = MailForm(
        formdata=None, recipient=address_known(quote), subject=subject, body=body.strip(), with_pdf=bool(quote.pdf_sha256),
        key=secrets.token_urlsafe(16),
    )
    return page("mails/new.html", "dialog", **dialog(quote, form))


def dialog(quote, form):
    return {"quote": quote, "form": form, "sends_mail": bool(current_app.config["SMTP_URL"])}


def contact_name(quote):
    return sight().text(quote.contact, "name", quote.customer) if quote.contact else ""


def address_known(quote):
    """The contact's address, as far as the writer reads it in clear."""
    known = (quote.contact.email if quote.contact else "") or quote.customer.email
    holder = quote.contact if quote.contact and quote.contact.email else quote.customer
    return known if known and sight().text(holder, "email", quote.customer) == known else ""


@bp.post("/new")
def send(id):
    quote, form = find(id), MailForm()
    if not form.validate_on_submit():
        return form_again("mails/new.html", "dialog", **dialog(quote, form))
    ensure_server()
    mail = outbox.queue(
        quote, g.user, form.recipient.data, form.subject.data, form.body.data, address_of, form.key.data, form.with_pdf.data
    )
    mail_runner.enqueue(mail.id, current_app.config["SMTP_URL"])
    toast(_("The mail is on its way; the quote shows when it has left."))
    return go(url_for("quotes.show", id=id))


@bp.post("/<int:mail>/retry")
def retry(id, mail):
    quote = find(id)
    letter = get_or_404(Mail.select().where(Mail.quote == quote.id), mail)
    ensure_server()
    outbox.retry(letter, by=g.user)
    mail_runner.enqueue(letter.id, current_app.config["SMTP_URL"])
    toast(_("The mail is tried again."))
    return go(url_for("quotes.show", id=id))


def ensure_server():
    if not current_app.config["SMTP_URL"]:
        raise Refused(_("No mail server is set (SMTP_URL), so nothing can be sent. Copy the link and the text instead."))
