"""Products: the list with search by pinyin, and the form."""

from flask import Blueprint, abort, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, ValidationError
from wtforms.validators import DataRequired

from domain import pictures, products, search, taxes, transaction
from models import Product, ProductPicture, Quote, Tax
from permissions import can_edit_products, can_edit_quote, can_see_cost
from views import quote_form
from views.fields import Line, MoneyField, TaxField, longest
from views.formats import today
from views.helpers import form_again, get_or_404, go, known, page, page_of, require, text_asked_for, toast, wants_part
from views.quote_lines import head_in_hand, rows_of

bp = Blueprint("products", __name__, url_prefix="/products")


class ProductForm(FlaskForm):
    sku = Line(_l("SKU"), [DataRequired(_l("Write the SKU.")), longest(60)])
    name = Line(_l("Name"), [DataRequired(_l("Write the product's name.")), longest(200)])
    spec = Line(_l("Specification"), [longest(300)])
    category = Line(_l("Category"), [longest(60)])
    unit = Line(_l("Unit"), [longest(20)])
    price = MoneyField(_l("List price, tax included"))
    cost = MoneyField(_l("Cost, tax included"), optional=True, description=_l("Leave it empty while it is unknown: unknown is not 0."))
    tax_code = TaxField(_l("Tax rate"), default=Tax.GENERAL)
    active = BooleanField(_l("On sale"), default=True)

    def validate_sku(self, field):
        taken = Product.get_or_none(Product.sku == field.data)
        if taken and taken.sku != field.object_data:
            raise ValidationError(_("%(name)s has this SKU already.", name=taken.name))

    def __init__(self, **options):
        super().__init__(**options)
        if not can_see_cost(g.user):
            del self.cost

    @property
    def columns(self):
        return {name: self[name].data for name in products.COLUMNS if name in self}


@bp.get("")
def index():
    text, category = text_asked_for(), request.args.get("category", "")[:60]
    withdrawn = request.args.get("active") == "no"
    query = Product.select().where(Product.active != withdrawn)
    if category:
        query = query.where(Product.category == category)
    if text:
        query = search.narrowed(query, "product", text)
    return page(
        "products/index.html", "part", rows=page_of(query, Product.name, Product.id, descending=False), text=text,
        category=category, withdrawn=withdrawn, categories=categories(), shows_cost=can_see_cost(g.user), rates=taxes.rates_on(today()),
    )


def picture_of(product):
    """Where its picture is, as it is now; None without one."""
    kept = ProductPicture.select(ProductPicture.uploaded_at).where(ProductPicture.product == product.id).first()
    return kept and url_for(".picture", id=product.id, at=f"{kept.uploaded_at:%H%M%S%f}")


def categories():
    named = Product.select(Product.category).where(Product.category != "").distinct().order_by(Product.category)
    return [(product.category, product.category) for product in named]


@bp.get("/new")
def new():
    require(can_edit_products(g.user))
    form = ProductForm(formdata=None, name=request.args.get("name", "")[:200])
    return page("products/form.html", "dialog", form=form, product=None, categories=categories(), quote=quote_in_hand())


@bp.post("")
def create():
    """A new product; where a quote was at hand, it is its next line, and is not made where the quote refuses it."""
    require(can_edit_products(g.user))
    form, quote = ProductForm(), quote_in_hand()
    head = quote and head_in_hand(quote)  # refused before anything is made
    if not form.validate_on_submit():
        return form_again("products/form.html", "dialog", form=form, product=None, categories=categories(), quote=quote)
    if quote and wants_part():
        return rows_of(quote, head, [{"product_id": products.create(by=g.user, **form.columns).id}])
    with transaction():
        product = products.create(by=g.user, **form.columns)
        if quote:
            quote_form.append(quote, {"product_id": product.id})
    toast(_("Product %(name)s added.", name=product.name))
    return go(url_for("quotes.show", id=quote.id) if quote else url_for(".index", q=product.sku))


def quote_in_hand():
    """The quote from which one came for a product that is not there yet."""
    quote = known(Quote.visible_to(g.user), request.values.get("quote"))
    return quote if quote and can_edit_quote(g.user, quote) else None


@bp.get("/<int:id>/edit")
def edit(id):
    require(can_edit_products(g.user))
    product = get_or_404(Product.select(), id)
    form = ProductForm(formdata=None, obj=product)
    return page("products/form.html", form=form, product=product, categories=categories(), picture=picture_of(product))


@bp.post("/<int:id>/edit")
def save(id):
    require(can_edit_products(g.user))
    product = get_or_404(Product.select(), id)
    form = ProductForm(obj=product)
    if not form.validate_on_submit():
        return form_again("products/form.html", form=form, product=product, categories=categories())
    products.edit(product, by=g.user, **form.columns)
    toast(_("Saved."))
    return go(url_for(".index", q=product.sku))


# ---- its picture -----------------------------------------------------------------------------------------------------


@bp.get("/<int:id>/picture")
def picture(id):
    kept = ProductPicture.get_or_none(ProductPicture.product == id) or abort(404)
    return bytes(kept.content), {"Content-Type": kept.type, "Content-Disposition": "inline", "Cache-Control": "private, max-age=86400"}


@bp.post("/<int:id>/picture")
def show(id):
    require(can_edit_products(g.user))
    product, file = get_or_404(Product.select(), id), request.files.get("picture")
    products.show(product, file.read(pictures.LARGEST + 1) if file else b"", by=g.user)
    toast(_("The picture is kept."))
    return go(url_for(".edit", id=id))


@bp.post("/<int:id>/picture/remove")
def hide(id):
    require(can_edit_products(g.user))
    products.hide(get_or_404(Product.select(), id), by=g.user)
    return go(url_for(".edit", id=id))
