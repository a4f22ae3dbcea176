"""What of a record somebody reads in clear, asked in one place by pages, fragments, exports and prints."""

import re
from functools import cached_property

from domain import Refused, _, day_of, now
from models import Member, Pool, Pooled, Reveal, mask_phone, mask_phones_in

WRITTEN_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
WRITTEN_WECHAT = re.compile(r"((?:微信|wechat|weixin|vx|wx)(?:号|\s*id)?\s*(?:是|为|[:：])?\s*)([a-z][\w-]{4,})", re.IGNORECASE | re.ASCII)


def mask_email(email):
    """z***@example.com."""
    name, at, domain = (email or "").partition("@")
    return f"{name[:1]}***{at}{domain}" if email else ""


def mask_word(word):
    """Its first letter and nothing of its length."""
    return f"{word[:1]}***" if word else ""


def mask_text(text, *words):
    """What somebody wrote, without a way to reach anyone: numbers, addresses, WeChat names, and `words` wherever they stand."""
    for word in filter(None, words):
        text = text.replace(word, mask_word(word))
    text = WRITTEN_EMAIL.sub(lambda found: mask_email(found[0]), mask_phones_in(text))
    return WRITTEN_WECHAT.sub(lambda found: found[1] + mask_word(found[2]), text)


MASKS = {"phone": mask_phone, "email": mask_email, "wechat": mask_word}
HIDDEN = "***"  # that a pool hides what stands here


class Sight:
    """How one person reads records: made once per request, so that a list asks the database no more than a page does.

    What lies in a pool is masked, and what the pool hides is not shown at all, but to those who run the pool; what is
    somebody else's is masked where the role says so. Whoever had a record revealed reads it in clear for the day.
    """

    def __init__(self, viewer, at=None):
        self.viewer, self.at = viewer, at
        self.spoken_of = {}  # (kind, id): words(), since a timeline asks for them again and again

    @cached_property
    def pools(self):
        return {pool.id: pool for pool in Pool.select()}

    @cached_property
    def revealed(self):
        """{(kind, id)} of what he had shown today."""
        today = Reveal.select(Reveal.record_kind, Reveal.record_id).where(Reveal.user == self.viewer.id, Reveal.day == day_of(self.at or now()))
        return set(today.tuples())

    @property
    def reads_others(self):
        return self.viewer.may("contact.see_clear")

    @cached_property
    def shared(self):
        """{(kind, id)} of the records on whose team he is."""
        return set(Member.select(Member.record_kind, Member.record_id).where(Member.user == self.viewer.id).tuples())

    def reads(self, record, behind=None):
        """Whether he reads in clear how to reach it, or the customer behind it; on a ticket so does whoever was sent there."""
        behind = behind or behind_of(record)
        if not isinstance(behind, Pooled) or record.kind() == "ticket" and record.owner_id == self.viewer.id:
            return True
        if behind.in_pool:
            pool = self.pools[behind.pool_id]
            return pool.is_run_by(self.viewer) or pool.reveals and self.is_revealed(behind)
        return self.reads_others or self.is_his(record) or self.is_his(behind) or self.is_revealed(behind)

    def is_revealed(self, record):
        return (record.kind(), record.id) in self.revealed

    def is_his(self, record):
        return getattr(record, "owner_id", None) == self.viewer.id or (record.kind(), record.id) in self.shared

    def hides(self, record, name, behind=None):
        """Whether the pool in which it lies does not show this column at all."""
        return name in self.hidden_fields(behind or behind_of(record)) and not self.reads(record, behind)

    def hidden_fields(self, behind):
        return self.pools[behind.pool_id].hidden_fields if isinstance(behind, Pooled) and behind.in_pool else ()

    def text(self, record, name, behind=None):
        """A column as he reads it; what is no text stays as it is."""
        value = getattr(record, name)
        if not value or not isinstance(value, str) or self.reads(record, behind):
            return value
        if self.hides(record, COLUMNS_OF_CONTACTS.get((record.kind(), name), name), behind):
            return HIDDEN
        return MASKS[name](value) if name in MASKS else mask_text(value, *self.words(record, behind))

    def words(self, record, behind=None):
        """What is not to stand in a text about it either: its WeChat name, and what the pool hides."""
        behind = behind or behind_of(record)
        if (behind.kind(), behind.id) not in self.spoken_of:
            hidden, people = self.hidden_fields(behind), list(behind.contacts) if behind.kind() == "customer" else []
            own = [getattr(behind, name, "") for name in ("wechat", *hidden) if name != "phone"]
            theirs = [person.wechat for person in people] + [person.name for person in people if "contact_name" in hidden]
            self.spoken_of[behind.kind(), behind.id] = own + theirs
        return self.spoken_of[behind.kind(), behind.id]

    def said(self, record, text):
        """What somebody wrote about it."""
        return text if not text or self.reads(record) else mask_text(text, *self.words(record))

    def facts(self, record, facts):
        """The facts of an event without a way to reach the record, neither in its columns nor in a word somebody wrote."""
        if self.reads(record):
            return facts
        unseen = {*MASKS, *self.hidden_fields(behind_of(record))}
        return {name: self.said(record, fact) if isinstance(fact, str) else fact for name, fact in facts.items() if name not in unseen}


COLUMNS_OF_CONTACTS = {("contact", "name"): "contact_name"}


def behind_of(record):
    """The lead or customer that a record is, or belongs to."""
    return record if isinstance(record, Pooled) else getattr(record, "customer", record)


def ensure_reads(record, viewer):
    """Whatever cannot be masked, a form or a file as it was sent, is for those who read it in clear."""
    if not Sight(viewer).reads(record):
        raise Refused(_("This shows how to reach %(name)s. Have the number shown first.", name=behind_of(record).name))
