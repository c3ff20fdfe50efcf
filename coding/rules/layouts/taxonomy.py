"""Provider taxonomy codes.

Source: NUCC, "Health Care Provider Taxonomy Code Set", CSV file nucc_taxonomy_NNN.csv with the columns Code,
Grouping, Classification, Specialization, Definition, Notes (and, since 2016, Display Name, Section). NUCC asks for a
licence where it is used commercially: the operator loads it.
"""

import re
from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import short
from coding.rules.layouts.lines import Table, Unfit, records
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "Taxonomy"
COLUMNS = {TABLE: ("code", "grouping", "classification", "specialization")}
CODE = re.compile(r"[\dA-Z]{9}X", re.ASCII)
LONGEST = 120


def read_taxonomy(file: IO[bytes]) -> Iterator[Record | Refused]:
    required = {"code", "grouping", "classification", "specialization"}
    yield from records(TABLE, iter(Table(file, required=required, what="the taxonomy", multi_line=True)), taxonomy)


def taxonomy(row: dict[str, str]) -> tuple[Any, ...]:
    if not CODE.fullmatch(row["code"]):
        raise Unfit(f"{row['code']!r} is no taxonomy code")
    if not row["classification"]:
        raise Unfit("no classification")
    words = (short(row[name], LONGEST, name) for name in ("grouping", "classification", "specialization"))
    return (row["code"], *words)


LAYOUT = Layout(CodeSet.TAXONOMY, COLUMNS, read_taxonomy, "NUCC, Health Care Provider Taxonomy, CSV")
