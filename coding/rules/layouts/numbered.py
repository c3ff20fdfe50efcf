"""Lines and rows of a file with their numbers, and how a reader turns them into records or refusals."""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import IO, TypeVar

from coding.rules.layouts.shape import Record, Refused, WrongFile

LOOKED_AT = 20  # lines by which a file is known: a spoiled first line must not make it a file of another kind
GZIP = b"\x1f\x8b"  # RFC 1952, section 2.3.1
UNREADABLE = re.compile(r"[\x00-\x1f\x7f\ufffd]")

Row = TypeVar("Row")


class BadRow(Exception):
    """This row of the file cannot be taken; the text says why."""


def decoded(raw: bytes) -> str:
    """A line as text: UTF-8, or else Windows-1252, which holds Latin-1; CMS has published lists in all three."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, packed by gzip or not."""
    packed = file.read(2) == GZIP
    file.seek(0)
    if not packed:
        yield from file
        return
    try:
        with gzip.open(file) as plain:
            yield from plain
    except (EOFError, OSError, zlib.error) as error:
        raise WrongFile(f"The file cannot be unpacked: {error}.") from error


def numbered_lines(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without their ends, numbered from 1."""
    for number, raw in enumerate(file, start=1):
        line = decoded(raw).rstrip("\r\n\x1a")
        if line.strip():
            yield number, line


def lines_like(file: IO[bytes], form: re.Pattern[str], what: str) -> Iterator[tuple[int, str]]:
    """The numbered lines of a file of fixed columns; WrongFile if most of its first lines have another form."""
    lines = numbered_lines(file)
    first = list(islice(lines, LOOKED_AT))
    alike = sum(bool(form.match(line)) for _number, line in first)
    if not first or alike * 2 < len(first):
        raise WrongFile(f"The first lines don't look like {what}.")
    return chain(first, lines)


class Tabbed(csv.excel_tab):
    """Cells between tabs; a quotation mark is a character like others."""

    quoting = csv.QUOTE_NONE


def numbered_rows(
    lines: Iterable[str],
    columns: Sequence[str],
    dialect: type[csv.Dialect] = csv.excel,
    *,
    before: int = 0,
    in_order: bool = False,
) -> Iterator[tuple[int, dict[str, str] | None]]:
    """The rows below a header that names the columns; None for a row with too many or too few cells.

    A row is numbered by its first line; `before` lines were read already. WrongFile if a column is missing, or with
    `in_order` if the header does not begin with the columns as given, or (at any point) if the cells break off.
    """
    reader = csv.reader(lines, dialect)
    header = [name.strip() for name in next(reader, [])]
    if missing := set(columns) - set(header):
        raise WrongFile(f"The first row does not name {', '.join(sorted(missing))}.")
    if in_order and header[: len(columns)] != list(columns):
        raise WrongFile(f"The first columns are not {', '.join(columns)}.")

    def below() -> Iterator[tuple[int, dict[str, str] | None]]:
        ended = reader.line_num
        try:
            for cells in reader:
                number, ended = before + ended + 1, reader.line_num
                if any(cells):
                    fits = len(cells) == len(header)
                    yield number, dict(zip(header, map(str.strip, cells), strict=True)) if fits else None
        except csv.Error as error:
            raise WrongFile(f"The cells break off on line {before + reader.line_num}: {error}.") from error

    return below()


def table_rows(
    file: Iterable[bytes], *columns: str, dialect: type[csv.Dialect] = csv.excel, in_order: bool = False
) -> Iterator[tuple[int, dict[str, str] | None]]:
    """The numbered rows of a file that begins with its header."""
    return numbered_rows((decoded(raw) for raw in file), columns, dialect, in_order=in_order)


def taken(rows: Iterable[tuple[int, Row | None]], parse: Callable[[Row], Record]) -> Iterator[Record | Refused]:
    """What `parse` makes of the rows, each with its line; a BadRow is refused."""
    for number, row in rows:
        try:
            if row is None:
                raise BadRow("has not as many cells as the header")
            table, values, _line = parse(row)
        except BadRow as reason:
            yield Refused(number, str(reason))
        else:
            yield Record(table, values, number)


def words(text: str, name: str = "title", limit: int | None = None) -> str:
    """A text with single blanks; BadRow if it is empty, too long or holds characters nobody can read."""
    clean = " ".join(text.split())
    if not clean:
        raise BadRow(f"has no {name}")
    if UNREADABLE.search(clean):
        raise BadRow(f"has unreadable characters in its {name}")
    if limit is not None and len(clean) > limit:
        raise BadRow(f"has a {name} of {len(clean)} characters; {limit} are possible")
    return clean


def matched(text: str, form: re.Pattern[str], name: str) -> str:
    """The text without blanks around it; BadRow if it has not the form."""
    clean = text.strip()
    if not form.fullmatch(clean):
        raise BadRow(f"{clean[:20]!r} is no {name}")
    return clean


def day(text: str, name: str) -> date | None:
    """A date written as 20260401 or 2026-04-01; None if blank, BadRow if it is no date."""
    clean = text.strip()
    if not clean:
        return None
    try:
        return date.fromisoformat(clean)
    except ValueError as error:
        raise BadRow(f"{clean[:20]!r} is no date ({name})") from error
