"""What the trust check says: differences, alarms, and the pairs of states between which a move is legal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.rules.lifecycle import Move


@dataclass(frozen=True)
class Difference:
    """One row or object that is not as it must be: where it is, its id or stored name, what is wrong."""

    where: str
    id: str
    what: str

    def __str__(self) -> str:
        return f"{self.where} {self.id}: {self.what}"


@dataclass(frozen=True)
class Alarm:
    """Nothing is wrong yet, but somebody should look: what it is, and how much of it."""

    what: str
    figure: float


@dataclass
class Finding:
    """What one check found; `differences` are the first of `count`."""

    check: str
    says: str
    seconds: float = 0.0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)


@dataclass
class Report:
    """All findings of one run, and the alarms."""

    at: str
    findings: list[Finding]
    alarms: list[Alarm]

    @property
    def count(self) -> int:
        return sum(finding.count for finding in self.findings)

    def as_data(self) -> dict[str, Any]:
        """The report as plain data for JSON."""
        return {"differences": self.count, **asdict(self)}

    def lines(self) -> Iterable[str]:
        """The report for a person, a line a check, followed by what it found."""
        for finding in self.findings:
            verdict = f"{finding.count} DIFFERENCES" if finding.count else "OK"
            yield f"{finding.check:<14} {verdict:<16} {finding.seconds:6.1f} s  {finding.says}"
            yield from (f"  DIFFERENCE {difference}" for difference in finding.differences)
            if finding.count > len(finding.differences):
                yield f"  ... and {finding.count - len(finding.differences)} more"
        yield from (f"ALARM {alarm.what}: {alarm.figure:g}" for alarm in self.alarms)


def steps(moves: Mapping[str, Move]) -> list[list[str]]:
    """Every legal step of a table of moves as [old, new]."""
    return sorted(list(pair) for pair in {(old, move.new) for move in moves.values() for old in move.old})


def named_steps(moves: Mapping[str, Move]) -> list[list[str]]:
    """Every legal step as [name of the move, old, new]."""
    return sorted([name, old, move.new] for name, move in moves.items() for old in move.old)
