"""Plain text as pages of words with boxes, so that a note without a scan can be suggested from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coding.rules.suggestions.shape import PageWords
from portal.rules.words import SURE, Lines, Word

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
    for line in text.splitlines():
        at = text.index(line, start)
        for part in textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False):
            words = []
            for word in part.split():
                at = text.index(word, at)
                words.append((at, word))
                at += len(word)
            yield words
        start = at


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
