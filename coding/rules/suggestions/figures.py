"""How good suggestions are against codes that people gave: precision, recall, evidence, by source; plain arithmetic."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from coding.rules.codings import System
from coding.rules.suggestions.shape import Source, Suggestion

CATEGORY, WHOLE = 3, 8  # characters that are compared
EARLY = 200  # characters of a text in which places say too little about its length in another language
NEAR = 150  # characters within which two places are of one sentence


class Half(StrEnum):
    """Which half a note is in: rules and weights are tuned on the one, the other is measured at the end."""

    TUNED = "tuned"
    HELD_OUT = "held-out"


def half_of(name: str) -> Half:
    """The half of a note, by a hash of its name that never changes."""
    return (Half.TUNED, Half.HELD_OUT)[hashlib.sha256(name.encode()).digest()[-1] % 2]


class Place(NamedTuple):
    """A code and the characters between which its evidence stands."""

    code: str
    start: int
    end: int


@dataclass(frozen=True)
class Judged:
    """One note: the codes that people gave and where, what was suggested and where, and how long that took.

    The gold places are offsets into another text (the Spanish original), those of the suggestions into ours.
    """

    name: str
    gold: frozenset[str]
    gold_places: tuple[Place, ...]
    suggestions: tuple[Suggestion, ...]
    places: tuple[Place, ...]
    seconds: float
    pages: int

    def diagnoses(self, cap: int, least: float) -> tuple[Suggestion, ...]:
        """The first so many diagnoses with at least this score."""
        found = (one for one in self.suggestions if one.system is not System.PROCEDURE and one.score >= least)
        return tuple(found)[:cap]


@dataclass(frozen=True)
class Counts:
    """How many were right, suggested and wanted; shares from 0 to 1, 0 of nothing."""

    right: int
    given: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.given + self.wanted) if self.given + self.wanted else 0.0


def micro(
    notes: Sequence[Judged],
    *,
    cap: int,
    least: float,
    characters: int = WHOLE,
    headings: Callable[[str], bool] = lambda _: False,
) -> Counts:
    """All notes together, each code of a note once, compared by its first characters.

    Gold codes that are `headings` in the list the suggestions come from are met by any code below them.
    """
    right = given = wanted = 0
    for note in notes:
        met = tuple(code for code in note.gold if headings(code))
        suggested = {above(one.code, met)[:characters] for one in note.diagnoses(cap, least)}
        gold = {code[:characters] for code in note.gold}
        right += len(suggested & gold)
        given += len(suggested)
        wanted += len(gold)
    return Counts(right, given, wanted)


def above(code: str, met: Sequence[str]) -> str:
    """The heading among these that a code stands below, or the code itself."""
    return next((heading for heading in met if code.startswith(heading)), code)


def by_source(notes: Sequence[Judged], *, cap: int, least: float) -> dict[Source, Counts]:
    """The same for what each source led to, of all codes wanted."""
    given: Counter[Source] = Counter()
    right: Counter[Source] = Counter()
    for note in notes:
        for one in note.diagnoses(cap, least):
            given[one.source] += 1
            right[one.source] += one.code in note.gold
    wanted = sum(len(note.gold) for note in notes)
    return {source: Counts(right[source], given[source], wanted) for source, _ in given.most_common()}


def pairs(notes: Sequence[Judged]) -> Iterator[tuple[int, int, int]]:
    """Of right codes with one gold place: our middle, the gold middle, and our middle for another right code.

    The last is what chance gives: evidence from the same note, but for something else.
    """
    for note in notes:
        once = Counter(place.code for place in note.gold_places)
        gold = {place.code: middle(place) for place in note.gold_places if once[place.code] == 1}
        ours = {place.code: middle(place) for place in reversed(note.places) if place.code in gold}
        others = list(ours.values())
        for number, (code, place) in enumerate(ours.items()):
            yield place, gold[code], others[number - 1]


def middle(place: Place) -> int:
    return (place.start + place.end) // 2


def stretch(notes: Sequence[Judged]) -> float:
    """How much longer the other text is: the median of gold place by ours, of places that are not early."""
    shares = [gold / ours for ours, gold, _ in pairs(notes) if ours > EARLY]
    return median(shares) if shares else 1.0


def median(values: Sequence[float]) -> float:
    """The middle of some values, of an even number the mean of the two."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


class Overlap(NamedTuple):
    """Of so many right codes with one gold place: the share whose evidence is near it, and what chance gives."""

    compared: int
    near: float
    by_chance: float


def overlap(notes: Sequence[Judged], factor: float) -> Overlap:
    """Evidence near the gold span, whose place in our text is estimated by a factor of length."""
    found = list(pairs(notes))
    if not found:
        return Overlap(0, 0.0, 0.0)
    near = sum(abs(ours * factor - gold) <= NEAR for ours, gold, _ in found)
    chance = sum(abs(other * factor - gold) <= NEAR for _, gold, other in found)
    return Overlap(len(found), near / len(found), chance / len(found))


def page_times(notes: Sequence[Judged]) -> Mapping[str, float]:
    """Milliseconds for a page: median and 95th percentile (nearest rank)."""
    times = sorted(1000 * note.seconds / note.pages for note in notes)
    if not times:
        return {"p50_ms": 0.0, "p95_ms": 0.0}
    return {"p50_ms": times[ceil(len(times) * 0.5) - 1], "p95_ms": times[ceil(len(times) * 0.95) - 1]}
