"""How the talk goes month by month: counts against work, times, satisfaction; and the lines drawn of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

MONTHS = 12
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Times:
    """How long it took: of how many, the median and the 85th percentile, in hours; None without any."""

    count: int = 0
    median: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Month:
    """What happened in one month; remarks count where they were raised, answers where the question was put."""

    first: date
    encounters: int = 0
    questions: int = 0  # of the service to the practice
    their_answers: Times = field(default_factory=Times)  # of the practice to the service's questions
    our_answers: Times = field(default_factory=Times)  # of the service to the practice's questions
    complaints: int = 0
    ratings: int = 0
    mean_accuracy: float | None = None  # of 1 to 5
    mean_turnaround: float | None = None
    remarks: int = 0
    decided: int = 0
    upheld: int = 0

    @property
    def questions_per_hundred(self) -> Decimal | None:
        """Questions for each hundred encounters; None without encounters."""
        return per_hundred(self.questions, self.encounters)

    @property
    def upheld_share(self) -> Decimal | None:
        """Percent upheld of the remarks that were decided."""
        return per_hundred(self.upheld, self.decided)


def per_hundred(count: int, of: int) -> Decimal | None:
    return (Decimal(100 * count) / of).quantize(TENTH, ROUND_HALF_UP) if of else None


def months_before(last: date, number: int = MONTHS) -> list[date]:
    """The first days of so many months, the oldest first, up to the month of a day."""
    found, first = [], last.replace(day=1)
    for _ in range(number):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def in_months(months: Iterable[date], facts: Iterable[Mapping[date, Mapping[str, object]]]) -> list[Month]:
    """One row a month, also where nothing happened; each of `facts` gives some of the fields of some months."""
    rows = []
    for first in months:
        values: dict[str, object] = {}
        for fact in facts:
            values.update(fact.get(first, {}))
        rows.append(Month(first=first, **values))  # type: ignore[arg-type]
    return rows


# -- a line ----------------------------------------------------------------------------------------
WIDTH, HEIGHT = 400, 160  # as wide as a telephone, so that its words are not drawn smaller there
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 24


@dataclass(frozen=True)
class Dot:
    """One month's value in the picture; its words are read aloud and shown on it."""

    x: float
    y: float
    value: str


@dataclass(frozen=True)
class Plot:
    """A line over months: its unbroken stretches as SVG points, its dots, the ticks below and at the left."""

    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    months: tuple[tuple[float, str], ...]
    top: str
    has_values: bool
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def plot_of(values: Sequence[float | None], months: Sequence[date]) -> Plot:
    """The picture of a series; a month without a value breaks the line, and zero is always its foot."""
    highest = max((value for value in values if value is not None), default=0) or 1
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)
    at = [round(LEFT + step * place, 1) for place in range(len(values))]
    dots: list[Dot | None] = [
        None
        if value is None
        else Dot(x=at[place], y=round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / highest), 1), value=short(value))
        for place, value in enumerate(values)
    ]
    lines, line = [], []
    for dot in [*dots, None]:
        if dot is not None:
            line.append(f"{dot.x},{dot.y}")
        elif line:
            lines.append(" ".join(line))
            line = []
    return Plot(
        lines=tuple(one for one in lines if " " in one),
        dots=tuple(dot for dot in dots if dot is not None),
        months=tuple((at[place], f"{first:%b}") for place, first in enumerate(months)),
        top=short(highest),
        has_values=any(value is not None for value in values),
    )


def short(value: float) -> str:
    """A number in a picture: whole ones without a point."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
