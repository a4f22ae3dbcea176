"""Cleansing (数据清洗): a look through the whole base, batch by batch in the background, for doubles, bad forms and gaps."""

from time import sleep

from domain import Refused, _, bulk, customers, duplicates, events, identifiers, leads, now, transaction
from domain.background import Worker
from models import Apart, CleansingFinding, CleansingRun, Contact, Customer, Lead

BATCH = 250
PAUSE = 0.02  # seconds between two batches, for whoever waits to write
KEPT_RUNS = 5
TABLES = {"customer": Customer, "lead": Lead, "contact": Contact}
FORMS = {  # column: (how it is written, what is wrong with it)
    "phone": (identifiers.plain_phone, identifiers.phone_complaint),
    "email": (identifiers.folded, identifiers.email_complaint),
    "credit_code": (identifiers.plain_code, identifiers.code_complaint),
}
STEPS = (("records", "customer"), ("records", "lead"), ("records", "contact"), ("doubles", "customer"), ("doubles", "lead"))


# ---- the run ---------------------------------------------------------------------------------------------------------


def start(by, needs, at=None):
    """Begin a look through the base; one at a time."""
    with transaction():
        if running():
            raise Refused(_("A check of all records is under way already."))
        forget_old_runs()
        total = sum(open_rows(TABLES[what]).count() for _kind, what in STEPS)
        run = CleansingRun.create(by=by, needs=[need for need in CleansingRun.NEEDS if need in needs], total=total, started_at=at or now())
        events.record("cleansingrun.started", run, by, at=at, needs=", ".join(run.needs))
    return run


def forget_old_runs():
    """What the last five found is kept."""
    kept = CleansingRun.select(CleansingRun.id).order_by(CleansingRun.id.desc()).limit(KEPT_RUNS - 1)
    old = [run.id for run in CleansingRun.select(CleansingRun.id) if run.id not in {run.id for run in kept}]
    CleansingFinding.delete().where(CleansingFinding.run.in_(old)).execute()
    CleansingRun.delete().where(CleansingRun.id.in_(old)).execute()


def running():
    return CleansingRun.select().where(CleansingRun.status == CleansingRun.RUNNING).first()


def look(run_id, batch=BATCH, pause=PAUSE, at=None):
    """Go on where the run stands, to its end; called again after a restart it neither skips nor repeats."""
    while True:
        run = CleansingRun.get_or_none(CleansingRun.id == run_id, CleansingRun.status == CleansingRun.RUNNING)
        if run is None or run.step < len(STEPS) and not go_on(run, batch):
            return
        if run.step == len(STEPS):
            finish(run, at or now())
        sleep(pause)


def go_on(run, batch):
    """One batch and how far it came, together or not at all; False when another process was here first."""
    kind, what = STEPS[run.step]
    found, last, number = (records_of if kind == "records" else doubles_of)(run, what, batch)
    place = {"after_id": last, "looked": run.looked + number} if last else {"after_id": 0, "step": run.step + 1}
    with transaction():
        here = (CleansingRun.id == run.id, CleansingRun.step == run.step, CleansingRun.after_id == run.after_id)
        if not CleansingRun.update(**place).where(*here).execute():
            return False
        keep(run, found)
    return True


def keep(run, found):
    """New is what the run before had not found; of the first run nothing is."""
    before = previous(run)
    keys = [row["key"] for row in found]
    known = set(keys)
    if before:
        rows = CleansingFinding.select(CleansingFinding.key).where(CleansingFinding.run == before.id, CleansingFinding.key.in_(keys))
        known = {key for (key,) in rows.tuples()}
    same = {"run": run.id, "settled_at": None}
    bulk.insert(CleansingFinding, [row | same | {"is_new": row["key"] not in known} for row in found])


def previous(run):
    return CleansingRun.select().where(CleansingRun.id < run.id, CleansingRun.status == CleansingRun.DONE).order_by(CleansingRun.id.desc()).first()


def finish(run, at):
    before, again = previous(run), CleansingFinding.alias()
    gone = 0
    if before:
        still = again.select(again.key).where(again.run == run.id)
        gone = CleansingFinding.select().where(CleansingFinding.run == before.id, CleansingFinding.key.not_in(still)).count()
    with transaction():
        CleansingRun.update(status=CleansingRun.DONE, finished_at=at, gone=gone).where(CleansingRun.id == run.id).execute()
        events.record("cleansingrun.finished", run, by=run.by, at=at, found=run.findings.count(), gone=gone)


worker = Worker("cleansing", look)
enqueue, wait = worker.enqueue, worker.wait


def resume():
    """Go on with what a stopped process left in the middle; call it once, when the server starts."""
    if run := running():
        enqueue(run.id)


# ---- what is looked for ----------------------------------------------------------------------------------------------


def open_rows(table):
    """What one works with: no closed lead, nothing that is a part of another record."""
    if table is Lead:
        return Lead.select().where(Lead.status.in_(Lead.OPEN))
    return table.select().where(table.merged_into.is_null()) if table is Customer else table.select()


def records_of(run, what, batch):
    """(findings, the last id, how many were looked at) of the next records: bad forms and gaps."""
    table = TABLES[what]
    rows = list(open_rows(table).where(table.id > run.after_id).order_by(table.id).limit(batch))
    with_contact = people_at(rows) if what == "customer" else set()
    found = [finding for row in rows for finding in (*bad_forms(row), *gaps(row, run.needs, with_contact))]
    return found, rows[-1].id if rows else None, len(rows)


