"""The insurances of a patient, and what those before the one asked have said of the claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claims.rules.claim.parties import Identifier, Payer, Person


class Rank(StrEnum):
    """In which order a payer answers for the patient (SBR01)."""

    PRIMARY = "P"
    SECONDARY = "S"
    TERTIARY = "T"
    FOURTH = "A"
    FIFTH = "B"
    SIXTH = "C"
    SEVENTH = "D"
    EIGHTH = "E"
    NINTH = "F"
    TENTH = "G"
    ELEVENTH = "H"
    UNKNOWN = "U"


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
    DENTAL = "17"
    CHAMPUS = "CH"
    VETERANS = "VA"
    WORKERS_COMPENSATION = "WC"
    AUTOMOBILE = "AM"
    DISABILITY = "DS"
    FEDERAL_EMPLOYEES = "FI"
    LIABILITY = "LM"
    TITLE_V = "TV"
    OTHER_FEDERAL = "OF"
    OTHER_NOT_FEDERAL = "11"
    OTHER = "ZZ"


class Group(StrEnum):
    """Who answers for an adjustment (CAS01)."""

    CONTRACTUAL = "CO"
    PATIENT = "PR"
    OTHER = "OA"
    PAYER = "PI"
    CORRECTION = "CR"


@dataclass(frozen=True)
class Coverage:
    """One insurance of the patient. `msp_type` (SBR05) says why Medicare is not first, only where it is second.

    `patient_member_id` is the number of a patient who is not the subscriber, at payers that give each person one: such
    a patient is sent as a subscriber. `provider_identifiers` are the billing provider's at this payer (2010BB G2, LU).
    """

    rank: Rank
    payer: Payer
    subscriber: Person
    member_id: str
    relation: Relation = Relation.SELF
    filing: Filing = Filing.COMMERCIAL
    group_number: str = ""
    group_name: str = ""
    msp_type: str = ""
    patient_member_id: str = ""
    provider_identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class Adjustment:
    """Why a payer paid less than was charged (CAS): group, reason (CARC), amount; `quantity` of units if any."""

    group: str
    reason: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True)
class LineAdjudication:
    """What an earlier payer did with a line (2430); `payer_id` names it among the other coverages.

    `bundled_into` is the line of which this one became a part (SVD06), `remaining` what the patient still owes (EAF).
    """

    payer_id: str
    paid: Decimal
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    paid_on: date | None
    adjustments: tuple[Adjustment, ...] = ()
    bundled_into: str = ""
    remaining: Decimal | None = None


@dataclass(frozen=True)
class OtherCoverage:
    """Another insurance, and what it said of the claim if it did (2320, 2330).

    `not_covered` (A8) is the whole charge of a claim that this payer is known not to cover; `remarks` are its remark
    codes (MOA). The last three are the patient's consents towards this payer (OI), as the claim has them for its own.
    """

    coverage: Coverage
    paid: Decimal | None = None
    paid_on: date | None = None
    payer_control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remaining: Decimal | None = None
    not_covered: Decimal | None = None
    remarks: tuple[str, ...] = ()
    prior_authorization: str = ""
    referral_number: str = ""
    benefits_assigned: bool = True
    refuses_to_assign: bool = False
    has_informed_consent: bool = False
    is_signed_by_provider: bool = False
