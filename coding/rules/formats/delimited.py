"""Tables as lines of values with a separator: CSV, and TXT."""

from collections.abc import Iterable, Iterator

from coding.rules.formats.contents import Contents
from coding.rules.formats.table import Misfit, Unfit, encoded, head_of, rows_of, unknown_signs
from coding.rules.formats.template import OutputTemplate, Quoting

QUOTE = '"'
BREAKS = ("\r", "\n")


def written_table(contents: Contents, template: OutputTemplate) -> bytes:
    """A line for each row, quoted as RFC 4180 says or as the template wants it. Unfit."""
    heads, rows = head_of(template), list(rows_of(contents, template, guarded=True))
    wrong = [*unknown_signs(heads, rows, template.encoding)]
    if template.quoting is Quoting.NEVER:
        wrong += unseparable(heads, rows, template)
    if wrong:
        raise Unfit(wrong)
    lines = [heads] if template.header_row else []
    lines += [cells for _, cells in rows]
    return encoded("".join(line_of(cells, template) for cells in lines), template.encoding)


def line_of(cells: list[str], template: OutputTemplate) -> str:
    sign = template.separator.sign
    # An empty line would be no row for most readers.
    quoted = [QUOTE * 2] if cells == [""] and template.quoting is Quoting.NEEDED else [
        quoted_cell(cell, sign, template.quoting) for cell in cells
    ]  # fmt: skip
    return sign.join(quoted) + template.line_end.sign


def quoted_cell(cell: str, separator: str, quoting: Quoting) -> str:
    needs = quoting is Quoting.NEEDED and any(sign in cell for sign in (separator, QUOTE, *BREAKS))
    return f'"{cell.replace(QUOTE, QUOTE * 2)}"' if needs or quoting is Quoting.ALWAYS else cell


def unseparable(heads: list[str], rows: Iterable[tuple[str, list[str]]], template: OutputTemplate) -> Iterator[Misfit]:
    """Once a column: a value that without quotes would be read as two, or as the end of its line."""
    found: set[int] = set()
    for where, cells in [("the heading", heads), *rows]:
        for place, cell in enumerate(cells):
            if place in found:
                continue
            if template.separator.sign in cell:
                wrong = f"holds the separator ({template.separator.label.lower()}), and values have no quotes"
            elif any(sign in cell for sign in BREAKS):
                wrong = "holds a line break, and values have no quotes"
            else:
                continue
            found.add(place)
            yield Misfit(heads[place], where, wrong)
