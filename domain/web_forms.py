"""Web forms (网页表单): a page on which anybody may leave his company and number; what he sends is a lead, placed by the rules."""

import secrets
from datetime import timedelta

from domain import Refused, _, arrivals, assignment, events, leads, now, transaction
from models import Lead, WebForm, WebFormPost

TOKEN_BYTES = 16  # 128 bits
AN_HOUR = timedelta(hours=1)
PER_ADDRESS, PER_FORM = 5, 200  # sent in an hour from one address on the network, and through one form


def save(form, by, at=None, **columns):
    """A new form with an address of its own, or other columns for this one; the address stays."""
    with transaction():
        created = form is None
        if created:
            form = WebForm.create(token=secrets.token_urlsafe(TOKEN_BYTES), created_by=by, created_at=at or now(), **columns)
        else:
            WebForm.update(**columns).where(WebForm.id == form.id).execute()
        events.record("webform.created" if created else "webform.edited", form, by, after=columns, at=at)
    return form


def behind(token):
    """The form at this address while it is open; None otherwise."""
    return WebForm.get_or_none(WebForm.token == token, WebForm.active)


def send(form, address="", at=None, **columns):
    """Take in what somebody wrote: a new lead in the form's pool, or a note on the one that is there already. The Lead."""
    at = at or now()
    with transaction():  # counted before it is written: those sent at the same moment are not free
        ensure_few(WebFormPost.address == address, at, PER_ADDRESS)
        ensure_few(WebFormPost.form == form.id, at, PER_FORM)
        old = known(columns)
        lead = old or leads.create(by=None, pool=form.pool, at=at, source=form.source, **columns)
        events.record("lead.sent_in", lead, None, at=at, form=form.name, need=columns.get("need", ""))
        WebFormPost.create(form=form, address=address, lead=lead, at=at)
        if old is None:
            assignment.place(lead, arrivals.FORM, at)
    return lead


def known(columns):
    """An open lead with this name and this number: who presses twice, or asks again, does not become two."""
    same = Lead.select().where(Lead.name == columns["name"], Lead.phone == columns.get("phone", ""), Lead.changes_hands())
    return same.first()


def ensure_few(whose, at, most):
    if WebFormPost.select().where(whose, WebFormPost.at > at - AN_HOUR).count() >= most:
        raise Refused(_("We have your message already. If something is missing, please write again in an hour."))
