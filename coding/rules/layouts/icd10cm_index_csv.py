"""The ICD-10-CM alphabetic index as CSV: one row a term, with its level instead of the nesting of the XML."""

import re
from collections.abc import Iterator
from itertools import count
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.icd10cm_index import COLUMNS, REFERENCE_LIMIT, without_dot
from coding.rules.layouts.numbered import matched, table_rows, taken, words
from coding.rules.layouts.shape import Layout, Record, Refused

LEVEL = re.compile(r"[0-9]")


class Terms:
    """Turns rows into entries: a term stands below the last one of a lower level."""

    def __init__(self) -> None:
        self.positions, self.path = count(1), list[str]()

    def entry(self, row: dict[str, str]) -> Record:
        level = int(matched(row["Level"], LEVEL, "level"))
        self.path = [*self.path[:level], words(f"{row['Term']} {row['NonEssModif']}", "term")]
        see, see_also = (row[name] and words(row[name], "reference", REFERENCE_LIMIT) for name in ("See", "SeeAlso"))
        code = without_dot(row["Code"])
        return Record("IndexEntry", (next(self.positions), level, list(self.path), "", code, see, see_also))


def read_index_csv(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = table_rows(file, "Level", "Term", "See", "SeeAlso", "NonEssModif", "Code")
    return taken(rows, Terms().entry)


INDEX_CSV = Layout(
    CodeSet.ICD10CM_INDEX,
    COLUMNS,
    read_index_csv,
    "The terms of NCHS's ICD-10-CM index: RowID, Letter, Level, Term, See, SeeAlso, NonEssModif, Code",
)
