"""What an exported list holds: per kind of record its columns in their order, each with its name and how it is read."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from peewee import JOIN

from domain.masking import behind_of
from models import BY_KIND, Contact, Customer, Quote, QuoteLine, User

TEXT, MONEY, DAY, MOMENT, NUMBER, QUANTITY, RATE = ("text", "money", "day", "moment", "number", "quantity", "rate")


class Column(NamedTuple):
    """`name` is a column of the record, with a dot one of what it belongs to; `words` names the dictionary that spells it."""

    name: str
    label: str
    form: str = TEXT
    words: str = ""


OWNER = Column("owner.name", _l("Owner"))
CREATED = Column("created_at", _l("Created on"), MOMENT)
CHANGED = Column("updated_at", _l("Changed"), MOMENT)
CUSTOMER = Column("customer.name", _l("Customer"))
REACH = (Column("phone", _l("Phone")), Column("wechat", _l("WeChat")), Column("email", _l("E-mail")))
PLACE = (
    Column("province", _l("Province")), Column("city", _l("City")), Column("address", _l("Address")), Column("website", _l("Website")),
)
TRADE = (Column("industry", _l("Industry"), words="industry"), Column("source", _l("Source"), words="source"))
FOLLOWED = (
    Column("last_follow_up_at", _l("Last follow-up"), MOMENT), Column("next_at", _l("Next follow-up"), MOMENT),
)
LEAD = (
    Column("name", _l("Company")), Column("contact_name", _l("Contact")), Column("contact_title", _l("Job title")), *REACH,
    Column("credit_code", _l("Credit code")), Column("registered_on", _l("Registered on"), DAY), *PLACE, *TRADE,
    Column("budget", _l("Budget")), Column("need", _l("Need")),
)
COLUMNS = {
    "lead": (
        *LEAD, Column("status", _l("Status"), words="lead_status"), OWNER, *FOLLOWED, Column("last_note", _l("Last note")), CREATED,
    ),
    "customer": (
        Column("name", _l("Customer")), Column("short_name", _l("Short name")), Column("phone", _l("Phone")), Column("email", _l("E-mail")),
        Column("credit_code", _l("Credit code")), *PLACE, *TRADE, Column("level", _l("Level"), words="level"),
        Column("remark", _l("Remark")), OWNER, *FOLLOWED, CREATED,
    ),
    "contact": (
        CUSTOMER, Column("name", lazy_pgettext("person", "Name")), Column("title", _l("Job title")), *REACH,
        Column("decides", _l("Decision maker"), words="yes"), Column("customer.owner.name", _l("Owner")),
    ),
    "opportunity": (
        CUSTOMER, Column("name", _l("Deal")), Column("amount", _l("Amount"), MONEY), Column("stage.name", _l("Stage"), words="stage"),
        Column("status", _l("Status"), words="deal_status"), OWNER, Column("source", _l("Source"), words="source"),
        Column("expected_on", _l("Expected on"), DAY), Column("closed_at", _l("Closed on"), MOMENT),
        Column("lost_reason", _l("Lost because"), words="lost_reason"), *FOLLOWED, CREATED,
    ),
    "quote": (
        Column("number", _l("Number")), Column("version", _l("Version"), NUMBER), CUSTOMER, Column("opportunity.name", _l("Deal")),
        Column("status", _l("Status"), words="quote_status"), Column("total", _l("Total"), MONEY),
        Column("tax_total", _l("Of it VAT"), MONEY), Column("issued_on", _l("Date"), DAY), Column("valid_until", _l("Valid until"), DAY),
        OWNER, CHANGED,
    ),
    "quoteline": (
        Column("quote.number", _l("Number")), Column("quote.version", _l("Version"), NUMBER), Column("quote.customer.name", _l("Customer")),
        Column("quote.status", _l("Status"), words="quote_status"), Column("position", _l("Line"), NUMBER), Column("sku", _l("SKU")),
        Column("name", _l("Product")), Column("spec", _l("Specification")), Column("quantity", _l("Quantity"), QUANTITY), Column("unit", _l("Unit")),
        Column("price", _l("Price"), MONEY), Column("amount", lazy_pgettext("document", "Amount"), MONEY),
        Column("share", _l("Share of the order discount"), MONEY), Column("excl", _l("Without tax"), MONEY), Column("tax_rate", _l("Tax rate"), RATE),
        Column("tax", _l("Tax"), MONEY), Column("to_pay", _l("With tax"), MONEY), Column("optional", _l("optional"), words="yes"),
        Column("quote.owner.name", _l("Owner")),
    ),
    "order": (
        Column("number", _l("Number")), CUSTOMER, Column("status", _l("Status"), words="order_status"),
        Column("total", _l("Total"), MONEY), Column("tax_total", _l("Of it VAT"), MONEY), Column("ordered_on", _l("Ordered on"), DAY),
        OWNER, Column("completed_at", lazy_pgettext("order", "Completed"), MOMENT), CREATED,
    ),
    "ticket": (
        Column("number", _l("Number")), Column("title", _l("What")), CUSTOMER,
        Column("kind_of_work", _l("Kind"), words="ticket_kind"), Column("priority", _l("Priority"), words="priority"),
        Column("status", _l("Status"), words="ticket_status"), Column("owner.name", _l("Dispatched to")),
        Column("body", _l("Description")), Column("resolution", _l("What was done")), CREATED,
        Column("completed_at", lazy_pgettext("order", "Completed"), MOMENT),
    ),
}


def seen(what, user):
    """The records of a kind that this person sees, with all that their columns read."""
    if what == "contact":
        query = Contact.select(Contact, Customer, User).join(Customer).join(User, JOIN.LEFT_OUTER, on=Customer.owner)
        return query.where(Customer.seen_by(user))
    if what == "quoteline":
        query = QuoteLine.select(QuoteLine, *Quote.all_but_the_file(), Customer, User).join(Quote).join(Customer)
        return query.switch(Quote).join(User, on=Quote.owner).where(Quote.seen_by(user))
    return BY_KIND[what].visible_to(user)


def value_of(record, column, sight, words):
    """What stands in the cell: text as this person reads it, whole fen, dates as they are."""
    *way, name = column.name.split(".")
    behind = behind_of(record)
    for step in way:
        record = getattr(record, step)
        if record is None:
            return ""
    value = getattr(record, name) if way else sight.text(record, name, behind)
    if column.words:
        return words.get(column.words, {}).get(str(value), value)
    return "" if value is None else value
