"""What an edit says: how grave, what, on whose word, where, and how to put it right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from coding.rules.codings import CodedEncounter
from coding.rules.tables import Tables


class Severity(StrEnum):
    HARD = "hard"  # cannot be submitted
    CHECK = "check"  # likely wrong; the coder decides
    INFO = "info"

    @property
    def label(self) -> str:
        return {"hard": "Must be fixed", "check": "Please check", "info": "Note"}[self.value]

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Part(StrEnum):
    ENCOUNTER = "encounter"
    DIAGNOSIS = "diagnosis"
    PROCEDURE = "procedure"


@dataclass(frozen=True)
class Place:
    """Where: a line by its 1-based number (0 for the encounter), and the field of it."""

    part: Part
    number: int = 0
    field: str = "code"


@dataclass(frozen=True)
class Fix:
    """A repair that one key makes: its words, and the whole coding after it."""

    label: str
    after: CodedEncounter


@dataclass(frozen=True)
class Finding:
    """One thing an edit found. `edit` is the function's name, `source` what a coder can look up."""

    edit: str
    severity: Severity
    text: str
    source: str
    place: Place | None = None
    fix: Fix | None = None


Edit = Callable[[CodedEncounter, Tables], Iterator[Finding]]
