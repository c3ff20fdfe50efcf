"""The result as text with a separator, as many practice-management systems import it."""

from dataclasses import replace

from coding.rules.formats import csv_file
from coding.rules.formats.contents import Contents
from coding.rules.formats.delimited import written_table
from coding.rules.formats.template import Encoding, OutputTemplate, Separator

LABEL = "Text with separators (TXT)"
MEDIA_TYPE = "text/plain; charset=utf-8"
ENDING = ".txt"
NEEDS_EVIDENCE = False
COMPOSES = csv_file.COMPOSES
TEMPLATE = replace(csv_file.TEMPLATE, separator=Separator.PIPE, encoding=Encoding.UTF8)


def render(contents: Contents, template: OutputTemplate) -> bytes:
    """The same table as CSV, by itself with | between the values and without a byte order mark."""
    return written_table(contents, template)
