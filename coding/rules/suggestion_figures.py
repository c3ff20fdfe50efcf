"""How good suggestions are, and how much they lead: against what verifiers finally kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Coded = tuple[str, str]  # system and code


@dataclass(frozen=True)
class Judged:
    """One verified encounter: what was suggested by source, what its coder submitted, what was kept in the end."""

    is_blind: bool
    suggested: Mapping[Coded, str]
    coder: frozenset[Coded]
    kept: frozenset[Coded]


@dataclass(frozen=True)
class SourceFigures:
    """Counts of one source: codes it suggested, those of them that were kept, and all that were kept."""

    suggested: int
    right: int
    kept: int

    @property
    def precision(self) -> Decimal | None:
        return share(self.right, self.suggested)

    @property
    def recall(self) -> Decimal | None:
        return share(self.right, self.kept)


@dataclass(frozen=True)
class Lead:
    """Wrong suggestions (not kept in the end), and how many of them coders submitted: where shown, where not."""

    shown: int
    shown_taken: int
    blind: int
    blind_taken: int

    @property
    def gap(self) -> Decimal | None:
        """By how many points a wrong code is submitted more often where it was suggested; None without both sides."""
        seen, unseen = share(self.shown_taken, self.shown), share(self.blind_taken, self.blind)
        return None if seen is None or unseen is None else seen - unseen


@dataclass(frozen=True)
class Figures:
    """The figures by source, and how much suggestions lead."""

    encounters: int
    sources: Mapping[str, SourceFigures] = field(default_factory=dict)
    lead: Lead = Lead(0, 0, 0, 0)


def share(part: int, whole: int) -> Decimal | None:
    """Percent with one digit; None of nothing."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


def figures(judged: Iterable[Judged]) -> Figures:
    """Precision and recall of each source over all encounters, blind ones too, and the rate of wrong codes taken."""
    rows = list(judged)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in rows:
        for coded, source in one.suggested.items():
            counts[source][0] += 1
            counts[source][1] += coded in one.kept
    kept = sum(len(one.kept) for one in rows)
    return Figures(
        encounters=len(rows),
        sources={source: SourceFigures(made, right, kept) for source, (made, right) in sorted(counts.items())},
        lead=Lead(*wrong(rows, is_blind=False), *wrong(rows, is_blind=True)),
    )


def wrong(rows: Iterable[Judged], *, is_blind: bool) -> tuple[int, int]:
    """How many wrong codes were suggested in these encounters, and how many of them their coders submitted."""
    made = taken = 0
    for one in rows:
        if one.is_blind is is_blind:
            errors = set(one.suggested) - one.kept
            made += len(errors)
            taken += len(errors & one.coder)
    return made, taken
