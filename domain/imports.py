"""Bringing a file in: uploaded, mapped, then written in the background, batch by batch, into the pool or the products."""

import logging
from datetime import timedelta
from pathlib import Path
from time import sleep

from domain import (
    Refused,
    _,
    arrivals,
    bulk,
    day_of,
    duplicates,
    events,
    import_fields,
    import_files,
    import_rows,
    match_keys,
    now,
    search,
    storage,
    taxes,
    transaction,
)
from models import Import, ImportProblem, Lead, Product

log = logging.getLogger("haitu.imports")

BATCH = 250
PAUSE = 0.02  # seconds between two batches, for whoever waits to write
KEPT_WAITING = timedelta(days=7)
FOLDER = "imports"
KEPT = ("id", "name", "contact_name", "phone", "credit_code", "email", "website")  # what audit and indexes need of a new lead
COUNTS = ("created", "updated", "skipped")


class Overtaken(Exception):
    """Another process wrote these rows first, or the import was ended meanwhile."""


def folder_of(data):
    return Path(data) / FOLDER


# ---- before the run --------------------------------------------------------------------------------------------------


def upload(stream, file_name, what, by, data, pool=None):
    """Store a file and find out how it is read; Unreadable when it cannot be. Nothing is written yet."""
    taken = import_files.take_in(stream, folder_of(data), import_fields.recogniser(what))
    with transaction():
        job = Import.create(
            what=what, user=by, file_name=shown_name(file_name), stored_as=taken.stored_as, sha256=taken.sha256, pool=pool,
            encoding=taken.encoding, layout=taken.layout, total=taken.total,
            mapping=import_fields.guess(what, taken.layout["headers"]),
        )
        events.record("import.uploaded", job, by=by, file=job.file_name, what=what, rows=job.total)
    return job


def shown_name(name):
    """The last part of the name the file came with: only ever shown, never opened."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:120] or "?"


def earlier_twin(job):
    """The latest import of a file with the same content."""
    same = Import.select().where(Import.sha256 == job.sha256, Import.id < job.id, Import.status != Import.UPLOADED)
    return same.order_by(Import.id.desc()).first()


def switch_encoding(job, encoding, by, data):
    """Read the stored text once more, in an encoding that a person chose."""
    ensure_waiting(job)
    taken = import_files.Taken(job.stored_as, job.sha256)
    import_files.read_as(taken, folder_of(data), encoding, import_fields.recogniser(job.what))
    guessed = import_fields.guess(job.what, taken.layout["headers"])
    with transaction():
        change(job, encoding=encoding, layout=taken.layout, total=taken.total, mapping=guessed)


def remap(job, mapping, by):
    """Keep which column becomes which field of ours: {field: position of the column}."""
    ensure_waiting(job)
    with transaction():
        change(job, mapping=mapping)


def start(job, by, mapping, existing=Import.SKIP, pool=None, drops_bad_cells=False, at=None):
    """Hand the file over to the background. The rows are written by run()."""
    if import_fields.missing(job.what, mapping):
        raise Refused(_("Choose a column for every field that is needed."))
    with transaction():
        change(
            job, mapping=mapping, existing=existing, pool=pool, drops_bad_cells=drops_bad_cells, status=Import.RUNNING,
            started_at=at or now(),
        )
        note_price_without_margin(job)
        events.record("import.started", job, by=by, file=job.file_name, rows=job.total)


def note_price_without_margin(job):
    mapping = job.mapping
    if job.what == import_fields.PRODUCT and "cost" in mapping and mapping["cost"] == mapping["price"]:
        header = job.layout["headers"][mapping["cost"]]
        ImportProblem.create(
            job=job, row_number=job.layout["header_row"], refused=False, column=header, value=header, rule="price_is_cost", cells=[]
        )


def discard(job, by, data):
    """Throw an uploaded file away before it was run."""
    with transaction():
        if not Import.delete().where(Import.id == job.id, Import.status == Import.UPLOADED).execute():
            raise Refused(_("This import has been started already."))
        events.record("import.discarded", job, by=by, file=job.file_name)
    (folder_of(data) / job.stored_as).unlink(missing_ok=True)


def forget_old_uploads(data, at=None):
    """Files that somebody uploaded and never ran hold people's data: after a week they go."""
    old = Import.select().where(Import.status == Import.UPLOADED, Import.created_at < (at or now()) - KEPT_WAITING)
    for job in list(old):
        discard(job, by=None, data=data)


