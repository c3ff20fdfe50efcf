"""A drawn sample in the layout that users of RAT-STATS know: first what it was drawn from, then the numbers in their
order with the order in which they were drawn, then the spares in the order in which they are used.

The numbers are ours (coding.rules.plans.draws) and not those of RAT-STATS' generator; they are the places of the frame.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xlsxwriter import Workbook

from coding.rules.formats.xlsx_file import ALWAYS, OPTIONS, fill
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
    with Workbook(target, OPTIONS) as book:
        book.set_properties({"title": f"Sample {sample.audit}", "created": ALWAYS})
        fill(book, "About", ("What", "Value"), about(sample), frozen=1)
        fill(book, "Sequential order", HEADS, sequential(sample.drawn), frozen=2)
        fill(book, "Spares", HEADS, spares(sample.drawn), frozen=2)
        frame = ((unit.place, visit(unit.number), unit.stratum) for unit in sample.frame)
        fill(book, "Frame", FRAME_HEADS, frame, frozen=1)
    return target.getvalue()
