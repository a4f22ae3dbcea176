"""What a customer answers to a quote: he accepts or declines it, once; asks; or asks for a new one when it has expired."""

from datetime import timedelta

from domain import Refused, _, day_of, events, lately, now, quote_links, transaction
from models import Quote, QuoteReply

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
PER_LINK, PER_ADDRESS = 20, 30  # answers a day through one link, an hour from one address on the network


def accept(link, quote, name, phone, signature=None, address="", at=None):
    """The customer takes the offer; `signature` is the PNG that he has drawn."""
    return decide(link, quote, QuoteReply.ACCEPTED, at or now(), name=name, phone=phone, signature=signature, address=address)


def decline(link, quote, reason, name="", address="", at=None):
    return decide(link, quote, QuoteReply.DECLINED, at or now(), name=name, body=reason, address=address)


def decide(link, quote, what, at, **columns):
    """One word of the customer, whoever of his people is first: the row is changed only while nobody has decided."""
    with transaction():
        ensure_few(link, columns["address"], at)
        undecided = (Quote.id == quote.id) & Quote.accepted_at.is_null() & Quote.declined_at.is_null()
        in_force = (Quote.status == Quote.APPROVED) & Quote.superseded_at.is_null() & (Quote.valid_until >= day_of(at))
        moment = {f"{what}_at": at}
        if not Quote.update(**moment).where(undecided, in_force).execute():
            raise Refused(why_not(quote, at))
        reply = QuoteReply.create(link=link, quote=quote, what=what, at=at, **columns)
        events.record(f"quote.{what}", quote, None, None, moment, at, **told(reply))
    return reply


def why_not(quote, at):
    now_stands = quote_links.state_of(Quote.without_file().where(Quote.id == quote.id).get(), at)
    return {
        quote_links.ACCEPTED: _("This quote has been accepted already."),
        quote_links.DECLINED: _("This quote has been declined already."),
        quote_links.EXPIRED: _("This quote has expired."),
        quote_links.SUPERSEDED: _("This version has been replaced by a newer one."),
    }.get(now_stands, _("This quote cannot be answered now."))


def ask(link, quote, body, name="", phone="", address="", at=None):
    return write(link, quote, QuoteReply.QUESTION, at or now(), body=body, name=name, phone=phone, address=address)


def ask_for_renewal(link, quote, body="", name="", phone="", address="", at=None):
    """The time of the offer is over, or another has taken its place: the customer wants a new one."""
    return write(link, quote, QuoteReply.RENEWAL, at or now(), body=body, name=name, phone=phone, address=address)


def write(link, quote, what, at, **columns):
    with transaction():
        ensure_few(link, columns["address"], at)
        reply = QuoteReply.create(link=link, quote=quote, what=what, at=at, **columns)
        verb = "quote.questioned" if what == QuoteReply.QUESTION else "quote.renewal_asked"
        events.record(verb, quote, None, at=at, **told(reply))
    return reply


def told(reply):
    return {"name": reply.name, "comment": reply.body, "reply": reply.id}


def ensure_few(link, address, at):
    through_link = (QuoteReply.link == link.id) & lately(QuoteReply.at, at, A_DAY)
    from_address = (QuoteReply.address == address) & lately(QuoteReply.at, at, AN_HOUR)
    if QuoteReply.select().where(through_link).count() >= PER_LINK or QuoteReply.select().where(from_address).count() >= PER_ADDRESS:
        raise Refused(_("We have your messages already. If something is missing, please call us."))
