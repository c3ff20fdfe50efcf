"""Alarms on drift, up and down alike: whether somebody's work leaves its own past. None of it compares people.

Five series of a coder in a specialty, chart by chart, oldest first:

* the signed difference of levels, coder less verifier, which has a natural centre: none;
* the index of levels, from 0 (lowest of the family) to 1 (highest), without relative values, against its own past;
* the side of differences of level: whether they lie on one side more often than a coin would (sign test);
* the rate of modifier 25, and of 59 or X{EPSU}, against its own past;
* "lowered instead of asking": the verifier says that the provider should have been asked, the level is lower than the
  provider's or the verifier's, and nobody asked.

Page 1954 (Biometrika 41:100) for CUSUM; Hawkins 1987 (The Statistician 36:299) for the self-starting one, which needs
no separate past: an estimate of the past from 20 charts would make false alarms several times as frequent (Jensen et
al. 2006, J. Qual. Technol. 38:349); Reynolds and Stoumbos 1999 (J. Qual. Technol. 31:87) for rates. How often each
alarms without a drift is simulated in tests/coding/plans/test_drift.py and printed in docs/verification-plans.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coding.rules.em_families import Family, family_of_code
from coding.rules.proportions import wilson


class Series(StrEnum):
    DIFFERENCE = "difference"
    INDEX = "index"
    SKEW = "skew"
    MODIFIER_25 = "modifier_25"
    DISTINCT = "distinct"
    AVOIDED = "avoided"

    @property
    def label(self) -> str:
        return {
            "difference": "Level against the verifier",
            "index": "Level of the visits",
            "skew": "Differences on one side",
            "modifier_25": "Modifier 25",
            "distinct": "Modifier 59 or X{EPSU}",
            "avoided": "Level lowered instead of asking",
        }[self.value]


class Way(StrEnum):
    UP = "up"
    DOWN = "down"

    @property
    def label(self) -> str:
        return {"up": "▲ up", "down": "▼ down"}[self.value]


@dataclass(frozen=True)
class Alarm:
    """A series left its past: at which place (from 0) it began to, at which place that was certain enough, figures."""

    series: Series
    way: Way
    begun: int
    place: int
    figures: str


# -- levels as numbers ---------------------------------------------------------------------------------


def index_of(code: str) -> float | None:
    """Where a level stands in its family, from 0 to 1; None for what is no level, or the only one."""
    family = family_of_code(code)
    if family is None or len(family.steps) == 1:
        return None
    return rank_in(family, code) / (len(family.steps) - 1)


def rank_in(family: Family, code: str) -> int:
    return next(place for place, step in enumerate(family.steps) if step.code == code)


def level_difference(mine: str, theirs: str) -> int | None:
    """By how many steps the one level is above the other; None across families."""
    family = family_of_code(mine)
    if family is None or family_of_code(theirs) is not family:
        return None
    return rank_in(family, mine) - rank_in(family, theirs)


# -- differences: a known centre -----------------------------------------------------------------------

SLACK = 0.5  # standard deviations: the shift that is to be found is one (Montgomery, section 9.1.2)
# Levels are whole steps and mostly agree, which is far from normal: with the textbook's limit of 5 half are alarmed.
DIFFERENCE_LIMIT = 10.0
LEAST_SPREAD, BELIEVED = 0.35, 20  # levels, charts: what is believed of the spread before anything was seen
FIRST = 15  # charts that only begin a past


def difference_drift(values: Sequence[int]) -> Alarm | None:
    """Two-sided CUSUM around 0 of coder's less verifier's levels, each in the spread of those before it."""
    found = []
    squares = BELIEVED * LEAST_SPREAD**2
    for count, value in enumerate(values):
        found.append(value / math.sqrt(squares / (BELIEVED + count)))
        squares += value * value
    return cusum(Series.DIFFERENCE, found, limit=DIFFERENCE_LIMIT)


def cusum(series: Series, values: Sequence[float], *, limit: float) -> Alarm | None:
    """The first alarm over standardised values; it began where its sum last stood at nothing."""
    up = down = 0.0
    rose = fell = 0
    for place, value in enumerate(values):
        if up <= 0:
            rose = place
        if down <= 0:
            fell = place
        up, down = max(0.0, up + value - SLACK), max(0.0, down - value - SLACK)
        if max(up, down) > limit:
            way = Way.UP if up > down else Way.DOWN
            begun = rose if way is Way.UP else fell
            return Alarm(series, way, begun, place, f"sum {max(up, down):.1f}, limit {limit:g}")
    return None


# -- the index: its own past ---------------------------------------------------------------------------

LEAST_INDEX_SPREAD = 0.05  # of the scale from 0 to 1
INDEX_LIMIT = 8.0


def index_drift(values: Sequence[float]) -> Alarm | None:
    """Self-starting two-sided CUSUM: each chart against all before it."""
    return cusum(Series.INDEX, self_started(values, least=LEAST_INDEX_SPREAD), limit=INDEX_LIMIT)


def self_started(values: Sequence[float], *, least: float) -> list[float]:
    """Standard normal values if nothing changes, from values of unknown centre and spread (Hawkins 1987).

    Each is held against the mean and deviation of those before it; Student's t becomes normal by Wallace's formula
    (1959, Ann. Math. Stat. 30:1121). The first FIRST values only begin the past, and say nothing.
    """
    found = []
    mean = squares = 0.0
    for count, value in enumerate(values):
        if count >= FIRST:
            deviation = max(least, math.sqrt(squares / (count - 1)))
            student = (value - mean) / deviation * math.sqrt(count / (count + 1))
            found.append(normal_of(student, count - 1))
        else:
            found.append(0.0)
        away = value - mean
        mean += away / (count + 1)
        squares += away * (value - mean)
    return found


def normal_of(student: float, freedom: int) -> float:
    """The normal deviate with the same tail as Student's t."""
    size = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(student * student / freedom))
    return math.copysign(size, student)


