"""By when a batch is likely to be ready: an estimate from what was finished lately, and what it rests on.

Only hours count in which there was work of the practice: one that sends little would look slow by the calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.rules.stretches import Stretch, covered

WINDOW = timedelta(days=14)
FEWEST = 10  # finished visits below which nothing is said
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Pace:
    """So many visits finished in so many hours in which there was work; `days` is how far back was looked."""

    finished: int
    hours: float
    days: int

    @property
    def an_hour(self) -> float:
        return self.finished / self.hours


@dataclass(frozen=True)
class LikelyBy:
    """When it is likely to be ready, how many visits come before or with it, and the pace they are reckoned with."""

    at: datetime
    visits: int
    pace: Pace


def pace_of(finished: int, at_work: Iterable[Stretch], *, at: datetime) -> Pace | None:
    """The pace of the last days; None if too little was finished. `at_work`: each batch from sending to delivery."""
    if finished < FEWEST:
        return None
    hours = covered(at_work, since=at - WINDOW, until=at) / HOUR
    return Pace(finished, hours, WINDOW.days) if hours > 0 else None


def likely_by(*, ahead: int, own: int, pace: Pace | None, at: datetime) -> LikelyBy | None:
    """When `own` unfinished visits are done if those `ahead` go first; None without a pace or without visits."""
    if pace is None or own <= 0:
        return None
    visits = ahead + own
    return LikelyBy(at + visits / pace.an_hour * HOUR, visits, pace)
