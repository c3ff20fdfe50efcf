"""Places of service: CMS's list as CSV."""

import re
from collections.abc import Iterator
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.numbered import BadRow, matched, table_rows, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused

COLUMNS = {"PlaceOfService": ("code", "name", "description", "is_facility")}
PLACE = re.compile(r"[0-9]{2}")
IS_FACILITY = {"Facility": True, "Non-Facility": False}
UNASSIGNED = "Unassigned"  # CMS lists free numbers too; nothing can be reported with them
NAME_LIMIT = 200


def read_places(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = table_rows(file, "pos_code", "pos_type", "pos_name", "pos_description")
    assigned = ((number, row) for number, row in rows if row is None or row["pos_name"] != UNASSIGNED)
    return taken(assigned, place_row)


def place_row(row: dict[str, str]) -> Record:
    code = matched(row["pos_code"], PLACE, "place of service")
    if row["pos_type"] not in IS_FACILITY:
        raise BadRow(f"{row['pos_type'][:20]!r} is neither Facility nor Non-Facility")
    name, description = words(row["pos_name"], "name", NAME_LIMIT), words(row["pos_description"], "description")
    return Record("PlaceOfService", (code, name, description, IS_FACILITY[row["pos_type"]]))


PLACES = Layout(
    CodeSet.PLACES_OF_SERVICE,
    COLUMNS,
    read_places,
    "CMS, Place of Service Code Set, and Medicare Claims Processing Manual, chapter 12, section 20.4.2 (which pay the "
    "facility rate): pos_code, pos_type (Facility, Non-Facility), pos_name, pos_description",
)
