"""ICD-10-CM as plain lists: the order file, the codes file, and a list code/billable/title with tabs."""

import csv
import re
from collections.abc import Iterator
from typing import IO

from coding.rules.code_sets import CodeSet
from coding.rules.codings import System
from coding.rules.layouts.code_rows import CODE_COLUMNS, ICD10CM, CodeRow
from coding.rules.layouts.numbered import BadRow, lines_like, matched, table_rows, taken, unpacked, words
from coding.rules.layouts.shape import Layout, Record, Refused

ORDER_LINE = re.compile(r"[0-9]{5} [A-Z][0-9A-Z]{2,6} *[01] ")
CODES_LINE = re.compile(r"[A-Z][0-9A-Z]{2,6} +\S")
BILLABLE = {"0": False, "1": True}
SHORT_TITLE_LIMIT = 120  # characters; the order file has 60


def read_order_file(file: IO[bytes]) -> Iterator[Record | Refused]:
    lines = lines_like(file, ORDER_LINE, "an order number, a code and a 0 or 1")
    return taken(lines, order_line)


def order_line(line: str) -> Record:
    matched(line[:5], re.compile("[0-9]{5}"), "order number (columns 1-5)")
    return CodeRow(
        System.ICD10CM.value,
        matched(line[6:13], ICD10CM, "ICD-10-CM code (columns 7-13)"),
        words(line[77:]),
        short_title=words(line[16:76], "short title", SHORT_TITLE_LIMIT),
        billable=flag(line[14:15]),
    ).record()


def read_codes_file(file: IO[bytes]) -> Iterator[Record | Refused]:
    lines = lines_like(file, CODES_LINE, "a code in columns 1-7 and a title from column 9")
    return taken(lines, codes_line)


def codes_line(line: str) -> Record:
    if line[7:8].strip():
        raise BadRow("column 8 is not blank")
    return CodeRow(
        System.ICD10CM.value, matched(line[:7], ICD10CM, "ICD-10-CM code (columns 1-7)"), words(line[8:]), billable=True
    ).record()


def read_tabbed_list(file: IO[bytes]) -> Iterator[Record | Refused]:
    rows = table_rows(unpacked(file), "code", "billable", "long_title", dialect=csv.excel_tab)
    return taken(rows, tabbed_row)


def tabbed_row(row: dict[str, str]) -> Record:
    return CodeRow(
        System.ICD10CM.value,
        matched(row["code"], ICD10CM, "ICD-10-CM code"),
        words(row["long_title"]),
        billable=flag(row["billable"]),
    ).record()


def flag(text: str) -> bool:
    """Whether a code can be reported: 0 is a heading, 1 a code."""
    if text not in BILLABLE:
        raise BadRow(f"{text[:5]!r} is no 0 (heading) or 1 (code)")
    return BILLABLE[text]


ORDER_FILE = Layout(
    CodeSet.ICD10CM,
    CODE_COLUMNS,
    read_order_file,
    "CMS and NCHS, icd10OrderFiles.pdf in the yearly code descriptions (icd10cm_order_YYYY.txt)",
)
CODES_FILE = Layout(
    CodeSet.ICD10CM,
    CODE_COLUMNS,
    read_codes_file,
    "CMS, yearly code descriptions in tabular order (icd10cm_codes_YYYY.txt): codes that can be reported, no headings",
)
TABBED_LIST = Layout(
    CodeSet.ICD10CM,
    CODE_COLUMNS,
    read_tabbed_list,
    "Chartline: code, billable (0 or 1) and long_title with tabs, headings included; gzip too",
)
