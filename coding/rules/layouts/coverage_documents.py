"""The list of local coverage determinations and articles with their contractors and dates.

Source: CMS, Medicare Coverage Database, report "Local Coverage Final LCDs and Articles" as CSV: document_display_id,
document_type, document_version, title, contractor_name_type, effective_date and retirement_date (MM/DD/YYYY or N/A),
url. A document that changes soon stands twice, as the version in force and the future one.
"""

from collections.abc import Iterator
from typing import IO, Any

from coding.rules.code_sets import CodeSet
from coding.rules.layouts.cells import any_day, short
from coding.rules.layouts.lines import Table, Unfit, records
from coding.rules.layouts.shape import Layout, Record, Refused

TABLE = "CoverageDocument"
COLUMNS = {TABLE: ("number", "kind", "title", "contractor", "version", "effective", "retired_on", "address")}
REQUIRED = {
    "contractor_name_type", "document_display_id", "document_type", "document_version", "effective_date",
    "retirement_date", "title", "url",
}  # fmt: skip
LONGEST = {"document_display_id": 12, "document_type": 20, "title": 400, "document_version": 12, "url": 300}


def read_documents(file: IO[bytes]) -> Iterator[Record | Refused]:
    table = Table(file, required=REQUIRED, what="coverage documents", multi_line=True)
    yield from records(TABLE, iter(table), document)


def document(row: dict[str, str]) -> tuple[Any, ...]:
    for name, longest in LONGEST.items():
        short(row[name], longest, name)
    if not row["document_display_id"] or not row["title"]:
        raise Unfit("no number or no title")
    return (
        row["document_display_id"], row["document_type"], row["title"], " ".join(row["contractor_name_type"].split()),
        row["document_version"], any_day(row["effective_date"]), any_day(row["retirement_date"]), row["url"],
    )  # fmt: skip


LAYOUT = Layout(CodeSet.COVERAGE_DOCUMENTS, COLUMNS, read_documents, "CMS, Medicare Coverage Database, report as CSV")
