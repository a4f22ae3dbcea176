"""My leads, the page of one lead, its form, and what becomes of it."""

from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from peewee import JOIN, EnclosedNodeList
from wtforms import BooleanField, DateField, HiddenField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from domain import disclosures, duplicates, leads, masking, search, start_of_day
from domain import pool as pools
from domain.pool_limits import quota
from models import Company, Conversion, Customer, Lead, Opportunity, Pool, User, capped_count, capped_counts
from permissions import can_convert_lead, can_create_lead, can_edit_lead, can_invalidate_lead, can_void_lead, sees_leads
from views import recycling_words
from views.duplicates import ChecksDuplicates, matches_of
from views.fields import ChoiceField, CreditCodeField, EmailField, Line, MoneyField, PhoneField, longest
from views.formats import capped as count_words
from views.formats import choice, today
from views.helpers import (
    address_arguments,
    bare,
    form_again,
    get_or_404,
    go,
    known,
    page,
    page_of,
    page_url,
    part_shown,
    render_block,
    require,
    sight,
    text_asked_for,
    toast,
)
from views.merges import follow

bp = Blueprint("leads", __name__, url_prefix="/leads")

STATUS_WORDS = {
    Lead.UNASSIGNED: _l("Unassigned"),
    Lead.PENDING: _l("Pending"),
    Lead.FOLLOWING: _l("Following up"),
    Lead.INVALID: _l("Invalid"),
    Lead.CONVERTED: _l("Converted"),
    Lead.VOIDED: _l("Voided"),
}
STATUS_TONES = {Lead.UNASSIGNED: "", Lead.PENDING: "d1", Lead.FOLLOWING: "d3", Lead.INVALID: "", Lead.CONVERTED: "d6", Lead.VOIDED: ""}

bp.add_app_template_global(STATUS_WORDS, "lead_status_words")
bp.add_app_template_global(STATUS_TONES, "lead_status_tones")


class LeadForm(ChecksDuplicates, FlaskForm):
    what = "lead"

    name = Line(_l("Company"), [DataRequired(_l("Write the company's name.")), longest(200)])
    contact_name = Line(_l("Contact"), [longest(60)])
    contact_title = Line(_l("Job title"), [longest(60)])
    phone = PhoneField(_l("Phone"), [longest(40)])
    wechat = Line(_l("WeChat"), [longest(60)])
    email = EmailField(_l("E-mail"), [longest(120)])
    source = ChoiceField(_l("Source"), field="source", default="")
    industry = ChoiceField(_l("Industry"), field="industry", default="")
    province = Line(_l("Province"), [longest(40)])
    city = Line(_l("City"), [longest(40)])
    address = Line(_l("Address"), [longest(300)])
    website = Line(_l("Website"), [longest(200)])
    credit_code = CreditCodeField(_l("Credit code"))
    registered_on = DateField(_l("Registered on"), [Optional()])
    budget = Line(_l("Budget"), [longest(120)])
    need = TextAreaField(_l("Need"), [Length(max=2000)])
    pool = HiddenField()

    @property
    def columns(self):
        return {name: self[name].data or (None if name == "registered_on" else "") for name in leads.COLUMNS}

    @property
    def chosen_pool(self):
        """The pool into which a new lead goes; None keeps it for its creator."""
        return known(Pool.open_to(g.user, "lead"), self.pool.data)


class ConvertForm(FlaskForm):
    with_contact = BooleanField(_l("Add the contact to the customer"), default=True)
    with_opportunity = BooleanField(_l("Open a deal"), default=True)
    name = Line(_l("Deal name"), [longest(200)])
    amount = MoneyField(_l("Expected amount"), optional=True)

    def validate_name(self, field):
        if self.with_opportunity.data and not field.data:
            raise ValidationError(_("Write what the deal is about."))

    @property
    def opportunity(self):
        return {"name": self.name.data, "amount": self.amount.data or 0} if self.with_opportunity.data else None


# ---- the list --------------------------------------------------------------------------------------------------------


def is_team():
    return request.args.get("who") == "team" and g.user.data_scope != "self"


def people():
    """Whose leads are listed: mine, or those of all whom I oversee (None: everybody's)."""
    return g.user.overseen if is_team() else (g.user.id,)