def ensure_waiting(job):
    if job.status != Import.UPLOADED:
        raise Refused(_("This import has been started already."))


def ensure_ready(job, data):
    """It waits, and its file is there: a file is lost where only the database was brought back from a copy."""
    ensure_waiting(job)
    if not (folder_of(data) / job.stored_as).exists():
        raise Refused(_("The file of this import is no longer here. Upload it again."))


def change(job, **columns):
    """Set columns of an import that waits; Refused when somebody started it meanwhile."""
    changed = Import.update(**columns).where(Import.id == job.id, Import.status == Import.UPLOADED).execute()
    if not changed:
        raise Refused(_("This import has been started already."))
    for name, value in columns.items():
        setattr(job, name, value)


# ---- the preview -----------------------------------------------------------------------------------------------------


def preview(job, data, size=10):
    """[(row number, cells)] of the first rows, each as wide as the header."""
    width = len(job.layout["headers"])
    rows = import_files.records(folder_of(data) / job.stored_as, job.encoding, job.layout)
    first = [row for row, _place in zip(rows, range(size))]
    return [(number, (cells + [""] * width)[:width]) for number, cells in first]


# ---- the run ---------------------------------------------------------------------------------------------------------


def unfinished():
    """Ids of the imports that a stopped process left in the middle."""
    return [job.id for job in Import.select(Import.id).where(Import.status == Import.RUNNING).order_by(Import.id)]


def run(job_id, data, batch=BATCH, pause=PAUSE, at=None):
    """Write the rows that are not written yet. Whatever goes wrong is kept on the import; only a full disk is raised, to go on later."""
    job = Import.get_or_none(Import.id == job_id, Import.status == Import.RUNNING)
    if job is None:
        return
    path = folder_of(data) / job.stored_as
    try:
        for rows in import_rows.Judge(job, path).batches(batch):
            write(job, rows, at or now())
            sleep(pause)
        finish(job, at or now())
    except Overtaken:
        return
    except Exception as error:
        if storage.refuses(error):
            raise
        log.exception("import %s stopped", job_id)
        give_up(job, error, at or now())
    path.unlink(missing_ok=True)


def write(job, rows, at):
    """One batch and the count of it, together or not at all."""
    writer = write_leads if job.what == import_fields.LEAD else write_products
    with transaction():
        counts = writer(job, [row for row in rows if not row.refused], at)
        counts |= {"read": len(rows), "failed": sum(row.refused for row in rows)}
        raised = {name: getattr(Import, name) + number for name, number in counts.items()}
        mine = Import.update(**raised).where(
            Import.id == job.id, Import.status == Import.RUNNING, Import.read == job.read
        )
        if not mine.execute():
            raise Overtaken
        keep_problems(job, rows)
    for name, number in counts.items():
        setattr(job, name, getattr(job, name) + number)


def keep_problems(job, rows):
    """The cells go with the first problem of a refused row, for the file of failed rows."""
    found = [
        {
            "job": job.id, "row_number": row.number, "refused": problem.refused, "column": problem.column,
            "value": problem.value, "rule": problem.rule, "cells": row.cells if row.refused and place == 0 else [],
        }
        for row in rows
        for place, problem in enumerate(row.problems)
    ]
    bulk.insert(ImportProblem, found)


def finish(job, at):
    with transaction():
        Import.update(status=Import.DONE, finished_at=at).where(Import.id == job.id).execute()
        counts = {name: getattr(job, name) for name in ("total", "created", "updated", "skipped", "failed")}
        events.record("import.finished", job, by=job.user, at=at, file=job.file_name, **counts)


