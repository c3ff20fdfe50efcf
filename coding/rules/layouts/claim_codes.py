"""Codes of remittances: group codes, adjustment reasons (CARC), remarks (RARC), claim status and its categories.

Source: the lists of X12 and CMS as CSV with the columns code, type, description, usage, notes, start, modified, end.
Their texts are X12's: the operator loads them under a licence of their own; what ships (coding/data/claim_codes.csv)
has our own words.
"""

from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import any_day, short
from coding.rules.layouts.lines import Table, Unfit, key, records
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "ClaimCode"
COLUMNS = {TABLE: ("kind", "code", "text", "usage", "starts_on", "ends_on")}
REQUIRED = {"code", "type", "description", "usage", "notes", "start", "end"}
KINDS = {
    "carc": "carc",
    "rarc": "rarc",
    "group": "group",
    "group_code": "group",
    "category": "category",
    "claim_status_category": "category",
    "status": "status",
    "claim_status": "status",
}
LONGEST_CODE = 8


def read_claim_codes(file: IO[bytes]) -> Iterator[Record | Refused]:
    yield from records(TABLE, iter(Table(file, required=REQUIRED, what="claim codes", multi_line=True)), claim_code)


def claim_code(row: dict[str, str]) -> tuple[Any, ...]:
    kind = KINDS.get(key(row["type"]))
    if kind is None:
        raise Unfit(f"type {row['type']!r} is not known")
    if not row["code"] or not row["description"]:
        raise Unfit("no code or no description")
    usage = " ".join(part for part in (row["usage"], row["notes"]) if part)
    code = short(row["code"], LONGEST_CODE, "code")
    return kind, code, row["description"], usage, any_day(row["start"]), any_day(row["end"])


LAYOUT = Layout(CodeSet.CLAIM_CODES, COLUMNS, read_claim_codes, "X12 code lists 139 and 411 as CSV")