def tabs_of(whose):
    """{tab: (label, query, columns of the order, newest first)}"""
    held, worked_on = Lead.held_by(whose), Lead.worked_on_by(whose)
    end_of_today = start_of_day(today() + timedelta(days=1))
    by_change, by_date = (Lead.updated_at, Lead.id), (Lead.next_at, Lead.id)
    going = recycling_words.soon("lead", held)
    return {
        "all": (_("All"), held, by_change, True),
        "today": (_("Due today"), worked_on.where(Lead.next_at < end_of_today), by_date, False),
        **({"soon": (_("Dropping soon"), *recycling_words.nearest("lead", going))} if going is not None else {}),
        "new": (_("Not contacted"), worked_on.where(Lead.status == Lead.PENDING, Lead.last_follow_up_at.is_null()), by_change, True),
        "helping": (_("We help with") if is_team() else _("I help with"), Lead.helped_by(whose), by_change, True),
        "converted": (_("Converted"), held.where(Lead.status == Lead.CONVERTED), by_change, True),
    }


def listed():
    """(query, columns, newest first): the list that the address asks for. A record's page walks the same list."""
    tabs = tabs_of(people())
    label, query, columns, descending = tabs.get(request.args.get("view"), tabs["all"])
    if request.args.get("status") in Lead.STATUSES:
        query = query.where(Lead.status == request.args["status"])
    if sources := [value for value in request.args.getlist("source") if value]:
        query = query.where(Lead.source.in_(sources))
    of_others = is_team() or request.args.get("view") == "helping"
    return search.narrowed(query, "lead", text_asked_for(), only_names=of_others and not sight().reads_others), columns, descending


@bp.get("")
def index():
    require(sees_leads(g.user))
    query, columns, descending = listed()
    view = request.args.get("view", "all")
    leads = page_of(query, *columns, descending=descending)
    return page(
        "leads/index.html", "list", leads=leads, tabs=tabs_with_counts(view), filters=filters(), team=is_team(), walk=walk_arguments(),
        kept=recycling_words.protections("lead", leads.rows),
    )


def tabs_with_counts(current):
    tabs = tabs_of(people())
    counts = capped_counts({name: query for name, (_label, query, *_rest) in tabs.items()})
    return [
        {"label": label, "url": page_url(view=None if name == "all" else name), "count": count_words(counts[name]),
         "current": name == current}
        for name, (label, *_rest) in tabs.items()
    ]


def filters():
    """[(label, verb, value, address without it)] of what is filtered now."""
    shown = []
    if request.args.get("status") in Lead.STATUSES:
        shown.append((_("Status"), _("is"), STATUS_WORDS[request.args["status"]], page_url(status=None)))
    if sources := [value for value in request.args.getlist("source") if value]:
        words = ", ".join(str(choice(value, "source")) for value in sources)
        shown.append((_("Source"), _("is"), words, page_url(source=None)))
    if text := text_asked_for():
        shown.append((_("Search"), _("contains"), text, page_url(q=None)))
    return shown


def walk_arguments():
    """What a record's page needs to know to walk this list: the address without its cursor."""
    return address_arguments("after", "before", "tab")


# ---- one lead --------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>")
def show(id):
    lead = known(Lead.visible_to(g.user), id)
    if lead is None:
        return follow(Lead, id)
    disclosures.note_view(lead, by=g.user)
    return render_template("leads/show.html", **everything_about(lead))


def everything_about(lead):
    return {
        "record": lead, "lead": lead, "tab": part_shown(), "walk": walk_arguments(), "nav": neighbours(lead), "ledger": pools.ledger(lead),
        "matches": duplicates.of_record(g.user, lead) if lead.is_open else [],
        "conversion": conversion_of(lead), "quota": quota(g.user, "lead", lead.pool) if lead.in_pool else None,
    }


def neighbours(lead):
    """Where the lead stands in the list one came from, for ‹ 3 / 128 ›; empty when it is not in it."""
    if lead.in_pool:
        return {}
    query, columns, descending = listed()
    row = query.where(Lead.id == lead.id).first()
    if row is None:
        return {}
    here, there = EnclosedNodeList(bare(columns)), EnclosedNodeList([getattr(row, column.name) for column in columns])
    earlier, later = (here > there, here < there) if descending else (here < there, here > there)
    return {
        "position": count_words(capped_count(query.where(earlier)) + 1),
        "total": count_words(capped_count(query)),
        "previous": address(first(query.where(earlier), columns, not descending)),
        "next": address(first(query.where(later), columns, descending)),
    }


def first(query, columns, descending):
    return query.order_by(*[column.desc() if descending else column.asc() for column in columns]).first()


def address(lead):
    return url_for("leads.show", id=lead.id, **walk_arguments()) if lead else None


