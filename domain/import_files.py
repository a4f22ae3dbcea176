"""A file as it was found: stored under a random name, recognised by its content, read row by row."""

import csv
import hashlib
import re
import secrets
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from domain import _, workbooks

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
MOST_ROWS = 200_000
MOST_COLUMNS = 200
LONGEST_HEADER = 200
DELIMITERS = (",", ";", "\t")
TEXT_ENCODINGS = ("utf-8-sig", "gb18030", "big5", "utf-16", "cp1252")  # what a person may switch to
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # xls
HEADER_AMONG = 10  # a title or a remark may stand above the header row

CHINESE_GAP = re.compile(r"(?<=[\u2e80-\u9fff]) +(?=[\u2e80-\u9fff])")
EXCEL_TEXT = re.compile(r'="(.*)"')  # ="0013": how an export keeps Excel from making a number of it


class Unreadable(Exception):
    """A file that cannot be imported; the message is a sentence for the person who brought it."""


@dataclass
class Taken:
    """A file that is in the house: how it is stored and how it is read."""

    stored_as: str
    sha256: str
    encoding: str = ""
    layout: dict = field(default_factory=dict)
    total: int = 0


def take_in(stream, folder, recognised):
    """Store what `stream` holds and find out how to read it. `recognised(headers)` counts the headers it knows."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / secrets.token_hex(16)
    try:
        taken = Taken(path.name, copied(stream, path))
        path.chmod(0o600)
        kind = kind_of(path)
        if kind == "text":
            taken.encoding = encoding_of(path)
        else:
            taken.encoding, taken.layout = kind, unpacked(path)
        survey(taken, path, recognised)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return taken


def copied(stream, path):
    """Write the stream to `path`; its SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := stream.read(MEGABYTE):
            size += len(chunk)
            if size > LARGEST:
                raise Unreadable(_("This file is too large: 50 MB at the most."))
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise Unreadable(_("This file is empty."))
    return digest.hexdigest()


def kind_of(path):
    """xlsx, xls, ods or text, by what the file begins with; its name says nothing."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return "ods" if b"opendocument.spreadsheet" in start else "xlsx"
    if start.startswith(OLE):
        return "xls"
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("This is neither a table as text (CSV) nor a workbook (xlsx, xls, ods)."))
    return "text"


def unpacked(path):
    """Replace a workbook by its rows as text; what sheet they came from."""
    source = path.rename(path.with_suffix(".book"))
    try:
        return workbooks.convert(source, path, MOST_ROWS + HEADER_AMONG)
    except workbooks.Unusable as error:
        raise Unreadable(workbook_fault(str(error))) from error
    finally:
        source.unlink()


def workbook_fault(fault):
    return {
        workbooks.TOO_MUCH: _("This workbook unpacks to more than can be read. Save the sheet as CSV and bring that."),
        workbooks.TOO_MANY_ROWS: too_many_rows(),
        workbooks.EMPTY: _("No sheet of this workbook holds rows."),
        workbooks.DAMAGED: _("This workbook is damaged or protected by a password. Save it anew, then try again."),
    }[fault]


def too_many_rows():
    return _("This file has more than 200,000 rows. Split it into parts.")


# ---- text ------------------------------------------------------------------------------------------------------------


def encoding_of(path):
    """The byte order mark, else UTF-8 and GB18030, both strictly."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ("utf-16",)
    else:
        tried = ("utf-8-sig",) if start.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030")
    for encoding in tried:
        if decodes(path, encoding):
            return encoding
    raise Unreadable(_("The characters of this file are neither UTF-8 nor GB18030. Save it as CSV UTF-8, then try again."))


def decodes(path, encoding):
    """Whether it is text in this encoding, from the first character to the last; a NUL is none."""
    try:
        with path.open(encoding=encoding, errors="strict", newline="") as file:
            return not any("\0" in text for text in iter(partial(file.read, MEGABYTE), ""))
    except UnicodeError:
        return False


def read_as(taken, folder, encoding, recognised):
    """Read a stored text once more in an encoding that a person chose."""
    path = Path(folder) / taken.stored_as
    if not decodes(path, encoding):
        raise Unreadable(_("This file is not written in that encoding."))
    taken.encoding, taken.layout = encoding, {}
    survey(taken, path, recognised)
    return taken


def survey(taken, path, recognised):
    """Find delimiter and header row, count the rows, hold the limits. Fills `taken.layout` and `taken.total`."""
    layout = taken.layout
    layout["delimiter"] = "," if is_book(taken.encoding) else delimiter_of(path, taken.encoding)
    start = list(islice(numbered(path, taken.encoding, layout["delimiter"]), HEADER_AMONG))
    if not start:
        raise Unreadable(_("This file is empty."))
    layout["header_row"], headers = max(start, key=lambda found: (recognised(cleaned(found[1])), -found[0]))
    layout["headers"] = cleaned(headers)
    if len(layout["headers"]) > MOST_COLUMNS:
        raise Unreadable(_("This file has more than 200 columns."))
    taken.total = sum(1 for row in records(path, taken.encoding, layout))
    if taken.total > MOST_ROWS:
        raise Unreadable(too_many_rows())
    if not taken.total:
        raise Unreadable(_("Below its header row this file has no rows."))


def is_book(encoding):
    return encoding in ("xlsx", "xls", "ods")


def delimiter_of(path, encoding):
    """The one that cuts most of the first rows into the same, largest number of cells."""
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(64 * 1024).splitlines(keepends=True)

    def evenness(delimiter):
        rows = islice(csv.reader(sample[:40], delimiter=delimiter), 20)
        width, rows_of_it = Counter(len(row) for row in rows if row).most_common(1)[0]
        return width * rows_of_it if width > 1 else 0

    return max(DELIMITERS, key=evenness) if any(line.strip() for line in sample[:40]) else ","


def numbered(path, encoding, delimiter):
    """(row number, cells) of every row that is not blank; the numbers are those a spreadsheet shows."""
    number = 0
    with path.open(encoding="utf-8" if is_book(encoding) else encoding, newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file, delimiter=delimiter), 1):
                cells = [bare(cell) for cell in cells]
                if any(cells):
                    yield number, cells
        except csv.Error as error:
            raise Unreadable(_("In row %(n)s a quotation mark is opened and never closed.", n=number + 1)) from error


def bare(cell):
    """Without blanks around it, and without the signs that only keep Excel from making a number of it."""
    cell = cell.strip().removeprefix("\ufeff")
    if cell.startswith('="') and (text := EXCEL_TEXT.fullmatch(cell)):
        return text[1]
    return cell[1:] if cell.startswith("'") and cell[1:2].isdigit() else cell


def cleaned(headers):
    """Headers without inner gaps (地      区), cut where nobody reads on, and without the empty ones at the end."""
    texts = [CHINESE_GAP.sub("", " ".join(header[:LONGEST_HEADER].split())) for header in headers]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def records(path, encoding, layout):
    """(row number, cells) of the rows below the header."""
    for number, cells in numbered(path, encoding, layout["delimiter"]):
        if number > layout["header_row"]:
            yield number, cells
