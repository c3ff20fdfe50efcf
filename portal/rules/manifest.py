"""A manifest: a table by which a practice says what each file is about; read, its columns recognised, its rows checked.

Nothing of it is believed: the rows are suggestions to whoever reads the chart.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

LARGEST = 2 * 1024**2  # bytes
MOST_ROWS = 5000
MOST_COLUMNS = 60
LONGEST_CELL = 500  # characters
DELIMITERS = ",;\t|"
CENTURY = 100


class Column(StrEnum):
    """What a column may hold."""

    FILE = "file"
    PATIENT = "patient"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    BIRTH_DATE = "birth_date"
    MRN = "mrn"
    SERVICE_DATE = "service_date"
    PROVIDER = "provider"
    PAYER = "payer"
    NOTES = "notes"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[Column, str] = MappingProxyType(
    {
        Column.FILE: "File name",
        Column.PATIENT: "Patient",
        Column.LAST_NAME: "Patient's last name",
        Column.FIRST_NAME: "Patient's first name",
        Column.BIRTH_DATE: "Birth date",
        Column.MRN: "MRN or account no.",
        Column.SERVICE_DATE: "Date of service",
        Column.PROVIDER: "Provider",
        Column.PAYER: "Payer",
        Column.NOTES: "Notes",
    }
)

# Headings by which practice systems name these columns, as `plain` writes them.
KNOWN_AS: Mapping[Column, frozenset[str]] = MappingProxyType(
    {
        Column.FILE: frozenset(
            {"file", "filename", "file name", "document", "document name", "chart", "scan", "image", "path"}
        ),
        Column.PATIENT: frozenset({"patient", "patient name", "pt", "pt name", "name", "full name"}),
        Column.LAST_NAME: frozenset(
            {"last name", "lastname", "surname", "patient last name", "patient last", "pt last"}
        ),
        Column.FIRST_NAME: frozenset(
            {"first name", "firstname", "given name", "patient first name", "patient first", "pt first"}
        ),
        Column.BIRTH_DATE: frozenset({"birth date", "birthdate", "date of birth", "dob", "patient dob", "born"}),
        Column.MRN: frozenset(
            {"mrn", "medical record number", "record number", "account", "account no", "account number", "acct",
             "acct no", "patient id", "chart no", "chart number"}
        ),
        Column.SERVICE_DATE: frozenset(
            {"date of service", "dos", "service date", "visit date", "date", "encounter date", "from date", "dos from"}
        ),
        Column.PROVIDER: frozenset(
            {"provider", "rendering provider", "rendering", "doctor", "physician", "provider name", "dr", "npi",
             "provider npi", "rendering npi"}
        ),
        Column.PAYER: frozenset({"payer", "payor", "insurance", "insurer", "plan", "primary insurance", "carrier"}),
        Column.NOTES: frozenset({"notes", "note", "comment", "comments", "remarks", "instructions"}),
    }
)  # fmt: skip


class Unusable(StrEnum):
    """Why a file is no manifest."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    ONE_COLUMN = "one_column"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    UNCLOSED = "unclosed"


UNUSABLE: Mapping[Unusable, str] = MappingProxyType(
    {
        Unusable.EMPTY: "The file holds no rows below a line of headings.",
        Unusable.TOO_LARGE: "The file is larger than 2 MB, too large for such a table.",
        Unusable.NOT_TEXT: "The file is not text. Save the table as CSV and choose that.",
        Unusable.ONE_COLUMN: "No columns were found. Separate them by commas, semicolons or tabs.",
        Unusable.TOO_MANY_ROWS: "The table has more than 5,000 rows. Send it in parts.",
        Unusable.TOO_MANY_COLUMNS: "The table has more than 60 columns. Leave out those that say nothing about a file.",
        Unusable.UNCLOSED: "One cell goes on for more than 130,000 characters: its quotation mark is not closed.",
    }
)


class NotAManifest(Exception):
    """The file cannot be used; `why` says what is wrong with it."""

    def __init__(self, why: Unusable) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Table:
    """Headings and rows as they stand in the file; `lines` are the rows' line numbers in it."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_table(content: bytes) -> Table:
    """The table in a CSV file of whatever delimiter and encoding; NotAManifest."""
    if len(content) > LARGEST:
        raise NotAManifest(Unusable.TOO_LARGE)
    text = text_of(content)
    delimiter = delimiter_of(text)
    try:
        found = filled_lines(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # csv.field_size_limit
        raise NotAManifest(Unusable.UNCLOSED) from None
    if len(found) < 2:  # noqa: PLR2004  (headings and a row)
        raise NotAManifest(Unusable.EMPTY)
    width = max(len(cells) for _, cells in found)
    if width > MOST_COLUMNS:
        raise NotAManifest(Unusable.TOO_MANY_COLUMNS)
    if width == 1:
        raise NotAManifest(Unusable.ONE_COLUMN)
    (_, headings), *rows = [(line, cells + ("",) * (width - len(cells))) for line, cells in found]
    return Table(headings=headings, rows=tuple(cells for _, cells in rows), lines=tuple(line for line, _ in rows))


def filled_lines(reader: Any) -> list[tuple[int, tuple[str, ...]]]:
    """Number and tidy cells of each line that says anything; NotAManifest for too many."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for cells in reader:
        tidy = tuple(" ".join(cell.split())[:LONGEST_CELL] for cell in cells)
        if any(tidy):
            found.append((reader.line_num, tidy))
        if len(found) > MOST_ROWS + 1:
            raise NotAManifest(Unusable.TOO_MANY_ROWS)
    return found


