"""Conversion factors of the Medicare physician fee schedule: dollars per relative value unit, from a day on.

Our own layout (coding/data/conversion_factors.csv): CSV with the columns starts_on (YYYY-MM-DD), qualifying (yes for
participants in an advanced payment model, else no), amount and source. CMS prints the factors in its yearly final
rules.
"""

from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import day, decimal
from coding.rules.layouts.lines import Table, Unfit, records
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "ConversionFactor"
COLUMNS = {TABLE: ("starts_on", "qualifying_participant", "amount")}
ANSWERS = {"yes": True, "no": False}


def read_factors(file: IO[bytes]) -> Iterator[Record | Refused]:
    required = {"starts_on", "qualifying", "amount", "source"}
    yield from records(TABLE, iter(Table(file, required=required, what="conversion factors")), factor)


def factor(row: dict[str, str]) -> tuple[Any, ...]:
    if row["qualifying"] not in ANSWERS:
        raise Unfit(f"qualifying {row['qualifying']!r} is neither yes nor no")
    if not row["source"]:
        raise Unfit("no source")
    return day(row["starts_on"], "%Y-%m-%d"), ANSWERS[row["qualifying"]], decimal(row["amount"], "amount")


LAYOUT = Layout(CodeSet.CONVERSION_FACTORS, COLUMNS, read_factors, "Our own; the amounts are CMS's")
