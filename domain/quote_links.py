"""The link of an approved quote (分享链接): made, closed, opened by the customer; and what he and it have come to."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from peewee import fn

from domain import Refused, _, day_of, events, now, transaction
from models import Customer, Mail, Quote, QuoteLink, QuoteReply, QuoteVisit, User

TOKEN_BYTES = 32  # 256 bits
SAME_VISIT = timedelta(minutes=10)  # a page that is loaded again so soon is no other visit
MOST_VISITS = 1_000  # noted of one link
LONGEST_AGENT = 200
# What fetches a page for the card of a link in a chat, or to index or watch it. A phone called Cubot is no robot.
MACHINE = re.compile(
    r"(?<!cu)bot|spider|crawl|preview|unfurl|externalhit|linkservice|url2meta|whatsapp/|embedly|onebox|monitor|headless|"
    r"^(mozilla/4\.0|curl|wget|okhttp|python|go-http-client|java|apache-httpclient|node|axios)\b",
    re.IGNORECASE,
)

OPEN, ACCEPTED, DECLINED, EXPIRED, SUPERSEDED = "open", "accepted", "declined", "expired", "superseded"


# ---- on our side -----------------------------------------------------------------------------------------------------


def make(quote, by, at=None):
    """The token of a new link, told this once; the one that was copied before leads nowhere from now on."""
    at = at or now()
    with transaction():
        by_hand = (QuoteLink.quote == quote.id) & (QuoteLink.recipient == "") & QuoteLink.closed_at.is_null()
        QuoteLink.update(closed_at=at).where(by_hand).execute()
        link, token = issue(quote, by, at)
        events.record("quote.shared", quote, by, at=at, link=link.id)
    return token


def issue(quote, by, at, recipient=""):
    """(QuoteLink, its token) for a quote that may go to the customer; with the first one it counts as sent."""
    ensure_current(quote, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = QuoteLink.create(quote=quote, token_hash=digest(token), recipient=recipient, made_by=by, made_at=at)
    Quote.update(sent_at=at).where(Quote.id == quote.id, Quote.sent_at.is_null()).execute()
    return link, token


def close(quote, by, at=None):
    """Every link of this version leads nowhere from now on."""
    at = at or now()
    with transaction():
        open_ones = (QuoteLink.quote == quote.id) & QuoteLink.closed_at.is_null()
        if not QuoteLink.update(closed_at=at).where(open_ones).execute():
            raise Refused(_("No link of this quote is open."))
        events.record("quote.unshared", quote, by, at=at)


def ensure_current(quote, at):
    """Only what is approved, in force and the newest goes to a customer."""
    told = Quote.select(Quote.status, Quote.valid_until, Quote.superseded_at).where(Quote.id == quote.id).get()
    if told.status != Quote.APPROVED:
        raise Refused(_("A quote goes to the customer when it is approved."))
    if told.superseded_at:
        raise Refused(_("A newer version of this quote is approved; send that one."))
    if told.has_expired(day_of(at)):
        raise Refused(_("This quote has expired; make a new version."))


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass
class Story:
    """What the customer was given and did with it: his links, visits, answers, and our mails to him."""

    links: int = 0
    visits: int = 0
    last_visit: object = None
    replies: list = field(default_factory=list)
    mails: list = field(default_factory=list)

    @property
    def decision(self):
        return next((reply for reply in self.replies if reply.what in QuoteReply.DECIDING), None)


def story(quote):
    """Nothing is looked up of a quote that was never sent."""
    if quote.sent_at is None:
        return Story()
    mine = QuoteLink.quote == quote.id
    visits, last = QuoteVisit.select(fn.COUNT(QuoteVisit.id), fn.MAX(QuoteVisit.at)).join(QuoteLink).where(mine).tuples().get()
    return Story(
        links=QuoteLink.select().where(mine, QuoteLink.closed_at.is_null()).count(),
        visits=visits, last_visit=last,
        replies=list(QuoteReply.select().where(QuoteReply.quote == quote.id).order_by(QuoteReply.id.desc())),
        mails=list(Mail.select().where(Mail.quote == quote.id).order_by(Mail.id.desc())),
    )


# ---- on the customer's side ------------------------------------------------------------------------------------------


def behind(token):
    """The open link with this token, with its quote; None for one that was made up or is closed."""
    found = (
        QuoteLink.select(QuoteLink, *Quote.all_but_the_file(), Customer, User)
        .join(Quote).join(Customer).switch(Quote).join(User, on=Quote.owner)
    )
    return found.where(QuoteLink.token_hash == digest(token), QuoteLink.closed_at.is_null()).first()


def newer(quote):
    """The version that has taken this one's place, if the customer was given it too."""
    shared = QuoteLink.select(QuoteLink.quote).where(QuoteLink.closed_at.is_null())
    later = Quote.number == quote.number, Quote.version > quote.version, Quote.status == Quote.APPROVED
    return Quote.with_people().where(*later, Quote.superseded_at.is_null(), Quote.id.in_(shared)).first()


def shown(link, version=None):
    """The quote that a link shows: its own, or the newer one that it offers, where the address asks for that."""
    if version is None or version == link.quote.version:
        return link.quote
    offered = newer(link.quote)
    return offered if offered and offered.version == version else None


def state_of(quote, at=None):
    """Where it stands for the customer; only what is open can be answered."""
    if quote.superseded_at:
        return SUPERSEDED
    if quote.accepted_at:
        return ACCEPTED
    if quote.declined_at:
        return DECLINED
    return EXPIRED if quote.has_expired(day_of(at or now())) else OPEN


def note_visit(link, address="", agent="", at=None):
    """Somebody opened the page. Nothing of the quote changes by it; its seller is told by the clock."""
    if MACHINE.search(agent):
        return
    at = at or now()
    with transaction():
        of_link = QuoteVisit.select().where(QuoteVisit.link == link.id)
        if of_link.where(QuoteVisit.address == address, QuoteVisit.at > at - SAME_VISIT).exists() or of_link.count() >= MOST_VISITS:
            return
        seen = QuoteVisit.select().join(QuoteLink).where(QuoteLink.quote == link.quote_id).exists()
        QuoteVisit.create(link=link, address=address, agent=agent[:LONGEST_AGENT], at=at, told_at=at if seen else None)


def tell_of_first_visits(at=None):
    """Sellers learn that a customer has opened their quote, once for each version."""
    at = at or now()
    for visit in list(QuoteVisit.select(QuoteVisit, QuoteLink).join(QuoteLink).where(QuoteVisit.told_at.is_null())):
        with transaction():
            untold = QuoteVisit.id == visit.id, QuoteVisit.told_at.is_null()
            if QuoteVisit.update(told_at=at).where(*untold).execute():
                quote = Quote.with_people().where(Quote.id == visit.link.quote_id).get()
                events.record("quote.viewed", quote, None, at=at)
