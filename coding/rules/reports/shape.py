"""A report as plain data: facts on top, then tables, each with a sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

Cell = str | int | date | Decimal | None


class ReportKind(StrEnum):
    MONTH = "month"
    TURNAROUND = "turnaround"
    QUALITY = "quality"
    INVOICE = "invoice"

    @property
    def label(self) -> str:
        return {
            ReportKind.MONTH: "Practice month",
            ReportKind.TURNAROUND: "Turnaround",
            ReportKind.QUALITY: "Quality",
            ReportKind.INVOICE: "Invoice",
        }[self]

    @property
    def says(self) -> str:
        """What is in it, for who chooses."""
        return {
            ReportKind.MONTH: "Work received and sent back, promise kept, accuracy, queries, refused files.",
            ReportKind.TURNAROUND: "Every batch sent back in the month: promised, delivered, late by how much.",
            ReportKind.QUALITY: "Verified work of the month: accuracy three ways, what was found, what was disputed.",
            ReportKind.INVOICE: "What the contract charges for the month, a line for each visit.",
        }[self]


class Align(StrEnum):
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """A heading and how its cells stand; `width` in characters, for sheets and pages."""

    label: str
    align: Align = Align.TEXT
    width: int = 14


@dataclass(frozen=True)
class Table:
    """Rows under columns; `note` says what the table shows and how it was counted; `empty` stands if there is none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: tuple[Cell, ...] | None = None
    empty: str = "Nothing in this month."


@dataclass(frozen=True)
class Fact:
    """One figure with its words: "96.4 %", "188 of 195; 95 % interval 92.8 to 98.3 %"."""

    label: str
    value: str
    basis: str = ""


@dataclass(frozen=True)
class Report:
    """One practice's figures of one month. `made_on` is the day on which they were read."""

    kind: ReportKind
    practice: str
    first: date
    last: date
    made_on: date
    facts: tuple[Fact, ...] = ()
    tables: Sequence[Table] = ()
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.kind.label}, {self.first:%B %Y}"


def money(amount: Decimal) -> str:
    """US dollars with two decimals and separators: $1,234.50."""
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def words(cell: Cell) -> str:
    """A cell as people read it; an amount has two decimals."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
