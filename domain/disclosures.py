"""Looking at records, and having a masked number shown (显示): each counted once per record and day, and limited."""

from domain import _, allowances, day_of, events, now, storage, transaction
from domain.masking import Sight
from models import RecordView, Reveal


def note_view(record, by, at=None):
    """Somebody opens the page of a lead or a customer. Of records in the pools only so many are opened in a day.

    It is the access log, so a GET writes it; nothing else does, and it says nothing about the record. `UsedUp` comes before
    the page is drawn.
    """
    at = at or now()
    from_pool = record.in_pool and not record.is_open_to(by)
    about = {"user": by.id, "day": day_of(at), "from_pool": from_pool, "record_kind": record.kind(), "record_id": record.id}
    if RecordView.select().where(*[getattr(RecordView, name) == value for name, value in about.items()]).exists():
        return
    if not from_pool or allowances.of(by).pool_views is None:
        with storage.in_passing():
            note(about, at)
        return
    with transaction():  # what is limited is not shown where it cannot be counted
        ensure_views_left(by, at)
        note(about, at)


def note(about, at):
    RecordView.insert(**about, at=at).on_conflict_ignore().execute()


def views_left(user, at=None):
    """How many more records of the pools this person may open today; None without a limit."""
    limit = allowances.of(user).pool_views
    return None if limit is None else max(limit - pool_views_on(user, day_of(at or now())), 0)


def pool_views_on(user, day):
    return RecordView.select().where(RecordView.user == user.id, RecordView.day == day, RecordView.from_pool).count()


def ensure_views_left(by, at):
    if views_left(by, at) == 0:
        limit = allowances.of(by).pool_views
        words = _("You have opened %(limit)s records of the pools today, as many as a day allows. Again from 00:00 tomorrow.", limit=limit)
        raise allowances.UsedUp(words, at, rule="pool_views", limit=limit)


# ---- reveal ----------------------------------------------------------------------------------------------------------


def reveal(record, by, at=None):
    """Show this person how to reach it, until the day ends. The second time on a day costs nothing and says nothing new."""
    at = at or now()
    with transaction():
        if Sight(by, at).reads(record):
            return
        ensure_reveals_left(by, at)
        Reveal.create(user=by, day=day_of(at), record_kind=record.kind(), record_id=record.id, at=at)
        events.record(f"{record.kind()}.revealed", record, by, at=at)


def reveals_left(user, at=None):
    """How many more numbers this person may have shown today; None without a limit."""
    limit = allowances.of(user).reveals
    if limit is None:
        return None
    return max(limit - Reveal.select().where(Reveal.user == user.id, Reveal.day == day_of(at or now())).count(), 0)


def ensure_reveals_left(by, at):
    if reveals_left(by, at) == 0:
        limit = allowances.of(by).reveals
        words = _("You have had %(limit)s numbers shown today, as many as a day allows. Again from 00:00 tomorrow.", limit=limit)
        raise allowances.UsedUp(words, at, rule="reveals", limit=limit)
