"""What a payer says that it paid, and why not more: the content of an 835 (005010X221A1, 004010X091A1).

What a file has thousands of is a named tuple: a frozen dataclass takes some twelve times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.rules.x12.amounts import ZERO
from claims.rules.x12.findings import Finding
from claims.rules.x12.procedures import Procedure
from claims.rules.x12.qualified import Name, Pairs, Sums
from claims.rules.x12.segments import Segment

# CLP02 (code source: data element 1029, of those that 005010X221A1 uses).
DENIED, REVERSAL = "4", "22"
FORWARDED = {"19", "20", "21"}
PATIENT = "PR"  # CAS01: what the patient owes


@dataclass(frozen=True, slots=True)
class Party:
    """A payer or payee (N1): `scheme` says what `number` is: XX is an NPI, FI a tax number, XV a plan's."""

    role: str
    name: str
    scheme: str = ""
    number: str = ""
    references: Pairs = ()


class Adjustment(NamedTuple):
    """Why less was paid than charged (CAS): positive takes away."""

    group: str  # CO, PR, OA, PI, CR
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money that belongs to no claim of this payment (PLB): positive takes away, negative adds."""

    provider: str
    fiscal_year_end: date | None
    reason: str
    reference: str
    amount: Decimal
    place: int


class RemitLine(NamedTuple):
    """A service as the payer decided on it (SVC); `place` counts segments from 1 in the file."""

    place: int
    procedure: Procedure
    submitted: Procedure | None  # what was billed, where the payer decided on another code
    charge: Decimal
    paid: Decimal
    revenue_code: str
    units: Decimal | None  # paid
    units_billed: Decimal | None  # where other than paid
    begins: date | None
    ends: date | None
    adjustments: tuple[Adjustment, ...]
    control: str  # REF*6R: our line
    references: Pairs  # the others
    allowed: Decimal | None  # AMT*B6
    amounts: Sums  # the others
    quantities: Sums
    remarks: tuple[str, ...]


class RemitClaim(NamedTuple):
    """A claim as the payer decided on it (CLP)."""

    place: int
    number: str  # CLP01: our claim
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing: str
    payer_control: str  # CLP07: the payer's claim
    facility: str
    frequency: str
    drg: str
    payee: Party | None
    provider: str  # TS301, where payments are grouped by provider
    names: tuple[Name, ...]
    begins: date | None
    ends: date | None
    received: date | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]  # of MIA and MOA
    references: Pairs
    amounts: Sums
    quantities: Sums
    lines: tuple[RemitLine, ...]

    @property
    def is_reversal(self) -> bool:
        return self.status == REVERSAL

    @property
    def is_denied(self) -> bool:
        return self.status == DENIED

    @property
    def is_forwarded(self) -> bool:
        """Whether the payer says that the next payer has it already."""
        return self.status in FORWARDED or self.name("TT") is not None

    def name(self, role: str) -> Name | None:
        return next((name for name in self.names if name.role == role), None)


@dataclass(frozen=True, slots=True)
class Remittance:
    """One payment with its explanation: a transaction set of an 835.

    The same payment is known again by payer, trace, originator, amount and day, and the same file by `digest`: the
    SHA-256 of ST to SE whatever the delimiters and line breaks.
    """

    control: str
    version: str
    place: int
    handling: str  # BPR01
    payment: Decimal
    direction: str  # BPR03: C credit, D debit
    method: str  # BPR04: ACH, CHK, NON ...
    paid_on: date | None
    trace: str  # TRN02: check or transfer
    originator: str  # TRN03
    originator_part: str  # TRN04
    produced_on: date | None
    references: Pairs
    payer: Party | None
    payees: tuple[Party, ...]
    claims: tuple[RemitClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    unknown: tuple[Segment, ...]
    findings: tuple[Finding, ...]
    digest: str

    @property
    def claims_paid(self) -> Decimal:
        return sum((claim.paid for claim in self.claims), ZERO)

    @property
    def adjusted(self) -> Decimal:
        """The sum of the provider adjustments; negative adds to the payment."""
        return sum((adjustment.amount for adjustment in self.provider_adjustments), ZERO)
