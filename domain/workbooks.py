"""A workbook (xlsx, xls, ods) as plain rows, read in a process of its own that may neither grow nor linger.

Run as a program: `workbooks.py SOURCE TARGET` writes the first sheet that holds rows as UTF-8 CSV and prints what it found.
"""

import csv
import json
import resource
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

MEGABYTE = 1024 * 1024
LARGEST_UNPACKED = 300 * MEGABYTE
MEMORY = 1024 * MEGABYTE
SECONDS = 60
TOO_MUCH, TOO_MANY_ROWS, EMPTY, DAMAGED = FAULTS = ("too much", "too many rows", "empty", "damaged")
BEYOND_EXACT = 10**15  # a number this long has lost digits in the spreadsheet already


class Unusable(Exception):
    """Why a workbook cannot be read: one of FAULTS."""


def convert(source, target, most_rows):
    """Write the rows as CSV to `target`; returns {"sheet": name, "sheets": how many hold rows}."""
    if unpacked_size(source) > LARGEST_UNPACKED:
        raise Unusable(TOO_MUCH)
    command = [sys.executable, "-I", __file__, str(source), str(target), str(most_rows)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unusable(TOO_MUCH) from error
    if done.returncode:  # killed by the memory limit, or a panic of the reader
        raise Unusable(TOO_MUCH if done.returncode < 0 else DAMAGED)
    found = json.loads(done.stdout)
    if "fault" in found:
        raise Unusable(found["fault"])
    return found


def unpacked_size(path):
    """What the parts of a zipped workbook say they unpack to, in bytes; the size itself for one that is not zipped."""
    if path.open("rb").read(2) != b"PK":
        return path.stat().st_size
    try:
        with ZipFile(path) as archive:
            return sum(part.file_size for part in archive.infolist())
    except (BadZipFile, OSError, ValueError) as error:
        raise Unusable(DAMAGED) from error


# ---- in the process of its own ---------------------------------------------------------------------------------------


def main(source, target, most_rows):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.write(json.dumps(read(source, target, int(most_rows)), ensure_ascii=False))


def read(source, target, most_rows):
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(source)
        sheets = [sheet for sheet in map(workbook.get_sheet_by_name, workbook.sheet_names) if sheet.height]
    except MemoryError:
        return {"fault": TOO_MUCH}
    except (CalamineError, OSError, ValueError):
        return {"fault": DAMAGED}
    if not sheets:
        return {"fault": EMPTY}
    if not write(sheets[0].iter_rows(), target, most_rows):
        return {"fault": TOO_MANY_ROWS}
    return {"sheet": sheets[0].name, "sheets": len(sheets)}


def write(rows, target, most_rows):
    """Whether they were few enough. Blank rows keep their place, so that row numbers are those of the sheet."""
    filled = 0
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            cells = [spelled(cell) for cell in row]
            filled += any(cells)
            if filled > most_rows:
                return False
            writer.writerow(cells)
    return True


def spelled(cell):
    """A cell as one would type it: 13812345678 and not 13812345678.0, dates as ISO text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if abs(cell) >= BEYOND_EXACT:
            return f"{cell:.5E}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell).replace("\0", "")


if __name__ == "__main__":
    main(*sys.argv[1:])
