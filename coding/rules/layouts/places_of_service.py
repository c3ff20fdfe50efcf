"""Places of service: CMS's list as CSV."""

import re
from collections.abc import Iterator
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import matched, words
from coding.rules.layouts.lines import Table, Unfit, records
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "PlaceOfService"
COLUMNS = {TABLE: ("code", "name", "description", "is_facility")}
PLACE = re.compile(r"[0-9]{2}")
IS_FACILITY = {"Facility": True, "Non-Facility": False, "Unassigned": False}
NAME_LIMIT = 200


def read_places(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = Table(file, required={"pos_code", "pos_type", "pos_name", "pos_description"}, what="places of service")
    return records(TABLE, iter(rows), place_row)


def place_row(row: dict[str, str]) -> tuple[str, str, str, bool]:
    code = matched(row["pos_code"], PLACE, "place of service")
    if row["pos_type"] not in IS_FACILITY:
        raise Unfit(f"{row['pos_type'][:20]!r} is neither Facility, Non-Facility nor Unassigned")
    name, description = words(row["pos_name"], "name", NAME_LIMIT), words(row["pos_description"], "description")
    return code, name, description, IS_FACILITY[row["pos_type"]]


PLACES = Layout(
    CodeSet.PLACES_OF_SERVICE,
    COLUMNS,
    read_places,
    "CMS, Place of Service Code Set, and Medicare Claims Processing Manual, chapter 12, section 20.4.2 (which pay the "
    "facility rate): pos_code, pos_type (Facility, Non-Facility), pos_name, pos_description",
)
