"""The numbers by which people call batches, charts and encounters."""

from __future__ import annotations

import re

LARGEST = 2**31 - 1  # of an integer column
KINDS = "BCE"  # batch, chart, encounter


def read_number(text: str) -> tuple[str, int] | None:
    """What "E-00012", "c12" or "12" may mean: the letters of the kinds, and the number; None for other text."""
    match = re.fullmatch(rf"([{KINDS}])?\s*-?\s*(\d{{1,10}})", text.strip(), re.IGNORECASE | re.ASCII)
    if match is None or int(match[2]) > LARGEST:
        return None
    return (match[1] or KINDS).upper(), int(match[2])
