"""The frame of a chart: the plot's edges, the grid with its labels, the labels under it."""

from collections.abc import Sequence
from dataclasses import dataclass

from coding.rules.charts.scales import Scale, number_words, ticks
from coding.rules.charts.shapes import Mark, Word, level

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 28, 26
TEXT = 4  # from the middle of a line of text down to its foot


@dataclass(frozen=True)
class Frame:
    """Where a plot lies: its scale upright, and its edges."""

    up: Scale
    left: float
    right: float
    marks: tuple[Mark, ...]
    words: tuple[Word, ...]
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def frame(high: float, *, unit: str = "", right: float = RIGHT, steps: Sequence[float] = ()) -> Frame:
    """A plot from zero to a round value above `high`, with its grid; `right` is kept free for labels."""
    values = list(steps) or ticks(high)
    up = Scale(0, values[-1], HEIGHT - BOTTOM, TOP)
    edge = WIDTH - right
    return Frame(
        up=up,
        left=LEFT,
        right=edge,
        marks=tuple(Mark(level(up(value), LEFT, edge), "grid") for value in values),
        words=(
            *(Word(LEFT - 6, up(value) + TEXT, number_words(value), "end") for value in values),
            *((Word(0, 10, unit),) if unit else ()),
        ),
    )


def under(places: Sequence[tuple[float, str]]) -> tuple[Word, ...]:
    """Labels under the plot; the first and the last stay inside the drawing."""
    return tuple(
        Word(x, HEIGHT - 8, text, "middle" if LEFT + 20 < x < WIDTH - 30 else "start" if x <= LEFT + 20 else "end")
        for x, text in places
    )
