"""The result as CSV: RFC 4180, UTF-8 with byte order mark, one row a procedure line."""

import csv
import io

from coding.rules.formats.result import (
    ENCOUNTER_COLUMNS,
    LINE_COLUMNS,
    BatchResult,
    encounter_cells,
    line_cells,
)
from portal.rules.plain_cells import plain

MEDIA_TYPE = "text/csv; charset=utf-8"
ENDING = ".csv"


def render(result: BatchResult) -> bytes:
    """One row for each procedure line; an encounter without lines, or an unreadable chart, has one row."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow([*ENCOUNTER_COLUMNS, *LINE_COLUMNS])
    for row in result.rows:
        left = [plain(cell) for cell in encounter_cells(result, row)]
        for right in list(line_cells(row)) or [("",) * len(LINE_COLUMNS)]:
            writer.writerow([*left, *(plain(cell) for cell in right)])
    # The mark tells Excel that the file is UTF-8 (Unicode Standard, section 2.6).
    return sheet.getvalue().encode("utf-8-sig")
