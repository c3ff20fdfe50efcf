"""HCPCS Level II: CMS's text file of 320-byte records, and the same codes as CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import (
    CODE_COLUMNS,
    HCPCS,
    MODIFIER,
    MODIFIER_COLUMNS,
    CodeRow,
    ModifierRow,
)
from coding.rules.layouts.numbered import BadRow, day, lines_like, matched, table_rows, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused

COLUMNS = CODE_COLUMNS | MODIFIER_COLUMNS
LINE = re.compile(r"(?:[A-Z][0-9]{4}|   [0-9A-Z]{2})[0-9]{5}[3478]\S")
# Record identification code (column 11): first line of a code or modifier, and the lines that go on with its title.
FIRST, CONTINUED = {"3": False, "7": True}, {"4", "8"}
SEQUENCE_STEP = 100  # columns 6-10 count the lines of a code: 00100, 00200, ...
SHORT_TITLE_LIMIT = 120
COVERAGE = re.compile(r"[A-Z]?")
PRICING = re.compile(r"([0-9A-Z]{2})?")


@dataclass
class Entry:
    """The lines of one code or modifier so far; a fault in one of them makes all of them unusable."""

    line: int
    first: str
    pieces: list[str] = field(default_factory=list)
    fault: Refused | None = None

    def follows(self, line: str) -> bool:
        """Whether a line that is no first line belongs here: by its code, or else by its number."""
        return line[:5] == self.first[:5] or (line[10:11] in CONTINUED and line[5:10] == self.next_number())

    def next_number(self) -> str:
        return f"{(len(self.pieces) + 1) * SEQUENCE_STEP:05}"

    def go_on(self, number: int, line: str) -> None:
        """Takes a line of continuation, or notes why the entry cannot be whole."""
        try:
            if line[:5] != self.first[:5]:
                raise BadRow(f"goes on with {line[:5].strip()!r} below {self.first[:5].strip()!r}")
            matched(line[10:11], re.compile("[48]"), "record identification code (column 11)")
            if line[5:10] != self.next_number():
                raise BadRow(f"line {line[5:10]} of {line[:5].strip()} is out of sequence (columns 6-10)")
        except BadRow as reason:
            self.fault = self.fault or Refused(number, str(reason))
        self.pieces.append(line[11:91])

    def record(self) -> Record:
        """The row of the whole entry, all facts but its title from its first line."""
        first = self.first
        title = words(" ".join(self.pieces))
        if FIRST[first[10]]:
            return ModifierRow(code_at(first), title).record(self.line)
        return CodeRow(
            System.PROCEDURE.value,
            code_at(first),
            title,
            short_title=" ".join(first[91:119].split()),
            pricing=matched(first[119:121], PRICING, "pricing indicator (columns 120-121)"),
            coverage=matched(first[229:230], COVERAGE, "coverage code (column 230)"),
            valid_from=day(first[268:276], "added, columns 269-276"),
            valid_to=day(first[284:292], "terminated, columns 285-292"),
        ).record(self.line)


def read_text(file: IO[bytes]) -> Iterator[Record | Refused]:
    lines = lines_like(file, LINE, "a HCPCS record: code, sequence number, and 3, 4, 7 or 8 in column 11")
    for entry in entries(lines):
        try:
            yield entry.fault or entry.record()
        except BadRow as reason:
            yield Refused(entry.line, str(reason))


def entries(lines: Iterator[tuple[int, str]]) -> Iterator[Entry]:
    """The entries of a file, each with its lines; what follows a spoiled line belongs to it."""
    entry: Entry | None = None
    for number, line in lines:
        if entry and line[10:11] not in FIRST and entry.follows(line):
            entry.go_on(number, line)
            continue
        if entry:
            yield entry
        entry = Entry(number, line, [line[11:91]], first_fault(number, line))
    if entry:
        yield entry


def first_fault(number: int, line: str) -> Refused | None:
    """Why a line cannot begin a code or modifier."""
    try:
        if line[10:11] not in FIRST:
            raise BadRow("is no first line of a code: no 3 or 7 in column 11")
        if line[5:10] != f"{SEQUENCE_STEP:05}":
            raise BadRow("the first line of a code is not numbered 00100 (columns 6-10)")
        code_at(line)
    except BadRow as reason:
        return Refused(number, str(reason))
    return None


def code_at(first: str) -> str:
    if FIRST[first[10]]:
        return matched(first[:5], MODIFIER, "modifier (columns 4-5)")
    return matched(first[:5], HCPCS, "HCPCS code (columns 1-5)")


def read_attributes(file: IO[bytes]) -> Iterator[Record | Refused]:
    columns = ("hcpcs_code", "price", "cov", "date_term", "date_added", "Long", "Short")
    return taken(table_rows(file, *columns), attributes_row)


def attributes_row(row: dict[str, str]) -> Record:
    return CodeRow(
        System.PROCEDURE.value,
        matched(row["hcpcs_code"], HCPCS, "HCPCS code"),
        words(row["Long"]),
        short_title=words(row["Short"], "short title", SHORT_TITLE_LIMIT) if row["Short"] else "",
        pricing=matched(
            row["price"][:2], PRICING, "pricing indicator"
        ),  # "13:21": the first of several is the main one
        coverage=matched(row["cov"], COVERAGE, "coverage code"),
        valid_from=day(row["date_added"], "date_added"),
        valid_to=day(row["date_term"], "date_term"),
    ).record()


def read_kinds(file: IO[bytes]) -> Iterator[Record | Refused]:
    return taken(table_rows(file, "code", "kind", "long", "short"), kinds_row)


def kinds_row(row: dict[str, str]) -> Record:
    if row["kind"] == "modifier":
        return ModifierRow(matched(row["code"], MODIFIER, "modifier"), words(row["long"])).record()
    if row["kind"] != "code":
        raise BadRow(f"{row['kind'][:20]!r} is no kind: code or modifier")
    short = words(row["short"], "short title", SHORT_TITLE_LIMIT) if row["short"] else ""
    code = matched(row["code"], HCPCS, "HCPCS code")
    return CodeRow(System.PROCEDURE.value, code, words(row["long"]), short_title=short).record()


TEXT = Layout(
    CodeSet.HCPCS,
    COLUMNS,
    read_text,
    "CMS, HCPCS quarterly update: record layout HCPCyyyy_recordlayout.txt of the file HCPCyyyy_MMM_ANWEB.txt",
)
ATTRIBUTES_CSV = Layout(
    CodeSet.HCPCS,
    COLUMNS,
    read_attributes,
    "The fields of CMS's HCPCS record layout as CSV: hcpcs_code, price, cov, date_added, date_term, Long, Short, ...",
)
KINDS_CSV = Layout(
    CodeSet.HCPCS,
    COLUMNS,
    read_kinds,
    "CMS's HCPCS codes and modifiers as CSV: code, kind (code or modifier), long, short",
)
