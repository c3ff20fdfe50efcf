"""A professional claim as plain data: what an 837P carries, in the words of the trade instead of its loops.

Source of the elements and their limits: ASC X12 005010X222A1 (Health Care Claim: Professional). Money is Decimal, in US
dollars with two decimals; dates are dates; codes are without dots, identifiers without blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coding.rules.codings import Sex, System

MOST_DIAGNOSES = 12  # HI
MOST_LINES = 50  # LX
MOST_MODIFIERS = 4  # SV101
MOST_POINTERS = 4  # SV107
ZERO = Decimal("0.00")


class Rank(StrEnum):
    """In which order a payer answers for the patient (SBR01)."""

    PRIMARY = "P"
    SECONDARY = "S"
    TERTIARY = "T"


class Frequency(StrEnum):
    """Whether the payer sees the claim first, in place of another, or to take another back (CLM05-3)."""

    ORIGINAL = "1"
    CORRECTED = "7"
    VOID = "8"


class Relation(StrEnum):
    """Who the patient is to the subscriber (SBR02, PAT01)."""

    SELF = "18"
    SPOUSE = "01"
    CHILD = "19"
    EMPLOYEE = "20"
    UNKNOWN = "21"
    ORGAN_DONOR = "39"
    CADAVER_DONOR = "40"
    LIFE_PARTNER = "53"
    OTHER = "G8"


class Filing(StrEnum):
    """What kind of insurance it is (SBR09)."""

    MEDICARE_B = "MB"
    MEDICARE_A = "MA"
    MEDICARE_ADVANTAGE = "16"
    MEDICAID = "MC"
    COMMERCIAL = "CI"
    BLUE_CROSS = "BL"
    HMO = "HM"
    PPO = "12"
    POS = "13"
    EPO = "14"
    INDEMNITY = "15"
    CHAMPUS = "CH"
    VETERANS = "VA"
    WORKERS_COMPENSATION = "WC"
    AUTOMOBILE = "AM"
    FEDERAL_EMPLOYEES = "FI"
    LIABILITY = "LM"
    OTHER_FEDERAL = "OF"
    OTHER = "ZZ"


class Group(StrEnum):
    """Who answers for an adjustment (CAS01)."""

    CONTRACTUAL = "CO"
    PATIENT = "PR"
    OTHER = "OA"
    PAYER = "PI"
    CORRECTION = "CR"


@dataclass(frozen=True)
class Address:
    """Where somebody is; `state` and `zip_code` (5 or 9 digits) are empty abroad."""

    line1: str
    city: str
    state: str
    zip_code: str
    line2: str = ""


@dataclass(frozen=True)
class Name:
    """Of a person; of an organisation `last` alone."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class BillingProvider:
    """Who is paid (2010AA): the practice, or a physician who bills alone. The address is a street, with ZIP+4."""

    name: Name
    npi: str
    tax_id: str
    address: Address
    taxonomy: str = ""
    is_person: bool = False
    tax_id_is_ssn: bool = False
    pay_to: Address | None = None


@dataclass(frozen=True)
class Provider:
    """A person in another part than billing: rendering, referring, supervising, ordering."""

    name: Name
    npi: str
    taxonomy: str = ""


@dataclass(frozen=True)
class Facility:
    """Where it was done, if not at the billing provider's (2310C)."""

    name: str
    npi: str
    address: Address


@dataclass(frozen=True)
class Payer:
    """Who is asked to pay; `payer_id` as the clearinghouse knows it."""

    name: str
    payer_id: str
    address: Address | None = None


@dataclass(frozen=True)
class Person:
    """A patient or subscriber."""

    name: Name
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    address: Address | None = None


@dataclass(frozen=True)
class Coverage:
    """One insurance of the patient. `msp_type` (SBR05) says why Medicare is not first, only where it is second."""

    rank: Rank
    payer: Payer
    subscriber: Person
    member_id: str
    relation: Relation = Relation.SELF
    filing: Filing = Filing.COMMERCIAL
    group_number: str = ""
    group_name: str = ""
    msp_type: str = ""


@dataclass(frozen=True)
class Adjustment:
    """Why a payer paid less than was charged (CAS): group, reason (CARC), amount; `quantity` of units if any."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True)
class LineAdjudication:
    """What an earlier payer did with a line (2430); `payer_id` names it among the other coverages."""

    payer_id: str
    paid: Decimal
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    paid_on: date
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True)
class OtherCoverage:
    """Another insurance, and what it said of the claim if it did (2320, 2330)."""

    coverage: Coverage
    paid: Decimal | None = None
    paid_on: date | None = None
    payer_control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remaining: Decimal | None = None


@dataclass(frozen=True)
class Diagnosis:
    """A code in its place; the first is the claim's principal one."""

    system: System
    code: str


@dataclass(frozen=True)
class Drug:
    """An NDC of eleven digits with how much of it was given (LIN, CTP): F2, GR, ME, ML or UN."""

    ndc: str
    quantity: Decimal
    unit: str = "UN"
    prescription: str = ""


@dataclass(frozen=True)
class ServiceLine:
    """One charge. `control_number` (REF*6R) comes back with the payment; pointers count diagnoses from 1."""

    control_number: str
    code: str
    charge: Decimal
    units: Decimal
    pointers: tuple[int, ...]
    date_from: date
    date_to: date
    modifiers: tuple[str, ...] = ()
    unit_kind: str = "UN"  # MJ: minutes of anaesthesia
    place_of_service: str = ""  # where it differs from the claim's
    description: str = ""  # of unlisted procedures
    note: str = ""
    is_emergency: bool = False
    is_epsdt: bool = False
    is_family_planning: bool = False
    prior_authorization: str = ""
    referral_number: str = ""
    clia_number: str = ""
    drug: Drug | None = None
    rendering: Provider | None = None
    referring: Provider | None = None
    ordering: Provider | None = None
    supervising: Provider | None = None
    adjudications: tuple[LineAdjudication, ...] = ()


@dataclass(frozen=True)
class Accident:
    """That the visit is about one: AA (automobile), EM (at work), OA (other); the state is of an automobile's."""

    causes: tuple[str, ...]
    on: date
    state: str = ""


@dataclass(frozen=True)
class ClaimDates:
    """What else has a date (2300 DTP)."""

    onset: date | None = None
    initial_treatment: date | None = None
    last_seen: date | None = None
    acute_manifestation: date | None = None
    last_menstrual_period: date | None = None
    admission: date | None = None
    discharge: date | None = None


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

    @property
    def charge(self) -> Decimal:
        """CLM02: what the lines come to."""
        return sum((line.charge for line in self.lines), start=ZERO)

    @property
    def patient_is_subscriber(self) -> bool:
        return self.coverage.relation is Relation.SELF
