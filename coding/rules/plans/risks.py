"""What about a coding speaks for looking at it, beside chance: each reason with its own share.

The reasons are those that audits of physicians' claims look for (modifiers 25 and 59, the highest levels, unspecified
diagnoses, high values) and a rule that is new. None of them says that something is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from coding.rules.codings import CodedEncounter, bare
from coding.rules.em_families import family_of_code
from coding.rules.rulings import Ruling

# CMS: X{EPSU} are the more specific forms of 59 (Transmittal 1422, 2014).
DISTINCT = ("59", "XE", "XS", "XP", "XU")


class Risk(StrEnum):
    MODIFIER_25 = "modifier_25"
    DISTINCT = "distinct"
    TOP_LEVEL = "top_level"
    UNSPECIFIED = "unspecified"
    HIGH_VALUE = "high_value"
    NEW_RULING = "new_ruling"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[Risk, str] = MappingProxyType(
    {
        Risk.MODIFIER_25: "Modifier 25",
        Risk.DISTINCT: "Modifier 59 or X{EPSU}",
        Risk.TOP_LEVEL: "Highest level of its family",
        Risk.UNSPECIFIED: "Unspecified diagnosis",
        Risk.HIGH_VALUE: "High relative value",
        Risk.NEW_RULING: "Under a new ruling",
    }
)


@dataclass(frozen=True)
class About:
    """What the lists and the register say about a coding's codes on its day."""

    unspecified: frozenset[str] = frozenset()
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True)
class Limits:
    """From which value a coding is a high one, in relative value units, and for how many days a ruling is new."""

    high_value: Decimal = Decimal(5)
    ruling_days: int = 60


STANDARD_SHARES: Mapping[Risk, int] = MappingProxyType(
    {
        Risk.MODIFIER_25: 25, Risk.DISTINCT: 25, Risk.TOP_LEVEL: 25, Risk.UNSPECIFIED: 10, Risk.HIGH_VALUE: 25,
        Risk.NEW_RULING: 50,
    }
)  # fmt: skip


def risks_of(coded: CodedEncounter, about: About, limits: Limits, *, on: date) -> Iterator[tuple[Risk, str]]:
    """Each reason that the coding gives, once, with what gives it."""
    modifiers = [modifier for line in coded.procedures for modifier in line.modifiers]
    if "25" in modifiers:
        yield Risk.MODIFIER_25, "modifier 25"
    if found := next((one for one in modifiers if one in DISTINCT), None):
        yield Risk.DISTINCT, f"modifier {found}"
    codes = [bare(line.code) for line in coded.procedures]
    if top := next((code for code in codes if is_top_level(code)), None):
        yield Risk.TOP_LEVEL, f"highest level {top}"
    if vague := next((code for one in coded.diagnoses if (code := bare(one.code)) in about.unspecified), None):
        yield Risk.UNSPECIFIED, f"unspecified {vague}"
    worth = sum((about.weights.get(bare(line.code), Decimal(0)) * line.units for line in coded.procedures), Decimal(0))
    if worth >= limits.high_value:
        yield Risk.HIGH_VALUE, f"value {worth:.2f}"
    new = [one for one in about.rulings if one.starts_on > on - timedelta(days=limits.ruling_days)]
    if new:
        yield Risk.NEW_RULING, f"new ruling R-{new[0].number:04d}"


def is_top_level(code: str) -> bool:
    """Whether the code is the highest of a family of visits."""
    family = family_of_code(code)
    return family is not None and family.steps[-1].code == code
