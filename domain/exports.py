"""A list on its way out as a workbook: within what one sees, masked as on the screen, counted, logged, gone after a week."""

import hashlib
import logging
import secrets
from datetime import timedelta
from pathlib import Path

from peewee import chunked, fn

from domain import Refused, _, allowances, day_of, events, export_book, leaks, notifications, now, transaction, watermark
from domain.export_columns import COLUMNS, seen, value_of
from domain.masking import Sight
from models import Export, User

log = logging.getLogger("haitu.exports")

FOLDER = "exports"
AT_ONCE = 2_000  # rows written while one waits; more go to the background
BATCH = 500
KEPT = timedelta(days=7)


def folder_of(data):
    folder = Path(data) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


# ---- asked for -------------------------------------------------------------------------------------------------------


def rows_left(user, at=None):
    """How many rows this person may still export today; None without a limit."""
    limit = allowances.of(user).exported_rows
    return None if limit is None else max(limit - rows_on(user, day_of(at or now())), 0)


def rows_on(user, day):
    """Rows that left on a day; what failed did not leave."""
    query = Export.select(fn.COALESCE(fn.SUM(Export.total), 0))
    return query.where(Export.user == user.id, Export.day == day, Export.status != Export.FAILED).scalar()


def start(what, ids, by, data, title, words=None, filters=(), at=None):
    """Have the records with these ids written, in this order, in the words of whoever asks. The rows are written by run()."""
    at = at or now()
    if not ids:
        raise Refused(_("There is nothing to export."))
    stored_as = f"{secrets.token_hex(16)}.xlsx"
    layout = {"headers": [str(column.label) for column in COLUMNS[what]], "words": words or {}, "mark": watermark.of(by, at)}
    path = folder_of(data) / stored_as
    try:
        ids_of(path).write_text("\n".join(map(str, ids)))
        with transaction():
            ensure_rows_left(by, len(ids), at)
            job = Export.create(
                what=what, user=by, day=day_of(at), title=title, filters=list(filters), layout=layout, stored_as=stored_as,
                total=len(ids), in_background=len(ids) > AT_ONCE, created_at=at,
            )
            events.record("export.started", job, by, at=at, what=what, rows=len(ids), filters=list(filters))
    except BaseException:
        ids_of(path).unlink(missing_ok=True)
        raise
    return job


def ids_of(path):
    """Where the ids wait: a run that was cut off begins again with the same ones."""
    return path.with_suffix(".ids")


def ensure_rows_left(by, number, at):
    left = rows_left(by, at)
    if left is None or number <= left:
        return
    words = _(
        "You can export %(left)s more rows today (daily limit %(limit)s, again from 00:00 tomorrow), not %(number)s.",
        left=left, limit=allowances.of(by).exported_rows, number=number,
    )
    raise allowances.UsedUp(words, at, rule="exported_rows", left=left)


# ---- written ---------------------------------------------------------------------------------------------------------


def unfinished():
    """Ids of the exports that a stopped process left in the middle."""
    return [job.id for job in Export.select(Export.id).where(Export.status == Export.RUNNING).order_by(Export.id)]


def run(job_id, data, at=None):
    """Write the file of an export. Whatever goes wrong is kept on it; nothing is raised."""
    job = Export.select(Export, User).join(User).where(Export.id == job_id, Export.status == Export.RUNNING).first()
    if job is None:
        return
    path = folder_of(data) / job.stored_as
    try:
        number = export_book.write(path, job, COLUMNS[job.what], rows_of(job, ids_of(path)))
        finish(job, number, hashlib.sha256(path.read_bytes()).hexdigest(), at or now())
    except Exception:
        log.exception("export %s stopped", job_id)
        path.unlink(missing_ok=True)
        give_up(job, at or now())
    ids_of(path).unlink(missing_ok=True)


def rows_of(job, ids):
    """The cells of each record that its owner still sees, batch by batch; how far it has come is noted."""
    sight, columns, words = Sight(job.user, job.created_at), COLUMNS[job.what], job.layout["words"]
    written = 0
    for chunk in chunked(map(int, ids.read_text().split()), BATCH):
        query = seen(job.what, job.user)
        found = {record.id: record for record in query.where(query.model.id.in_(chunk))}
        for record in filter(None, map(found.get, chunk)):
            yield [value_of(record, column, sight, words) for column in columns]
        written += len(chunk)
        if job.in_background:
            Export.update(written=written).where(Export.id == job.id).execute()


def finish(job, number, sha256, at):
    with transaction():
        columns = {"status": Export.DONE, "written": number, "sha256": sha256, "finished_at": at}
        Export.update(**columns).where(Export.id == job.id).execute()
        events.record("export.finished", job, by=job.user, at=at, what=job.what, rows=number, sha256=sha256)
        if job.in_background:
            notifications.notify([job.user], "export.finished", job, at, actor=job.user.name, actor_id=job.user_id, title=job.title, rows=number)
    job.__data__.update(columns)
    leaks.check(at, [job.user])


def give_up(job, at):
    with transaction():
        Export.update(status=Export.FAILED, finished_at=at).where(Export.id == job.id).execute()
        events.record("export.failed", job, by=job.user, at=at, what=job.what)


def forget_old_files(data, at=None):
    """Files hold people's data: after a week they go; that they were made remains."""
    at = at or now()
    for job in list(Export.select().where(Export.removed_at.is_null(), Export.created_at < at - KEPT, Export.status != Export.RUNNING)):
        (folder_of(data) / job.stored_as).unlink(missing_ok=True)
        Export.update(removed_at=at).where(Export.id == job.id).execute()
