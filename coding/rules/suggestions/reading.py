"""From the words of pages to sentences of tokens, each in its section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from coding.rules.code_search.words import WORD, plain, stem
from coding.rules.suggestions.phrases import word_set
from coding.rules.suggestions.shape import Box, Evidence, PageWords
from portal.rules.outline import heading_in, height, middle, section
from portal.rules.words import Word

ENDS = re.compile(r"[.!?;]['\")\]]*$")
# No end of a sentence: titles, units, and what stands before a number or a name.
ABBREVIATED = re.compile(
    r"^\(?(?:dr|mr|mrs|ms|st|vs|approx|no|fig|pt|yr|yo|y\.o|e\.g|i\.e|etc|wt|ht|temp|resp|prof|[a-z])\.$", re.IGNORECASE
)
LIST_ITEM = re.compile(r"^(?:\(?\d{1,2}[.)]|[•*§#■▪◦●–-]+|\(?[a-h]\))$")
BEGINS = re.compile(r"[A-Z0-9]")  # an item of a list without marks
# After these a line is not the end of anything, whatever the next one looks like.
GOES_ON = word_set(
    "no not denies denied deny without negative nor or and with of for in to the a by from has had r/o out"
)
NUMBERED = re.compile(r"^\(?\d{1,2}[.)]$")
SHORT = 0.6  # of the widest line: after a shorter one a capital begins something else
LONGEST = 120  # words of a sentence; a table without a stop is cut here


class Token(NamedTuple):
    """A word as it is compared, as it was written, and the words of the page that it stands in."""

    stem: str
    piece: str  # its own part of what was written, capitals as they were
    written: str
    first: int
    last: int


@dataclass(frozen=True)
class Sentence:
    """What is read in one go: tokens of one page and section; `text` is in small letters, `starts` where words begin.

    `first` is the page's number of the first word.
    """

    page: int
    section: str
    first: int
    words: tuple[Word, ...]
    tokens: tuple[Token, ...]
    text: str
    starts: tuple[int, ...]

    def characters(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from `first` to `last`, by their numbers on the page, begin and end in the text."""
        end = last - self.first
        return self.starts[first - self.first], self.starts[end] + len(self.words[end].text)


@dataclass
class Page:
    """A page being cut into sentences."""

    number: int
    section: str
    found: list[Sentence] = field(default_factory=list)
    first: int = 0
    words: list[Word] = field(default_factory=list)
    opener: int = 0  # words of the sentence's first line; 0 while that is not over

    def end(self) -> None:
        if self.words:
            self.found.append(sentence(self.number, self.section, self.first, self.words))
        self.words = []
        self.opener = 0

    def line_over(self) -> None:
        """A line is over; a first line that only opens a list ("Denies:") keeps what follows in its sentence."""
        if self.words and not self.opener:
            opens = len(self.words) == 1 or self.words[-1].text.endswith((":", ","))
            self.opener = LONGEST if opens else len(self.words)

    def is_item(self) -> bool:
        """Whether the sentence so far may be an item of a list without marks."""
        last = self.words[-1].text.lower() if self.words else ""
        return 0 < self.opener < LONGEST and not last.endswith((",", ":", "-")) and last not in GOES_ON

    def add(self, place: int, word: Word) -> None:
        if not self.words:
            self.first = place
        self.words.append(word)
        if len(self.words) >= LONGEST:
            self.end()


def sentences(pages: Sequence[PageWords]) -> list[Sentence]:
    """The sentences of a visit in reading order. A section goes on over the page's end, a sentence does not."""
    found: list[Sentence] = []
    name = ""
    for page in pages:
        cut = cut_page(page, name)
        found += cut.found
        name = cut.section
    return found


def cut_page(page: PageWords, name: str) -> Page:
    lines = page.lines.by_line()
    usual = middle([height(line) for line in lines])
    width = max((line[-1].x1 - line[0].x0 for line in lines), default=0)
    cut = Page(page.number, name)
    place, is_short = 0, False
    for line in lines:
        heading = heading_in(line, usual=usual, width=width)
        begins = is_short and cut.is_item() and BEGINS.match(line[0].text)
        if heading or begins or LIST_ITEM.match(line[0].text):
            cut.end()
        rest = 0
        if heading:
            cut.section = heading
            rest = words_of_heading(line)
        for number, word in enumerate(line):
            take(cut, place + number, word, of_heading=number < rest)
        cut.line_over()
        is_short = line[-1].x1 - line[0].x0 < SHORT * width
        place += len(line)
    cut.end()
    return cut


def take(cut: Page, place: int, word: Word, *, of_heading: bool) -> None:
    """One word: of a heading it is left out, with a stop it ends the sentence."""
    if of_heading:
        return
    if cut.words and NUMBERED.match(word.text) and ENDS.search(cut.words[-1].text):
        cut.end()
    cut.add(place, word)
    if ENDS.search(word.text) and not ABBREVIATED.match(word.text) and not NUMBERED.match(word.text):
        cut.end()


def words_of_heading(line: Sequence[Word]) -> int:
    """How many words of a line are its heading: up to the colon, or the longest beginning that is one."""
    for number, word in enumerate(line, 1):
        if ":" in word.text:
            return number if section(" ".join(one.text for one in line[:number]).partition(":")[0]) else 0
    for number in range(len(line), 0, -1):
        if section(" ".join(word.text for word in line[:number])):
            return number
    return 0


def sentence(page: int, name: str, first: int, words: Sequence[Word]) -> Sentence:
    small = [word.text.lower() for word in words]  # of another length than the word, for a few letters
    starts = tuple(accumulate((len(text) + 1 for text in small[:-1]), initial=0))
    return Sentence(page, name, first, tuple(words), tuple(tokens(first, words)), " ".join(small), starts)


def tokens(first: int, words: Sequence[Word]) -> Iterator[Token]:
    """The words as they are compared; a word divided at the end of its line is one."""
    skip = False
    for number, word in enumerate(words):
        if skip:
            skip = False
            continue
        text, last = word.text, number
        if is_divided(words, number):
            text, last, skip = text[:-1] + words[number + 1].text, number + 1, True
        for part in WORD.findall(plain(text)):
            yield Token(stem(part), piece_of(text, part), text, first + number, first + last)


def piece_of(text: str, part: str) -> str:
    """A part of a word as it was written; the part itself where it was written with accents."""
    at = text.lower().find(part)
    return text[at : at + len(part)] if at >= 0 else part


def is_divided(words: Sequence[Word], number: int) -> bool:
    """Whether a word goes on in the next line: a hyphen at its end, and the next begins small further left."""
    if number + 1 >= len(words):
        return False
    word, following = words[number], words[number + 1]
    return (
        len(word.text) > 2  # noqa: PLR2004  (a lone dash)
        and word.text.endswith("-")
        and word.text[-2].isalpha()
        and following.text[:1].islower()
        and following.x0 < word.x0
    )


def evidence_of(page: Sequence[Word], sentence: Sentence, first: int, last: int) -> Evidence:
    """The words from `first` to `last` of a page's words, with one box for each line."""
    words = page[first : last + 1]
    return Evidence(
        sentence.page, first, last, tuple(boxes(words)), " ".join(word.text for word in words), sentence.section
    )


def boxes(words: Sequence[Word]) -> Iterator[Box]:
    """One box around the words of each line; a word further left begins a line."""
    line: list[Word] = []
    for word in words:
        if line and word.x0 < line[-1].x0:
            yield around(line)
            line = []
        line.append(word)
    if line:
        yield around(line)


def around(words: Sequence[Word]) -> Box:
    return (
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )
