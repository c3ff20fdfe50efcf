"""The result as an Excel workbook with two sheets, or one; the same result gives the same bytes."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xlsxwriter import Workbook

from coding.rules.formats.columns import FIELDS, TABLE, entries
from coding.rules.formats.contents import Contents
from coding.rules.formats.nested import split
from coding.rules.formats.table import Misfit, Unfit, has_lines, heading, joined, text_of, value_of
from coding.rules.formats.template import Column, OutputTemplate, Setting
from portal.rules.plain_cells import plain

LABEL = "Excel workbook (XLSX)"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDING = ".xlsx"
NEEDS_EVIDENCE = False
COMPOSES = frozenset({Setting.COLUMNS, Setting.HEADINGS, Setting.DATES, Setting.DOTS, Setting.ONE_SHEET})
TEMPLATE = OutputTemplate().with_columns(*TABLE)

FIRST_YEAR = 1900  # Excel's calendar begins here; an earlier date is written as text
CELL_LIMIT = 32_767  # characters; Excel specifications and limits
# No time of writing in the file: what is delivered can be made again byte for byte.
ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001  (XlsxWriter wants a naive time)
WIDE = {"practice": 26, "file_name": 30, "reason": 34, "patient": 24, "rendering_provider": 24,
        "referring_provider": 24, "payer": 22, "account_number": 16, "member_id": 16, "verification": 24}  # fmt: skip
NAMED_BY = ("batch", "encounter", "chart", "patient", "service_from")  # the first columns of the sheet of lines
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cells = tuple[str, list[str | int | date | None]]


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """Sheet "Encounters" has a row an encounter or unreadable chart, sheet "Lines" a row a procedure line.

    As one sheet, "Results" is the table that CSV has. Unfit.
    """
    target = io.BytesIO()
    options = {**OPTIONS, "default_date_format": template.date_format.in_excel}
    with Workbook(target, options) as book:
        book.set_properties({"title": f"Results {contents.result.batch}", "created": ALWAYS})
        for sheet in sheets(contents, template):
            fill(book, sheet)
    return target.getvalue()


@dataclass(frozen=True)
class Sheet:
    """One sheet: its columns, (where, cells) of each row, and how many columns stay in sight."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Cells]
    frozen: int


def sheets(contents: Contents, template: OutputTemplate) -> Iterator[Sheet]:
    """The sheets of a workbook in their order."""
    if template.one_sheet:
        columns = template.columns
        rows = cells_of(columns, contents, template, by_line=has_lines(columns))
        yield Sheet("Results", columns, rows, frozen=min(4, len(columns)))
        return
    of_encounter, of_line = split(template.columns)
    rows = cells_of(of_encounter, contents, template, by_line=False)
    yield Sheet("Encounters", of_encounter, rows, frozen=min(4, len(of_encounter)))
    if of_line:
        by_key = {column.key: column for column in of_encounter}
        columns = (*(by_key[key] for key in NAMED_BY if key in by_key), *of_line)
        rows = cells_of(columns, contents, template, by_line=True)
        yield Sheet("Lines", columns, rows, frozen=min(3, len(columns) - len(of_line)))


def cells_of(
    columns: Sequence[Column], contents: Contents, template: OutputTemplate, *, by_line: bool
) -> Iterator[Cells]:
    """(where, cells) of each row; text is safe in a spreadsheet, an early date is text."""
    two_sheets = not template.one_sheet
    for entry in entries(contents.result, by_line=by_line):
        if by_line and two_sheets and entry.line is None:
            continue
        cells: list[str | int | date | None] = []
        for column in columns:
            value = value_of(column, entry, template)
            if isinstance(value, date) and value.year < FIRST_YEAR:
                cells.append(text_of(value, column, template.date_format, guarded=True))
            elif isinstance(value, date):
                cells.append(value)
            else:
                cell = joined(value, FIELDS[column.key])
                # A string cell is no formula; the mark in front keeps it so when the sheet is saved as CSV.
                cells.append(plain(cell) if isinstance(cell, str) else cell)
        yield entry.where, cells


def fill(book: Workbook, sheet: Sheet) -> None:
    """A sheet with a fixed head, and text, numbers and dates each in their own kind of cell."""
    page = book.add_worksheet(sheet.name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, heading(column), head)
        page.set_column(place, place, WIDE.get(column.key, 12))
    count = 0
    for count, (where, cells) in enumerate(sheet.rows, start=1):
        for place, cell in enumerate(cells):
            if isinstance(cell, date):
                page.write_datetime(count, place, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
            elif isinstance(cell, int):
                page.write_number(count, place, cell)
            elif cell:
                if len(cell) > CELL_LIMIT:
                    wrong = f"has {len(cell)} characters, and a cell of Excel holds {CELL_LIMIT}"
                    raise Unfit([Misfit(heading(sheet.columns[place]), where, wrong)])
                page.write_string(count, place, cell)
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, count, max(0, len(sheet.columns) - 1))
