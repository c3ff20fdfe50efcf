"""ICD-10-CM of a new fiscal year as the list of what changes in the one before: the addenda."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import CODE_COLUMNS, ICD10CM, CodeRow
from coding.rules.layouts.icd10cm_codes import flag
from coding.rules.layouts.numbered import BadRow, matched, table_rows, words
from coding.rules.layouts.shape import Layout, Record, Refused

KIND = re.compile(r"added|revised|heading|deleted")

Base = Callable[[], Iterable[Record | Refused]]  # reads the list that changes


def layout_over(base: Base) -> Layout:
    """The layout of a file of changes to `base`: change, code, billable (0 or 1 if added), title (added or revised)."""
    return Layout(
        CodeSet.ICD10CM,
        CODE_COLUMNS,
        partial(read_changes, base=base),
        "The yearly addenda of CMS and NCHS (icd10cm_order_addenda_YYYY.txt: Add, Delete, Revise), as CSV",
    )


def read_changes(file: IO[bytes], *, base: Base) -> Iterator[Record | Refused]:
    """The whole list after the changes, what is new at its end; a change that finds nothing to change is refused."""
    changes = list(table_rows(file, "change", "code", "billable", "title"))
    codes = {found.values[1]: CodeRow(*found.values) for found in base() if isinstance(found, Record)}
    lines: dict[str, int] = {}
    for number, row in changes:
        try:
            if row is None:
                raise BadRow("has not as many cells as the header")
            lines[change(codes, row)] = number
        except BadRow as reason:
            yield Refused(number, str(reason))
    yield from (row.record(lines.get(code, 0)) for code, row in codes.items())


def change(codes: dict[str, CodeRow], row: dict[str, str]) -> str:
    """Makes one change in `codes`; the code that it is about."""
    kind, code = matched(row["change"], KIND, "change"), matched(row["code"], ICD10CM, "ICD-10-CM code")
    if (kind == "added") == (code in codes):
        raise BadRow(f"{code} {'is in the list already' if kind == 'added' else 'is not in the list'}")
    match kind:
        case "added":
            codes[code] = CodeRow(System.ICD10CM.value, code, words(row["title"]), flag(row["billable"]))
        case "revised":
            codes[code] = codes[code]._replace(title=words(row["title"]))
        case "heading":
            codes[code] = codes[code]._replace(billable=False)
        case _:
            del codes[code]
    return code
