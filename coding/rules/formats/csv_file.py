"""The result as CSV: RFC 4180, UTF-8 with byte order mark, one row a procedure line."""

from coding.rules.formats.columns import TABLE
from coding.rules.formats.contents import Contents
from coding.rules.formats.delimited import written_table
from coding.rules.formats.template import OutputTemplate, Setting

LABEL = "CSV"
MEDIA_TYPE = "text/csv; charset=utf-8"
ENDING = ".csv"
NEEDS_EVIDENCE = False
COMPOSES = frozenset(Setting) - {Setting.WIDTHS, Setting.ONE_SHEET}
# The byte order mark tells Excel that the file is UTF-8 (Unicode Standard, section 2.6).
TEMPLATE = OutputTemplate().with_columns(*TABLE)


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """One row for each procedure line; an encounter without lines, or an unreadable chart, has one row."""
    return written_table(contents, template)
