"""Documents that arrive later for a visit: how they came to belong to it, and which visit they may be about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coding.rules.page_signs import PageSigns, names
from coding.rules.splitting import alike

ENOUGH = 2  # of name, birth date and date of service that must agree: one alone is a namesake or another's day


class AddendumSource(StrEnum):
    SENDER = "sender"
    PERSON = "person"

    @property
    def label(self) -> str:
        return {"sender": "Named by the sender", "person": "Attached at pre-coding"}[self.value]


@dataclass(frozen=True)
class KnownVisit:
    """A visit by its id, and what pre-coding found out about it."""

    encounter: int
    patient: str
    birth: date
    first: date
    last: date


@dataclass(frozen=True)
class Candidate:
    """A visit that the document may belong to, and what agrees; never the values."""

    encounter: int
    reasons: tuple[str, ...]


def candidates(visits: Iterable[KnownVisit], pages: Sequence[PageSigns]) -> list[Candidate]:
    """The visits with which the pages agree, those with the most agreement first."""
    found = [Candidate(visit.encounter, tuple(agreements(visit, pages))) for visit in visits]
    kept = [candidate for candidate in found if len(candidate.reasons) >= ENOUGH]
    return sorted(kept, key=lambda candidate: (-len(candidate.reasons), candidate.encounter))


def agreements(visit: KnownVisit, pages: Sequence[PageSigns]) -> list[str]:
    """What the words of the pages and the facts of the visit say alike."""
    patient = next(names(visit.patient), "")
    said = [page.name for page in pages if page.name is not None]
    births = {page.birth.value for page in pages if page.birth is not None}
    services = [page.service.value for page in pages if page.service is not None]
    checks = (
        (bool(patient) and any(alike(patient, str(one.value)) for one in said), "same patient name"),
        (visit.birth in births, "same birth date"),
        (any(isinstance(day, date) and visit.first <= day <= visit.last for day in services), "same date of service"),
    )
    return [words for holds, words in checks if holds]
