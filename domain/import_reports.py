"""What an import reports: its problems by row and by rule, its failed rows as a workbook, and the template to fill in."""

from io import BytesIO
from itertools import groupby

import xlsxwriter
from peewee import fn

from domain import _, import_fields, import_words
from domain.import_rows import Problem
from models import ImportProblem

PLAIN_TEXT = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_767  # what a cell of a workbook can hold


def problems(job, refused, size=100):
    """The first problems in the order of the file."""
    found = ImportProblem.select().where(ImportProblem.job == job.id, ImportProblem.refused == refused)
    return found.order_by(ImportProblem.row_number, ImportProblem.id).limit(size)


def problems_by_rule(job):
    """[(a problem that stands for all of its kind, how many rows)], refusals and frequent ones first."""
    grouped = (
        ImportProblem.select(ImportProblem.refused, ImportProblem.column, ImportProblem.rule, fn.COUNT(ImportProblem.id))
        .where(ImportProblem.job == job.id)
        .group_by(ImportProblem.refused, ImportProblem.column, ImportProblem.rule)
        .tuples()
    )
    kinds = {}
    for refused, column, rule, number in grouped:
        kind = kinds.setdefault((refused, column, rule.partition(":")[0]), [set(), 0])
        kind[0].add(rule)
        kind[1] += number
    found = [(standing_for(*key, rules), number) for key, (rules, number) in kinds.items()]
    return sorted(found, key=lambda each: (not each[0].refused, -each[1]))


def standing_for(refused, column, name, rules):
    """Where the facts differ from row to row, … stands for them."""
    return Problem(refused, column, "", next(iter(rules)) if len(rules) == 1 else f"{name}:…")


# ---- workbooks -------------------------------------------------------------------------------------------------------


def failed_rows(job):
    """The refused rows as they stood in the file, each with its row number there and its reasons; xlsx bytes."""
    refused = ImportProblem.select().where(ImportProblem.job == job.id, ImportProblem.refused)
    in_order = refused.order_by(ImportProblem.row_number, ImportProblem.id).iterator()
    headers = [_("Row in the file"), _("Reason"), *job.layout["headers"]]
    return workbook(_("Failed rows"), headers, map(told, groupby(in_order, key=lambda problem: problem.row_number)))


def told(group):
    number, found = group
    found = list(found)
    return [str(number), " ".join(map(complaint, found)), *found[0].cells]


def complaint(problem):
    """手机「1381290567」：…"""
    reason = import_words.sentence(problem)
    if not problem.column:
        return reason
    return _("%(column)s “%(value)s”: %(reason)s", column=problem.column, value=problem.value, reason=reason)


def template(what):
    """A sheet with our columns in the reader's language, and a second one that says what goes into each; xlsx bytes."""
    fields = import_fields.fields_of(what)
    headers = [import_words.label(what, field.name) for field in fields]
    about = [
        [header, _("needed") if field.required else "", import_words.example(what, field.name)]
        for header, field in zip(headers, fields)
    ]
    return workbook(_("To fill in"), headers, [], also=(_("What goes where"), [_("Column"), "", _("Example")], about))


def workbook(name, headers, rows, also=None):
    """Every cell is written as text: what begins with = stays a text and never becomes a formula."""
    written = BytesIO()
    with xlsxwriter.Workbook(written, PLAIN_TEXT) as book:
        bold = book.add_format({"bold": True, "num_format": "@"})
        for title, head, body in ((name, headers, rows), *([also] if also else [])):
            fill(book.add_worksheet(title), head, body, bold)
    return written.getvalue()


def fill(sheet, headers, rows, bold):
    sheet.set_column(0, len(headers), 18)
    sheet.freeze_panes(1, 0)
    write_row(sheet, 0, headers, bold)
    for number, cells in enumerate(rows, 1):
        write_row(sheet, number, cells)


def write_row(sheet, number, cells, style=None):
    for place, text in enumerate(cells):
        sheet.write_string(number, place, text[:LONGEST_CELL], style)
