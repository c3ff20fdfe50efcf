"""NCCI procedure-to-procedure edits (PTP), practitioner and outpatient hospital.

Source: CMS, "NCCI for Medicare: Procedure to Procedure (PTP) Edits", files ccipra-vNNNrN-fN.TXT (practitioner) and
ccioph-... (hospital): about six lines of notice and heading, then a line per dated row, cut by tabs: column one,
column two, "*" if the edit existed before 1996, effective date (YYYYMMDD), deletion date (YYYYMMDD, "*" for none),
modifier indicator (0 not allowed, 1 allowed, 9 not applicable), rationale. A pair can have several rows. A row whose
deletion date is its effective date was never active; it is kept as it stands.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from io import BufferedReader
from typing import IO
from zipfile import BadZipFile, ZipFile

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import PROCEDURE, any_day, day, one_of, procedure, short
from coding.rules.layouts.lines import UNREADABLE, ZIPPED, Lines, Table, Unfit, key
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "BundledPair"
COLUMNS = {
    TABLE: ("column_one", "column_two", "effective", "deleted_on", "before_1996", "indicator", "rationale")
}  # fmt: skip
CELLS = 7
INDICATORS = frozenset("019")
HEADINGS = (["column_1", "column_2"], ["column1", "column2"])
LONGEST_RATIONALE = 120
HEADING_WITHIN = 15  # lines
# What the lines of a heading that is spread over several lines say.
OF_HEADING = ("Column", "1996", "existence", "Date", "no data", "Modifier", "allowed", "applicable", "Rationale")

NCCI_BEGAN = date(1996, 1, 1)  # CMS, NCCI Policy Manual for Medicare, introduction: implemented January 1, 1996
NO_DAY = frozenset({"", "*", "9999-12-31", "99991231", "12/31/9999"})
UNDATED = " (effective date not in the file)"


class Days(dict[str, date | None]):
    """The days of a column by their text, each read once; a big file has a few hundred different ones."""

    def __missing__(self, text: str) -> date | None:
        self[text] = found = None if text == "*" else day(text, "%Y%m%d")
        return found


def read_pairs(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the tab-separated text, or of all the texts in a zip file: a quarter is published in several."""
    if not is_zipped(file):
        yield from read_text(file)
        return
    try:
        archive = ZipFile(file)
    except BadZipFile:
        raise WrongFile("The zip file cannot be opened.") from None
    with archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith(".txt"))
        if not names:
            raise WrongFile("The zip file holds no text file.")
        for name in names:
            with archive.open(name) as member:
                for item in read_text(BufferedReader(member)):  # type: ignore[type-var]  # a raw stream by its methods
                    yield Refused(item.line, f"{name}: {item.reason}") if isinstance(item, Refused) else item


def is_zipped(file: IO[bytes]) -> bool:
    start = file.read(len(ZIPPED))
    file.seek(0)
    return start == ZIPPED


