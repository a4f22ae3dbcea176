"""What of a record somebody reads in clear, asked in one place by pages, fragments, exports and prints."""

import re

from models import mask_phone, mask_phones_in

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


class Sight:
    """How one person reads records: made once per request, so that a list asks the database no more than a page."""

    def __init__(self, viewer):
        self.viewer = viewer

    def reads(self, record):
        """Whether he reads how to reach it: not while it, or the customer it belongs to, lies in a pool."""
        behind = getattr(record, "customer", record)
        return behind.kind() != "lead" or behind.is_open_to(self.viewer)

    def text(self, record, name):
        """A column as he reads it; what is no text stays as it is."""
        value = getattr(record, name)
        if not isinstance(value, str) or self.reads(record):
            return value
        return MASKS[name](value) if name in MASKS else mask_text(value, getattr(record, "wechat", ""))
