"""Work in progress by its age, against how long finished work took: what is older than most was, is at risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coding.rules.charts.frame import LEFT, frame, under
from coding.rules.charts.shapes import Chart, Dot, Mark, Table, Word, level
from coding.rules.flow.percentiles import SHARES, Spread
from coding.rules.flow.places import IN_PROGRESS, Place

ROOM, BIN, APART = 92, 5.0, 7.0
OVER = 2.0  # times the 95th percentile: what is older lies on the upper edge
FINE = 10  # hours: below that tenths are said
DAYS_FROM = 72  # hours: from there on ages are given in days


@dataclass(frozen=True)
class Ageing:
    """An encounter in progress: where it stands and how many hours ago it came."""

    label: str
    url: str
    place: Place
    hours: float


def age_words(hours: float) -> str:
    """As in "50 min", "1.5 h", "31 h", "4.5 d"."""
    if hours < 1:
        return f"{hours * 60:.0f} min"
    if hours < FINE:
        return f"{hours:.1f}".removesuffix(".0") + " h"
    return f"{hours:.0f} h" if hours < DAYS_FROM else f"{hours / 24:.1f} d"


def ageing_words(rows: Sequence[Ageing], counts: Mapping[Place, int], took: Spread | None) -> str:
    """One sentence: the oldest, and how many are older than 85 of 100 finished ones were."""
    total = sum(counts.values())
    if not total:
        return "Nothing is in progress."
    oldest = max(rows, key=lambda row: row.hours)
    said = f"{total:,} in progress; the oldest, {oldest.label}, came {age_words(oldest.hours)} ago"
    if took is None:
        return f"{said}. Nothing was finished yet to compare with."
    late = sum(row.hours > took.p85 for row in rows)
    at_least = "at least " if late == len(rows) and late < total else ""
    return f"{said}; {at_least}{late:,} older than 85 of 100 finished visits were ({age_words(took.p85)})."


def ageing_chart(rows: Sequence[Ageing], counts: Mapping[Place, int], took: Spread | None) -> Chart:
    """A dot for each encounter, by place and age. `rows` are the oldest; `counts` says how many there are."""
    oldest = max((row.hours for row in rows), default=1.0)
    edge = min(oldest, took.p95 * OVER) if took else oldest
    top = max(edge, took.p95 if took else 0.0, 1.0)
    by_days = top >= DAYS_FROM
    plot = frame(top / 24 if by_days else top, unit="days" if by_days else "hours", right=ROOM)
    size = 24 if by_days else 1
    column = (plot.right - plot.left) / len(IN_PROGRESS)
    dots: list[Dot] = []
    for number, place in enumerate(IN_PROGRESS):
        middle, room, taken = plot.left + column * (number + 0.5), column / 2 - 8, dict[int, int]()
        for row in (row for row in rows if row.place is place):
            height = plot.up(row.hours / size)
            bin_ = int(height / BIN)
            taken[bin_] = taken.get(bin_, 0) + 1
            kind = "c4" if took and row.hours > took.p95 else "c3" if took and row.hours > took.p85 else "c1"
            label = f"{row.label}, {place.label}, {age_words(row.hours)} old"
            dots.append(Dot(round(middle + aside(taken[bin_], room), 1), round(height, 1), label, row.url, kind))
    lines = list(zip(SHARES, (took.p50, took.p85, took.p95), strict=True)) if took else []
    lefts = sum(counts.values()) - len(rows)
    return Chart(
        name="ageing",
        title="Work in progress by age",
        caption=ageing_words(rows, counts, took),
        marks=(*plot.marks, *(Mark(level(plot.up(hours / size), plot.left, plot.right), "rule") for _, hours in lines)),
        dots=tuple(dots),
        words=(
            *plot.words,
            *(
                Word(plot.right + 4, y + 4, f"{share} %: {age_words(hours)}")
                for (share, hours), y in zip(lines, apart([plot.up(hours / size) for _, hours in lines]), strict=True)
            ),
            *under(
                [
                    (LEFT + column * (number + 0.5), f"{place.label} {counts.get(place, 0):,}")
                    for number, place in enumerate(IN_PROGRESS)
                ]
            ),
        ),
        note=" ".join(
            [
                f"Lines: how long the last {took.n:,} finished visits took, from arrival to the end." if took else "",
                f"The {len(rows):,} oldest are drawn; {lefts:,} younger ones are not." if lefts > 0 else "",
            ]
        ).strip(),
        table=Table(
            ("Encounter", "Place", "Age"),
            tuple((row.label, row.place.label, age_words(row.hours)) for row in rows),
            tuple(row.url for row in rows),
        ),
        is_empty=not sum(counts.values()),
    )


def aside(turn: int, room: float) -> float:
    """Where the next dot of a row lies beside the middle: right, left, further right …, starting anew when full."""
    step = (turn // 2) * APART % max(room, APART)
    return step if turn % 2 else -step


def apart(places: Sequence[float]) -> list[float]:
    """The heights of the labels of falling lines, each at least a line of text above the one before."""
    found: list[float] = []
    for place in places:
        found.append(min(place, found[-1] - 13) if found else place)
    return found
