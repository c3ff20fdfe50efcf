"""Cells of tables that leave the site: text that no spreadsheet runs."""

import re
from datetime import date

Cell = str | int | date | None

# OWASP, CSV Injection: a spreadsheet takes a cell that begins so for a formula (also ASVS 1.2.10).
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\0", "\n", "＝", "＋", "－", "＠")

# What neither a spreadsheet nor XML 1.0 may hold; free text can bring such characters along.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def plain(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs as a formula; dates as YYYY-MM-DD."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return str(cell)
    text = clean(cell)
    return f"'{text}" if cell.startswith(FORMULA_BEGINNINGS) or text.startswith(FORMULA_BEGINNINGS) else text


def clean(text: str) -> str:
    """The text without characters that have no meaning in a table."""
    return UNPRINTABLE.sub("", text)
