"""Deals: the board and the list on one address, one deal, and its way from stage to stage, won or lost."""

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Optional

from domain import deals, duplicates, local, now
from models import Contact, Customer, Opportunity, Order, Quote, Stage
from permissions import can_create_opportunity, can_edit_opportunity, can_hand_over, can_reopen_opportunity, sees
from views import board
from views.fields import ChoiceField, Line, MoneyField, OwnerField, id_of, longest
from views.follow_ups import METHODS
from views.formats import day, in_language, today, when
from views.helpers import (
    form_again,
    fragment_or_redirect,
    get_or_404,
    go,
    known,
    page,
    part_shown,
    remember_where,
    require,
    sight,
    toast,
    wants_part,
    whole,
)

bp = Blueprint("opportunities", __name__, url_prefix="/opportunities")

RELATED = 5
EARLIEST = 1990  # no deal in here was won before
OTHER = "other"  # the one reason that says nothing by itself


@bp.app_template_filter()
def planned(step):
    """今天 16:00 电话, 11-27 周五 拜访: the hour only of what is near."""
    far = (local(step.due_at).date() - today()).days > 1
    return f"{day(step.due_at, weekday=True) if far else when(step.due_at)} {step.what or METHODS[step.method][0]}"


class OpportunityForm(FlaskForm):
    customer = HiddenField(_l("Customer"))
    name = Line(_l("Deal"), [DataRequired(_l("Write what the deal is about.")), longest(120)])
    amount = MoneyField(_l("Amount"))
    stage = SelectField(_l("Stage"), coerce=int)
    expected_on = DateField(_l("Expected on"), [Optional()])
    contact = SelectField(_l("Contact"), coerce=id_of)
    source = ChoiceField(_l("Source"), field="source")
    owner = OwnerField(_l("Owner"))

    def __init__(self, *args, customer=None, **options):
        super().__init__(*args, **options)
        self.chosen = customer or self.customer_meant()
        self.stage.choices = [(stage.id, in_language(stage)) for stage in Stage.in_order() if not stage.is_won]
        people = Contact.select().where(Contact.customer == self.chosen) if self.chosen else []
        self.contact.choices = [(0, "—"), *((person.id, sight().text(person, "name", self.chosen)) for person in people)]
        if len(self.owner.choices) == 1:
            del self.owner

    def customer_meant(self):
        """The customer picked from the list, or the one whose full name was typed where there is no JavaScript."""
        if self.customer.data:
            return known(Customer.visible_to(g.user), self.customer.data)
        named = duplicates.customer_named(request.form.get("customer_text", ""))
        return named and Customer.visible_to(g.user).where(Customer.id == named.id).first()

    def validate_customer(self, field):
        if self.chosen is None:
            raise ValidationError(_("Choose a customer from the list."))

    @property
    def columns(self):
        return {
            "name": self.name.data,
            "amount": self.amount.data,
            "expected_on": self.expected_on.data,
            "contact": self.contact.data and Contact.get_by_id(self.contact.data) or None,
            "source": self.source.data,
        }


class WinForm(FlaskForm):
    on = DateField(_l("Won on"), [InputRequired(_l("Write the date."))])

    def validate_on(self, field):
        if field.data and field.data > today():
            raise ValidationError(_("This day is yet to come."))
        if field.data and field.data.year < EARLIEST:
            raise ValidationError(_("This year is mistyped."))


class LoseForm(FlaskForm):
    reason = ChoiceField(_l("Reason"), [DataRequired(_l("Choose a reason."))], field="lost_reason", none=_l("Choose…"))
    note = TextAreaField(_l("What the customer said"), [longest(2000)])

    def validate_note(self, field):
        if self.reason.data == OTHER and not (field.data or "").strip():
            raise ValidationError(_("Say what the reason was."))


# ---- board and list --------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    require(sees(g.user, "opportunity"))
    wanted = board.Wanted.asked()
    if request.args.get("view") == "list":
        return page("opportunities/list.html", "rows", **board.listed(wanted))
    return page("opportunities/board.html", "columns", **board.drawn(wanted))


@bp.get("/column/<int:stage_id>")
def column(stage_id):
    """The next cards of a column, after the deal `after`."""
    stage, wanted = get_or_404(Stage.select(), stage_id), board.Wanted.asked()
    after = get_or_404(Opportunity.visible_to(g.user), request.args.get("after", 0, type=whole))
    return page("opportunities/column.html", "cards", **board.more_cards(wanted, stage, after))


# ---- create and edit -------------------------------------------------------------------------------------------------


@bp.get("/new")
def new():
    """A page, or the shared dialog from a column's foot or a customer's page."""
    require(can_create_opportunity(g.user))
    customer = known(Customer.visible_to(g.user), request.args.get("customer"))
    stage = request.args.get("stage", type=whole) or Stage.in_order()[0].id
    form = OpportunityForm(formdata=None, customer=customer, stage=stage, owner=g.user.id)
    return page("opportunities/form.html", "dialog", form=form, opportunity=None)


