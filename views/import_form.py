"""The forms of an import: a new file, and a select per field of ours for the columns of that file."""

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, ValidationError

import permissions
from domain import import_fields, import_rows, import_words
from models import Import, Pool

MAY = {import_fields.LEAD: permissions.can_import_leads, import_fields.PRODUCT: permissions.can_import_products}


def kinds_of_all():
    return [(import_fields.LEAD, _("Leads")), (import_fields.PRODUCT, _("Products"))]


def kinds():
    """[(what, label)] that this person may import."""
    return [(what, label) for what, label in kinds_of_all() if MAY[what](g.user)]


def pools():
    return [(pool.id, pool.name) for pool in Pool.open_to(g.user, "lead")]


class UploadForm(FlaskForm):
    what = RadioField(_l("What does it hold?"))
    pool = SelectField(_l("Into which pool"), coerce=int, validate_choice=False)
    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.what.choices, self.pool.choices = kinds(), pools()

    def chosen_pool(self):
        """The pool for leads; None for what has no pool."""
        if self.what.data != import_fields.LEAD:
            return None
        return Pool.get_or_none(Pool.id == self.pool.data) if self.pool.data in dict(self.pool.choices) else None

    def validate_pool(self, field):
        if self.what.data == import_fields.LEAD and self.chosen_pool() is None:
            raise ValidationError(_("Choose a pool."))


class RunForm(FlaskForm):
    """What happens to the rows; a select per field of ours is added for each import."""

    pool = SelectField(_l("Into which pool"), coerce=int)
    existing = RadioField(_l("When the name is known already"))
    bad_cells = RadioField(_l("When an optional cell breaks a rule"))


def run_form(job):
    """The form of one import, with a select per field: which column it comes from."""
    headers = [(place, header or f"({letter})") for place, (header, letter) in enumerate(lettered(job.layout["headers"]))]
    selects = {
        f"column_{field.name}": SelectField(
            import_words.label(job.what, field.name), coerce=position, default=job.mapping.get(field.name),
            render_kw={"class": "input small"},
        )
        for field in import_fields.fields_of(job.what)
    }
    form = type("MappingForm", (RunForm,), selects)(pool=job.pool_id, existing=job.existing, bad_cells="refuse")
    for name in selects:
        form[name].choices = [("", _("— not in the file —")), *headers]
    form.pool.choices = pools()
    form.existing.choices = [(Import.SKIP, _("Skip the row")), (Import.CREATE, _("Create it all the same"))]
    form.bad_cells.choices = [("refuse", _("Refuse the row")), ("drop", _("Take the row without that cell, and list it"))]
    if job.what != import_fields.LEAD:
        del form.pool, form.existing
    return form


def position(text):
    """The number of a column; None for "not in the file"."""
    return None if text in ("", None) else int(text)


def lettered(headers):
    return [(header, import_rows.letter_of(place)) for place, header in enumerate(headers)]


def mapping_of(form):
    chosen = {name.removeprefix("column_"): value for name, value in form.data.items() if name.startswith("column_")}
    return {name: place for name, place in chosen.items() if place is not None}
