"""A result as records within records: what XML and JSON are written from."""

from collections.abc import Iterable, Sequence
from datetime import date

from coding.rules.formats.columns import FIELDS, Entry, Value
from coding.rules.formats.contents import Contents
from coding.rules.formats.table import value_of
from coding.rules.formats.template import Column, DateFormat, OutputTemplate, written
from portal.rules.plain_cells import clean

Plain = str | int | None | list[str | int]
Record = dict[str, Plain]


def name_of(column: Column) -> str:
    """The name of a value: its heading if the template gives one, else the key of its field."""
    return column.heading or column.key


def split(columns: Iterable[Column]) -> tuple[list[Column], list[Column]]:
    """Those of the encounter, and those of its procedure lines."""
    every = list(columns)
    return (
        [column for column in every if not FIELDS[column.key].of_line],
        [column for column in every if FIELDS[column.key].of_line],
    )


def records(contents: Contents, template: OutputTemplate) -> list[tuple[Record, list[Record] | None]]:
    """Of each encounter, or chart without one: its values, and those of its lines; None if lines have no columns."""
    of_encounter, of_line = split(template.columns)
    result = contents.result
    return [
        (
            record(of_encounter, Entry(result, row), template),
            [
                record(of_line, Entry(result, row, position, line), template)
                for position, line in enumerate(row.lines, start=1)
            ]
            if of_line
            else None,
        )
        for row in result.rows
    ]


def record(columns: Sequence[Column], entry: Entry, template: OutputTemplate) -> Record:
    return {name_of(column): as_plain(value_of(column, entry, template), template.date_format) for column in columns}


def as_plain(value: Value, form: DateFormat) -> Plain:
    """Text, a number, or a list of them; None where nothing is known."""
    if isinstance(value, date):
        return written(value, form)
    if isinstance(value, tuple):
        return [clean(one) if isinstance(one, str) else one for one in value]
    if isinstance(value, str):
        return clean(value) or None
    return value
