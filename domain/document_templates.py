"""Templates of the printed quote (报价单模板): several, one of them the default."""

from domain import Refused, _, edits, events, now, quotes, transaction
from models import DocumentTemplate, Quote

DARK_ENOUGH = 4.5  # contrast on white paper, as WCAG wants of text
BYTES = {"seal"}


def found():
    """The templates that a company starts with."""
    for number, standard in enumerate(DocumentTemplate.STANDARD):
        DocumentTemplate.create(is_default=not number, **standard)


def create(by, at=None, **columns):
    at = at or now()
    with unique_name(columns["name"]), transaction():
        template = DocumentTemplate.create(created_at=at, updated_at=at, **columns)
        events.record("documenttemplate.created", template, by, at=at, name=template.name)
    return template


def edit(template, by, at=None, **columns):
    """Write what really changes; quotes that were approved keep the document that they were approved with."""
    before, after = events.changes(template, **columns)
    if not after:
        return template
    at = at or now()
    with unique_name(after.get("name", template.name)), transaction():
        DocumentTemplate.update(updated_at=at, **after).where(DocumentTemplate.id == template.id).execute()
        told = {name for name in after if name not in BYTES}
        events.record(
            "documenttemplate.edited", template, by, {name: before[name] for name in told}, {name: after[name] for name in told}, at,
            pictures=sorted(BYTES & set(after)),
        )
    return DocumentTemplate.get_by_id(template.id)


def make_default(template, by, at=None):
    """From now on for every quote that asks for no other."""
    at = at or now()
    with transaction():
        if not DocumentTemplate.select().where(DocumentTemplate.id == template.id, DocumentTemplate.active).exists():
            raise Refused(_("This template is out of use."))
        DocumentTemplate.update(is_default=False).where(DocumentTemplate.is_default).execute()
        DocumentTemplate.update(is_default=True, updated_at=at).where(DocumentTemplate.id == template.id).execute()
        events.record("documenttemplate.made_default", template, by, at=at, name=template.name)


def remove(template, by, at=None):
    """Gone where no quote names it; otherwise out of use, so that an approved quote still says how it was printed."""
    at = at or now()
    with transaction():
        if DocumentTemplate.select().where(DocumentTemplate.id == template.id, DocumentTemplate.is_default).exists():
            raise Refused(_("Quotes are printed with this template. Make another one the default first."))
        events.record("documenttemplate.removed", template, by, at=at, name=template.name)
        if Quote.select().where(Quote.template == template.id).exists():
            DocumentTemplate.update(active=False, updated_at=at).where(DocumentTemplate.id == template.id).execute()
        else:
            DocumentTemplate.delete().where(DocumentTemplate.id == template.id).execute()


def unique_name(name):
    return edits.unique(_("There is a template called %(name)s already.", name=name), field="name")


def contrast_on_white(colour):
    """Of six hexadecimal digits, 1 to 21."""
    parts = [int(colour[place:place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


# ---- of one quote ----------------------------------------------------------------------------------------------------


def choose(quote, by, template, language, at=None):
    """The template (None: the default) and language ("": the template's) in which a quote that is not approved will be printed."""
    at = at or now()
    with transaction():
        stored = Quote.select(Quote.status, Quote.template, Quote.language).where(Quote.id == quote.id).get()
        quotes.ensure_editable(stored)
        if (stored.template_id, stored.language) != (template and template.id, language):
            Quote.update(template=template, language=language, updated_at=at).where(Quote.id == quote.id).execute()
            told = {"name": template.name if template else "", "language": language}
            events.record("quote.document_chosen", quote, by, at=at, **told)
