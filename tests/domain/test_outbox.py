"""Mails with a quote: in the outbox with the act, delivered once, tried again, given up, and safe against what one types."""

from datetime import timedelta

import pytest

from domain import Refused, mail_runner, now, outbox, quote_links, quotes
from models import Event, Mail, Notice, Quote, QuoteLink
from tests import offers
from tests.mailbox import Mailbox

MINUTE = timedelta(minutes=1)
ADDRESS = "https://haitu.example/q/{}".format


@pytest.fixture
def quote(cast):
    return offers.approved(cast.seller)


@pytest.fixture
def mailbox():
    """mailbox("451 busy", …) is a server that answers so, then as usual."""
    running = []

    def start(*answers):
        running.append(Mailbox(*answers))
        return running[-1]

    yield start
    for server in running:
        server.close()


def queued(quote, by, key="k1", **columns):
    told = {"recipient": "zhang@example.com", "subject": "报价单 Q1", "body": "您好：\n{link}\n谢谢"} | columns
    return outbox.queue(quote, by, told.pop("recipient"), told.pop("subject"), told.pop("body"), ADDRESS, key, **told)


def stored(mail):
    return Mail.get_by_id(mail.id)


def test_a_mail_brings_link_text_and_pdf_in_chinese(cast, quote, mailbox):
    server = mailbox()
    mail = queued(quote, cast.seller, subject="报价单 Q20261122-001 · 苏州恒立")
    address = mail.address
    outbox.deliver(mail.id, server.url)
    letter = server.mails[0]
    assert letter["Subject"] == "报价单 Q20261122-001 · 苏州恒立"
    assert letter["To"] == "zhang@example.com" and "sales@haitu.example" in letter["From"]
    assert letter.get_body().get_content().split() == f"您好：\n{address}\n谢谢".split()
    attached = next(letter.iter_attachments())
    assert attached.get_filename() == quotes.file_name(quote) and attached.get_filename().startswith("报价-Q20261122-001-苏州恒立")
    assert attached.get_content() == b"%PDF-1.7 as approved"
    raw = server.raw[0]
    assert b"filename*" in raw and b"=?utf-8?" in raw.lower()
    assert raw.split(b"\r\n\r\n", 1)[0].isascii()


def test_its_link_opens_and_the_token_is_not_kept_once_the_mail_is_out(cast, quote, mailbox):
    mail = queued(quote, cast.seller)
    token = mail.address.rsplit("/", 1)[1]
    outbox.deliver(mail.id, mailbox().url)
    assert quote_links.behind(token).recipient == "zhang@example.com"
    assert (stored(mail).status, stored(mail).address) == (Mail.SENT, "")
    quote_links.make(quote, by=cast.seller)
    assert quote_links.behind(token), "a link that is copied does not end one that was mailed"


def test_delivered_once_however_often_it_is_tried(cast, quote, mailbox):
    server, mail = mailbox(), queued(quote, cast.seller)
    for _turn in range(3):
        outbox.deliver(mail.id, server.url)
    assert len(server.raw) == 1 and stored(mail).attempts == 1
    assert outbox.due(now() + timedelta(days=1)) == []


def test_a_form_that_is_sent_twice_is_one_mail(cast, quote):
    assert queued(quote, cast.seller) == queued(quote, cast.seller)
    assert Mail.select().count() == QuoteLink.select().count() == 1
    assert Event.select().where(Event.verb == "quote.mailed").count() == 1


def test_after_a_temporary_no_it_is_tried_again_with_the_same_id(cast, quote, mailbox):
    server, mail, at = mailbox("451 try later", "421 busy"), queued(quote, cast.seller), now()
    outbox.deliver(mail.id, server.url, at)
    first = stored(mail)
    assert (first.status, first.due_at, first.problem) == (Mail.WAITING, at + MINUTE, "451 try later")
    outbox.deliver(mail.id, server.url, at)
    assert stored(mail).attempts == 1, "not before its time"
    outbox.deliver(mail.id, server.url, at + MINUTE)
    assert stored(mail).due_at == at + 6 * MINUTE
    outbox.deliver(mail.id, server.url, at + 6 * MINUTE)
    assert stored(mail).status == Mail.SENT and server.mails[0]["Message-ID"] == mail.message_id


