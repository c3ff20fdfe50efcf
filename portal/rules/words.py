"""Words with boxes: how they are written down, when a text layer is believed, when a reading is doubted.

A word is `[text, x0, y0, x1, y1, confidence]`: its box in ten-thousandths of the width and height of the page as it
is shown (from the upper left corner), so that it fits the image at any size; confidence 0 to 100. Words stand in
reading order; `line_starts` holds the index of the first word of each line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, Protocol

SCALE = 10_000
SURE = 100
# Mean confidence below which a page is read again by the second engine, and below which people are told. Figures:
# docs/decisions/0011; nineteen words in twenty are right from 92 on.
READ_AGAIN = 90
LOW_CONFIDENCE = 88
WORDS_LIMIT = 20_000  # of one page; what is beyond is no note
WORD_LIMIT = 200  # characters of one word


class Word(NamedTuple):
    """One word and its box; written to JSON it is a list of six."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: int


class WordsState(StrEnum):
    """How far the words of a page are."""

    WAITING = "waiting"
    DONE = "done"
    EMPTY = "empty"
    FAILED = "failed"


class WordsSource(StrEnum):
    """Where words come from."""

    NONE = "none"
    LAYER = "layer"
    OCR = "ocr"
    BOTH = "both"


class Lines(NamedTuple):
    """The words of a page in reading order, and where its lines begin."""

    words: list[Word]
    line_starts: list[int]

    @classmethod
    def of(cls, lines: Iterable[Sequence[Word]]) -> Lines:
        """From lines of words; empty lines are left out."""
        words: list[Word] = []
        starts: list[int] = []
        for line in lines:
            if line and len(words) + len(line) <= WORDS_LIMIT:
                starts.append(len(words))
                words.extend(line)
        return cls(words, starts)

    def by_line(self) -> list[list[Word]]:
        """The lines again."""
        starts = [*self.line_starts, len(self.words)]
        return [self.words[start:end] for start, end in pairwise(starts)]

    def text(self) -> str:
        """Plain text, a line for each line."""
        return "\n".join(" ".join(word.text for word in line) for line in self.by_line())

    def confidence(self) -> int:
        """Mean over the letters, 0 to 100."""
        letters = sum(len(word.text) for word in self.words)
        return round(sum(word.confidence * len(word.text) for word in self.words) / letters) if letters else 0


NOTHING = Lines([], [])


def share(place: float, whole: float) -> int:
    """A coordinate as ten-thousandths of the whole, kept within the page."""
    return min(SCALE, max(0, round(place * SCALE / whole))) if whole > 0 else 0


def boxed(text: str, box: tuple[float, float, float, float], size: tuple[float, float], confidence: int) -> Word:
    """A word from a box (left, top, right, bottom) in the units of `size` (width, height)."""
    (left, top, right, bottom), (width, height) = box, size
    return Word(
        text[:WORD_LIMIT], share(min(left, right), width), share(min(top, bottom), height),
        share(max(left, right), width), share(max(top, bottom), height), confidence,
    )  # fmt: skip


# -- is a text layer to be believed? --------------------------------------------------------------------
UNREADABLE_SHARE = 0.05  # of the letters that are no characters of any script
LETTERS_SHARE = 0.5  # of the signs that are letters or figures
INKED_SHARE = 0.6  # of the words under which the page is inked
COVERED_SHARE = 0.5  # of the page's ink that lies under words
LITTLE_INK = 30  # ten-thousandths of the page: what lies outside words may be lines and a logo


class Belief(StrEnum):
    """What is made of a text layer."""

    WHOLE = "whole"  # it is the words of the page
    PART = "part"  # it is right, but the picture holds more
    NOT = "not"  # it is not what the page shows


