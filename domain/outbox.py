"""The outbox (发件箱): a mail is a row of the transaction that sends the quote, and is delivered by whoever leases the row."""

import secrets
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from domain import Refused, _, events, identifiers, mailer, now, quote_links, quotes, transaction
from models import Company, Customer, Mail, Quote, User

LINK = "{link}"  # where the link stands in the text; the one thing that is filled in
LEASE = timedelta(minutes=5)  # far longer than a server may take
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))


def queue(quote, by, recipient, subject, body, address_of, key, with_pdf=True, at=None):
    """The mail that carries a quote with a link of its own. `address_of(token)` is the whole address; the same `key` is the same mail."""
    at = at or now()
    ensure_one_line(recipient, subject)
    with transaction():
        there = Mail.get_or_none(Mail.key == key)
        if there:
            return there
        if with_pdf:
            quotes.printed(quote)
        link, token = quote_links.issue(quote, by, at, recipient)
        address = address_of(token)
        mail = Mail.create(
            quote=quote, link=link, sender=by, recipient=recipient, subject=subject, body=body, address=address, with_pdf=with_pdf,
            key=key, message_id=f"<{secrets.token_hex(16)}@{urlsplit(address).hostname or 'haitu'}>", due_at=at, made_at=at,
        )
        events.record("quote.mailed", quote, by, at=at, mail=mail.id, subject=subject)
    return mail


def ensure_one_line(recipient, subject):
    if identifiers.email_complaint(recipient) or any(letter in recipient + subject for letter in "\r\n\0"):
        raise Refused(_("This is not a complete e-mail address."))


def retry(mail, by, at=None):
    """Try a mail again that was given up."""
    at = at or now()
    with transaction():
        quote_links.ensure_current(mail.quote, at)
        failed = Mail.id == mail.id, Mail.status == Mail.FAILED
        if not Mail.update(status=Mail.WAITING, attempts=0, due_at=at, problem="").where(*failed).execute():
            raise Refused(_("This mail is on its way already."))
        events.record("quote.mail_retried", mail.quote, by, at=at, mail=mail.id)


# ---- delivery --------------------------------------------------------------------------------------------------------


def due(at=None):
    """Ids of the mails whose turn it is, and of those that a stopped process has left in the middle."""
    return [mail.id for mail in Mail.select(Mail.id).where(ready(at or now())).order_by(Mail.due_at)]


def ready(at):
    """Its time has come, or is further away than any pause: then the machine's clock was set back."""
    waiting = (Mail.status == Mail.WAITING) & ((Mail.due_at <= at) | (Mail.due_at > at + PAUSES[-1]))
    return waiting | (Mail.status == Mail.SENDING) & ((Mail.leased_until <= at) | (Mail.leased_until > at + LEASE))


def deliver(mail_id, url, at=None):
    """Deliver one mail, if it is anybody's turn. The server's yes and our note of it are two things: a process that dies between
    them leaves a mail that is sent once more, with the same Message-ID."""
    at = at or now()
    mail = lease(mail_id, at)
    if mail is None:
        return
    try:
        server = mailer.Server.of(url)
        mailer.post(letter(mail, quote_of(mail, at), server, at), server)
    except (mailer.Undelivered, Refused, ValueError) as no:
        problem = getattr(no, "problem", str(no))
        note_failure(mail, problem, getattr(no, "for_good", True), at)
    else:
        note_delivery(mail, at)


def lease(mail_id, at):
    with transaction():
        mine = Mail.update(status=Mail.SENDING, leased_until=at + LEASE, attempts=Mail.attempts + 1)
        if not mine.where(Mail.id == mail_id, ready(at)).execute():
            return None
    return Mail.select(Mail, User).join(User, on=Mail.sender).where(Mail.id == mail_id).get()


def quote_of(mail, at):
    """The quote while it may still go out: what was withdrawn from the customer is not sent after all."""
    quote = Quote.select(*Quote.all_but_the_file(), Customer).join(Customer).where(Quote.id == mail.quote_id).get()
    quote_links.ensure_current(quote, at)
    return quote


def letter(mail, quote, server, at):
    company, sender = Company.current(), mail.sender
    body = mail.body.replace(LINK, mail.address) if LINK in mail.body else f"{mail.body}\n\n{mail.address}\n"
    return mailer.letter(
        server.sender, company.short_name or company.name, mail.recipient, mail.subject, body, mail.message_id, at.replace(tzinfo=UTC),
        reply_to=sender.email or "", pdf=quotes.printed(quote) if mail.with_pdf else None, file_name=quotes.file_name(quote),
    )


def note_delivery(mail, at):
    with transaction():
        if settle(mail, status=Mail.SENT, sent_at=at, address="", problem=""):
            events.record("quote.mail_sent", told_of(mail), None, at=at, mail=mail.id)


def note_failure(mail, problem, for_good, at):
    """Again after a pause that grows, or given up where it is no use; then its sender is told."""
    with transaction():
        if not for_good and mail.attempts <= len(PAUSES):
            settle(mail, status=Mail.WAITING, due_at=at + PAUSES[mail.attempts - 1], problem=problem)
        elif settle(mail, status=Mail.FAILED, problem=problem):
            events.record("quote.mail_failed", told_of(mail), None, at=at, mail=mail.id, sender_id=mail.sender_id)


def settle(mail, **columns):
    """Whether this attempt was still the last one, and its end is noted."""
    mine = Mail.id == mail.id, Mail.status == Mail.SENDING, Mail.attempts == mail.attempts
    return Mail.update(leased_until=None, **columns).where(*mine).execute() == 1


def told_of(mail):
    return Quote.with_people().where(Quote.id == mail.quote_id).get()
