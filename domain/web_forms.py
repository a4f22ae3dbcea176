"""Web forms (网页表单): a page on which anybody may leave his company and number; what he sends is a lead, placed by the rules.

Where the duplicate rule of leads finds the company beyond doubt there is no second record: what he wrote joins the one that
is there, and whoever works on it is told. The visitor reads the same thanks either way.
"""

import hashlib
import json
import secrets
from datetime import timedelta

from domain import Refused, _, arrivals, assignment, duplicates, events, lately, leads, now, transaction
from models import WebForm, WebFormPost

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
    """Take in what somebody wrote. The record that is about it: a new lead in the form's pool, or a lead or customer that is there.

    None where the form has taken in the very same already: he pressed twice, and nothing more becomes of it.
    """
    at, content = at or now(), digest(columns)
    with transaction():  # counted before it is written: those sent at the same moment are not free
        if sent_before(form, content, at):
            return None
        ensure_few(WebFormPost.address == address, at, PER_ADDRESS)
        ensure_few(WebFormPost.form == form.id, at, PER_FORM)
        WebFormPost.create(form=form, address=address, content=content, at=at)
        return join(form, columns, at) or bring(form, columns, at)


def digest(columns):
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()


def sent_before(form, content, at):
    same = WebFormPost.select().where(WebFormPost.form == form.id, WebFormPost.content == content)
    return same.where(lately(WebFormPost.at, at, AN_HOUR)).exists()


def join(form, columns, at):
    """A note on the lead or customer that is surely the same company; what lies in a pool is placed as if it were new."""
    record = duplicates.surely("lead", **columns)
    if record is None:
        return None
    told = {name: columns.get(name, "") for name in ("name", "contact_name", "phone", "need")}
    events.record(f"{record.kind()}.wrote_in", record, None, at=at, form=form.name, **told)
    if record.in_pool:
        assignment.place(record, arrivals.FORM, at)
    return record


def bring(form, columns, at):
    lead = leads.create(by=None, pool=form.pool, at=at, source=form.source, **columns)
    events.record("lead.sent_in", lead, None, at=at, form=form.name, need=columns.get("need", ""))
    assignment.place(lead, arrivals.FORM, at)
    return lead


def ensure_few(whose, at, most):
    if WebFormPost.select().where(whose, lately(WebFormPost.at, at, AN_HOUR)).count() >= most:
        raise Refused(_("We have your message already. If something is missing, please write again in an hour."))
