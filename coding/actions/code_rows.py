"""Rows of official lists into their tables: fast in one go, or examined one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Field, Model, UniqueConstraint
from psycopg import sql

from coding.rules.layouts.shape import Record, Refused

AT_ONCE = 20_000  # rows per COPY: bounds the rows in memory, and the foreign keys PostgreSQL checks at its end

Columns = Mapping[str, tuple[str, ...]]  # of a Layout


def model_of(table: str) -> type[Model]:
    """The model that a layout names."""
    return apps.get_model("coding", table)


def field_of(model: type[Model], name: str) -> Field[Any, Any]:
    found = model._meta.get_field(name)
    assert isinstance(found, Field), f"{model.__name__}.{name} is no column"  # noqa: S101  (a layout's own mistake)
    return found


def copy_rows(edition: int, columns: Columns, records: Iterable[Record]) -> dict[str, int]:
    """COPY the records into the tables of their models; the number of rows per table."""
    copies = {table: copy_statement(table, names) for table, names in columns.items()}
    waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in columns}
    counts = dict.fromkeys(columns, 0)
    for table, values, _line in records:
        rows = waiting[table]
        rows.append(values)
        if len(rows) == AT_ONCE:
            counts[table] += copy_in(edition, copies[table], rows)
            rows.clear()
    for table, rows in waiting.items():
        counts[table] += copy_in(edition, copies[table], rows)
    return counts


def copy_statement(table: str, names: tuple[str, ...]) -> sql.Composed:
    model = model_of(table)
    columns = ["edition_id", *(str(field_of(model, name).column) for name in names)]
    identifiers = sql.Composed([sql.Identifier(column) for column in columns]).join(", ")
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), identifiers)


def copy_in(edition: int, statement: sql.Composed, rows: list[tuple[Any, ...]]) -> int:
    """One COPY; how many rows it wrote."""
    # COPY ends in psycopg's own hands; wrapped, its errors are Django's like all others.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for values in rows:
            copy.write_row((edition, *values))
    return len(rows)


def examined(columns: Columns, items: Iterable[Record | Refused]) -> Iterator[Record | Refused]:
    """The same items, but a record that its table cannot take becomes a refused row with the reason.

    Slow (Python looks at every value) and remembers every key: for files that the database has objected to.
    """
    examiners = {table: Examiner(model_of(table), names) for table, names in columns.items()}
    for item in items:
        if isinstance(item, Record) and (fault := examiners[item.table].fault(item)):
            yield Refused(item.line, fault)
        else:
            yield item


class Examiner:
    """Knows what the table of a model takes."""

    def __init__(self, model: type[Model], names: tuple[str, ...]) -> None:
        self.fields = [field_of(model, name) for name in names]
        self.keys = [
            [names.index(name) for name in constraint.fields if name in names]
            for constraint in model._meta.constraints
            if isinstance(constraint, UniqueConstraint) and "edition" in constraint.fields
        ]
        self.names = names
        self.seen: defaultdict[int, dict[tuple[Any, ...], int]] = defaultdict(dict)

    def fault(self, record: Record) -> str:
        """Why the table cannot take the record; empty if it can."""
        for column, value in zip(self.fields, record.values, strict=True):
            if reason := misfit(column, value):
                return f"{column.name}: {reason}"
        return self.repeats(record)

    def repeats(self, record: Record) -> str:
        for number, positions in enumerate(self.keys):
            key = tuple(record.values[position] for position in positions)
            seen = self.seen[number]
            if key in seen:
                what = ", ".join(f"{self.names[position]} {record.values[position]}" for position in positions)
                return f"repeats line {seen[key]} ({what})"
            seen[key] = record.line
        return ""


def misfit(column: Field[Any, Any], value: Any) -> str:
    """Why a column cannot hold the value; empty if it can."""
    if value is None:
        return "" if column.null else "missing"
    if isinstance(value, str) and "\0" in value:
        return "holds a NUL character"
    try:
        column.run_validators(column.to_python(value))
    except ValidationError as invalid:
        return " ".join(invalid.messages)
    known = dict(column.flatchoices)
    return f"unknown value {value}" if known and value not in known else ""
