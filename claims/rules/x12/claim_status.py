"""How far claims are with a payer: the questions (276) and the answers (277), 005010X212."""

from __future__ import annotations

from dataclasses import dataclass

from claims.rules.x12.findings import Finding, Findings
from claims.rules.x12.segments import TransactionSet, at
from claims.rules.x12.status_items import StatusItem, read_items


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """The content of a transaction set of a 276 or 277."""

    control: str
    version: str
    place: int
    reference: str  # BHT03
    items: tuple[StatusItem, ...]
    findings: tuple[Finding, ...]

    @property
    def claims(self) -> tuple[StatusItem, ...]:
        return tuple(item for item in self.items if item.is_claim)

    @property
    def levels(self) -> tuple[StatusItem, ...]:
        """What is said of a provider's or receiver's questions as a whole: that they could not be answered."""
        return tuple(item for item in self.items if not item.is_claim)


def read_claim_status(transaction: TransactionSet) -> ClaimStatus:
    """A 276 or 277, whatever is in it."""
    findings = Findings(transaction)
    items = read_items(transaction, findings)
    begin = next((segment for segment in transaction.segments if segment[0] == "BHT"), [])
    return ClaimStatus(
        control=transaction.control,
        version=transaction.version,
        place=transaction.place,
        reference=at(begin, 3).strip(),
        items=tuple(items),
        findings=findings.all(),
    )
