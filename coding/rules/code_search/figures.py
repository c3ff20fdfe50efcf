"""How well queries find the codes that are right for them."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from coding.rules.codings import System, bare

FIRST = 10  # hits that a person looks at
COLUMNS = ("id", "system", "on", "query", "accept")


class BadQueries(Exception):
    """A file of queries is not as described; the text says where."""


@dataclass(frozen=True)
class Query:
    """One query and the codes that answer it: without dots, a trailing `*` for any code that begins so."""

    id: str
    system: System
    on: date
    text: str
    accept: tuple[str, ...]

    def accepts(self, code: str) -> bool:
        return any(code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted for wanted in self.accept)


@dataclass(frozen=True)
class Answer:
    """The codes a query was answered with, best first, and how long that took."""

    query: Query
    codes: tuple[str, ...]
    seconds: float

    @property
    def rank(self) -> int:
        """The place of the first accepted code from 1; 0 if none is among the hits that people look at."""
        places = (place for place, code in enumerate(self.codes[:FIRST], 1) if self.query.accepts(code))
        return next(places, 0)


@dataclass(frozen=True)
class Figures:
    """Shares from 0 to 1, times in milliseconds."""

    queries: int
    hit_at_1: float
    hit_at_10: float
    mrr: float
    p50_ms: float
    p95_ms: float


def read_queries(lines: Iterable[str]) -> list[Query]:
    """The queries of a tab-separated file with the columns id, system, on, query, accept (`|` between codes)."""
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = set(COLUMNS) - set(rows.fieldnames or ())
    if missing:
        raise BadQueries(f"Columns are missing: {', '.join(sorted(missing))}.")
    return [query_of(row, line) for line, row in enumerate(rows, 2)]


def query_of(row: dict[str, str], line: int) -> Query:
    try:
        accept = tuple(bare(code) for code in row["accept"].split("|") if code.strip())
        return Query(row["id"], System(row["system"]), date.fromisoformat(row["on"]), row["query"], accept)
    except (ValueError, AttributeError, TypeError) as trouble:
        raise BadQueries(f"Line {line}: {trouble}.") from trouble


def figures(answers: Sequence[Answer]) -> Figures:
    """Hit rates, mean reciprocal rank and times of some answers; all 0 without any."""
    count = len(answers)
    if not count:
        return Figures(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    ranks = [answer.rank for answer in answers]
    times = sorted(answer.seconds * 1000 for answer in answers)
    return Figures(
        count,
        hit_at_1=round(sum(rank == 1 for rank in ranks) / count, 4),
        hit_at_10=round(sum(rank > 0 for rank in ranks) / count, 4),
        mrr=round(sum(1 / rank for rank in ranks if rank) / count, 4),
        p50_ms=round(at(times, 0.5), 2),
        p95_ms=round(at(times, 0.95), 2),
    )


def at(ordered: Sequence[float], share: float) -> float:
    """The value that a share of all values does not exceed (nearest rank)."""
    return ordered[ceil(len(ordered) * share) - 1]
