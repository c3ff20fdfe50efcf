"""Scales: from values to places on the drawing, and the values that are worth a tick."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` lie between the places `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; what lies outside is put on the edge."""
        if self.high <= self.low:
            return self.start
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(high: float, count: int = 4) -> list[float]:
    """Round values from zero to at least `high`, about so many steps; whole ones for small counts."""
    if high <= 0:
        return [0.0, 1.0]
    rough = high / count
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * step for step in STEPS if size * step >= rough * (1 - 1e-9))
    if high >= 1:
        step = max(step, 1.0) if step < 1 or step == int(step) else step
    return [step * number for number in range(math.ceil(high / step - 1e-9) + 1)]


def hours_between(start: datetime, end: datetime, *, every: int) -> list[datetime]:
    """The full hours that are multiples of `every`, from `start` to `end`."""
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = (first + timedelta(hours=number) for number in range(int((end - first).total_seconds() // 3600) + 1))
    return [hour for hour in hours if hour >= start and hour.hour % every == 0]


def every_nth(count: int, most: int = 8) -> int:
    """Of so many labels every how many-th is written so that at most so many are."""
    return max(1, math.ceil(count / most))


def number_words(value: float) -> str:
    """A tick's label: 1,200 and 2.5."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
