"""Clinical indicators: where the words that a query quotes stand on a page."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from portal.rules.words import SCALE, Word

Box = tuple[int, int, int, int]  # left, top, right, bottom in ten-thousandths of the page


@dataclass(frozen=True)
class Indicator:
    """A passage that a query cites: the page by its place in the visit (from 1), its words, and where they stand.

    `boxes` may be empty: then they are looked up, or the page has no words and was read by eye.
    """

    place: int
    quote: str
    boxes: tuple[Box, ...] = ()


def letters_of(text: str) -> str:
    """What is compared: letters and figures without case, so that blanks, hyphens and stops do not matter."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def find_quote(words: Sequence[Word], quote: str) -> list[range]:
    """Where the words of a page say the quote, as ranges of words; whole words only."""
    wanted = letters_of(quote)
    if not wanted:
        return []
    parts = [letters_of(word.text) for word in words]
    text = "".join(parts)
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part)
    begins, ends = set(starts), {start + len(part) for start, part in zip(starts, parts, strict=True)}
    found, at = [], text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if at in begins and end in ends:
            # Words without letters, such as a dash, begin where the next one does: the last of them is the one said.
            found.append(range(bisect_right(starts, at) - 1, bisect_right(starts, end - 1)))
        at = text.find(wanted, at + 1)
    return found


def boxes_of(words: Sequence[Word], line_starts: Sequence[int], said: range) -> tuple[Box, ...]:
    """One box for each line that the passage touches."""
    lines = groupby(said, key=lambda at: bisect_right(line_starts, at))
    return tuple(around([words[at] for at in line]) for _, line in lines)


def around(words: Sequence[Word]) -> Box:
    return (
        min(word.x0 for word in words), min(word.y0 for word in words),
        max(word.x1 for word in words), max(word.y1 for word in words),
    )  # fmt: skip


def nearest(passages: Sequence[tuple[Box, ...]], pointed: Iterable[Box]) -> tuple[Box, ...]:
    """Of several passages that say the same, the one that was pointed at; the first without a hint."""
    pointed = tuple(pointed)
    return max(passages, key=lambda boxes: sum(shared(one, other) for one in boxes for other in pointed))


def shared(one: Box, other: Box) -> int:
    """The area that two boxes have in common."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)


def is_box(box: Sequence[int]) -> bool:
    """Whether four numbers are a box on a page."""
    return len(box) == len("ltrb") and 0 <= box[0] < box[2] <= SCALE and 0 <= box[1] < box[3] <= SCALE
