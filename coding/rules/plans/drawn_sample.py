"""A drawn sample in the layout that users of RAT-STATS know: first what it was drawn from, then the numbers in their
order with the order in which they were drawn, then the spares in the order in which they are used.

The numbers are ours (coding.rules.plans.draws) and not those of RAT-STATS' generator; they are the places of the frame.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xlsxwriter import Workbook

from coding.rules.formats.xlsx_file import ALWAYS, OPTIONS
from coding.rules.plans.draws import Drawn, Unit
from portal.rules.plain_cells import Cell, plain

HEADS = ("Order of selection", "Random number", "Visit", "Stratum")
FRAME_HEADS = ("Number", "Visit", "Stratum")


@dataclass(frozen=True)
class DrawnSample:
    """Everything that a file says; `audit` is the draw's own name."""

    audit: str
    title: str
    made_on: date
    period: tuple[date, date]
    seed: str
    frame_hash: str
    frame: Sequence[Unit]
    drawn: Sequence[Drawn]


def visit(number: int) -> str:
    """As pages write it."""
    return f"E-{number:05d}"


def about(sample: DrawnSample) -> list[tuple[str, Cell]]:
    """The facts of the draw, in the order in which they are written."""
    mains = [one for one in sample.drawn if not one.is_spare]
    return [
        ("Audit", sample.audit),
        ("Title", sample.title),
        ("Date", sample.made_on),
        ("Visits finished from", sample.period[0]),
        ("Visits finished until", sample.period[1]),
        ("Seed", sample.seed),
        ("Generator", "HMAC-SHA-256, Chartline's; see docs/verification-plans.md"),
        ("Sampling frame size", len(sample.frame)),
        ("Low number", 1),
        ("High number", len(sample.frame)),
        ("Sampling frame SHA-256", sample.frame_hash),
        ("Quantity, sequential order", len(mains)),
        ("Quantity, spares in random order", len(sample.drawn) - len(mains)),
    ]


def sequential(drawn: Iterable[Drawn]) -> list[tuple[Cell, ...]]:
    """The sample in the order of its numbers."""
    return [row_of(one) for one in sorted(drawn, key=lambda one: one.unit.place) if not one.is_spare]


def spares(drawn: Iterable[Drawn]) -> list[tuple[Cell, ...]]:
    """The spares, stratum by stratum in the order of their drawing."""
    return [row_of(one) for one in drawn if one.is_spare]


def row_of(one: Drawn) -> tuple[Cell, ...]:
    return (one.order, one.unit.place, visit(one.unit.number), one.unit.stratum)


def as_csv(sample: DrawnSample) -> bytes:
    """Facts, the numbers in sequence, the spares; an empty line between."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerows([name, plain(value)] for name, value in about(sample))
    for title, rows in (("Sequential order", sequential(sample.drawn)), ("Spares", spares(sample.drawn))):
        writer.writerow([])
        writer.writerow([title])
        writer.writerow(HEADS)
        writer.writerows([plain(cell) for cell in row] for row in rows)
    return sheet.getvalue().encode("utf-8-sig")


def frame_as_csv(sample: DrawnSample) -> bytes:
    """The whole frame, for whoever draws again."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(FRAME_HEADS)
    writer.writerows([unit.place, visit(unit.number), plain(unit.stratum)] for unit in sample.frame)
    return sheet.getvalue().encode("utf-8-sig")


def as_xlsx(sample: DrawnSample) -> bytes:
    """Sheets "About", "Sequential order", "Spares" and "Frame"; the same draw gives the same bytes."""
    target = io.BytesIO()
    with Workbook(target, {**OPTIONS, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": f"Sample {sample.audit}", "created": ALWAYS})
        add_sheet(book, "About", ("What", "Value"), about(sample))
        add_sheet(book, "Sequential order", HEADS, sequential(sample.drawn))
        add_sheet(book, "Spares", HEADS, spares(sample.drawn))
        frame = ((unit.place, visit(unit.number), unit.stratum) for unit in sample.frame)
        add_sheet(book, "Frame", FRAME_HEADS, frame)
    return target.getvalue()


def add_sheet(book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A sheet with a fixed head; numbers and dates are such, text is no formula."""
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1})
    for column, text in enumerate(heads):
        sheet.write_string(0, column, text, head)
        sheet.set_column(column, column, 24)
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
            elif isinstance(cell, int):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, plain(cell))
    sheet.freeze_panes(1, 0)
