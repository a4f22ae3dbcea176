"""Imports: a file is uploaded, its columns are matched, then it runs in the background and reports what came of it."""

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask_babel import gettext as _

from domain import import_fields, import_files, import_reports, import_runner, import_words, imports, now
from models import Import, Pool
from views.helpers import form_again, fragment_or_redirect, get_or_404, go, page, page_of, require, toast
from views.import_form import MAY, UploadForm, kinds, kinds_of_all, lettered, mapping_of, run_form

bp = Blueprint("imports", __name__, url_prefix="/imports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENCODING_NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030 (GBK)", "big5": "Big5", "utf-16": "UTF-16", "cp1252": "Windows-1252",
}
SHOWN_PROBLEMS = 100
LAST_EXAMPLES = 2


def must_import(what):
    require(MAY[what](g.user) if what in MAY else any(may(g.user) for may in MAY.values()))


def data():
    return current_app.config["DATA"]


# ---- the list, and a new file ----------------------------------------------------------------------------------------


@bp.get("")
def index():
    must_import(None)
    chosen = request.args.get("what") if request.args.get("what") in dict(kinds()) else kinds()[0][0]
    return list_page(UploadForm(what=chosen))


def list_page(form, status=200):
    jobs = page_of(Import.visible_to(g.user), Import.id)
    return render_template("imports/index.html", form=form, jobs=jobs, what_names=dict(kinds_of_all())), status


@bp.post("")
def create():
    must_import(request.form.get("what"))
    form = UploadForm()
    if form.validate():
        try:
            job = imports.upload(form.file.data.stream, form.file.data.filename, form.what.data, g.user, data(), form.chosen_pool())
            return go(url_for("imports.show", id=job.id))
        except import_files.Unreadable as error:
            form.file.errors = [str(error)]
    return list_page(form, 422)


@bp.get("/templates/<what>.xlsx")
def template(what):
    if what not in MAY:
        abort(404)
    must_import(what)
    return workbook(import_reports.template(what), _("Haitu import %(what)s", what=dict(kinds_of_all())[what]))


