"""A company in which every text that somebody could have written is poison."""

from peewee import JSONField, TextField

import models
from domain import bulk, now
from domain.timeline import FIELDS, SENTENCES
from models import Event, Notice, db

WORD = '=1+1"><svg/onload=x7q>\' x7q="1" x{{7*7}}x${7*7}x#{7*7}x\r\nX-Taint: x7q'
ADDRESS = "javascript:x7q()"
SPECIAL = {"website": ADDRESS, "file_name": WORD.replace("\r\n", " ")}  # no file comes with a line break in its name

# Columns whose words the product itself writes: closed lists, paths, hashes, names of files of ours.
OUR_WORDS = {
    "company": {"time_zone", "logo_type"}, "department": {"path"}, "choice": {"field", "value"}, "counter": {"name"}, "lease": {"name"},
    "user": {"login", "password_hash", "role", "data_scope", "language", "theme"}, "session": {"token_hash"}, "loginfailure": {"login"},
    "notice": {"verb", "record_kind"}, "member": {"record_kind"}, "lead": {"status"}, "claim": {"how", "record_kind"},
    "pool": {"what", "mode"}, "poolscope": {"role"}, "stagechange": {"status"},
    "followup": {"record_kind", "method", "outcome"}, "task": {"record_kind", "method"}, "opportunity": {"status"},
    "quote": {"number", "status", "pdf_sha256", "language", "check_code"}, "approval": {"record_kind", "role", "status", "node", "mode", "passed"},
    "order": {"number", "status"}, "ticket": {"status", "kind_of_work", "priority"},
    "import": {"what", "status", "existing", "stored_as", "sha256", "encoding"},
    "role": {"key", "origin"}, "arrival": {"record_kind", "came_by"}, "assignmentrule": {"what", "method"}, "webform": {"token"},
    "webformpost": {"address"}, "presence": {"record_kind", "doing"}, "recyclerule": {"what", "state"}, "rehearsal": {"calendar"},
    "recyclewarning": {"reader_kind", "record_kind"}, "touch": {"record_kind", "what"}, "collision": {"record_kind", "status"},
    "collisionact": {"what"}, "share": {"record_kind"}, "complaintlink": {"token"}, "complaint": {"address"},
    "handover": {"status", "split"}, "handoveritem": {"what", "status"}, "review": {"status"}, "licence": {"type"},
    "product": {"tax_code"}, "quoteline": {"what", "tax_code"}, "orderline": {"tax_code"}, "tax": {"code"}, "flow": {"what"},
    "numberpattern": {"what", "dated", "resets"}, "flowapprover": {"node"}, "approvalcopy": {"record_kind"}, "delegation": {"what"},
    "quotelink": {"token_hash"}, "quotereply": {"what"}, "mail": {"key", "status"}, "duplicaterule": {"what"}, "matchkey": {"record_kind"},
    "productpicture": {"type"}, "documenttemplate": {"base", "colour", "logo_position", "language"},
    "allowance": {"role"}, "recordview": {"record_kind"}, "reveal": {"record_kind"}, "leakalert": {"what"},
    "export": {"what", "stored_as", "status", "sha256"},
    "importproblem": {"rule"}, "merge": {"record_kind"}, "apart": {"record_kind"},
    "cleansingrun": {"status"}, "cleansingfinding": {"sort", "record_kind", "holder_kind"}, "event": {"verb", "record_kind", "hash", "previous_hash"},
}


def spread(made):
    """Into every column, and a history of every verb on the records of a world."""
    for table in models.TABLES:
        if table is not Event:
            for field in texts_of(table):
                write(table, field)
    for notice in Notice.select():
        notice.facts = {name: WORD if isinstance(fact, str) else fact for name, fact in notice.facts.items()}
        notice.save()
    models.Import.update(layout={"headers": [WORD], "header": 1, "delimiter": ","}).execute()
    models.ImportProblem.update(cells=[WORD]).execute()
    bulk.insert(Event, list(history(made)))


def texts_of(table):
    free = [field for field in table._meta.sorted_fields if isinstance(field, TextField) and not isinstance(field, JSONField)]
    return [field for field in free if field.name not in OUR_WORDS.get(table.kind(), ())]


def write(table, field):
    """A unique column gets the row's id behind the poison, so that it still is one of a kind."""
    word = SPECIAL.get(field.name, WORD)
    column, name = field.column_name, table._meta.table_name
    number = " || id" if field.unique or len(table._meta.indexes) else ""
    db.execute_sql(f'UPDATE "{name}" SET "{column}" = {placeholder()}{number}', (word,))


def placeholder():
    return db.param


def history(made):
    """Every verb of the timeline with poison in every fact, on the first record of its kind."""
    for number, verb in enumerate([*SENTENCES, *(f"{kind}.edited" for kind in ("lead", "customer", "opportunity", "quote", "order"))]):
        kind = verb.split(".")[0]
        facts = dict.fromkeys((*FIELDS, "pool", "drop_reason", "lost_reason", "node", "comment", "file", "resolution", "stage"), WORD)
        facts |= {"amount": 1, "total": 1, "order_discount": 1, "next_at": now().isoformat(), "n": 1, "minutes": 1, "satisfaction": 1}
        facts |= {"order_discount_rate": 1}
        facts |= {"customer_name": WORD, "owner_name": WORD, "previous_stage": WORD, "number": WORD, "note": WORD, "what": WORD}
        facts |= {"valid_until": "2026-01-01", "expected_on": "2026-01-01", "registered_on": "2026-01-01"}
        yield {
            "at": now(), "verb": verb, "record_kind": kind, "record_id": made[kind]["mine"], "actor": 1, "before": facts, "after": facts,
            "detail": facts, "previous_hash": "", "hash": f"poison {number}", "customer_id": None,
        }
