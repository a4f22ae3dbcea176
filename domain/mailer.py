"""One mail to one server: what is built, how it is handed over, and what a refusal means."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE = 20  # seconds for each answer of the server
LOOPBACK = ("127.0.0.1", "localhost", "::1")
FOR_GOOD = 500  # from here on a server's no is final
LONGEST_PROBLEM = 300


class Undelivered(Exception):
    """The server did not take it. `for_good`: it would not take it later either."""

    def __init__(self, problem, for_good):
        super().__init__(problem)
        self.problem, self.for_good = str(problem)[:LONGEST_PROBLEM], for_good


@dataclass(frozen=True)
class Server:
    """SMTP_URL: smtp://user:password@host:587?from=sales@example.com, or smtps:// for one that is encrypted from the start."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, url):
        parts = urlsplit(url)
        encrypted, user = parts.scheme == "smtps", unquote(parts.username or "")
        sender = parse_qs(parts.query).get("from", [user if "@" in user else f"haitu@{parts.hostname}"])[0]
        return cls(parts.hostname, parts.port or (465 if encrypted else 587), encrypted, user, unquote(parts.password or ""), sender)


def letter(sender, sender_name, recipient, subject, body, message_id, at, reply_to="", pdf=None, file_name=""):
    """An EmailMessage; raises ValueError for a line break where a header stands."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    if reply_to:
        message["Reply-To"] = Address(addr_spec=reply_to)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message.set_content(body)
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name)
    return message


def post(message, server):
    """Hand it over. Raises Undelivered."""
    try:
        with connected(server) as connection:
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as no:
        code, text = next(iter(no.recipients.values()))
        raise refusal(code, text) from no
    except smtplib.SMTPResponseException as no:
        raise refusal(no.smtp_code, no.smtp_error) from no
    except (smtplib.SMTPException, OSError) as no:
        raise Undelivered(no, for_good=False) from no


def connected(server):
    if server.encrypted:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        connection.ehlo()
        if not server.encrypted and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            connection.ehlo()
        elif not server.encrypted and server.user and server.host not in LOOPBACK:
            raise Undelivered(f"{server.host} offers no encryption; the password is not sent in clear.", for_good=True)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def refusal(code, text):
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return Undelivered(f"{code} {said}", for_good=code >= FOR_GOOD)
