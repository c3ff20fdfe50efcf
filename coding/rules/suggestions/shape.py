"""What goes into suggesting codes and what comes out, whoever suggests: words of pages in, codes with evidence out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from coding.rules.codings import Sex, System
from portal.rules.words import Lines


class PageWords(NamedTuple):
    """The words of one page of a visit; `number` is its place among the visit's pages, from 1."""

    number: int
    lines: Lines


@dataclass(frozen=True)
class Visit:
    """What is known of a visit besides its words; what is not known is None or UNKNOWN and narrows nothing.

    `outpatient` says that section IV of the guidelines holds. `age` is in whole years on the date of service.
    """

    date_of_service: date
    outpatient: bool = True
    sex: Sex = Sex.UNKNOWN
    age: int | None = None


class Source(StrEnum):
    """What led from the words to a code; figures are kept for each."""

    SYNONYM = "synonym"  # the house's names of codes
    NOTE_TERM = "note_term"  # the house's list of how notes write findings
    TITLE = "title"
    TERM = "term"  # inclusion term of the tabular list
    INDEX = "index"  # alphabetic index and neoplasm table
    MEDICATION = "medication"
    PERSONAL_HISTORY = "personal_history"
    FAMILY_HISTORY = "family_history"
    COMBINATION = "combination"
    PROCEDURE = "procedure"  # list of procedures

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Evidence:
    """Where it stands: the words `first` to `last` (both included) of a page, one box a line, and those words.

    Boxes are left, top, right, bottom in ten-thousandths of the page. `section` is the heading's name of our own.
    """

    page: int
    first: int
    last: int
    boxes: tuple[Box, ...]
    quote: str
    section: str = ""


@dataclass(frozen=True)
class Suggestion:
    """One code that the words speak for; never more than a proposal. `score` from 0 to 1 orders them.

    `reason` is for the coder; the quote in it comes from the chart, so it is a patient's data as the evidence is.
    """

    system: System
    code: str
    title: str
    score: float
    source: Source
    reason: str
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` makes the same suggestion of them."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Suggestion:
        evidence = tuple(
            Evidence(**{**one, "boxes": tuple((box[0], box[1], box[2], box[3]) for box in one["boxes"])})
            for one in row["evidence"]
        )
        return cls(**{**row, "system": System(row["system"]), "source": Source(row["source"]), "evidence": evidence})


class Suggester(Protocol):
    """Anything that suggests codes: ours, or a better one in its place. `name` says whose figures are kept."""

    @property
    def name(self) -> str: ...

    def suggest(self, pages: Sequence[PageWords], visit: Visit) -> tuple[Suggestion, ...]:
        """Ranked and capped, each with evidence; the same words give the same answer."""
        ...
