"""What a reader of a transaction set could not understand or what does not add up: where it stands, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from claims.rules.x12.segments import Segment, TransactionSet, shown

MOST = 1000  # of a set: what is wrong in every segment is not told a million times


class Rule(StrEnum):
    """What a finding is about."""

    ENVELOPE = "envelope"
    AMOUNT = "amount"
    DATE = "date"
    MISSING = "missing"
    ORDER = "order"
    UNKNOWN = "unknown"
    CODE = "code"
    COUNT = "count"
    STATUS = "status"
    LINE_BALANCE = "line balance"
    CLAIM_BALANCE = "claim balance"
    PAYMENT_BALANCE = "payment balance"
    CHARGE = "charge"
    PATIENT = "patient responsibility"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Finding:
    """`place` counts segments from 1 in the file (0: the file as such); a warning keeps nothing from being used."""

    place: int
    element: str  # SVC02; or a segment's identifier
    rule: Rule
    words: str
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"Segment {self.place}" + (f", {self.element}" if self.element else "")
        return f"{where if self.place else self.element or 'File'}: {self.words}"


class Findings:
    """Collects the findings of one transaction set; a segment's number is looked up when something is wrong with it."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.transaction = transaction
        self.found: list[Finding] = []
        self.left_out = 0
        self.places: dict[int, int] = {}
        if not transaction.is_whole:
            words = "SE is missing: the set may have been cut off"
            self.found.append(Finding(transaction.place, "ST", Rule.ENVELOPE, words))

    def add(self, segment: Segment, number: int, rule: Rule, words: str, *, is_warning: bool = False) -> None:
        """About an element of a segment; number 0 is the segment as a whole."""
        if len(self.found) >= MOST:
            self.left_out += 1
            return
        element = f"{segment[0]}{number:02d}" if number else segment[0]
        self.tell(self.place_of(segment), element, rule, words, is_warning=is_warning)

    def tell(self, place: int, element: str, rule: Rule, words: str, *, is_warning: bool = False) -> None:
        """About a place in the file."""
        if len(self.found) < MOST:
            self.found.append(Finding(place, shown(element), rule, words, is_warning))
        else:
            self.left_out += 1

    def place_of(self, segment: Segment) -> int:
        """The number of a segment in the file."""
        if not self.places:
            begin = self.transaction.place
            self.places = {id(one): begin + number for number, one in enumerate(self.transaction.segments)}
        return self.places.get(id(segment), self.transaction.place)

    def all(self) -> tuple[Finding, ...]:
        """In the order of the file."""
        found = sorted(self.found, key=lambda finding: finding.place)
        if self.left_out:
            found.append(Finding(0, "", Rule.LENGTH, f"{self.left_out} more findings are not listed"))
        return tuple(found)
