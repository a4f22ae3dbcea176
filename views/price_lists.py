"""Price lists (价目表), for those who edit products: for whom and when, in which order, and what each product costs from how many on."""

from decimal import Decimal

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, DecimalField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from domain import Refused, price_lists, price_rows
from models import PriceList, PriceListItem, Product
from permissions import can_edit_products
from views.fields import PRICING_WORDS, Line, Ticks, WordsField, longest
from views.formats import choices, today
from views.helpers import form_again, get_or_404, go, page, page_of, require, toast

bp = Blueprint("price_lists", __name__, url_prefix="/price-lists")

COLUMNS = ("name", "levels", "provinces", "campaign", "starts_on", "ends_on", "active")
LONGEST_PASTE = 200_000
TOLD = 5  # faults named at once


@bp.before_request
def editors_only():
    require(can_edit_products(g.user))


class PriceListForm(FlaskForm):
    name = Line(_l("Name"), [DataRequired(_l("Write the list's name.")), longest(40)])
    levels = Ticks(_l("Customer levels"), description=_l("None ticked means all."))
    provinces = WordsField(_l("Provinces"), description=_l("Separated by commas or spaces; empty means any."))
    campaign = Line(_l("Campaign"), [longest(40)])
    starts_on = DateField(_l("From"), [Optional()])
    ends_on = DateField(_l("Until"), [Optional()])
    active = BooleanField(_l("In use"), default=True)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        words = dict(choices("level"))
        self.levels.choices = list(words.items()) + [(word, word) for word in self.levels.object_data or () if word not in words]

    def validate_ends_on(self, field):
        if self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("It cannot end before it begins."))

    @property
    def columns(self):
        return {name: self[name].data for name in COLUMNS}


class PricesForm(FlaskForm):
    rows = TextAreaField(lazy_pgettext("price list", "Prices"), [DataRequired(_l("Write a row or paste some.")), Length(max=LONGEST_PASTE)])

    def validate_rows(self, field):
        self.steps, faults = price_rows.understood(field.data)
        if len(self.steps) > price_lists.MOST_ROWS:
            raise ValidationError(_("%(most)s rows at once are the most.", most=price_lists.MOST_ROWS))
        if faults:
            raise ValidationError(" ".join(words_of(fault) for fault in faults[:TOLD]))


class CopyForm(FlaskForm):
    name = Line(_l("Name of the copy"), [DataRequired(_l("Write the list's name.")), longest(40)])
    percent = DecimalField(
        _l("Up or down by (%)"), [InputRequired(_l("A percentage from -99 to 1000.")), NumberRange(-99, 1000, _l("A percentage from -99 to 1000."))],
        default=Decimal(0), description=_l("-5 makes every price five percent lower, rounded to the fen."),
    )

    def validate_percent(self, field):
        if field.data.as_tuple().exponent < -2:
            raise ValidationError(PRICING_WORDS["too_many_decimals"])


def words_of(fault):
    said = {
        "no_product": _("no product has this code"), "not_three_cells": _("write code, quantity and price"),
        "overlapping": _("the same quantity as row %(row)s", row=fault.about),
    }.get(fault.code) or PRICING_WORDS[fault.code]
    return _("Row %(row)s: %(said)s.", row=fault.number, said=str(said).rstrip(".。"))


def find(id):
    return get_or_404(PriceList.select(), id)


# ---- lists -----------------------------------------------------------------------------------------------------------


@bp.get("")
def index():
    return page("price_lists/index.html", lists=price_lists.in_order(), levels=dict(choices("level")), day=today())


@bp.get("/new")
def new():
    return page("price_lists/form.html", form=PriceListForm(formdata=None), price_list=None)


@bp.post("")
def create():
    form = PriceListForm()
    if not form.validate_on_submit():
        return form_again("price_lists/form.html", form=form, price_list=None)
    return kept(form, None) or go(url_for(".show", id=PriceList.get(PriceList.name == form.name.data).id))


def kept(form, price_list):
    """The form again where its name is taken; otherwise the list is written."""
    try:
        if price_list:
            price_lists.edit(price_list, by=g.user, **form.columns)
        else:
            price_lists.add(by=g.user, **form.columns)
    except Refused as no:
        form.name.errors = [no.message]
        return form_again("price_lists/form.html", form=form, price_list=price_list)
    toast(_("Saved."))
    return None


@bp.get("/<int:id>/edit")
def edit(id):
    price_list = find(id)
    return page("price_lists/form.html", form=PriceListForm(formdata=None, obj=price_list), price_list=price_list)


@bp.post("/<int:id>/edit")
def save(id):
    price_list = find(id)
    form = PriceListForm(obj=price_list)
    if not form.validate_on_submit():
        return form_again("price_lists/form.html", form=form, price_list=price_list)
    return kept(form, price_list) or go(url_for(".show", id=id))


@bp.post("/<int:id>/up")
def move_up(id):
    price_lists.move_up(find(id), by=g.user)
    return go(url_for(".index"))


@bp.post("/<int:id>/remove")
def remove(id):
    price_list = find(id)
    price_lists.remove(price_list, by=g.user)
    toast(_("Price list %(name)s is gone.", name=price_list.name))
    return go(url_for(".index"))


@bp.route("/<int:id>/copy", methods=("GET", "POST"))
def copy(id):
    price_list, form = find(id), CopyForm()
    if request.method == "GET" or not form.validate_on_submit():
        return (page if request.method == "GET" else form_again)("price_lists/copy.html", "dialog", form=form, price_list=price_list)
    try:
        made = price_lists.copy(price_list, by=g.user, name=form.name.data, percent=form.percent.data)
    except Refused as no:
        form.name.errors = [no.message]
        return form_again("price_lists/copy.html", "dialog", form=form, price_list=price_list)
    toast(_("Copied as %(name)s; switch it on when it is right.", name=made.name))
    return go(url_for(".show", id=made.id))


# ---- what is on a list -----------------------------------------------------------------------------------------------


@bp.get("/<int:id>")
def show(id):
    price_list = find(id)
    known = PriceListItem.select(PriceListItem.product).where(PriceListItem.price_list == id)
    products = page_of(Product.select().where(Product.id.in_(known)), Product.name, Product.id, descending=False)
    steps = {}
    for item in items_of(price_list, [product.id for product in products]):
        steps.setdefault(item.product_id, []).append(item)
    return page("price_lists/show.html", price_list=price_list, products=products, steps=steps, levels=dict(choices("level")), day=today())


def items_of(price_list, product_ids):
    query = PriceListItem.select(PriceListItem, Product).join(Product)
    return query.where(PriceListItem.price_list == price_list.id, Product.id.in_(product_ids)).order_by(PriceListItem.least)


@bp.route("/<int:id>/prices", methods=("GET", "POST"))
def prices(id):
    """Rows that are written or pasted; ?product= has those of one product to begin with."""
    price_list, form = find(id), PricesForm()
    if request.method == "POST" and form.validate_on_submit():
        price_lists.put(price_list, form.steps, by=g.user)
        toast(_("%(n)s prices saved.", n=len(form.steps)))
        return go(url_for(".show", id=id))
    if request.method == "GET" and request.args.get("product", "").isdecimal():
        form.rows.data = price_rows.written(items_of(price_list, [int(request.args["product"][:9])]))
    return (page if request.method == "GET" else form_again)("price_lists/prices.html", "dialog", form=form, price_list=price_list)


@bp.post("/<int:id>/products/<int:product>/remove")
def take_out(id, product):
    price_lists.take_out(find(id), get_or_404(Product.select(), product), by=g.user)
    return go(url_for(".show", id=id))
