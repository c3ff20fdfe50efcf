"""Plain text on pages: its lines, its columns and its page breaks as they were typed."""

from __future__ import annotations

import re
from pathlib import Path

from portal.parsers.confine import Refused, reading
from portal.parsers.sheets import Sheets
from portal.rules.file_types import decoded

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[&(*][^A-Z]{0,12}[A-Z]|.)")  # what old printers were told
LONGEST_LINE = 20_000  # signs


def set_document(source: Path, target: Path, page_limit: int) -> dict[str, int]:
    """Set the text; a form feed begins a page."""
    with reading():
        text = decoded(source.read_bytes())
    if text is None:
        raise Refused("truncated")
    sheets = Sheets(page_limit)
    with reading():
        pages = ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\f")
        for number, page in enumerate(pages):
            if not page.strip():
                continue
            if number:
                sheets.new_page()
            for line in page.split("\n"):
                sheets.typed(line[:LONGEST_LINE])
                for place in range(LONGEST_LINE, len(line), LONGEST_LINE):
                    sheets.paragraph(line[place : place + LONGEST_LINE])
        return sheets.save(target)
