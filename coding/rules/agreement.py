"""Agreement beyond chance: Cohen's κ for two, Krippendorff's α for any number with gaps, both for unordered labels.

Cohen 1960 (Educ. Psychol. Meas. 20:37) with the large-sample error of Fleiss, Cohen and Everitt 1969 (Psychol. Bull.
72:323); Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", nominal data. Both are 1 for perfect
agreement, 0 for what chance gives, and undefined (None) where nobody ever chose a second label: then there was
nothing to tell apart, and 0 as well as 1 would mislead.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from coding.rules.proportions import CONFIDENCE, Proportion

TAIL = 0.025  # of a percentile interval of 95 %, on each side
WORD = 4  # bytes of a draw
NOTHING = 1e-12  # what rounding leaves of a variance that is none


@dataclass(frozen=True)
class Kappa:
    """κ with its analytic 95 % interval, κ ± 1.96 standard errors cut to -1 and 1; `expected` is what chance gives.

    Where the error comes out as nothing, as for perfect agreement or one person's single label, it is the sample that
    says too little, and not κ that is certain: there is no interval then.
    """

    value: float | None
    observed: Proportion
    expected: float
    error: float | None

    @property
    def low(self) -> float | None:
        return None if self.value is None or not self.error else max(-1.0, self.value - CONFIDENCE * self.error)

    @property
    def high(self) -> float | None:
        return None if self.value is None or not self.error else min(1.0, self.value + CONFIDENCE * self.error)


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> Kappa:
    """κ of two people's labels of the same things."""
    return kappa_of(Counter(pairs))


def kappa_of(table: Mapping[tuple[Hashable, Hashable], int]) -> Kappa:
    """κ of a table of counts by (label of the one, label of the other)."""
    n = sum(table.values())
    agreed = Proportion(sum(count for (one, other), count in table.items() if one == other), n)
    rows, columns = margins(table)
    labels = sorted(rows.keys() | columns.keys(), key=repr)
    together = sum(rows[label] * columns[label] for label in labels)
    if not n or together == n * n:  # nobody, or one label only
        return Kappa(None, agreed, 1.0, None)
    expected = together / (n * n)
    value = (agreed.count * n - together) / (n * n - together)
    return Kappa(value, agreed, expected, standard_error(table, value, expected, n))


def margins(table: Mapping[tuple[Hashable, Hashable], int]) -> tuple[Counter[Hashable], Counter[Hashable]]:
    """How often each of the two chose each label."""
    rows: Counter[Hashable] = Counter()
    columns: Counter[Hashable] = Counter()
    for (one, other), count in table.items():
        rows[one] += count
        columns[other] += count
    return rows, columns


def standard_error(table: Mapping[tuple[Hashable, Hashable], int], value: float, expected: float, n: int) -> float:
    """The large-sample error of κ for forming an interval (not that for testing κ = 0)."""
    rows, columns = margins(table)
    away = 1 - value
    total = 0.0
    for (one, other), count in table.items():
        if one == other:
            total += count / n * (1 - (rows[one] + columns[one]) / n * away) ** 2
        else:
            total += count / n * (away * (columns[one] + rows[other]) / n) ** 2
    total -= (value - expected * away) ** 2
    return math.sqrt(total / n) / (1 - expected) if total > NOTHING else 0.0


# -- Krippendorff --------------------------------------------------------------------------------------

Coincidences = Mapping[tuple[Hashable, Hashable], float]


def krippendorff_alpha(units: Iterable[Iterable[Hashable | None]]) -> float | None:
    """α of labels by unit, None for somebody who did not label it; a unit with fewer than two labels says nothing."""
    total: Counter[tuple[Hashable, Hashable]] = Counter()
    for unit in units:
        total.update(coincidences(unit))
    return alpha_of(total)


def coincidences(unit: Iterable[Hashable | None]) -> dict[tuple[Hashable, Hashable], float]:
    """The ordered pairs of different people's labels in a unit, each 1 / (labels - 1), so that a label counts once."""
    counts = Counter(label for label in unit if label is not None)
    labels = sum(counts.values())
    if labels < 2:  # noqa: PLR2004  (a pair)
        return {}
    return {
        (one, other): counts[one] * (counts[other] - (one == other)) / (labels - 1)
        for one in counts
        for other in counts
        if counts[one] * (counts[other] - (one == other))
    }


def alpha_of(table: Coincidences) -> float | None:
    """α = 1 - (n - 1) × differing coincidences / differing pairs of all n labels; None if nothing can differ."""
    counts: Counter[Hashable] = Counter()
    differing = 0.0
    for (one, other), value in table.items():
        counts[one] += value  # type: ignore[assignment]  # labels are counted in parts where pairs are
        differing += value if one != other else 0.0
    n = sum(counts.values())
    possible = n * n - sum(count * count for count in counts.values())
    return 1 - (n - 1) * differing / possible if possible > 0 else None


# -- resampling ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """A percentile 95 % interval, and how many of the resamples had a value at all."""

    low: float
    high: float
    of: int


def resamples(size: int, *, seed: str, times: int = 1000) -> Iterator[list[int]]:
    """How often each of `size` encounters is drawn, with replacement, time after time.

    Drawn by SHAKE-256 of seed and turn, 32 bits for each: the same seed gives the same report on any machine.
    """
    for turn in range(times):
        drawn = [0] * size
        bits = hashlib.shake_256(f"{seed}:{turn}".encode()).digest(WORD * size)
        for place in range(0, len(bits), WORD):
            drawn[int.from_bytes(bits[place : place + WORD], "big") * size >> 8 * WORD] += 1
        yield drawn


def band_of(values: Iterable[float | None]) -> Band | None:
    """The percentile interval (Efron 1979) of a statistic's values; None if it never had one, or always the same.

    A sample whose resamples cannot differ is too small to tell how far the value may be off.
    """
    known = sorted(value for value in values if value is not None)
    if not known or known[-1] - known[0] < NOTHING:
        return None
    return Band(percentile(known, TAIL), percentile(known, 1 - TAIL), len(known))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which the share of the ordered values lies, between neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


# -- labels of whole things ----------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelAgreement:
    """One label for each thing by each person: how often all chose the same, and α with its interval."""

    same: Proportion
    alpha: float | None
    band: Band | None


def label_agreement(units: Sequence[Sequence[Hashable]], *, seed: str, times: int = 1000) -> LabelAgreement:
    """Over things that each got a label by two people or more."""
    tables = [coincidences(unit) for unit in units]
    cells = sorted({cell for table in tables for cell in table}, key=repr)

    def alpha(drawn: Sequence[int]) -> float | None:
        return alpha_of({
            cell: sum(table.get(cell, 0.0) * often for table, often in zip(tables, drawn, strict=True))
            for cell in cells
        })  # fmt: skip

    return LabelAgreement(
        same=Proportion(sum(len(set(unit)) == 1 for unit in units), len(units)),
        alpha=alpha([1] * len(units)),
        band=band_of(alpha(drawn) for drawn in resamples(len(units), seed=seed, times=times)),
    )