@bp.app_template_global()
def day_of_ownership(lead):
    """1 on the day on which its owner got it; None in the pool and once it is closed."""
    claim = pools.current_claim(lead)
    return (today() - claim.day).days + 1 if claim else None


def conversion_of(lead):
    """What the lead became, and which of it this person may open."""
    if lead.status != Lead.CONVERTED:
        return None
    made = Conversion.select(Conversion, Customer, User).join(Customer).join(User, JOIN.LEFT_OUTER, on=Customer.owner).where(
        Conversion.lead == lead.id).get()
    made.customer_seen = Customer.visible_to(g.user).where(Customer.id == made.customer_id).exists()
    made.deal = Opportunity.visible_to(g.user).where(Opportunity.id == made.opportunity_id).first() if made.opportunity_id else None
    return made


# ---- the form --------------------------------------------------------------------------------------------------------


@bp.get("/new")
def new():
    require(can_create_lead(g.user))
    return page("leads/form.html", form=LeadForm(formdata=None, pool=request.args.get("pool", "")), lead=None)


@bp.post("/new")
def create():
    require(can_create_lead(g.user))
    form = LeadForm()
    if not form.validate_on_submit():
        return form_again("leads/form.html", form=form, lead=None)
    keep = "keep" in request.form
    lead = leads.create(g.user, pool=None if keep else form.chosen_pool, **form.columns)
    toast(_("%(name)s is in.", name=lead.name))
    return go(url_for("leads.show", id=lead.id))


@bp.get("/<int:id>/edit")
def edit_form(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_edit_lead(g.user, lead))
    masking.ensure_reads(lead, g.user)
    return page("leads/form.html", form=LeadForm(formdata=None, obj=lead, pool=""), lead=lead)


@bp.post("/<int:id>/edit")
def edit(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_edit_lead(g.user, lead))
    masking.ensure_reads(lead, g.user)
    form = LeadForm(obj=lead, place=("lead", id))
    if not form.validate_on_submit():
        return form_again("leads/form.html", form=form, lead=lead)
    leads.edit(lead, g.user, **form.columns)
    toast(_("%(name)s is saved.", name=lead.name))
    return go(url_for("leads.show", id=id))


@bp.get("/duplicates")
def matches():
    """While one types: who else may be the same company."""
    require(can_create_lead(g.user))
    form = LeadForm(request.args, meta={"csrf": False})
    return render_block("leads/form.html", "matches", matches=matches_of(form))


# ---- what becomes of it ----------------------------------------------------------------------------------------------


@bp.get("/<int:id>/convert")
def convert_form(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_convert_lead(g.user, lead))
    return conversion_page(page, lead, ConvertForm(formdata=None, name=lead.need[:60]))


@bp.post("/<int:id>/convert")
def convert(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_convert_lead(g.user, lead))
    form = ConvertForm()
    if not form.validate_on_submit():
        return conversion_page(form_again, lead, form)
    made = leads.convert(lead, g.user, form.with_contact.data, form.opportunity)
    words = _("Linked to the customer %(name)s.") if made.linked else _("%(name)s is a customer now.")
    toast(words % {"name": made.customer.name})
    seen = Customer.visible_to(g.user).where(Customer.id == made.customer_id).exists()
    return go(url_for("customers.show", id=made.customer_id) if seen else url_for("leads.show", id=id))


def conversion_page(answer, lead, form):
    """With the customer that it will be linked to; or else those that it may be."""
    links = Company.current().links_customers_by_name
    known = duplicates.customer_named(lead.name) if links else None
    alike = [] if known else [match for match in duplicates.of_record(g.user, lead, "customer") if match.kind == "customer"]
    return answer("leads/convert.html", "dialog", lead=lead, form=form, known=known, matches=alike)


@bp.post("/<int:id>/invalidate")
def invalidate(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_invalidate_lead(g.user, lead))
    leads.invalidate(lead, by=g.user)
    toast(_("%(name)s is marked as invalid.", name=lead.name), undo=(url_for("leads.revive", id=id), {}))
    return go(url_for("leads.show", id=id))


@bp.post("/<int:id>/revive")
def revive(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_invalidate_lead(g.user, lead))
    leads.revive(lead, by=g.user)
    toast(_("%(name)s is being worked on again.", name=lead.name))
    return go(url_for("leads.show", id=id))


@bp.post("/<int:id>/void")
def void(id):
    lead = get_or_404(Lead.visible_to(g.user), id)
    require(can_void_lead(g.user, lead))
    leads.void(lead, by=g.user)
    toast(_("%(name)s is voided.", name=lead.name))
    return go(url_for("leads.index"))
