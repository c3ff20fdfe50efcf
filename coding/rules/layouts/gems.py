"""General Equivalence Mappings between ICD-9-CM and ICD-10-CM, as text of fixed columns and as CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import bare
from coding.rules.layouts.code_rows import ICD9CM, ICD10CM
from coding.rules.layouts.numbered import lines_like, matched, table_rows, taken
from coding.rules.layouts.shape import Layout, Record, Refused

COLUMNS = {
    "Crosswalk": (
        "position", "source", "target", "approximate", "no_map", "combination", "scenario", "choice_list",
    )
}  # fmt: skip
SOURCE = "CMS and NCHS, General Equivalence Mappings: documentation for technical users (2018), file layout"
NO_MAP = "NODX"  # printed NoDx: the other list has no counterpart
FLAGS = re.compile(r"[01]{3}[0-9]{2}")  # approximate, no map, combination; scenario; choice list


@dataclass(frozen=True)
class Direction:
    """From which list to which: the forms of the codes, and the names of the columns in the CSV."""

    source: re.Pattern[str]
    target: re.Pattern[str]
    source_column: str
    target_column: str
    source_width: int

    def read_text(self, file: IO[bytes]) -> Iterator[Record | Refused]:
        form = re.compile(rf"{self.source.pattern} +[0-9A-Za-z]+ +{FLAGS.pattern}\s*$")
        lines = lines_like(file, form, f"an {self.source_column} code, its counterpart and five flags")
        positions = count(1)
        return taken(lines, lambda line: self.row(next(positions), *self.cut(line)))

    def cut(self, line: str) -> tuple[str, str, str]:
        """Source, target and flags of a line; both codes together take thirteen columns and the blank between."""
        return line[: self.source_width], line[self.source_width + 1 : 13], line[14:]

    def read_csv(self, file: IO[bytes]) -> Iterator[Record | Refused]:
        names = (self.source_column, self.target_column, "flags")
        positions = count(1)
        return taken(
            table_rows(file, *names, in_order=True),
            lambda row: self.row(next(positions), *(row[name] for name in names)),
        )

    def row(self, position: int, source: str, target: str, flags: str) -> Record:
        source = matched(bare(source), self.source, f"{self.source_column} code")
        target = bare(target)
        if target != NO_MAP:
            matched(target, self.target, f"{self.target_column} code")
        approximate, no_map, combination, scenario, choice_list = map(int, matched(flags, FLAGS, "set of flags"))
        return Record(
            "Crosswalk",
            (position, source, target, bool(approximate), bool(no_map), bool(combination), scenario, choice_list),
        )


FORWARD = Direction(ICD9CM, ICD10CM, "icd9cm", "icd10cm", source_width=5)
BACKWARD = Direction(ICD10CM, ICD9CM, "icd10cm", "icd9cm", source_width=7)

GEM_9_TO_10 = Layout(CodeSet.GEM_9_TO_10, COLUMNS, FORWARD.read_text, SOURCE)
GEM_10_TO_9 = Layout(CodeSet.GEM_10_TO_9, COLUMNS, BACKWARD.read_text, SOURCE)
GEM_9_TO_10_CSV = Layout(CodeSet.GEM_9_TO_10, COLUMNS, FORWARD.read_csv, SOURCE + "; as CSV with a header")
GEM_10_TO_9_CSV = Layout(CodeSet.GEM_10_TO_9, COLUMNS, BACKWARD.read_csv, SOURCE + "; as CSV with a header")
