"""The workbook of an export: every text a text and never a formula, money and dates as such, one row in memory at a time."""

from xlsxwriter import Workbook

from domain import local
from domain.export_columns import DAY, MOMENT, MONEY, NUMBER, QUANTITY, RATE
from domain.import_reports import LONGEST_CELL, PLAIN_TEXT

WIDTHS = {MONEY: 14, DAY: 12, MOMENT: 17, NUMBER: 9, QUANTITY: 12, RATE: 9}
RUNS = "=+-@\t\r\n＝＋－＠"  # with these a text becomes a formula once somebody saves the sheet as CSV


def write(path, job, columns, rows):
    """Write the workbook to `path`; how many rows it holds."""
    number = 0
    with Workbook(path, PLAIN_TEXT) as book:
        book.set_properties({"title": job.title, "author": job.user.name, "comments": job.layout["mark"]})
        sheet, formats = book.add_worksheet(), formats_of(book)
        top = head(sheet, job, columns, formats)
        for number, cells in enumerate(rows, 1):
            for place, (column, value) in enumerate(zip(columns, cells)):
                put(sheet, top + number, place, column, value, formats)
    return number


def head(sheet, job, columns, formats):
    """The headers, and where it is marked the mark above them and on every printed page; the row of the headers."""
    mark = job.layout["mark"]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.form, 18))
    if mark:
        sheet.write_string(0, 0, mark, formats["mark"])
        sheet.set_footer(f"&L&8{mark.replace('&', '&&')}&R&8&P / &N")
    top = 1 if mark else 0
    for place, header in enumerate(job.layout["headers"]):
        sheet.write_string(top, place, header, formats["head"])
    sheet.freeze_panes(top + 1, 1)
    return top


def formats_of(book):
    return {
        "head": book.add_format({"bold": True, "num_format": "@"}), "mark": book.add_format({"italic": True, "font_color": "#767676"}),
        "text": book.add_format({"num_format": "@"}), "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
        MONEY: book.add_format({"num_format": "#,##0.00"}), DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), NUMBER: book.add_format({"num_format": "0"}),
        QUANTITY: book.add_format({"num_format": "General"}), RATE: book.add_format({"num_format": "0.0%"}),
    }


def put(sheet, row, place, column, value, formats):
    if value in (None, ""):
        return
    if column.form == MONEY:
        sheet.write_number(row, place, value / 100, formats[MONEY])
    elif column.form in (NUMBER, QUANTITY, RATE):
        sheet.write_number(row, place, value, formats[column.form])
    elif column.form in (DAY, MOMENT):
        sheet.write_datetime(row, place, local(value).replace(tzinfo=None) if column.form == MOMENT else value, formats[column.form])
    else:
        text = str(value)[:LONGEST_CELL]
        sheet.write_string(row, place, text, formats["quoted" if text.lstrip("\ufeff\xa0 ")[:1] in tuple(RUNS) else "text"])
