"""Web forms: made by administrators, filled in by whoever opens their address; what is sent is a lead."""

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from domain import Refused, web_forms
from models import Pool, WebForm
from permissions import can_administer
from views.fields import ChoiceField, Line, PhoneField, longest
from views.helpers import get_or_404, go, public, require, toast, whole_address

bp = Blueprint("web_forms", __name__)


class WebFormForm(FlaskForm):
    name = Line(_l("Name"), [DataRequired(_l("Give the form a name.")), longest(30)], description=_l("For us alone: fair, landing page …"))
    title = Line(_l("Heading"), [DataRequired(_l("Write what the visitor reads on top.")), longest(60)])
    thanks = Line(_l("What is said afterwards"), [longest(200)])
    pool = SelectField(_l("Into which pool"), coerce=int)
    source = ChoiceField(_l("Source"), field="source")
    active = BooleanField(_l("Open"), default=True)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.pools = {pool.id: pool for pool in Pool.of("lead")}
        self.pool.choices = [(pool.id, pool.name) for pool in self.pools.values()]

    @property
    def columns(self):
        return {name: self[name].data for name in ("name", "title", "thanks", "source", "active")} | {"pool": self.pools[self.pool.data]}


class VisitorForm(FlaskForm):
    name = Line(_l("Company"), [DataRequired(_l("Write the company's name.")), longest(200)])
    contact_name = Line(lazy_pgettext("customer", "Your name"), [longest(60)])
    phone = PhoneField(_l("Phone"), [DataRequired(_l("Without a number nobody can call you back.")), longest(40)])
    city = Line(_l("City"), [longest(40)])
    need = TextAreaField(_l("What can we do for you?"), [longest(1000)])
    website = StringField(_l("Leave this empty"))  # people do not see it; what fills it in is a machine

    @property
    def columns(self):
        return {name: (self[name].data or "").strip() for name in ("name", "contact_name", "phone", "city", "need")}


# ---- for administrators ----------------------------------------------------------------------------------------------


def address_of(form):
    return whole_address("web_forms.show", token=form.token)


@bp.get("/settings/web-forms")
def index():
    require(can_administer(g.user))
    forms = list(WebForm.select(WebForm, Pool).join(Pool).order_by(WebForm.id))
    return render_template("settings/web_forms.html", forms=forms, address_of=address_of)


def form_page(form, record):
    return render_template("settings/web_form.html", form=form, record=record, address=address_of(record) if record else "")


@bp.get("/settings/web-forms/new")
def new():
    require(can_administer(g.user))
    return form_page(WebFormForm(formdata=None, source="website"), None)


@bp.post("/settings/web-forms/new")
def create():
    require(can_administer(g.user))
    return store(None)


@bp.get("/settings/web-forms/<int:id>")
def edit(id):
    require(can_administer(g.user))
    record = get_or_404(WebForm.select(), id)
    return form_page(WebFormForm(formdata=None, obj=record, pool=record.pool_id), record)


@bp.post("/settings/web-forms/<int:id>")
def save(id):
    require(can_administer(g.user))
    return store(get_or_404(WebForm.select(), id))


def store(record):
    form = WebFormForm()
    if not form.validate_on_submit():
        return form_page(form, record), 422
    made = web_forms.save(record, by=g.user, **form.columns)
    toast(_("Saved."))
    return go(url_for("web_forms.edit", id=made.id))


# ---- for visitors ----------------------------------------------------------------------------------------------------


@bp.get("/forms/<token>")
@public
def show(token):
    return visitor_page(web_forms.behind(token) or abort(404), VisitorForm(formdata=None), sent="sent" in request.args)


def visitor_page(record, form, sent=False):
    return render_template("web_forms/show.html", record=record, form=form, sent=sent, bare=True)


@bp.post("/forms/<token>")
@public
def send(token):
    record, form = web_forms.behind(token) or abort(404), VisitorForm()
    if not form.validate_on_submit():
        return visitor_page(record, form), 422
    if not form.website.data:
        try:
            web_forms.send(record, request.remote_addr or "", **form.columns)
        except Refused as no:
            form.name.errors = [no.message]
            return visitor_page(record, form), 429
    return go(url_for(".show", token=token, sent=1))
