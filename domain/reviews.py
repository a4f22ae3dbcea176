"""The review of new customers (新客户审核): licence, name, address and telephone checked; until it has passed nothing is quoted."""

from dataclasses import dataclass, field

from domain import Refused, _, duplicates, events, now, transaction
from domain.company_names import Likeness
from domain.identifiers import code_complaint
from models import Company, Customer, Licence, Review

LARGEST_LICENCE = 5 * 1024 * 1024
LICENCE_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"%PDF-": "application/pdf"}
FEW = 5  # customers named with each repetition


# ---- asked and decided -----------------------------------------------------------------------------------------------


def begin(event, customer, by):
    """The reaction to a new customer: whoever is no reviewer himself asks for a review, where the company wants one."""
    if not Company.current().reviews_new_customers or by and by.may("customer.review"):
        return
    Review.create(customer=customer, asked_by=by, asked_at=event.at)
    events.record("customer.review_asked", customer, by, at=event.at, name=customer.name)


def of(customer):
    return Review.get_or_none(Review.customer == customer.id)


def approve(review, by, at=None):
    """通过: from now on it is quoted like any other."""
    decide(review, (Review.IN_REVIEW,), by, at or now(), Review.PASSED, "customer.review_passed")


def refuse(review, by, reason, at=None):
    """驳回: back to whoever entered it, with the reason; he puts it right and asks again."""
    decide(review, (Review.IN_REVIEW,), by, at or now(), Review.REFUSED, "customer.review_refused", reason)


def decide(review, expected, by, at, status, verb, reason=""):
    with transaction():
        settle(review, expected, status=status, reason=reason, decided_by=by, decided_at=at)
        events.record(verb, review.customer, by, at=at, name=review.customer.name, reason=reason)


def resubmit(review, by, at=None):
    """Asked again after a refusal."""
    at = at or now()
    with transaction():
        settle(review, (Review.REFUSED,), status=Review.IN_REVIEW, asked_by=by, asked_at=at, decided_by=None, decided_at=None)
        events.record("customer.review_asked", review.customer, by, at=at, name=review.customer.name)


def settle(review, expected, **columns):
    """One UPDATE decides between two who do so at the same moment."""
    if not Review.update(**columns).where(Review.id == review.id, Review.status.in_(expected)).execute():
        raise Refused(_("Somebody has decided this meanwhile. Load the page again."))
    for name, value in columns.items():
        setattr(review, name, value)


def ensure_passed(customer):
    """Nothing is quoted or ordered for a new customer before its review has passed."""
    if not Company.current().reviews_new_customers:
        return
    review = of(customer)
    if review is None or review.is_passed:
        return
    if review.status == Review.REFUSED:
        words = _("%(name)s was refused as a new customer: %(reason)s Put it right and ask again.", name=customer.name, reason=review.reason)
    else:
        words = _("%(name)s is in review as a new customer. It can be quoted once a manager has passed it.", name=customer.name)
    raise Refused(words, rule="customer_review")


# ---- the licence -----------------------------------------------------------------------------------------------------


def type_of(content):
    """What the file is by its first bytes; None for what is neither picture nor PDF."""
    return next((kind for head, kind in LICENCE_TYPES.items() if content.startswith(head)), None)


def keep_licence(customer, content, by, at=None):
    """The picture of the licence; a newer one takes the place of the old."""
    at, kind = at or now(), type_of(content)
    if kind is None or len(content) > LARGEST_LICENCE:
        raise Refused(_("A PNG, JPEG or PDF of 5 MB at the most, please."), field="licence")
    with transaction():
        columns = {
            Licence.content: content, Licence.type: kind, Licence.size: len(content), Licence.uploaded_by: by, Licence.uploaded_at: at
        }
        kept = Licence.insert({Licence.customer: customer} | columns)
        kept.on_conflict(conflict_target=[Licence.customer], update=columns).execute()
        events.record("customer.licence_kept", customer, by, at=at, size=len(content))


# ---- what is checked -------------------------------------------------------------------------------------------------


@dataclass
class Check:
    """One point of the review: fine, missing, wrong, or repeated at other customers (`others`: duplicates.Match)."""

    FINE, MISSING, WRONG, REPEATED = "fine", "missing", "wrong", "repeated"

    name: str
    state: str
    words: str = ""
    others: list = field(default_factory=list)


def checks(customer):
    """[Check] in the order in which a reviewer reads them."""
    return [
        credit_code(customer), licence(customer), repeated("name", duplicates.by_name_alone(customer)),
        repetition(customer, "address", "address_key"), repetition(customer, "phone", "phone"),
    ]


def credit_code(customer):
    if not customer.credit_code:
        return Check("credit_code", Check.MISSING)
    complaint = code_complaint(customer.credit_code)
    if complaint:
        return Check("credit_code", Check.WRONG, complaint)
    return repetition(customer, "credit_code", "credit_code")


def licence(customer):
    return Check("licence", Check.FINE if Licence.of(customer) else Check.MISSING)


def repetition(customer, name, column):
    value = getattr(customer, column)
    if not value:
        return Check(name, Check.MISSING)
    same = (getattr(Customer, column) == value) & (Customer.id != customer.id)
    others = list(Customer.with_people().where(same).order_by(Customer.id).limit(FEW))
    return repeated(name, [duplicates.Match(other, Likeness(name, 1.0)) for other in others])


def repeated(name, others):
    return Check(name, Check.REPEATED if others else Check.FINE, others=others)
