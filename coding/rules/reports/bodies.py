"""A report as JSON, kept with its row, and back: amounts as strings with their decimals, days as ISO dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from coding.rules.reports.shape import Align, Cell, Column, Fact, Report, ReportKind, Table


def as_json(report: Report) -> dict[str, Any]:
    """What is kept."""
    return {
        "kind": report.kind.value,
        "practice": report.practice,
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "made_on": report.made_on.isoformat(),
        "facts": [[fact.label, fact.value, fact.basis] for fact in report.facts],
        "tables": [
            {
                "title": table.title,
                "columns": [[column.label, column.align.value, column.width] for column in table.columns],
                "rows": [[packed(cell) for cell in row] for row in table.rows],
                "note": table.note,
                "total": None if table.total is None else [packed(cell) for cell in table.total],
                "empty": table.empty,
            }
            for table in report.tables
        ],
        "notes": list(report.notes),
    }


def from_json(body: Mapping[str, Any]) -> Report:
    """The report that was kept."""
    return Report(
        kind=ReportKind(body["kind"]),
        practice=body["practice"],
        first=date.fromisoformat(body["first"]),
        last=date.fromisoformat(body["last"]),
        made_on=date.fromisoformat(body["made_on"]),
        facts=tuple(Fact(*words) for words in body["facts"]),
        tables=tuple(table_of(table) for table in body["tables"]),
        notes=tuple(body["notes"]),
    )


def table_of(table: Mapping[str, Any]) -> Table:
    return Table(
        title=table["title"],
        columns=tuple(Column(label, Align(align), width) for label, align, width in table["columns"]),
        rows=tuple(tuple(unpacked(cell) for cell in row) for row in table["rows"]),
        note=table["note"],
        total=None if table["total"] is None else tuple(unpacked(cell) for cell in table["total"]),
        empty=table["empty"],
    )


def packed(cell: Cell) -> Any:
    """Text and counts as they are; a day and an amount say what they are."""
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, Decimal):
        return {"amount": str(cell)}
    return cell


def unpacked(cell: Any) -> Cell:
    if isinstance(cell, dict):
        return date.fromisoformat(cell["day"]) if "day" in cell else Decimal(cell["amount"])
    return None if cell is None else cell if isinstance(cell, int) else str(cell)
