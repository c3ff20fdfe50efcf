"""Percentiles: lead time is a distribution, and its mean says little."""

from collections.abc import Sequence
from dataclasses import dataclass

SHARES = (50, 85, 95)  # percent: the usual one, a promise that mostly holds, one that nearly always does


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` percent of the values lie, linear between ranks (Hyndman and Fan 1996, type 7)."""
    ordered = sorted(values)
    rank = (len(ordered) - 1) * share / 100
    below = int(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (rank - below)


@dataclass(frozen=True)
class Spread:
    """The 50th, 85th and 95th percentile of some values, and how many there were."""

    n: int
    p50: float
    p85: float
    p95: float


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of the values; None of none."""
    if not values:
        return None
    return Spread(len(values), *(percentile(values, share) for share in SHARES))