def is_readable(words: Sequence[Word]) -> bool:
    """Whether the signs are those of a language: fonts without a map to Unicode give private or unassigned ones."""
    text = "".join(word.text for word in words)
    if not text:
        return False
    broken = sum(sign == "\ufffd" or unicodedata.category(sign) in {"Co", "Cn", "Cc", "Cs"} for sign in text)
    letters = sum(sign.isalnum() for sign in text)
    return broken <= UNREADABLE_SHARE * len(text) and letters >= LETTERS_SHARE * len(text)


def belief(words: Sequence[Word], *, inked: float, ink: int, ink_outside: int) -> Belief:
    """Judge a layer by its signs and by the picture.

    `inked` is the share of the words with ink under them; `ink` and `ink_outside` are ten-thousandths of the page that
    are inked at all, and that are inked where no word stands.
    """
    if not is_readable(words) or inked < INKED_SHARE:
        return Belief.NOT
    if ink_outside > LITTLE_INK and ink_outside > (1 - COVERED_SHARE) * ink:
        return Belief.PART
    return Belief.WHOLE


def joined(layer: Lines, read: Lines) -> Lines:
    """The layer's words, and of those that were read the ones that stand where the layer has none; top to bottom."""
    added = [
        [word for word in line if not any(contains(known, word) for known in layer.words)] for line in read.by_line()
    ]
    lines = [*layer.by_line(), *(line for line in added if line)]
    return Lines.of(sorted(lines, key=lambda line: (line[0].y0 + line[0].y1, line[0].x0)))


def contains(known: Word, word: Word) -> bool:
    """Whether the middle of a word lies within the box of another."""
    across, down = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return known.x0 <= across <= known.x1 and known.y0 <= down <= known.y1


# -- is a reading to be believed? -----------------------------------------------------------------------
ENOUGH_LETTERS = 0.95
AGREED, DISPUTED = 99, 60  # confidence of a word that both engines read alike, or not
DOUBTFUL = 60  # mean confidence below which a page may lie upside down


def sure_letters(lines: Lines) -> float:
    """How many letters were read, each counted by how sure the engine is of it."""
    return sum(word.confidence * len(word.text) for word in lines.words) / SURE


def better(first: Lines, second: Lines) -> bool:
    """Whether the robust engine's reading is taken instead: it has found at least as many letters, within a twentieth.

    Its own confidence is no measure: it is 96 and more even where one word in five is wrong.
    """
    return letters(second) > 0 and letters(second) >= ENOUGH_LETTERS * letters(first)


def letters(lines: Lines) -> int:
    """Letters and figures in all words."""
    return sum(sign.isalnum() for word in lines.words for sign in word.text)


def weighed(second: Lines, first: Lines) -> Lines:
    """The robust engine's words: where the fast one read the same, sure and in its tighter box; doubtful elsewhere."""
    by_text: dict[str, list[Word]] = {}
    for word in first.words:
        by_text.setdefault(word.text, []).append(word)

    def weigh(word: Word) -> Word:
        same = next((one for one in by_text.get(word.text, ()) if contains(one, word) or contains(word, one)), None)
        return same._replace(confidence=AGREED) if same else word._replace(confidence=min(word.confidence, DISPUTED))

    return Lines([weigh(word) for word in second.words], second.line_starts)


# -- what people are told --------------------------------------------------------------------------------
class Told(Protocol):
    """What is known of a page's words."""

    state: str
    source: str
    confidence: int


def reading_note(page: Told | None) -> str:
    """What the caption of a page says about its words; nothing when there is nothing to mind."""
    if page is None or page.state == WordsState.EMPTY:
        return ""
    if page.state == WordsState.WAITING:
        return "Its words are still being read."
    if page.state == WordsState.FAILED:
        return "Its words could not be read; the image is complete."
    if page.confidence < LOW_CONFIDENCE:
        return f"Hard to read: {page.confidence} % sure of its words."
    return ""


def progress_words(pages: Iterable[Told | None]) -> str:
    """How many pages are read, while not all are; empty afterwards."""
    states = [page.state for page in pages if page is not None]
    waiting = states.count(WordsState.WAITING)
    return f"Words: {len(states) - waiting} of {len(states)} pages read" if waiting else ""
