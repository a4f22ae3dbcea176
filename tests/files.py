"""Files for the tests of the import: small ones made here, and the real ones, which a test skips where they are absent."""

import os
from io import BytesIO
from pathlib import Path
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter

REAL = Path(os.environ.get("HAITU_SHARED_DATA") or Path(__file__).resolve().parent.parent.parent / "shared" / "data")
SHEET = "xl/worksheets/sheet1.xml"


def real(name):
    """The path of a real file, or the test is skipped."""
    path = REAL / name
    return path if path.exists() else pytest.skip(f"{name} is not here (HAITU_SHARED_DATA)")


def csv(*lines, encoding="utf-8", end="\n"):
    return BytesIO((end.join(lines) + end).encode(encoding))


def xlsx(*sheets):
    """A workbook of {cell position: value} or lists of rows, as a stream."""
    written = BytesIO()
    with xlsxwriter.Workbook(written) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    is_date = hasattr(cell, "isoformat")
                    (sheet.write_datetime if is_date else sheet.write)(number, place, cell, *([dates] if is_date else []))
    written.seek(0)
    return written


def bomb(unpacked, told=None):
    """A zip with one sheet of `unpacked` zero bytes; `told` is the size it claims in its directory."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED, compresslevel=9) as archive, archive.open(SHEET, "w", force_zip64=True) as part:
        block = b" " * 1_000_000
        for _turn in range(unpacked // len(block)):
            part.write(block)
    return BytesIO(lying(written.getvalue(), told)) if told else BytesIO(written.getvalue())


def lying(content, told):
    """The same archive whose directory says another size."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + pack("<I", told) + content[at + 4:]