def give_up(job, error, at):
    known = str(error) if isinstance(error, import_files.Unreadable) else _("Something went wrong on our side.")
    with transaction():
        Import.update(status=Import.FAILED, finished_at=at, error=known).where(Import.id == job.id).execute()
        events.record("import.failed", job, by=job.user, at=at, file=job.file_name)


def tell(job, at, facts):
    """The audit and the search index learn of a batch: [(verb, record, before, after)], all records of one kind."""
    if not facts:
        return
    origin = {"file": job.file_name, "import": job.id}
    events.append([(*fact, origin) for fact in facts], by=job.user, at=at)
    search.index(job.what, *[record for _verb, record, _before, _after in facts])


# ---- leads -----------------------------------------------------------------------------------------------------------


def write_leads(job, rows, at):
    leads = insert_leads(job, wanted_ones(job, rows), at)
    arrivals.expect("lead", [lead.id for lead in leads], arrivals.IMPORT, at)
    match_keys.add(*leads)
    tell(job, at, [("lead.imported", lead, None, {"name": lead.name}) for lead in leads])
    return {"created": len(leads), "skipped": len(rows) - len(leads)}


def wanted_ones(job, rows):
    """Rows that are no lead, no customer and no earlier row of the file, as the rule has it (查重规则); the others get a remark.

    Where the import creates them all the same they are remarked on, and taken.
    """
    creates = job.existing == Import.CREATE
    for row, match in zip(rows, duplicates.known("lead", [row.values for row in rows])):
        known = what_knows(row, match)
        if known:
            row.remark(f"taken:{known}" if creates else known, value=row.values["name"])
        if creates or not known:
            yield row


def what_knows(row, match):
    """The rule by which a row is known already; None for one that is new."""
    if row.double:
        return f"double:{row.double}"
    if match is None:
        return None
    (kind, _id), likeness = match
    return f"known_{kind if likeness.reason == 'name' else likeness.reason}"


def insert_leads(job, rows, at):
    """The new leads, with what the search index and the audit need of them."""
    same = {
        "status": Lead.UNASSIGNED, "pool": job.pool_id, "home_pool": job.pool_id, "created_by": job.user_id,
        "entered_pool_at": at, "created_at": at, "updated_at": at,
    }
    blank = {name: Lead._meta.fields[name].default for name in job.mapping} | {"source": "import"}
    written = [blank | row.values | {"name_key": row.key} for row in rows]
    return [Lead(**dict(zip(KEPT, found))) for found in bulk.insert(Lead, written, same, returning=KEPT)]


# ---- products --------------------------------------------------------------------------------------------------------


def write_products(job, rows, at):
    """A known code is updated with the cells that hold something; a new one is created."""
    codes = [row.values["sku"] for row in rows]
    known = {product.sku: product for product in Product.select().where(Product.sku.in_(codes))}
    rates, counts = taxes.rates_on(day_of(at)), dict.fromkeys(COUNTS, 0)
    facts = []
    for row in rows:
        product = known.get(row.values["sku"])
        outcome, verb, product, before, after = (
            updated(product, row, rates, at) if product else ("created", "product.imported", *created(row, rates, at))
        )
        counts[outcome] += 1
        if verb:
            facts.append((verb, product, before, after))
    tell(job, at, facts)
    return counts


def created(row, rates, at):
    product = Product.create(**taxes.settled(row.values, rates), created_at=at, updated_at=at)
    return product, None, row.values


def updated(product, row, rates, at):
    before, after = events.changes(product, **taxes.settled(row.values, rates, product))
    if not after:
        row.remark("unchanged", value=product.sku)
        return "skipped", None, product, None, None
    for name, value in after.items():
        setattr(product, name, value)
    Product.update(**after, updated_at=at).where(Product.id == product.id).execute()
    return "updated", "product.edited", product, before, after
