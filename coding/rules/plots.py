"""Shares over time as a drawing: where each dot, each interval and each line of the grid stands, in user units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coding.rules.proportions import Interval

WIDTH, HEIGHT = 400, 180  # as wide as a telephone, so that its words are not drawn smaller there
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 28
STEPS = (0.0, 0.5, 0.6, 0.8, 0.9)  # where an axis may begin: the lowest that keeps every interval on the page


@dataclass(frozen=True)
class Mark:
    """One dot with its interval: heights of share, lower and upper end; what it is called and says."""

    x: int
    y: int
    low: int
    high: int
    name: str
    words: str


@dataclass(frozen=True)
class Tick:
    """One line of the grid."""

    y: int
    name: str


@dataclass(frozen=True)
class Plot:
    """A drawing `WIDTH` by `HEIGHT`; `line` joins the dots, `goal` is the height of what was promised."""

    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    line: str
    goal: int | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - 8


def shares_over_time(points: Sequence[tuple[str, str, Interval | None]], *, goal: float | None = None) -> Plot:
    """Points are (name, words, share with its interval), oldest first; one without cases has no dot and no line."""
    known = [interval.low for _, _, interval in points if interval is not None]
    least = min([*known, goal if goal is not None else 1.0, 1.0])
    begin = max(step for step in STEPS if step <= least)
    marks = []
    for place, (name, words, interval) in enumerate(points):
        if interval is not None:
            share, low, high = (height(one, begin) for one in (interval.share, interval.low, interval.high))
            marks.append(Mark(across(place, len(points)), share, low, high, name, words))
    ticks = tuple(
        Tick(height(begin + (1 - begin) * part / 4, begin), f"{(begin + (1 - begin) * part / 4) * 100:g} %")
        for part in range(5)
    )
    line = " ".join(f"{mark.x},{mark.y}" for mark in marks)
    return Plot(tuple(marks), ticks, line, None if goal is None else height(goal, begin))


def height(share: float, begin: float) -> int:
    """Where a share stands on an axis from `begin` (below) to 1 (above)."""
    room = HEIGHT - TOP - BOTTOM
    return round(TOP + room * (1 - (share - begin) / (1 - begin)))


def across(place: int, of: int) -> int:
    """Where one of several points stands, each in the middle of its part."""
    room = WIDTH - LEFT - RIGHT
    return round(LEFT + room * (place + 0.5) / of)
