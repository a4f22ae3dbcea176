"""A customer's own complaint: the link on his page, and the small page behind it, open to whoever has the link."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from domain import Refused, complaints
from models import Customer
from permissions import can_make_complaint_link
from views.fields import Line, PhoneField, longest
from views.helpers import fragment_or_redirect, get_or_404, go, page, public, require, toast, whole_address

bp = Blueprint("complaints", __name__)


class ComplaintForm(FlaskForm):
    body = TextAreaField(_l("What happened?"), [DataRequired(_l("Please write what happened.")), longest(1000)])
    name = Line(lazy_pgettext("customer", "Your name"), [longest(60)])
    phone = PhoneField(_l("Phone, if we may call you back"), [longest(40)])
    website = StringField(_l("Leave this empty"))  # people do not see it; what fills it in is a machine


# ---- on the customer's page ------------------------------------------------------------------------------------------


def find(id):
    customer = get_or_404(Customer.visible_to(g.user), id)
    require(can_make_complaint_link(g.user, customer))
    return customer


def address_of(link):
    """The whole address, as it is given out."""
    return whole_address("complaints.show", token=link.token) if link else ""


@bp.get("/customers/<int:id>/complaint-link")
def link(id):
    customer = find(id)
    return page("complaints/link.html", "dialog", customer=customer, address=address_of(complaints.link_of(customer)))


@bp.post("/customers/<int:id>/complaint-link")
def make_link(id):
    customer = find(id)
    made = complaints.make_link(customer, by=g.user)
    toast(_("The link is made."))
    return fragment_or_redirect(
        "complaints/link.html", "dialog", url_for(".link", id=id), customer=customer, address=address_of(made)
    )


# ---- for the customer ------------------------------------------------------------------------------------------------


def customer_behind(token):
    return complaints.customer_behind(token) or abort(404)


@bp.get("/complaints/<token>")
@public
def show(token):
    customer_behind(token)
    return complaint_page(ComplaintForm(formdata=None), token, sent="sent" in request.args)


def complaint_page(form, token, sent=False):
    return render_template("complaints/show.html", form=form, token=token, sent=sent, bare=True)


@bp.post("/complaints/<token>")
@public
def file(token):
    customer, form = customer_behind(token), ComplaintForm()
    if not form.validate_on_submit():
        return complaint_page(form, token), 422
    if not form.website.data:
        try:
            complaints.file(customer, form.body.data.strip(), form.name.data, form.phone.data, request.remote_addr or "")
        except Refused as no:
            form.body.errors = [no.message]
            return complaint_page(form, token), 429
    return go(url_for(".show", token=token, sent=1))