def people_at(rows):
    """Ids of the customers at which we know somebody."""
    ids = [row.id for row in rows]
    return {id for (id,) in Contact.select(Contact.customer).where(Contact.customer.in_(ids)).distinct().tuples()}


def bad_forms(row):
    for name, (written, complaint) in FORMS.items():
        value = getattr(row, name, "")
        if not value:
            continue
        tidy = written(value)
        wrong = complaint(tidy)
        if wrong or tidy != value:
            yield finding(CleansingFinding.FORMAT, row, [name], value=value, suggestion="" if wrong else tidy)


def gaps(row, needs, with_contact):
    """One finding for all that a record lacks."""
    told = {
        "reach": any(getattr(row, name, "") for name in ("phone", "email", "wechat")) or row.id in with_contact and row.kind() == "customer",
        "contact": row.id in with_contact if row.kind() == "customer" else bool(getattr(row, "contact_name", "-")),
        "city": bool(getattr(row, "city", "-")),
        "industry": bool(getattr(row, "industry", "-")),
    }
    if lacking := [need for need in needs if not told[need]]:
        yield finding(CleansingFinding.MISSING, row, lacking)


def finding(sort, row, fields, other_id=None, **columns):
    holder = ("customer", row.customer_id) if row.kind() == "contact" else (row.kind(), row.id)
    key = key_of(sort, row.kind(), row.id, other_id or ",".join(fields), columns.get("value", ""))
    return {
        "sort": sort, "record_kind": row.kind(), "record_id": row.id, "holder_kind": holder[0], "holder_id": holder[1],
        "other_id": other_id, "fields": fields, "value": "", "suggestion": "", "key": key,
    } | columns


def key_of(sort, *facts):
    return ":".join(map(str, (sort, *filter(None, facts))))


def doubles_of(run, what, batch):
    """Each with the oldest of its group, but for those that somebody told apart."""
    groups, last = duplicates.groups(what, run.after_id, batch)
    table = TABLES[what]
    pairs = [(group[0], other) for group in groups for other in group[1:]]
    apart = told_apart(what, [one for one, _other in pairs])
    found = [finding(CleansingFinding.DUPLICATE, table(id=one), [], other) for one, other in pairs if (one, other) not in apart]
    return found, last, batch if last else 0


# ---- two that are not the same company -------------------------------------------------------------------------------


def told_apart(what, ids):
    """The pairs (smaller id, larger id) among these that somebody judged to be two companies."""
    rows = Apart.select(Apart.one_id, Apart.other_id).where(Apart.record_kind == what, Apart.one_id.in_(ids) | Apart.other_id.in_(ids))
    return set(rows.tuples()) if ids else set()


def tell_apart(record, other, by, at=None):
    """They look alike and are two companies: no run and no warning says so again."""
    one, two = sorted((record.id, other.id))
    with transaction():
        made = Apart.insert(record_kind=record.kind(), one_id=one, other_id=two, by=by, at=at or now()).on_conflict_ignore().execute()
        if made:
            events.record(f"{record.kind()}.told_apart", record, by, at=at, name=other.name, other_id=other.id)
        settle_both(record, other, at)


def tell_alike(record, other, by, at=None):
    """The inverse: they may be one company after all."""
    one, two = sorted((record.id, other.id))
    with transaction():
        judged = (Apart.record_kind == record.kind()) & (Apart.one_id == one) & (Apart.other_id == two)
        if not Apart.delete().where(judged).execute():
            raise Refused(_("Nobody has told these two apart."))
        events.record(f"{record.kind()}.told_alike", record, by, at=at, name=other.name, other_id=other.id)
        CleansingFinding.update(settled_at=None).where(found_by(record.kind(), one, two)).execute()


def settle_both(record, other, at):
    """The two are one by now."""
    settle(found_by(record.kind(), record.id, other.id), at)


def open_both(record, other, at):
    """They are two again: what was settled at that moment, when they became one, is not."""
    CleansingFinding.update(settled_at=None).where(
        found_by(record.kind(), record.id, other.id), CleansingFinding.settled_at == at
    ).execute()


def found_by(what, *ids):
    """The WHERE of a duplicate in every run; the runs are named because the index begins with them."""
    one, two = sorted(ids)
    key = key_of(CleansingFinding.DUPLICATE, what, one, two)
    return CleansingFinding.run.in_(CleansingRun.select(CleansingRun.id)) & (CleansingFinding.key == key)


def settle(condition, at=None):
    CleansingFinding.update(settled_at=at or now()).where(condition, CleansingFinding.settled_at.is_null()).execute()


# ---- what can be put right at once -----------------------------------------------------------------------------------


def fix(found, record, by, at=None):
    """Write the value as it is written, while it still stands there as it was found."""
    name = found.fields[0]
    if not found.suggestion or getattr(record, name) != found.value:
        raise Refused(_("This value was changed meanwhile."))
    edit = {"lead": leads.edit, "customer": customers.edit, "contact": customers.edit_contact}[found.record_kind]
    with transaction():
        edit(record, by, at=at, **{name: found.suggestion})
        settle(CleansingFinding.id == found.id, at)
