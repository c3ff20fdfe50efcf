"""What a chart is made of: marks at their places, and path data; templates/components/chart.html writes them."""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """A path (`d`) with its class: c1 to c6 for the series, with line, area or rule."""

    d: str
    kind: str


@dataclass(frozen=True)
class Word:
    """A text at a place; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    kind: str = ""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str = ""


@dataclass(frozen=True)
class Dot:
    """One row at its place; the link leads to it."""

    x: float
    y: float
    label: str
    url: str = ""
    kind: str = "c1"


@dataclass(frozen=True)
class Table:
    """The same as a table: the heads of the columns and the rows, all worded; the first column names the row.

    `links` are the addresses of the rows, if they have one.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()

    def linked(self) -> list[tuple[str, tuple[str, str], list[tuple[str, str]]]]:
        """Each row as its address, its first cell with its head, and the other cells with theirs."""
        links = self.links or ("",) * len(self.rows)
        return [
            (url, (self.heads[0], row[0]), list(zip(self.heads[1:], row[1:], strict=True)))
            for url, row in zip(links, self.rows, strict=True)
        ]


@dataclass(frozen=True)
class Key:
    """What a series is called beside the drawing."""

    label: str
    kind: str


@dataclass(frozen=True)
class Chart:
    """A finished chart. `name` is its id and the name of its CSV file; `caption` is one sentence that says it all."""

    name: str
    title: str
    caption: str
    table: Table
    width: int = 640
    height: int = 260
    marks: tuple[Mark, ...] = ()
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()
    keys: tuple[Key, ...] = ()
    note: str = ""
    unit: str = ""  # of the upright axis
    is_empty: bool = False


def line(points: Sequence[Point]) -> str:
    """Path data through the points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def stairs(points: Sequence[Point]) -> str:
    """Path data of a count that keeps its value until the next point."""
    if not points:
        return ""
    x, y = points[0]
    return f"M{x:.1f} {y:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])


def area(top: Sequence[Point], bottom: Sequence[Point]) -> str:
    """Path data of what lies between two lines over the same places."""
    return line([*top, *reversed(bottom)]) + "Z" if top else ""


def upright(x: float, start: float, end: float) -> str:
    return f"M{x:.1f} {start:.1f}V{end:.1f}"


def level(y: float, start: float, end: float) -> str:
    return f"M{start:.1f} {y:.1f}H{end:.1f}"
