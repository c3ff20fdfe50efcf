"""The result as text of fixed width: each value stands at the same place of every line."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coding.rules.formats.columns import FIELDS, FIXED
from coding.rules.formats.contents import Contents
from coding.rules.formats.table import Misfit, Unfit, encoded, head_of, rows_of, unknown_signs
from coding.rules.formats.template import Align, Column, Encoding, NamePart, OutputTemplate, Setting

LABEL = "Text of fixed width (TXT)"
MEDIA_TYPE = "text/plain; charset=utf-8"
ENDING = ".txt"
NEEDS_EVIDENCE = False
COMPOSES = frozenset(Setting) - {Setting.SEPARATOR, Setting.QUOTING, Setting.ONE_SHEET}
TEMPLATE = replace(
    OutputTemplate().with_columns(*FIXED),
    encoding=Encoding.UTF8,
    header_row=False,
    file_name=(NamePart.PRACTICE, NamePart.BATCH, NamePart.VERSION, NamePart.FORMAT),
)


def width_of(column: Column) -> int:
    return column.width or FIELDS[column.key].width


def spans(template: OutputTemplate) -> list[tuple[int, int]]:
    """First and last place of each column in a line, counted from 1 as file descriptions do."""
    ends, end = [], 0
    for column in template.columns:
        ends.append((end + 1, end + width_of(column)))
        end += width_of(column)
    return ends


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """A line for each row, without separators; a line break or tab in a value is written as a blank. Unfit."""
    heads = head_of(template)
    rows = [
        (where, [" ".join(cell.split()) for cell in cells])
        for where, cells in rows_of(contents, template, guarded=False)
    ]
    headed = [("the heading", heads)] if template.header_row else []
    wrong = [*unknown_signs(heads, rows, template.encoding), *too_long([*headed, *rows], template)]
    if wrong:
        raise Unfit(wrong)
    lines = [line_of(cells, template, head=False) for _, cells in rows]
    if template.header_row:
        lines.insert(0, line_of(heads, template, head=True))
    return encoded("".join(line + template.line_end.sign for line in lines), template.encoding)


def line_of(cells: list[str], template: OutputTemplate, *, head: bool) -> str:
    return "".join(
        filled(cell, width_of(column), column.align, head=head)
        for cell, column in zip(cells, template.columns, strict=True)
    )


def filled(cell: str, width: int, align: Align, *, head: bool) -> str:
    """The value at its side of the column; an empty one, and a heading, is never filled with zeros."""
    if align is Align.LEFT:
        return cell.ljust(width)
    return cell.rjust(width, "0" if align is Align.ZEROS and cell and not head else " ")


def too_long(rows: Iterable[tuple[str, list[str]]], template: OutputTemplate) -> Iterator[Misfit]:
    """Once a column: how wide it had to be, and for what."""
    longest: dict[int, tuple[int, str]] = {}
    for where, cells in rows:
        for place, (cell, column) in enumerate(zip(cells, template.columns, strict=True)):
            if len(cell) > max(width_of(column), longest.get(place, (0, ""))[0]):
                longest[place] = (len(cell), where)
    heads = head_of(template)
    for place, (needed, where) in sorted(longest.items()):
        width = width_of(template.columns[place])
        yield Misfit(heads[place], where, f"needs {needed} characters, and the column has {width}")
