"""The result as an Excel workbook with two sheets; the same result gives the same bytes."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from xlsxwriter import Workbook

from coding.rules.formats.result import (
    ENCOUNTER_COLUMNS,
    LINE_COLUMNS,
    BatchResult,
    encounter_cells,
    line_cells,
)
from portal.rules.plain_cells import Cell, plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDING = ".xlsx"
FIRST_YEAR = 1900  # Excel's calendar begins here; an earlier date is written as text
CELL_LIMIT = 32_767  # characters; Excel specifications and limits

# No time of writing in the file: what is delivered can be made again byte for byte.
ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (XlsxWriter wants a naive time)
WIDE = {"Practice": 26, "File name": 30, "Reason": 34, "Patient": 24, "Rendering provider": 24,
        "Referring provider": 24, "Payer": 22, "Account number": 16, "Member id": 16, "Verification": 24}  # fmt: skip
LINE_HEADS = ("Batch", "Encounter", "Chart", "Patient", "Service from", *LINE_COLUMNS)
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
           "default_date_format": "yyyy-mm-dd"}  # fmt: skip


def render(result: BatchResult) -> bytes:
    """Sheet "Encounters" has a row an encounter or unreadable chart, sheet "Lines" a row a procedure line."""
    target = io.BytesIO()
    with Workbook(target, OPTIONS) as book:
        book.set_properties({"title": f"Results {result.batch}", "created": ALWAYS})
        fill(book, "Encounters", ENCOUNTER_COLUMNS, (encounter_cells(result, row) for row in result.rows), frozen=4)
        lines = (
            (result.batch, row.encounter, row.chart, row.patient, row.service_from, *cells)
            for row in result.rows
            for cells in line_cells(row)
        )
        fill(book, "Lines", LINE_HEADS, lines, frozen=3)
    return target.getvalue()


def fill(book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, frozen: int) -> None:
    """A sheet with a fixed head, and text, numbers and dates each in their own kind of cell."""
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text, head)
        sheet.set_column(column, column, WIDE.get(text, 12))
    count = 0
    for count, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, date) and cell.year >= FIRST_YEAR:
                sheet.write_datetime(count, column, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
            elif isinstance(cell, int):
                sheet.write_number(count, column, cell)
            elif cell is not None and cell != "":
                # A string cell is no formula; the mark in front keeps it so when the sheet is saved as CSV.
                sheet.write_string(count, column, plain(cell)[:CELL_LIMIT])
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, count, len(heads) - 1)
