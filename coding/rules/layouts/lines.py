"""Lines and rows of official text and CSV files, each with its number; what cannot be read is refused by its line."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import IO, Any

from coding.rules.layouts.shape import Record, Refused, WrongFile

Row = tuple[int, list[str]]  # line (from 1), cells without outer blanks
Named = tuple[int, dict[str, str]]  # line, cell by the key of its column

LONGEST_LINE = 16 * 1024**2  # bytes; the longest of the official files, a cell with a whole article, has a tenth
HEADING_WITHIN = 25  # rows before the heading at most: notices and titles
ZIPPED = b"PK\x03\x04"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANKS = " \t\r\n\x1a"  # the last: what DOS wrote at the end of a file
UNREADABLE = "holds characters that no text has"


class Unfit(Exception):
    """A cell that cannot be taken; the text says which and why."""


class Lines:
    """The lines of a file as text: UTF-8, or else Windows-1252, which the official CSV files are written in.

    `count` is how many were given, `damaged` whether one of those since it was last looked at cannot be text.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.raw = iter(partial(file.readline, LONGEST_LINE + 1), b"")
        self.count = 0
        self.damaged = False

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        raw = next(self.raw)
        self.count += 1
        if len(raw) > LONGEST_LINE:
            raise WrongFile(f"Line {self.count} is longer than any of an official file.")
        if self.count == 1:
            raw = raw.removeprefix(BYTE_ORDER_MARK)
            if raw.startswith(ZIPPED):
                raise WrongFile("This is a workbook or a zip file: take the text or CSV file that comes with it.")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        self.damaged = self.damaged or "\0" in text or "\ufffd" in text
        return text

    def were_damaged(self) -> bool:
        """Whether a line given since the last call cannot be text."""
        damaged, self.damaged = self.damaged, False
        return damaged


def text_lines(lines: Lines) -> Iterator[tuple[int, str] | Refused]:
    """The lines that are not blank, without their ends."""
    for text in lines:
        if lines.were_damaged():
            yield Refused(lines.count, UNREADABLE)
        elif text.strip(BLANKS):
            yield lines.count, text.rstrip(BLANKS)


def begins_with_records(file: IO[bytes], record: re.Pattern[str]) -> bool:
    """Whether a file without a heading is of such records: one of its first lines is."""
    first = zip(range(HEADING_WITHIN), text_lines(Lines(file)), strict=False)
    found = any(not isinstance(line, Refused) and record.fullmatch(line[1]) for _number, line in first)
    file.seek(0)
    return found


def lines_like(file: IO[bytes], form: re.Pattern[str], what: str) -> Iterator[tuple[int, str] | Refused]:
    """The lines of a file without a heading; WrongFile if most of its first lines don't begin as `form` says."""
    lines = text_lines(Lines(file))
    first = list(islice(lines, HEADING_WITHIN))
    alike = sum(not isinstance(line, Refused) and bool(form.match(line[1])) for line in first)
    if not first or alike * 2 < len(first):
        raise WrongFile(f"The first lines don't look like {what}.")
    return chain(first, lines)


def quoted_rows(lines: Lines, delimiter: str = ",") -> Iterator[Row | Refused]:
    """The rows of a CSV file in which a quoted cell may hold line breaks; blank rows are left out."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        begins = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refused(begins, f"unreadable from here on: {error}")
            continue
        if lines.were_damaged():
            yield Refused(begins, UNREADABLE)
        elif any(cell.strip() for cell in cells):
            yield begins, [cell.strip() for cell in cells]


def plain_rows(lines: Lines, delimiter: str = ",") -> Iterator[Row | Refused]:
    """The rows of a CSV file with a row on each line: a stray quotation mark spoils its own line only."""
    for text in lines:
        if lines.were_damaged():
            yield Refused(lines.count, UNREADABLE)
            continue
        try:
            cells = next(csv.reader((text,), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            yield Refused(lines.count, f"unreadable: {error}")
            continue
        if any(cell.strip() for cell in cells):
            yield lines.count, [cell.strip() for cell in cells]


def key(heading: str) -> str:
    """A column's heading as a name: "HCPCS/\\nCPT Code" is hcpcs_cpt_code."""
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")


class Table:
    """A CSV file whose columns are known by their headings; notices may stand before the heading row.

    WrongFile if no row within the first HEADING_WITHIN has all the headings `required`; one that years or files name
    differently is a tuple of its names. `multi_line` is for files in which a cell of the body holds line breaks.
    """

    def __init__(
        self,
        file: IO[bytes],
        *,
        required: Iterable[str | tuple[str, ...]],
        what: str,
        delimiter: str = ",",
        multi_line: bool = False,
    ) -> None:
        lines = Lines(file)
        needed = [(names,) if isinstance(names, str) else names for names in required]
        self.names = self.heading(lines, delimiter, needed, what)
        self.rows = (quoted_rows if multi_line else plain_rows)(lines, delimiter)

    @staticmethod
    def heading(lines: Lines, delimiter: str, needed: list[tuple[str, ...]], what: str) -> list[str]:
        for _number, row in zip(range(HEADING_WITHIN), quoted_rows(lines, delimiter), strict=False):
            names = [] if isinstance(row, Refused) else [key(cell) for cell in row[1]]
            if all(set(names) & set(wanted) for wanted in needed):
                return names
        wanted_names = ", ".join(sorted(" or ".join(wanted) for wanted in needed))
        raise WrongFile(f"No heading row of {what}: it would have {wanted_names}.")

    def column(self, *names: str) -> str:
        """The first of the names that is a column; WrongFile if none is."""
        for name in names:
            if name in self.names:
                return name
        raise WrongFile(f"No column {' or '.join(names)}.")

    def __iter__(self) -> Iterator[Named | Refused]:
        for row in self.rows:
            if isinstance(row, Refused):
                yield row
            elif len(row[1]) != len(self.names):
                yield Refused(row[0], f"{len(row[1])} columns instead of {len(self.names)}")
            else:
                yield row[0], dict(zip(self.names, row[1], strict=True))


def records(
    table: str, rows: Iterator[tuple[int, Any] | Refused], take: Callable[[Any], tuple[Any, ...]]
) -> Iterator[Record | Refused]:
    """What `take` makes of each row, which raises Unfit for a row to refuse."""
    for row in rows:
        if isinstance(row, Refused):
            yield row
            continue
        line, cells = row
        try:
            yield Record(table, take(cells), line)
        except Unfit as unfit:
            yield Refused(line, str(unfit))


def without_notes(
    rows: Iterator[tuple[int, Any] | Refused], is_note: Callable[[Any], bool]
) -> Iterator[tuple[int, Any] | Refused]:
    """The rows without the notes after the last of them; what looks like a note among the rows is refused."""
    held: list[int] = []
    for row in rows:
        if not isinstance(row, Refused) and is_note(row[1]):
            held.append(row[0])
            continue
        yield from (Refused(line, "not a row of the list") for line in held)
        held.clear()
        yield row
