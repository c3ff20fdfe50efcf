"""A result as a table of text, in the columns of a template; what does not fit is named, never cut."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coding.rules.formats.columns import FIELDS, Entry, Field, Value, entries
from coding.rules.formats.contents import Contents
from coding.rules.formats.template import Column, DateFormat, Encoding, OutputTemplate, written
from portal.rules.plain_cells import clean, plain


@dataclass(frozen=True)
class Misfit:
    """Why a result cannot be written: the column, the first place, what is wrong. No word of a patient."""

    column: str
    where: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.column}, {self.where}: {self.wrong}"


class Unfit(Exception):
    """A result does not fit into the template; `misfits` says where, once a column."""

    def __init__(self, misfits: Iterable[Misfit]) -> None:
        self.misfits = tuple(misfits)
        super().__init__("; ".join(str(one) for one in self.misfits))


def heading(column: Column) -> str:
    return column.heading or FIELDS[column.key].heading


def has_lines(columns: Iterable[Column]) -> bool:
    """Whether the table has a row for each procedure line, or one for each encounter."""
    return any(FIELDS[column.key].of_line for column in columns)


def value_of(column: Column, entry: Entry, template: OutputTemplate) -> Value:
    return column.text if column.key == "text" else FIELDS[column.key].read(entry, template.dots)


def joined(value: Value, field: Field) -> str | int | None:
    """A value as one cell; dates are written by `text_of`."""
    if isinstance(value, tuple):
        return field.joiner.join(str(one) for one in value)
    return value  # type: ignore[return-value]


def text_of(value: Value, column: Column, form: DateFormat, *, guarded: bool) -> str:
    """A value as text; `guarded` against spreadsheets that would run it as a formula."""
    if hasattr(value, "isoformat"):
        return written(value, form)  # type: ignore[arg-type]
    cell = joined(value, FIELDS[column.key])
    if isinstance(cell, str):
        return plain(cell) if guarded else clean(cell)
    return "" if cell is None else str(cell)


def rows_of(contents: Contents, template: OutputTemplate, *, guarded: bool) -> Iterator[tuple[str, list[str]]]:
    """(where, cells as text) of each row."""
    for entry in entries(contents.result, by_line=has_lines(template.columns)):
        yield (
            entry.where,
            [
                text_of(value_of(column, entry, template), column, template.date_format, guarded=guarded)
                for column in template.columns
            ],
        )


def head_of(template: OutputTemplate) -> list[str]:
    return [heading(column) for column in template.columns]


def encoded(text: str, encoding: Encoding) -> bytes:
    """The text; what the encoding does not know was found by `not_in` before."""
    return text.encode(encoding.codec)


def not_in(text: str, encoding: Encoding) -> bool:
    """Whether the encoding has no sign for something in the text."""
    try:
        text.encode(encoding.codec)
    except UnicodeEncodeError:
        return True
    return False


def unknown_signs(heads: list[str], rows: Iterable[tuple[str, list[str]]], encoding: Encoding) -> Iterator[Misfit]:
    """Once a column: a value, or the heading, has a sign that the encoding does not know."""
    found: set[int] = set()
    for where, cells in [("the heading", heads), *rows]:
        if not not_in("".join(cells), encoding):
            continue
        for place, cell in enumerate(cells):
            if place not in found and not_in(cell, encoding):
                found.add(place)
                yield Misfit(heads[place], where, f"has a sign that {encoding.label} does not know")
