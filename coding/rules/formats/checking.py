"""Whether a template can be used: what is wrong with it, and where, before a result is written with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coding.rules.formats.columns import FIELDS
from coding.rules.formats.contents import Format
from coding.rules.formats.fixed_file import width_of
from coding.rules.formats.nested import name_of, split
from coding.rules.formats.table import heading
from coding.rules.formats.template import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    WIDEST,
    Column,
    NamePart,
    OutputTemplate,
    Setting,
)

JOINERS = ("-", "_", ".")
XML_NAME = re.compile(
    r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9._-]*"
)  # of XML 1.0, section 2.3, the part that every reader takes
XML_ENDING = ".xml"
FIRST_PRINTABLE = " "
IN_TABLES = frozenset({Setting.SEPARATOR, Setting.WIDTHS, Setting.ONE_SHEET})


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template: in which column (from 0), or in which of its settings; as a sentence."""

    text: str
    column: int | None = None
    setting: str = ""


def faults(template: OutputTemplate, form: Format) -> list[Fault]:
    """Everything that is wrong with a template of the format; empty if it can be used."""
    found = [*name_faults(template)]
    if Setting.COLUMNS in form.COMPOSES:
        found += column_faults(template, form)
    return found


def name_faults(template: OutputTemplate) -> Iterator[Fault]:
    parts = template.file_name
    if len(set(parts)) != len(parts):
        yield Fault("A part stands twice in the file name.", setting="file_name")
    for needed in (NamePart.BATCH, NamePart.VERSION):
        if needed not in parts:
            why = "Without it two deliveries could have the same name."
            yield Fault(f"The file name needs the part “{needed.label}”. {why}", setting="file_name")
    if template.name_joiner not in JOINERS:
        yield Fault("Choose -, _ or . between the parts of the file name.", setting="name_joiner")


def column_faults(template: OutputTemplate, form: Format) -> Iterator[Fault]:
    columns = template.columns
    if not columns:
        yield Fault("Choose at least one column.", setting="columns")
    if len(columns) > MOST_COLUMNS:
        yield Fault(f"Choose at most {MOST_COLUMNS} columns.", setting="columns")
    for place, column in enumerate(columns):
        if column.key not in FIELDS:
            yield Fault(f"There is no column “{column.key}”.", column=place)
            continue
        yield from text_faults(column, place)
        if Setting.WIDTHS in form.COMPOSES:
            yield from width_faults(template, column, place)
        if form.ENDING == XML_ENDING and not XML_NAME.fullmatch(name_of(column)):
            says = "begins with a letter and has letters, digits, - _ and . only"
            yield Fault(f"“{name_of(column)}” is no name of an XML element: one {says}.", column=place)
    known = tuple(column for column in columns if column.key in FIELDS)
    yield from doubles(known, columns, nested=not form.COMPOSES & IN_TABLES)


def text_faults(column: Column, place: int) -> Iterator[Fault]:
    for what, text in (("A heading", column.heading), ("A text", column.text)):
        if len(text) > LONGEST_TEXT:
            yield Fault(f"{what} has at most {LONGEST_TEXT} characters.", column=place)
        if any(sign < FIRST_PRINTABLE for sign in text):
            yield Fault(f"{what} has no line breaks or tabs.", column=place)


def width_faults(template: OutputTemplate, column: Column, place: int) -> Iterator[Fault]:
    if not 0 <= column.width <= WIDEST:
        yield Fault(f"{heading(column)}: a width is from 1 to {WIDEST} characters.", column=place)
    elif template.header_row and len(heading(column)) > width_of(column):
        needed = len(heading(column))
        yield Fault(f"The heading “{heading(column)}” needs {needed} characters; the column has {width_of(column)}.",
                    column=place)  # fmt: skip


def doubles(known: tuple[Column, ...], columns: tuple[Column, ...], *, nested: bool) -> Iterator[Fault]:
    """Two columns of one heading; in nested files two values of one name, or one that is called as its lines are."""
    for group in split(known) if nested else [list(known)]:
        seen = {"lines"} if nested else set()
        for column in group:
            name = name_of(column) if nested else heading(column)
            if name.casefold() in seen:
                yield Fault(f"Two columns are called “{name}”.", column=columns.index(column))
            seen.add(name.casefold())
