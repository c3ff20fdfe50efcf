"""What queries cost and how often they are asked: waiting, the promise, percentiles, rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

NOTHING = timedelta(0)


def waited(*, asked_at: datetime, until: datetime) -> timedelta:
    """How long a query waited; never less than nothing."""
    return max(NOTHING, until - asked_at)


def moved_by(*, stops_clock: bool, asked_at: datetime, until: datetime) -> timedelta:
    """By how much the promised time moves: the whole waiting time if the contract stops its clock, else not at all."""
    return waited(asked_at=asked_at, until=until) if stops_clock else NOTHING


def percentile(values: Iterable[timedelta], percent: int) -> timedelta | None:
    """The value that so many percent of all do not exceed (nearest rank); None of nothing."""
    ordered = sorted(values)
    return ordered[max(0, ceil(percent * len(ordered) / 100) - 1)] if ordered else None


@dataclass(frozen=True)
class Rate:
    """Queries against the visits they could have been about."""

    queries: int
    visits: int

    @property
    def per_hundred(self) -> float | None:
        """Queries for a hundred visits, to one decimal; None without visits."""
        return round(100 * self.queries / self.visits, 1) if self.visits else None


@dataclass(frozen=True)
class Answering:
    """How long answers take, over those that came."""

    count: int
    half: timedelta | None  # the 50th percentile
    most: timedelta | None  # the 85th


def answering(times: Sequence[timedelta]) -> Answering:
    return Answering(len(times), percentile(times, 50), percentile(times, 85))
