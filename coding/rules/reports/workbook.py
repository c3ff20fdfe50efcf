"""A report as an Excel workbook: a sheet of facts, then one for each table. The same report gives the same bytes."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from coding.rules.reports.shape import Align, Cell, Report, Table
from portal.rules.plain_cells import clean

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDING = ".xlsx"
ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (XlsxWriter wants a naive time; none of writing is kept)
SHEET_NAME = 31  # characters; Excel specifications and limits
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def render(report: Report) -> bytes:
    """The workbook; amounts and counts are numbers, dates are dates."""
    target = io.BytesIO()
    with Workbook(target, OPTIONS) as book:
        book.set_properties({"title": report.title, "created": ALWAYS})
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "head_number": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "align": "right"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "amount": book.add_format({"num_format": "#,##0.00"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        front(book.add_worksheet("Summary"), report, looks)
        for table in report.tables:
            fill(book.add_worksheet(table.title[:SHEET_NAME]), table, looks)
    return target.getvalue()


def front(sheet: Worksheet, report: Report, looks: dict[str, Format]) -> None:
    """Title, period, facts with what they rest on, notes."""
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 20)
    sheet.set_column(2, 2, 60)
    sheet.write_string(0, 0, report.title, looks["title"])
    sheet.write_string(1, 0, clean(report.practice))
    sheet.write_string(2, 0, f"{report.first} to {report.last}, as known on {report.made_on}")
    for row, fact in enumerate(report.facts, start=4):
        for column, text in enumerate((fact.label, fact.value, fact.basis)):
            sheet.write_string(row, column, clean(text))
    for row, note in enumerate(report.notes, start=5 + len(report.facts)):
        sheet.merge_range(row, 0, row, 2, clean(note), looks["wrapped"])
        sheet.set_row(row, 30)


def fill(sheet: Worksheet, table: Table, looks: dict[str, Format]) -> None:
    """Head, rows, total; the head stays in sight."""
    for place, column in enumerate(table.columns):
        look = looks["head_number" if column.align is Align.NUMBER else "head"]
        sheet.write_string(0, place, column.label, look)
        sheet.set_column(place, place, column.width)
    rows = [*table.rows, *([table.total] if table.total else [])]
    for number, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells):
            write(sheet, number, place, cell, looks)
    sheet.freeze_panes(1, 0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def write(sheet: Worksheet, row: int, column: int, cell: Cell, looks: dict[str, Format]) -> None:
    """A cell by its kind."""
    if isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), looks["day"])  # noqa: DTZ001
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), looks["amount"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell, looks["count"])
    elif cell:
        sheet.write_string(row, column, clean(cell))
