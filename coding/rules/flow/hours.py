"""Throughput by the hour: how much was finished, weighted by what such visits take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class HourDone:
    """One hour: stages finished in it, their units, and the units that this hour of the day usually brings."""

    start: datetime
    done: int
    units: float
    usual: float


def throughput_words(hours: Sequence[HourDone]) -> str:
    """One sentence: the units of the last day against the usual, and the best hour."""
    units, usual = sum(hour.units for hour in hours), sum(hour.usual for hour in hours)
    if not units:
        return "No stage was finished in the last 24 hours."
    best = max(hours, key=lambda hour: hour.units)
    against = f", {units / usual:.0%} of what is usual" if usual else ""
    return (
        f"{units:,.0f} units were finished in the last 24 hours{against}; "
        f"most from {best.start:%H}:00 ({best.units:,.0f})."
    )
