"""How long a quote is valid (有效期): in calendar or working days, with a word to its people before it expires and when it has."""

from domain import calendar, day_of, events, now, transaction
from models import Company, Quote

AT_A_TIME = 200  # quotes in one turn of the clock

UNTOLD = Quote.status == Quote.APPROVED, Quote.expired_at.is_null(), Quote.ordered_at.is_null()  # as the index has it
IN_FORCE = Quote.is_newest | Quote.sent_at.is_null(False)  # a later draft takes nothing from the customer that he has
HOPED_FOR = IN_FORCE, Quote.superseded_at.is_null(), Quote.declined_at.is_null()


def usual_end(today, company=None):
    """The last day of the company's usual validity for a quote of today."""
    company = company or Company.current()
    return calendar.load().add_days(today, company.quote_valid_days, company.quote_valid_in_working_days)


def tell_of_expiry(at=None):
    """Whose quote expires soon, or has expired, is told, each once. How many were told."""
    at = at or now()
    company = Company.current()
    if company is None:
        return 0
    today = day_of(at)
    settle_what_nobody_hopes_for(today, at)
    expired = due(Quote.valid_until < today)
    told = sum(tell("expired", quote, at) for quote in expired)
    last = calendar.load().add_days(today, company.quote_reminder_days, company.quote_valid_in_working_days)
    if company.quote_reminder_days:
        soon = due(Quote.valid_until.between(today, last), Quote.reminded_at.is_null())
        told += sum(tell("reminded", quote, at) for quote in soon)
    return told


def due(*when):
    query = Quote.with_people().where(*UNTOLD, *HOPED_FOR, *when)
    return list(query.order_by(Quote.valid_until, Quote.id).limit(AT_A_TIME))


def tell(what, quote, at):
    """Whether this turn was the first to tell it; the quote may have become an order since it was read."""
    told = getattr(Quote, f"{what}_at")
    with transaction():
        first = Quote.update({told: at}).where(Quote.id == quote.id, told.is_null(), *UNTOLD, *HOPED_FOR).execute()
        if first:
            events.record(f"quote.{what}", quote, by=None, at=at, valid_until=quote.valid_until)
    return bool(first)


def settle_what_nobody_hopes_for(today, at):
    """Declined and superseded quotes expire unsaid."""
    unsaid = Quote.declined_at.is_null(False) | Quote.superseded_at.is_null(False)
    with transaction():
        Quote.update(expired_at=at).where(*UNTOLD, Quote.valid_until < today, unsaid).execute()