# -- one side ------------------------------------------------------------------------------------------

SKEWED = 8  # differences: with fewer no side can be surprising enough
SURPRISE = 0.005  # on each side


def skew(values: Sequence[int]) -> Alarm | None:
    """Whether differences of level lie on one side: both tails of the sign test over the last 40 charts' differences.

    It is looked at after each chart, so the limit is far below 0.05.
    """
    apart = [(place, value) for place, value in enumerate(values) if value]
    for count in range(SKEWED, len(apart) + 1):
        seen = apart[max(0, count - 40) : count]
        above = sum(value > 0 for _, value in seen)
        way = Way.UP if above * 2 > len(seen) else Way.DOWN
        most = max(above, len(seen) - above)
        if tail(most, len(seen)) < SURPRISE:
            return Alarm(
                Series.SKEW, way, seen[0][0], apart[count - 1][0],
                f"{most} of {len(seen)} differences {'above' if way is Way.UP else 'below'} the verifier",
            )  # fmt: skip
    return None


def tail(most: int, of: int) -> float:
    """The chance that a fair coin shows one side so often or more."""
    return sum(math.comb(of, count) for count in range(most, of + 1)) / (1 << of)


# -- rates: their own past -----------------------------------------------------------------------------

PAST = 100  # charts that give a rate
ODDS = 2.5  # the change that is looked for, up and down
RATE_LIMIT = 7.0  # of the log likelihood ratio
LEAST_RATE, MOST_RATE = 0.02, 0.9


def rate_drift(series: Series, values: Sequence[bool]) -> Alarm | None:
    """Bernoulli CUSUM against the rate of the first PAST charts: for odds ODDS times as high, and as low."""
    if len(values) <= PAST:
        return None
    # One chart with and one without are added, so that a rate is neither nothing nor everything (Laplace).
    usual = min(MOST_RATE, max(LEAST_RATE, (sum(values[:PAST]) + 1) / (PAST + 2)))
    weights = {way: ratios(usual, odds) for way, odds in ((Way.UP, ODDS), (Way.DOWN, 1 / ODDS))}
    sums, begun = dict.fromkeys(Way, 0.0), dict.fromkeys(Way, PAST)
    for place, value in enumerate(values[PAST:], start=PAST):
        for way, (hit, miss) in weights.items():
            if sums[way] <= 0:
                begun[way] = place
            sums[way] = max(0.0, sums[way] + (hit if value else miss))
            if sums[way] > RATE_LIMIT:
                seen = values[begun[way] : place + 1]
                return Alarm(
                    series, way, begun[way], place,
                    f"{sum(seen)} of {len(seen)} charts, {sum(values[:PAST])} of {PAST} before",
                )  # fmt: skip
    return None


def ratios(usual: float, odds: float) -> tuple[float, float]:
    """The log likelihood ratio of a chart with the modifier, and of one without, for odds so many times as high."""
    changed = odds * usual / (1 - usual + odds * usual)
    return math.log(changed / usual), math.log((1 - changed) / (1 - usual))


# -- lowered instead of asking -------------------------------------------------------------------------

AVOIDED_WINDOW = 40  # charts
AVOIDED_AT_MOST = 0.04  # the lower end of the share above which it is no accident
AVOIDED_FEWEST = 3


def is_avoided(*, asked: bool, query_missed: bool, coder: str, others: Sequence[str]) -> bool:
    """Whether a level was lowered instead of asking; `others` are the provider's and the verifier's, where known."""
    lower = any((level_difference(coder, other) or 0) < 0 for other in others)
    return query_missed and lower and not asked


def avoided(values: Sequence[bool]) -> Alarm | None:
    """The first time that it happened too often among the last charts to be an accident."""
    for place in range(len(values)):
        first = max(0, place + 1 - AVOIDED_WINDOW)
        seen = values[first : place + 1]
        interval = wilson(sum(seen), len(seen))
        if values[place] and sum(seen) >= AVOIDED_FEWEST and interval and interval.low > AVOIDED_AT_MOST:
            begun = next(at for at in range(first, place + 1) if values[at])
            return Alarm(Series.AVOIDED, Way.DOWN, begun, place, f"{sum(seen)} of {len(seen)} charts")
    return None
