"""What must be finished today, how fast it goes, and what will be late if it goes on like that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
# Half the width of an 85 % interval, in standard deviations: as wide as the promises that are made from it.
WIDTH = 1.44


@dataclass(frozen=True)
class Due:
    """An encounter that must be finished today."""

    due_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Pace:
    """How many were finished in the last hours, per hour, and between what this lies."""

    done: int
    hours: float
    per_hour: float
    low: float
    high: float


def pace(done: int, hours: float) -> Pace | None:
    """The pace of so many in so many hours; None if none was finished or no time has passed.

    Counts are taken as Poisson's; the square root of one has a variance of a quarter (Anscombe 1948, Biometrika
    35:246).
    """
    if not done or hours <= 0:
        return None
    root = math.sqrt(done + 3 / 8)
    low, high = max(0.0, root - WIDTH / 2) ** 2 - 3 / 8, (root + WIDTH / 2) ** 2 - 3 / 8
    return Pace(done, hours, done / hours, max(low, 0.0) / hours, high / hours)


@dataclass(frozen=True)
class BurnDown:
    """How many remained at each moment, and what is to come; times are None where nothing says when."""

    total: int
    remaining: int
    steps: tuple[tuple[datetime, int], ...]  # from the start of the day to now
    late: int  # unfinished, and their time is over
    will_be_late: int  # of those whose time is not over yet
    pace: Pace | None
    done_at: datetime | None  # when the last will be finished
    soonest: datetime | None
    latest: datetime | None


def burn_down(rows: Sequence[Due], *, start: datetime, at: datetime, pace: Pace | None) -> BurnDown:
    """The day so far, and with this pace; work goes out in the order in which it is due."""
    finished = sorted(row.finished_at for row in rows if row.finished_at is not None and row.finished_at <= at)
    waiting = sorted(row.due_at for row in rows if row.finished_at is None or row.finished_at > at)
    steps, left = [(start, len(rows))], len(rows)
    for moment in finished:
        left -= 1
        steps.append((max(moment, start), left))
    steps.append((at, left))
    late = sum(due <= at for due in waiting)
    coming = late_at(waiting, at=at, per_hour=pace.per_hour) - late if pace else 0
    return BurnDown(
        total=len(rows),
        remaining=left,
        steps=tuple(steps),
        late=late,
        will_be_late=coming,
        pace=pace,
        done_at=after(left, pace.per_hour if pace else 0, at=at),
        soonest=after(left, pace.high if pace else 0, at=at),
        latest=after(left, pace.low if pace else 0, at=at),
    )


def late_at(waiting: Sequence[datetime], *, at: datetime, per_hour: float) -> int:
    """How many of these due times are missed when they are finished one after the other at such a pace."""
    return sum(at + HOUR * (number / per_hour) > due for number, due in enumerate(waiting, start=1))


def after(count: int, per_hour: float, *, at: datetime) -> datetime | None:
    """When so many will be finished; None if that is more than a year away."""
    if per_hour <= 0 or count / per_hour > 24 * 365:
        return None
    return at + HOUR * (count / per_hour)


def burn_down_words(day: BurnDown) -> str:
    """One sentence for the chart: what is left, and what that means."""
    if not day.total:
        return "Nothing is due today."
    if not day.remaining:
        return f"All {day.total} due today are finished."
    already = f", {day.late} of them late already" if day.late else ""
    said = f"{day.remaining} of {day.total} due today remain{already}"
    if day.pace is None or day.done_at is None:
        return f"{said}; nothing was finished in the last two hours, so nothing can be said about the rest of the day."
    late = f"{day.will_be_late or 'none'}{' more' if day.late else ''} will be late"
    return (
        f"{said}; at the present pace of {day.pace.per_hour:.1f} an hour {late}, and the last is finished at "
        f"{clock(day.done_at, day.steps[-1][0])}{between(day)}."
    )


def between(day: BurnDown) -> str:
    """The interval in brackets: "(17:15 to 18:10)"."""
    reached = day.steps[-1][0]
    soonest = clock(day.soonest, reached) if day.soonest else ""
    latest = clock(day.latest, reached) if day.latest else "open"
    return f" ({soonest} to {latest})" if soonest else ""


def clock(moment: datetime, seen_at: datetime) -> str:
    """A time of day, with the day if it is another one."""
    return f"{moment:%H:%M}" if moment.date() == seen_at.date() else f"{moment:%H:%M on %a %b %-d}"
