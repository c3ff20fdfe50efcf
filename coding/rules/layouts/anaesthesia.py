"""Anaesthesia conversion factors by Medicare locality.

Source: CMS, ANES2025.csv and .txt in the relative value file archive (RVU25D, released 2025-09-11). The text writes the
factor without its point: 1931 is 19.31 dollars. "*" at a name points to a note and is no part of it.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import carrier, decimal, locality
from coding.rules.layouts.lines import Lines, Table, Unfit, begins_with_records, records, text_lines
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "AnaesthesiaFactor"
COLUMNS = {TABLE: ("carrier", "locality", "name", "amount")}
RECORD = re.compile(r"(\d{5})\s+(\d\d)\s+(\S.*?)\s+(\d+)\s*", re.ASCII)
HUNDREDTHS = Decimal("0.01")


def read_csv(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The rows of the CSV."""
    table = Table(file, required={"contractor", "locality", "locality_name"}, what="anaesthesia factors")
    amount = next((name for name in table.names if "anes_cf" in name), None)
    if amount is None:
        raise WrongFile("No column of the anaesthesia conversion factor.")

    def take(cells: dict[str, str]) -> tuple[Any, ...]:
        return (
            carrier(cells["contractor"]),
            locality(cells["locality"]),
            cells["locality_name"].rstrip(" *"),
            decimal(cells[amount], "factor"),
        )

    yield from records(TABLE, iter(table), take)


def read_text(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The records of the text, which has no heading; WrongFile unless one stands in the first lines."""
    if not begins_with_records(file, RECORD):
        raise WrongFile("The first lines are not contractor, locality, name and factor.")
    yield from records(TABLE, text_lines(Lines(file)), from_text)


def from_text(text: str) -> tuple[Any, ...]:
    found = RECORD.fullmatch(text)
    if found is None:
        raise Unfit("not contractor, locality, name and factor")
    contractor, number, name, hundredths = found.groups()
    return contractor, number, name.rstrip(" *"), Decimal(hundredths) * HUNDREDTHS


layout = partial(Layout, CodeSet.ANAESTHESIA, COLUMNS)
LAYOUTS = (layout(read_csv, "CMS, ANES2025.csv of RVU25D"), layout(read_text, "CMS, ANES2025.txt of RVU25D"))
