"""Cumulative flow: how much stood where at each day's end, reckoned back from what stands there now.

The lowest curve, what was finished, begins at zero at the window's left edge, so that its height is what the window
brought; the bands above are as wide as the work in progress. The diagram is read by width and slope; it foretells
nothing (docs/decisions/0022).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coding.rules.flow.places import IN_PROGRESS, Place

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Moved:
    """How many came into a place and left it on a day."""

    day: date
    place: Place
    entered: int
    left: int


@dataclass(frozen=True)
class FlowPoint:
    """How it stood at the end of a day (the first point: at its beginning)."""

    day: date
    finished: int  # since the left edge
    standing: Mapping[Place, int]
    arrived: int = 0  # on that day
    departed: int = 0


def cumulative_flow(
    rows: Sequence[Moved], *, standing: Mapping[Place, int], first: date, last: date
) -> list[FlowPoint]:
    """A point for the left edge and one for the end of each day from `first` to `last`, when it stands as given."""
    net: dict[tuple[date, Place], int] = {}
    for row in rows:
        net[row.day, row.place] = net.get((row.day, row.place), 0) + row.entered - row.left
    days = [first + DAY * number for number in range((last - first).days + 1)]
    at_end: dict[date, dict[Place, int]] = {}
    held = {place: standing.get(place, 0) for place in IN_PROGRESS}
    for day in reversed(days):
        at_end[day] = dict(held)
        held = {place: count - net.get((day, place), 0) for place, count in held.items()}
    points, finished = [FlowPoint(first, 0, held)], 0
    for day in days:
        departed = net.get((day, Place.FINISHED), 0)
        finished += departed
        arrived = sum(net.get((day, place), 0) for place in Place)
        points.append(FlowPoint(day, finished, at_end[day], arrived, departed))
    return points


def flow_words(points: Sequence[FlowPoint]) -> str:
    """One sentence: what came, what went, and what that did to the work in progress."""
    arrived, departed = sum(point.arrived for point in points), sum(point.departed for point in points)
    before, held = sum(points[0].standing.values()), sum(points[-1].standing.values())
    if held == before:
        change = f"so as much is in progress as before ({held:,})"
    else:
        change = f"so what is in progress {'grew' if held > before else 'shrank'} from {before:,} to {held:,}"
    return f"{arrived:,} arrived and {departed:,} were finished in {len(points) - 1} days, {change}."
