"""The loops of an 837P: each segment goes to the loop that its first segment opened, or to the one around that.

Within a loop the order does not matter. A segment that is taken out is read; what nobody took out is not held by the
model, and is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from claims.rules.x12.claim_837p.qualifiers import Fields
from claims.rules.x12.segments import Segment, at

HEAD, LEVEL, CLAIM, OTHER, LINE, DRUG, ADJUDICATION, FORM, PARTY = (
    "head", "level", "claim", "other", "line", "drug", "adjudication", "form", "party",
)  # fmt: skip

# What stands inside the small loops; anything else belongs to the claim or line around them.
INSIDE: Mapping[str, frozenset[str]] = {
    PARTY: frozenset({"N2", "N3", "N4", "PER", "PRV", "DMG", "REF", "DTP"}),
    DRUG: frozenset({"CTP", "REF"}),
    ADJUDICATION: frozenset({"CAS", "DTP", "AMT"}),
    FORM: frozenset({"FRM"}),
    OTHER: frozenset({"CAS", "AMT", "DMG", "OI", "MIA", "MOA", "DTP"}),
}
# Of segments with many meanings those that mean something there: REF01, DTP01, AMT01.
MEANT: Mapping[tuple[str, str], frozenset[str]] = {
    (PARTY, "DTP"): frozenset({"573"}),
    (OTHER, "DTP"): frozenset({"573"}),
    (PARTY, "REF"): frozenset({
        "0B", "1A", "1B", "1C", "1D", "1G", "1H", "1W", "23", "2U", "3L", "EI", "F8", "FY", "G1", "G2", "IG", "LU",
        "N5", "NF", "SY", "T4", "TJ", "U3", "X5", "Y4", "9F",
    }),
    (DRUG, "REF"): frozenset({"XZ", "VY"}),
    (ADJUDICATION, "DTP"): frozenset({"573"}),
    (ADJUDICATION, "AMT"): frozenset({"EAF"}),
}  # fmt: skip
# What of these only the payer of 2330B has: anywhere else it is the claim's or the line's.
OF_OTHER_PAYERS = frozenset({"F8", "G1", "9F", "T4", "573"})


@dataclass(eq=False)
class Loop:
    """Segments until the next loop, and the loops inside. `qualifier` is NM101 or HL03."""

    kind: str
    first: Segment
    parent: Loop | None = None
    segments: list[Segment] = field(default_factory=list)
    children: list[Loop] = field(default_factory=list)
    is_read: bool = False
    read: set[int] = field(default_factory=set)  # of the segments, by identity

    @property
    def qualifier(self) -> str:
        return at(self.first, 3 if self.kind == LEVEL else 1).strip()

    def has_room(self, segment: Segment) -> bool:
        """Whether a segment means something in this loop."""
        if self.kind not in INSIDE:
            return True
        name, qualifier = segment[0], at(segment, 1).strip()
        if name not in INSIDE[self.kind]:
            return False
        if (self.kind, name) not in MEANT:
            return True
        if self.kind == PARTY and qualifier in OF_OTHER_PAYERS:
            return self.is_other_payer
        return qualifier in MEANT[self.kind, name]

    @property
    def is_other_payer(self) -> bool:
        return self.qualifier == "PR" and self.parent is not None and self.parent.kind == OTHER

    # -- taking out --------------------------------------------------------------------------------------
    def take(self, name: str, *qualifiers: str) -> Segment | None:
        """The first segment of a name (and kind) that nobody took yet."""
        for segment in self.segments:
            if segment[0] == name and id(segment) not in self.read and is_meant(segment, qualifiers):
                self.read.add(id(segment))
                return segment
        return None

    def take_all(self, name: str, *qualifiers: str) -> Iterator[Segment]:
        while (segment := self.take(name, *qualifiers)) is not None:
            yield segment

    def value(self, name: str, qualifier: str, number: int = 2) -> str:
        """An element of the segment of a kind, as REF02 of REF*EA; empty if there is none."""
        segment = self.take(name, qualifier)
        return at(segment, number).strip() if segment else ""

    def values(self, name: str, fields: Fields) -> dict[str, Any]:
        """The second element of each segment of a kind in the table, by the field of the model that it fills."""
        return {field_name: self.value(name, kind) for kind, field_name in fields}

    def child(self, kind: str, *qualifiers: str) -> Loop | None:
        """The first loop inside of a kind that nobody took yet."""
        for loop in self.children:
            if loop.kind == kind and not loop.is_read and (not qualifiers or loop.qualifier in qualifiers):
                loop.is_read = True
                return loop
        return None

    def all_children(self, kind: str, *qualifiers: str) -> Iterator[Loop]:
        while (loop := self.child(kind, *qualifiers)) is not None:
            yield loop

    def unread(self) -> Iterator[Segment]:
        """What nobody took, here and in the loops inside."""
        if not self.is_read:
            yield self.first
        yield from (segment for segment in self.segments if id(segment) not in self.read)
        for loop in self.children:
            yield from loop.unread()


def is_meant(segment: Segment, qualifiers: tuple[str, ...]) -> bool:
    return not qualifiers or at(segment, 1).strip() in qualifiers


class Loops:
    """Sorts the segments of a transaction set into loops."""

    def __init__(self) -> None:
        self.head = Loop(HEAD, ["ST"], is_read=True)
        self.inner = self.head

    def sorted(self, segments: Iterator[Segment]) -> Loop:
        for segment in segments:
            kind = self.begins(segment)
            if kind is None:
                self.room_for(segment).segments.append(segment)
            else:
                self.begin(kind, segment)
        return self.head

    def begins(self, segment: Segment) -> str | None:
        """Which loop a segment opens, if any."""
        name = segment[0]
        if name == "SBR":
            return OTHER if self.around(CLAIM) else None
        if name in {"LX", "SVD", "LIN", "LQ"} and not self.around(CLAIM):
            return None
        return BEGIN.get(name)

    def begin(self, kind: str, segment: Segment) -> None:
        parent = self.head
        for around in PARENTS[kind]:
            if found := self.around(around):
                parent = found
                break
        self.inner = Loop(kind, segment, parent)
        parent.children.append(self.inner)

    def around(self, kind: str) -> Loop | None:
        """The open loop of a kind."""
        loop: Loop | None = self.inner
        while loop is not None and loop.kind != kind:
            loop = loop.parent
        return loop

    def room_for(self, segment: Segment) -> Loop:
        """The innermost open loop in which a segment means something."""
        loop = self.inner
        while not loop.has_room(segment) and loop.parent is not None:
            loop = loop.parent
        return loop


BEGIN: Mapping[str, str] = {
    "HL": LEVEL, "CLM": CLAIM, "LX": LINE, "LIN": DRUG, "SVD": ADJUDICATION, "LQ": FORM, "NM1": PARTY,
}  # fmt: skip
# In which of the open loops a loop stands: the first that is open.
PARENTS: Mapping[str, tuple[str, ...]] = {
    LEVEL: (),
    CLAIM: (LEVEL,),
    OTHER: (CLAIM,),
    LINE: (CLAIM,),
    DRUG: (LINE, CLAIM),
    ADJUDICATION: (LINE, CLAIM),
    FORM: (LINE, CLAIM),
    PARTY: (LINE, OTHER, CLAIM, LEVEL),
}
