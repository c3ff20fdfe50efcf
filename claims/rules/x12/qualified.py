"""What stands behind a qualifier: references (REF), amounts (AMT), names (NM1); and remark codes (MIA, MOA)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeVar

from claims.rules.x12.segments import Segment

T = TypeVar("T")
Pairs = tuple[tuple[str, str], ...]  # qualifier and what it qualifies
Sums = tuple[tuple[str, Decimal], ...]

NM1_BLANKS, MIA_BLANKS = [""] * 10, [""] * 24
REMARKS = (("MIA", (5, 20, 21, 22, 23)), ("MOA", (3, 4, 5, 6, 7)))  # 005010X221A1, 2100
PAIR = 3  # the least length of a segment with a qualifier and a value


class Name(NamedTuple):
    """A person or organisation (NM1). Roles: QC patient, IL insured, 74 corrected, 82 rendering, TT crossover ..."""

    role: str
    last: str
    first: str = ""
    middle: str = ""
    scheme: str = ""  # what the number is: XX an NPI, MI a member's, PI a payer's
    number: str = ""


def name_of(segment: Segment) -> Name:
    """The name in NM1."""
    _, role, _, last, first, middle, _, _, scheme, number = (segment + NM1_BLANKS)[:10]
    return Name(role, last, first, middle, scheme, number.strip())


def pairs(segments: Iterable[Segment]) -> Pairs:
    """Qualifiers with what they qualify (REF)."""
    found = []
    for segment in segments:
        if len(segment) >= PAIR:
            found.append((segment[1], segment[2].strip()))  # noqa: PERF401  (a comprehension is a call of its own)
    return tuple(found)


def of(pairs: Pairs, qualifier: str) -> str:
    """What the first pair of a qualifier says; empty if there is none."""
    return next((value for name, value in pairs if name == qualifier), "")


def apart(pairs: tuple[tuple[str, T], ...], qualifier: str) -> tuple[T | None, tuple[tuple[str, T], ...]]:
    """What the first pair of a qualifier says, and all pairs of other qualifiers."""
    if len(pairs) == 1 and pairs[0][0] == qualifier:
        return pairs[0][1], ()
    value = next((value for name, value in pairs if name == qualifier), None)
    return value, tuple([pair for pair in pairs if pair[0] != qualifier])


def remarks_of(groups: Mapping[str, Iterable[Segment]]) -> tuple[str, ...]:
    """The remark codes in MIA and MOA, of segments by their identifiers."""
    found = []
    for name, numbers in REMARKS:
        for segment in groups.get(name, ()):
            row = segment + MIA_BLANKS
            found += [row[number] for number in numbers if row[number]]
    return tuple(found)
