"""New customers in review (新客户审核): the list, what is checked of one with its licence, and the decision."""

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import TextAreaField, ValidationError
from wtforms.validators import DataRequired

from domain import re_registered, reviews
from models import Company, Customer, Licence, Review, capped_counts
from permissions import can_decide_review, can_edit_customer, can_review_customer, sees_leads
from views.fields import longest
from views.helpers import form_again, get_or_404, go, page, page_of, require, toast

bp = Blueprint("reviews", __name__)

STATUSES = {  # value: (label, tone)
    Review.IN_REVIEW: (lazy_pgettext("review", "In review"), "warn"),
    Review.REFUSED: (lazy_pgettext("review", "Refused"), "bad"),
    Review.PASSED: (lazy_pgettext("review", "Passed"), "ok"),
}
CHECKS = {
    "credit_code": _l("Credit code"), "licence": _l("Business licence"), "name": _l("Name"), "address": _l("Address"), "phone": _l("Phone"),
}
WHYS = {
    re_registered.DROPPED: _l("given up: it lies in a pool"), re_registered.LOST: _l("its deals were lost"),
    re_registered.AGAIN: _l("entered by the same person not long before"), re_registered.OLD: _l("an old customer of ours"),
}
PICTURES = ("image/png", "image/jpeg")

for name, words in {"review_statuses": STATUSES, "review_checks": CHECKS, "trace_whys": WHYS}.items():
    bp.add_app_template_global(words, name)


class RefusalForm(FlaskForm):
    reason = TextAreaField(_l("Why"), [DataRequired(_l("Say why, in a sentence.")), longest(1000)])


class LicenceForm(FlaskForm):
    licence = FileField(
        _l("Business licence"), [FileRequired(_l("Choose a file."))], description=_l("PNG, JPEG or PDF, 5 MB at the most.")
    )

    def validate_licence(self, field):
        self.content = field.data.read(reviews.LARGEST_LICENCE + 1)
        if len(self.content) > reviews.LARGEST_LICENCE or reviews.type_of(self.content) is None:
            raise ValidationError(_("A PNG, JPEG or PDF of 5 MB at the most, please."))


# ---- the list --------------------------------------------------------------------------------------------------------


@bp.get("/reviews")
def index():
    require(sees_leads(g.user))
    seen = Review.visible_to(g.user)
    status = request.args.get("status")
    status = status if status in STATUSES else Review.IN_REVIEW
    found = page_of(seen.where(Review.status == status), Review.id)
    counts = capped_counts({name: seen.where(Review.status == name) for name in STATUSES})
    return page("reviews/index.html", reviews=found, status=status, counts=counts)


# ---- one new customer ------------------------------------------------------------------------------------------------


def find(id, may=None):
    """(customer, its review), for those who see the customer and, where something is to be done, may do it."""
    customer = get_or_404(Customer.visible_to(g.user), id)
    review = reviews.of(customer) or abort(404)
    review.customer = customer
    require(may is None or may(review))
    return customer, review


def may_decide(review):
    return can_decide_review(g.user, review)


def may_prove(review):
    return can_edit_customer(g.user, review.customer)


@bp.get("/customers/<int:id>/review")
def show(id):
    return page("reviews/show.html", **everything_about(*find(id)))


def everything_about(customer, review, form=None):
    reader, checks = can_review_customer(g.user, customer), reviews.checks(customer)
    named = [other.record.id for check in checks if check.name == "name" for other in check.others]
    return {
        "customer": customer, "review": review, "checks": checks, "licence": Licence.of(customer), "pictures": PICTURES,
        "traces": re_registered.traces(customer, named) if reader else [], "reader": reader, "form": form or LicenceForm(formdata=None),
        "decides": review.status == Review.IN_REVIEW and may_decide(review), "proves": may_prove(review) and not review.is_passed,
    }


@bp.post("/customers/<int:id>/review/approve")
def approve(id):
    customer, review = find(id, may_decide)
    reviews.approve(review, by=g.user)
    toast(_("Passed: %(name)s can be quoted.", name=customer.label))
    return go(url_for(".show", id=id))


@bp.get("/customers/<int:id>/review/refuse")
def refuse_form(id):
    customer, _review = find(id, may_decide)
    return page("reviews/refuse.html", "dialog", customer=customer, form=RefusalForm(formdata=None))


@bp.post("/customers/<int:id>/review/refuse")
def refuse(id):
    customer, review = find(id, may_decide)
    form = RefusalForm()
    if not form.validate_on_submit():
        return form_again("reviews/refuse.html", "dialog", customer=customer, form=form)
    reviews.refuse(review, g.user, form.reason.data.strip())
    toast(_("Refused; whoever entered it has been told."))
    return go(url_for(".show", id=id))


@bp.post("/customers/<int:id>/review/resubmit")
def resubmit(id):
    _customer, review = find(id, may_prove)
    reviews.resubmit(review, by=g.user)
    toast(_("Asked again."))
    return go(url_for(".show", id=id))


@bp.post("/customers/<int:id>/licence")
def keep_licence(id):
    customer, review = find(id, may_prove)
    form = LicenceForm()
    if not form.validate_on_submit():
        return form_again("reviews/show.html", **everything_about(customer, review, form))
    reviews.keep_licence(customer, form.content, by=g.user)
    toast(_("The licence is kept."))
    return go(url_for(".show", id=id))


@bp.get("/customers/<int:id>/licence")
def licence(id):
    customer = get_or_404(Customer.visible_to(g.user), id)
    require(can_edit_customer(g.user, customer) or can_review_customer(g.user, customer))
    kept = Licence.get_or_none(Licence.customer == customer.id) or abort(404)
    kind = kept.type.split("/")[1]
    return bytes(kept.content), {"Content-Type": kept.type, "Content-Disposition": f'attachment; filename="licence-{id}.{kind}"'}


# ---- what a customer's page tells of it ------------------------------------------------------------------------------


@bp.app_template_global()
def review_of(customer):
    """Its review while it is not passed, where the company wants one."""
    review = reviews.of(customer) if Company.current().reviews_new_customers else None
    return review if review and not review.is_passed else None


@bp.app_template_global()
def traces_of(customer, like_it):
    """What makes it look registered again, for those who review customers; `like_it` are the ids of customers like it."""
    return re_registered.traces(customer, like_it) if can_review_customer(g.user, customer) else []
