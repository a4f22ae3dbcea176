"""The kinds of records that are approved. Each has a module that says what the engine cannot know of it:

facts(record)                          what the conditions of its flow ask
ensure_complete(record, at)            refuse to submit what is not ready
begin(record, note, at)                from a draft to waiting, by one conditional UPDATE; {"status": the one before}
ensure_as_read(record), ensure_valid(record, at)    refuse to approve what changed or ran out meanwhile
approve(record, document, at), reject(record, at), reopen(record, at)     likewise conditional; (before, after)
told(record)                           facts for the audit row of a submission
label(record)                          what it is called in a sentence
"""

from importlib import import_module

MODULES = {"quote": "domain.approval_of_quotes"}


def kind_of(record):
    return import_module(MODULES[record.kind()])
