"""Customers: the list, one customer with everything around it (360°), contacts."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from peewee import fn
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired

from domain import customers, disclosures, duplicates, masking, pool, search
from domain.pool_limits import quota
from models import Company, Contact, Customer, Member, Opportunity, Order, Quote, Ticket, capped_counts
from permissions import can_create_customer, can_edit_customer, can_hand_over, sees, sees_leads
from views import recycling_words
from views.duplicates import ChecksDuplicates, matches_of
from views.fields import ChoiceField, CreditCodeField, EmailField, Line, OwnerField, PhoneField, longest
from views.helpers import (
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    known,
    page,
    page_of,
    part_shown,
    render_block,
    require,
    sight,
    text_asked_for,
    toast,
)
from views.merges import follow
from views.transfers import colleagues

bp = Blueprint("customers", __name__, url_prefix="/customers")

RELATED = 5  # rows of each list beside a customer
OFFERED = 8  # customers offered while one types
FILTERS = ("q", "city", "source", "level")


class CustomerForm(ChecksDuplicates, FlaskForm):
    what = "customer"

    name = Line(_l("Customer"), [DataRequired(_l("Write the customer's name.")), longest(200)])
    short_name = Line(_l("Short name"), [longest(40)], description=_l("Shown on cards; the full name when empty."))
    credit_code = CreditCodeField(_l("Credit code"))
    phone = PhoneField(_l("Phone"), [longest(40)])
    email = EmailField(_l("E-mail"), [longest(200)])
    website = Line(_l("Website"), [longest(200)])
    province = Line(_l("Province"), [longest(40)])
    city = Line(_l("City"), [longest(40)])
    address = Line(_l("Address"), [longest(300)])
    industry = ChoiceField(_l("Industry"), field="industry")
    source = ChoiceField(_l("Source"), field="source")
    level = ChoiceField(_l("Level"), field="level")
    remark = TextAreaField(_l("Remark"), [longest(2000)])
    owner = OwnerField(_l("Owner"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if len(self.owner.choices) == 1:
            del self.owner

    @property
    def columns(self):
        return {name: self[name].data for name in customers.COLUMNS}


class ContactForm(FlaskForm):
    name = Line(lazy_pgettext("person", "Name"), [DataRequired(_l("Write the contact's name.")), longest(60)])
    title = Line(_l("Job title"), [longest(60)])
    phone = PhoneField(_l("Phone"), [longest(40)])
    wechat = Line(_l("WeChat"), [longest(60)])
    email = EmailField(_l("E-mail"), [longest(200)])
    decides = BooleanField(_l("Decision maker"))

    @property
    def columns(self):
        return {name: self[name].data for name in ("name", "title", "phone", "wechat", "email", "decides")}


# ---- the list --------------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    require(sees(g.user, "customer"))
    query, columns, descending = listed()
    rows = page_of(query, *columns, descending=descending)
    return page(
        "customers/index.html", "rows", rows=rows, tab=tab_shown(), tabs=capped_counts(tabs()), wanted=asked_for(),
        kept=recycling_words.protections("customer", rows.rows),
        colleagues=[(user.id, user.name) for user in colleagues()] if g.user.may("record.hand_over") else (),
    )


def listed():
    """(query, columns, newest first): the list that the address asks for, on the page and as an export."""
    query = filtered(tabs()[tab_shown()], asked_for())
    return recycling_words.nearest("customer", query) if tab_shown() == "soon" else (query, (Customer.updated_at, Customer.id), True)


def tab_shown():
    tab = request.args.get("tab", "mine" if sees_leads(g.user) else "all")
    return tab if tab in tabs() else "all"


def asked_for():
    """{filter: what the address says}."""
    return {name: request.args.get(name, "").strip()[:100] for name in FILTERS}


def tabs():
    """{name: query}: mine, those on whose team I am, all that I can see, and of mine those that go back to a pool soon."""
    seen = Customer.held_visible_to(g.user)
    mine = seen.where(Customer.owner == g.user.id)
    going = recycling_words.soon("customer", mine)
    return {
        "mine": mine, **({"soon": going} if going is not None else {}),
        "team": seen.where(Customer.id.in_(Member.records_of("customer", [g.user.id]))),
        "all": seen,
    }


def filtered(query, wanted):
    for name in ("city", "source", "level"):
        if wanted[name]:
            query = query.where(getattr(Customer, name) == wanted[name])
    of_others = tab_shown() != "mine"
    return search.narrowed(query, "customer", wanted["q"], only_names=of_others and not sight().reads_others) if wanted["q"] else query


@bp.get("/options")
def options():
    """Rows for a field in which one types a customer."""
    require(sees(g.user, "customer"))
    text = text_asked_for()
    query = tabs()["all"]
    query = search.narrowed(query, "customer", text, only_names=not sight().reads_others) if text else query
    found = list(query.order_by(Customer.updated_at.desc()).limit(OFFERED))
    return page("customers/options.html", "options", found=found, text=text)


# ---- create and edit -------------------------------------------------------------------------------------------------


def new_form(**options):
    return CustomerForm(owner=g.user.id, **options)


@bp.get("/new")
def new():
    require(can_create_customer(g.user))
    return page("customers/form.html", form=new_form(formdata=None, name=request.args.get("name", "")), customer=None)


@bp.post("")
def create():
    require(can_create_customer(g.user))
    form = new_form()
    if not form.validate_on_submit():
        return form_again("customers/form.html", form=form, customer=None)
    customer = customers.create(by=g.user, is_checked=True, owner=form.owner.person if form.owner else None, **form.columns)
    toast(_("Customer %(name)s added.", name=customer.label))
    return go(url_for(".show", id=customer.id))


@bp.get("/duplicates")
def matches():
    """While one types: who else may be the same company."""
    require(can_create_customer(g.user))
    form = CustomerForm(request.args, meta={"csrf": False})
    return render_block("customers/form.html", "matches", matches=matches_of(form))


def find(id):
    return get_or_404(Customer.visible_to(g.user), id)


def find_to_edit(id):
    customer = find(id)
    require(can_edit_customer(g.user, customer))
    masking.ensure_reads(customer, g.user)
    return customer


def edit_form(customer, **options):
    form = CustomerForm(obj=customer, place=("customer", customer.id), **options)
    if form.owner and not can_hand_over(g.user, customer):
        del form.owner
    return form


@bp.get("/<int:id>/edit")
def edit(id):
    customer = find_to_edit(id)
    return page("customers/form.html", form=edit_form(customer, formdata=None), customer=customer)


@bp.post("/<int:id>/edit")
def save(id):
    customer = find_to_edit(id)
    form = edit_form(customer)
    if not form.validate_on_submit():
        return form_again("customers/form.html", form=form, customer=customer)
    customers.edit(customer, by=g.user, **form.columns)
    if form.owner:
        customers.hand_over(customer, form.owner.person, by=g.user)
    toast(_("Saved."))
    return go(url_for(".show", id=id))


# ---- one customer ----------------------------------------------------------------------------------------------------


@bp.get("/<int:id>")
def show(id):
    customer = known(Customer.visible_to(g.user), id)
    if customer is None:
        return follow(Customer, id)
    disclosures.note_view(customer, by=g.user)
    return page("customers/show.html", **everything_about(customer))


def everything_about(customer):
    matches, like_it = duplicates.with_names(g.user, customer) if sees_leads(g.user) else ([], [])
    return {
        "customer": customer,
        "record": customer,
        "related": related(customer),
        "figures": figures(customer),
        "contacts": list(customer.contacts.order_by(Contact.decides.desc(), Contact.id)),
        "matches": matches,
        "like_it": like_it,
        "tab": part_shown(),
        "ledger": pool.ledger(customer),
        "quota": quota(g.user, "customer", customer.pool) if customer.in_pool else None,
    }


def related(customer):
    """{name: newest rows of a kind that belong to the customer, as far as this person sees them}; one more than shown."""
    kinds = {"opportunities": Opportunity, "quotes": Quote, "orders": Order, "tickets": Ticket}
    return {
        name: list(kind.listed_to(g.user).where(kind.customer == customer).order_by(kind.id.desc()).limit(RELATED + 1))
        for name, kind in kinds.items()
    }


def figures(customer):
    """Fen won so far, open deals, open tickets, of what this person sees: one row."""
    won = Opportunity.select(fn.COALESCE(fn.SUM(Opportunity.amount), 0).cast("bigint"))
    deals, tickets = Opportunity.select(fn.COUNT(Opportunity.id)), Ticket.select(fn.COUNT(Ticket.id))
    theirs, seen = Opportunity.customer == customer.id, Opportunity.seen_by(g.user)
    unfinished = Ticket.status.in_((Ticket.NEW, *Ticket.UNFINISHED))
    return (
        Company.select(
            won.where(theirs, seen, Opportunity.status == Opportunity.WON).alias("won"),
            deals.where(theirs, seen, Opportunity.status == Opportunity.OPEN).alias("deals"),
            tickets.where(Ticket.customer == customer.id, Ticket.seen_by(g.user), unfinished).alias("tickets"),
        )
        .dicts()
        .get()
    )


# ---- contacts --------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/contacts/new")
def new_contact(id):
    return page("customers/contact.html", "dialog", form=ContactForm(formdata=None), customer=find_to_edit(id), contact=None)


@bp.post("/<int:id>/contacts")
def add_contact(id):
    customer, form = find_to_edit(id), ContactForm()
    if not form.validate_on_submit():
        return form_again("customers/contact.html", "dialog", form=form, customer=customer, contact=None)
    contact = customers.add_contact(customer, g.user, **form.columns)
    toast(_("%(name)s added.", name=contact.name))
    return with_contacts(customer)


def find_contact(customer, id):
    return get_or_404(Contact.select().where(Contact.customer == customer), id)


@bp.get("/<int:id>/contacts/<int:contact_id>")
def edit_contact(id, contact_id):
    customer = find_to_edit(id)
    contact = find_contact(customer, contact_id)
    return page(
        "customers/contact.html", "dialog", form=ContactForm(formdata=None, obj=contact), customer=customer, contact=contact
    )


@bp.post("/<int:id>/contacts/<int:contact_id>")
def save_contact(id, contact_id):
    customer = find_to_edit(id)
    contact, form = find_contact(customer, contact_id), ContactForm()
    if not form.validate_on_submit():
        return form_again("customers/contact.html", "dialog", form=form, customer=customer, contact=contact)
    customers.edit_contact(contact, g.user, **form.columns)
    toast(_("Saved."))
    return with_contacts(customer)


def with_contacts(customer):
    contacts = list(customer.contacts.order_by(Contact.decides.desc(), Contact.id))
    return fragment_or_redirect(
        "customers/show.html", "contacts", url_for(".show", id=customer.id), customer=customer, contacts=contacts,
        out_of_band=True,
    )
