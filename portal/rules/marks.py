"""What a page looks like at a glance: blank or not."""

from __future__ import annotations

# Ten-thousandths of the page that are inked. Measured: blank paper, with grain or the edge of the scanner, 0 to 1;
# a page with one line of eleven-point letters 8 or more.
BLANK_INK = 4


def is_blank(*, ink: int, words: int) -> bool:
    """Whether a page shows nothing: it is marked, and never dropped."""
    return not words and ink < BLANK_INK
