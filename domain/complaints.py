"""A customer's own complaint (客户投诉): the link that he is given, and what he writes there without a login."""

import secrets
from datetime import timedelta

from domain import Refused, _, events, lately, now, transaction
from models import Complaint, ComplaintLink, Customer

TOKEN_BYTES = 32  # 256 bits: not to be guessed
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
PER_CUSTOMER, PER_ADDRESS = 3, 10  # complaints a day through one link, an hour from one address on the network


def make_link(customer, by, at=None):
    """A new address for this customer; the one that was given out before leads nowhere from now on."""
    at = at or now()
    with transaction():
        token = secrets.token_urlsafe(TOKEN_BYTES)
        columns = {ComplaintLink.token: token, ComplaintLink.made_by: by, ComplaintLink.made_at: at}
        made = ComplaintLink.insert({ComplaintLink.customer: customer} | columns)
        made.on_conflict(conflict_target=[ComplaintLink.customer], update=columns).execute()
        events.record("customer.complaint_link_made", customer, by, at=at)
    return link_of(customer)


def link_of(customer):
    return ComplaintLink.get_or_none(ComplaintLink.customer == customer.id)


def customer_behind(token):
    """The customer to whom this address was given; None for one that was made up or has been replaced."""
    return Customer.with_people().join_from(Customer, ComplaintLink).where(ComplaintLink.token == token).first()


def file(customer, body, name="", phone="", address="", at=None):
    """Write down what the customer says. So many a day and an hour, and no more."""
    at = at or now()
    with transaction():  # counted before it is written: those sent at the same moment are not free
        ensure_few(Complaint.customer == customer.id, at, A_DAY, PER_CUSTOMER)
        ensure_few(Complaint.address == address, at, AN_HOUR, PER_ADDRESS)
        complaint = Complaint.create(customer=customer, body=body, name=name, phone=phone, address=address, at=at)
        events.record("customer.complained", customer, None, at=at, complaint=complaint.id)
    return complaint


def ensure_few(whose, at, period, most):
    if Complaint.select().where(whose, lately(Complaint.at, at, period)).count() >= most:
        raise Refused(_("We have your message already. If something is missing, please write again tomorrow."))
