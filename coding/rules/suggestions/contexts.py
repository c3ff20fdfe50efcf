"""What a sentence says of the conditions it names: denied, uncertain, only feared, the family's, past.

A cue opens a stretch of the sentence, ahead of it or behind it, in which it holds. In doubt a condition counts as not
affirmed: a missing suggestion costs a search, a wrong one may be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coding.rules.suggestions.cues import CHECKED, CUES, DEFINITE, HARMLESS, SPEAKS, UNCHECKED, Context, Cue
from coding.rules.suggestions.reading import Sentence


class Stretch(NamedTuple):
    """From the character `start` to before `end` of a sentence's text."""

    context: Context
    start: int
    end: int


def stretches(sentence: Sentence) -> list[Stretch]:
    """Every stretch of a sentence in which something is not plainly affirmed."""
    text = SPEAKS.sub(blank, HARMLESS.sub(blank, sentence.text))
    return [*cued(text), *boxes_left_open(text)]


def blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def cued(text: str) -> Iterator[Stretch]:
    is_definite = bool(DEFINITE.search(text))
    for cue in CUES:
        if not (is_definite and cue.context is Context.UNCERTAIN):
            for found in cue.words.finditer(text):
                yield opened(cue, text, found)


def opened(cue: Cue, text: str, found: re.Match[str]) -> Stretch:
    """The stretch that one find of a cue opens."""
    if cue.ahead:
        begin = found.end() + text.startswith(":", found.end())
        stop = cue.until.search(text, begin)
        return Stretch(cue.context, begin, stop.start() if stop else len(text))
    stops = [stop.end() for stop in cue.until.finditer(text, 0, found.start())]
    return Stretch(cue.context, stops[-1] if stops else 0, found.start())


def boxes_left_open(text: str) -> Iterator[Stretch]:
    """What stands behind an empty box of a form, up to the next box."""
    for found in UNCHECKED.finditer(text):
        ends = [match.start() for mark in (UNCHECKED, CHECKED) if (match := mark.search(text, found.end()))]
        yield Stretch(Context.DENIED, found.end(), min(ends, default=len(text)))


def context_of(found: Sequence[Stretch], start: int, end: int) -> Context | None:
    """The context of what stands from `start` to `end`; None if it is plainly affirmed.

    A denial within the words is part of what they name: "laceration without foreign body".
    """
    holding = {
        stretch.context
        for stretch in found
        if stretch.start < end
        and start < stretch.end
        and (stretch.context is not Context.DENIED or stretch.start <= start)
    }
    return next((context for context in Context if context in holding), None)
