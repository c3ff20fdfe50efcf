"""The counties of each Medicare locality (LOCCO).

Source: CMS, 25LOCCO.csv and .txt in the relative value file archive (RVU25D, released 2025-09-11). A state stands at
its first row only and is carried down to the next blank line; a group of rows without a state (the 2025 text has one)
keeps none, because the state above it is another. The CSV has lost the leading zeros of contractors and localities.
Missouri's rest of state stands twice, in 2025 with the same numbers. The text cuts long lists of counties off.
"""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import carrier, locality, short
from coding.rules.layouts.lines import HEADING_WITHIN, UNREADABLE, Lines, Unfit, key
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "CountyLocality"
COLUMNS = {TABLE: ("carrier", "locality", "state", "area", "counties")}
LONGEST_AREA, LONGEST_STATE = 200, 40
CELLS = 5
STARTS = (4, 16, 22, 45, 143)  # where the columns of the text begin, from 0; its heading stands elsewhere
FOOTNOTE = "*"


def by_commas(text: str) -> list[str]:
    """The cells of a line of the CSV."""
    try:
        return [cell.strip() for cell in next(csv.reader((text,), strict=True), [])]
    except csv.Error as error:
        raise Unfit(f"unreadable: {error}") from None


def by_columns(text: str) -> list[str]:
    """The cells of a line of the text; a line that begins further left is none of its rows."""
    if text[: STARTS[0]].strip():
        return [text.strip()]
    return [text[start:end].strip() for start, end in zip(STARTS, (*STARTS[1:], None), strict=True)]


def read_counties(file: IO[bytes], *, cut: Callable[[str], list[str]], mark: str) -> Iterator[Record | Refused]:
    """The rows of one of the files; `mark` is how the key of its heading line begins."""
    lines = Lines(file)
    if not any(key(text).startswith(mark) for _number, text in zip(range(HEADING_WITHIN), lines, strict=False)):
        raise WrongFile("No heading with contractor, locality, state, area and counties.")
    state = ""
    for text in lines:
        if not text.strip(" ,\r\n\t"):
            state = ""
            continue
        if text.startswith(FOOTNOTE):
            continue
        try:
            values = county(cut(text), state, damaged=lines.were_damaged())
        except Unfit as unfit:
            yield Refused(lines.count, str(unfit))
        else:
            state = values[2]
            yield Record(TABLE, values, lines.count)


def county(cells: list[str], state: str, *, damaged: bool) -> tuple[Any, ...]:
    """One row; `state` is that of the row above."""
    if damaged:
        raise Unfit(UNREADABLE)
    if len(cells) != CELLS:
        raise Unfit(f"{len(cells)} columns instead of {CELLS}")
    contractor, number, own, area, counties = cells
    if not area or not counties:
        raise Unfit("no area or no counties")
    return (
        carrier(contractor),
        locality(number),
        short(own or state, LONGEST_STATE, "state"),
        short(area.rstrip(" *"), LONGEST_AREA, "area"),
        counties,
    )


read_csv = partial(read_counties, cut=by_commas, mark="medicare_adminstrative_contractor_locality_number")
read_text = partial(read_counties, cut=by_columns, mark="medicare_admilocality")
layout = partial(Layout, CodeSet.COUNTY_LOCALITIES, COLUMNS)
LAYOUTS = (layout(read_csv, "CMS, 25LOCCO.csv of RVU25D"), layout(read_text, "CMS, 25LOCCO.txt of RVU25D"))
