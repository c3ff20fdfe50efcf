"""A page as text in which columns are told apart, and from any part of the text back to its words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from coding.rules.evidence import QUOTE_LIMIT, Passage
from coding.rules.visit_facts.shape import PageOfVisit
from portal.rules.words import SCALE, Word

COLUMN = "   "  # between words that stand in two columns of a line
WIDE = 2.4  # letters: a wider space between two words parts columns
BESIDE = 200  # ten-thousandths of the width by which a value may begin left of the label above it
BELOW = 4.0  # heights of a line: what stands lower does not belong to a label above it


@dataclass(frozen=True)
class Sheet:
    """The text of a page. `starts` and `lines` are the characters at which its words and its lines begin."""

    page: PageOfVisit
    text: str
    starts: tuple[int, ...]
    lines: tuple[int, ...]

    @property
    def words(self) -> Sequence[Word]:
        return self.page.lines.words

    def span_words(self, start: int, end: int) -> range:
        """The words that have letters in this part of the text."""
        first = max(0, bisect_right(self.starts, start) - 1)
        while first < len(self.starts) and self.starts[first] + len(self.words[first].text) <= start:
            first += 1
        return range(first, max(first, bisect_left(self.starts, end)))

    def passage(self, start: int, end: int) -> Passage:
        """Where this part of the text stands."""
        words = [self.words[index] for index in self.span_words(start, end)]
        quote = " ".join(word.text for word in words)[:QUOTE_LIMIT]
        return Passage(self.page.page, self.page.number, tuple(box_of(word) for word in words), quote)

    def line_of(self, start: int) -> int:
        """The number of the line, from 0."""
        return bisect_right(self.lines, start) - 1

    def line(self, number: int) -> tuple[int, int]:
        """Where a line begins and ends."""
        start = self.lines[number]
        end = self.lines[number + 1] - 1 if number + 1 < len(self.lines) else len(self.text)
        return start, end

    def below(self, start: int, right: int | None) -> tuple[int, int] | None:
        """The part of the next line that stands under the word at `start`, as far as the word at `right`."""
        number = self.line_of(start)
        if number + 1 >= len(self.lines):
            return None
        label = self.words[self.span_words(start, start + 1).start]
        end = self.words[self.span_words(right, right + 1).start].x0 if right is not None else 2 * SCALE
        row = self.span_words(*self.line(number + 1))
        under = [index for index in row if label.x0 - BESIDE <= self.words[index].x0 < end - BESIDE]
        if not under or self.words[under[0]].y0 - label.y1 > BELOW * max(1, label.y1 - label.y0):
            return None
        return self.starts[under[0]], self.starts[under[-1]] + len(self.words[under[-1]].text)

    @cached_property
    def top(self) -> int:
        """The character at which the head of the page ends: what a heading stands in."""
        return self.lines[TOP_LINES] if len(self.lines) > TOP_LINES else len(self.text)


TOP_LINES = 10


def box_of(word: Word) -> tuple[int, int, int, int]:
    """The box of a word, with an area and within the page whatever the reader said."""
    x0, y0 = min(word.x0, SCALE - 1), min(word.y0, SCALE - 1)
    return x0, y0, max(word.x1, x0 + 1), max(word.y1, y0 + 1)


def letter_of(row: Sequence[Word]) -> float:
    """How wide a letter of a line is: that of its middle word."""
    widths = sorted((word.x1 - word.x0) / max(1, len(word.text)) for word in row)
    return widths[len(widths) // 2]


def sheet(page: PageOfVisit) -> Sheet:
    """The text of a page: words of a line by blanks, columns by three."""
    parts: list[str] = []
    starts, lines, at = [], [], 0
    for row in page.lines.by_line():
        lines.append(at)
        wide = WIDE * letter_of(row)
        for index, word in enumerate(row):
            if index:
                gap = COLUMN if word.x0 - row[index - 1].x1 > wide else " "
                parts.append(gap)
                at += len(gap)
            starts.append(at)
            parts.append(word.text)
            at += len(word.text)
        parts.append("\n")
        at += 1
    return Sheet(page, "".join(parts), tuple(starts), tuple(lines))
