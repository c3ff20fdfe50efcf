"""Evaluation and management services: which codes are levels of one and the same kind of visit.

Only the numbering of CPT Evaluation and Management (2023 and later) is used, no descriptor. Within a
family a higher level is a more complex visit; the levels of new and of established patients are compared
by level too, because taking one for the other is an error of level and not another service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Level:
    """A place in a family: the higher the rank, the more complex the visit."""

    family: str
    rank: int


def ranked(family: str, first: int, last: int, *, rank: int = 1) -> dict[str, Level]:
    """The codes of one run of numbers, lowest level first."""
    return {str(code): Level(family, rank + code - first) for code in range(first, last + 1)}


LEVELS: Mapping[str, Level] = MappingProxyType(
    ranked("office", 99202, 99205, rank=2)
    | ranked("office", 99211, 99215)
    | ranked("inpatient, initial", 99221, 99223)
    | ranked("inpatient, subsequent", 99231, 99233)
    | ranked("same-day admission and discharge", 99234, 99236)
    | ranked("hospital discharge", 99238, 99239)
    | ranked("office consultation", 99242, 99245, rank=2)
    | ranked("inpatient consultation", 99252, 99255, rank=2)
    | ranked("emergency department", 99281, 99285)
    | ranked("nursing facility, initial", 99304, 99306)
    | ranked("nursing facility, subsequent", 99307, 99310)
    | ranked("home", 99341, 99342)
    | ranked("home", 99344, 99345, rank=3)
    | ranked("home", 99347, 99350)
)


def level_of(code: str) -> Level | None:
    """The family and level of an evaluation and management code; None for anything else."""
    return LEVELS.get(code)


def family_of(code: str) -> str:
    """What a code competes with: its E/M family, or the codes that share its first three characters."""
    level = LEVELS.get(code)
    return level.family if level else code[:3]
