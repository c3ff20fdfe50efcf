"""The codes of one edition as suggestions need them: titles, headings, what stands below a heading."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from coding.rules.code_titles import Side, side_of
from coding.rules.suggestions.phrases import SIDES, stems, word_set

CATEGORY = 3  # characters
FULL = 7  # characters of a code with a 7th
WITHOUT = re.compile(r"\b(?:without|not)\b[^,]*")
NEUTRAL = word_set(
    """
    unspecified other initial subsequent encounter closed without complication uncomplicated not elsewhere
    classified site organism type routine healing specified
    """
)
OPEN = re.compile(r"\bunspecified\b|\bnot otherwise specified\b|\bwithout (?:complications?|mention)", re.IGNORECASE)
OTHER = re.compile(r"^other\b|\bother specified\b|\bother\b(?! part)", re.IGNORECASE)
INJURIES = "STM"  # chapters whose 7th character is the episode of care
EPISODES = "AD"  # first care of a closed injury, routine later care
KEPT = 4000  # headings whose codes are remembered
FAR_BELOW = 3000  # codes below a heading beyond which it is too wide to be refined


class Facet(NamedTuple):
    """One code below a heading, by what its title adds."""

    code: str
    adds: frozenset[str]
    side: Side | None
    is_open: bool
    is_other: bool


@dataclass(frozen=True)
class CodeBook:
    """Titles by code, and which codes are headings."""

    titles: Mapping[str, str]
    headings: frozenset[str]
    kept: dict[str, tuple[Facet, ...]]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, bool]]) -> CodeBook:
        """From code, title and whether it can be billed."""
        titles: dict[str, str] = {}
        headings: set[str] = set()
        for code, title, billable in rows:
            titles[code] = title
            (headings.discard if billable else headings.add)(code)
        return cls(titles, frozenset(headings), {})

    @cached_property
    def ordered(self) -> list[str]:
        return sorted(self.titles)

    def is_billable(self, code: str) -> bool:
        return code in self.titles and code not in self.headings

    def below(self, heading: str) -> list[str]:
        """The billable codes that begin so, in order."""
        start = bisect_left(self.ordered, heading)
        end = bisect_left(self.ordered, heading + "~")
        return [code for code in self.ordered[start:end] if code not in self.headings]

    def facets(self, heading: str) -> tuple[Facet, ...]:
        """The billable codes below a heading with what each adds to it; a pure function, kept for the next note."""
        found = self.kept.get(heading)
        if found is None:
            codes = self.below(heading)
            common = frozenset(stems(self.titles.get(heading, "")))
            found = tuple(self.facet(code, common) for code in codes) if len(codes) <= FAR_BELOW else ()
            if len(self.kept) >= KEPT:
                self.kept.clear()
            self.kept[heading] = found
        return found

    def facet(self, code: str, common: frozenset[str]) -> Facet:
        title = self.titles[code]
        adds = frozenset(stems(WITHOUT.sub(" ", title))) - common - NEUTRAL - SIDES
        return Facet(code, adds, side_of(title), bool(OPEN.search(title)), bool(OTHER.search(title)))


def is_ever_suggested(code: str) -> bool:
    """Whether words can lead to a code: to no external cause, of an injury's care only to first and routine later."""
    if code[0] in "VWXY":
        return False
    return len(code) < FULL or code[0] not in INJURIES or code[-1] in EPISODES
