"""Shares with what they rest on: a numerator, a denominator, and a Wilson 95 % interval; never a bare percentage.

Wilson's score interval (Wilson 1927, J. Am. Stat. Assoc. 22:209) holds its level for few cases and for shares near
one, where the simple one fails (Newcombe 1998, Stat. Med. 17:857). Nine right of ten is 60 to 98 %, and is shown so.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

CONFIDENCE = 1.96  # two-sided 95 %


@dataclass(frozen=True)
class Interval:
    """A share with its Wilson 95 % interval, all from 0 to 1."""

    share: float
    low: float
    high: float


def wilson(count: int, of: int) -> Interval | None:
    """The share of `count` in `of`; None of none."""
    return wilson_share(count / of, of) if of else None


def wilson_share(share: float, cases: float) -> Interval:
    """The interval of a share that rests on so many independent cases; they need not be a whole number."""
    z = CONFIDENCE
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z * math.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    # At 0 and 1 the limit is the share itself; only rounding says otherwise.
    low = 0.0 if share <= 0 else max(0.0, middle - half)
    high = 1.0 if share >= 1 else min(1.0, middle + half)
    return Interval(share, low, high)


@dataclass(frozen=True)
class Proportion:
    """So many of so many."""

    count: int
    of: int

    @property
    def interval(self) -> Interval | None:
        return wilson(self.count, self.of)


def difference(one: Proportion, other: Proportion) -> Interval | None:
    """By how much the one share is larger, with its 95 % interval, all from -1 to 1; None if either is of nothing.

    The two Wilson intervals put together (Newcombe 1998, Stat. Med. 17:873, method 10).
    """
    mine, theirs = one.interval, other.interval
    if mine is None or theirs is None:
        return None
    away = mine.share - theirs.share
    down = math.hypot(mine.share - mine.low, theirs.high - theirs.share)
    up = math.hypot(mine.high - mine.share, theirs.share - theirs.low)
    return Interval(away, away - down, away + up)


@dataclass(frozen=True)
class Part:
    """What one encounter adds to a ratio: weight that is right, weight in all, and the sum of its squared weights."""

    right: Decimal
    of: Decimal
    squares: Decimal


@dataclass(frozen=True)
class Ratio:
    """A weighted share over encounters, and the number of independent lines that its interval rests on."""

    right: Decimal
    of: Decimal
    encounters: int
    cases: float

    @property
    def interval(self) -> Interval | None:
        return wilson_share(float(self.right / self.of), self.cases) if self.of else None


def ratio(parts: Sequence[Part]) -> Ratio:
    """The parts added up; see `independent_cases` for what the interval rests on."""
    right = sum((part.right for part in parts), Decimal(0))
    of = sum((part.of for part in parts), Decimal(0))
    return Ratio(right, of, len(parts), independent_cases(parts))


def independent_cases(parts: Sequence[Part]) -> float:
    """How many independent lines the parts are worth.

    Mistakes come several to a chart, so lines of one encounter tell less than as many lines of different ones. Unequal
    weights leave (Σw)² / Σw² lines (Kish 1965, Survey Sampling). If the ratio varies between encounters more
    than independent lines would, the cases are share × (1 − share) / variance, with the linearised variance of a
    ratio over encounters k / (k − 1) × Σ(right − share × of)² / (Σ of)² (also Kish). The smaller number counts;
    a Wilson interval with such an effective number is compared in Franco, Little, Louis and Slud 2019 (J. Surv. Stat.
    Methodol. 7:334). Where all or nothing is right there is no variance to measure, and the lines count.
    """
    of, squares = sum(float(part.of) for part in parts), sum(float(part.squares) for part in parts)
    if not of:
        return 0.0
    lines = of * of / squares
    share = sum(float(part.right) for part in parts) / of
    count = len(parts)
    residuals = sum((float(part.right) - share * float(part.of)) ** 2 for part in parts)
    if count < 2 or not 0 < share < 1 or not residuals:  # noqa: PLR2004  (one encounter has no variance)
        return lines
    variance = count / (count - 1) * residuals / (of * of)
    return min(lines, share * (1 - share) / variance)
