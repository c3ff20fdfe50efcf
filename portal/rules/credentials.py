"""Credentials of coders: which there are, until when one counts, and what a practice or specialty demands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WARNED_BEFORE = timedelta(days=60)
LAST_WEEK = timedelta(days=7)


class CredentialKind(StrEnum):
    """AAPC's and AHIMA's, by the letters after a name."""

    CPC = "cpc"
    CPC_A = "cpc_a"
    COC = "coc"
    CIC = "cic"
    CRC = "crc"
    CPMA = "cpma"
    CCA = "cca"
    CCS = "ccs"
    CCS_P = "ccs_p"
    RHIT = "rhit"
    RHIA = "rhia"

    @property
    def label(self) -> str:
        return self.value.upper().replace("_", "-")

    @property
    def issuer(self) -> str:
        return "AHIMA" if self.value in {"cca", "ccs", "ccs_p", "rhit", "rhia"} else "AAPC"


class Standing(StrEnum):
    """How far a credential can be relied on."""

    ENDED = "ended"
    UNCHECKED = "unchecked"
    ENDING = "ending"
    VALID = "valid"


@dataclass(frozen=True)
class Held:
    """A credential that a person says they have; `checked` once somebody else looked at the register."""

    kind: CredentialKind
    expires_on: date
    checked: bool

    def standing(self, on: date) -> Standing:
        """What it is worth on a day; it holds through the day on which it expires."""
        if self.expires_on < on:
            return Standing.ENDED
        if not self.checked:
            return Standing.UNCHECKED
        return Standing.ENDING if self.expires_on - on <= WARNED_BEFORE else Standing.VALID

    def counts(self, on: date) -> bool:
        return self.standing(on) in {Standing.VALID, Standing.ENDING}


def reminder_due(expires_on: date, *, reminded_on: date | None, on: date) -> bool:
    """Whether its holder is told that it ends: once when that is near, once more in the last week, never after."""
    left = expires_on - on
    if not timedelta(0) <= left <= WARNED_BEFORE:
        return False
    return reminded_on is None or left <= LAST_WEEK < expires_on - reminded_on


@dataclass(frozen=True)
class Demand:
    """That one of the kinds is needed to code or verify for a practice (None: all), in a specialty ("": all)."""

    practice_id: int | None
    specialty: str
    kinds: frozenset[CredentialKind]

    def is_about(self, *, practice_id: int, specialty: str) -> bool:
        return self.practice_id in {None, practice_id} and self.specialty in {"", specialty}

    @property
    def words(self) -> str:
        """The kinds as in "CPC or CCS"."""
        return in_words(self.kinds)


def in_words(kinds: Iterable[CredentialKind]) -> str:
    wanted = set(kinds)
    labels = [kind.label for kind in CredentialKind if kind in wanted]
    return " or ".join(part for part in (", ".join(labels[:-1]), labels[-1]) if part) if labels else ""


def unmet(demands: Iterable[Demand], held: Iterable[Held], *, on: date) -> tuple[Demand, ...]:
    """The demands that a person with these credentials does not meet on a day."""
    kinds = {one.kind for one in held if one.counts(on)}
    return tuple(demand for demand in demands if not demand.kinds & kinds)