def workbook(content, name):
    answer = Response(content, mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return answer


# ---- one import ------------------------------------------------------------------------------------------------------


def find(id):
    return get_or_404(Import.visible_to(g.user), id)


def find_to_change(id):
    """An import of a kind that this person may bring in, with its file still there."""
    job = find(id)
    must_import(job.what)
    imports.ensure_ready(job, data())
    return job


@bp.get("/<int:id>")
def show(id):
    job = find(id)
    if job.status == Import.UPLOADED:
        imports.ensure_ready(job, data())
        return render_template("imports/mapping.html", **mapping_page(job, run_form(job)))
    return render_template("imports/show.html", **result_page(job))


def mapping_page(job, form):
    rows = imports.preview(job, data())
    return {
        "job": job, "form": form, "rows": rows, "twin": imports.earlier_twin(job), "steps": steps(job),
        "encoding_name": ENCODING_NAMES.get(job.encoding, job.encoding), "encodings": encodings(job),
        "columns": columns(job, form, rows), "left_over": left_over(job), "missing": import_fields.missing(job.what, job.mapping),
    }


def columns(job, form, rows):
    """[(select, needed, examples)]: each field of ours with what its column holds."""
    return [
        (form[f"column_{field.name}"], field.required, examples(job.mapping.get(field.name), rows))
        for field in import_fields.fields_of(job.what)
    ]


def examples(column, rows):
    if column is None:
        return ""
    filled = dict.fromkeys(cells[column] for number, cells in rows if cells[column])
    return " · ".join(list(filled)[:LAST_EXAMPLES])


def left_over(job):
    """Headers of the columns that are not imported."""
    used = set(job.mapping.values())
    return [header or f"({letter})" for place, (header, letter) in enumerate(lettered(job.layout["headers"])) if place not in used]


def encodings(job):
    """[(encoding, name)] to switch to; none for a workbook, which says its own."""
    if import_files.is_book(job.encoding):
        return []
    return [(name, ENCODING_NAMES[name]) for name in dict.fromkeys((job.encoding, *import_files.TEXT_ENCODINGS))
            if name == job.encoding or ENCODING_NAMES[name] != ENCODING_NAMES[job.encoding]]


def steps(job):
    """Upload, match, run, result: where this import stands."""
    labels = (_("Upload"), _("Match columns"), _("Check and write"), _("Result"))
    at = {Import.UPLOADED: 1, Import.RUNNING: 2}.get(job.status, 4)
    return [{"label": label, "state": "done" if place < at else "now" if place == at else "todo"} for place, label in enumerate(labels)]


@bp.post("/<int:id>/encoding")
def encoding(id):
    job = find_to_change(id)
    chosen = request.form.get("encoding")
    if chosen not in ENCODING_NAMES:
        abort(400)
    try:
        imports.switch_encoding(job, chosen, by=g.user, data=data())
    except import_files.Unreadable as error:
        toast(error, kind="bad")
    return go(url_for("imports.show", id=id))


@bp.post("/<int:id>/mapping")
def mapping(id):
    job = find_to_change(id)
    form = run_form(job)
    if not all(field.validate(form) for name, field in form._fields.items() if name.startswith("column_")):
        return form_again("imports/mapping.html", "columns", **mapping_page(job, form))
    imports.remap(job, mapping_of(form), by=g.user)
    return fragment_or_redirect("imports/mapping.html", "columns", url_for("imports.show", id=id), **mapping_page(job, form))


@bp.post("/<int:id>/run")
def run(id):
    job = find_to_change(id)
    form = run_form(job)
    if not form.validate() or not complete(job, form):
        return form_again("imports/mapping.html", **mapping_page(job, form))
    pool = Pool.get_by_id(form.pool.data) if form.pool else None
    existing = form.existing.data if form.existing else Import.SKIP
    imports.start(
        job, by=g.user, mapping=mapping_of(form), existing=existing, pool=pool, drops_bad_cells=form.bad_cells.data == "drop"
    )
    import_runner.enqueue(job.id, data())
    return go(url_for("imports.show", id=id))


def complete(job, form):
    """Whether every needed field has a column; the selects that have none say so."""
    lacking = import_fields.missing(job.what, mapping_of(form))
    for name in lacking:
        form[f"column_{name}"].errors = [_("Choose a column.")]
    return not lacking


@bp.post("/<int:id>/discard")
def discard(id):
    job = find(id)
    must_import(job.what)
    imports.discard(job, by=g.user, data=data())
    toast(_("%(name)s was thrown away.", name=job.file_name))
    return go(url_for("imports.index"))


# ---- while it runs, and what came of it ------------------------------------------------------------------------------


@bp.get("/<int:id>/progress")
def progress(id):
    job = find(id)
    if job.status == Import.UPLOADED:
        abort(404)
    return page("imports/show.html", "state", **result_page(job))


def result_page(job):
    shown = {"job": job, "steps": steps(job), "seconds_left": seconds_left(job)}
    if job.status == Import.RUNNING:
        return shown
    listed = [*import_reports.problems(job, True, SHOWN_PROBLEMS), *import_reports.problems(job, False, SHOWN_PROBLEMS)]
    return shown | {
        "by_rule": import_reports.problems_by_rule(job), "problems": listed, "sentence": import_words.sentence,
        "shown_problems": SHOWN_PROBLEMS,
    }


def seconds_left(job):
    """A guess from the rows so far; None before there is one."""
    if job.status != Import.RUNNING or not job.read or not job.started_at:
        return None
    spent = (now() - job.started_at).total_seconds()
    return max(int(spent * (job.total - job.read) / job.read), 1)


@bp.get("/<int:id>/failed.xlsx")
def failed(id):
    job = find(id)
    if not job.failed:
        abort(404)
    return workbook(import_reports.failed_rows(job), _("%(name)s failed rows", name=job.file_name.rsplit(".", 1)[0]))