def text_of(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252, which spreadsheets write."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return decoded(content, name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return decoded(content, "cp1252")
    return decoded(content, "utf-8")


def decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        raise NotAManifest(Unusable.NOT_TEXT) from None
    if "\0" in text:
        raise NotAManifest(Unusable.NOT_TEXT)
    return text


def delimiter_of(text: str) -> str:
    """The sign that parts the first line that says anything into the most cells, quoted ones not counted."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=bare.count)


def plain(heading: str) -> str:
    """A heading without case, punctuation and double blanks."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.lower().replace(".", "")).split())


def recognised(table: Table) -> tuple[Column | None, ...]:
    """What each column holds, by its heading; each kind once, and the column of file names by its cells if need be."""
    found: list[Column | None] = []
    for heading in table.headings:
        column = next((column for column, names in KNOWN_AS.items() if plain(heading) in names), None)
        found.append(column if column not in found else None)
    if Column.FILE not in found:
        likely = [number for number, column in enumerate(found) if column is None and looks_like_files(table, number)]
        if likely:
            found[likely[0]] = Column.FILE
    return tuple(found)


def looks_like_files(table: Table, number: int) -> bool:
    """Whether most cells of a column end like a file's name."""
    named = sum(bool(re.search(r"\.[A-Za-z]{3,4}$", row[number])) for row in table.rows)
    return named * 2 > len(table.rows)


@dataclass(frozen=True)
class Row:
    """What one line says of one file; `problems` are sentences about it."""

    line: int
    file: str
    patient: str = ""
    birth_date: date | None = None
    mrn: str = ""
    service_date: date | None = None
    provider: str = ""
    payer: str = ""
    notes: str = ""
    problems: tuple[str, ...] = ()


def read_rows(table: Table, columns: Sequence[Column | None]) -> list[Row]:
    """The rows under these columns; what cannot be read of a row stands in its problems."""
    return [
        read_row(line, {column: cell for column, cell in zip(columns, cells, strict=True) if column is not None})
        for line, cells in zip(table.lines, table.rows, strict=True)
    ]


def read_row(line: int, cells: Mapping[Column, str]) -> Row:
    problems = [] if cells.get(Column.FILE) else ["No file is named."]
    days: dict[Column, date | None] = {}
    for column in (Column.BIRTH_DATE, Column.SERVICE_DATE):
        days[column] = day_of(cells.get(column, ""))
        if cells.get(column) and days[column] is None:
            problems.append(f"{column.label}: this is no date such as 03/31/2026.")
    born, seen = days[Column.BIRTH_DATE], days[Column.SERVICE_DATE]
    if born and seen and born > seen:
        problems.append("The birth date lies after the date of service.")
    parts = [cells.get(column, "") for column in (Column.LAST_NAME, Column.FIRST_NAME)]
    return Row(
        line=line,
        file=cells.get(Column.FILE, ""),
        patient=cells.get(Column.PATIENT) or ", ".join(part for part in parts if part),
        birth_date=born,
        mrn=cells.get(Column.MRN, ""),
        service_date=seen,
        provider=cells.get(Column.PROVIDER, ""),
        payer=cells.get(Column.PAYER, ""),
        notes=cells.get(Column.NOTES, ""),
        problems=tuple(problems),
    )


def day_of(text: str) -> date | None:
    """The day in 03/31/2026, 3-31-26, 2026-03-31 or 20260331, a time after it left aside; None if it is none."""
    word = text.strip().split(" ")[0].split("T")[0]
    iso = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})", word)
    american = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})", word)
    if iso:
        year, month, day = (int(part) for part in iso.groups() if part)
    elif american:
        month, day, year = (int(part) for part in american.groups())
        year += 0 if year >= CENTURY else 2000 if year < 50 else 1900  # noqa: PLR2004  (as spreadsheets read it)
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def file_key(name: str) -> str:
    """By what a file is found: its last part, without case, in one Unicode form, which may be longer than the name."""
    return unicodedata.normalize("NFC", re.split(r"[/\\]", name.strip())[-1]).casefold()[:LONGEST_CELL]


def without_ending(key: str) -> str:
    """A key without an ending such as ".pdf"."""
    return re.sub(r"\.[a-z0-9]{1,5}$", "", key)


@dataclass(frozen=True)
class Matches:
    """Which file each row is about (its number, or None with the reason), and the files that no row names."""

    files: tuple[int | None, ...]
    problems: tuple[str, ...]
    unnamed: tuple[int, ...]


def match_rows(rows: Iterable[str], files: Sequence[tuple[int, str]]) -> Matches:
    """Find each row's file (number, name) by its name, with or without folder and ending."""
    by_name: dict[str, list[int]] = {}
    by_stem: dict[str, list[int]] = {}
    for number, name in files:
        by_name.setdefault(file_key(name), []).append(number)
        by_stem.setdefault(without_ending(file_key(name)), []).append(number)
    found, problems = [], []
    for name in rows:
        key = file_key(name)
        candidates = by_name.get(key) or by_stem.get(key) or by_stem.get(without_ending(key)) or []
        found.append(candidates[0] if len(candidates) == 1 else None)
        problems.append(
            "" if len(candidates) == 1 or not name else
            "No file of the batch has this name." if not candidates else
            "Several files of the batch have this name."
        )  # fmt: skip
    named = set(found)
    return Matches(tuple(found), tuple(problems), tuple(number for number, _ in files if number not in named))
