"""Watching the levels of visits for up- and down-coding: by distribution, by value, and over time.

Nothing here steers to an average: a distribution is compared with its interval, and a drift is judged against the
person's own past. Up and down are treated alike. OIG's own definition of an outlier is in OEI-04-10-00180 (2012).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coding.rules.em_families import Family
from coding.rules.proportions import Interval, wilson

ENOUGH = 20  # encounters: below it nothing is judged, only shown
# Two-sided CUSUM in standard deviations (Page 1954; Montgomery, Introduction to Statistical Quality Control): slack 0.5
# and limit 5 give a false alarm once in 465 encounters and find a shift of one deviation within about 10.
SLACK, LIMIT = 0.5, 5.0
LEAST_DEVIATION = 0.25  # RVUs: who agrees for a long time must not be alarmed by the first small difference


# -- distributions -----------------------------------------------------------------------------------


class Side(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"
    LIKE = "like"


@dataclass(frozen=True)
class LevelShare:
    """One level of a family: how often it was chosen, and how the peers' share compares (LIKE also without peers)."""

    code: str
    count: int
    interval: Interval | None
    peers: float | None
    side: Side


def level_shares(codes: Iterable[str], of: Family, peers: Mapping[str, int]) -> tuple[LevelShare, ...]:
    """The distribution over a family's levels; a level is higher or lower than the peers' outside its interval."""
    counts = Counter(codes)
    own = {step.code: counts[step.code] for step in of.steps}
    total, peer_total = sum(own.values()), sum(peers.get(code, 0) for code in own)
    found = []
    for code, count in own.items():
        interval = wilson(count, total)
        expected = peers.get(code, 0) / peer_total if peer_total else None
        found.append(LevelShare(code, count, interval, expected, side_of(interval, expected, total)))
    return tuple(found)


def side_of(interval: Interval | None, expected: float | None, total: int) -> Side:
    if interval is None or expected is None or total < ENOUGH:
        return Side.LIKE
    if interval.low > expected:
        return Side.HIGHER
    return Side.LOWER if interval.high < expected else Side.LIKE


def only_the_highest(shares: Sequence[LevelShare]) -> bool:
    """Whether the two highest levels are chosen in 95 % or more of the visits, one half of OIG's definition."""
    total = sum(share.count for share in shares)
    return total >= ENOUGH and sum(share.count for share in shares[-2:]) >= 0.95 * total


# -- value -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ValueDifference:
    """Coder's less verifier's relative values over `encounters`, in RVUs: net hides what over and under show."""

    encounters: int
    over: Decimal
    under: Decimal

    @property
    def net(self) -> Decimal:
        return self.over - self.under

    @property
    def gross(self) -> Decimal:
        return self.over + self.under


def value_difference(differences: Sequence[Decimal]) -> ValueDifference:
    """The signed differences of encounters, added up by sign."""
    over = sum((value for value in differences if value > 0), Decimal(0))
    under = -sum((value for value in differences if value < 0), Decimal(0))
    return ValueDifference(len(differences), over, under)


# -- drift -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drift:
    """Where a series left its past: the place (from 0) at which the alarm rose, and whether values went up."""

    place: int
    upward: bool


def drift(differences: Sequence[Decimal], *, past: int = ENOUGH) -> Drift | None:
    """The first alarm of a two-sided CUSUM over signed differences, oldest first; None while all is as before.

    The first `past` values are the person's own past and give centre and spread; fewer than that are not judged.
    """
    if len(differences) <= past:
        return None
    reference = [float(value) for value in differences[:past]]
    centre = sum(reference) / past
    deviation = math.sqrt(sum((value - centre) ** 2 for value in reference) / (past - 1))
    spread = max(deviation, LEAST_DEVIATION)
    up = down = 0.0
    for place, value in enumerate(differences[past:], start=past):
        away = (float(value) - centre) / spread
        up, down = max(0.0, up + away - SLACK), max(0.0, down - away - SLACK)
        if max(up, down) > LIMIT:
            return Drift(place, upward=up > down)
    return None