@bp.post("")
def create():
    require(can_create_opportunity(g.user))
    form = OpportunityForm(owner=g.user.id)
    if not form.validate_on_submit():
        return form_again("opportunities/form.html", "dialog", form=form, opportunity=None)
    opportunity = deals.create(
        g.user, form.chosen, stage=Stage.get_by_id(form.stage.data), owner=form.owner.person if form.owner else None,
        **form.columns,
    )
    toast(_("Deal %(name)s added.", name=opportunity.name))
    return go(remember_where() if wants_part() else url_for(".show", id=opportunity.id))


def find(id):
    return get_or_404(Opportunity.visible_to(g.user), id)


def find_to_edit(id):
    opportunity = find(id)
    require(can_edit_opportunity(g.user, opportunity))
    return opportunity


def edit_form(opportunity, **options):
    form = OpportunityForm(customer=opportunity.customer, obj=opportunity, **options)
    del form.stage
    if form.owner and not can_hand_over(g.user, opportunity):
        del form.owner
    return form


@bp.get("/<int:id>/edit")
def edit(id):
    opportunity = find_to_edit(id)
    return page("opportunities/form.html", "dialog", form=edit_form(opportunity, formdata=None), opportunity=opportunity)


@bp.post("/<int:id>/edit")
def save(id):
    opportunity = find_to_edit(id)
    form = edit_form(opportunity)
    if not form.validate_on_submit():
        return form_again("opportunities/form.html", "dialog", form=form, opportunity=opportunity)
    deals.edit(opportunity, g.user, **form.columns)
    if form.owner:
        deals.hand_over(opportunity, form.owner.person, by=g.user)
    toast(_("Saved."))
    return go(url_for(".show", id=id))


# ---- one deal --------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>")
def show(id):
    opportunity = find(id)
    return page(
        "opportunities/show.html", opportunity=opportunity, record=opportunity, stages=Stage.in_order(),
        quotes=newest(Quote, opportunity), orders=newest(Order, opportunity),
        customer_seen=Customer.visible_to(g.user).where(Customer.id == opportunity.customer_id).exists(),
        days=opportunity.days_in_stage(now()), tab=part_shown(),
    )


def newest(kind, opportunity):
    theirs = kind.listed_to(g.user).where(kind.opportunity == opportunity)
    return list(theirs.order_by(kind.id.desc()).limit(RELATED + 1))


# ---- its way ---------------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/move")
def where_to(id):
    """The sheet 「把 … 移到…」."""
    opportunity = find_to_edit(id)
    return page(
        "opportunities/move.html", "sheet", opportunity=opportunity, stages=Stage.in_order(),
        days=opportunity.days_in_stage(now()),
    )


@bp.post("/<int:id>/move")
def move(id):
    opportunity = find_to_edit(id)
    left = opportunity.stage
    stage = get_or_404(Stage.select(), request.form.get("stage", 0, type=whole))
    deals.move(opportunity, stage, by=g.user)
    toast(
        _("%(name)s is in %(stage)s now.", name=opportunity.customer.label, stage=in_language(stage)),
        undo=(url_for(".move", id=id), {"stage": left.id}) if left.id != stage.id else None,
    )
    return changed(opportunity, left)


@bp.get("/<int:id>/win")
def winning(id):
    return page("opportunities/win.html", "dialog", form=WinForm(formdata=None, on=today()), opportunity=find_to_edit(id))


@bp.post("/<int:id>/win")
def win(id):
    opportunity, form = find_to_edit(id), WinForm()
    left = opportunity.stage
    if not form.validate_on_submit():
        return form_again("opportunities/win.html", "dialog", form=form, opportunity=opportunity)
    deals.win(opportunity, by=g.user, on=form.on.data)
    toast(_("Won: %(name)s.", name=opportunity.customer.label))
    return changed(opportunity, left)


@bp.get("/<int:id>/lose")
def losing(id):
    return page("opportunities/lose.html", "dialog", form=LoseForm(formdata=None), opportunity=find_to_edit(id))


@bp.post("/<int:id>/lose")
def lose(id):
    opportunity, form = find_to_edit(id), LoseForm()
    left = opportunity.stage
    if not form.validate_on_submit():
        return form_again("opportunities/lose.html", "dialog", form=form, opportunity=opportunity)
    deals.lose(opportunity, g.user, form.reason.data, form.note.data.strip())
    toast(_("Lost: %(name)s.", name=opportunity.customer.label))
    return changed(opportunity, left)


@bp.post("/<int:id>/reopen")
def reopen(id):
    opportunity = find(id)
    require(can_reopen_opportunity(g.user, opportunity))
    left = opportunity.stage
    deals.reopen(opportunity, by=g.user)
    toast(_("%(name)s is open again.", name=opportunity.customer.label))
    return changed(opportunity, left)


def changed(opportunity, left):
    """On the board both columns, out of band; elsewhere the page again that one came from."""
    if wants_part() and board.is_shown():
        return fragment_or_redirect("opportunities/moved.html", "moved", "", **board.after_move(opportunity, left))
    return go(remember_where() if board.is_shown() else url_for(".show", id=opportunity.id))
