"""What a visit usually takes: minutes of work by specialty, pages and lines, fitted to the service's own times.

One unit is one minute that a usual person takes for such a visit at such a stage. The weights are printed wherever
units are, so that everybody can reckon them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coding.rules.flow.percentiles import percentile

ENOUGH = 30  # times; below that a fit says more about chance than about work
TRIM = 98  # percent: what took longer was left open, not worked on
TINY = 1e-9
COUNTS = ("pages", "lines")


@dataclass(frozen=True)
class Timed:
    """One finished piece of work: how many minutes it was open, and what there was to do."""

    minutes: float
    specialty: str
    pages: int
    lines: int


@dataclass(frozen=True)
class Weights:
    """Minutes of a visit of each specialty, of each page and of each line; what they were fitted to and how well."""

    n: int
    r2: float  # share of the variance that the weights explain
    specialty: Mapping[str, float] = field(default_factory=dict)
    pages: float = 0.0
    lines: float = 0.0
    usual: float = 0.0  # minutes of a specialty that the fit has not seen: the mean over all

    def units(self, specialty: str, *, done: int, pages: int, lines: int) -> float:
        """The units of so many visits of a specialty with so many pages and lines together."""
        if specialty not in self.specialty:
            return done * self.usual
        return done * self.specialty[specialty] + pages * self.pages + lines * self.lines


UNFITTED = Weights(n=0, r2=0.0, usual=1.0)  # every visit is one unit


def fit(rows: Sequence[Timed]) -> Weights | None:
    """The weights with the least squared error; None of too few times.

    More never makes less work: a count whose weight comes out below zero, or that leaves less than nothing for the
    visit itself, is left out and the rest fitted again.
    """
    if len(rows) < ENOUGH:
        return None
    longest = percentile([row.minutes for row in rows], TRIM)
    kept = [row for row in rows if row.minutes <= longest]
    specialties = sorted({row.specialty for row in kept})
    counts = list(COUNTS)
    while True:
        table = [
            [*(float(row.specialty == name) for name in specialties), *(float(getattr(row, name)) for name in counts)]
            for row in kept
        ]
        minutes = [row.minutes for row in kept]
        solved = least_squares(table, minutes)
        below = [name for name, weight in zip(counts, solved[len(specialties) :], strict=True) if weight < 0]
        if not below and (not counts or min(solved[: len(specialties)]) >= 0):
            break
        counts.remove(below[0] if below else counts[-1])
    found = dict(zip([*specialties, *counts], solved, strict=True))
    mean = sum(minutes) / len(minutes)
    residual = sum((y - dot(row, solved)) ** 2 for row, y in zip(table, minutes, strict=True))
    total = sum((y - mean) ** 2 for y in minutes)
    return Weights(
        n=len(kept),
        r2=max(0.0, 1 - residual / total) if total > TINY else 0.0,
        specialty={name: found[name] for name in specialties},
        pages=found.get("pages", 0.0),
        lines=found.get("lines", 0.0),
        usual=mean,
    )


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def least_squares(table: Sequence[Sequence[float]], wanted: Sequence[float]) -> list[float]:
    """The weights of the columns that come nearest to what is wanted, by the normal equations.

    A column that the others already say (all visits have one page) gets no weight.
    """
    columns = list(zip(*table, strict=True))
    square = [[dot(one, other) for other in columns] for one in columns]
    right = [dot(column, wanted) for column in columns]
    return solve(square, right)


def solve(square: list[list[float]], right: list[float]) -> list[float]:
    """Gauss and Jordan, row by row in place; a pivot that vanishes against its own size is a column to do without."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(square, right, strict=True)]
    scale = [abs(rows[number][number]) for number in range(size)]
    used = []
    for number in range(size):
        if abs(rows[number][number]) <= TINY * max(scale[number], 1.0):
            continue
        used.append(number)
        pivot = rows[number][number]
        rows[number] = [value / pivot for value in rows[number]]
        for other in range(size):
            if other != number and rows[other][number]:
                factor = rows[other][number]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[number], strict=True)]
    return [rows[number][size] if number in used else 0.0 for number in range(size)]


def weight_words(weights: Weights, labels: Mapping[str, str]) -> str:
    """The weights as they are printed: minutes of each part, and what they rest on."""
    if not weights.n:
        return "Fewer than 30 finished visits have a time: each counts as one unit."
    visits = ", ".join(f"{labels.get(name, name)} {minutes:.1f}" for name, minutes in sorted(weights.specialty.items()))
    parts = "".join(f"; each {name[:-1]} {getattr(weights, name):.2f}" for name in COUNTS if getattr(weights, name) > 0)
    return f"Minutes of a visit: {visits}{parts} (n = {weights.n:,}, R² = {weights.r2:.2f})"