def read_text(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of one text."""
    lines = Lines(file)
    first = first_row(lines)
    days = Days()
    if first is not None:
        yield pair(first, lines, days)
    for text in lines:
        if text.strip():
            yield pair(text, lines, days)


def first_row(lines: Lines) -> str | None:
    """The line after the heading; WrongFile if there is no heading, None if nothing is below it."""
    for _number, text in zip(range(HEADING_WITHIN), lines, strict=False):
        if [key(cell) for cell in text.split("\t")[:2]] in HEADINGS:
            break
    else:
        raise WrongFile('No heading with "Column 1" and "Column 2", cut by tabs.')
    lines.were_damaged()
    return next((text for text in lines if not is_heading(text)), None)


def is_heading(text: str) -> bool:
    """Whether a line below the first of the heading still belongs to it: it has no codes, but a heading's words."""
    codes = [cell.strip() for cell in text.split("\t", 2)[:2]]
    return not any(codes) or (not PROCEDURE.fullmatch(codes[0]) and any(word in text for word in OF_HEADING))


def pair(text: str, lines: Lines, days: Days) -> Record | Refused:
    """One line as a row; the hot path of a file of 2.5 million lines."""
    if lines.damaged:
        lines.were_damaged()
        return Refused(lines.count, UNREADABLE)
    cells = quoted(text) if '"' in text else text.rstrip("\r\n").split("\t")
    if len(cells) != CELLS:
        return Refused(lines.count, f"{len(cells)} columns instead of {CELLS}")
    one, two, old, effective, deleted, indicator, rationale = cells
    try:
        if indicator not in INDICATORS:
            raise Unfit(f"modifier indicator {indicator!r} is none of 0, 1, 9")
        if effective == "*":
            raise Unfit("no effective date")
        if len(rationale) > LONGEST_RATIONALE:
            short(rationale, LONGEST_RATIONALE, "rationale")
        values = procedure(one), procedure(two), days[effective], days[deleted], old == "*", indicator, rationale
    except Unfit as unfit:
        return Refused(lines.count, str(unfit))
    return Record(TABLE, values, lines.count)


def quoted(text: str) -> list[str]:
    """The cells of a line with quotation marks: around a cell, or only inside it."""
    try:
        return next(csv.reader((text,), delimiter="\t", strict=True))
    except csv.Error:
        return text.rstrip("\r\n").split("\t")


def read_undated_pairs(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of a CSV extract; the whole file is held in memory, because the dates of a pair depend on each other.

    Its effective dates were dropped by whoever made it. A row with indicator 9 was deleted on its effective date, so
    that one is known. For the others the earliest day that can be stands in: the day after the row of the same pair
    that was deleted before, or else the day on which NCCI began; the row's rationale says so (UNDATED).
    """
    pairs: defaultdict[tuple[str, str], list[tuple[date, str, str, int]]] = defaultdict(list)
    required = {"column_1", "column_2", "deletion_date", "modifier_indicator", "rationale"}
    for row in Table(file, required=required, what="an extract of NCCI pairs"):
        if isinstance(row, Refused):
            yield row
            continue
        line, cells = row
        try:
            both = procedure(cells["column_1"]), procedure(cells["column_2"])
            indicator = one_of(cells["modifier_indicator"], "019", "modifier indicator")
            rationale = short(cells["rationale"], LONGEST_RATIONALE - len(UNDATED), "rationale")
            deleted = date.max if cells["deletion_date"] in NO_DAY else any_day(cells["deletion_date"]) or date.max
            pairs[both].append((deleted, indicator, rationale, line))
        except Unfit as unfit:
            yield Refused(line, str(unfit))
    for (one, two), rows in pairs.items():
        yield from with_stand_ins(one, two, rows)


def with_stand_ins(one: str, two: str, rows: list[tuple[date, str, str, int]]) -> Iterator[Record | Refused]:
    """The rows of one pair in the order of their deletion, each with an effective date."""
    earliest, previous = NCCI_BEGAN, None
    for deleted, indicator, rationale, line in sorted(rows):
        if deleted == previous:
            yield Refused(line, f"a second row of {one} and {two} with this deletion date")
            continue
        known = indicator == "9" and deleted != date.max
        effective = deleted if known else earliest
        deleted_on = None if deleted == date.max else deleted
        yield Record(
            TABLE, (one, two, effective, deleted_on, False, indicator, rationale + ("" if known else UNDATED)), line
        )
        previous = deleted
        if deleted != date.max:
            earliest = deleted + timedelta(days=1)


def layouts(code_set: CodeSet) -> tuple[Layout, ...]:
    """The layouts of one of the two tables."""
    return (
        Layout(code_set, COLUMNS, read_pairs, "CMS, NCCI PTP edits, quarterly text file"),
        Layout(code_set, COLUMNS, read_undated_pairs, "Extract of the CMS file without effective dates"),
    )
