"""The shapes of what is known and of what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType

from coding.rules.evidence import Passage
from portal.rules.words import Lines


class Source(StrEnum):
    """Where a value is from."""

    PAGE = "page"
    MANIFEST = "manifest"
    EARLIER = "earlier"
    LIST = "list"

    @property
    def label(self) -> str:
        return {"page": "Page", "manifest": "Manifest", "earlier": "Earlier visit", "list": "Practice's list"}[
            self.value
        ]


SOURCES = {
    Source.PAGE: "Page", Source.MANIFEST: "Manifest", Source.EARLIER: "Earlier visit", Source.LIST: "Practice's list",
}  # fmt: skip


class Confidence(StrEnum):
    """How much speaks for a candidate."""

    SURE = "sure"
    LIKELY = "likely"
    SEVERAL = "several"


class Weight(IntEnum):
    """How plainly a page says something; from LABELLED on it can fill a field."""

    HINT = 1  # it follows from something else
    WEAK = 2  # without a label, or with letters that were misread
    LABELLED = 3
    EXACT = 4  # with the very label of the field, where others would do


@dataclass(frozen=True)
class PageOfVisit:
    """One page of the visit: the id of its portal.Page, its number as people count it, its words."""

    page: int
    number: int
    lines: Lines


@dataclass(frozen=True)
class Listed:
    """A row of a practice's list: its id as the form sends it, its name, other names and numbers that mean it.

    `place` is a location's place of service, `specialty` a provider's.
    """

    key: str
    name: str
    also: tuple[str, ...] = ()
    place: str = ""
    specialty: str = ""


@dataclass(frozen=True)
class Practice:
    """The practice's lists; only what is in use."""

    providers: tuple[Listed, ...] = ()
    locations: tuple[Listed, ...] = ()
    payers: tuple[Listed, ...] = ()


@dataclass(frozen=True)
class EarlierVisit:
    """A visit of the practice that was pre-coded before: its label, its day, and its facts as the form's texts."""

    label: str
    day: date
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """All that is known of a visit: `manifest` as the form's texts by field, `received_on` the day the chart came."""

    pages: tuple[PageOfVisit, ...]
    practice: Practice
    received_on: date
    manifest: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    earlier: tuple[EarlierVisit, ...] = ()
    specialty: str = ""


@dataclass(frozen=True)
class Mention:
    """One place that says something of a field: the form's text, how people read it, how plainly it is said.

    `same` is what two mentions of one thing have in common, however they are written. Without a passage it is not
    from a page; `said` names what it is from.
    """

    value: str
    shown: str
    weight: Weight
    passage: Passage | None = None
    same: str = ""
    source: Source = Source.PAGE
    said: str = ""

    @property
    def key(self) -> str:
        return self.same or self.value


@dataclass(frozen=True)
class Candidate:
    """A value that a field could have. `said` is where from, in words; `passages` show it."""

    value: str
    shown: str
    confidence: Confidence
    source: Source
    said: str
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of one field: the candidates, the best first, and whether the first may fill it."""

    candidates: tuple[Candidate, ...] = ()
    fills: bool = False

    @property
    def filled(self) -> Candidate | None:
        return self.candidates[0] if self.fills else None
