"""Plain text as pages of words with boxes, so that a note without a scan can be suggested from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coding.rules.suggestions.shape import PageWords
from portal.rules.words import SURE, Lines, Word

WORD = re.compile(r"\S+")
LINE, LINES = 95, 55  # characters of a line, lines of a page: letter paper at 11 points
LEFT, TOP, WIDE, HIGH, LEADING = 800, 500, 85, 110, 160  # ten-thousandths of the page


class TypedPage(NamedTuple):
    """A page, and for each of its words the character of the text at which it begins."""

    page: PageWords
    offsets: tuple[int, ...]


def typed_pages(text: str) -> list[TypedPage]:
    """The pages of a text; each line of it begins a line."""
    lines = list(lines_of(text))
    parts = [lines[start : start + LINES] for start in range(0, len(lines), LINES)] or [[]]
    return [typed(number, part) for number, part in enumerate(parts, 1)]


def lines_of(text: str) -> Iterator[list[tuple[int, str]]]:
    """The lines as they fit the page: each word with its place in the text."""
    start = 0
    for whole in text.splitlines(keepends=True):
        line: list[tuple[int, str]] = []
        for found in WORD.finditer(whole):
            if line and found.end() - (line[0][0] - start) > LINE:
                yield line
                line = []
            line.append((start + found.start(), found[0]))
        if line:
            yield line
        start += len(whole)


def typed(number: int, lines: Sequence[list[tuple[int, str]]]) -> TypedPage:
    rows, offsets = [], []
    for place, line in enumerate(lines):
        across, top, row = LEFT, TOP + place * LEADING, []
        for offset, text in line:
            row.append(Word(text, across, top, across + len(text) * WIDE, top + HIGH, SURE))
            across += (len(text) + 1) * WIDE
            offsets.append(offset)
        rows.append(row)
    return TypedPage(PageWords(number, Lines.of(rows)), tuple(offsets))
