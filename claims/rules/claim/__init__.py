"""A professional claim as plain data: what an 837P carries, in the words of the trade instead of its loops.

Source of the elements and their limits: ASC X12 005010X222A1 (Health Care Claim: Professional). Money is Decimal, in US
dollars with two decimals; dates are dates; codes are without dots, identifiers without blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from claims.rules.claim.circumstances import (
    Accident,
    ClaimDates,
    Condition,
    Contract,
    LineDates,
    SpinalManipulation,
    Transport,
)
from claims.rules.claim.coverages import (
    Adjustment,
    Coverage,
    Filing,
    Group,
    LineAdjudication,
    OtherCoverage,
    Rank,
    Relation,
)
from claims.rules.claim.lines import Drug, PurchasedService, ServiceLine
from claims.rules.claim.parties import (
    Address,
    BillingProvider,
    Contact,
    Facility,
    Identifier,
    Name,
    Payer,
    PayToPlan,
    Person,
    Provider,
)
from coding.rules.codings import Sex, System

__all__ = (
    "Accident", "Address", "Adjustment", "BillingProvider", "Claim", "ClaimDates", "Condition", "Contact", "Contract",
    "Coverage", "Diagnosis", "Drug", "Facility", "Filing", "Frequency", "Group", "Identifier", "LineAdjudication",
    "LineDates", "Name", "OtherCoverage", "PayToPlan", "Payer", "Person", "Provider", "PurchasedService", "Rank",
    "Relation", "ServiceLine", "Sex", "SpinalManipulation", "System", "Transport",
)  # fmt: skip

MOST_DIAGNOSES = 12  # HI
MOST_LINES = 50  # LX
MOST_MODIFIERS = 4  # SV101
MOST_POINTERS = 4  # SV107
ZERO = Decimal("0.00")


class Frequency(StrEnum):
    """Whether the payer sees the claim first, in place of another, or to take another back (CLM05-3)."""

    ORIGINAL = "1"
    CORRECTED = "7"
    VOID = "8"


@dataclass(frozen=True)
class Diagnosis:
    """A code in its place; the first is the claim's principal one."""

    system: System
    code: str


@dataclass(frozen=True)
class Claim:
    """A claim to one payer: `coverage` is the one asked, `others` those before and after it.

    `control_number` (CLM01, at most 20 characters) is new at each submission and comes back in 277CA and 835.
    `payer_control_number` names the payer's own claim in place of which this one stands (frequencies 7 and 8).
    """

    control_number: str
    billing: BillingProvider
    coverage: Coverage
    patient: Person
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[ServiceLine, ...]
    place_of_service: str
    frequency: Frequency = Frequency.ORIGINAL
    payer_control_number: str = ""
    others: tuple[OtherCoverage, ...] = ()
    rendering: Provider | None = None
    referring: Provider | None = None
    supervising: Provider | None = None
    facility: Facility | None = None
    accepts_assignment: bool = True
    benefits_assigned: bool = True
    accident: Accident | None = None
    dates: ClaimDates = field(default_factory=ClaimDates)
    prior_authorization: str = ""
    referral_number: str = ""
    clia_number: str = ""
    medical_record_number: str = ""
    patient_paid: Decimal = ZERO
    attachment_control_number: str = ""
    delay_reason: str = ""
    note: str = ""
    note_kind: str = "ADD"  # CER, DCP, DGN, TPO
    attachment_kind: str = "OZ"  # PWK01: support data of the claim
    attachment_way: str = "EL"  # PWK02: BM by mail, FX by fax, AA kept at the practice
    primary_care: Provider | None = None
    is_signed: bool = True  # CLM06: the provider's signature is on file
    is_assigned_for_laboratory_only: bool = False  # CLM07 B
    refuses_to_assign: bool = False  # CLM08 W
    has_informed_consent: bool = False  # CLM09 I
    is_signed_by_provider: bool = False  # CLM10 P: for a patient who was not there
    special_program: str = ""  # CLM12
    contract: Contract | None = None
    service_exception: str = ""  # REF*4N
    mammography_certification: str = ""  # REF*EW
    investigational_device: str = ""  # REF*LX
    intermediary_trace: str = ""  # REF*D9: the clearinghouse's own number
    demonstration_project: str = ""  # REF*P4
    care_plan_oversight: str = ""  # REF*1J
    property_claim_number: str = ""  # REF*Y4: workers' compensation and automobile insurers know the case by it
    transport: Transport | None = None
    spinal_manipulation: SpinalManipulation | None = None
    conditions: tuple[Condition, ...] = ()
    anesthesia_procedures: tuple[str, ...] = ()  # HI BP, BO
    condition_codes: tuple[str, ...] = ()  # HI BG
    pick_up: Address | None = None
    drop_off: Address | None = None
    drop_off_name: str = ""

    @property
    def charge(self) -> Decimal:
        """CLM02: what the lines come to."""
        return sum((line.charge for line in self.lines), start=ZERO)

    @property
    def patient_is_subscriber(self) -> bool:
        return self.coverage.relation is Relation.SELF