def test_after_a_final_no_it_is_given_up_and_its_sender_told_until_he_tries_again(cast, quote, mailbox):
    server, mail = mailbox("550 no such person"), queued(quote, cast.seller)
    outbox.deliver(mail.id, server.url)
    assert (stored(mail).status, stored(mail).problem) == (Mail.FAILED, "550 no such person")
    assert Notice.get(Notice.verb == "quote.mail_failed").user == cast.seller
    outbox.retry(stored(mail), by=cast.seller)
    with pytest.raises(Refused):
        outbox.retry(stored(mail), by=cast.seller)
    outbox.deliver(mail.id, server.url)
    assert stored(mail).status == Mail.SENT and len(server.raw) == 1


def test_a_server_that_cannot_be_reached_is_tried_six_times(cast, quote):
    mail, at = queued(quote, cast.seller), now()
    for turn in range(6):
        assert stored(mail).status == Mail.WAITING, turn
        at = max(at, stored(mail).due_at)
        outbox.deliver(mail.id, "smtp://127.0.0.1:1", at)
    assert (stored(mail).status, stored(mail).attempts) == (Mail.FAILED, 6)


def test_what_a_killed_process_had_in_hand_is_sent_when_its_lease_is_over(cast, quote, mailbox):
    server, mail, at = mailbox(), queued(quote, cast.seller), now()
    assert outbox.lease(mail.id, at) == mail
    outbox.deliver(mail.id, server.url, at + MINUTE)
    assert server.raw == []
    outbox.deliver(mail.id, server.url, at + outbox.LEASE)
    assert stored(mail).status == Mail.SENT and server.mails[0]["Message-ID"] == mail.message_id


def test_whoever_lost_the_lease_notes_nothing(cast, quote):
    mail, at = queued(quote, cast.seller), now()
    slow = outbox.lease(mail.id, at)
    outbox.lease(mail.id, at + outbox.LEASE)
    outbox.note_failure(slow, "550 late news", True, at)
    assert stored(mail).status == Mail.SENDING and not Notice.select().where(Notice.verb == "quote.mail_failed").exists()


@pytest.mark.parametrize(("recipient", "subject"), [
    ("a@example.com\r\nBcc: x@example.com", "报价"), ("a@example.com", "报价\r\nBcc: x@example.com"), ("a@example.com", "报价\nX: y"),
    ("a@example.com, b@example.com", "报价"), ("nobody", "报价"), ("", "报价"),
])
def test_a_line_break_in_a_header_is_refused_and_nothing_is_written(cast, quote, recipient, subject):
    with pytest.raises(Refused):
        queued(quote, cast.seller, recipient=recipient, subject=subject)
    assert Mail.select().count() == QuoteLink.select().count() == 0
    assert Quote.get_by_id(quote.id).sent_at is None


def test_what_has_been_replaced_meanwhile_does_not_go_out(cast, quote, mailbox):
    server, mail = mailbox(), queued(quote, cast.seller)
    Quote.update(superseded_at=now()).execute()
    outbox.deliver(mail.id, server.url)
    assert server.raw == [] and stored(mail).status == Mail.FAILED


def test_a_quote_without_a_pdf_goes_out_with_its_link_alone(cast, mailbox):
    bare, server = offers.approved(cast.seller, pdf=None), mailbox()
    with pytest.raises(Refused):
        queued(bare, cast.seller)
    outbox.deliver(queued(bare, cast.seller, with_pdf=False, body="您好").id, server.url)
    body = server.mails[0].get_body().get_content()
    assert "https://haitu.example/q/" in body and not list(server.mails[0].iter_attachments())


def test_the_worker_delivers_what_is_due(cast, quote, mailbox):
    server = mailbox()
    queued(quote, cast.seller)
    queued(quote, cast.seller, key="k2", recipient="li@example.com")
    for _turn in range(2):
        mail_runner.resume(server.url)
    mail_runner.wait()
    assert sorted(letter["To"] for letter in server.mails) == ["li@example.com", "zhang@example.com"]
