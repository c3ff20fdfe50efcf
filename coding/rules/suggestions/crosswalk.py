"""Suggestions for a visit before ICD-10-CM: each as the ICD-9-CM code that the equivalence mapping gives for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from coding.rules.codings import System, dotted
from coding.rules.suggestions.shape import Suggestion

CHOICE_WEIGHT, APPROXIMATE_WEIGHT = 0.7, 0.95  # one of several counterparts; one that is not the same


class Counterpart(NamedTuple):
    """One row of the mapping (CMS and NCHS, General Equivalence Mappings) that stands for itself."""

    source: str
    target: str
    approximate: bool


@dataclass(frozen=True)
class Crosswalk:
    """From ICD-10-CM back to ICD-9-CM: the counterparts of each code, and the titles of the older list."""

    targets: Mapping[str, tuple[Counterpart, ...]]
    titles: Mapping[str, str]

    @classmethod
    def of(cls, rows: Iterable[Counterpart], titles: Mapping[str, str]) -> Crosswalk:
        """From rows that are no part of a combination and no "no map"."""
        found: dict[str, list[Counterpart]] = {}
        for row in rows:
            if row.target in titles:
                found.setdefault(row.source, []).append(row)
        return cls({source: tuple(targets) for source, targets in found.items()}, titles)

    def back(self, found: Sequence[Suggestion]) -> list[Suggestion]:
        """The suggestions in the older list, each code once; what has no counterpart is left out."""
        kept: dict[str, Suggestion] = {}
        for one in self.translated(found):
            if one.code not in kept or kept[one.code].score < one.score:
                kept[one.code] = one
        return sorted(kept.values(), key=lambda one: (-one.score, one.code))

    def order(self, one: Counterpart) -> tuple[bool, bool, str]:
        """Of several counterparts the same before the approximate, and the unspecified before one that says more."""
        return one.approximate, "unspecified" not in self.titles[one.target].lower(), one.target

    def translated(self, found: Sequence[Suggestion]) -> Iterator[Suggestion]:
        for one in found:
            targets = self.targets.get(one.code)
            if targets:
                best = min(targets, key=self.order)
                weight = (CHOICE_WEIGHT if len(targets) > 1 else 1.0) * (
                    APPROXIMATE_WEIGHT if best.approximate else 1.0
                )
                yield replace(
                    one,
                    system=System.ICD9CM,
                    code=best.target,
                    title=self.titles[best.target],
                    score=round(one.score * weight, 3),
                    reason=f"{one.reason}; mapped from {dotted(System.ICD10CM, one.code)}",
                )
