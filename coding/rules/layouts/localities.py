"""Geographic practice cost indices (GPCI) by Medicare locality.

Source: CMS, addendum E of the physician fee schedule, as GPCI2025.csv and .txt in the relative value file archive
(RVU25D, released 2025-09-11). The CSV is known by its headings; a year that gives the work index both with and
without the 1.0 floor is read with it. The text has fixed columns. Notes follow the last row; "*" at a name points to
them and is no part of it.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import carrier, decimal, locality
from coding.rules.layouts.lines import Lines, Table, Unfit, records, text_lines, without_notes
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

COLUMNS = {"Locality": ("carrier", "state", "locality", "name", "work", "expense", "malpractice")}
STATE = re.compile(r"[A-Z]{2}", re.ASCII)
RECORD = re.compile(r"\s*(\S+)\s+(\S+)\s+(\S+)\s+(.*\S)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*")
STARTS_RECORD = re.compile(r"\s*\d")


def row(contractor: str, state: str, number: str, name: str, *indices: str) -> tuple[Any, ...]:
    if not STATE.fullmatch(state):
        raise Unfit(f"state {state!r} is no abbreviation")
    work, expense, malpractice = (decimal(index, "index") for index in indices)
    return carrier(contractor), state, locality(number), name.rstrip(" *"), work, expense, malpractice


def read_csv(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the CSV."""
    table = Table(file, required={"state", "locality_number", "locality_name"}, what="price indices")
    contractor = table.column("medicare_administrative_contractor_mac", "medicare_administrative_contractor")
    indices = [index_column(table, kind) for kind in ("pw", "pe", "mp")]

    def take(cells: dict[str, str]) -> tuple[Any, ...]:
        return row(
            cells[contractor], cells["state"], cells["locality_number"], cells["locality_name"],
            *(cells[index] for index in indices),
        )  # fmt: skip

    yield from records("Locality", without_notes(iter(table), only_first), take)


def index_column(table: Table, kind: str) -> str:
    """The column of an index; the one with the floor if there are two."""
    found = [name for name in table.names if f"{kind}_gpci" in name]
    if not found:
        raise WrongFile(f"No column of the {kind.upper()} GPCI.")
    return next((name for name in found if "with_1_0_floor" in name), found[0])


def only_first(cells: dict[str, str]) -> bool:
    """Whether the row is a sentence in the first column."""
    first, *others = cells.values()
    return " " in first and not any(others)


def read_text(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the text; its columns are as wide as their headings, so they are told by the numbers."""
    rows = text_lines(Lines(file))
    for _number, heading in zip(range(10), rows, strict=False):
        if not isinstance(heading, Refused) and "PW GPCI" in heading[1] and "," not in heading[1]:
            break
    else:
        raise WrongFile("No heading with PW GPCI.")
    yield from records("Locality", without_notes(rows, lambda text: not STARTS_RECORD.match(text)), from_text)


def from_text(text: str) -> tuple[Any, ...]:
    found = RECORD.fullmatch(text)
    if found is None:
        raise Unfit("not contractor, state, locality, name and three indices")
    return row(*found.groups())


layout = partial(Layout, CodeSet.GPCI, COLUMNS)
LAYOUTS = (layout(read_csv, "CMS, GPCI2025.csv of RVU25D"), layout(read_text, "CMS, GPCI2025.txt of RVU25D"))
