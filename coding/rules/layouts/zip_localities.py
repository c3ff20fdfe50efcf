"""Medicare contractor and locality of each five-digit ZIP code.

Source: CMS, "Zip Code to Carrier Locality File", record layout ZIP5lyout.txt: 1-2 state, 3-7 ZIP code, 8-12 carrier,
13-14 pricing locality, 15 rural indicator (blank urban, R rural, B super rural); what follows is not read.
"""

import re
from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.lines import Lines, Unfit, begins_with_records, records, text_lines
from coding.rules.layouts.shape import Layout, Record, Refused, WrongFile

TABLE = "ZipLocality"
COLUMNS = {TABLE: ("state", "zip_code", "carrier", "locality", "rural")}
RECORD = re.compile(r"([A-Z]{2})(\d{5})(\d{5})(\d{2})([ RB]?)(?:[^,\t]*)", re.ASCII)


def read_zips(file: IO[bytes]) -> Iterator[Record | Refused]:
    """The records, which have no heading; WrongFile unless one stands in the first lines."""
    if not begins_with_records(file, RECORD):
        raise WrongFile("The first lines are not state, ZIP code, carrier, locality and rural indicator.")
    yield from records(TABLE, text_lines(Lines(file)), place)


def place(text: str) -> tuple[Any, ...]:
    found = RECORD.fullmatch(text)
    if found is None:
        raise Unfit("not state, ZIP code, carrier, locality and rural indicator in columns 1 to 15")
    *cells, rural = found.groups()
    return (*cells, rural.strip())


LAYOUT = Layout(CodeSet.ZIP_LOCALITIES, COLUMNS, read_zips, "CMS, ZIP5lyout.txt")
