"""Days, amounts, codes of an 837P: what cannot be read is None or a stand-in, and told."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from claims.rules.x12.amounts import amount_of, day_of, quantity_of
from claims.rules.x12.findings import Findings, Rule
from claims.rules.x12.segments import Segment, TransactionSet, at, shown

E = TypeVar("E", bound=StrEnum)
NO_DAY = date(1, 1, 1)  # where the model must have one and the file has none
ZERO = Decimal(0)
OTHER_DELIMITER = re.compile(r"\w{0,2}([^\w\s])\w?\1\w?.*")  # of CLM05: place, B, frequency


class Values:
    """Reads the elements of one transaction set."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.findings = Findings(transaction)
        self.component = transaction.delimiters.component
        claim = next((one for one in transaction.segments if one[0] == "CLM"), [])
        other = OTHER_DELIMITER.fullmatch(at(claim, 5).strip())
        if other and other[1] != self.component:
            self.component = other[1]
            self.tell(claim, 5, Rule.ENVELOPE, "Components stand between another delimiter than ISA16", is_warning=True)

    def tell(self, segment: Segment, number: int, rule: Rule, words: str, *, is_warning: bool = False) -> None:
        self.findings.add(segment, number, rule, words, is_warning=is_warning)

    def parts(self, segment: Segment, number: int) -> list[str]:
        """The components of an element."""
        text = at(segment, number)
        return [part.strip() for part in text.split(self.component)] if self.component else [text.strip()]

    def day(self, segment: Segment, number: int) -> date | None:
        text = at(segment, number).strip()
        day = day_of(text)
        if text and day is None:
            self.tell(segment, number, Rule.DATE, f"{shown(text)} is no date")
        return day

    def days(self, segment: Segment, number: int) -> tuple[date | None, date | None]:
        """The first and the last day: CCYYMMDD or two of them with a hyphen between (D8, RD8)."""
        text = at(segment, number).strip()
        first, _, last = text.partition("-")
        begin, end = day_of(first), day_of(last or first)
        if begin is None or end is None:
            self.tell(segment, number, Rule.DATE, f"{shown(text) or 'Nothing'} is no date")
        return begin, end

    def amount(self, segment: Segment, number: int) -> Decimal | None:
        text = at(segment, number).strip()
        amount = amount_of(text)
        if text and amount is None:
            self.tell(segment, number, Rule.AMOUNT, f"{shown(text)} is no amount")
        return amount

    def quantity(self, segment: Segment, number: int) -> Decimal | None:
        text = at(segment, number).strip()
        quantity = quantity_of(text)
        if text and quantity is None:
            self.tell(segment, number, Rule.AMOUNT, f"{shown(text)} is no number")
        return quantity

    def one_of(self, kind: type[E], segment: Segment, number: int, otherwise: E) -> E:
        """A code of a list; a stand-in for one that the list does not have."""
        text = at(segment, number).strip()
        try:
            return kind(text)
        except ValueError:
            if text:
                words = f"{shown(text)} is not among the codes of 005010X222A1: read as {otherwise.value}"
                self.tell(segment, number, Rule.CODE, words, is_warning=True)
            return otherwise

    def is_yes(self, segment: Segment, number: int) -> bool:
        return at(segment, number).strip() == "Y"
