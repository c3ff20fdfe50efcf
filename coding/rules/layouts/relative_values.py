"""The relative value file of the Medicare physician fee schedule (PPRRVU).

Source: CMS, "National Physician Fee Schedule Relative Value File Calendar Year 2025", RVU25D.pdf (released
2025-09-11): record layout and values. The CSV has nine rows of titles and a heading spread over rows 6 to 10; the
text has lines that begin with HDR and records of 171 bytes (documented as 200). Each row carries its own conversion
factor: since 2026 there are two files, for participants in an advanced payment model and for all others, with
different factors.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import decimal, procedure, short
from coding.rules.layouts.lines import HEADING_WITHIN, Lines, Unfit, plain_rows, records, text_lines
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "RelativeValue"
COLUMNS = {
    TABLE: (
        "code", "modifier", "status", "work", "office_expense", "no_office", "facility_expense", "no_facility",
        "malpractice", "professional_technical", "global_days", "preoperative", "intraoperative", "postoperative",
        "multiple_procedure", "bilateral", "assistant", "co_surgeon", "team", "endoscopic_base", "conversion_factor",
        "supervision", "imaging_family", "capped_office_expense", "capped_facility_expense", "capped_malpractice",
    )
}  # fmt: skip

# Where each column stands: its number in the CSV (from 0), its first and last byte in the text (from 1).
PLACES: dict[str, tuple[int, int, int]] = {
    "code": (0, 1, 5),
    "modifier": (1, 6, 7),
    "status": (3, 58, 58),
    "work": (5, 60, 65),
    "office_expense": (6, 67, 72),
    "no_office": (7, 73, 74),
    "facility_expense": (8, 76, 81),
    "no_facility": (9, 82, 83),
    "malpractice": (10, 85, 89),
    "professional_technical": (13, 103, 103),
    "global_days": (14, 104, 106),
    "preoperative": (15, 107, 109),
    "intraoperative": (16, 110, 112),
    "postoperative": (17, 113, 115),
    "multiple_procedure": (18, 116, 116),
    "bilateral": (19, 117, 117),
    "assistant": (20, 118, 118),
    "co_surgeon": (21, 119, 119),
    "team": (22, 120, 120),
    "endoscopic_base": (23, 128, 132),
    "conversion_factor": (24, 133, 140),
    "supervision": (25, 142, 143),
    "imaging_family": (27, 146, 147),
    "capped_office_expense": (28, 152, 157),
    "capped_facility_expense": (29, 159, 164),
    "capped_malpractice": (30, 166, 171),
}
CELLS = 31
SHORTEST = 147  # bytes of a record up to the last column that every release has; the cap came with imaging rules
# Words of the last heading row of the CSV by column: enough to see that the columns stand where they are looked for.
HEADING = {
    0: "HCPCS", 1: "MOD", 3: "CODE", 5: "RVU", 6: "PE RVU", 8: "PE RVU", 10: "RVU", 13: "IND", 14: "DAYS", 18: "PROC",
    23: "BASE", 24: "FACTOR",
}  # fmt: skip
NUMBERS = frozenset(
    {"work", "office_expense", "facility_expense", "malpractice", "preoperative", "intraoperative", "postoperative",
     "conversion_factor", "capped_office_expense", "capped_facility_expense", "capped_malpractice"}
)  # fmt: skip
CAPS = frozenset({"capped_office_expense", "capped_facility_expense", "capped_malpractice"})
NOT_APPLICABLE = {"": False, "NA": True}
GLOBAL_DAYS = frozenset({"", "000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"})
LENGTHS = {"modifier": 2, "endoscopic_base": 5, "supervision": 2, "imaging_family": 2}  # the others have one character


def not_applicable(text: str) -> bool:
    if text not in NOT_APPLICABLE:
        raise Unfit(f"NA indicator {text!r} is neither NA nor blank")
    return NOT_APPLICABLE[text]


def status(text: str) -> str:
    if not (len(text) == 1 and text.isalpha() and text.isupper()):
        raise Unfit(f"status {text!r} is no letter")
    return text


def global_days(text: str) -> str:
    if text not in GLOBAL_DAYS:
        raise Unfit(f"global days {text!r} are not known")
    return text


SPECIAL: dict[str, Callable[[str], Any]] = {
    "code": procedure,
    "status": status,
    "no_office": not_applicable,
    "no_facility": not_applicable,
    "global_days": global_days,
}


def value(name: str, text: str) -> Any:
    """One cell as a value of its column."""
    if take := SPECIAL.get(name):
        return take(text)
    if name in CAPS and not text:
        return Decimal(0)  # a record that ends before the cap has none
    return decimal(text, name) if name in NUMBERS else short(text, LENGTHS.get(name, 1), name)


def values(cell: Callable[[str], str]) -> tuple[Any, ...]:
    """All columns of a row; `cell` gives the text of one."""
    return tuple(value(name, cell(name)) for name in COLUMNS[TABLE])


def from_cells(cells: list[str]) -> tuple[Any, ...]:
    if len(cells) != CELLS:
        raise Unfit(f"{len(cells)} columns instead of {CELLS}")
    return values(lambda name: cells[PLACES[name][0]])


def from_bytes(text: str) -> tuple[Any, ...]:
    if len(text) < SHORTEST:
        raise Unfit(f"{len(text)} bytes instead of at least {SHORTEST}")
    return values(lambda name: text[PLACES[name][1] - 1 : PLACES[name][2]].strip())


def read_csv(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the CSV."""
    rows = plain_rows(Lines(file))
    for _number, row in zip(range(HEADING_WITHIN), rows, strict=False):
        if not isinstance(row, Refused) and row[1][:2] == ["HCPCS", "MOD"]:
            check_heading(row[1])
            break
    else:
        raise WrongFile('No heading row that begins with "HCPCS" and "MOD".')
    yield from records(TABLE, rows, from_cells)


def check_heading(cells: list[str]) -> None:
    moved = [word for place, word in HEADING.items() if place >= len(cells) or cells[place] != word]
    if moved:
        raise WrongFile(f"The columns of the relative value file have moved: {', '.join(moved)}.")


def read_text(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The records of the text."""
    rows = text_lines(Lines(file))
    first = next(rows, None)
    if first is None or isinstance(first, Refused) or not first[1].startswith("HDR"):
        raise WrongFile("The first line does not begin with HDR.")
    below = (row for row in rows if isinstance(row, Refused) or not row[1].startswith("HDR"))
    yield from records(TABLE, below, from_bytes)


layout = partial(Layout, CodeSet.RELATIVE_VALUES, COLUMNS)
LAYOUTS = (layout(read_csv, "CMS, PPRRVU CSV, RVU25D.pdf"), layout(read_text, "CMS, PPRRVU text, RVU25D.pdf"))
