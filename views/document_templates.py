"""Settings of the printed quote: several templates, one of them the default, each seen while it is written."""

import re

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError, widgets
from wtforms.validators import DataRequired, Length

from documents.sample import sample
from domain import Refused, day_of, document_templates, now, pictures
from models import DocumentTemplate
from views import paper
from views.fields import Line, fixed_choices, longest
from views.helpers import administrators_only, company, form_again, get_or_404, go, toast
from views.printing import LANGUAGES

bp = Blueprint("document_templates", __name__, url_prefix="/settings/documents")
bp.before_request(administrators_only)

SEAL_SIDE = 640  # pixels, for 40 mm on paper
BASES = {
    DocumentTemplate.SIMPLE: lazy_pgettext("template", "Simple"), DocumentTemplate.FORMAL: lazy_pgettext("template", "Formal"),
    DocumentTemplate.PICTURES: lazy_pgettext("template", "With pictures"),
}
LOGO_POSITIONS = {
    DocumentTemplate.LEFT: lazy_pgettext("logo", "Left"), DocumentTemplate.RIGHT: lazy_pgettext("logo", "Right"),
    DocumentTemplate.NOWHERE: lazy_pgettext("logo", "Hidden"),
}
COLUMNS = {
    "code": _l("SKU"), "spec": _l("Specification"), "picture": _l("Picture"), "price": _l("Unit price"), "discount": _l("Discount"),
    "tax_rate": _l("Tax rate"),
}
bp.add_app_template_global(BASES, "document_bases")


class TemplateForm(FlaskForm):
    name = Line(_l("Name"), [DataRequired(_l("Give the template a name.")), longest(30)])
    base = RadioField(_l("Style of the page"), choices=fixed_choices(BASES.items()), default=DocumentTemplate.SIMPLE)
    colour = StringField(_l("Colour"), default="#111111", widget=widgets.ColorInput())
    logo_position = RadioField(_l("Logo"), choices=fixed_choices(LOGO_POSITIONS.items()), default=DocumentTemplate.LEFT)
    language = RadioField(_l("Language"), choices=fixed_choices(LANGUAGES.items()), default=DocumentTemplate.CHINESE)
    columns = SelectMultipleField(
        _l("Columns"), choices=fixed_choices(COLUMNS.items()), default=["code", "spec", "price", "discount"],
        option_widget=widgets.CheckboxInput(), widget=widgets.ListWidget(prefix_label=False),
    )
    terms = TextAreaField(_l("Terms after those of the quote"), [Length(max=4000)], description=_l("One to a line. Printed as they stand."))
    bank = TextAreaField(_l("Bank account"), [Length(max=600)])
    footer = Line(_l("Foot of every page"), [longest(160)])
    seal = FileField(_l("Seal"), description=_l("PNG with a transparent ground, 2 MB at the most; only on approved quotes."))
    without_seal = BooleanField(_l("Take the seal away"))

    def validate_colour(self, field):
        field.data = (field.data or "").lower()
        if not re.fullmatch("#[0-9a-f]{6}", field.data):
            raise ValidationError(_("Choose a colour."))
        if document_templates.contrast_on_white(field.data[1:]) < document_templates.DARK_ENOUGH:
            raise ValidationError(_("Too pale to be read on white paper."))

    def validate_seal(self, field):
        self.picture = None
        content = field.data.read(pictures.LARGEST + 1) if field.data else b""
        if content:
            try:
                self.picture = pictures.written_anew(content, SEAL_SIDE)[0]
            except Refused as error:
                raise ValidationError(error.message) from error

    @property
    def texts(self):
        return {name: self[name].data or "" for name in ("name", "base", "logo_position", "language", "terms", "bank", "footer")}

    @property
    def changes(self):
        """The columns of a DocumentTemplate that the form says."""
        columns = self.texts | {"colour": self.colour.data[1:], "columns": list(self.columns.data)}
        if self.picture or self.without_seal.data:
            columns["seal"] = self.picture
        return columns


@bp.get("")
def index():
    return render_template("settings/documents.html", templates=list(DocumentTemplate.offered()))


@bp.get("/new")
def new():
    return render_template("settings/document.html", **editor(TemplateForm(formdata=None), None))


@bp.post("")
def create():
    form = TemplateForm()
    if not form.validate_on_submit():
        return form_again("settings/document.html", **editor(form, None))
    document_templates.create(by=g.user, **form.changes)
    return saved()


@bp.get("/<int:id>")
def show(id):
    template = get_or_404(DocumentTemplate.offered(), id)
    form = TemplateForm(formdata=None, obj=template, data={"colour": f"#{template.colour}"})
    form.colour.data = f"#{template.colour}"
    return render_template("settings/document.html", **editor(form, template))


@bp.post("/<int:id>")
def save(id):
    template = get_or_404(DocumentTemplate.offered(), id)
    form = TemplateForm()
    if not form.validate_on_submit():
        return form_again("settings/document.html", **editor(form, template))
    document_templates.edit(template, by=g.user, **form.changes)
    return saved()


@bp.post("/preview")
def preview():
    """What the form says so far, on a made-up quote. Nothing is saved."""
    template = get_or_404(DocumentTemplate.offered(), request.args["template"]) if "template" in request.args else None
    form = TemplateForm()
    form.validate()
    kept = template.seal if template and not form.without_seal.data else None
    written = DocumentTemplate(**unwritten(form) | {"seal": form.picture or kept})
    if request.htmx:
        return render_template("settings/document_preview.html", preview=preview_of(written))
    return preview_of(written)


@bp.post("/<int:id>/default")
def make_default(id):
    document_templates.make_default(get_or_404(DocumentTemplate.offered(), id), by=g.user)
    return saved()


@bp.post("/<int:id>/remove")
def remove(id):
    template = get_or_404(DocumentTemplate.offered(), id)
    document_templates.remove(template, by=g.user)
    toast(_("%(name)s is gone.", name=template.name))
    return go(url_for(".index"))


def unwritten(form):
    """The columns of the form, those that are wrong as they are by themselves."""
    known = {name: value for name, value in form.texts.items() if name not in form.errors}
    known["columns"] = [name for name in DocumentTemplate.COLUMNS if name in (form.columns.data or ())]
    return known if "colour" in form.errors else known | {"colour": form.colour.data[1:]}


def editor(form, template):
    shown = template if template and not form.is_submitted() else DocumentTemplate(**unwritten(form), seal=template and template.seal)
    return {"form": form, "record": template, "preview": preview_of(shown)}


def preview_of(template):
    return paper.on_screen(sample(company(), template, g.user, day_of(now())))


def saved():
    toast(_("Saved."))
    return go(url_for(".index"))
