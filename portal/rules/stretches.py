"""Stretches of time that may overlap, and how long at least one of them was on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Stretch:
    """From a moment to another; still going on if there is no end."""

    begun: datetime
    ended: datetime | None


def covered(stretches: Iterable[Stretch], *, since: datetime, until: datetime) -> timedelta:
    """The time between two moments in which at least one stretch was on; what overlaps counts once."""
    clipped = sorted((max(one.begun, since), min(one.ended or until, until)) for one in stretches)
    total, reached = timedelta(0), since
    for begun, ended in clipped:
        if ended > max(begun, reached):
            total += ended - max(begun, reached)
            reached = ended
    return total
