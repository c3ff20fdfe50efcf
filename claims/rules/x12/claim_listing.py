"""The claims of an 837 of any kind by number, charge and lines: what a file holds. The 837P has a reader of its own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from claims.rules.x12.amounts import ZERO, Amounts, money, quantity_of
from claims.rules.x12.findings import Finding, Findings, Rule
from claims.rules.x12.procedures import Procedure, Procedures
from claims.rules.x12.segments import Segment, TransactionSet, at, shown

# Where a service line has its procedure, charge and units: professional, institutional, dental.
PLACES = {"SV1": (1, 2, 4), "SV2": (2, 3, 5), "SV3": (1, 2, 6)}


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A service as billed."""

    place: int
    procedure: Procedure
    revenue_code: str
    charge: Decimal
    units: Decimal | None


@dataclass(frozen=True, slots=True)
class ListedClaim:
    """A claim as billed."""

    place: int
    number: str  # CLM01
    charge: Decimal
    frequency: str  # CLM05-3
    lines: tuple[ListedLine, ...]


@dataclass(frozen=True, slots=True)
class ClaimListing:
    """The claims of one transaction set."""

    control: str
    version: str
    place: int
    claims: tuple[ListedClaim, ...]
    findings: tuple[Finding, ...]


def list_claims(transaction: TransactionSet) -> ClaimListing:
    """An 837, whatever is in it."""
    return ClaimLister(transaction).read()


class ClaimLister:
    """Reads one transaction set once."""

    def __init__(self, transaction: TransactionSet) -> None:
        self.transaction = transaction
        self.findings, self.amounts = Findings(transaction), Amounts()
        self.procedures = Procedures(transaction.delimiters.component)
        self.claims: list[ListedClaim] = []

    def read(self) -> ClaimListing:
        claim: tuple[int, Segment] | None = None
        lines: list[ListedLine] = []
        for place, segment in enumerate(self.transaction.segments, self.transaction.place):
            if segment[0] == "CLM":
                self.close(claim, lines)
                claim, lines = (place, segment), []
            elif segment[0] in PLACES:
                lines.append(self.line(place, segment))
        self.close(claim, lines)
        return ClaimListing(
            self.transaction.control,
            self.transaction.version,
            self.transaction.place,
            tuple(self.claims),
            self.findings.all(),
        )

    def line(self, place: int, segment: Segment) -> ListedLine:
        procedure, charge, units = PLACES[segment[0]]
        return ListedLine(
            place=place,
            procedure=self.procedures[at(segment, procedure)],
            revenue_code=at(segment, 1).strip() if segment[0] == "SV2" else "",
            charge=self.amount(segment, charge),
            units=quantity_of(at(segment, units)),
        )

    def close(self, claim: tuple[int, Segment] | None, lines: list[ListedLine]) -> None:
        """The claim is complete; its lines have to add up to it."""
        if claim is None:
            if lines:
                self.findings.tell(lines[0].place, "", Rule.ORDER, f"{len(lines)} service lines stand in no claim")
            return
        place, segment = claim
        number, charge = at(segment, 1).strip(), self.amount(segment, 2)
        if not number:
            self.findings.add(segment, 1, Rule.MISSING, "missing")
        billed = sum((line.charge for line in lines), ZERO)
        if billed != charge:
            words = f"the lines charge {money(billed)}, the claim {money(charge)}"
            self.findings.add(segment, 2, Rule.CHARGE, words)
        frequency = [*self.transaction.parts(at(segment, 5)), "", ""][2].strip()
        self.claims.append(ListedClaim(place, number, charge, frequency, tuple(lines)))

    def amount(self, segment: Segment, number: int) -> Decimal:
        text = at(segment, number)
        amount = self.amounts[text]
        if amount is None:
            words = f"{shown(text)} is no amount" if text.strip() else "amount missing"
            self.findings.add(segment, number, Rule.AMOUNT, words)
            return ZERO
        return amount
