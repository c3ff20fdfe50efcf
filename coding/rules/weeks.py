"""The last weeks, and a line through one number of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WEEKS = 12
WIDTH, HEIGHT = 100, 24  # of the drawing, in its own units
MARGIN = 2


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def last_weeks(of: date, *, number: int = WEEKS) -> list[date]:
    """The first days of the last weeks, the oldest first; the last one is the week of today."""
    return [monday_of(of) - timedelta(weeks=back) for back in range(number - 1, -1, -1)]


@dataclass(frozen=True)
class Spark:
    """A line with gaps where there was nothing, points that stand alone, and the height of the goal if there is one."""

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    goal: float | None


def spark(values: Sequence[float | None], *, goal: float | None = None) -> Spark | None:
    """The drawing of a row of numbers; None if there is none. The highest is at the top, with the goal in view."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    if goal is not None:
        low, high = min(low, goal), max(high, goal)
    runs = [
        list(run) for is_known, run in groupby(places(values, low, high), key=lambda one: one is not None) if is_known
    ]
    drawn = [[point for point in run if point is not None] for run in runs]
    return Spark(
        lines=tuple(" ".join(f"{x:g},{y:g}" for x, y in run) for run in drawn if len(run) > 1),
        dots=tuple(run[0] for run in drawn if len(run) == 1),
        goal=None if goal is None else height(goal, low, high),
    )


def places(values: Iterable[float | None], low: float, high: float) -> list[tuple[float, float] | None]:
    """Where each number is drawn, from left to right."""
    values = list(values)
    step = WIDTH / max(1, len(values) - 1)
    return [
        None if value is None else (round(number * step, 1), height(value, low, high))
        for number, value in enumerate(values)
    ]


def height(value: float, low: float, high: float) -> float:
    """The distance from the top; in the middle if all are equal."""
    if high == low:
        return HEIGHT / 2
    return round(HEIGHT - MARGIN - (value - low) / (high - low) * (HEIGHT - 2 * MARGIN), 1)
